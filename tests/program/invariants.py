"""What holds for every stack. An invariant is a function from a recording to the sentences that tell who breaks it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from catalogue.packages import PACKAGES, what_it_holds
from sandbox.recording import UNKNOWN, Recording, Registration, Secret
from settings import Cloud
from settings.variables import POOL, RESERVED_ENVIRONMENT
from tools.stacks import PROD, settings_of

Invariant = Callable[[Recording], list[str]]

# Types of data, its keys, and the network that it stands on.
DATA: Final = frozenset(
    entry.token
    for package in PACKAGES
    for entry in package.entries.values()
    if entry.holds and isinstance(entry.holds, str)
)
# The only places where a secret may stand, by type and property; secret there, too.
SECRET_PLACES: Final = frozenset(
    {
        ("aws:rds/instance:Instance", "password"),
        ("aws:elasticache/user:User", "authenticationMode"),
        ("aws:secretsmanager/secretVersion:SecretVersion", "secretString"),
        ("azure-native:dbforpostgresql:Server", "administratorLoginPassword"),
        ("gcp:sql/user:User", "password"),
        ("pulumi:providers:confluentcloud", "cloudApiKey"),
        ("pulumi:providers:confluentcloud", "cloudApiSecret"),
        ("confluentcloud:index/kafkaTopic:KafkaTopic", "credentials"),
        ("confluentcloud:index/kafkaAcl:KafkaAcl", "credentials"),
        ("tls:index/selfSignedCert:SelfSignedCert", "privateKeyPem"),
        ("tls:index/certRequest:CertRequest", "privateKeyPem"),
        ("tls:index/locallySignedCert:LocallySignedCert", "caPrivateKeyPem"),
        ("kubernetes:core/v1:Secret", "stringData"),
    }
)
# Kafka, database and Redis of each cloud.
SLOW: Final = (
    "aws:msk/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "azure-native:eventhub:Namespace",
    "azure-native:dbforpostgresql:Server",
    "azure-native:redisenterprise:RedisEnterprise",
    "confluentcloud:index/kafkaCluster:KafkaCluster",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:redis/instance:Instance",
)
CLUSTERS: Final = (
    "aws:eks/cluster:Cluster",
    "azure-native:containerservice:ManagedCluster",
    "gcp:container/cluster:Cluster",
)
NODES: Final = (
    "aws:eks/nodeGroup:NodeGroup",
    "azure-native:containerservice:AgentPool",
    "gcp:container/nodePool:NodePool",
)
WAYS_OUT: Final = (
    "aws:ec2/natGateway:NatGateway",
    "azure-native:network:NatGateway",
    "gcp:compute/routerNat:RouterNat",
)
NEVER_BEFORE_SLOW: Final = frozenset({*CLUSTERS, *NODES, *WAYS_OUT, *SLOW})
# The outputs that are passwords and keys, by type.
GENERATED: Final = {
    "random:index/randomPassword:RandomPassword": "result",
    "gcp:redis/instance:Instance": "authString",
    "confluentcloud:index/apiKey:ApiKey": "secret",
    "tls:index/privateKey:PrivateKey": "privateKeyPem",
}
# Where a call answers keys, each text ends in one. Azure marks none of them as secret.
LISTS_KEYS: Final = re.compile("azure-native:.*Keys")
KEY: Final = re.compile(r"[A-Za-z0-9+/]{40,}=*$")


def parents_are_components(recording: Recording) -> list[str]:
    """Only components and providers stand below the stack itself; everything else stands in a component."""
    return [
        f"{one.urn} has the parent {one.parent or 'stack'}"
        for one in recording.resources.values()
        if (one.parent and recording.resources[one.parent].custom)
        or (not one.parent and one.custom and not one.is_provider)
    ]


def names_begin_with_the_parents(recording: Recording) -> list[str]:
    """So that two instances of a component never clash."""
    return [
        f"{one.urn} does not begin with {recording.resources[one.parent].name}"
        for one in recording.resources.values()
        if one.parent and not one.name.startswith(f"{recording.resources[one.parent].name}-")
    ]


def providers_are_explicit(recording: Recording) -> list[str]:
    """Every resource and every call names a provider instance that the program made, of its own package."""
    instances = {
        one.urn: one.type.removeprefix("pulumi:providers:") for one in recording.resources.values() if one.is_provider
    }
    wrong = [
        f"{one.urn} has the provider {one.provider or 'by default'}"
        for one in recording.resources.values()
        if one.custom and not one.is_provider and instances.get(one.provider) != one.package
    ]
    calls = [
        f"{call.token} is called on {call.provider or 'the default provider'}"
        for call in recording.calls
        if instances.get(call.provider.rpartition("::")[0]) != call.token.split(":")[0]
    ]
    return wrong + calls


def components_register_outputs(recording: Recording) -> list[str]:
    """A component that does not is never complete."""
    return [
        f"{one.urn} registers no outputs"
        for one in recording.resources.values()
        if not one.custom and one.urn not in recording.component_outputs
    ]


def no_secret_is_readable(recording: Recording) -> list[str]:
    """A secret value is secret wherever it stands: in inputs, in outputs of components and of the stack, in the log."""
    markers = secret_values(recording)
    places = {
        **{one.urn: one.inputs for one in recording.resources.values()},
        **{f"outputs of {urn}": outputs for urn, outputs in recording.component_outputs.items()},
        "outputs of the stack": recording.outputs,
        "the log": {"lines": recording.log},
    }
    return [
        f"{place}.{path} shows a secret"
        for place, values in places.items()
        for path, text in plain_texts(values)
        if any(marker in text for marker in markers)
    ]


def secrets_stand_only_where_they_belong(recording: Recording) -> list[str]:
    """Even marked secret, a value stands only where somebody needs it."""
    markers = secret_values(recording)
    return [
        f"{one.urn}.{key} holds a secret"
        for one in recording.resources.values()
        for key, value in one.inputs.items()
        if (one.type, key) not in SECRET_PLACES
        and any(marker in text for text in all_texts(value) for marker in markers)
    ]


def only_the_kubeconfig_is_a_secret_output(recording: Recording) -> list[str]:
    """Outputs are read by people and pipelines. Before the first `up`, the kubeconfig is not known."""
    return [
        f"output {name} is {'secret' if found else 'not secret'}"
        for name, value in recording.outputs.items()
        if (found := any(True for _ in secrets_in(value))) != (name == "kubeconfig" and value is not UNKNOWN)
    ]


def slow_services_wait_for_little(recording: Recording) -> list[str]:
    """Kafka, database and Redis wait neither for the cluster nor for its way out nor for one another."""
    return [
        f"{one.urn} waits for {other}"
        for type_ in SLOW
        for one in recording.of_type(type_)
        for other in sorted(recording.reached_from(one.urn))
        if recording.resources[other].type in NEVER_BEFORE_SLOW
    ]


def the_kubernetes_provider_outlives_its_kubeconfig(recording: Recording) -> list[str]:
    """Without an identifier, a changed kubeconfig would replace the provider and with it all that is in the cluster."""
    return [
        f"{one.urn} has no clusterIdentifier"
        for one in recording.of_type("pulumi:providers:kubernetes")
        if not one.inputs.get("clusterIdentifier")
    ]


def pods_set_no_variable_that_settings_do_not_know(recording: Recording) -> list[str]:
    """What the program sets in Rasa's pods is what the settings refuse as a name of the user's own."""
    return [
        f"{name} is set in the pods, but settings do not reserve it"
        for release in recording.of_type("kubernetes:helm.sh/v3:Release")
        if "rasa" in release.inputs["values"]
        for name in (variable["name"] for variable in release.inputs["values"]["rasa"]["additionalEnv"])
        if name not in RESERVED_ENVIRONMENT | POOL.keys() | {"OPENAI_API_KEY"}
    ]


def nothing_is_warned_of(recording: Recording) -> list[str]:
    """A shipped stack file causes no warning."""
    return [line for line in recording.log if not line.startswith("info: ")]


def protects(data: bool) -> Invariant:
    """With `data`, all data is protected from deletion and nothing else is; else nothing."""

    def protection(recording: Recording) -> list[str]:
        return [
            f"{one.urn} is {'protected' if one.protect else 'not protected'}"
            for one in recording.resources.values()
            if one.protect != (data and is_data(one))
        ]

    return protection


def is_data(one: Registration) -> bool:
    """Whether no `up` brings it back."""
    return bool(what_it_holds(one.type, one.name))


def secret_values(recording: Recording) -> set[str]:
    """All secret values of a run: the longest line of each, and each as a Kubernetes Secret encodes it."""
    values = {*settings_of(PROD[Cloud.GCP])["secrets"].values(), *generated(recording), *keys_of(recording)}
    lines = {max(value.splitlines(), key=len) for value in values}
    return lines | {base64.b64encode(value.encode()).decode() for value in values}


def generated(recording: Recording) -> dict[str, str]:
    """All passwords and keys that are outputs of resources, each with the name of its resource."""
    found = [one for one in recording.resources.values() if one.type in GENERATED]
    return {text: one.name for one in found for text in all_texts(one.outputs.get(GENERATED[one.type])) if text}


def keys_of(recording: Recording) -> set[str]:
    """All keys that Azure has answered to calls."""
    answers = (call.answer for call in recording.calls if LISTS_KEYS.match(call.token))
    return {key[0] for answer in answers for text in all_texts(answer) if (key := KEY.search(text))}


def plain_texts(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text that is not inside a secret, with its path."""
    match value:
        case str():
            yield at, value
        case Mapping():
            for key, item in value.items():
                yield from plain_texts(str(key), f"{at}.{key}")
                yield from plain_texts(item, f"{at}.{key}")
        case list() | tuple():
            for index, item in enumerate(value):
                yield from plain_texts(item, f"{at}[{index}]")
        case _:
            pass


def secrets_in(value: Any) -> Iterator[Secret]:
    """Every secret inside a value."""
    match value:
        case Secret():
            yield value
        case Mapping():
            for item in value.values():
                yield from secrets_in(item)
        case list():
            for item in value:
                yield from secrets_in(item)
        case _:
            pass


def all_texts(value: Any) -> Iterator[str]:
    """Every text, inside secrets as well."""
    for _, text in plain_texts(value):
        yield text
    for secret in secrets_in(value):
        yield from all_texts(secret.value)


INVARIANTS: Final[tuple[Invariant, ...]] = (
    parents_are_components,
    names_begin_with_the_parents,
    providers_are_explicit,
    components_register_outputs,
    no_secret_is_readable,
    secrets_stand_only_where_they_belong,
    only_the_kubeconfig_is_a_secret_output,
    slow_services_wait_for_little,
    the_kubernetes_provider_outlives_its_kubeconfig,
    pods_set_no_variable_that_settings_do_not_know,
    nothing_is_warned_of,
)
