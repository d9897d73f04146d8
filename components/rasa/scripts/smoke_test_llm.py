# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""The part of the smoke test that asks language models and MCP servers, with Rasa's own clients (3.14 to 3.21).

No text of a library is printed that could repeat a credential.
"""

import asyncio
import contextlib
import io
import logging
import os
import re

VARIABLE = re.compile(r"\$\{(\w+)\}")
TIMEOUT_SECONDS = 15
# A server that fails may work a moment later: the pauses before each further try, in seconds.
PAUSES = (5, 15)
TRANSIENT = (408, 425, 429, 500, 502, 503, 504, 529)
EMBEDDING = re.compile(r"(?i)embed|minilm|(^|[/-])(bge|gte|e5)[-/]")


class Fault(Exception):
    """An error whose text is a complete sentence for the user."""


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

    connection = MCPServerConnection.from_config(deep_with_variables(server))
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
    """Asks all at the same time, so that many take no longer than one. Returns the name of each with its answer or
    error.
    """
    asked = list(questions(endpoints))

    async def together():
        return await asyncio.gather(*(patiently(ask, item) for _, ask, item in asked))

    # Libraries log and print the texts of errors.
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            answers = asyncio.run(together())
    finally:
        logging.disable(logging.NOTSET)
    return [(name, answer) for (name, _, _), answer in zip(asked, answers, strict=True)]
