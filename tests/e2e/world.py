"""The services of one stack on loopback, and the stack's pods, told where these are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.recorder import run_program
from sandbox.recording import Recording
from settings import Cloud
from tests.certificates import Authority
from tests.e2e import clouds
from tests.e2e.kafka import Kafka, kafka
from tests.e2e.pods import Pod, Relocation, release_pod, relocated, written
from tests.e2e.postgres import Postgres, postgres
from tests.e2e.redis import Redis, redis
from tests.e2e.s3 import S3, s3
from tests.e2e.vault import Vault, vault
from tests.processes import Finished, free_port, listens, run, server
from tests.program.stacks import NO_VAULT, PASSWORDS
from tools import system_packages
from tools.stacks import changed, settings_of

# One of the shipped stacks for each cloud: those that have everything.
STACKS: Final = {Cloud.AWS: "prod", Cloud.AZURE: "prod-azure", Cloud.GCP: "prod-gcp"}
# The database's credentials come from Vault there, as shipped, and by Secret on the others. On both ways the clouds are
# alike, and here is the least to do besides.
IN_VAULT: Final = Cloud.AZURE
CA_FILES: Final = ("postgres-ca.pem", "redis-ca.pem", "kafka-ca.pem")
_TUNNEL: Final = "/etc/rasa/ca/redis-tunnel.cfg"
_TUNNEL_ADDRESS: Final = ("127.0.0.1", 6379)
# Libraries of Rasa else ask the internet for the prices of language models.
_NOTHING_OUTSIDE: Final = {"LITELLM_LOCAL_MODEL_COST_MAP": "true"}
SMOKE_TEST: Final = "/etc/rasa/job/smoke_test.json"


@dataclass(frozen=True, kw_only=True)
class World:
    """The running services of a stack. `foreign` is an authority that signed none of their certificates."""

    cloud: Cloud
    recording: Recording
    directory: Path
    python: Path
    relocation: Relocation
    foreign: Authority
    postgres: Postgres
    redis: Redis
    kafka: Kafka
    s3: S3 | None
    vault: Vault | None

    @property
    def models(self) -> S3:
        """The storage of models, on the cloud that has a server for it here."""
        assert self.s3
        return self.s3

    @property
    def credentials(self) -> Vault:
        """The Vault, on the cloud where the database's credentials come from it."""
        assert self.vault
        return self.vault

    @property
    def smoke_test(self) -> Pod:
        """The smoke test's pod. Without the model, where no server for its storage can be had, and without language
        models, which tests/contract has.
        """
        pod = self.here(clouds.smoke_test(self.recording))
        config = {**pod.files[SMOKE_TEST], "llm": False}
        return pod.with_file(SMOKE_TEST, config if self.s3 else {**config, "model": None})

    @property
    def rasa(self) -> Pod:
        """Rasa's own pod."""
        return self.here(release_pod(self.recording, clouds.ASSISTANT))

    def here(self, pod: Pod) -> Pod:
        """A pod of the stack, told where the services are; the keys of its role are what its identity would get."""
        moved = relocated(pod, self.relocation)
        return moved.with_environment(**self.s3.environment) if self.s3 else moved

    @property
    def model_key(self) -> str:
        """Where Rasa looks for its model."""
        return self.recording.outputs["values"][clouds.ASSISTANT]["rasa"]["additionalArgs"][-1]

    def run(self, pod: Pod, name: str, *arguments: str, stdin: str = "", seconds: float = 120) -> Finished:
        """Run the pod's command, to its end, with Rasa Pro's Python; `name` is that of its directory."""
        command, environment, directory = self.placed(pod, name)
        return run([*command, *arguments], environment=environment, directory=directory, stdin=stdin, seconds=seconds)

    def placed(self, pod: Pod, name: str) -> tuple[list[str | Path], dict[str, str], Path]:
        """Command, environment and directory of a pod whose files now stand on disk."""
        directory = self.directory / name
        placed = written(pod, directory)
        python, *rest = placed.command
        assert python == "python"
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(directory), **_NOTHING_OUTSIDE, **placed.environment}
        return [self.python, *rest], environment, directory


