# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Tests every service and reports each fault in one sentence. Runs in the cluster, in Rasa Pro's image, as Rasa.

Reads `smoke_test.json` next to it: the content of `endpoints.yml`, the model, and the names of secret variables. Uses
Rasa's own classes (3.14 to 3.21), so that it calls each service exactly as Rasa does. Tests all services before it
ends. `smoke_test_llm.py` next to it asks models and MCP servers.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from smoke_test_llm import TIMEOUT_SECONDS, VARIABLE, Fault, ask_all

CONFIG = Path(__file__).with_name("smoke_test.json")
SENDER = "rasa-smoke-test"
# The fixes, by patterns for error messages of the client libraries and of Rasa. The first match is reported.
FIXES = (
    (
        r"does not match host name|hostname mismatch|IP address mismatch",
        "use a host name that is in its certificate",
    ),
    (
        r"certificate.verify.failed",
        "trust the authority that signed its certificate: `ca` in the stack file",
    ),
    (
        r"authentication failed|invalid username-password|invalid credentials",
        "use a user and a password that the service accepts; if `up` created the service, run `up` again",
    ),
    (r"database .* does not exist", "create the database, owned by this user"),
    (r"unknown topic", "create the topic"),
    (r"permission denied", "make the user the owner of the database, or grant it CREATE on the schema public"),
    (r"no permissions", "allow the user the commands for locks and timers on keys with its prefix"),
    (r"topic authorization failed", "allow the user to describe the topic and write to it"),
    (
        r"bucket .* forbidden",
        "allow the pod's identity to list the bucket; if you have just granted that, run `up` again",
    ),
    (
        r"\(status 401\)",
        "write a valid key under rasa:secrets, or give the pod's identity access",
    ),
    (
        r"\(status 403\)",
        "allow this key, or the pod's identity, to use it",
    ),
    (
        r"\(status 404\)",
        "check the names of model, deployment and region, and the path of the URL",
    ),
    (
        r"\(status 429\)",
        "raise the provider's limit, or run `up` again later",
    ),
    (
        r"\(status 4\d\d\)",
        "correct its entry in the assistant's files",
    ),
    (
        r"\(status 5\d\d\)",
        "look at the server, or run `up` again later",
    ),
    (
        r"no connection|no answer within",
        "check the address, and that `egress` of the assistant and the server's firewall admit this pod",
    ),
    (
        r"refused|timed? ?out|could not connect|brokers are down|not resolve|not known|unreachable|reset by|closed by",
        "check that it runs with TLS on this port, and that its firewall and the network policies admit this pod",
    ),
)


def with_variables(section):
    """Replaces `${NAME}` as Rasa does."""
    return {key: VARIABLE.sub(_value_of, item) if isinstance(item, str) else item for key, item in section.items()}


def _value_of(match):
    return os.environ[match[1]]


def endpoint(section):
    """Returns the section as Rasa's own class."""
    from rasa.utils.endpoints import EndpointConfig

    return EndpointConfig.from_dict(with_variables(section))


def check_download(model):
    """Reaches the storage and downloads the model with the script that runs before Rasa."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.tar.gz"
        arguments = [model["key"], str(file)] if model["key"] else []
        done = subprocess.run(
            [sys.executable, model["script"], *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Fault(f"{done.stderr.strip()}; to upload one: {model['upload']}")
        if arguments and not tarfile.is_tarfile(file):
            raise Fault(f"{model['key']} is not a trained model (a .tar.gz); upload one: {model['upload']}")
        return done.stdout.strip()


def check_model_storage(model):
    """Reaches the bucket and downloads the model."""
    if model["script"]:
        return check_download(model)
    from rasa.core.persistor import get_persistor

    persistor = get_persistor(model["storage"])
    key = model["key"]
    if key is None:
        return "the bucket can be reached; no model was requested"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(key).name
        try:
            persistor.retrieve(key, folder)
        except Exception as error:
            raise Fault(f"the model {key} does not exist; upload it: {model['upload']}") from error
        # Rasa leaves an empty file if the object exists but cannot be read.
        if not file.is_file() or not file.stat().st_size:
            raise Fault(
                f"the model {key} cannot be read; grant the pod's identity the right to get (and decrypt) the object"
            )
        if not tarfile.is_tarfile(file):
            raise Fault(f"{key} is not a trained model (a .tar.gz); upload one: {model['upload']}")
        return f"the model {key} was downloaded, {file.stat().st_size} bytes"


def vault(section):
    """Returns Rasa's own access to Vault. Its client verifies the server with $VAULT_CACERT."""
    from rasa.core.secrets_manager.factory import create
    from rasa.core.secrets_manager.vault import VaultSecretManagerConfig

    config = with_variables(section)
    return create(
        VaultSecretManagerConfig(
            url=config["url"],
            token=config["token"],
            secrets_path=config["secrets_path"],
            mount_point=config["mount_point"],
        )
    )


