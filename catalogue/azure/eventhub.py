"""Event Hubs: a namespace, which allows one change at a time, its hubs and access rules."""

from typing import Any

from catalogue import holdings
from catalogue.azure.identity import identities_of, identities_ref
from catalogue.azure.keyvault import can_encrypt
from catalogue.azure.needs import ASSIGN
from catalogue.azure.provider import arm, called, key_text, name_matches, resource_id
from catalogue.entry import Minutes, Record, Refused, Subject, Where, World
from catalogue.rules import at
from catalogue.wire import Properties, as_list, as_map

NAMESPACE = "azure-native:eventhub:Namespace"
HUB = "azure-native:eventhub:EventHub"
HUB_RULE = "azure-native:eventhub:EventHubAuthorizationRule"
NAMESPACE_RULE = "azure-native:eventhub:NamespaceAuthorizationRule"
NAMESPACE_ID = resource_id("Microsoft.EventHub/namespaces", "namespaceName")
VAULT_KEY = "encryption.keyVaultProperties"
NAME = r"(?=.{6,50}$)(?!.*(-|-sb|-mgmt)$)[A-Za-z][A-Za-z0-9-]*"
UNITS = {"Standard": range(1, 41), "Premium": (1, 2, 4, 6, 8, 10, 12, 16), "Basic": range(1, 41)}
PARTITIONS = {"Basic": 32, "Standard": 32, "Premium": 100}
HOURS = {"Basic": 24, "Standard": 168, "Premium": 2160}


def _tier_allows(subject: Subject) -> None:
    sku = as_map(subject.inputs.get("sku"))
    name, units = str(sku.get("name")), sku.get("capacity")
    if sku.get("tier", name) != name:
        raise Refused(f"BadRequest: SKU name {name} and tier {sku.get('tier')} are not the same")
    if isinstance(units, int) and name in UNITS and units not in UNITS[name]:
        raise Refused(f"BadRequest: capacity {units} is not possible in {name}")
    inflates, most = subject.inputs.get("isAutoInflateEnabled"), subject.inputs.get("maximumThroughputUnits")
    if (inflates or most) and name != "Standard":
        raise Refused(f"BadRequest: auto inflate is only possible in Standard, not in {name}")
    if inflates and not most:
        raise Refused("BadRequest: auto inflate needs maximumThroughputUnits")
    if subject.inputs.get("encryption") and name != "Premium":
        raise Refused(f"BadRequest: a customer managed key needs Premium, not {name}")
    before = as_map(subject.old_inputs.get("sku")).get("name")
    if before and "Premium" in (before, name) and before != name:
        raise Refused(f"BadRequest: a namespace cannot change from {before} to {name}; create a new one")


def _namespace_of(subject: Subject) -> Record | None:
    return subject.world.find(NAMESPACE, "name", subject.inputs["namespaceName"])


def _hub_fits_the_tier(subject: Subject) -> None:
    namespace = _namespace_of(subject)
    if namespace is None:
        return
    tier = namespace.inputs["sku"]["name"]
    partitions, hours = subject.inputs.get("partitionCount"), at(subject, "retentionDescription.retentionTimeInHours")
    if isinstance(partitions, int) and not 1 <= partitions <= PARTITIONS[tier]:
        raise Refused(f"BadRequest: PartitionCount {partitions} is not between 1 and {PARTITIONS[tier]} ({tier})")
    if isinstance(hours, int) and not 1 <= hours <= HOURS[tier]:
        raise Refused(f"BadRequest: RetentionTimeInHours {hours} is not between 1 and {HOURS[tier]} ({tier})")
    before = subject.old_inputs.get("partitionCount")
    if before not in (None, partitions) and (tier != "Premium" or int(partitions or 0) < int(before or 0)):
        raise Refused(
            f"BadRequest: the partitions of an event hub cannot be changed from {before} to {partitions} ({tier})"
        )


def _partition_ids(subject: Subject) -> list[str]:
    return [str(index) for index in range(int(subject.inputs.get("partitionCount", 1)))]


def _rights_go_together(subject: Subject) -> None:
    rights = set(as_list(subject.inputs.get("rights")))
    if "Manage" in rights and rights != {"Manage", "Listen", "Send"}:
        raise Refused("BadRequest: Manage rights need Send and Listen as well")


