"""Keys, types, choices and secrets that are wrong on every cloud, as data: what is changed in a stack file, and what is
said against it.
"""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# In a small dev stack file.
IN_DEV: Rows = [
    ({"rotation.assistants": 0}, "rasa:rotation.assistants: 0 is below 1, the first generation; set 1 or more"),
    # Keys
    (
        {"lockstore": {}},
        "rasa:lockstore: 'lockstore' is not a setting here (known: allowDestroy, assistants, cloud, cluster, "
        "encryption, eventQueue, lockStore, modelStorage, network, policyExceptions, profile, provider, region, "
        "rotation, secrets, secretsManager, tags, trackerStore); did you mean lockStore?",
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
    *(
        (
            {"policyExceptions": [{"rule": "no-spot-nodes", "reason": "a trial", "until": until}]},
            f"rasa:policyExceptions[0].until: '{until}' is not a date; write it like '2027-01-31', in quotes",
        )
        for until in ("next year", "2027-1-31", "2027-02-30")
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
