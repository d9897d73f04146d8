"""Stack files that use every setting there is: of each cloud one that creates all, and one where all exists already."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from settings import Cloud, Profile
from settings.defaults import with_defaults
from tests.settings.existing import KAFKA_BY_CERTIFICATE, LAYERS, NETWORKING, existing
from tests.settings.stack_files import SMALL
from tools.stacks import changed

CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PUBLIC_KEYS = tuple(
    f"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{point}\n-----END PUBLIC KEY-----\n"
    for point in (
        "Fbyiy9821krNO9eWtC5c50+H3rmIEY7iQJSi0VCDUozYDjU7ICwogvHoEF9Ej/LXD8Vbm4eL0QRIelZbxcfo9A==",
        "JZt34z/qmq7In/VHBma9tz9TBsq7YVmzNhOW6eZLteMZnTovq+vSOcW9uHuyNP27oLzBs4cHRisiE1KUYPTVzQ==",
    )
)
_LOGIN = {"database": "reports", "username": "reports", "password": "dbPassword"}
_ASSISTANT: dict[str, Any] = {
    "name": "rasa",
    "rasaVersion": "3.21.0",
    "image": "rasa:3.17.1",
    "replicas": 1,
    "maxReplicas": 2,
    "resources": {"cpu": "1", "memory": "1Gi", "memoryLimit": "2Gi"},
    "model": "model.tar.gz",
    "endpoints": {"nlg": {"url": "https://nlg.example.com"}, "model_groups": [{"id": "gpt", "models": []}]},
    "credentials": {"rest": {}},
    "integrations": {"channels": {"rest": {}}},
    "env": {"LITELLM_LOG": "ERROR"},
    "secretEnv": {"OPENAI_API_KEY": "openai"},
    "actionServer": {
        "image": "actions:1",
        "replicas": 1,
        "resources": {"cpu": "1", "memory": "1Gi", "memoryLimit": "2Gi"},
        "env": {"CRM_URL": "https://crm.example.com"},
        "secretEnv": {"CRM_TOKEN": "openai"},
        "egress": [{"cidr": "10.9.0.0/16", "ports": [5432]}],
    },
    "duckling": {
        "image": "duckling:1",
        "replicas": 1,
        "resources": {"cpu": "1", "memory": "1Gi", "memoryLimit": "2Gi"},
    },
    "egress": [{"namespace": "vllm", "ports": [8000]}, {"cidr": "10.8.0.0/16", "ports": [8443]}],
    "values": {"rasa": {"nodeSelector": {"pool": "rasa"}}},
    "smokeTest": {"llm": True},
    "analytics": True,
    "jwt": {"method": "ES256", "publicKey": PUBLIC_KEYS[0]},
    "ingress": {"host": "rasa.example.com", "className": "nginx", "tlsSecret": "rasa-tls"},
}
_COMMON: dict[str, Any] = {
    "tags": {"owner": "me"},
    "allowDestroy": True,
    "policyExceptions": [
        {"rule": "no-spot-nodes", "resource": "rasa-dev-nodes", "reason": "a week's trial", "until": "2027-01-31"}
    ],
    "secrets.openai": "dummy-key",
    "secrets.mirror": '{"auths": {"registry.example.com": {"auth": "dummy"}}}',
    "secrets.proxy": "me:dummy",
    "proxy": {
        "http": "http://proxy.example.com:3128",
        "https": "http://proxy.example.com:3128",
        "login": "proxy",
        "networks": ["10.8.0.0/24"],
        "noProxy": [".example.com"],
    },
    "ca": CA,
    "registries": {
        "charts": "oci://registry.example.com/charts",
        "images": "registry.example.com/mirror",
        "pullSecret": "mirror",
    },
    "rotation": dict.fromkeys(("trackerStore", "lockStore", "eventQueue", "modelStorage", "assistants"), 1),
    "assistants[0]": _ASSISTANT,
}
_RUNBOOK = {
    "secretsManager.init": "runbook",
    "secretsManager.initialized": True,
    "secretsManager.storageClass": "fast",
}
# What has no default and is not required.
_CREATED: dict[Cloud, dict[str, Any]] = {
    Cloud.AWS: {
        "provider": {
            "roleArn": "arn:aws:iam::111122223333:role/deployer",
            "permissionsBoundary": "arn:aws:iam::111122223333:policy/boundary",
            "iamPath": "/platform/rasa/",
        },
        "cluster.admins": ["arn:aws:iam::111122223333:role/operators"],
    },
    Cloud.AZURE: {
        "provider": {"subscriptionId": "11111111-2222-3333-4444-555555555555"},
        "cluster.admins": ["11111111-2222-3333-4444-666666666666"],
    },
    Cloud.GCP: {
        "provider": {"project": "acme-prod"},
        "eventQueue.apiKey": "confluentApiKey",
        "eventQueue.apiSecret": "confluentApiSecret",
    },
}
_EXISTING: dict[str, Any] = {
    "cluster.podSecurity": "openshift",
    "trackerStore.port": 5433,
    "trackerStore.sslMode": "verify-ca",
    "trackerStore.ca": CA,
    "trackerStore.analyticsLogins": {"rasa": _LOGIN},
    "lockStore.username": "rasa",
    "lockStore.tls": True,
    "lockStore.ca": CA,
    "eventQueue.ca": CA,
    "eventQueue.topics": {"rasa": {"events": "acme.events", "deadLetters": "acme.dlq", "consumerGroup": "acme.group"}},
    "secretsManager.ca": CA,
    "secretsManager.mount": "kv",
    "assistants[0].actionServer": {"url": "http://actions.bots:5055/webhook"},
    "assistants[0].duckling": {"url": "http://duckling.tools.svc:8000"},
}
_EXISTING_ON: dict[Cloud, dict[str, Any]] = {
    Cloud.AWS: {
        "cluster.identity": {
            "kind": "irsa",
            "issuer": "https://oidc.example.com",
            "providerArn": "arn:aws:iam::111122223333:oidc-provider/oidc.example.com",
        },
        "cluster.securityGroupId": "sg-0123456789abcdef0",
        "modelStorage.kmsKey": "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
    Cloud.AZURE: {
        "network.dnsZones": {
            "blob": f"{NETWORKING}/privateDnsZones/privatelink.blob.core.windows.net",
            "database": f"{NETWORKING}/privateDnsZones/acme.postgres.database.azure.com",
            "redis": f"{NETWORKING}/privateDnsZones/privatelink.redis.azure.net",
            "eventHubs": f"{NETWORKING}/privateDnsZones/privatelink.servicebus.windows.net",
            "keyVault": f"{NETWORKING}/privateDnsZones/privatelink.vaultcore.azure.net",
        },
    },
    Cloud.GCP: {"eventQueue": KAFKA_BY_CERTIFICATE},
}


def _created(cloud: Cloud) -> dict[str, Any]:
    full = with_defaults(deepcopy(SMALL[cloud]), cloud, Profile.DEV)
    return changed(full, **deepcopy(_COMMON), **_RUNBOOK, **_CREATED[cloud])


def _existing(cloud: Cloud) -> dict[str, Any]:
    full = existing(cloud, *LAYERS)
    provider = {"provider": _CREATED[cloud]["provider"]}
    return changed(full, **deepcopy(_COMMON), **provider, **_EXISTING, **_EXISTING_ON[cloud])


FULL: dict[str, dict[str, Any]] = {
    **{cloud.value: _created(cloud) for cloud in Cloud},
    **{f"{cloud.value} existing": _existing(cloud) for cloud in Cloud},
}
