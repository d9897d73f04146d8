"""The lists of the security team: what is allowed, and the reason for each unavoidable key. Change them in review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policy import kinds

# Regions that may store data: European Union, Norway, Switzerland and United Kingdom. Patterns match whole names.
REGIONS: Final = (
    r"eu-(central|west|north|south)-\d",
    r"(westeurope|northeurope|francecentral|germanywestcentral|italynorth|norwayeast|polandcentral|spaincentral)",
    r"(swedencentral|switzerlandnorth|uksouth|ukwest)",
    r"europe-(central|west|north|southwest)\d+",
)

# Allowed sizes: up to 8 processors for each machine, no accelerators. Patterns match whole names.
DATABASES: Final = (
    r"db\.(t4g\.(micro|small|medium|large)|[mr][678]g\.(large|xlarge|2xlarge))",
    r"Standard_(B\d+m?s|[DE][248](a?d?s)_v[56])",
    r"db-(f1-micro|g1-small|custom-[1248]-\d+|perf-optimized-N-[248])",
)
REDIS: Final = (r"cache\.(t4g\.(micro|small|medium)|[mr][67]g\.(large|xlarge|2xlarge))", r"Balanced_B(0|1|3|5|10|20)")
REDIS_GB: Final = 32
KAFKA: Final = (r"kafka\.(t3\.small|m[57]g?\.(large|xlarge|2xlarge))",)
NODES: Final = (
    r"[mc][567][ai]?\.(large|xlarge|2xlarge)",
    r"Standard_[DE][248](a?d?s)_v[56]",
    r"(e2|n2|n2d|n4)-(standard|highmem|highcpu)-[248]",
)

# Registries that images may come from.
REGISTRIES: Final = (
    "europe-west3-docker.pkg.dev/rasa-releases/",
    "docker.io/hashicorp/",
    "docker.io/library/",
    "docker.io/rasa/",
)

# Allowed for `*` in AWS's own policy of a flow log: "IAM role for publishing flow logs to CloudWatch Logs", VPC guide.
WITHOUT_RESOURCE: Final = ("logs:DescribeLogGroups",)

# Tags that every stack needs. Prod also needs OWNER, so that a resource has a contact.
TAGS: Final = ("project", "stack")
OWNER: Final = "owner"

# Keys and passwords that do not expire, with reasons: by resource type, then by a pattern for the end of the name.
STATIC_KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    kinds.GENERATED_PASSWORD: {
        r"tracker-store-admin-password": "creates the roles; a managed PostgreSQL needs an administrator's password",
        r"database-[a-z0-9]+-password": "Rasa's SQLAlchemy needs a password; with Vault, Rasa reads it from Vault",
        r"database-[a-z0-9]+_analytics-password": "Rasa Pro Services needs an address that contains the password",
        r"lock-store-[a-z0-9]+-password": "Rasa's Redis client signs in with a password unless auth is iam",
        r"event-queue-[a-z0-9]+(-\d+)?-password": "Rasa's Kafka client signs in with SCRAM unless auth is iam",
        r"secrets-auth-token": "Rasa's HTTP API supports only a token",
        r"secrets-jwt-secret": "Rasa's HTTP API verifies JWTs with a shared secret",
    },
    kinds.EVENT_HUB_KEY: {r"event-queue-[a-z0-9]+-send": "Rasa's Kafka client lacks Entra ID; the key can only send"},
    kinds.EVENT_HUBS_KEY: {r"event-queue-analytics": "Rasa Pro Services' Kafka client lacks Entra ID"},
    kinds.CONFLUENT_KEY: {
        r"event-queue-[a-z0-9]+-key": "Rasa's Kafka client signs in to Confluent with a key",
        r"event-queue-[a-z0-9]+-analytics-key": "Rasa Pro Services' Kafka client signs in to Confluent with a key",
        r"event-queue-([a-z0-9]+-topics|admin)-key": "creates topics and access rules over Kafka's own protocol",
    },
}
