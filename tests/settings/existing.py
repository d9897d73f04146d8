"""Layers that exist already, for stack files of each cloud."""

from __future__ import annotations

import json
from base64 import b64encode
from copy import deepcopy
from typing import Any

from settings import Cloud
from tests.settings.stack_files import SMALL

KUBECONFIG = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "acme", "cluster": {"server": "https://api.acme.example.com:6443"}}],
        "users": [{"name": "admin", "user": {"token": "marker-of-the-kubeconfig"}}],
        "contexts": [
            {"name": "other", "context": {"cluster": "other", "user": "admin"}},
            {"name": "acme-admin", "context": {"cluster": "acme", "user": "admin"}},
        ],
        "current-context": "other",
    }
)
_PEM = {"kafkaCertificate": "CERTIFICATE", "kafkaKey": "PRIVATE KEY"}
SECRETS: dict[str, str] = {
    "kubeconfig": KUBECONFIG,
    "dbPassword": "marker-of-the-database",
    "redisPassword": "marker-of-redis",
    "kafkaPassword": "marker-of-kafka",
    # Azure's client refuses a key that is not base64.
    "accountKey": b64encode(b"marker-of-the-storage-account").decode(),
    "vaultToken": "marker-of-the-vault-token",
    **{name: f"-----BEGIN {label}-----\nmarker-of-{name}\n-----END {label}-----\n" for name, label in _PEM.items()},
}
_SERVICES: dict[str, dict[str, Any]] = {
    "trackerStore": {
        "kind": "existing",
        "host": "db.acme.example.com",
        "networks": ["10.20.0.0/24"],
        "logins": {"rasa": {"database": "conversations", "username": "rasa@acme", "password": "dbPassword"}},
    },
    "lockStore": {
        "kind": "existing",
        "host": "redis.acme.example.com",
        "port": 6380,
        "password": "redisPassword",
        "networks": ["10.20.1.0/24"],
    },
    "eventQueue": {
        "kind": "existing",
        "bootstrap": "kafka1.acme.example.com:9092,kafka2.acme.example.com:9093",
        "mechanism": "PLAIN",
        "username": "rasa",
        "password": "kafkaPassword",
        "networks": ["0.0.0.0/0"],
    },
    "secretsManager": {
        "kind": "existing",
        "address": "https://vault.acme.example.com:8200",
        "networks": ["10.20.2.0/24"],
        "logins": {"rasa": {"path": "acme/rasa", "token": "vaultToken", "password": "dbPassword"}},
    },
}
# A Kafka at which the client's certificate is the sign-in.
KAFKA_BY_CERTIFICATE: dict[str, Any] = {
    "kind": "existing",
    "bootstrap": "kafka1.acme.example.com:9094",
    "clientCertificate": "kafkaCertificate",
    "clientKey": "kafkaKey",
    "networks": ["10.30.0.0/24"],
}
_CLUSTER: dict[str, Any] = {
    "kind": "existing",
    "kubeconfig": "kubeconfig",
    "context": "acme-admin",
    "networks": ["10.10.0.0/16"],
}
_GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/acme/providers"
NETWORKING = f"{_GROUP}/Microsoft.Network"
VNET = f"{NETWORKING}/virtualNetworks/acme"
# Every layer of every cloud, by its key in the stack file.
EXISTING: dict[Cloud, dict[str, dict[str, Any]]] = {
    Cloud.AWS: {
        "network": {
            "kind": "existing",
            "vpcId": "vpc-0123456789abcdef0",
            "privateSubnets": {f"subnet-0000000000000000{i}": f"10.10.{i}.0/24" for i in range(3)},
            "dataSubnets": {f"subnet-1111111111111111{i}": f"10.10.1{i}.0/24" for i in range(3)},
        },
        "encryption": {
            "kind": "existing",
            "key": "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        },
        "cluster": {**_CLUSTER, "identity": {"kind": "podIdentity", "clusterName": "acme"}},
        "modelStorage": {"kind": "existing", "bucket": "acme-models"},
        **_SERVICES,
    },
    Cloud.AZURE: {
        "network": {
            "kind": "existing",
            "vnetId": VNET,
            "clusterSubnet": {"id": f"{VNET}/subnets/nodes", "cidr": "10.10.0.0/20"},
            "databaseSubnet": {"id": f"{VNET}/subnets/postgres", "cidr": "10.10.16.0/28"},
            "endpointSubnet": {"id": f"{VNET}/subnets/endpoints", "cidr": "10.10.17.0/27"},
        },
        "encryption": {
            "kind": "existing",
            "key": "https://acme.vault.azure.net/keys/rasa/0123456789abcdef0123456789abcdef",
            "identity": f"{_GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/acme",
        },
        "cluster": {**_CLUSTER, "identity": {"kind": "workloadIdentity", "issuer": "https://oidc.acme.example.com/1"}},
        "modelStorage": {
            "kind": "existing",
            "account": "acmemodels",
            "container": "models",
            "auth": "key",
            "accountKey": "accountKey",
        },
        **_SERVICES,
    },
    Cloud.GCP: {
        "network": {
            "kind": "existing",
            "network": "acme",
            "subnetwork": "acme-nodes",
            "cidr": "10.10.0.0/20",
            "podsRange": "pods",
            "servicesRange": "services",
            "privateServicesRange": {"name": "acme-services", "cidr": "10.10.240.0/20"},
        },
        "encryption": {
            "kind": "existing",
            "key": "projects/acme-prod/locations/europe-west1/keyRings/acme/cryptoKeys/data",
        },
        "cluster": {**_CLUSTER, "identity": {"kind": "workloadIdentity", "workloadPool": "acme-prod.svc.id.goog"}},
        "modelStorage": {"kind": "existing", "bucket": "acme-models"},
        **_SERVICES,
    },
}
LAYERS = tuple(EXISTING[Cloud.AWS])


def existing(cloud: Cloud, *layers: str) -> dict[str, Any]:
    """A small stack file in which these layers exist already, and the secrets that they name."""
    stack_file = deepcopy(SMALL[cloud])
    stack_file["secrets"] |= SECRETS
    return stack_file | {layer: deepcopy(EXISTING[cloud][layer]) for layer in layers}
