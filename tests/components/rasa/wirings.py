"""Connections of a platform that does not exist, in every variant that the types allow."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import yaml

from components.connections import (
    AssistantConnections,
    AssistantDatabases,
    ClusterConnection,
    CredentialsInVault,
    DatabaseConnection,
    DownloadedModel,
    IamRoles,
    InNamespace,
    InNetworks,
    KafkaConnection,
    KafkaIamAuth,
    ModelStorageConnection,
    PasswordAuth,
    PasswordRoles,
    PostgresConnection,
    PostgresIamAuth,
    RecoveryStore,
    RedisConnection,
    RedisIamAuth,
    VaultConnection,
    VaultSeal,
    VolumeClass,
    WorkloadIdentity,
)
from components.rasa.wiring import Wiring
from settings import Assistant, PodSecurity, Profile
from tests.components.built import value

REGION = "eu-central-1"
MODEL_GROUPS = [{"id": "llm", "models": [{"provider": "openai", "model": "gpt-4o", "request_timeout": 7}]}]


def out(text: str) -> pulumi.Output[str]:
    """An output that is known."""
    return pulumi.Output.from_input(text)


def secret(text: str) -> pulumi.Output[str]:
    """A secret output."""
    return pulumi.Output.secret(text)


def assistant(**given: Any) -> Assistant:
    """An assistant as a stack file could have it, small."""
    defaults: dict[str, Any] = {
        "rasaVersion": "3.17.0",
        "replicas": 2,
        "resources": {"cpu": "1", "memory": "2Gi", "memoryLimit": "4Gi"},
        "model": "model.tar.gz",
        "smokeTest": {"llm": False},
    }
    return Assistant.model_validate_json(json.dumps({**defaults, **given}))


def everything(**given: Any) -> Assistant:
    """An assistant with every option turned on."""
    options: dict[str, Any] = {
        "analytics": True,
        "maxReplicas": 6,
        "secretEnv": {"OPENAI_API_KEY": "openaiApiKey"},
        "endpoints": {"nlg": {"url": "https://nlg.example.com:8443/nlg"}, "model_groups": MODEL_GROUPS},
        "actionServer": {
            "image": "registry.example.com/actions:1.0",
            "replicas": 2,
            "resources": {"cpu": "100m", "memory": "256Mi", "memoryLimit": "1Gi"},
        },
        "ingress": {"host": "rasa.example.com", "className": "nginx", "tlsSecret": "rasa-tls"},
    }
    return assistant(**{**options, **given})


def postgres(*, iam: bool = False) -> PostgresConnection:
    """The shared PostgreSQL server."""
    return PostgresConnection(
        host=out("db.example.com"),
        port=5432,
        admin=PasswordAuth(username="rasa_admin", password=secret("admin-password")),
        roles=IamRoles(region=REGION) if iam else PasswordRoles(),
        ssl_mode="verify-full",
        ca_pem="POSTGRES CA",
        networks=("10.0.48.0/24",),
        ready=(),
    )


def databases(settings: Assistant, *, iam: bool = False) -> AssistantDatabases:
    """The databases of an assistant on that server."""

    def database(name: str) -> DatabaseConnection:
        password = PasswordAuth(username=name, password=secret(f"{name}-password"))
        return DatabaseConnection(
            host=out("db.example.com"),
            port=5432,
            database=name,
            auth=PostgresIamAuth(username=name, region=REGION) if iam else password,
            ssl_mode="verify-full",
            ca_pem="POSTGRES CA",
            networks=("10.0.48.0/24",),
            ready=(),
        )

    return AssistantDatabases(
        rasa=database(settings.database),
        analytics=database(settings.analytics_database) if settings.analytics else None,
    )


def connections(name: str = "rasa", *, iam: bool = False) -> AssistantConnections:
    """Everything that an assistant can be connected to."""
    kafka = (
        KafkaIamAuth(region=REGION) if iam else PasswordAuth(username="kafka-user", password=secret("kafka-password"))
    )
    return AssistantConnections(
        lock_store=RedisConnection(
            host=out("redis.example.com"),
            port=6379,
            auth=RedisIamAuth(username="redis-user", region=REGION, replication_group="group")
            if iam
            else PasswordAuth(username="redis-user", password=secret("redis-password")),
            ca_pem="REDIS CA",
            networks=("10.0.49.0/24",),
            ready=(),
        ),
        event_queue=KafkaConnection(
            bootstrap=out("b-1.example.com:9096,b-2.example.com:9096"),
            mechanism="OAUTHBEARER" if iam else "SCRAM-SHA-512",
            producer=kafka,
            consumer=kafka,
            events_topic=f"{name}-core-events",
            dead_letter_topic=f"{name}-analytics-dlq",
            ca_pem="KAFKA CA",
            ports=(9096,),
            networks=("10.0.50.0/24",),
            ready=(),
        ),
        model_storage=ModelStorageConnection(
            remote_storage="aws",
            prefix=f"{name}/",
            environment={"BUCKET_NAME": out("models"), "AWS_DEFAULT_REGION": REGION},
            upload_command=out(f"aws s3 cp model.tar.gz s3://models/{name}/model.tar.gz"),
            ready=(),
        ),
        rasa=identity({"example.com/role": "rasa"}),
        analytics=identity({}),
    )


def identity(annotations: dict[str, str]) -> WorkloadIdentity:
    """A pod's identity, whose tokens come from the node."""
    return WorkloadIdentity(
        service_account_annotations=annotations,
        pod_labels={"example.com/identity": "true"},
        endpoints=(("169.254.170.23/32", 80),),
        ready=(),
    )


