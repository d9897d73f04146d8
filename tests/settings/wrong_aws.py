"""Wrong settings of AWS, as data: what is changed in a valid stack file, and what is said against it."""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# In a small dev stack file.
IN_DEV: Rows = [
    # Regions and zones
    (
        {"region": "il-central-1", "network": {"zones": ["il-central-1a", "il-central-1b"]}, "eventQueue.brokers": 2},
        "rasa:region: il-central-1 is not a region whose database certificates the program can verify; "
        "choose another, such as me-central-1; docs/compatibility.md lists them",
    ),
    (
        {
            "network.zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"],
            "eventQueue.brokers": 4,
        },
        "rasa:network.zones: 4 zones is above 3, the most that MSK spreads over; name 3 zones",
    ),
    # Network and cluster
    (
        {"network.cidr": "10.0.0.0"},
        "rasa:network.cidr: '10.0.0.0' is not an IPv4 network in CIDR form; write it like 10.0.0.0/16",
    ),
    (
        {"network.cidr": "10.0.0.0/44"},
        "rasa:network.cidr: '10.0.0.0/44' is not an IPv4 network in CIDR form; write it like 10.0.0.0/16",
    ),
    (
        {"network.cidr": "10.0.1.0/16"},
        "rasa:network.cidr: '10.0.1.0/16' is an address inside a network, not the network; write 10.0.0.0/16",
    ),
    (
        {"network.cidr": "10.0.0.0/24"},
        "rasa:network.cidr: 10.0.0.0/24 is not between /16 and /19, what a VPC allows and three tiers need; "
        "choose a range like 10.0.0.0/16",
    ),
    (
        {"cluster.serviceCidr": "10.0.16.0/20"},
        "rasa:cluster.serviceCidr: 10.0.16.0/20 overlaps network.cidr (10.0.0.0/16); choose ranges that do not overlap",
    ),
    (
        {"cluster.serviceCidr": "100.64.0.0/16"},
        "rasa:cluster.serviceCidr: 100.64.0.0/16 is not a private range between /12 and /24, what EKS accepts; "
        "choose a range like 172.20.0.0/16",
    ),
    (
        {"network.zones": ["eu-central-1a"], "eventQueue": {"kind": "none"}},
        "rasa:network.zones: 1 zone(s) is below 2, the fewest that the data services accept; name at least 2 zones",
    ),
    (
        {"network.zones": ["eu-central-1a", "eu-central-1b", "eu-west-1a"]},
        "rasa:network.zones: eu-west-1a is not in eu-central-1; name zones like eu-central-1a",
    ),
    (
        {"network.zones": ["eu-central-1a", "eu-central-1b", "eu-central-1b"]},
        "rasa:network.zones: eu-central-1a, eu-central-1b, eu-central-1b names a zone twice; name each zone once",
    ),
    (
        {"cluster": {}},
        "rasa:cluster.apiAccess: nothing is set, but somebody has to reach the Kubernetes API; "
        "name the ranges of your offices and runners, such as 203.0.113.0/24",
    ),
    ({"cluster.version": "35"}, "rasa:cluster.version: '35' is not a Kubernetes version; write it like '1.35'"),
    (
        {"cluster.nodeSizes": ["large"]},
        "rasa:cluster.nodeSizes: 'large' is not an AWS instance type here; write it like m7i.xlarge",
    ),
    ({"cluster.minNodes": 9}, "rasa:cluster.maxNodes: 4 is below minNodes (9); raise maxNodes or lower minNodes"),
    (
        {"cluster.admins": ["me"]},
        "rasa:cluster.admins[0]: 'me' is not the ARN of a role or user; "
        "write it like arn:aws:iam::111122223333:role/operators",
    ),
    (
        {"provider.roleArn": "deployer"},
        "rasa:provider.roleArn: 'deployer' is not the ARN of a role; "
        "write it like arn:aws:iam::111122223333:role/deployer",
    ),
    ({"region": "Frankfurt"}, "rasa:region: 'Frankfurt' is not the name of an AWS region; write it like eu-central-1"),
    (
        {"tags": {"aws:owner": "me"}},
        "rasa:tags.aws:owner: 'me' is not a tag that AWS accepts (letters, digits, spaces and _.:/=+-@; "
        "key up to 128, value up to 256, no key that starts with aws:); change the key or the value",
    ),
    (
        {"tags": {f"tag{i}": "x" for i in range(41)}},
        "rasa:tags: 41 is above 40, what every kind of resource takes; set 40 or less",
    ),
    # Services
    ({"trackerStore.storageGb": 5}, "rasa:trackerStore.storageGb: 5 is below 20, the RDS minimum; set 20 or more"),
    (
        {"trackerStore.maxStorageGb": 19},
        "rasa:trackerStore.maxStorageGb: 19 is below storageGb (20); raise maxStorageGb",
    ),
    (
        {"trackerStore.maxStorageGb": 70000},
        "rasa:trackerStore.maxStorageGb: 70000 is above 65536, the RDS maximum; set 65536 or less",
    ),
    ({"trackerStore.backupDays": 36}, "rasa:trackerStore.backupDays: 36 is above 35, the RDS maximum; set 35 or less"),
    (
        {"trackerStore.backupDays": -1},
        "rasa:trackerStore.backupDays: -1 is below 0, the fewest days there are; set 0 or more",
    ),
    (
        {"trackerStore.size": "m7g.large"},
        "rasa:trackerStore.size: 'm7g.large' is not an AWS instance type here; write it like db.m7g.large",
    ),
    (
        {"lockStore.size": "m7g.large"},
        "rasa:lockStore.size: 'm7g.large' is not an AWS instance type here; write it like cache.m7g.large",
    ),
    ({"lockStore.nodes": 7}, "rasa:lockStore.nodes: 7 is above 6, the nodes of one ElastiCache shard; set 6 or less"),
    ({"lockStore.nodes": 0}, "rasa:lockStore.nodes: 0 is below 1, one node; set 1 or more"),
    (
        {"eventQueue.size": "m7g.large"},
        "rasa:eventQueue.size: 'm7g.large' is not an AWS instance type here; write it like kafka.m7g.large",
    ),
    (
        {"eventQueue.size": "express.m7g.large"},
        "rasa:eventQueue.size: express.m7g.large is an Express broker, whose storage and configuration this "
        "program does "
        "not set; choose a standard broker like kafka.m7g.large",
    ),
    (
        {"eventQueue.brokers": 4},
        "rasa:eventQueue.brokers: 4 is not a multiple of the 3 zones, what MSK demands; set 3 or 6",
    ),
    ({"eventQueue.retentionHours": 0}, "rasa:eventQueue.retentionHours: 0 is below 1, one hour; set 1 or more"),
    (
        {"eventQueue.version": "latest"},
        "rasa:eventQueue.version: 'latest' is not a Kafka version as MSK spells it; write it like 3.9.x",
    ),
    ({"modelStorage.oldVersionDays": 0}, "rasa:modelStorage.oldVersionDays: 0 is below 1, one day; set 1 or more"),
]

