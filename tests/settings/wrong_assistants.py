"""Wrong settings of assistants on any cloud, as data: what is changed in a stack file, and what is said against it."""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# In a small dev stack file.
IN_DEV: Rows = [
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
    # What they use of the secrets
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

# In a small prod stack file.
IN_PROD: Rows = [
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
    (
        {"policyExceptions": [{"rule": "no-spot-nodes", "until": "2027-01-31"}]},
        "rasa:policyExceptions[0].reason: nothing is set, so the exception from no-spot-nodes does not count; "
        "write why the rule need not hold",
    ),
    (
        {"policyExceptions": [{"rule": "no-spot-nodes", "reason": "a trial"}]},
        "rasa:policyExceptions[0].until: nothing is set, so the exception from no-spot-nodes does not count; "
        "write the last day of the exception, like '2027-01-31'",
    ),
]
