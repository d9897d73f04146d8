"""Rights in Kafka as data, and both forms in which Confluent Cloud stores them. Pure.

Cluster types from Standard on have roles on topics and groups; a Basic cluster has only access rules (ACLs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from settings import Assistant


class Action(StrEnum):
    """An allowed action, with the name of its role."""

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
        """Returns the resource name of a role; `cluster` is the resource name of the cluster."""
        return f"{cluster}/kafka={cluster_id}/{self.kind}={self.name}"


def producer(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """Returns the rights of Rasa, which writes the assistant's events."""
    return (KafkaRight(action=Action.WRITE, kind="topic", name=assistant.events_topic),)


def consumer(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """Returns the rights of analytics, which reads the events in its group, and writes what it cannot process."""
    return (
        KafkaRight(action=Action.READ, kind="topic", name=assistant.events_topic),
        KafkaRight(action=Action.READ, kind="group", name=assistant.consumer_group),
        KafkaRight(action=Action.WRITE, kind="topic", name=assistant.dead_letter_topic),
    )


def maker(assistant: Assistant) -> tuple[KafkaRight, ...]:
    """Returns the rights of the Job that creates the assistant's topics; it cannot read or write them."""
    return (KafkaRight(action=Action.MANAGE, kind="topic", name=f"{assistant.name}-*"),)
