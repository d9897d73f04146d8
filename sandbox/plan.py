"""Plans a change of the stack file for a stack that is up, in process and as the engine decides it.

`stack_that_is_up` runs the program on a store in memory; its `plan` runs the program again on a copy. Each resource is
compared with the one of the same URN and updated in the copy, so that a cloud can refuse. A resource that is replaced
gets no outputs, as in a preview: what depends on it gets unknown values.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi

from catalogue.entry import Refused
from catalogue.wire import Properties, as_list, as_map, has_unknown, secret
from sandbox.recorder import Answer, Monitor, checked_inputs, record
from sandbox.recording import Recording, Secret


class Step(StrEnum):
    """One step of a plan, for one resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`steps` by URN, without what stays the same. `refusals` by the program, the engine's `protect` or a cloud.

    `recording` is what the program registered; None if it was refused.
    """

    steps: Mapping[str, Step]
    refusals: tuple[str, ...]
    recording: Recording | None = None


@dataclass(frozen=True, kw_only=True)
class StackThatIsUp:
    """A stack after its first `up`."""

    recording: Recording
    monitor: Monitor

    def plan(self, stack_config: Mapping[str, Any]) -> Plan:
        """Returns what `up` would do with another stack file."""
        planner = _Planner(self, stack_config)
        try:
            recording = record(stack_config, planner)
        except (pulumi.RunError, Refused) as error:
            return Plan(steps={}, refusals=tuple(map(str, planner.refused or [error])))
        gone = [one for urn, one in self.recording.resources.items() if urn not in planner.registered]
        return Plan(
            steps={**planner.steps, **{one.urn: Step.DELETE for one in gone}},
            refusals=tuple(f"{one.urn} is protected from deletion" for one in gone if one.protect),
            recording=recording,
        )


def stack_that_is_up(stack_config: Mapping[str, Any], stack: str) -> StackThatIsUp:
    """Creates everything that the stack file asks for."""
    monitor = Monitor(stack, stack_config)
    return StackThatIsUp(recording=record(stack_config, monitor), monitor=monitor)


class _Planner(Monitor):
    """Answers each registration as the engine does that knows the old state."""

    def __init__(self, old: StackThatIsUp, stack_config: Mapping[str, Any]) -> None:
        last = {key: value for key, value in old.recording.outputs.items() if not isinstance(value, Secret)}
        super().__init__(old.monitor.stack, stack_config, last=last, before=old.monitor.store)
        self._old = old
        self.steps: dict[str, Step] = {}

    @property
    def dry_run(self) -> bool:
        return True

    def create(self, urn: str, request: Any, inputs: Properties) -> Answer:
        before = self._old.monitor.answers.get(urn)
        if before is None:
            self.steps[urn] = Step.CREATE
            return super().create(urn, request, inputs)
        if not request.custom or self._old.recording.resources[urn].is_provider:
            answer = super().create(urn, request, inputs)
            if request.custom and answer.checked != before.checked:
                self.steps[urn] = Step.UPDATE
            return answer
        cloud = self.cloud(request.type, request.provider)
        if cloud is None:
            return before
        kept = _keep(inputs, before.checked, request.ignoreChanges)
        checked = checked_inputs(cloud, urn, before.checked, kept)
        difference = cloud.diff(urn, before.id, before.checked, before.outputs, checked)
        if difference.replaces:
            self.steps[urn] = Step.REPLACE
            if self._old.recording.resources[urn].protect:
                self.refused.append(Refused(f"{urn} is protected from replacement"))
            checked = checked_inputs(cloud, urn, {}, inputs)
            id, outputs = cloud.create(urn, checked, preview=True)
            return Answer(checked, id, outputs)
        if not difference.changes:
            return before
        self.steps[urn] = Step.UPDATE
        preview = has_unknown(checked)
        outputs = cloud.update(urn, before.id, before.checked, before.outputs, checked, preview=preview)
        outputs |= {key: secret(outputs[key]) for key in request.additionalSecretOutputs if key in outputs}
        return Answer(checked, before.id, outputs)


def _keep(inputs: Properties, old: Properties, paths: list[str]) -> Properties:
    """The inputs with the old values at the paths that `ignore_changes` names."""
    kept = deepcopy(inputs)
    for path in paths:
        *way, last = path.replace("[", ".").replace("]", "").split(".")
        new_node: Any = kept
        old_node: Any = old
        for step in way:
            new_node, old_node = (_child(node, step) for node in (new_node, old_node))
        if isinstance(new_node, dict) and isinstance(old_node, dict):
            if last in old_node:
                new_node[last] = old_node[last]
            elif last in new_node:
                del new_node[last]
    return kept


def _child(node: Any, step: str) -> Any:
    if step.isdigit():
        items = as_list(node)
        return items[int(step)] if int(step) < len(items) else None
    return as_map(node).get(step)
