"""Wrong settings, as data: what is changed in a valid stack file, and what is said against it."""

from __future__ import annotations

from typing import Any

# What is changed in a valid dev stack file, and the whole message.
IN_DEV: list[tuple[dict[str, Any], str]] = [
    # Keys
    (
        {"lockstore": {}},
        "rasa:lockstore: 'lockstore' is not a setting here (known: allowDestroy, assistants, cloud, cluster, "
        "encryption, eventQueue, lockStore, modelStorage, network, profile, provider, region, secrets, secretsManager, "
        "tags, trackerStore); did you mean lockStore?",
    ),
    (
        {"trackerStore": {"storageGB": 30}},
        "rasa:trackerStore.storageGB: 'storageGB' is not a setting here (known: auth, backupDays, kind, maxStorageGb, "
        "size, storageGb, version); did you mean storageGb?",
    ),
    (
        {"assistants[0].replica": 3},
        "rasa:assistants[0].replica: 'replica' is not a setting here (known: actionServer, analytics, channels, image, "
        "ingress, maxReplicas, model, modelGroups, name, nlg, rasaVersion, replicas, resources, secretEnv); "
        "did you mean replicas?",
    ),
    (
        {"secretsManager": {"kind": "kubernetes", "zzz": 1}},
        "rasa:secretsManager.zzz: 'zzz' is not a setting here (known: kind); remove it",
    ),
    (
        {"assistants[0].actionServer": {}},
        "rasa:assistants[0].actionServer.image: nothing is set, but it is required; "
        "add rasa:assistants[0].actionServer.image",
    ),
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
    # Types
    ({"region": 3}, "rasa:region: 3 is not text; put it in quotes"),
    ({"trackerStore.version": 17}, "rasa:trackerStore.version: 17 is not text; put it in quotes"),
    (
        {"trackerStore.storageGb": "30"},
        "rasa:trackerStore.storageGb: '30' is not a whole number; write a whole number, without quotes",
    ),
    (
        {"trackerStore.storageGb": 30.5},
        "rasa:trackerStore.storageGb: 30.5 is not a whole number; write a whole number, without quotes",
    ),
    (
        {"assistants[0].replicas": True},
        "rasa:assistants[0].replicas: true is not a whole number; write a whole number, without quotes",
    ),
    ({"allowDestroy": "yes"}, "rasa:allowDestroy: 'yes' is not true or false; write true or false, without quotes"),
    ({"network": "10.0.0.0/16"}, "rasa:network: '10.0.0.0/16' is not a mapping; write keys and values below it"),
    ({"lockStore": []}, "rasa:lockStore: an empty list is not a mapping; write keys and values below it"),
    ({"tags": "mine"}, "rasa:tags: 'mine' is not a mapping; write keys and values below it"),
    ({"assistants": {"name": "rasa"}}, "rasa:assistants: a mapping is not a list; write it like [one, two]"),
    ({"assistants[0]": "rasa"}, "rasa:assistants[0]: 'rasa' is not a mapping; write keys and values below it"),
    (
        {"cluster.apiAccess": "203.0.113.0/24"},
        "rasa:cluster.apiAccess: '203.0.113.0/24' is not a list; write it like [one, two]",
    ),
    (
        {"lockStore.size": None},
        "rasa:lockStore.size: nothing is set, but the key is there; give it a value or remove the key",
    ),
    ({"cluster.nodeSizes": []}, "rasa:cluster.nodeSizes: an empty list is no value; give it a value or remove the key"),
    (
        {"assistants[0].rasaVersion": ""},
        "rasa:assistants[0].rasaVersion: an empty text is no value; give it a value or remove the key",
    ),
    # Choices
    ({"cloud": "azur"}, "rasa:cloud: 'azur' is not one of aws, azure, gcp; did you mean azure?"),
    ({"profile": "production"}, "rasa:profile: 'production' is not one of dev, prod; did you mean prod?"),
    (
        {"lockStore": {"kind": "redis"}},
        "rasa:lockStore.kind: 'redis' is not one of create, existing, none; choose one of them",
    ),
    (
        {"lockStore": {"kind": None}},
        "rasa:lockStore.kind: nothing is set, but the key is there; give it a value or remove the key",
    ),
    ({"network": {"kind": "own"}}, "rasa:network.kind: 'own' is not one of create, existing; choose one of them"),
    ({"eventQueue.auth": "scram"}, "rasa:eventQueue.auth: 'scram' is not one of password, iam; choose one of them"),
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
    ({"tags": {f"tag{i}": "x" for i in range(41)}}, "rasa:tags: 41 tags is above 40; keep the ones that matter"),
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
    # Assistants
    (
        {"assistants": []},
        "rasa:assistants: nothing is set, but a platform is for one assistant at least; "
        "add one like {name: rasa, model: model.tar.gz}",
    ),
    (
        {"assistants": [{"name": "rasa"}, {}]},
        "rasa:assistants[1].name: 'rasa' is the name of 2 assistants; give each its own",
    ),
    (
        {
            "assistants": [
                {"name": n, "ingress": {"host": "rasa.example.com", "className": "nginx"}} for n in ("a", "b")
            ]
        },
        "rasa:assistants[1].ingress.host: 'rasa.example.com' is the host of 2 assistants; give each its own",
    ),
    (
        {"assistants[0].name": "My-Bot"},
        "rasa:assistants[0].name: 'My-Bot' is not a name of an assistant (a-z and 0-9, letter first, at most 20); "
        "choose one like rasa or support2",
    ),
    (
        {"assistants[0].name": "postgres"},
        "rasa:assistants[0].name: 'postgres' is a name that Kubernetes, PostgreSQL or Vault keeps for itself; "
        "choose another name",
    ),
    (
        {"assistants[0].model": "s3://bucket/model.tar.gz"},
        "rasa:assistants[0].model: 's3://bucket/model.tar.gz' is not the key of a model (relative, ends with .tar.gz); "
        "write it like 20261123-model.tar.gz",
    ),
    (
        {"assistants[0].rasaVersion": "3.21"},
        "rasa:assistants[0].rasaVersion: 3.21 does not fit the pinned chart (fits: 3.14, 3.15, 3.16, 3.17); "
        "choose one of them; docs/compatibility.md tells why",
    ),
    (
        {"assistants[0].actionServer.image": "registry.example.com/actions"},
        "rasa:assistants[0].actionServer.image: 'registry.example.com/actions' is not an image with a tag or a digest; "
        "write it like registry.example.com/rasa-actions:1.4.2",
    ),
    (
        {"assistants[0].nlg.url": "nlg.example.com"},
        "rasa:assistants[0].nlg.url: 'nlg.example.com' is not an http(s) URL; write it like https://nlg.example.com",
    ),
    (
        {"assistants[0].replicas": 2, "lockStore": {"kind": "none"}},
        "rasa:assistants[0].replicas: 2 needs a lock store, but rasa:lockStore.kind is none; "
        "set replicas (and maxReplicas) to 1 or create a lock store",
    ),
    (
        {"assistants[0].maxReplicas": 1},
        "rasa:assistants[0].maxReplicas: 1 is not above replicas (1); "
        "raise maxReplicas, or leave it out for no autoscaling",
    ),
    (
        {"assistants[0].analytics": True, "eventQueue": {"kind": "none"}},
        "rasa:assistants[0].analytics: true needs an event queue, but rasa:eventQueue.kind is none; "
        "create an event queue or set analytics to false",
    ),
    (
        {"modelStorage": {"kind": "none"}},
        "rasa:assistants[0].model: model.tar.gz names an object, but rasa:modelStorage.kind is none (the "
        "model is in the "
        "image); remove model, or create the model storage",
    ),
    (
        {"assistants[0].resources": {"memory": "8Gi"}},
        "rasa:assistants[0].resources.memoryLimit: 4Gi is below memory (8Gi), so that no pod could start; "
        "raise memoryLimit or lower memory",
    ),
    (
        {"assistants[0].resources": {"cpu": "fast"}},
        "rasa:assistants[0].resources.cpu: 'fast' is not a Kubernetes quantity; write it like 500m or 4Gi",
    ),
    (
        {"assistants[0].modelGroups": [{"id": "gpt"}]},
        "rasa:assistants[0].modelGroups[0]: the group lacks an id or models; "
        "write {id: ..., models: [{provider: ..., model: ...}]}",
    ),
    (
        {"assistants[0].ingress": {"host": "rasa", "className": "nginx"}},
        "rasa:assistants[0].ingress.host: 'rasa' is not a host name; write it like rasa.example.com",
    ),
    # Secrets
    (
        {"secrets.open-ai": "x"},
        "rasa:secrets.open-ai: 'open-ai' is not the name of a secret (letters and digits, letter first, at most 30); "
        "choose one like openaiApiKey",
    ),
    (
        {"secrets": {}},
        "rasa:secrets.license: nothing is set, but Rasa Pro does not start without a licence; "
        "run: pulumi config set --secret --path 'rasa:secrets.license'",
    ),
    (
        {"secrets.openai.key": "x"},
        "rasa:secrets.openai: the value is not text; put it in quotes",
    ),
    (
        {"assistants[0].secretEnv": {"OPENAI_API_KEY": "openaiApiKey"}},
        "rasa:assistants[0].secretEnv.OPENAI_API_KEY: openaiApiKey is not a key of rasa:secrets (known: license); "
        "run: pulumi config set --secret --path 'rasa:secrets.openaiApiKey'",
    ),
    (
        {"assistants[0].secretEnv": {"LICENCE": "licence"}},
        "rasa:assistants[0].secretEnv.LICENCE: licence is not a key of rasa:secrets (known: license); "
        "did you mean license?",
    ),
    (
        {"assistants[0].secretEnv": {"DB_PASSWORD": "license"}},
        "rasa:assistants[0].secretEnv.DB_PASSWORD: DB_PASSWORD is set by the program itself; choose another name",
    ),
    (
        {"assistants[0].secretEnv": {"openai-key": "license"}},
        "rasa:assistants[0].secretEnv.openai-key: 'openai-key' is not the name of an environment variable; "
        "write it in capitals: OPENAI_API_KEY",
    ),
    (
        {"assistants[0].channels": {"slack": {"slack_token": "xoxb-1234"}}},
        "rasa:assistants[0].channels.slack.slack_token: the value stands in clear in the stack file; "
        "replace the secret, put it under rasa:secrets, name it in secretEnv and write ${NAME} here",
    ),
    (
        {"assistants[0].channels": {"slack": {"slack_token": "${SLACK_TOKEN}"}}},
        "rasa:assistants[0].channels.slack.slack_token: ${SLACK_TOKEN} is not set in the pods; "
        "add SLACK_TOKEN to assistants[0].secretEnv",
    ),
]