def _connection_strings(rule: Record, namespace: str, hub: str) -> Properties:
    name, answer = rule.outputs["name"], dict[str, Any]()
    for kind in ("primary", "secondary"):
        key = key_text(rule.seed, kind, 32)
        text = f"Endpoint=sb://{namespace}.servicebus.windows.net/;SharedAccessKeyName={name};SharedAccessKey={key}"
        answer |= {f"{kind}Key": key, f"{kind}ConnectionString": f"{text};EntityPath={hub}" if hub else text}
    return {**answer, "keyName": name}


def _keys(args: Properties, world: World, kind: str, *names: str) -> Properties:
    record = called(world.find(NAMESPACE, "name", args["namespaceName"]), f"namespace '{args['namespaceName']}'")
    if record.inputs.get("disableLocalAuth"):
        raise Refused(f"BadRequest: local authentication is disabled for the namespace {args['namespaceName']}")
    keys = ("namespaceName", "authorizationRuleName", *names)
    rules = (rule for rule in world.all(kind) if all(rule.inputs[key] == args[key] for key in keys))
    rule = called(next(rules, None), f"authorization rule '{args['authorizationRuleName']}'")
    return _connection_strings(rule, args["namespaceName"], args.get("eventHubName", ""))


def list_hub_keys(args: Properties, _where: Where, world: World) -> Properties:
    """`listEventHubKeys`: a connection string for one hub."""
    return _keys(args, world, HUB_RULE, "eventHubName")


def list_namespace_keys(args: Properties, _where: Where, world: World) -> Properties:
    """`listNamespaceKeys`: a connection string for all hubs of a namespace."""
    return _keys(args, world, NAMESPACE_RULE)


ASKS = {
    "azure-native:eventhub:listEventHubKeys": list_hub_keys,
    "azure-native:eventhub:listNamespaceKeys": list_namespace_keys,
}

ENTRIES = [
    arm(
        "eventhub:Namespace", "Microsoft.EventHub/namespaces", "namespaceName",
        outputs={
            "identity": identities_of,
            "serviceBusEndpoint": "https://{namespaceName}.servicebus.windows.net:443/",
            "status": "Active",
            "kafkaEnabled": lambda subject: at(subject, "sku.name") != "Basic",
        },
        names={"Event Hubs namespace": "{namespaceName}"},
        name_scope="global",
        refers=(identities_ref("identity.userAssignedIdentities"),),
        checks=(name_matches("namespaceName", NAME, "BadRequest: 6-50, letter first, not -sb last"), _tier_allows),
        admits=(can_encrypt(VAULT_KEY, f"{VAULT_KEY}.identity.userAssignedIdentity"),),
        one_at_a_time=NAMESPACE_ID,
        taken="NamespaceUnavailable: Namespace name '{value}' is not available",
        more=ASSIGN,
        accepts_endpoints=True,
        holds=holdings.KAFKA,
        # Transcripts: Standard 1.2 to 5.5, Premium 2 to 15.
        minutes=(Minutes(5, 2, 1, slow=15, when=("sku.tier", "Premium")), Minutes(2.5, 1, 1, slow=5.5)),
    ),
    arm(
        "eventhub:NamespaceNetworkRuleSet", "Microsoft.EventHub/namespaces/networkRuleSets", "namespaceName 'default'",
        parent=NAMESPACE,
        one_at_a_time=NAMESPACE_ID,
        operations="EventHub/namespaces/networkruleset",
    ),
    arm(
        "eventhub:EventHub", "Microsoft.EventHub/namespaces/eventhubs", "namespaceName eventHubName",
        parent=NAMESPACE,
        outputs={"partitionIds": _partition_ids},
        checks=(name_matches("eventHubName", r"[A-Za-z0-9]([\w.-]{0,254}[A-Za-z0-9])?", "BadRequest: at most 256"),),
        admits=(_hub_fits_the_tier,),
        one_at_a_time=NAMESPACE_ID,
        holds=holdings.TOPIC,
    ),
    arm(
        "eventhub:EventHubAuthorizationRule", "Microsoft.EventHub/namespaces/eventhubs/authorizationRules",
        "namespaceName eventHubName authorizationRuleName",
        parent=HUB,
        checks=(_rights_go_together,),
        one_at_a_time=NAMESPACE_ID,
    ),
    arm(
        "eventhub:NamespaceAuthorizationRule", "Microsoft.EventHub/namespaces/authorizationRules",
        "namespaceName authorizationRuleName",
        parent=NAMESPACE,
        checks=(_rights_go_together,),
        one_at_a_time=NAMESPACE_ID,
    ),
]  # fmt: skip
