# pyright: reportMissingImports=false, reportMissingModuleSource=false
"""Rasa's start, up to the network: its own command line, its own readers, its own `load_agent`.

Runs in Rasa's environment. `start` does what `rasa run` does before it listens. `section` builds one part alone, for
the many times that a key or a variable is changed to see whether anybody reads it.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
from pathlib import Path
from typing import Any

import facts
from network import Sent


def start(arguments: list[str], sent: Sent) -> dict[str, Any]:
    """Everything that `rasa run` has made of the files in the working directory when it opens its port."""
    import rasa.hooks
    from rasa.core.agent import load_agent
    from rasa.core.run import create_input_channels
    from rasa.utils import licensing

    sent.clear()
    _forget()
    parsed, served = command_line(arguments)
    rasa.hooks.init_managers(endpoints_file=parsed.endpoints)

    async def load() -> Any:
        return await load_agent(
            model_path=served["model_path"],
            remote_storage=served.get("remote_storage"),
            endpoints=served["endpoints"],
            loop=asyncio.get_running_loop(),
        )

    agent = asyncio.run(load())
    timers = getattr(agent, "timer_manager", None)
    broker = agent.tracker_store.event_broker
    licence = licensing.retrieve_license_from_env()
    return {
        "server": {
            name: served[name] if name != "remote_storage" else str(getattr(served[name], "value", served[name]))
            for name in (
                "model_path",
                "remote_storage",
                "enable_api",
                "port",
                "auth_token",
                "jwt_secret",
                "jwt_method",
                "jwt_private_key",
            )
        },
        "licence": licence[0] if isinstance(licence, tuple) else licence,
        "channels": [type(one).__name__ for one in create_input_channels(None, served["credentials"])],
        "tracker_store": facts.tracker_store(agent.tracker_store, sent),
        "lock_store": facts.redis_store(agent.lock_store),
        "timer_store": None if timers is None else facts.redis_store(getattr(timers, "_store", timers)),
        "event_broker": facts.event_broker(broker, sent),
        "environment": getattr(broker, "rasa_environment", None),
        "action_endpoint": getattr(agent.action_endpoint, "url", None),
        "nlg": facts.nlg(_nlg(served["endpoints"].nlg)),
        "model_groups": served["endpoints"].model_groups,
        "requests": facts.requests(sent),
    }


def command_line(arguments: list[str]) -> tuple[Any, dict[str, Any]]:
    """The command line as Rasa parses it, and what it would open its port with."""
    import rasa.cli.run
    import rasa.core.run
    from rasa.__main__ import create_argument_parser

    given: list[dict[str, Any]] = []
    real = rasa.core.run.serve_application
    signature = inspect.signature(real)

    @functools.wraps(real)
    def instead(*positional: Any, **named: Any) -> None:
        bound = signature.bind(*positional, **named)
        bound.apply_defaults()
        given.append(bound.arguments)

    rasa.core.run.serve_application = instead
    try:
        parsed = create_argument_parser().parse_args(arguments)
        rasa.cli.run.run(parsed)
    finally:
        rasa.core.run.serve_application = real
    return parsed, given[0]


def section(name: str, file: Path, sent: Sent) -> Any:
    """What Rasa makes of one section of the file; of another kind of thing, an error is a result, too."""
    sent.clear()
    _forget()
    try:
        return asyncio.run(_section(name, str(file), sent))
    except Exception as error:  # noqa: BLE001 - whatever Rasa raises tells the two files apart
        return f"{type(error).__name__}: {error}"


async def _section(name: str, file: str, sent: Sent) -> Any:
    import rasa.hooks
    from rasa.core.brokers.broker import EventBroker
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_stores.tracker_store import TrackerStore
    from rasa.utils.endpoints import read_endpoint_config

    rasa.hooks.init_managers(endpoints_file=file)
    endpoint = read_endpoint_config(file, endpoint_type=name)
    match name:
        case "tracker_store":
            found: Any = facts.tracker_store(TrackerStore.create(endpoint), sent)
        case "lock_store":
            found = facts.redis_store(LockStore.create(endpoint))
        case "timer_store":
            from rasa.core.timer_managers.timer_manager import create_timer_manager

            found = facts.redis_store(getattr(create_timer_manager(endpoint), "_store", None))
        case "event_broker":
            broker = await EventBroker.create(endpoint, loop=asyncio.get_running_loop())
            found = facts.event_broker(broker, sent)
        case "nlg":
            found = facts.nlg(_nlg(endpoint))
        case "secrets_manager":
            # All that it does is to ask for secrets, when somebody needs one.
            store = read_endpoint_config(file, endpoint_type="tracker_store")
            found = facts.tracker_store(TrackerStore.create(store), sent)
        case _:
            found = None if endpoint is None else endpoint.url
    return [found, facts.requests(sent)]


def _forget() -> None:
    """What a process keeps: the files that it has read, by name, the secrets manager, and the authority of Vault."""
    import hvac
    import hvac.constants.client
    import hvac.v1
    import rasa.shared.utils.yaml as files
    import rasa.utils.endpoints as endpoints
    from rasa.core.secrets_manager.secret_manager import SecretsManagerProvider

    SecretsManagerProvider.secret_managers.clear()
    # The client of Vault reads its variables when it is imported.
    for module in (hvac.constants.client, hvac.v1, hvac):
        importlib.reload(module)
    for module in (files, endpoints):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _nlg(endpoint: Any) -> Any:
    from rasa.core.nlg.generator import NaturalLanguageGenerator
    from rasa.shared.core.domain import Domain

    return NaturalLanguageGenerator.create(endpoint, Domain.empty())
