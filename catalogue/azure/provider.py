"""The Azure provider itself: the subscription of an instance, and the form of all resources."""

import base64
import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypedDict, Unpack

from catalogue import sdk
from catalogue.azure.needs import crud
from catalogue.entry import (
    AutoName,
    Entry,
    Hold,
    Minutes,
    Problem,
    Record,
    Ref,
    Refused,
    Rule,
    Seed,
    Subject,
    Template,
    Where,
)
from catalogue.needs import Needs, needs
from catalogue.rules import matches
from catalogue.wire import UNKNOWN, Properties, at_path

ENDPOINT = "azure-native:network:PrivateEndpoint"
GROUP = "azure-native:resources:ResourceGroup"
LOCK = "azure-native:authorization:ManagementLockByScope"
LOCATION = re.compile(r"[a-z]+\d?")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PRIVATE = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
GROUP_ID = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"


def configure(config: Properties, stack: str) -> Where:
    """A stack has its own subscription, unless the provider names one. All are in one tenant."""
    subscription = config.get("subscriptionId") or Seed(f"subscription/{stack}").guid()
    scope = f"azure/{subscription}"
    location = config.get("location") or ""
    return Where(
        scopes={"region": f"{scope}/{location}", "account": scope, "global": "azure"},
        facts={
            "subscription": subscription,
            "tenant": Seed("tenant").guid(),
            "deployer": Seed("deployer").guid(),
            "location": location,
        },
        config=config,
    )


def config_problems(config: Properties) -> Iterable[Problem]:
    """Checks the form of subscription and location; the sandbox reads no environment variable and no CLI profile."""
    location, subscription = config.get("location"), config.get("subscriptionId")
    if location is None:
        yield "location", "missing location; set azure_native.Provider(location=...)"
    elif location != UNKNOWN and not LOCATION.fullmatch(location):
        yield "location", f"The provided location '{location}' is not available: write it like westeurope"
    if subscription not in (None, UNKNOWN) and not GUID.fullmatch(str(subscription).lower()):
        yield "subscriptionId", f"The provided subscription identifier '{subscription}' is malformed or invalid."


def derived(subject: Subject) -> Properties:
    """A resource type with a location gets the provider's location if it has none."""
    if "location" not in sdk.resource_shape(subject.token).types:
        return {}
    return {"location": subject.inputs.get("location") or subject.where.facts["location"]}


def client_config(_args: Properties, where: Where) -> Properties:
    """`authorization.get_client_config`: the deployer, a service principal."""
    facts = where.facts
    return {
        "clientId": Seed("deployer/application").guid(),
        "objectId": facts["deployer"],
        "subscriptionId": facts["subscription"],
        "tenantId": facts["tenant"],
    }


# A preview makes these calls too, if their resources exist.
CALL_NEEDS = {
    # This call needs no permission.
    "azure-native:authorization:getClientConfig": Needs(),
    "azure-native:containerservice:getAgentPool": needs(
        "Microsoft.", "ContainerService/managedClusters/agentPools/read"
    ),
    "azure-native:containerservice:listManagedClusterUserCredentials": needs(
        "Microsoft.", "ContainerService/managedClusters/listClusterUserCredential/action"
    ),
    "azure-native:eventhub:listEventHubKeys": needs(
        "Microsoft.", "EventHub/namespaces/eventhubs/authorizationRules/listKeys/action"
    ),
    "azure-native:eventhub:listNamespaceKeys": needs(
        "Microsoft.", "EventHub/namespaces/authorizationRules/listKeys/action"
    ),
    "azure-native:redisenterprise:listDatabaseKeys": needs(
        "Microsoft.", "Cache/redisEnterprise/databases/listKeys/action"
    ),
    "azure-native:storage:listStorageAccountKeys": needs("Microsoft.", "Storage/storageAccounts/listKeys/action"),
}
INVOKES = {"azure-native:authorization:getClientConfig": client_config}


def resource_id(kind: str, names: str) -> str:
    """Returns the template of an id: `Microsoft.Network/virtualNetworks/subnets`, and the inputs with the names."""
    provider, *types = kind.split("/")
    parts = zip(types, names.split(), strict=True)
    return f"{GROUP_ID}/providers/{provider}" + "".join(
        f"/{type_}/{{{name}}}" if name.isidentifier() else f"/{type_}/{name[1:-1]}" for type_, name in parts
    )


class Rules(TypedDict, total=False):
    """The fields of an `Entry` that a resource may add."""

    names: Mapping[str, Template]
    name_scope: Literal["region", "account", "global"]
    retires: Mapping[str, Template]
    volatile: frozenset[str]
    one_at_a_time: Template
    checks: tuple[Rule, ...]
    admits: tuple[Rule, ...]
    keeps: Callable[[Subject], Iterable[str]]
    in_use: str
    taken: str
    minutes: tuple[Minutes, ...]
    holds: str