def from_vault(section):
    """Returns the credentials in Vault. Its own errors do not quote the library's, which can contain the token."""
    from hvac.exceptions import Forbidden, InvalidPath

    path = f"{section['mount_point']}/{section['secrets_path']}"
    try:
        manager = vault(section)
        found = manager.client.secrets.kv.read_secret_version(
            mount_point=manager.mount_point, path=manager.secrets_path, raise_on_deleted_version=True
        )
    except Forbidden as error:
        raise Fault(
            f"the token is no longer valid or cannot read {path}; see docs/vault.md, 'The token is lost'"
        ) from error
    except InvalidPath as error:
        raise Fault(f"there is no secret at {path} (in a key/value engine, version 2)") from error
    return found["data"]["data"]


def check_secrets_manager(section, wanted):
    """Signs in with the token and reads the keys that the tracker store's section needs."""
    found = from_vault(section)
    missing = [key for key in wanted if not isinstance(found.get(key), str)]
    if missing:
        raise Fault(f"{section['mount_point']}/{section['secrets_path']} has no {', '.join(missing)}")
    return f"credentials can be read at {section['mount_point']}/{section['secrets_path']}"


def keys_in_vault(section):
    """Returns the tracker store's properties that Rasa reads from Vault, and their keys in Vault."""
    return {name: item["secret_key"] for name, item in section.items() if isinstance(item, dict)}


