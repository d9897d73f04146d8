"""An `up` step by step: which credentials the services take at each point, and which ones pods have or would find.

What the engine has done comes from its events, what each resource was before and after from the state. A service takes
what its resources say at that time; what is made by the Jobs (logins in PostgreSQL, credentials in Vault) it takes from
the moment on when a Job has run. Two keys of an account on Azure are both taken as long as nobody touches it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tools.workplace import plain

Resource = Mapping[str, Any]
Steps = Sequence[tuple[str, str]]
MADE: Final = ("create", "update", "create-replacement")
ROLES_JOB: Final = "rasa-database-roles-job"
VAULT_JOB: Final = "rasa-vault-config-job"
RELEASE: Final = "rasa-release"
SECRET: Final = "rasa-secrets-secret"
# Keys of Rasa's Secret for a service, beside the user names where they change as well.
PASSWORDS: Final = {
    "redisPassword": None,
    "kafkaSslPassword": "kafkaUsername",
    "analyticsKafkaPassword": "analyticsKafkaUsername",
}


@dataclass
class Platform:
    """The stack at one point. `logins` and `vault` are what the Jobs have made, `pods` what the running ones have."""

    resources: dict[str, Resource]
    logins: dict[str, str] = field(default_factory=dict[str, str])
    vault: tuple[str, str] | None = None
    pods: Mapping[str, str] = field(default_factory=dict[str, str])
    pods_login: tuple[str, str] | None = None

    def named(self, name: str) -> Resource:
        """The resource of that name."""
        (found,) = (one for urn, one in self.resources.items() if urn.endswith(f"::{name}"))
        return found

    def of_type(self, type_: str) -> list[Resource]:
        """All of a type."""
        return [one for one in self.resources.values() if one["type"] == type_]

    def secret(self, name: str) -> Mapping[str, str]:
        """What a Kubernetes Secret holds."""
        return plain(self.named(name)["inputs"]["stringData"])

    def done(self, name: str) -> Iterator[str]:
        """What follows from a step: the Jobs do their work, the release starts pods. Tells what they could not use."""
        if name == ROLES_JOB:
            yield from self._make_roles()
        elif name == VAULT_JOB:
            credentials = self.secret("rasa-vault-credentials")
            self.vault = credentials["username"], credentials["password"]
        elif name == RELEASE:
            self.pods, self.pods_login = self.secret(SECRET), self.vault

    def _make_roles(self) -> Iterator[str]:
        (container,) = self.named(ROLES_JOB)["inputs"]["spec"]["template"]["spec"]["containers"]
        told = {one["name"]: one.get("value") for one in container["env"]}
        if self.secret("database-admin")["password"] != administrator(self):
            yield "the Job that makes roles has not the administrator's password"
        for role, login in json.loads(told["LOGINS"]).items():
            family = [one for one in self.logins if one == role or one.removeprefix(f"{role}_").isdigit()]
            for ended in sorted(set(family) - {login}, key=lambda one: int(one[len(role) + 1 :] or 1))[:-1]:
                del self.logins[ended]
            self.logins[login] = self.secret("rasa-database-passwords")[role]


def replay(before: Sequence[Resource], after: Sequence[Resource], ups: Steps, start: Platform | None = None) -> Replay:
    """What goes wrong on the way from one state to the next."""
    platform = start or Platform({})
    platform.resources = {one["urn"]: one for one in before}
    if start is None:
        for name in (ROLES_JOB, VAULT_JOB, RELEASE):
            assert list(platform.done(name)) == []
    later = {one["urn"]: one for one in after}
    wrong = list(refused(platform, "before"))
    for operation, urn in ups:
        name = urn.rpartition("::")[2]
        if operation in MADE:
            platform.resources[urn] = later[urn]
            wrong += platform.done(name)
        elif operation == "delete":
            del platform.resources[urn]
        wrong += refused(platform, f"{operation} {name}")
    return Replay(platform=platform, wrong=wrong)


@dataclass(frozen=True)
class Replay:
    """Where it ends, and each moment at which somebody had what a service did not take."""

    platform: Platform
    wrong: list[str]


def refused(platform: Platform, moment: str) -> Iterator[str]:
    """What running pods have, pods that start now would find, and the schedule of a Job would bring to Vault."""
    scheduled = platform.secret("rasa-vault-credentials")
    for who, secret, login in (
        ("running pods", platform.pods, platform.pods_login),
        ("pods that start", platform.secret(SECRET), platform.vault),
        ("the schedule", {}, (scheduled["username"], scheduled["password"])),
    ):
        assert login is not None
        if platform.logins.get(login[0]) != login[1]:
            yield f"{moment}: {who}: the database does not take {login[0]}"
        if "analyticsDbUrl" in secret:
            url = urlsplit(secret["analyticsDbUrl"])
            if platform.logins.get(url.username or "") != url.password:
                yield f"{moment}: {who}: the database does not take {url.username}"
        for key, user in PASSWORDS.items():
            if key in secret and not taken(platform, key, secret.get(user or "", ""), secret[key]):
                yield f"{moment}: {who}: the service does not take {key}"


def taken(platform: Platform, key: str, user: str, password: str) -> bool:
    """Whether the service that is behind a key takes the credential now."""
    if key == "redisPassword":
        return password in redis_passwords(platform, password)
    return (user, password) in kafka_users(platform, user, password)


def redis_passwords(platform: Platform, asked: str) -> list[str]:
    """All that Redis takes."""
    users = platform.of_type("aws:elasticache/user:User")
    if users:
        return [text for user in users for text in plain(user["inputs"]["authenticationMode"])["passwords"]]
    instances = platform.of_type("gcp:redis/instance:Instance")
    if instances:
        return [plain(one["outputs"]["authString"]) for one in instances]
    # Both keys of the one on Azure, which no step of an `up` changes.
    return [asked] if platform.of_type("azure-native:redisenterprise:Database") else []


def kafka_users(platform: Platform, user: str, asked: str) -> list[tuple[str, str]]:
    """All that Kafka takes: users of MSK, keys of Confluent's, or rules of Event Hubs, by their connection string."""
    secrets = {
        one["inputs"]["secretId"]: json.loads(plain(one["inputs"]["secretString"]))
        for one in platform.of_type("aws:secretsmanager/secretVersion:SecretVersion")
    }
    scram = [
        secrets[one["inputs"]["secretArn"]]
        for one in platform.of_type("aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation")
    ]
    keys = platform.of_type("confluentcloud:index/apiKey:ApiKey")
    rules = [
        one["inputs"]["authorizationRuleName"]
        for kind in ("EventHubAuthorizationRule", "NamespaceAuthorizationRule")
        for one in platform.of_type(f"azure-native:eventhub:{kind}")
    ]
    parts = (part.partition("=") for part in asked.split(";"))
    name = {key: value for key, _, value in parts}.get("SharedAccessKeyName")
    return [
        *((one["username"], one["password"]) for one in scram),
        *((one["id"], plain(one["outputs"]["secret"])) for one in keys),
        *([(user, asked)] if name in rules else []),
    ]


def administrator(platform: Platform) -> str:
    """The password that the PostgreSQL server takes from its administrator."""
    for type_, key in (
        ("aws:rds/instance:Instance", "password"),
        ("azure-native:dbforpostgresql:Server", "administratorLoginPassword"),
        ("gcp:sql/user:User", "password"),
    ):
        for one in platform.of_type(type_):
            return plain(one["inputs"][key])
    raise LookupError("no PostgreSQL server")