def cluster() -> ClusterConnection:
    """A cluster in one network."""
    return ClusterConnection(
        name=out("rasa"),
        identifier=out("cluster/rasa"),
        kubeconfig=out("{}"),
        networks=("10.0.0.0/19",),
        volumes=VolumeClass(provisioner="disk.example.com", parameters={"encrypted": "true"}, ready=()),
        ready=(),
    )


def wiring(settings: Assistant | None = None, *, profile: Profile = Profile.PROD, iam: bool = False) -> Wiring:
    """An assistant wired to everything."""
    chosen = settings or everything()
    return Wiring(
        pod_security=PodSecurity.RESTRICTED,
        databases=databases(chosen, iam=iam),
        assistant=chosen,
        profile=profile,
        connections=connections(chosen.name, iam=iam),
        vault=None,
    )


def without(chosen: Wiring, *services: str) -> Wiring:
    """The same without some services (names of `AssistantConnections`)."""
    return replace(chosen, connections=replace(chosen.connections, **dict.fromkeys(services)))


def with_models(chosen: Wiring, storage: ModelStorageConnection | DownloadedModel) -> Wiring:
    """The same with another model storage."""
    return replace(chosen, connections=replace(chosen.connections, model_storage=storage))


def with_redis(chosen: Wiring, **changes: Any) -> Wiring:
    """The same with another Redis."""
    redis = chosen.connections.lock_store
    assert redis
    return replace(chosen, connections=replace(chosen.connections, lock_store=replace(redis, **changes)))


def text(values: Any) -> str:
    """Values as a file, with what their outputs turn out to be."""
    return yaml.safe_dump(value(values), sort_keys=False, width=120)


def keyed_models(name: str = "rasa") -> ModelStorageConnection:
    """Object storage that Rasa reads with a key."""
    return ModelStorageConnection(
        remote_storage="azure",
        prefix=f"{name}/",
        environment={"AZURE_ACCOUNT_NAME": out("models"), "AZURE_CONTAINER": f"models-{name}"},
        secret_environment={"AZURE_ACCOUNT_KEY": secret("account-key")},
        upload_command=out("az storage blob upload"),
        ready=(),
    )


def downloaded_model(name: str = "rasa") -> DownloadedModel:
    """Object storage that a script reads before Rasa starts."""
    return DownloadedModel(
        script=Path(__file__),
        prefix=f"{name}/",
        environment={"AZURE_ACCOUNT_NAME": out("models"), "AZURE_CONTAINER": f"models-{name}"},
        upload_command=out("az storage blob upload"),
        ready=(),
    )


def vault(*, token: pulumi.Output[str] | None = None) -> VaultConnection:
    """A Vault in the cluster, or, with a token, one of the user's."""
    return VaultConnection(
        url="https://vault.example.com:8200",
        port=8200,
        place=InNamespace(namespace="vault") if token is None else InNetworks(networks=("10.0.51.0/24",)),
        mount="secret",
        path="rasa/tracker-store",
        token_secret="rasa-vault",
        ca_pem="VAULT CA",
        token=token,
        credentials=None,
        usable=True,
        ready=(),
    )


def seal(*, init: bool = True) -> VaultSeal:
    """What a cloud gives a Vault; without `init` the user initialises it."""
    return VaultSeal(
        kind="awskms",
        options={"region": REGION, "kms_key_id": out("key-arn")},
        server=identity({"example.com/role": "vault"}),
        recovery=RecoveryStore(
            identity=identity({"example.com/role": "vault-init"}),
            script=Path(__file__),
            place={"secret": out("secret-arn"), "region": REGION},
            command=out("aws secretsmanager get-secret-value"),
        )
        if init
        else None,
        ready=(),
    )


def with_vault(chosen: Wiring, connection: VaultConnection) -> Wiring:
    """The same with the tracker store's credentials in Vault."""
    in_vault = replace(chosen.databases.rasa, auth=CredentialsInVault())
    return replace(chosen, vault=connection, databases=replace(chosen.databases, rasa=in_vault))


VARIANTS = {
    "everything": wiring,
    "plain redis": lambda: with_redis(wiring(), ca_pem=None),
    "iam": lambda: wiring(iam=True),
    "small": lambda: wiring(assistant(), profile=Profile.DEV),
    "bare": lambda: without(wiring(assistant(replicas=1)), "lock_store", "event_queue", "model_storage"),
    "old": lambda: wiring(everything(rasaVersion="3.14.0")),
    "keyed": lambda: with_models(wiring(), keyed_models()),
    "downloaded": lambda: with_models(wiring(), downloaded_model()),
    "vault": lambda: with_vault(wiring(), vault()),
    "existing vault": lambda: with_vault(wiring(), vault(token=secret("vault-token"))),
}
