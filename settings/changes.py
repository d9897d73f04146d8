"""Refuses changes between two runs of `up` that the cloud cannot do, or that would destroy data without a word.

The stack output `deployed` records the guarded settings. The next run compares them before it registers anything.
A change that the engine shows and `protect` stops (a replacement) needs no rule here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from settings.base import Cloud
from settings.event_queue import CreateEventQueue
from settings.model import Settings
from settings.model_storage import CreateModelStorage
from settings.problems import Problem, SettingsError, shown
from settings.secrets_manager import CreateVault
from settings.setting import Json

OUTPUT: Final = "deployed"
Recorded = Mapping[str, Json]


def _always(_settings: Settings) -> bool:
    return True


@dataclass(frozen=True)
class _Rule:
    """`breaks` gets an old and a new value that differ. `why` continues the sentence that starts with both.

    `consent` is whether `rasa:allowDestroy` lets the change through. `holds` is whether the rule is about this stack.
    """

    breaks: Callable[[Json, Json], bool]
    keys: tuple[str, ...]
    why: str
    consent: bool = True
    holds: Callable[[Settings], bool] = _always


def _differs(_old: Json, _new: Json) -> bool:
    return True


def _is_less(old: Json, new: Json) -> bool:
    return isinstance(old, int) and isinstance(new, int) and new < old


def _is_older(old: Json, new: Json) -> bool:
    """Compares the numbers that both have: `3.9.x` is not older than `3.9.1`."""
    before, after = (tuple(map(int, re.findall(r"\d+", str(version)))) for version in (old, new))
    common = min(len(before), len(after))
    return after[:common] < before[:common]


def _changes_keeper(old: Json, new: Json) -> bool:
    """MSK cannot move a cluster from ZooKeeper to KRaft, or back."""
    return str(old).endswith(".kraft") != str(new).endswith(".kraft")


def _changes_replicas(old: Json, new: Json) -> bool:
    """Topics have a replica on each broker, up to three; another number of replicas is another topic."""
    return isinstance(old, int) and isinstance(new, int) and min(old, 3) != min(new, 3)


def _lacks_one(old: Json, new: Json) -> bool:
    return isinstance(old, list) and isinstance(new, list) and any(item not in new for item in old)


def _leaves_vault(old: Json, _new: Json) -> bool:
    return old == "vault"


def _on_azure(settings: Settings) -> bool:
    return settings.cloud is Cloud.AZURE


def _on_gcp(settings: Settings) -> bool:
    return settings.cloud is Cloud.GCP


def _in_prod(settings: Settings) -> bool:
    return settings.is_prod


def _on_event_hubs_standard(settings: Settings) -> bool:
    queue = settings.event_queue
    return _on_azure(settings) and isinstance(queue, CreateEventQueue) and queue.size == "Standard"


_RULES: Final = (
    _Rule(_differs, ("cloud", "region", "account"), "would not move what is there", consent=False),
    _Rule(_differs, ("profile",), "would change what encrypts and protects all data, which replaces it"),
    _Rule(
        _differs,
        ("network.cidr",),
        "would move subnets that are in use, which Azure cannot do",
        consent=False,
        holds=_on_azure,
    ),
    _Rule(
        _differs,
        ("cluster.serviceCidr", "cluster.podCidr"),
        "would move a range that is in use, which Google Cloud cannot do",
        consent=False,
        holds=_on_gcp,
    ),
    _Rule(
        _differs,
        ("encryption.kind",),
        "would change who keeps the key for data, which Azure cannot do in place",
        holds=_on_azure,
    ),
    _Rule(_is_older, ("cluster.version",), "would go back, which no cluster can", consent=False),
    _Rule(_differs, ("trackerStore.version",), "would be another major version, whose files the server cannot read"),
    _Rule(_is_older, ("lockStore.version", "eventQueue.version"), "would go back, which replaces the service"),
    _Rule(
        _changes_keeper,
        ("eventQueue.version",),
        "would change between ZooKeeper and KRaft, which MSK cannot do in place",
    ),
    _Rule(
        _is_less,
        ("trackerStore.storageGb", "eventQueue.storageGb"),
        "would shrink a disk, which no cloud can do in place",
    ),
    _Rule(
        _differs,
        ("secretsManager.storageGb", "secretsManager.storageClass"),
        "would change Vault's disks, which Kubernetes refuses",
    ),
    _Rule(_is_less, ("eventQueue.partitions",), "would replace the topics, with their events"),
    _Rule(
        lambda old, new: not _is_less(old, new),
        ("eventQueue.partitions",),
        "would change an event hub's partitions, which only Premium can",
        consent=False,
        holds=_on_event_hubs_standard,
    ),
    _Rule(
        _differs,
        ("eventQueue.size",),
        "would change the tier of a namespace, which Azure cannot do in place",
        holds=_on_azure,
    ),
    _Rule(
        lambda old, new: _is_less(old, new) or _changes_replicas(old, new),
        ("eventQueue.brokers",),
        "would remove brokers, or replace the topics for another number of replicas, with their events",
    ),
    _Rule(
        _is_less,
        ("eventQueue.retentionHours", "modelStorage.oldVersionDays", "trackerStore.backupDays", "lockStore.backupDays"),
        "would delete at once what is older",
        holds=_in_prod,
    ),
    _Rule(
        _lacks_one,
        ("assistants",),
        "would delete the namespace of an assistant, and leave its conversations behind",
        holds=_in_prod,
    ),
    _Rule(_leaves_vault, ("secretsManager.kind",), "would delete Vault, the key that unseals it and its recovery keys"),
    _Rule(
        lambda old, _new: old == "job",
        ("secretsManager.init",),
        "would delete the secret that holds Vault's recovery keys",
    ),
)
NODES: Final = ("cluster.minNodes", "cluster.nodeSizes")
RECORDED: Final = tuple(dict.fromkeys([*(key for rule in _RULES for key in rule.keys), *NODES]))


def record(settings: Settings, account: str | None) -> dict[str, Json]:
    """Returns the settings that the next run is compared with, by key; none of them is secret."""
    names: list[Json] = [assistant.name for assistant in settings.assistants]
    whole: dict[str, Json] = {**_dump(settings), "account": account, "assistants": names}
    found = {key: _at(whole, key) for key in RECORDED}
    return {key: value for key, value in found.items() if value is not None}


def refused_changes(old: Recorded, new: Recorded, settings: Settings) -> list[Problem]:
    """Returns what the last run recorded and this run must not change; nothing if nothing was recorded."""
    return [
        _problem(key, old[key], new[key], rule)
        for rule in _RULES
        if rule.holds(settings) and not (rule.consent and settings.allow_destroy)
        for key in rule.keys
        if key in old and key in new and old[key] != new[key] and rule.breaks(old[key], new[key])
    ]


def is_raised(settings: Settings, key: str) -> bool:
    """Returns whether the number at a recorded key is above that of the last `up`."""
    return _is_less(_at(_dump(settings), key), settings.deployed.get(key))


def small_pool(settings: Settings) -> str | None:
    """The machine type of the nodes at the last `up`, if the stack file asks for more nodes than then; else None."""
    least, sizes = NODES
    match settings.deployed.get(sizes):
        case [str(size), *_] if is_raised(settings, least):
            return size
        case _:
            return None


def check_changes(settings: Settings) -> None:
    """Reads what the last `up` of this stack recorded, and gives it to the settings.

    Raises `pulumi.RunError` with every change that is refused. Registers nothing.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    # Not a `StackReference`: that is a resource, and would keep a copy of all outputs in the state.
    outputs = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": stack}).value["outputs"]
    settings.remember(outputs.get(OUTPUT, {}))
    _refuse(settings, settings.provider.account)


