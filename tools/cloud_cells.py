"""The cells of docs/clouds.md: what one layer is on one cloud, in the same words for all clouds.

It reads the settings' defaults and recorded programs. A value without words is an error, so that the page stays exact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from sandbox.recording import Recording, Registration
from settings.base import Cloud
from settings.defaults import layer_defaults
from settings.setting import Profile
from tools.stacks import DEV, PROD, recording

TITLES: Final = {Cloud.AWS: "AWS", Cloud.AZURE: "Azure", Cloud.GCP: "GCP"}
RELEASE: Final = "kubernetes:helm.sh/v3:Release"
# The product and its resource. Only the names are written by hand.
PRODUCTS: Final[Mapping[str, Mapping[Cloud, tuple[str, str]]]] = {
    "cluster": {
        Cloud.AWS: ("EKS", "aws:eks/cluster:Cluster"),
        Cloud.AZURE: ("AKS", "azure-native:containerservice:ManagedCluster"),
        Cloud.GCP: ("GKE", "gcp:container/cluster:Cluster"),
    },
    "trackerStore": {
        Cloud.AWS: ("RDS for PostgreSQL", "aws:rds/instance:Instance"),
        Cloud.AZURE: ("Azure Database for PostgreSQL, flexible server", "azure-native:dbforpostgresql:Server"),
        Cloud.GCP: ("Cloud SQL for PostgreSQL", "gcp:sql/databaseInstance:DatabaseInstance"),
    },
    "lockStore": {
        Cloud.AWS: ("ElastiCache for Valkey", "aws:elasticache/replicationGroup:ReplicationGroup"),
        Cloud.AZURE: ("Azure Managed Redis", "azure-native:redisenterprise:RedisEnterprise"),
        Cloud.GCP: ("Memorystore for Redis", "gcp:redis/instance:Instance"),
    },
    "eventQueue": {
        Cloud.AWS: ("Amazon MSK", "aws:msk/cluster:Cluster"),
        Cloud.AZURE: ("Event Hubs, Kafka endpoint", "azure-native:eventhub:Namespace"),
        Cloud.GCP: ("Confluent Cloud on GCP", "confluentcloud:index/kafkaCluster:KafkaCluster"),
    },
    "modelStorage": {
        Cloud.AWS: ("S3", "aws:s3/bucket:Bucket"),
        Cloud.AZURE: ("Blob Storage", "azure-native:storage:StorageAccount"),
        Cloud.GCP: ("Cloud Storage", "gcp:storage/bucket:Bucket"),
    },
    "secretsManager": {
        Cloud.AWS: ("HashiCorp Vault; recovery keys in Secrets Manager", RELEASE),
        Cloud.AZURE: ("HashiCorp Vault; recovery keys in a Key Vault of their own", RELEASE),
        Cloud.GCP: ("HashiCorp Vault; recovery keys in Secret Manager", RELEASE),
    },
}
# Settings that describe a size, in the order of the page.
SIZES: Final[Mapping[str, str]] = {
    "nodes": "{} nodes",
    "brokers": "{} brokers",
    "units": "{} units",
    "storageGb": "{} GiB",
    "maxStorageGb": "grows to {} GiB",
    "partitions": "{} partitions for each topic",
}
STANDBY: Final = {False: "one server", True: "a standby in another zone"}
NODES: Final = {False: "one node", True: "a replica in another zone"}
# Inputs that set redundancy, by path, with the meaning of their values.
AVAILABILITY: Final[Mapping[str, Mapping[str, Mapping[Any, str]]]] = {
    "cluster": {"sku.tier": {"Free": "no uptime of the API is promised", "Standard": "uptime of the API is promised"}},
    "trackerStore": {
        "multiAz": STANDBY,
        "highAvailability.mode": {"Disabled": STANDBY[False], "ZoneRedundant": STANDBY[True]},
        "settings.availabilityType": {"ZONAL": STANDBY[False], "REGIONAL": STANDBY[True]},
    },
    "lockStore": {
        "multiAzEnabled": NODES,
        "highAvailability": {"Disabled": NODES[False], "Enabled": NODES[True]},
        "tier": {"BASIC": NODES[False], "STANDARD_HA": NODES[True]},
    },
    "eventQueue": {
        "sku.tier": {"Standard": "spread over zones by Azure", "Premium": "spread over zones by Azure"},
        "availability": {"SINGLE_ZONE": "one zone", "HIGH": "several zones"},
    },
    "modelStorage": {
        "sku.name": {"Standard_LRS": "three copies in one zone", "Standard_ZRS": "three zones"},
    },
}
# Inputs that name the zones, or a subnet in each.
ZONES: Final = (
    "vpcConfig.subnetIds",
    "brokerNodeGroupInfo.clientSubnets",
    "agentPoolProfiles.0.availabilityZones",
    "nodeLocations",
)
# Inputs that name a key of the stack, if there is one.
KEYS: Final = (
    "kmsKeyId",
    "encryptionInfo.encryptionAtRestKmsKeyArn",
    "encryptionConfig.provider.keyArn",
    "dataEncryption.primaryKeyURI",
    "encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl",
    "encryption.keyVaultProperties",
    "encryptionKeyName",
    "customerManagedKey",
    "databaseEncryption.keyName",
    "encryption.defaultKmsKeyName",
)
HOST_AND_ROOTS: Final = "host name and authority"
AUTHORITY: Final = "authority, which signs for this service only"
MODEL_AUTH: Final[Mapping[str | None, str]] = {
    None: "identity of the pod",
    "key": "key of the account",
    "initDownload": "identity of the pod, in an init container",
}
# The key that unseals Vault and encrypts Vault's own key.
SEALS: Final = {
    "awskms": "key of its own in KMS",
    "azurekeyvault": "key of its own in Key Vault",
    "gcpckms": "key of its own in Cloud KMS",
}
ENDPOINTS: Final = {"trackerStore": "tracker_store", "lockStore": "lock_store", "eventQueue": "event_broker"}
REDIS_DATABASE: Final = "azure-native:redisenterprise:Database"
SNAPSHOT_HOURS: Final = {"12h": 12, "TWELVE_HOURS": 12}


def resource(cloud: Cloud, profile: Profile, layer: str) -> Registration:
    """Returns the layer's main resource in the shipped stack."""
    if layer == "secretsManager":
        return _stack(cloud, profile).named("vault-release")
    (found,) = _stack(cloud, profile).of_type(PRODUCTS[layer][cloud][1])
    return found


