"""Rules of one assistant, and of several beside each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, cast

from settings.assistant import Assistant, Resources
from settings.base import Json
from settings.layers import NoEventQueue, NoLockStore, NoModelStorage
from settings.limits import unknown_secret
from settings.model import Settings
from settings.problems import Problem

# Rasa Pro versions whose configuration files the pinned chart mounts and this program writes (docs/compatibility.md).
COMPATIBLE_VERSIONS: Final = ("3.14", "3.15", "3.16", "3.17")

# Set by the program itself in every Rasa pod.
RESERVED_ENVIRONMENT: Final = frozenset(
    {
        "AUTH_TOKEN", "AWS_DEFAULT_REGION", "AWS_ELASTICACHE_CLUSTER_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME",
        "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CONTAINER", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID",
        "BUCKET_NAME", "DB_PASSWORD", "DB_USERNAME",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "IAM_CLOUD_PROVIDER", "JWT_METHOD", "JWT_SECRET",
        "KAFKA_MSK_AWS_IAM_ENABLED", "KAFKA_PASSWORD", "KAFKA_USERNAME", "LOG_LEVEL", "RASA_ENVIRONMENT",
        "RASA_PRO_LICENSE", "RASA_TELEMETRY_DEBUG", "RASA_TELEMETRY_ENABLED", "RDS_SQL_DB_AWS_IAM_ENABLED",
        "REDIS_PASSWORD", "SQL_MAX_OVERFLOW", "SQL_POOL_SIZE", "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", "VAULT_CACERT", "VAULT_TOKEN",
    }
)  # fmt: skip

# Names that Kubernetes, PostgreSQL or Vault keep for themselves: the name becomes a namespace, a database and a role.
RESERVED_NAMES: Final = frozenset(
    {"default", "postgres", "public", "none", "rdsadmin", "template0", "template1", "vault"}
)

_CREDENTIAL: Final = re.compile(r"(?i)(^|[_-])(token|secret|password|api_?key|jwt_key)$")
_UNITS: Final = {"": 1.0, "m": 0.001, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}


def assistant_rules(settings: Settings) -> Iterator[Problem]:
    """Problems of the assistants, with each other and with the platform."""
    if not settings.assistants:
        yield Problem(
            key="assistants",
            got="nothing",
            expected="is set, but a platform is for one assistant at least",
            fix="add one like {name: rasa, model: model.tar.gz}",
        )
    yield from _shared(settings, "name", "name", {i: one.name for i, one in enumerate(settings.assistants)})
    hosts = {i: one.ingress.host for i, one in enumerate(settings.assistants) if one.ingress}
    yield from _shared(settings, "ingress.host", "host", hosts)
    for index, assistant in enumerate(settings.assistants):
        key = f"assistants[{index}]"
        yield from _fits_the_platform(key, assistant, settings)
        yield from _is_consistent(key, assistant)
        yield from _uses_secrets_rightly(key, assistant, settings)


def _shared(settings: Settings, key: str, what: str, values: Mapping[int, str]) -> Iterator[Problem]:
    """One problem for each value that several assistants have."""
    for value, count in Counter(values.values()).items():
        *others, last = (f"assistants[{index}].{key}" for index, one in values.items() if one == value)
        if count > 1:
            yield Problem(
                key=last,
                got=repr(value),
                expected=f"is the {what} of {count} assistants",
                fix="give each its own",
                others=tuple(others),
            )


def _fits_the_platform(key: str, assistant: Assistant, settings: Settings) -> Iterator[Problem]:
    most = max(assistant.replicas, assistant.max_replicas or 0)
    if isinstance(settings.lock_store, NoLockStore) and most > 1:
        yield Problem(
            key=f"{key}.replicas",
            got=str(most),
            expected="needs a lock store, but rasa:lockStore.kind is none",
            fix="set replicas (and maxReplicas) to 1 or create a lock store",
            others=(f"{key}.maxReplicas",),
        )
    if assistant.analytics and isinstance(settings.event_queue, NoEventQueue):
        yield Problem(
            key=f"{key}.analytics",
            got="true",
            expected="needs an event queue, but rasa:eventQueue.kind is none",
            fix="create an event queue or set analytics to false",
        )
    if isinstance(settings.model_storage, NoModelStorage) and assistant.model is not None:
        yield Problem(
            key=f"{key}.model",
            got=assistant.model,
            expected="names an object, but rasa:modelStorage.kind is none (the model is in the image)",
            fix="remove model, or create the model storage",
        )


def _is_consistent(key: str, assistant: Assistant) -> Iterator[Problem]:
    if assistant.name in RESERVED_NAMES:
        yield Problem(
            key=f"{key}.name",
            got=repr(assistant.name),
            expected="is a name that Kubernetes, PostgreSQL or Vault keeps for itself",
            fix="choose another name",
        )
    if assistant.rasa_version not in COMPATIBLE_VERSIONS:
        yield Problem(
            key=f"{key}.rasaVersion",
            got=assistant.rasa_version,
            expected=f"does not fit the pinned chart (fits: {', '.join(COMPATIBLE_VERSIONS)})",
            fix="choose one of them; docs/compatibility.md tells why",
        )
    if assistant.max_replicas is not None and assistant.max_replicas <= assistant.replicas:
        yield Problem(
            key=f"{key}.maxReplicas",
            got=str(assistant.max_replicas),
            expected=f"is not above replicas ({assistant.replicas})",
            fix="raise maxReplicas, or leave it out for no autoscaling",
            others=(f"{key}.replicas",),
        )
    yield from _memory(f"{key}.resources", assistant.resources)
    for position, group in enumerate(assistant.model_groups):
        if not isinstance(group.get("id"), str) or not isinstance(group.get("models"), list):
            yield Problem(
                key=f"{key}.modelGroups[{position}]",
                got="the group",
                expected="lacks an id or models",
                fix="write {id: ..., models: [{provider: ..., model: ...}]}",
            )


def _memory(key: str, resources: Resources) -> Iterator[Problem]:
    if _number(resources.memory_limit) < _number(resources.memory):
        yield Problem(
            key=f"{key}.memoryLimit",
            got=resources.memory_limit,
            expected=f"is below memory ({resources.memory}), so that no pod could start",
            fix="raise memoryLimit or lower memory",
            others=(f"{key}.memory",),
        )


def _number(quantity: str) -> float:
    """A Kubernetes quantity as a number, in bytes or cores."""
    digits = quantity.rstrip("mKiMG")
    return float(digits) * _UNITS[quantity.removeprefix(digits)]


def _uses_secrets_rightly(key: str, assistant: Assistant, settings: Settings) -> Iterator[Problem]:
    for variable, secret in assistant.secret_env.items():
        yield from unknown_secret(f"{key}.secretEnv.{variable}", secret, settings.secrets)
        if variable in RESERVED_ENVIRONMENT:
            yield Problem(
                key=f"{key}.secretEnv.{variable}",
                got=variable,
                expected="is set by the program itself",
                fix="choose another name",
            )
    known = RESERVED_ENVIRONMENT | assistant.secret_env.keys()
    free_form = cast(Json, {"channels": assistant.channels, "modelGroups": list(assistant.model_groups)})
    for path, name, text in _texts(f"{key}", free_form):
        variables = re.findall(r"\$\{([^}]*)\}", text)
        for variable in variables:
            if variable not in known:
                yield Problem(
                    key=path,
                    got=f"${{{variable}}}",
                    expected="is not set in the pods",
                    fix=f"add {variable} to {key}.secretEnv",
                    others=(f"{key}.secretEnv", f"{key}.secretEnv.{variable}"),
                )
        if not variables and text and _CREDENTIAL.search(name):
            yield Problem(
                key=path,
                got="the value",
                expected="stands in clear in the stack file",
                fix="replace the secret, put it under rasa:secrets, name it in secretEnv and write ${NAME} here",
            )


def _texts(path: str, value: Json, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text inside free-form settings, with its path and the key it stands under."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _texts(f"{path}.{key}", item, key)
        case list():
            for index, item in enumerate(value):
                yield from _texts(f"{path}[{index}]", item, name)
        case str():
            yield path, name, value
        case _:
            pass