# The same in a valid prod stack file: what only production refuses.
IN_PROD: list[tuple[dict[str, Any], str]] = [
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
    ({"assistants[0].replicas": 1}, "rasa:assistants[0].replicas: 1 is below 2, the fewest in prod; set 2 or more"),
    (
        {"assistants[0].ingress": {"host": "rasa.example.com", "className": "nginx"}},
        "rasa:assistants[0].ingress.tlsSecret: nothing is set, so users would reach the assistant without TLS; "
        "name a Secret of the namespace that holds the certificate",
    ),
    (
        {"assistants[0].image": "registry.example.com/rasa:latest"},
        "rasa:assistants[0].image: 'registry.example.com/rasa:latest' names whatever is newest, so that "
        "nobody can tell "
        "or restore what ran; write a version or a digest",
    ),
]

# Several faults at once: the keys that are reported, all and only these.
TOGETHER: list[tuple[dict[str, Any], list[str]]] = [
    # A field's fault does not hide what the rules find elsewhere.
    (
        {"trackerStore": {"size": 3, "storageGb": 5}, "lockStore.nodes": 7, "secrets": {}},
        ["trackerStore.size", "secrets.license", "trackerStore.storageGb", "lockStore.nodes"],
    ),
    # What only follows from another fault is not reported.
    ({"assistants": [{"name": "Bad!"}, {"name": "rasa"}]}, ["assistants[0].name"]),
    ({"network": {"cidr": "x"}, "cluster.serviceCidr": "10.0.0.0/20"}, ["network.cidr"]),
    ({"network": {"zones": [3, 4]}, "eventQueue.brokers": 4}, ["network.zones[0]", "network.zones[1]"]),
    ({"region": 3}, ["region"]),
    ({"region": "x", "network.zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]}, ["region"]),
    ({"cluster": {"apiAcess": ["203.0.113.0/24"]}}, ["cluster.apiAcess"]),
    ({"assistants[0].actionServer": {"imag": "x:1"}}, ["assistants[0].actionServer.imag"]),
    ({"trackerStore": {"kind": "rds", "size": 3}}, ["trackerStore.kind"]),
    ({"cluster": {"minNodes": "many", "maxNodes": 1, "apiAccess": ["10.0.0.0/8"]}}, ["cluster.minNodes"]),
    ({"assistants": ["rasa"]}, ["assistants[0]"]),
    ({"secrets": "dummy", "assistants[0].secretEnv": {"X": "y"}}, ["secrets"]),
    # A list that loses its only item, or a mapping without a required key, still leaves the rest to be judged.
    (
        {"cluster.nodeSizes": [5], "assistants[0].ingress": {"host": "rasa.example.com"}, "lockStore.nodes": 7},
        ["cluster.nodeSizes[0]", "assistants[0].ingress.className", "lockStore.nodes"],
    ),
    # Even what everything depends on.
    ({"profile": "x", "lockStore.nodes": 7}, ["profile", "lockStore.nodes"]),
    ({"cloud": "x", "lockStore.nodes": 7}, ["cloud"]),
]