def _stack(cloud: Cloud, profile: Profile) -> Recording:
    return recording((DEV if profile is Profile.DEV else PROD)[cloud])


def _at(inputs: Any, path: str) -> Any:
    for key in path.split("."):
        match inputs:
            case {**items}:
                inputs = cast("dict[str, Any]", items).get(key)
            case [*items] if key.isdigit():
                inputs = items[int(key)]
            case _:
                return None
    return inputs


def _size(cloud: Cloud, profile: Profile, layer: str) -> str:
    default = layer_defaults(cloud, profile)[layer]
    words: list[str] = []
    match default:
        case {"nodeSizes": [*sizes], "minNodes": least, "maxNodes": most}:
            words += [" or ".join(f"`{size}`" for size in sizes), f"{least} to {most} nodes"]
        case {"size": str(size)}:
            words.append(f"{size} GiB" if size.isdigit() else f"`{size}`")
        case _:
            pass
    for key, text in SIZES.items():
        if key in default:
            of_several = "brokers" in default or layer == "secretsManager"
            each = " each" if key == "storageGb" and of_several else ""
            words.append(_one(text.format(default[key]) + each))
    return ", ".join(words)


def _one(text: str) -> str:
    """Returns the singular of `1 nodes`."""
    return re.sub(r"\b1 (\w+)s\b", r"1 \1", text)


def _version(cloud: Cloud, profile: Profile, layer: str) -> str:
    if layer == "modelStorage":
        return ""
    return str(layer_defaults(cloud, profile)[layer].get("version", "the service's own"))


def _authentication(cloud: Cloud, profile: Profile, layer: str) -> str:
    found = _stack(cloud, profile)
    match layer:
        case "cluster":
            (user,) = json.loads(found.outputs["kubeconfig"].value)["users"]
            return f"identity of the cloud, by `{user['user']['exec']['command']}`"
        case "modelStorage":
            return MODEL_AUTH[cast("str | None", layer_defaults(cloud, profile)[layer].get("auth"))]
        case "secretsManager":
            return {"${VAULT_TOKEN}": "token of each assistant's own"}[
                found.outputs["endpoints"]["rasa"]["secrets_manager"]["token"]
            ]
        case _:
            told = found.outputs["endpoints"]["rasa"][ENDPOINTS[layer]]
            mechanism = told.get("sasl_mechanism")
            password = f"user and password (SASL {mechanism})" if mechanism else "user and password"
            return password if {"password", "sasl_password"} & told.keys() else "identity of the pod"


def _tls(cloud: Cloud, profile: Profile, layer: str) -> str:
    found = _stack(cloud, profile).outputs
    match layer:
        case "trackerStore":
            variables = found["values"]["rasa"]["rasa"]["additionalEnv"]
            (mode,) = (each["value"] for each in variables if each["name"] == "SQL_TRACKER_STORE_SSL_MODE")
            return f"`{mode}`: {({'verify-full': HOST_AND_ROOTS, 'verify-ca': AUTHORITY})[mode]}"
        case "lockStore":
            told = found["endpoints"]["rasa"]["lock_store"]
            return HOST_AND_ROOTS if told["use_ssl"] else f"{AUTHORITY}; in a sidecar"
        case "eventQueue":
            told = found["endpoints"]["rasa"]["event_broker"]
            return {("SASL_SSL", True): HOST_AND_ROOTS}[told["security_protocol"], told["ssl_check_hostname"]]
        case _:
            return HOST_AND_ROOTS


