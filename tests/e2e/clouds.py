"""What each cloud's services are like once the program has run: who may sign in, what is there, who may do what.

All of it out of what the program registers: an access string that is too narrow, a topic that is called otherwise or a
right that is missing fails here as it would there. What the clouds themselves decide stands here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.recording import Recording
from settings import Cloud
from tests.e2e.kafka import PLAIN, SCRAM, Right, Topic
from tests.e2e.pods import Pod, analytics_environment, job_pod, release_pod
from tests.program.stacks import plain

ASSISTANT: Final = "rasa"
# What Event Hubs' right `Send` and Confluent's roles allow, in Kafka's words.
_SEND: Final = ("WRITE", "DESCRIBE")
_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "DeveloperWrite": ("WRITE", "DESCRIBE"),
    "DeveloperRead": ("READ", "DESCRIBE"),
    "DeveloperManage": ("CREATE", "DELETE", "ALTER", "ALTER_CONFIGS", "DESCRIBE", "DESCRIBE_CONFIGS"),
}


@dataclass(frozen=True, kw_only=True)
class CloudServices:
    """The services behind one stack.

    `certificate_names`: the host names or addresses that the certificates of PostgreSQL and of Redis are good for.
    `redis_users` are lines of Redis' ACL. `ruled`: Kafka allows only what `kafka_rights` say. `model_policy` is that of
    the pod's role over the bucket, where a server for it can be had.
    """

    postgres_names: tuple[str, ...]
    redis_names: tuple[str, ...]
    redis_users: tuple[str, ...]
    mechanism: str
    kafka_users: Mapping[str, str]
    kafka_topics: tuple[Topic, ...]
    kafka_rights: tuple[Right, ...]
    ruled: bool
    model_policy: str | None


def cloud_services(cloud: Cloud, recording: Recording) -> CloudServices:
    """The services of a cloud, as the program has asked for them."""
    return _CLOUDS[cloud](recording)


def smoke_test(recording: Recording) -> Pod:
    """The smoke test's pod."""
    return job_pod(recording, f"{ASSISTANT}-smoke-test-job")


def database_roles(recording: Recording) -> Pod:
    """The pod that makes databases and roles."""
    return job_pod(recording, f"{ASSISTANT}-database-roles-job")


def _aws(recording: Recording) -> CloudServices:
    (user,) = (plain(one.inputs) for one in recording.of_type("aws:elasticache/user:User"))
    (password,) = user["authenticationMode"]["passwords"]
    secrets = (plain(one.inputs) for one in recording.of_type("aws:secretsmanager/secretVersion:SecretVersion"))
    users = [json.loads(each["secretString"]) for each in secrets]
    (policy,) = (
        plain(one.inputs)["policy"]
        for one in recording.of_type("aws:iam/rolePolicy:RolePolicy")
        if "s3:GetObject" in plain(one.inputs)["policy"]
    )
    return CloudServices(
        postgres_names=("localhost",),
        redis_names=("localhost",),
        redis_users=("default off", f"{user['userName']} {user['accessString']} >{password}"),
        mechanism=SCRAM,
        kafka_users={each["username"]: each["password"] for each in users},
        kafka_topics=tuple(
            Topic(name=one.inputs["name"], partitions=one.inputs["partitionCount"])
            for one in recording.of_type("aws:msk/topic:Topic")
        ),
        kafka_rights=(),
        ruled=False,  # MSK allows everything to whoever has a password
        model_policy=policy,
    )


def _azure(recording: Recording) -> CloudServices:
    environment = release_pod(recording, ASSISTANT).environment
    username = "$ConnectionString"
    (sender,) = (plain(one.inputs) for one in recording.of_type("azure-native:eventhub:EventHubAuthorizationRule"))
    assert sender["rights"] == ["Send"]
    return CloudServices(
        postgres_names=("localhost",),
        redis_names=("localhost",),
        redis_users=(_full_access(environment["REDIS_PASSWORD"]),),
        mechanism=PLAIN,
        kafka_users={username: environment["KAFKA_PASSWORD"]},
        kafka_topics=tuple(
            Topic(name=one.inputs["eventHubName"], partitions=one.inputs["partitionCount"])
            for one in recording.of_type("azure-native:eventhub:EventHub")
        ),
        kafka_rights=(Right(user=username, kind="topic", name=sender["eventHubName"], operations=_SEND),),
        ruled=True,
        model_policy=None,
    )


def _gcp(recording: Recording) -> CloudServices:
    return CloudServices(
        # Cloud SQL's certificate names the instance, Memorystore's no host that a client asks for.
        postgres_names=("instance.of.the.project",),
        redis_names=("tier",),
        redis_users=(_full_access(release_pod(recording, ASSISTANT).environment["REDIS_PASSWORD"]),),
        mechanism=PLAIN,
        kafka_users=dict(_confluent_users(recording)),
        kafka_topics=(),  # made by the Job
        kafka_rights=tuple(_confluent_rights(recording)),
        ruled=True,
        model_policy=None,
    )


def _full_access(password: str) -> str:
    """The one user of a Redis whose password opens everything."""
    return f"default on ~* &* +@all >{password}"


def _confluent_users(recording: Recording) -> Iterator[tuple[str, str]]:
    environment = release_pod(recording, ASSISTANT).environment
    yield environment["KAFKA_USERNAME"], environment["KAFKA_PASSWORD"]
    analytics = analytics_environment(recording, ASSISTANT)
    yield analytics["KAFKA_SASL_USERNAME"], analytics["KAFKA_SASL_PASSWORD"]
    maker = topics(recording)
    yield maker.files["/etc/rasa/job/kafka.json"]["sasl.username"], maker.environment["PASSWORD"]


def topics(recording: Recording) -> Pod:
    """The pod that makes topics, where the program has one."""
    return job_pod(recording, f"{ASSISTANT}-kafka-topics-job")


def _confluent_rights(recording: Recording) -> Iterator[Right]:
    names = {one.inputs["owner"]["id"]: one.id for one in recording.of_type("confluentcloud:index/apiKey:ApiKey")}
    for one in recording.of_type("confluentcloud:index/roleBinding:RoleBinding"):
        kind, _, name = one.inputs["crnPattern"].rpartition("/")[2].partition("=")
        yield Right(
            user=names[one.inputs["principal"].removeprefix("User:")],
            kind=kind,
            name=name.removesuffix("*"),
            operations=_ROLES[one.inputs["roleName"]],
            prefix=name.endswith("*"),
        )


_CLOUDS: Final[Mapping[Cloud, Callable[[Recording], CloudServices]]] = {
    Cloud.AWS: _aws,
    Cloud.AZURE: _azure,
    Cloud.GCP: _gcp,
}
