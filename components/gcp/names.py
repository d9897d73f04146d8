"""Physical names: one function for each naming rule of Google Cloud and Confluent. Pure.

This module names resources that are unique beyond the project, whose names cannot be used again soon or are short, or
that people look for. All others (networks, addresses, rules, zones) have the name that Pulumi makes from the resource's
own, with a random end, so that they can be replaced before they are deleted.

The first part of a name is a component's name, such as `rasa-dev-lock-store`: a letter first, then a-z, 0-9 and `-`. A
second part is random.
"""

from __future__ import annotations

from typing import Final

from components.naming import within

bucket: Final = within(63)  # Cloud Storage: 3 to 63, unique in the world
database_instance: Final = within(63)  # Cloud SQL: 98 with the project's id, which has up to 30; unique in the project
redis_instance: Final = within(40)  # Memorystore for Redis: unique in project and region
key_ring: Final = within(63)  # Cloud KMS: a key ring can never be deleted, so its name stays taken
secret: Final = within(255)  # Secret Manager: unique in the project; a secret that is left behind keeps its name
kubernetes_cluster: Final = within(40)  # GKE
service_account: Final = within(30)  # 6 to 30; a deleted one can be restored for 30 days
display: Final = within(64)  # Confluent's environments, clusters, gateways, users (unique in the organisation)
