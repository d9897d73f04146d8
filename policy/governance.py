"""Rules on regions, sizes, tags and logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from policy import allowed, kinds
from policy.checks import at_most, given, includes, matches, true, value
from policy.resource import UNKNOWN, Resource, mapping_of
from policy.rule import Check, Companion, Rule, in_prod

REGION: Final = matches(rf"(?i:{'|'.join(allowed.REGIONS)})(-[a-f])?", "an allowed region")
# Azure resource types with tags: the Azure provider has no default tags.
TAGGED_ON_AZURE: Final = (
    kinds.RESOURCE_GROUP,
    kinds.VNET,
    kinds.FIREWALL,
    kinds.KEY_VAULT,
    kinds.BLOB_ACCOUNT,
    kinds.AZURE_POSTGRES,
    kinds.AZURE_REDIS,
    kinds.EVENT_HUBS,
    kinds.AKS,
    kinds.AKS_NODES,
)


def _size(path: str, patterns: tuple[str, ...]) -> Check:
    return value(path, matches("|".join(patterns), "an allowed size"))


def _tags(path: str, names: tuple[str, ...], *within: str) -> Check:
    """Requires the tags. A provider's default tags are a JSON text."""

    def check(resource: Resource) -> Iterator[str]:
        found = resource.at(path)
        if found is UNKNOWN:
            return
        tags = mapping_of(json.loads(found) if isinstance(found, str) else found)
        for step in within:
            tags = mapping_of(tags.get(step))
        yield from (f"{path} has no {name}" for name in names if not tags.get(name))

    return check


def _all_tags(*names: str) -> dict[str, Check]:
    return {
        kinds.AWS: _tags("defaultTags", names, "tags"),
        kinds.GCP: _tags("defaultLabels", names),
        kinds.CLOUD_SQL: _tags("settings.userLabels", names),
        **{type_: _tags("tags", names) for type_ in TAGGED_ON_AZURE},
    }


RULES: Final = (
    Rule(
        name="required-tags",
        description="Every resource has tags with its project and stack.",
        remedy="Do not remove the program's own tags.",
        on=_all_tags(*allowed.TAGS),
    ),
    in_prod(
        name="owner-tag",
        description="In prod, every resource has a tag with its owner.",
        remedy="Set owner in rasa:tags.",
        on=_all_tags(allowed.OWNER),
    ),
    Rule(
        name="allowed-region",
        description="Data is stored in an allowed region.",
        remedy="Choose a region from the list in policy/allowed.py, or add one.",
        on={
            kinds.AWS: value("region", REGION),
            kinds.AZURE: value("location", REGION),
            kinds.GCP: value("region", REGION),
            kinds.CLOUD_SQL: value("region", REGION),
            kinds.MEMORYSTORE: value("region", REGION),
            kinds.GCS: value("location", REGION),
            kinds.GKE: value("location", REGION),
            kinds.GCP_SUBNET: value("region", REGION),
            kinds.GCP_SECRET: value("replication.userManaged.replicas[*].location", REGION),
            kinds.CONFLUENT: value("region", REGION),
        },
    ),
    Rule(
        name="allowed-size",
        description="No machine is bigger than the agreed sizes.",
        remedy="Choose a size from the list in policy/allowed.py, or add one.",
        on={
            kinds.RDS: _size("instanceClass", allowed.DATABASES),
            kinds.AZURE_POSTGRES: _size("sku.name", allowed.DATABASES),
            kinds.CLOUD_SQL: _size("settings.tier", allowed.DATABASES),
            kinds.ELASTICACHE: _size("nodeType", allowed.REDIS),
            kinds.AZURE_REDIS: _size("sku.name", allowed.REDIS),
            kinds.MEMORYSTORE: value("memorySizeGb", at_most(allowed.REDIS_GB)),
            kinds.MSK: _size("brokerNodeGroupInfo.instanceType", allowed.KAFKA),
            kinds.EKS_NODES: _size("instanceTypes[*]", allowed.NODES),
            kinds.AKS: _size("agentPoolProfiles[*].vmSize", allowed.NODES),
            kinds.AKS_NODES: _size("vmSize", allowed.NODES),
            kinds.GKE_NODES: _size("nodeConfig.machineType", allowed.NODES),
        },
    ),
    Rule(
        name="api-audit-log",
        description="The Kubernetes API writes an audit log; on AWS in dev as well.",
        remedy="Turn on the audit log. On Google Cloud it is always on.",
        on={kinds.EKS: value("enabledClusterLogTypes", includes("audit", "authenticator"))},
    ),
    in_prod(
        name="service-logs",
        description="In prod, services write logs.",
        remedy="Turn on the service's logs.",
        on={
            kinds.RDS: value("enabledCloudwatchLogsExports", includes("postgresql")),
            kinds.ELASTICACHE: value("logDeliveryConfigurations", given()),
            kinds.MSK: true("loggingInfo.brokerLogs.cloudwatchLogs.enabled"),
            kinds.GKE: value("loggingConfig.enableComponents", includes("APISERVER", "WORKLOADS")),
        },
    ),
    in_prod(
        name="service-logs-on-azure",
        description="In prod, each service on Azure has a diagnostic setting that collects its logs.",
        remedy="Add a diagnostic setting to the service.",
        companions={
            type_: Companion(type=kinds.DIAGNOSTICS, by="resourceUri")
            for type_ in (kinds.AKS, kinds.AZURE_POSTGRES, kinds.EVENT_HUBS, kinds.KEY_VAULT)
        },
    ),
)
