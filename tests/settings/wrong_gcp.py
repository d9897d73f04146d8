"""Wrong settings of GCP, as data: what is changed in a valid stack file, and what is said against it."""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# In a small dev stack file.
IN_DEV: Rows = [
    (
        {"rotation.lockStore": 2},
        "rasa:rotation.lockStore: 2 is set, but the program makes no credential of "
        "rasa:lockStore that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"rotation.modelStorage": 3},
        "rasa:rotation.modelStorage: 3 is set, but the program makes no credential of "
        "rasa:modelStorage that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"region": "europe-west"},
        "rasa:region: 'europe-west' is not the name of a Google Cloud region; write it like europe-west1",
    ),
    ({"provider.project": "Acme"}, "rasa:provider.project: 'Acme' is not the id of a project; write it like acme-prod"),
    (
        {"network.zones": ["europe-west1-b", "europe-west4-a"]},
        "rasa:network.zones: europe-west4-a is not in europe-west1; name zones like europe-west1-b",
    ),
    (
        {"network.cidr": "10.0.0.0/15"},
        "rasa:network.cidr: 10.0.0.0/15 is not between /16 and /19, what the ranges of all services need; "
        "choose a range like 10.0.0.0/16",
    ),
    (
        {"cluster.serviceCidr": "172.20.0.0/28"},
        "rasa:cluster.serviceCidr: 172.20.0.0/28 is not between /16 and /27, what GKE accepts; choose a range"
        " like 172.20.0.0/20",
    ),
    (
        {"cluster.podCidr": "10.64.0.0/23"},
        "rasa:cluster.podCidr: 10.64.0.0/23 has no /24 for each of 4 nodes (maxNodes 3 and those of an "
        "update); choose a range of /22 or larger, or lower maxNodes",
    ),
    (
        {"cluster.nodeSizes": ["large"]},
        "rasa:cluster.nodeSizes: 'large' is not a machine type of Compute Engine; write it like n2-standard-4",
    ),
    (
        {"cluster.nodeSizes": ["e2-standard-4", "n2-standard-4"]},
        "rasa:cluster.nodeSizes: e2-standard-4, n2-standard-4 is more than one, but a pool of GKE has nodes "
        "of one size; keep e2-standard-4",
    ),
    (
        {"cluster.admins": ["x"]},
        "rasa:cluster.admins: 'admins' is not a setting here (known: apiAccess, kind, maxNodes, minNodes, "
        "nodeSizes, podCidr, serviceCidr, version); did you mean minNodes?",
    ),
    (
        {"trackerStore.size": "db-n1-standard-1"},
        "rasa:trackerStore.size: 'db-n1-standard-1' is not a machine type of Cloud SQL; write it like db-custom-2-8192",
    ),
    (
        {"trackerStore.size": "db-perf-optimized-N-2"},
        "rasa:trackerStore.size: db-perf-optimized-N-2 is a size of Enterprise Plus, but the instance is made"
        " in the edition Enterprise; choose a size like db-custom-2-8192",
    ),
    (
        {"trackerStore.size": "db-custom-3-8192"},
        "rasa:trackerStore.size: db-custom-3-8192 is not a machine that Cloud SQL makes (1 or an even number "
        "of CPUs; for each 0.9 to 6.5 GiB, together 3840 MiB at least, in steps of 256); choose a size like "
        "db-custom-2-8192",
    ),
    (
        {"trackerStore.size": "db-custom-2-1024"},
        "rasa:trackerStore.size: db-custom-2-1024 is not a machine that Cloud SQL makes (1 or an even number "
        "of CPUs; for each 0.9 to 6.5 GiB, together 3840 MiB at least, in steps of 256); choose a size like "
        "db-custom-2-8192",
    ),
    (
        {"trackerStore.version": "13"},
        "rasa:trackerStore.version: '13' is none of Cloud SQL (known: 15, 16, 17, 18); choose one of them",
    ),
    (
        {"trackerStore.storageGb": 5},
        "rasa:trackerStore.storageGb: 5 is below 10, the Cloud SQL minimum; set 10 or more",
    ),
    ({"trackerStore.maxStorageGb": 9}, "rasa:trackerStore.maxStorageGb: 9 is below storageGb (10); raise maxStorageGb"),
    (
        {"trackerStore.maxStorageGb": 70000},
        "rasa:trackerStore.maxStorageGb: 70000 is above 65536, the Cloud SQL maximum; set 65536 or less",
    ),
    (
        {"trackerStore.backupDays": 366},
        "rasa:trackerStore.backupDays: 366 is above 365, the Cloud SQL maximum; set 365 or less",
    ),
    ({"lockStore.size": "M1"}, "rasa:lockStore.size: 'M1' is not a size in GiB, as text; write it like '5'"),
    (
        {"lockStore.size": "301"},
        "rasa:lockStore.size: 301 is above 300, the Memorystore maximum in GiB; set 300 or less",
    ),
    (
        {"lockStore.nodes": 3},
        "rasa:lockStore.nodes: 3 is above 2, the nodes of Memorystore: one, or two in different zones; set 2 or less",
    ),
    (
        {"lockStore.version": "8.0"},
        "rasa:lockStore.version: '8.0' is none of Memorystore for Redis (known: 7.0, 7.2); did you mean 7.0?",
    ),
    (
        {"eventQueue.size": "standard"},
        "rasa:eventQueue.size: 'standard' is not one of basic, enterprise; choose one of them",
    ),
    (
        {"eventQueue.apiKey": "confluentKey"},
        "rasa:eventQueue.apiKey: confluentKey is not a key of rasa:secrets (known: confluentApiKey, "
        "confluentApiSecret, license); did you mean confluentApiKey?",
    ),
    (
        {"eventQueue": {"kind": "eventHubs"}},
        "rasa:eventQueue.kind: 'eventHubs' is not one of confluent, existing, none; choose one of them",
    ),
    (
        {"tags": {"Owner": "me"}},
        "rasa:tags.Owner: 'me' is not a label that GCP accepts (a-z, 0-9, _ and -, up to 63, key: letter "
        "first); change the key or the value",
    ),
    (
        {"tags": {f"tag{i}": "x" for i in range(61)}},
        "rasa:tags: 61 is above 60, what every kind of resource takes; set 60 or less",
    ),
]

