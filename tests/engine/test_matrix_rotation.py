"""Rotating every credential on the real engine: at no step of an `up` has anybody what a service does not take."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Final

import pytest

from settings import Cloud
from tests.engine.replay import RELEASE, SECRET, Platform, Steps, replay
from tests.program.stacks import ROTATES
from tools.stacks import DEV
from tools.workplace import Workplace, plain

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

# What does not change in the Secret: what is the user's own, names that are no part of the credential, what only the
# service could change, and Rasa's files, which name the credentials of services as `${NAME}`.
KEPT: Final = {"rasaProLicense", "endpoints.yml", "credentials.yml"}
KEPT_ON: Final = {
    Cloud.AWS: set[str](),
    Cloud.AZURE: {"kafkaUsername", "analyticsKafkaUsername"},
    Cloud.GCP: {"redisPassword"},
}


def moved(steps: Steps, name: str, operations: tuple[str, ...], to: int) -> Steps:
    """The same steps in another order."""
    those = [step for step in steps if step[1].endswith(f"::{name}") and step[0] in operations]
    rest = [step for step in steps if step not in those]
    return [*rest[:to], *those, *rest[to:]]


def deletions_before_the_release(steps: Steps) -> Steps:
    """The same steps, but what is old goes before the pods that use it."""
    deleted = [step for step in steps if step[0] == "delete"]
    rest = [step for step in steps if step[0] != "delete"]
    at = next(index for index, (_, urn) in enumerate(rest) if urn.endswith(f"::{RELEASE}"))
    return [*rest[:at], *deleted, *rest[at:]]


@pytest.mark.parametrize("cloud", Cloud)
def test_every_credential_is_taken_at_every_step(cloud: Cloud, tmp_path: Path, pulumi: None) -> None:
    workplace = Workplace.make(tmp_path / "project", DEV[cloud])
    workplace.set(**{"assistants[0].analytics": True})
    workplace.up()
    platform: Platform | None = None
    before = workplace.resources(show_secrets=True)
    for generation in (2, 3):
        workplace.set(rotation=dict.fromkeys(ROTATES[cloud], generation))
        start = deepcopy(platform)
        steps = workplace.up_in_steps()
        after = workplace.resources(show_secrets=True)
        done = replay(before, after, steps, platform)
        assert done.wrong == []
        # The same in other orders is found to be wrong.
        for other in (moved(steps, SECRET, ("update",), 0), deletions_before_the_release(steps)):
            assert replay(before, after, other, deepcopy(start)).wrong != []
        assert untouched(cloud, before, after) == KEPT | KEPT_ON[cloud]
        assert len(done.platform.logins) == 4  # the last two generations of Rasa's and of analytics'
        platform, before = done.platform, after
    assert workplace.preview() == {}


def untouched(cloud: Cloud, before: list[dict[str, object]], after: list[dict[str, object]]) -> set[str]:
    """The keys of Rasa's Secret that are what they were."""
    old, new = (Platform({str(one["urn"]): one for one in state}).secret(SECRET) for state in (before, after))
    assert old.keys() == new.keys()
    return {key for key in old if plain(old[key]) == plain(new[key])}
