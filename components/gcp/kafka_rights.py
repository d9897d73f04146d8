"""Who may do what in Kafka, as data, and both ways in which Confluent Cloud writes it down. Pure.

Roles reach down to topics and groups from the cluster type Standard on; a Basic cluster knows access rules (ACLs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from settings import Assistant


class Action(StrEnum):
    """What is allowed, by the name of its role."""

    WRITE = "DeveloperWrite"
    READ = "DeveloperRead"
    MANAGE = "DeveloperManage"


OPERATIONS: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.WRITE: ("WRITE", "DESCRIBE"),
    Action.READ: ("READ", "DESCRIBE"),
}


@dataclass(frozen=True, kw_only=True)
class KafkaRight:
    """An action on a topic or group; a name may end in `*`."""

    action: Action
    kind: Literal["topic", "group"]
    name: str

    def crn(self, cluster: str, cluster_id: str) -> str:
        """The resource name that a role is for; `cluster` is that of the cluster."""
        return f"{cluster}/kafka={cluster_id}/{self.kind}={self.name}"


def producer(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """Rasa writes the assistant's events."""
    return (KafkaRight(action=Action.WRITE, kind="topic", name=assistant.events_topic),)


def consumer(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """Analytics reads the events in its group, and writes what it cannot process."""
    return (
        KafkaRight(action=Action.READ, kind="topic", name=assistant.events_topic),
        KafkaRight(action=Action.READ, kind="group", name=assistant.consumer_group),
        KafkaRight(action=Action.WRITE, kind="topic", name=assistant.dead_letter_topic),
    )


def maker(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """The Job makes the assistant's topics; it cannot read or write them."""
    return (KafkaRight(action=Action.MANAGE, kind="topic", name=f"{assistant.name}-*"),)
