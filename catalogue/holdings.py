"""Names for the data of a stack. `up` cannot restore data that a deletion or replacement of its resource loses.

The tests compare these with the program: in prod everything that holds data is protected, and nothing else is.
"""

from __future__ import annotations

from typing import Final

DATABASE: Final = "the PostgreSQL with all conversations"
REDIS: Final = "the Redis with locks and timers"
KAFKA: Final = "the Kafka with the events"
TOPIC: Final = "a Kafka topic with events"
MODELS: Final = "the storage of the models"
KEY: Final = "a key that data is encrypted with"
NETWORK: Final = "the network of the data services"
CLUSTER: Final = "the Kubernetes cluster with Vault's disks"
RECOVERY: Final = "the store of Vault's recovery keys"
RESOURCE_GROUP: Final = "the resource group that everything is in"
VAULT: Final = "Vault with the assistants' credentials"
GRAVEST_FIRST: Final = (DATABASE, KEY, MODELS, RECOVERY, VAULT, RESOURCE_GROUP, REDIS, KAFKA, TOPIC, CLUSTER, NETWORK)
