"""What Azure adds to a resource, in its formats: as much as the program uses, and no more. See `tests/answers.py`."""

from __future__ import annotations

import base64
import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

SUBSCRIPTION: Final = "00000000-1111-2222-3333-444444444444"
DEPLOYER: Final = "aaaaaaaa-1111-2222-3333-444444444444"
REGION: Final = "westeurope"
# Recognisable wherever they turn up; Azure marks none of them as secret.
REDIS_KEY: Final = "marker-of-the-redis-key"
# Azure's client refuses a key that is not base64.
ACCOUNT_KEY: Final = b64encode(b"marker-of-the-account-key").decode()
HUB_KEY: Final = "marker-of-the-event-hub-key"
NAMESPACE_KEY: Final = "marker-of-the-namespace-key"
KEYS: Final = (REDIS_KEY, ACCOUNT_KEY, HUB_KEY, NAMESPACE_KEY)

KUBECONFIG: Final = """\
apiVersion: v1
kind: Config
clusters:
- name: rasa
  cluster: {server: "https://rasa.hcp.westeurope.azmk8s.io:443", certificate-authority-data: Q0E=}
contexts:
- {name: rasa, context: {cluster: rasa, user: clusterUser}}
current-context: rasa
users:
- name: clusterUser
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, args: [--login, devicecode]}}
"""

CALLS: Final[Mapping[str, dict[str, Any]]] = {
    "authorization:getClientConfig": {
        "clientId": "client",
        "objectId": DEPLOYER,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": "tenant",
    },
    "containerservice:listManagedClusterUserCredentials": {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(KUBECONFIG.encode()).decode()}]
    },
    "redisenterprise:listDatabaseKeys": {"primaryKey": REDIS_KEY, "secondaryKey": "other"},
    "storage:listStorageAccountKeys": {
        "keys": [
            {"creationTime": "", "keyName": name, "permissions": "FULL", "value": value}
            for name, value in {"key1": ACCOUNT_KEY, "key2": "the other key"}.items()
        ]
    },
    "eventhub:listEventHubKeys": {"primaryConnectionString": f"Endpoint=sb://hubs/;SharedAccessKey={HUB_KEY}"},
    "eventhub:listNamespaceKeys": {"primaryConnectionString": f"Endpoint=sb://hubs/;SharedAccessKey={NAMESPACE_KEY}"},
}

# The input that holds the resource's own name, where the program gives one.
NAMES: Final[Mapping[str, str]] = {
    "authorization:RoleDefinition": "roleDefinitionId",
    "containerservice:AgentPool": "agentPoolName",
    "containerservice:ManagedCluster": "resourceName",
    "dbforpostgresql:Configuration": "configurationName",
    "dbforpostgresql:Server": "serverName",
    "eventhub:EventHub": "eventHubName",
    "eventhub:EventHubAuthorizationRule": "authorizationRuleName",
    "eventhub:Namespace": "namespaceName",
    "eventhub:NamespaceAuthorizationRule": "authorizationRuleName",
    "keyvault:Key": "keyName",
    "keyvault:Vault": "vaultName",
    "network:Subnet": "subnetName",
    "privatedns:PrivateZone": "privateZoneName",
    "redisenterprise:Database": "databaseName",
    "redisenterprise:RedisEnterprise": "clusterName",
    "resources:ResourceGroup": "resourceGroupName",
    "storage:BlobContainer": "containerName",
    "storage:StorageAccount": "accountName",
}


def answer_to_call(token: str) -> dict[str, Any] | None:
    """The result of an invoke; None for one that the program has no use for."""
    return CALLS.get(token.removeprefix("azure-native:"))


def outputs_of(type_: str, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Id and further outputs of a new resource."""
    kind = type_.removeprefix("azure-native:")
    own = str(inputs.get(NAMES.get(kind, ""), f"{name}{_digest(name)}"))
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{inputs.get('resourceGroupName')}"
    id_ = f"{group}/providers/{kind.replace(':', '/')}/{own}"
    if kind == "keyvault:Key":
        id_ = f"{group}/providers/keyvault/Vault/{inputs['vaultName']}/keys/{own}"
    outputs: dict[str, Any] = {"name": own, "location": REGION}
    if kind in _MORE:
        outputs |= _MORE[kind](own, inputs)
    return id_, outputs


def as_outputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs in the form that Azure gives them back: a list of identities becomes a mapping."""
    identity = inputs.get("identity")
    if not isinstance(identity, dict) or not isinstance(identity["userAssignedIdentities"], list):
        return dict(inputs)
    identities = {id: {} for id in identity["userAssignedIdentities"] if isinstance(id, str)}
    return {**inputs, "identity": {**identity, "userAssignedIdentities": identities}}


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _key(own: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    uri = f"https://{inputs['vaultName']}.vault.azure.net/keys/{own}"
    return {"keyUri": uri, "keyUriWithVersion": f"{uri}/{hashlib.sha256(own.encode()).hexdigest()[:32]}"}


_MORE: Final[Mapping[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]]] = {
    "containerservice:ManagedCluster": lambda own, inputs: {
        "fqdn": f"{own}-a1b2c3d4.hcp.{REGION}.azmk8s.io",
        "oidcIssuerProfile": {
            **inputs["oidcIssuerProfile"],
            "issuerURL": f"https://{REGION}.oic.prod-aks.azure.com/t/{own}/",
        },
    },
    "dbforpostgresql:Server": lambda own, _: {"fullyQualifiedDomainName": f"{own}.postgres.database.azure.com"},
    "keyvault:Key": _key,
    "managedidentity:UserAssignedIdentity": lambda own, _: {
        "principalId": f"principal-{own}",
        "clientId": f"client-{own}",
    },
    "network:PublicIPAddress": lambda _own, _inputs: {"ipAddress": "20.1.2.3"},
    "redisenterprise:RedisEnterprise": lambda own, _: {"hostName": f"{own}.{REGION}.redis.azure.net"},
}
