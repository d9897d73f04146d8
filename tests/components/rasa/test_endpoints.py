"""`endpoints.yml`: the rules that decide whether Rasa uses a service or silently does without it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from components.kubernetes.pod import SecretKey, environment_values
from components.rasa.endpoints import endpoints
from components.rasa.environment import environment
from settings.assistant import TESTED_VERSIONS
from settings.variables import POOL, RESERVED_ENVIRONMENT
from tests.components.rasa import wirings

# Rasa leaves `${VAR}` under these as it is.
NEVER_SUBSTITUTED = {"client_id", "api_key", "client_secret", "secret", "token_url"}
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:
    """Every leaf with the key that it stands under."""
    if isinstance(value, dict):
        return [leaf for name, item in value.items() for leaf in leaves(item, name)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item, key)]
    return [(key, value)]


@pytest.fixture(params=wirings.VARIANTS)
def wiring(request: pytest.FixtureRequest) -> Any:
    """Every variant in turn."""
    return wirings.VARIANTS[request.param]()


# The snapshots of `test_values.py` have the file of the others.
@pytest.mark.parametrize("variant", ["bare", "plain redis", "vault"])
def test_the_file_and_its_variables(variant: str, snapshot: SnapshotAssertion) -> None:
    """Compare a change with Rasa's code, which takes a wrong key, or a text for a boolean, without a word."""
    wiring = wirings.VARIANTS[variant]()
    variables = environment_values(environment(wiring))
    assert wirings.text({"endpoints": endpoints(wiring), "environment": variables}) == snapshot


def test_every_variable_has_an_environment_entry_and_stands_where_rasa_substitutes(wiring: Any) -> None:
    defined = environment(wiring)
    for key, value in leaves(endpoints(wiring)):
        for variable in VARIABLE.findall(value) if isinstance(value, str) else []:
            assert key not in NEVER_SUBSTITUTED
            assert isinstance(defined[variable], SecretKey)
            # A whole value, because an unset variable in the middle of a text stays as it is, without an error; and
            # Helm writes such a text without quotes, in which Rasa would not substitute.
            assert value == f"${{{variable}}}"


def test_every_variable_of_the_program_is_refused_as_one_of_the_users(wiring: Any) -> None:
    assert set(environment(wiring)) - set(wiring.assistant.secret_env) <= RESERVED_ENVIRONMENT | POOL.keys()


@pytest.mark.parametrize("version", TESTED_VERSIONS)
def test_keys_appear_with_the_version_that_reads_them(version: str) -> None:
    sections: Any = endpoints(wirings.wiring(wirings.everything(rasaVersion=version)))
    recent = version != "3.14.0"
    assert ("timer_store" in sections) == recent
    assert ("socket_keepalive_enable" in sections["event_broker"]) == recent


def test_versions_are_compared_as_numbers() -> None:
    assert not wirings.wiring(wirings.assistant(rasaVersion="3.9.0")).since("3.16")
    assert wirings.wiring(wirings.assistant(rasaVersion="3.16.0")).since("3.16")
