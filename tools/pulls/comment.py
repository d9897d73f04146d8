"""The comment on a pull request. It shows at a glance what will change and whether data is at risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalogue.holdings import GRAVEST_FIRST
from tools.pulls.markdown import LONGEST_SENTENCE, alert, block, code, join, section
from tools.pulls.outcome import KNOWN_LATER, Action, Change, Outcome, Property, Violation

# The longest list that a reader sees at once; longer lists are folded.
SHORT = 12
PROPERTIES = 3
DONE: Final[Mapping[Action, str]] = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}
# Replaced at every change of what they do: a run, not a lasting resource.
RUNS = frozenset({"kubernetes:batch/v1:Job"})
WHERE = {
    "cloud": "Compared with the stack's own state",
    "sandbox": "On the sandbox, compared with the branch that it merges into",
}


def marker(stack: str) -> str:
    """Returns the mark that identifies a stack's comment; a reader does not see it."""
    return f"<!-- pulumi-preview:{stack} -->"


def comment(outcome: Outcome, *, commit: str = "", link: str = "") -> str:
    """Returns the whole comment, the most important part first."""
    lost = [change for change in outcome.changes if _loses_data(change)]
    runs = [change for change in outcome.changes if change.type in RUNS and change.action != "create"]
    rest = [change for change in outcome.changes if change not in lost and change not in runs]
    of = {action: [one for one in rest if one.action == action] for action in ("replace", "delete", "update", "create")}
    mandatory = [one for one in outcome.violations if one.mandatory]
    advice = [one for one in outcome.violations if not one.mandatory]
    parts = [
        f"{marker(outcome.stack)}\n### Preview of {code(outcome.stack)}",
        _verdict(outcome, lost),
        _counts(outcome),
        _source(outcome, commit, link),
        *section("Data at risk", list(_data_lines(lost)), folded=False),
        *[block(error) for error in outcome.errors],
        *section("Refused by the policy pack", [_violation_line(one) for one in mandatory], folded=False),
        *_list("Replaced", of["replace"]),
        *_list("Deleted", of["delete"]),
        *_list("Updated", of["update"]),
        *section(f"Jobs that run again: {len(runs)}", [code(change.name) for change in runs], folded=True),
        *section(f"Created: {len(of['create'])}", list(_by_type(of["create"])), folded=True),
        *section(f"Advice of the policy pack: {len(advice)}", [_violation_line(one) for one in advice], folded=True),
        *section(
            f"Warnings: {len(outcome.warnings)}", [code(one, LONGEST_SENTENCE) for one in outcome.warnings], folded=True
        ),
    ]
    return join(parts)


def _loses_data(change: Change) -> bool:
    return change.action in ("replace", "delete") and bool(change.holds)


def _verdict(outcome: Outcome, lost: Sequence[Change]) -> str:
    what = ", ".join(_by_holding(lost))
    if any(change.refused for change in lost):
        return alert(
            "CAUTION",
            f"**Refused, because protected data would be lost:** {what}. `up` will not do this. "
            "If you need the change: `docs/replace.md`.",
        )
    if lost:
        return alert(
            "CAUTION",
            f"**Data is at risk:** {what}. The replacement is new and empty; the data in the old resource is deleted. "
            "Read `docs/replace.md` before you merge.",
        )
    if any(one.mandatory for one in outcome.violations):
        return alert("WARNING", "**The policy pack refuses this.** No data is at risk. Nothing was changed.")
    if not outcome.succeeded:
        return alert("WARNING", "**The preview failed.** The list ends where it failed. Nothing was changed.")
    if not outcome.changes:
        return alert("NOTE", "**Nothing will change.**")
    return alert("NOTE", "**No data is at risk.**")


def _counts(outcome: Outcome) -> str:
    """Returns counts of resources of the cloud and the cluster, without components and providers."""
    if not outcome.changes and not outcome.succeeded:
        return ""
    found = Counter(change.action for change in outcome.changes if not change.refused)
    counted = [f"{found[action]} {word}" for action, word in DONE.items() if found[action]]
    return ", ".join([*counted, f"{outcome.unchanged} unchanged"])


def _data_lines(lost: Sequence[Change]) -> Iterator[str]:
    """Yields one line for each thing that a person knows, followed by its resources."""
    for what, changes in _by_holding(lost).items():
        will = "would be" if changes[0].refused else "will be"
        verbs = " or ".join(sorted({DONE[change.action] for change in changes}))
        shown = "; ".join(line(change) for change in changes[:PROPERTIES])
        more = f" and {len(changes) - PROPERTIES} more" if len(changes) > PROPERTIES else ""
        yield f"**{what} {will} {verbs}**: {shown}{more}"


def _by_holding(lost: Sequence[Change]) -> dict[str, list[Change]]:
    """Returns changes by what they lose, the most serious first."""
    found: dict[str, list[Change]] = {what: [] for what in GRAVEST_FIRST}
    for change in lost:
        found.setdefault(change.holds, []).append(change)
    return {what: changes for what, changes in found.items() if changes}


def _list(title: str, changes: Sequence[Change]) -> list[str]:
    return section(f"{title}: {len(changes)}", [line(change) for change in changes], folded=len(changes) > SHORT)


def line(change: Change) -> str:
    """Returns the resource and the reason; for a replacement, what forces it."""
    told = [one for one in change.properties if one.forces] or list(change.properties)
    told.sort(key=lambda one: one.new == KNOWN_LATER)  # a cause before its consequences
    shown = [_property(one) for one in told[:PROPERTIES]]
    if len(told) > PROPERTIES:
        shown.append(f"and {len(told) - PROPERTIES} more")
    head = f"{code(change.name)} ({_type(change.type)})"
    return f"{head}: {', '.join(shown)}" if shown else head


def _property(one: Property) -> str:
    if one.old == one.new:
        return code(one.path)
    return f"{code(one.path)} {code(one.old) if one.old else 'nothing'} → {code(one.new) if one.new else 'nothing'}"


def _by_type(changes: Iterable[Change]) -> Iterable[str]:
    """Yields one line for each type: there may be hundreds of new resources, and their type says enough."""
    of_type: dict[str, list[Change]] = {}
    for change in changes:
        of_type.setdefault(change.type, []).append(change)
    for type_, found in sorted(of_type.items(), key=lambda item: (not any(one.holds for one in item[1]), item[0])):
        shown = ", ".join(code(one.name) for one in found[:PROPERTIES])
        more = f" and {len(found) - PROPERTIES} more" if len(found) > PROPERTIES else ""
        yield f"{len(found)} of {_type(type_)}: {shown}{more}"


def _type(type_: str) -> str:
    """Returns `aws:rds/instance:Instance` as `aws:rds:Instance`."""
    package, _, rest = type_.partition(":")
    module, _, name = rest.rpartition(":")
    return code(f"{package}:{module if package == 'kubernetes' else module.partition('/')[0]}:{name}")


def _violation_line(one: Violation) -> str:
    on = f" on {code(one.resource)}" if one.resource else ""
    return f"{code(one.policy)}{on}: {code(one.message, LONGEST_SENTENCE)}"


def _source(outcome: Outcome, commit: str, link: str) -> str:
    facts = [
        WHERE[outcome.where],
        f"commit {code(commit[:7])}" if commit else "",
        f"[full diff]({link})" if link else "",
    ]
    return f"<sub>{' · '.join(fact for fact in facts if fact)}</sub>"


def untouched(stack: str, commit: str) -> str:
    """Returns the comment on a stack that only an earlier push touched."""
    return join([f"{marker(stack)}\n### Preview of {code(stack)}", f"Commit {code(commit[:7])} does not touch it."])
