"""The environment variables of pods: names, those that the program sets itself, and rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from settings.base import matching
from settings.problems import Problem
from settings.rasa_files import problems_of_texts
from settings.stack import Stack

# The program sets these in every Rasa pod.
RESERVED_ENVIRONMENT: Final = frozenset(
    {
        "AUTH_TOKEN", "AWS_DEFAULT_REGION", "AWS_ELASTICACHE_CLUSTER_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME",
        "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CONTAINER", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID",
        "BUCKET_NAME", "DB_PASSWORD", "DB_USERNAME",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "IAM_CLOUD_PROVIDER", "JWT_METHOD", "JWT_PRIVATE_KEY", "JWT_SECRET",
        "KAFKA_MSK_AWS_IAM_ENABLED", "KAFKA_PASSWORD", "KAFKA_USERNAME", "LOG_LEVEL", "RASA_DUCKLING_HTTP_URL",
        "RASA_ENVIRONMENT",
        "RASA_PRO_LICENSE", "RASA_TELEMETRY_DEBUG", "RASA_TELEMETRY_ENABLED", "RDS_SQL_DB_AWS_IAM_ENABLED",
        "REDIS_PASSWORD", "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", "VAULT_CACERT", "VAULT_TOKEN",
    }
)  # fmt: skip

# The program sets these unless the assistant does. Rasa's own default of 50 + 100 connections for each process would
# use up a small server.
POOL: Final = {"SQL_POOL_SIZE": "10", "SQL_MAX_OVERFLOW": "10"}
# The settings to use in place of a variable.
INSTEAD: Final[Mapping[str, str]] = {
    "LOG_LEVEL": "values.rasa.settings.logging.logLevel",
    "RASA_DUCKLING_HTTP_URL": "duckling.url",
}
# Rasa reads these with `int` and does not start with any other text.
NUMBERS: Final = ("SANIC_WORKERS", *POOL)

EnvironmentName = Annotated[
    str,
    matching(r"[A-Z_][A-Z0-9_]*", "is not the name of an environment variable", "write it in capitals: OPENAI_API_KEY"),
]


def problems_of_variables(
    stack: Stack, env: Mapping[str, str], secret_env: Mapping[str, str], reserved: frozenset[str], at: str
) -> Iterator[Problem]:
    """Yields variables that are set twice, credentials in plain text, and names of secrets that do not exist."""
    for variable, secret in secret_env.items():
        key = f"{at}.secretEnv.{variable}"
        yield from stack.unknown_secret(key, secret)
        if variable in reserved:
            yield _reserved(key, variable)
        if variable in env:
            expected, fix = "is in env too", "remove it from one of the two"
            yield Problem(key=key, got=variable, expected=expected, fix=fix, others=(f"{at}.env.{variable}",))
    for variable, value in env.items():
        if variable in reserved:
            yield _reserved(f"{at}.env.{variable}", variable)
            continue
        yield from problems_of_texts({variable: value}, f"{at}.env", frozenset(secret_env) | env.keys())


def _reserved(key: str, variable: str) -> Problem:
    fix = f"use {INSTEAD[variable]}" if variable in INSTEAD else "choose another name"
    return Problem(key=key, got=variable, expected="is set by the program itself", fix=fix)


def problems_of_numbers(env: Mapping[str, str], secret_env: Mapping[str, str], at: str) -> Iterator[Problem]:
    """Yields variables of Rasa that have to be whole numbers and are not."""
    for variable in NUMBERS:
        if variable in secret_env:
            key, expected = f"{at}.secretEnv.{variable}", "is a number, not a secret"
            yield Problem(key=key, got=variable, expected=expected, fix="move it to env")
        if re.fullmatch(r"\d+", env.get(variable, "1")) is None:
            expected, fix = "is not a whole number", "write one, in quotes"
            yield Problem(key=f"{at}.env.{variable}", got="the value", expected=expected, fix=fix)
