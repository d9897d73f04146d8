# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Uses Rasa's stores, in Rasa Pro's environment, built as `rasa run` builds them from `endpoints.yml`.

`stores.py ENDPOINTS VERB ARGUMENT...`; the last line of its output is `result: ` with JSON. Nothing is set here that
the file and the variables do not say.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from rasa.core.agent import load_agent
from rasa.core.config.available_endpoints import AvailableEndpoints
from rasa.core.persistor import get_persistor
from rasa.plugin import plugin_manager
from rasa.shared.core.events import BotUttered, UserUttered

HOLD_SECONDS = 60
FIRE_SECONDS = 5


def say(result):
    """Tell the tests."""
    sys.stdout.write(f"\nresult: {json.dumps(result)}\n")
    sys.stdout.flush()


async def save(agent, sender, text):
    """A user says something and gets an answer."""
    tracker = await agent.tracker_store.get_or_create_tracker(sender)
    tracker.update(UserUttered(text))
    tracker.update(BotUttered(f"You said: {text}"))
    await agent.tracker_store.save(tracker)
    say(True)


async def read(agent, sender):
    """What has been said before."""
    tracker = await agent.tracker_store.retrieve(sender)
    events = tracker.events if tracker else []
    say([event.text for event in events if isinstance(event, UserUttered | BotUttered)])


async def lock(agent, sender, released):
    """Hold the conversation's lock until the file `released` is there."""
    say("asking")
    async with agent.lock_store.lock(sender, wait_time_in_seconds=0.2):
        say("held")
        until = time.monotonic() + HOLD_SECONDS
        while not Path(released).exists() and time.monotonic() < until:
            await asyncio.sleep(0.1)


async def timer(agent, sender):
    """Set a timer that is due when this process has ended."""

    async def fired(_sender, _session):
        """Never, in this process."""

    await agent.timer_manager.schedule_timer(sender, "session", 0.1, fired)
    say(True)


async def fires(agent, sender):
    """Whether the timer fires in this process."""
    manager, due = agent.timer_manager, asyncio.Event()

    async def fired(of, *_):
        if of == sender:
            due.set()

    manager.set_callback(fired)
    await manager.start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(due.wait(), FIRE_SECONDS)
    await manager.stop()
    say(due.is_set())


async def model(_agent, storage, key):
    """Download the model."""
    with tempfile.TemporaryDirectory() as folder:
        get_persistor(storage).retrieve(key, folder)
        say(hashlib.sha256((Path(folder) / Path(key).name).read_bytes()).hexdigest())


async def main(endpoints, verb, *arguments):
    # Signs in to Vault, where there is one.
    plugin_manager().hook.init_managers(endpoints_file=endpoints)
    agent = await load_agent(endpoints=AvailableEndpoints.read_endpoints(Path(endpoints)))
    verbs = {"save": save, "read": read, "lock": lock, "timer": timer, "fires": fires, "model": model}
    await verbs[verb](agent, *arguments)
    # What the broker's thread has still to send, as when a pod is asked to stop.
    if agent.tracker_store and agent.tracker_store.event_broker:
        await agent.tracker_store.event_broker.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    # Rasa's broker leaves a thread behind.
    os._exit(0)
