"""The kinds of exercise. Each tests one stack with many faults and returns how many there were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from catalogue.urns import name_of, type_of
from sandbox.faults import MARK, Fault
from tools.faults import meddling, ways_back
from tools.faults.exercise import STATELESS, Exercise
from tools.stacks import DEV, PROD

GO_ON: Final = "--continue-on-error"
# Failures after which the user only has to repeat the command.
PASSING: Final = ("fail", "throttle", "timeout")
KILLS: Final = {"create": 16, "update": 8, "delete": 10}
AT_ONCE: Final = 8
LOST: Final = 6


def creates(exercise: Exercise) -> int:
    """The first create of every resource fails."""
    faults = _one_each(exercise, "create", exercise.expected())
    exercise.until_done("up", faults, GO_ON)
    exercise.all_is_well()
    return len(faults)


def singles(exercise: Exercise) -> int:
    """One create of each type fails, and `up` stops there. What the run has created before stays."""
    faults = _one_each(exercise, "create", _one_of_each_type(exercise, exercise.expected()))
    exercise.until_done("up", faults)
    exercise.all_is_well()
    return len(faults)


def updates(exercise: Exercise) -> int:
    """The first update of everything that can have a tag fails."""
    exercise.succeed("up")
    _tag(exercise)
    faults = _one_each(exercise, "update", _to_update(exercise))
    exercise.until_done("up", faults, GO_ON)
    exercise.all_is_well()
    return len(faults)


def reads(exercise: Exercise) -> int:
    """The read of one resource of each type fails, and `refresh` stops at it."""
    exercise.succeed("up")
    chosen = _one_of_each_type(exercise, [record.urn for record in exercise.made()])
    faults = _one_each(exercise, "read", chosen, ("fail", "throttle"))
    exercise.until_done("refresh", faults)
    exercise.all_is_well()
    return len(faults)


def deletes(exercise: Exercise) -> int:
    """The first delete of everything fails. Protected resources of prod stay until `destroy` is allowed."""
    if exercise.workplace.stack in PROD.values():
        exercise.succeed("up")
        _destroy_what_is_protected(exercise)
    _allow_destroy(exercise)
    faults = _one_each(exercise, "delete", [record.urn for record in exercise.made()])
    exercise.until_done("destroy", faults, GO_ON)
    exercise.all_is_gone()
    return len(faults)


def lost(exercise: Exercise) -> int:
    """The cloud creates a resource, and its answer gets lost: the resource is not in the state."""
    urns = [urn for urn in exercise.expected() if not type_of(urn).startswith(STATELESS)]
    faults = [Fault("lost", "create", urn) for urn in exercise.random.sample(urns, LOST)]
    left = faults
    while left:
        finished, struck = exercise.run("up", left, GO_ON)
        assert finished.status != 0
        assert struck, finished.output[-3000:]
        assert {record.urn for record in exercise.orphans()} == {fault.urn for fault in struck}
        ways_back.take_over(exercise)
        left = [fault for fault in left if fault not in struck]
    exercise.succeed("up")
    exercise.all_is_well()
    return len(faults)


def network(exercise: Exercise) -> int:
    """The network is gone for several calls: three times while everything is created, then once per other command."""
    draw = exercise.random.randint
    total = len(exercise.expected())

    def outage(last: int, operation: str = "") -> list[Fault]:
        return [Fault("offline", operation, after=draw(0, last), calls=draw(3, 12))]

    windows = 0
    for _ in range(3):
        windows += _through(exercise, "up", outage(total // 5))
    exercise.succeed("up")
    exercise.all_is_well()
    windows += _through(exercise, "refresh", outage(total // 3, "read"))
    _tag(exercise)
    windows += _through(exercise, "up", outage(10))
    exercise.succeed("up")
    exercise.all_is_well()
    _allow_destroy(exercise)
    windows += _through(exercise, "destroy", outage(total // 3))
    exercise.succeed("destroy")
    exercise.all_is_gone()
    return windows


def drift(exercise: Exercise) -> int:
    """Somebody changes one resource of each type and deletes some. Refresh reports it, and `up` repairs it."""
    exercise.succeed("up")
    before = meddling.change_one_of_each_type(exercise)
    gone = meddling.delete_what_nothing_needs(exercise)
    changed = before.keys() - gone
    exercise.forget(gone)
    seen = exercise.succeed("refresh")
    assert [urn for urn in (*changed, *gone) if name_of(urn) not in seen] == []
    plan = exercise.workplace.plan()
    assert {urn for urn, operation in plan.items() if operation == "update"} == changed
    assert {urn for urn, operation in plan.items() if operation == "create"} == set(gone)
    exercise.succeed("up")
    exercise.all_is_well()
    now = {record.urn: record.inputs for record in exercise.made()}
    assert {urn: now[urn].get(before[urn][0]) for urn in changed} == {urn: before[urn][1] for urn in changed}
    return len(changed) + len(gone)


def helm(exercise: Exercise) -> int:
    """The engine is killed while Helm installs a release, and while it upgrades one."""
    releases = [urn for urn in exercise.expected() if type_of(urn) == ways_back.RELEASE]
    for urn in releases:
        _kill_at(exercise, Fault("kill-late", "create", urn))
        ways_back.set_helm_status(exercise, urn, "pending-install")
        exercise.workplace.succeed("cancel", "--yes")
        _is_refused(exercise, "cannot re-use a name that is still in use")
        ways_back.after_a_kill(exercise)
    exercise.succeed("up")
    exercise.all_is_well()
    exercise.workplace.set(**{"assistants[0].replicas": 4})
    (urn,) = (urn for urn in _to_update(exercise) if type_of(urn) == ways_back.RELEASE)
    _kill_at(exercise, Fault("kill", "update", urn))
    ways_back.set_helm_status(exercise, urn, "pending-upgrade")
    ways_back.after_a_kill(exercise)
    _is_refused(exercise, "another operation (install/upgrade/rollback) is in progress")
    ways_back.set_helm_status(exercise, urn, "deployed")
    exercise.succeed("up")
    exercise.all_is_well()
    return len(releases) + 1


def kills(exercise: Exercise) -> int:
    """The engine is killed repeatedly, before and after the cloud has carried a call out."""
    expected = set(exercise.expected())
    _kill(exercise, "up", KILLS["create"], lambda: len(expected - exercise.known.keys()))
    exercise.succeed("up")
    exercise.all_is_well()
    _tag(exercise)
    _kill(exercise, "up", KILLS["update"], lambda: len(_to_update(exercise)))
    _allow_destroy(exercise)
    exercise.all_is_well()
    _kill(exercise, "destroy", KILLS["delete"], lambda: len(exercise.made()))
    exercise.succeed("destroy")
    exercise.all_is_gone()
    return sum(KILLS.values())


# The longest first, so that one core alone does not run the longest at the end.
KINDS: Final[Mapping[str, Callable[[Exercise], int]]] = {
    kind.__name__: kind for kind in (kills, creates, singles, updates, deletes, drift, helm, network, reads, lost)
}
# The kinds that test one resource of each type, and the stacks that together have all types.
BY_TYPE: Final = ("singles", "reads")
_PROD_OF: Final = {dev: PROD[cloud] for cloud, dev in DEV.items()}
HAVE_ALL_TYPES: Final = ("dev", "dev-gcp", *PROD.values())


def is_due(kind: str, stack: str) -> bool:
    """Returns whether this kind runs on this stack."""
    return kind not in BY_TYPE or stack in HAVE_ALL_TYPES


def _one_each(exercise: Exercise, operation: str, urns: list[str], kinds: tuple[str, ...] = PASSING) -> list[Fault]:
    return [Fault(exercise.random.choice(kinds), operation, urn) for urn in urns]


def _one_of_each_type(exercise: Exercise, urns: list[str]) -> list[str]:
    """Draws one of each type; on a dev stack only of types that the prod stack of its cloud does not have."""
    stack = exercise.workplace.stack
    others = [] if stack in PROD.values() else exercise.beside(_PROD_OF[stack]).expected()
    led_there = {type_of(urn) for urn in others}
    by_type: dict[str, list[str]] = {}
    for urn in urns:
        by_type.setdefault(type_of(urn), []).append(urn)
    return [exercise.random.choice(same) for type_, same in by_type.items() if type_ not in led_there]


def _tag(exercise: Exercise) -> None:
    exercise.workplace.set(tags={"cost-centre": "4711"})


def _to_update(exercise: Exercise) -> list[str]:
    """Returns what providers will be asked to update, without the providers themselves."""
    plan = exercise.workplace.plan()
    return [urn for urn, operation in plan.items() if operation == "update" and not type_of(urn).startswith("pulumi:")]


def _allow_destroy(exercise: Exercise) -> None:
    """Removes the protections; on Azure these are locks, which are deleted."""
    exercise.workplace.set(allowDestroy=True)
    exercise.forget([urn for urn, operation in exercise.workplace.plan().items() if operation == "delete"])
    exercise.succeed("up")


def _destroy_what_is_protected(exercise: Exercise) -> None:
    held = {urn for urn, one in exercise.known.items() if one.get("protect")}
    assert held
    refused, _ = exercise.run("destroy", [], GO_ON)
    assert refused.status != 0
    assert held <= {record.urn for record in exercise.made()}


def _through(exercise: Exercise, command: str, faults: list[Fault]) -> int:
    finished, struck = exercise.run(command, faults)
    assert finished.status != 0
    assert struck
    assert MARK in finished.output
    return 1


def _kill(exercise: Exercise, command: str, times: int, left: Callable[[], int]) -> None:
    """Kills the command `times` times, spread over the changes that are left."""
    for turn in range(times, 0, -1):
        # Operations under way at the same time continue for a moment.
        spread = max(0, left() // turn - AT_ONCE)
        kind = exercise.random.choice(("kill", "kill-late"))
        _kill_at(exercise, Fault(kind, after=exercise.random.randint(0, spread)), command)
        ways_back.after_a_kill(exercise)


def _kill_at(exercise: Exercise, fault: Fault, command: str = "up") -> None:
    finished, struck = exercise.run(command, [fault])
    assert struck, f"not killed: {finished.output[-1000:]}"
    assert finished.status != 0


def _is_refused(exercise: Exercise, words: str) -> None:
    refused, _ = exercise.run("up", [])
    assert refused.status != 0
    assert words in refused.output