@contextmanager
def world(cloud: Cloud, directory: Path, python: Path) -> Iterator[World]:
    """Start everything that the stack of a cloud needs. `python` is that of Rasa Pro's environment."""
    settings = settings_of(STACKS[cloud]) if cloud is IN_VAULT else changed(settings_of(STACKS[cloud]), **NO_VAULT)
    if cloud is Cloud.AWS:
        # No server here checks AWS' own signatures.
        settings = changed(settings, **PASSWORDS)
    found = run_program(settings, stack=STACKS[cloud])
    services = clouds.cloud_services(cloud, found)
    wired = found.outputs["endpoints"][clouds.ASSISTANT]
    tracker, lock, broker = wired["tracker_store"], wired["lock_store"], wired["event_broker"]
    roles = clouds.database_roles(found).environment
    authorities = {name: Authority(directory, name.removesuffix("-ca.pem")) for name in CA_FILES}
    at_postgres, at_redis, at_kafka = (authorities[name] for name in CA_FILES)
    with ExitStack() as stack:
        start = stack.enter_context
        certificate = at_postgres.identity(*services.postgres_names)
        database = start(postgres(certificate, roles["PGUSER"], roles["PGPASSWORD"]))
        certificate = at_redis.identity(*services.redis_names)
        locks = start(redis(directory, at_redis, certificate, services.redis_users))
        certificate = at_kafka.identity("localhost")
        broker_ = start(
            kafka(directory, certificate, services.mechanism, services.kafka_users, python, ruled=services.ruled)
        )
        broker_.make(services.kafka_topics, services.kafka_rights)
        models = start(_s3(directory, found, services.model_policy)) if services.model_policy else None
        relocation = Relocation(
            hosts={
                (tracker["url"], tracker["port"]): ("localhost", database.port),
                (lock["host"], lock["port"]): ("localhost", locks.port),
            },
            texts={broker["url"]: f"localhost:{broker_.port}"},
            authorities={name: authority.pem for name, authority in authorities.items()},
        )
        kept = start(vault(directory, found, python, cloud)) if cloud is IN_VAULT else None
        if kept:
            relocation = relocation.also(texts=kept.texts, authorities={"vault-ca.pem": kept.authority})
        pod = release_pod(found, clouds.ASSISTANT)
        if _TUNNEL in pod.files:
            relocation = start(tunnel(pod, directory / "tunnel", locks, relocation))
        yield World(
            cloud=cloud,
            recording=found,
            directory=directory,
            python=python,
            relocation=relocation,
            foreign=Authority(directory, "foreign"),
            postgres=database,
            redis=locks,
            kafka=broker_,
            s3=models,
            vault=kept,
        )


@contextmanager
def _s3(directory: Path, found: Recording, policy: str) -> Iterator[S3]:
    variables = clouds.smoke_test(found).environment
    authority = Authority(directory, "s3")
    identity = authority.identity("localhost")
    bucket, region = variables["BUCKET_NAME"], variables["AWS_DEFAULT_REGION"]
    with s3(directory, authority, identity, bucket=bucket, region=region, policy=policy) as running:
        yield running


@contextmanager
def tunnel(pod: Pod, directory: Path, locks: Redis, relocation: Relocation) -> Iterator[Relocation]:
    """Run the sidecar that is the way to Redis. Rasa's connections then go where it listens."""
    (target,) = (line.split()[2] for line in pod.files[_TUNNEL].splitlines() if line.split()[:2] == ["server", "redis"])
    host, _, port = target.rpartition(":")
    own = free_port()
    hosts = {(host, int(port)): ("127.0.0.1", locks.port), _TUNNEL_ADDRESS: ("127.0.0.1", own)}
    moved = relocation.also(hosts=hosts)
    written(relocated(pod, moved), directory)
    command = [system_packages.program("haproxy"), "-db", "-f", f"{directory}{_TUNNEL}"]
    with server(command, directory / "haproxy.log", lambda: listens(own)):
        yield moved