def checked_account(settings: Settings, ask: Callable[[], str]) -> str | None:
    """Returns the account that the cloud names. Raises `pulumi.RunError` if the last `up` was in another one.

    Does not ask if everything with data exists already: then there may be no credentials for the cloud.
    """
    creates = isinstance(settings.model_storage, CreateModelStorage) or isinstance(
        settings.secrets_manager, CreateVault
    )
    account = ask() if settings.in_network or creates else settings.provider.account
    _refuse(settings, account)
    return account


def _refuse(settings: Settings, account: str | None) -> None:
    if problems := refused_changes(settings.deployed, record(settings, account), settings):
        raise pulumi.RunError(str(SettingsError(problems)))


def _dump(settings: Settings) -> dict[str, Json]:
    return settings.model_dump(mode="json", by_alias=True, exclude={"secrets"})


def _at(whole: Json, key: str) -> Json:
    """The value at a dotted key; an optional setting without a value is an empty text, a missing one is None."""
    value = whole
    for step in key.split("."):
        if not isinstance(value, dict) or step not in value:
            return None
        value = value[step]
    return "" if value is None and "." in key else value


def _problem(key: str, old: Json, new: Json, rule: _Rule) -> Problem:
    other = ", or accept it with rasa:allowDestroy (docs/replace.md)" if rule.consent else ", or create a new stack"
    was, now = (", ".join(map(str, value)) if isinstance(value, list) else shown(value) for value in (old, new))
    return Problem(
        key="provider" if key == "account" else key,
        got=now,
        expected=f"was {was} at the last `up`, and the change {rule.why}",
        fix=f"set {was}{other}",
    )