# In a small prod stack file.
IN_PROD: Rows = [
    (
        {"rotation.lockStore": 2},
        "rasa:rotation.lockStore: 2 is set, but the program makes no credential of "
        "rasa:lockStore that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"rotation.eventQueue": 2},
        "rasa:rotation.eventQueue: 2 is set, but the program makes no credential of "
        "rasa:eventQueue that it could rotate; remove it; docs/rotation.md tells what to do instead",
    ),
    (
        {"cluster.apiAccess": ["0.0.0.0/0"]},
        "rasa:cluster.apiAccess: 0.0.0.0/0 lets everyone reach the Kubernetes API; "
        "name the ranges of your offices and runners, such as 203.0.113.0/24",
    ),
    (
        {"cluster.apiAccess": []},
        "rasa:cluster.apiAccess: nothing is set, but somebody has to reach the Kubernetes API; "
        "name the ranges of your offices and runners, such as 203.0.113.0/24",
    ),
    (
        {"network.zones": ["eu-central-1a", "eu-central-1b"], "eventQueue.brokers": 4},
        "rasa:network.zones: 2 zone(s) is below 3, the fewest in prod; name 3 zones, or choose a region that has them",
    ),
    (
        {"trackerStore.backupDays": 0},
        "rasa:trackerStore.backupDays: 0 turns the backups of all conversations off; set 1 or more",
    ),
    ({"lockStore.nodes": 1}, "rasa:lockStore.nodes: 1 is below 2: a single node is lost with its zone; set 2 or more"),
]