def _encryption(cloud: Cloud, profile: Profile, layer: str) -> str:
    inputs = resource(cloud, profile, layer).inputs
    if layer == "secretsManager":
        (seal,) = re.findall(r'^seal "(\w+)"', _at(inputs, "values.server.ha.raft.config"), flags=re.MULTILINE)
        return SEALS[seal]
    if layer == "modelStorage" and cloud is Cloud.AWS:
        type_ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        (rules,) = (one.inputs["rules"] for one in _stack(cloud, profile).of_type(type_))
        own = any(_at(rule, "applyServerSideEncryptionByDefault.kmsMasterKeyId") for rule in rules)
    else:
        own = any(_at(inputs, path) for path in KEYS)
    return "key of the stack" if own else "key of the cloud"


def _availability(cloud: Cloud, profile: Profile, layer: str) -> str:
    return ", ".join(_redundancy(cloud, layer, resource(cloud, profile, layer).inputs))


def _redundancy(cloud: Cloud, layer: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    if layer == "secretsManager":
        apart = "requiredDuringScheduling" in _at(inputs, "values.server.affinity")
        yield "one node" if _at(inputs, "values.server.ha.replicas") == 1 else "several nodes"
        if apart:
            yield "no two on one node of the cluster"
        return
    zones = [_at(inputs, path) for path in ZONES]
    if any(zones):
        yield f"{max(len(each) for each in zones if each)} zones"
    elif layer == "cluster":
        yield "one zone"
    elif layer == "modelStorage" and cloud is not Cloud.AZURE:
        yield f"several zones, by {TITLES[cloud]} itself"
    for path, words in AVAILABILITY[layer].items():
        value = _at(inputs, path)
        if value is not None:
            yield words[value]


def _backup(cloud: Cloud, profile: Profile, layer: str) -> str:
    default = layer_defaults(cloud, profile)[layer]
    match layer:
        case "trackerStore":
            days = int(str(default["backupDays"]))
            return _one(f"daily, kept {days} days; {_moments(cloud, profile, days)}")
        case "lockStore":
            if days := default.get("backupDays"):
                return _one(f"daily, kept {days} days")
            return _persistence(cloud, profile)
        case "eventQueue":
            return f"events, kept {default['retentionHours']} hours"
        case "modelStorage":
            return f"replaced and deleted models, kept {default['oldVersionDays']} days"
        case "secretsManager":
            return "snapshots, as you take them: [vault.md](vault.md)"
        case _:
            return ""


def _moments(cloud: Cloud, profile: Profile, days: int) -> str:
    """Returns how far back every moment can be restored; on AWS and Azure that comes with the backups."""
    if cloud is Cloud.GCP:
        kept = resource(cloud, profile, "trackerStore").inputs["settings"]["backupConfiguration"]
        if not kept["pointInTimeRecoveryEnabled"]:
            return "no moment between them"
        days = kept["transactionLogRetentionDays"]
    return "every moment of the last day" if days == 1 else f"every moment of the last {days} days"


def _persistence(cloud: Cloud, profile: Profile) -> str:
    """Returns what a Redis writes to disk, to restore from it at its start."""
    if cloud is Cloud.AZURE:
        (database,) = _stack(cloud, profile).of_type(REDIS_DATABASE)
        every = _at(database.inputs, "persistence.rdbFrequency")
    else:
        every = _at(resource(cloud, profile, "lockStore").inputs, "persistenceConfig.rdbSnapshotPeriod")
    return f"the last state, every {SNAPSHOT_HOURS[every]} hours" if every else "none"


def _protection(cloud: Cloud, profile: Profile, layer: str) -> str:
    found = resource(cloud, profile, layer)
    words = ["Pulumi" if found.protect else "", "the service" if found.inputs.get("deletionProtection") else ""]
    locks = _stack(cloud, profile).of_type("azure-native:authorization:ManagementLockByScope")
    words.append("a lock" if any(found.urn in lock.dependencies for lock in locks) else "")
    return " and ".join(word for word in words if word) or "nothing"


ROWS: Final[Mapping[str, Callable[[Cloud, Profile, str], str]]] = {
    "size": _size,
    "version": _version,
    "sign-in": _authentication,
    "TLS": _tls,
    "encrypted with": _encryption,
    "availability": _availability,
    "backup": _backup,
    "protected by": _protection,
}
