"""Connections: what the clients of a service need. Nothing else passes between clouds, cluster and Rasa.

A service component ends in one of these. Secrets are in fields that are never printed. `networks` are the address
ranges of the service, in CIDR form: network policies open exactly these. `ready` are the resources that must exist
before a client can connect, but that no output names: firewall rules, grants, topics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pulumi

from settings import PodSecurity


@dataclass(frozen=True, kw_only=True)
class PasswordAuth:
    """A user name and a password. The password is a secret output."""

    username: pulumi.Input[str]
    password: pulumi.Output[str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class KafkaIamAuth:
    """Tokens from the pod's own cloud identity, which Rasa fetches itself (AWS only; rasa-pro 3.14 and later)."""

    region: str


@dataclass(frozen=True, kw_only=True)
class RedisIamAuth:
    """Tokens from the pod's own cloud identity for ElastiCache: for one user and one replication group."""

    username: pulumi.Input[str]
    region: str
    replication_group: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class PasswordRoles:
    """Each assistant's database role gets a generated password."""


@dataclass(frozen=True, kw_only=True)
class IamRoles:
    """Each assistant's database role is granted `rds_iam` and has no password."""

    region: str


@dataclass(frozen=True, kw_only=True)
class PostgresConnection:
    """A PostgreSQL server for its administrator; every assistant gets a database and a role on it.

    `roles` is how the assistants' roles sign in. `ca_pem` holds the roots of the server's certificate, PEM.
    """

    host: pulumi.Output[str]
    port: int
    admin: PasswordAuth
    roles: PasswordRoles | IamRoles
    ssl_mode: Literal["verify-full", "verify-ca"]
    ca_pem: pulumi.Input[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PostgresIamAuth:
    """Tokens from the pod's own cloud identity for a role on RDS (rasa-pro 3.14 and later)."""

    username: str
    region: str


@dataclass(frozen=True, kw_only=True)
class CredentialsInVault:
    """User name and password are in Vault, from which Rasa reads them itself."""


@dataclass(frozen=True, kw_only=True)
class DatabaseConnection:
    """One database, for its owner."""

    host: pulumi.Output[str]
    port: int
    database: str
    auth: PasswordAuth | PostgresIamAuth | CredentialsInVault
    ssl_mode: Literal["verify-full", "verify-ca"]
    ca_pem: pulumi.Input[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AssistantDatabases:
    """The databases of one assistant: Rasa's, and that of analytics if it is on."""

    rasa: DatabaseConnection
    analytics: DatabaseConnection | None


@dataclass(frozen=True, kw_only=True)
class ExistingDatabases:
    """Databases, by the assistant's name, on a server that the program does not administer."""

    by_assistant: Mapping[str, AssistantDatabases]


@dataclass(frozen=True, kw_only=True)
class RedisConnection:
    """One assistant's access to a Redis-compatible service, cluster mode off.

    `ca_pem` holds the roots of the server's certificate, PEM; None for a plain connection. `tunnel`: the certificate
    names no host that a client could check. Then pods reach the service through a sidecar that checks the chain alone,
    and the roots are the service's own, which sign nothing else.
    """

    host: pulumi.Output[str]
    port: int
    auth: PasswordAuth | RedisIamAuth
    ca_pem: pulumi.Input[str] | None
    tunnel: bool = False
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if self.tunnel and self.ca_pem is None:
            raise ValueError("a tunnel verifies a certificate, so it needs ca_pem")


@dataclass(frozen=True, kw_only=True)
class MissingTopics:
    """Topics that only clients inside the network can create, because the service's API is private as well.

    `maker` is a user that may create the assistant's topics.
    """

    maker: PasswordAuth
    partitions: int
    retention_hours: int


@dataclass(frozen=True, kw_only=True)
class CertificateAuth:
    """A client certificate with its chain, and its private key, both PEM and secret outputs."""

    certificate: pulumi.Output[str] = field(repr=False)
    key: pulumi.Output[str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class KafkaConnection:
    """One assistant's access to Kafka over TLS. Its topics exist, unless they are `missing_topics`.

    `bootstrap` is one comma-separated string `host:port,host:port`. `producer` is Rasa's access, `consumer` that of
    analytics, with the consumer group. A certificate has no mechanism.
    """

    bootstrap: pulumi.Output[str]
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None
    producer: PasswordAuth | KafkaIamAuth | CertificateAuth
    consumer: PasswordAuth | KafkaIamAuth | CertificateAuth
    events_topic: str
    dead_letter_topic: str
    consumer_group: str
    missing_topics: MissingTopics | None = None
    ca_pem: pulumi.Input[str]
    ports: tuple[int, ...]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ModelStorageConnection:
    """One assistant's access to object storage, through Rasa's remote storage of that name.

    Models are below `prefix` (ends with a slash), the only part of the bucket that the assistant can read.
    `environment` and `secret_environment` are what Rasa reads in addition to `--remote-storage` and `--model`.
    `upload_command` copies a local `model.tar.gz` to `<prefix>model.tar.gz`.
    """

    remote_storage: Literal["aws", "gcs", "azure"]
    prefix: str
    environment: Mapping[str, pulumi.Input[str]]
    secret_environment: Mapping[str, pulumi.Output[str]] = field(
        default_factory=dict[str, pulumi.Output[str]], repr=False
    )
    upload_command: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class DownloadedModel:
    """One assistant's access to object storage that Rasa cannot read by itself.

    `script` runs in Rasa's image as the pod's identity, before Rasa: `<script> <key> <file>` downloads a model; without
    arguments it only checks whether the storage answers. It reads `environment`. The other fields are those of
    `ModelStorageConnection`.
    """

    script: Path
    prefix: str
    environment: Mapping[str, pulumi.Input[str]]
    upload_command: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True)
class ServiceAccount:
    """A service account of the cluster, by its namespace and its name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentity:
    """The cloud identity of a pod's service account.

    `endpoints` are the addresses (CIDR, port) from which pods get their tokens inside the node.
    """

    service_account_annotations: Mapping[str, pulumi.Input[str]]
    pod_labels: Mapping[str, str]
    endpoints: tuple[tuple[str, int], ...]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


NO_IDENTITY: Final = WorkloadIdentity(service_account_annotations={}, pod_labels={}, endpoints=(), ready=())


@dataclass(frozen=True, kw_only=True)
class InNamespace:
    """A service in the cluster, by its namespace."""

    namespace: str


@dataclass(frozen=True, kw_only=True)
class InNetworks:
    """A service outside the cluster, by its address ranges."""

    networks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VaultConnection:
    """One assistant's access to a key-value engine, version 2, of HashiCorp Vault.

    The tracker store's credentials are at `path` below `mount`, keys `db_username` and `db_password`. The Secret
    `token_secret` of the assistant's namespace holds a token (key `token`) that may read them and renew itself; `token`
    has it if the user gave it, and is None if a Job delivers it, unseen by the program. `credentials` are what the
    program has written there; None if the user writes them. `usable`: there is or will be a token. It is False as long
    as the user has to initialise Vault.
    """

    url: str
    port: int
    place: InNamespace | InNetworks
    mount: str
    path: str
    token_secret: str
    ca_pem: pulumi.Input[str]
    token: pulumi.Output[str] | None = field(repr=False)
    credentials: PasswordAuth | None
    usable: bool
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RecoveryStore:
    """A secret in the cloud's own secret store, for the recovery keys of Vault.

    `identity` is that of the Job that initialises Vault; it may only add a value to this secret. `script` is a module
    whose `add(place, value)` does that in the Job's pod. `command` shows the keys to people who may read them.
    """

    identity: WorkloadIdentity
    script: Path
    place: Mapping[str, pulumi.Input[str]]
    command: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class VaultSeal:
    """The resources of the cloud for Vault in the cluster: a key that unseals it, and a secret for its recovery keys.

    `kind` and `options` are its `seal` stanza. `server` is the identity of its pods, which may use the key. `recovery`
    is None if the user initialises Vault.
    """

    kind: Literal["awskms", "azurekeyvault", "gcpckms"]
    options: Mapping[str, pulumi.Input[str]]
    server: WorkloadIdentity
    recovery: RecoveryStore | None
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class VolumeClass:
    """The cluster's encrypted disks: the driver and its parameters for a StorageClass.

    `ready` are the grants without which a disk cannot be encrypted or attached.
    """

    provisioner: str
    parameters: Mapping[str, pulumi.Input[str]]
    ready: tuple[pulumi.Resource, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ClusterConnection:
    """A Kubernetes cluster.

    `identifier` stays equal as long as the cluster exists (ARN or resource id). `kubeconfig` is JSON; that of a created
    cluster has exec authentication and no token. `networks` are the ranges of nodes, and so of load balancers and
    probes. `volumes` is None if the cluster's own default class is used.
    """

    name: pulumi.Output[str]
    identifier: pulumi.Output[str]
    kubeconfig: pulumi.Output[str] = field(repr=False)
    networks: tuple[str, ...]
    volumes: VolumeClass | None = None
    ready: tuple[pulumi.Resource, ...] = field(repr=False)
    pod_security: PodSecurity = PodSecurity.RESTRICTED


@dataclass(frozen=True, kw_only=True)
class AssistantConnections:
    """Everything that one assistant uses besides the shared PostgreSQL server; None if the stack has no such service.

    `rasa` is the identity of the service account `rasa`, `analytics` that of `rasa-pro-services`.
    """

    lock_store: RedisConnection | None
    event_queue: KafkaConnection | None
    model_storage: ModelStorageConnection | DownloadedModel | None
    rasa: WorkloadIdentity
    analytics: WorkloadIdentity