def arm(
    token: str,
    kind: str,
    path: str,
    *,
    parent: str = "",
    hold: Hold = "owned",
    operations: str = "",
    reads: str = "",
    more: str = "",
    deletes: bool = True,
    accepts_endpoints: bool = False,
    outputs: Mapping[str, Template] | None = None,
    refers: tuple[Ref, ...] = (),
    **rules: Unpack[Rules],
) -> Entry:
    """A resource of a resource group, or below a `parent` (its token), which owns it.

    `path` lists the inputs with the names in its id; the last is its own. A name in quotes is a fixed name of Azure's:
    there is only one resource of that kind. `operations` is the kind in the permissions, if it is not `kind`; `reads`
    and `more` are further operations (see `crud`). Connecting a private endpoint to a service that `accepts_endpoints`
    needs the right to accept it.
    """
    template = resource_id(kind, path)
    *above, own = path.split()
    named = own.isidentifier()
    group = Ref(path="resourceGroupName", to=(GROUP,), by=("name",), hold="owned")
    above_id = template.rsplit("/", 2)[0]
    owner = Ref(
        path=above[-1] if above else "", to=(parent,), hold=hold, values=lambda subject: [subject.fill(above_id)]
    )
    rules.setdefault("in_use", "InUse: '{id}' is still used")
    rules.setdefault("taken", "cannot create already existing resource '{value}'")
    return Entry(
        token=f"azure-native:{token}",
        id=template,
        outputs={"name": f"{{{own}}}" if named else own[1:-1], "type": kind, **(outputs or {})},
        scope="account",
        autoname=AutoName(path=own, digits=8, separator="") if named else None,
        # pulumi-azure-native, provider/pkg/provider/diff.go: every parameter of the path replaces; a child resource is
        # in its parent's location. Azure/azure-rest-api-specs: x-ms-mutability of location is create and read.
        replaces_on=frozenset(
            {"resourceGroupName", *filter(str.isidentifier, path.split()), *(() if above else ("location",))}
        ),
        refers=(group, *((owner,) if parent else ()), *refers),
        guards=(not_locked,),
        needs=crud(operations or kind.removeprefix("Microsoft."), reads=reads, more=more, deletes=deletes),
        needs_if={ENDPOINT: Needs(write=(f"{kind}/privateEndpointConnectionsApproval/action",))}
        if accepts_endpoints
        else {},
        not_found=f"ResourceNotFound: The Resource '{kind}' '{{value}}' was not found.",
        **rules,
    )


def refers_to(path: str, *tokens: str, hold: Hold = "blocks") -> Ref:
    """Resources by id. Those of another subscription are not in the sandbox."""

    def own(subject: Subject) -> Iterable[str]:
        mine = f"/subscriptions/{subject.where.facts['subscription']}/"
        values = [str(value) for value in at_path(subject.inputs, path)]
        for value in values:
            if not value.startswith("/subscriptions/"):
                raise Refused(
                    f"LinkedInvalidPropertyId: Property id '{value}' at path '{path}' is invalid. Expect fully "
                    "qualified resource Id that start with '/subscriptions/{subscriptionId}'"
                )
        return [value for value in values if value.startswith(mine)]

    return Ref(path=path, to=tuple(f"azure-native:{token}" for token in tokens), values=own, hold=hold)


def name_matches(path: str, pattern: str, text: str) -> Rule:
    """A check of a name; `text` is Azure's message, to which the name is added."""
    return matches(path, pattern, f"{text}: {{value!r}}")


def not_locked(subject: Subject) -> None:
    """A lock keeps a resource and its contents from being deleted."""
    for record in subject.world.all(LOCK):
        scope = record.inputs["scope"]
        if subject.id != record.id and f"{subject.id}/".startswith(f"{scope}/"):
            raise Refused(
                f"ScopeLocked: The scope '{subject.id}' cannot perform delete operation because following scope(s) are "
                f"locked: '{scope}'. Please remove the lock and try again."
            )


def is_private(network: ipaddress.IPv4Network) -> bool:
    """Returns whether a range is not on the internet, so that no firewall of a service accepts it."""
    return any(network.subnet_of(private) for private in PRIVATE)


def key_text(seed: str, label: str, length: int) -> str:
    """Returns an access key in Azure's form, base64 of random bytes."""
    return base64.b64encode(hashlib.sha512(f"{seed}/{label}".encode()).digest()[:length]).decode()


def called(world_find: Record | None, what: str) -> Record:
    """Returns the resource of a function."""
    if world_find is None:
        raise Refused(f"ResourceNotFound: {what} was not found.")
    return world_find
