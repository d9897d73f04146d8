"""What the topics script does with a topic that is there. `tests/e2e/test_jobs.py` tries the rest on a real Kafka."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

import components.kubernetes as package
from tests.scripts import loaded

PATH = Path(package.__path__[0]) / "scripts" / "kafka_topics.py"
ALREADY_EXISTS, NOT_ALLOWED = 36, 29


class KafkaException(Exception):
    """As the client's: its argument is an error with a code."""


@pytest.mark.parametrize(
    ("code", "there", "more"),
    [(ALREADY_EXISTS, 3, True), (ALREADY_EXISTS, 6, False), (ALREADY_EXISTS, 12, False), (NOT_ALLOWED, 0, False)],
    ids=["fewer", "as many", "more", "refused"],
)
def test_partitions_are_added_and_never_taken_away(
    monkeypatch: pytest.MonkeyPatch, code: int, there: int, more: bool
) -> None:
    error = SimpleNamespace(TOPIC_ALREADY_EXISTS=ALREADY_EXISTS)
    client = SimpleNamespace(KafkaError=error, KafkaException=KafkaException)
    monkeypatch.setitem(sys.modules, "confluent_kafka", client)
    monkeypatch.setitem(sys.modules, "confluent_kafka.admin", MagicMock())
    admin = MagicMock()
    admin.create_topics()["events"].result.side_effect = KafkaException(SimpleNamespace(code=lambda: code))
    admin.list_topics().topics["events"].partitions = dict.fromkeys(range(there))
    ensure_topic = loaded(PATH).ensure_topic
    if code == NOT_ALLOWED:
        with pytest.raises(KafkaException):
            ensure_topic(admin, "events", 6, "1000")
    else:
        assert ensure_topic(admin, "events", 6, "1000") == "kept"
    assert admin.create_partitions.called == more
