"""The resources that already exist according to the stack file. The sandbox does not check that they exist.

This reads the stack file before the program does, so a value of the wrong type is left to the program.

A cloud would look such a resource up. Here it is a record with its id and the few outputs that the rules read. It is in
no list, and nothing can change or delete it.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from catalogue.wire import Properties, as_list, as_map, as_text

# Existing layers that name keys of `rasa:secrets`, and the settings that name them.
WITH_SECRETS = tuple(
    f"rasa:{layer}"
    for layer in ("trackerStore", "lockStore", "eventQueue", "modelStorage", "secretsManager", "cluster")
)
NAMES_A_SECRET = ("password", "token", "accountKey", "kubeconfig", "clientCertificate", "clientKey")
LAYERS = ("rasa:network", "rasa:encryption", "rasa:modelStorage")


def existing(config: Mapping[str, Any]) -> dict[str, Properties]:
    """Returns the outputs of each existing resource by every text that names it: an id, an ARN, a name."""
    layers = [as_map(config.get(layer)) for layer in LAYERS]
    cluster = as_map(config.get("rasa:cluster"))
    named = [layer for layer in layers if layer.get("kind") == "existing"]
    if cluster.get("kind") == "existing":
        named.append({"identity": cluster.get("identity"), "group": cluster.get("securityGroupId")})
    found: dict[str, Properties] = {text: {} for layer in named for text in _texts(layer)}
    network = as_map(config.get("rasa:network"))
    for tier in ("privateSubnets", "dataSubnets"):
        for index, (subnet, cidr) in enumerate(as_map(network.get(tier)).items()):
            zone = f"{config.get('rasa:region')}{'abcdef'[index % 6]}"
            found[subnet] = {"availabilityZone": zone, "vpcId": network.get("vpcId"), "cidrBlock": cidr}
    if subnet := as_text(as_map(network.get("databaseSubnet")).get("id")):
        found[subnet] = {"delegations": [{"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]}
    if identity := as_text(as_map(config.get("rasa:encryption")).get("identity")):
        found[identity] = {
            kind: str(uuid5(NAMESPACE_URL, f"{kind} {identity}")) for kind in ("clientId", "principalId")
        }
    if subnetwork := as_text(network.get("subnetwork")):
        names = [network.get(key) for key in ("podsRange", "servicesRange")]
        ranges = [{"rangeName": name, "ipCidrRange": ""} for name in names]
        found[subnetwork] = {"ipCidrRange": network.get("cidr"), "secondaryIpRanges": ranges}
    lent = as_map(network.get("privateServicesRange"))
    address, _, length = as_text(lent.get("cidr")).partition("/")
    if (name := as_text(lent.get("name"))) and length.isdecimal():
        found[name] = {"address": address, "prefixLength": int(length)}
    return {text: {"id": text, "arn": text, "name": text, **outputs} for text, outputs in found.items()}


def secret_names(config: Mapping[str, Any]) -> Iterator[str]:
    """Yields the keys of `rasa:secrets` that existing layers name."""
    for key in WITH_SECRETS:
        yield from _references(as_map(config.get(key)))


def _references(value: Any) -> Iterator[str]:
    for key, item in as_map(value).items():
        if key in NAMES_A_SECRET and isinstance(item, str):
            yield item
        yield from _references(item)


def dummy_kubeconfig(config: Mapping[str, Any]) -> str:
    """Returns a kubeconfig, YAML in one line, with the context that the stack file chooses."""
    context = as_map(config.get("rasa:cluster")).get("context")
    cluster = "{name: sandbox, cluster: {server: 'https://kubernetes.sandbox.invalid'}}"
    user = "{name: sandbox, user: {token: sandbox-dummy-not-a-real-secret}}"
    chosen = f"{{name: '{context}', context: {{cluster: sandbox, user: sandbox}}}}"
    return f"{{apiVersion: v1, kind: Config, clusters: [{cluster}], users: [{user}], contexts: [{chosen}]}}"


def dummy_pem(config: Mapping[str, Any], secret: object) -> str:
    """Returns a dummy in the form of a client certificate of Kafka, or of its key; empty for any other secret."""
    queue = as_map(config.get("rasa:eventQueue"))
    labels = {"clientCertificate": "CERTIFICATE", "clientKey": "PRIVATE KEY"}
    found = [label for key, label in labels.items() if queue.get(key) == secret]
    return f"-----BEGIN {found[0]}-----\nsandbox-dummy-not-a-real-secret\n-----END {found[0]}-----\n" if found else ""


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in as_map(value).items():
                yield key
                yield from _texts(item)
        case list():
            for item in as_list(value):
                yield from _texts(item)
        case _:
            pass
