# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Runs in the cluster, in Rasa Pro's image, as Rasa: tries every service, says in one sentence what is wrong with it.

Reads `smoke_test.json` beside it: the content of `endpoints.yml`, the model, and which variables are secret. Uses
Rasa's own classes (3.14 to 3.17), so that each service is addressed exactly as Rasa will. Tries all before it ends.
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

CONFIG = Path(__file__).with_name("smoke_test.json")
VARIABLE = re.compile(r"\$\{(\w+)\}")
TIMEOUT_SECONDS = 15
SENDER = "rasa-smoke-test"
# What to do, by the words of the clients' libraries and of Rasa. The first that fits is told.
FIXES = (
    (
        r"does not match host name|hostname mismatch|IP address mismatch",
        "address it by a name that stands in its certificate",
    ),
    (
        r"certificate.verify.failed",
        "trust the authority that has signed its certificate: `ca` in the stack file",
    ),
    (
        r"authentication failed|invalid username-password|invalid credentials",
        "give the user and the password that the service knows; if `up` has made it, run `up` again",
    ),
    (r"database .* does not exist", "make the database, owned by this user"),
    (r"unknown topic", "make the topic"),
    (r"permission denied", "let the user own the database, or grant it CREATE on the schema public"),
    (r"no permissions", "let the user run the commands of locks and timers on the keys below its prefix"),
    (r"topic authorization failed", "let the user describe and write the topic"),
    (r"bucket .* forbidden", "let the pod's identity list the bucket; if that was just granted, run `up` again"),
    (
        r"refused|timed? ?out|could not connect|brokers are down|not resolve|not known|unreachable|reset by|closed by",
        "is it up, with TLS on this port, and do its firewall and the network policies let this pod through?",
    ),
)


class Fault(Exception):
    """A finding that is already a sentence."""


def with_variables(section):
    """`${NAME}` replaced as Rasa does."""
    return {key: VARIABLE.sub(_value_of, item) if isinstance(item, str) else item for key, item in section.items()}


def _value_of(match):
    return os.environ[match[1]]


def endpoint(section):
    """The section as Rasa holds it."""
    from rasa.utils.endpoints import EndpointConfig

    return EndpointConfig.from_dict(with_variables(section))


def check_download(model):
    """Reach the storage, and download the model, with the script that runs before Rasa."""
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
    """Reach the bucket, and download the model."""
    if model["script"]:
        return check_download(model)
    from rasa.core.persistor import get_persistor

    persistor = get_persistor(model["storage"])
    key = model["key"]
    if key is None:
        return "the bucket answers; no model was asked for"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(key).name
        try:
            persistor.retrieve(key, folder)
        except Exception as error:
            raise Fault(f"the model {key} is not there; upload it: {model['upload']}") from error
        # Rasa leaves an empty file behind when the object exists but may not be read.
        if not file.is_file() or not file.stat().st_size:
            raise Fault(f"the model {key} cannot be read; it needs the right to get (and decrypt) the object")
        if not tarfile.is_tarfile(file):
            raise Fault(f"{key} is not a trained model (a .tar.gz); upload one: {model['upload']}")
        return f"the model {key} was downloaded, {file.stat().st_size} bytes"


def vault(section):
    """Rasa's own access to Vault; its client verifies the server by $VAULT_CACERT."""
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
    """The credentials that stand there. What it was asked with is not shown: the error would tell the token."""
    from hvac.exceptions import Forbidden, InvalidPath

    path = f"{section['mount_point']}/{section['secrets_path']}"
    try:
        manager = vault(section)
        found = manager.client.secrets.kv.read_secret_version(
            mount_point=manager.mount_point, path=manager.secrets_path, raise_on_deleted_version=True
        )
    except Forbidden as error:
        raise Fault(
            f"the token is not valid any more, or may not read {path}; docs/vault.md tells the way back"
        ) from error
    except InvalidPath as error:
        raise Fault(f"there is nothing at {path} (an engine for keys and values, version 2)") from error
    return found["data"]["data"]


def check_secrets_manager(section, wanted):
    """Sign in with the token, and find what the tracker store's entry asks for."""
    found = from_vault(section)
    missing = [key for key in wanted if not isinstance(found.get(key), str)]
    if missing:
        raise Fault(f"{section['mount_point']}/{section['secrets_path']} has no {', '.join(missing)}")
    return f"credentials can be read at {section['mount_point']}/{section['secrets_path']}"


def keys_in_vault(section):
    """The properties of the tracker store that Rasa takes from Vault, and the keys that they have there."""
    return {name: item["secret_key"] for name, item in section.items() if isinstance(item, dict)}


def check_tracker_store(section, secrets_manager):
    """Connect with TLS, make a table and drop it again."""
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
    return f"tables can be made, {encrypted[0]}"


def database_token(config):
    """A token of the pod's cloud identity, from Rasa's own provider."""
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
        raise Fault("there is neither a password nor a token from the pod's identity")
    return token


def check_lock_store(section):
    """Every command that locks and timers use, on keys of the assistant's own prefix."""
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
        raise Fault("it does not give back what was written; is it a cluster-mode Redis?")
    return f"locks and timers work below {store.key_prefix}"


def check_event_broker(section):
    """Find the topic and write one event into it."""
    from confluent_kafka import KafkaException, Producer
    from rasa.core.brokers.kafka import KafkaEventBroker

    async def broker():
        return await KafkaEventBroker.from_endpoint_config(endpoint(section))

    errors, topic = [], section["topic"]
    # Rasa's configuration, but for the callback, which would only keep the last of several errors.
    producer = Producer({**asyncio.run(broker())._get_kafka_config(), "error_cb": errors.append})
    # Fetches the token where the pod's identity signs in.
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
        raise Fault(f"topic {topic} cannot be written: {failures[0].str()}")
    if waiting:
        raise Fault(f"topic {topic} took no event within {TIMEOUT_SECONDS} seconds")
    return f"topic {topic} takes events"


def address(section):
    """Where a service is, for the reader of the report."""
    host = section.get("host") or section["url"]
    return f"{host}:{section['port']}" if "port" in section else host


def checks(config):
    """What is configured: name of the service, and the function that tries it."""
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


def reason(error, secrets):
    """The error in one line, without any secret, and what to do."""
    text = str(error) if isinstance(error, Fault) else f"{type(error).__name__}: {error}"
    for secret in secrets:
        text = text.replace(secret, "***")
    text = " ".join(text.split())
    fix = next((fix for words, fix in FIXES if re.search(words, text, re.IGNORECASE)), None)
    return f"{text}; {fix}" if fix else text


def main(config):
    """All findings, each a line; 0 when there is none."""
    secrets = [os.environ[name] for name in config["secrets"] if os.environ.get(name)]
    lines, failed = [], 0
    for name, check in checks(config):
        try:
            lines.append(f"ok: {name}: {check()}")
        except Exception as error:  # noqa: BLE001 - whatever a library raises is a finding, and the next service is tried
            failed += 1
            lines.append(f"FAILED: {name}: {reason(error, secrets)}")
    # Last, because the end of the log is what `up` shows.
    sys.stdout.write("\n".join(sorted(lines, key=lambda line: line.startswith("FAILED"))) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    # Not sys.exit: Rasa's broker leaves a thread behind.
    os._exit(main(json.loads(CONFIG.read_text(encoding="utf-8"))))
