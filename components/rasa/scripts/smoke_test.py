# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Tests every service and reports each fault in one sentence. Runs in the cluster, in Rasa Pro's image, as Rasa.

Reads `smoke_test.json` next to it: the content of `endpoints.yml`, the model, and the names of secret variables. Uses
Rasa's own classes (3.14 to 3.21), so that it calls each service exactly as Rasa does. Tests all services before it
ends.
"""

import asyncio
import contextlib
import io
import json
import logging
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
# A server that fails may work a moment later: the pauses before each further try, in seconds.
PAUSES = (5, 15)
TRANSIENT = (408, 425, 429, 500, 502, 503, 504, 529)
EMBEDDING = re.compile(r"(?i)embed|minilm|(^|[/-])(bge|gte|e5)[-/]")
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


class Fault(Exception):
    """An error whose text is a complete sentence for the user."""


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


def deep_with_variables(value, name=""):
    """Replaces `${NAME}` as Rasa does, except below the keys that its clients look up themselves."""
    from rasa.shared.constants import SENSITIVE_DATA

    if isinstance(value, dict):
        return {key: deep_with_variables(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [deep_with_variables(item, name) for item in value]
    if not isinstance(value, str) or name in SENSITIVE_DATA:
        return value
    # The chart gives some variables to Rasa alone.
    return VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), value)


async def ask_model(model):
    """Asks a model for one token, or for the embedding of one word if it is not for chats."""
    from rasa.shared.providers.mappings import get_embedding_client_from_provider, get_llm_client_from_provider

    # Not by Rasa's factory: it would store the answer on the disk.
    config = {key: deep_with_variables(item, key) for key, item in model.items()}
    provider = config["provider"]
    if provider == "huggingface_local":
        return "runs in the pod itself, and was not asked"

    async def complete():
        await get_llm_client_from_provider(provider).from_config(config).acompletion("Hi", max_tokens=1)
        return "answers"

    async def embed():
        await get_embedding_client_from_provider(provider).from_config(config).aembed(["Hi"])
        return "returns embeddings"

    names = " ".join(str(config.get(key) or "") for key in ("model", "deployment"))
    first, second = (embed, complete) if EMBEDDING.search(names) else (complete, embed)
    try:
        return await first()
    except Exception as error:
        cause = original(error)
        if re.search(r"max_(completion_)?tokens|output limit", str(cause)):
            return "answers, but not with one token"
        if status_of(cause) in (401, 403, *TRANSIENT) or is_network(cause):
            raise
        # Its name does not say what it is for.
        with contextlib.suppress(Exception):
            return await second()
        raise


async def ask_tools(server):
    """Lists the tools of an MCP server through Rasa's own connection."""
    from rasa.shared.utils.mcp.server_connection import MCPServerConnection

    connection = MCPServerConnection.from_config({key: deep_with_variables(item, key) for key, item in server.items()})
    try:
        session = await connection.ensure_active_session()
        names = sorted(tool.name for tool in (await session.list_tools()).tools)
    finally:
        await connection.close()
    return f"offers {', '.join(names[:5]) or 'no tools'}" + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def original(error):
    """Returns the error of the client library inside Rasa's own."""
    return getattr(error, "original_exception", None) or error


def status_of(error):
    """Returns the HTTP status of an answer; None if there was none."""
    response = getattr(error, "response", None)
    found = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    # Rasa's connection to MCP keeps only the text.
    return found or next((int(code) for code in re.findall(r"(?:error '|status )(\d{3})", str(error))), None)


def is_network(error):
    """Returns whether there was no answer. Clients of providers give a status to this too."""
    words = f"{type(error).__name__}: {error}"
    return isinstance(error, OSError | TimeoutError) or re.search(r"^Timeout|Connect", words, re.IGNORECASE) is not None


async def patiently(ask, item):
    """Asks, and asks again after an outage that may pass. Returns the answer, or an error without the library's text
    if that could repeat a credential.
    """
    for pause in (*PAUSES, None):
        try:
            return await asyncio.wait_for(ask(item), TIMEOUT_SECONDS)
        except Exception as error:  # noqa: BLE001 - see `main`
            cause = original(error)
            if pause is None or not (is_network(cause) or status_of(cause) in TRANSIENT):
                return Fault(sentence(cause))
        await asyncio.sleep(pause)


def sentence(error):
    """Returns the error with its status. The text of a refused sign-in is left out: it can repeat a part of the key."""
    code = status_of(error)
    if isinstance(error, TimeoutError) or type(error).__name__ == "Timeout":
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    if code in (401, 403):
        return f"{type(error).__name__} (status {code})"
    # Clients repeat the class, and name objects.
    said = re.sub(r"^(litellm\.\w+: )?(\w+Error: )?|ssl:<[^>]*> ", "", str(error))
    text = f"{type(error).__name__}: " + re.sub(r"\S*\*\*\S*", "***", said)[:300]
    if is_network(error):
        return f"no connection: {text}"
    return f"{text} (status {code})" if code else text


def questions(endpoints):
    """Yields every model of every group and every MCP server: its name in the report, how to ask it, and itself."""
    for group in entries(endpoints, "model_groups"):
        for model in entries(group, "models"):
            name = model.get("model") or model.get("deployment")
            yield f"model {name} of group {group.get('id')} ({model.get('provider')})", ask_model, model
    for server in entries(endpoints, "mcp_servers"):
        yield f"MCP server {server.get('name')} at {server.get('url')}", ask_tools, server


def entries(section, key):
    """Returns the mappings in a list. Rasa itself complains about anything else."""
    return [one for one in section.get(key) or [] if isinstance(one, dict)]


def ask_all(endpoints):
    """Asks all at the same time, so that many take no longer than one. Returns their answers or errors."""

    async def together():
        return await asyncio.gather(*(patiently(ask, item) for _, ask, item in questions(endpoints)))

    # Libraries log and print the texts of errors.
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return asyncio.run(together())
    finally:
        logging.disable(logging.NOTSET)


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
        for (name, _, _), answer in zip(questions(endpoints), ask_all(endpoints), strict=True):
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
