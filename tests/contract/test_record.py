"""settings/data/rasa.json holds what Rasa Pro's own code reads: no name too few, none too many."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from settings.assistant import TESTED_VERSIONS
from tests.contract.judged import JUDGE, VERSION, ask
from tools import rasa_pro
from tools.record_rasa import RECORD

pytestmark = pytest.mark.contract

RECORDED: Final[dict[str, dict[str, Any]]] = json.loads(RECORD.read_text(encoding="utf-8"))
# Keys of credentials that Rasa replaces everywhere.
REPLACED: Final = ("password", "token", "sasl_password", "auth_token", "signing_secret")


@pytest.mark.parametrize("version", VERSION)
def test_the_record_is_what_rasa_reads(version: str) -> None:
    record = RECORDED[rasa_pro.minor(version)]
    assert version in record["patches"]
    later = record["later"] if version == record["patches"][0] else []
    expected = {
        **{name: record[name] for name in ("endpoints", "integrations", "channels", "references")},
        "unresolved": sorted(set(record["unresolved"]) - set(later)),
        "models": record["models"][version],
    }
    candidates = {*REPLACED, *(key for one in RECORDED.values() for key in one["unresolved"])}
    assert ask(version, sorted(candidates), JUDGE / "reads.py") == expected


def test_the_tested_versions_reach_from_the_oldest_minor_version_to_the_newest() -> None:
    oldest, *_, newest = RECORDED
    assert [rasa_pro.minor(version) for version in (TESTED_VERSIONS[0], TESTED_VERSIONS[-1])] == [oldest, newest]