# In a small prod stack file.
IN_PROD: Rows = [
    (
        {"trackerStore.size": "db-g1-small"},
        "rasa:trackerStore.size: db-g1-small shares its core, and Google promises no availability of such a "
        "machine; choose a size like db-custom-2-8192",
    ),
    (
        {"eventQueue.size": "basic"},
        "rasa:eventQueue.size: basic is reached through the internet and stands in one zone; set enterprise",
    ),
    ({"lockStore.nodes": 1}, "rasa:lockStore.nodes: 1 is below 2: a single node is lost with its zone; set 2 or more"),
    (
        {"trackerStore.backupDays": 0},
        "rasa:trackerStore.backupDays: 0 turns the backups of all conversations off; set 1 or more",
    ),
]

# In a stack file where everything exists already.
EXISTING: Rows = [
    (
        {"network.network": "projects/acme/global/networks/acme"},
        "rasa:network.network: 'projects/acme/global/networks/acme' is not the name of a resource (a-z, 0-9 "
        "and -, letter first, at most 63); write its name alone, like rasa-network",
    ),
    (
        {"network.podsRange": "services"},
        "rasa:network.servicesRange: services is the range for pods as well; name another secondary range",
    ),
    (
        {"network.privateServicesRange": {"name": "x"}},
        "rasa:network.privateServicesRange.cidr: nothing is set, but it is required; add "
        "rasa:network.privateServicesRange.cidr",
    ),
    (
        {"encryption.key": "data"},
        "rasa:encryption.key: 'data' is not the id of a key in Cloud KMS; write it like "
        "projects/acme-prod/locations/europe-west1/keyRings/rasa/cryptoKeys/data",
    ),
    (
        {"encryption.key": "projects/acme-prod/locations/global/keyRings/acme/cryptoKeys/data"},
        "rasa:encryption.key: 'projects/acme-prod/locations/global/keyRings/acme/cryptoKeys/data' is not in "
        "europe-west1, and services take keys of their own region only; name a key of that region",
    ),
    (
        {"cluster.identity": {"kind": "workloadIdentity", "workloadPool": "acme"}},
        "rasa:cluster.identity.workloadPool: 'acme' is not a workload identity pool; write it like "
        "acme-prod.svc.id.goog",
    ),
    (
        {"cluster.identity": {"kind": "none"}},
        "rasa:cluster.identity: none gives pods no identity of Google Cloud, but rasa:modelStorage needs one;"
        " set {kind: workloadIdentity, workloadPool: ...}, or rasa:modelStorage.kind to none",
    ),
    (
        {"modelStorage.bucket": "gs://acme"},
        "rasa:modelStorage.bucket: 'gs://acme' is not the name of a bucket; write it like acme-models",
    ),
]
