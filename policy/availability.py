"""Rules on availability: in prod, the loss of one zone stops no service."""

from __future__ import annotations

from typing import Final

from policy import kinds
from policy.checks import at_least, equals, every, false, items, matches, of_chart, true, value
from policy.rule import in_prod

RULES: Final = (
    in_prod(
        name="database-in-two-zones",
        description="In prod, PostgreSQL has a standby in another zone.",
        remedy="Turn high availability across zones on.",
        on={
            kinds.RDS: true("multiAz"),
            kinds.AZURE_POSTGRES: value("highAvailability.mode", equals("ZoneRedundant")),
            kinds.CLOUD_SQL: value("settings.availabilityType", equals("REGIONAL")),
        },
    ),
    in_prod(
        name="redis-in-two-zones",
        description="In prod, Redis has a replica in another zone and fails over automatically.",
        remedy="Turn high availability across zones on.",
        on={
            kinds.ELASTICACHE: true("multiAzEnabled", "automaticFailoverEnabled"),
            kinds.AZURE_REDIS: value("highAvailability", equals("Enabled")),
            kinds.MEMORYSTORE: value("tier", equals("STANDARD_HA")),
        },
    ),
    in_prod(
        name="kafka-in-three-zones",
        description="In prod, Kafka's brokers run in three zones.",
        remedy="Use three zones, or a tier that uses three zones.",
        on={
            kinds.MSK: value("brokerNodeGroupInfo.clientSubnets", items(3)),
            kinds.EVENT_HUBS: value("sku.name", equals("Premium")),
            kinds.CONFLUENT: value("availability", equals("HIGH", "MULTI_ZONE")),
        },
    ),
    in_prod(
        name="topics-in-three-zones",
        description="In prod, three brokers store every topic.",
        remedy="Set the replication factor to 3. Event Hubs and Confluent always use three.",
        on={kinds.MSK_TOPIC: value("replicationFactor", at_least(3))},
    ),
    in_prod(
        name="bucket-in-three-zones",
        description="In prod, objects are stored in three zones.",
        remedy="Use zone-redundant storage. S3 and regional Cloud Storage are zone-redundant.",
        on={
            kinds.BLOB_ACCOUNT: value("sku.name", matches(r"\w+_G?R?A?-?G?ZRS", "zone-redundant")),
            kinds.GCS: value("storageClass", equals("STANDARD")),
        },
    ),
    in_prod(
        name="nodes-in-three-zones",
        description="In prod, nodes run in three zones.",
        remedy="Give the node pool three zones or subnets.",
        on={
            kinds.EKS_NODES: value("subnetIds", items(3)),
            kinds.AKS: value("agentPoolProfiles[*].availabilityZones", items(3)),
            kinds.AKS_NODES: value("availabilityZones", items(3)),
            kinds.GKE: value("nodeLocations", items(3)),
        },
    ),
    in_prod(
        name="no-spot-nodes",
        description="In prod, no node is a spot node, which the cloud can stop at any time.",
        remedy="Use on-demand nodes.",
        on={
            kinds.EKS_NODES: value("capacityType", equals("ON_DEMAND")),
            kinds.AKS_NODES: value("scaleSetPriority", equals(None, "Regular")),
            kinds.GKE_NODES: false("nodeConfig.spot"),
        },
    ),
    in_prod(
        name="several-replicas",
        description="In prod, Rasa has at least two replicas, and Vault at least three.",
        remedy="Increase the number of replicas.",
        on={
            kinds.RELEASE: every(
                of_chart("rasa", value("values.rasa.replicaCount", at_least(2))),
                of_chart("vault", value("values.server.ha.replicas", at_least(3))),
            )
        },
    ),
)