def check_tracker_store(section, secrets_manager):
    """Connects with TLS, creates a table and drops it again."""
    import psycopg2

    kept = keys_in_vault(section)
    found = from_vault(secrets_manager) if kept else {}
    config = {**with_variables(section), **{name: found.get(key) for name, key in kept.items()}}
    connection = psycopg2.connect(
        host=config["url"],
        port=config["port"],
        dbname=config["db"],
        user=config["username"],
        password=config.get("password") or database_token(config),
        sslmode=os.environ["SQL_TRACKER_STORE_SSL_MODE"],
        sslrootcert=os.environ["SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE"],
        connect_timeout=TIMEOUT_SECONDS,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS rasa_smoke_test (id integer)")
        cursor.execute("DROP TABLE rasa_smoke_test")
        cursor.execute("SELECT version FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()")
        encrypted = cursor.fetchone()
    connection.close()
    if not encrypted:
        raise Fault("the connection is not encrypted")
    return f"tables can be created, {encrypted[0]}"


def database_token(config):
    """Returns a token of the pod's cloud identity from Rasa's own provider."""
    from rasa.core.constants import SQL_SERVICE_NAME
    from rasa.core.iam_credentials_providers.credentials_provider_protocol import (
        IAMCredentialsProviderInput,
        SupportedServiceType,
        create_iam_credentials_provider,
    )

    provider = create_iam_credentials_provider(
        IAMCredentialsProviderInput(
            service_type=SupportedServiceType.TRACKER_STORE,
            service_name=SQL_SERVICE_NAME,
            username=config["username"],
            host=config["url"],
            port=config["port"],
        )
    )
    token = provider.get_temporary_credentials().auth_token if provider else None
    if token is None:
        raise Fault("the pod has neither a password nor a token from its identity")
    return token


def check_lock_store(section):
    """Runs every command that locks and timers use, on keys with the assistant's own prefix."""
    from rasa.core.concurrent_lock_store import ConcurrentRedisLockStore

    store = ConcurrentRedisLockStore(endpoint(section))
    client, key = store.red, f"{store.key_prefix}{SENDER}"
    client.ping()
    client.set(name=f"{key}:1", value="1", ex=60)
    client.incr(f"{key}:last")
    found = client.keys(f"{key}:*")
    timers = client.pipeline()
    timers.zadd(f"{key}:timers", {SENDER: time.time()})
    timers.hset(f"{key}:data", SENDER, "{}")
    timers.execute()
    # Runs as EVALSHA.
    value = client.register_script("return redis.call('GET', KEYS[1])")(keys=[f"{key}:1"])
    client.delete(f"{key}:1", f"{key}:last", f"{key}:timers", f"{key}:data")
    if len(found) != 2 or value != b"1":
        raise Fault("it does not return what was written; check that cluster mode is off")
    return f"locks and timers work with the prefix {store.key_prefix}"


def check_event_broker(section):
    """Finds the topic and writes one event to it."""
    from confluent_kafka import KafkaException, Producer
    from rasa.core.brokers.kafka import KafkaEventBroker

    async def broker():
        return await KafkaEventBroker.from_endpoint_config(endpoint(section))

    errors, topic = [], section["topic"]
    # Rasa's configuration with another callback, because Rasa's own keeps only the last of several errors.
    producer = Producer({**asyncio.run(broker())._get_kafka_config(), "error_cb": errors.append})
    # Fetches the token if the pod's identity signs in.
    producer.poll(1)
    try:
        found = producer.list_topics(topic, timeout=TIMEOUT_SECONDS).topics[topic]
    except KafkaException as error:
        raise Fault("; ".join(dict.fromkeys(one.str() for one in [*errors, error.args[0]]))) from error
    if found.error is not None:
        raise Fault(f"topic {topic}: {found.error.str()}")
    failures = []
    event = {"sender_id": SENDER, "event": "restart", "timestamp": time.time()}
    producer.produce(
        topic,
        value=json.dumps(event).encode(),
        key=SENDER.encode(),
        on_delivery=lambda error, _: failures.append(error) if error else None,
    )
    waiting = producer.flush(TIMEOUT_SECONDS)
    if failures:
        raise Fault(f"cannot write to topic {topic}: {failures[0].str()}")
    if waiting:
        raise Fault(f"topic {topic} accepted no event within {TIMEOUT_SECONDS} seconds")
    return f"topic {topic} accepts events"


def outcome(answer):
    """Returns an answer, or raises the error."""
    if isinstance(answer, Exception):
        raise answer
    return answer


def address(section):
    """Returns the address of a service for the report."""
    host = section.get("host") or section["url"]
    return f"{host}:{section['port']}" if "port" in section else host


def checks(config):
    """Yields each configured service: its name and the function that tests it."""
    endpoints, model = config["endpoints"], config["model"]
    if model:
        yield f"model storage ({model['storage']})", lambda: check_model_storage(model)
    database, manager = endpoints.get("tracker_store", {}), endpoints.get("secrets_manager")
    if manager:
        wanted = keys_in_vault(database).values()
        yield f"secrets manager at {address(manager)}", lambda: check_secrets_manager(manager, wanted)
    for key, check in (
        ("tracker_store", lambda section: check_tracker_store(section, manager)),
        ("lock_store", check_lock_store),
        ("event_broker", check_event_broker),
    ):
        section = endpoints.get(key)
        if section:
            yield f"{key.replace('_', ' ')} at {address(section)}", lambda check=check, section=section: check(section)
    if config.get("llm"):
        for name, answer in ask_all(endpoints):
            yield name, lambda answer=answer: outcome(answer)


def reason(error, secrets):
    """Returns the error and its fix in one line, without any secret."""
    text = str(error) if isinstance(error, Fault) else f"{type(error).__name__}: {error}"
    for secret in secrets:
        text = text.replace(secret, "***")
    text = " ".join(text.split())
    fix = next((fix for words, fix in FIXES if re.search(words, text, re.IGNORECASE)), None)
    return f"{text}; {fix}" if fix else text


def main(config):
    """Prints one line for each service. Returns 0 if all services work, else 1."""
    secrets = [os.environ[name] for name in config["secrets"] if os.environ.get(name)]
    lines, failed = [], 0
    for name, check in checks(config):
        try:
            lines.append(f"ok: {name}: {check()}")
        except Exception as error:  # noqa: BLE001 - any error of a library is a fault of the service, and the next one is tested
            failed += 1
            lines.append(f"FAILED: {name}: {reason(error, secrets)}")
    # Faults come last, because `up` shows the end of the log.
    sys.stdout.write("\n".join(sorted(lines, key=lambda line: line.startswith("FAILED"))) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    # sys.exit would wait for a thread of Rasa's broker.
    os._exit(main(json.loads(CONFIG.read_text(encoding="utf-8"))))
