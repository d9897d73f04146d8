"""Rasa's files in the Secret: what Rasa replaces stays `${NAME}`, and every other place has the value itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import yaml

from components.rasa.files import CREDENTIALS, ENDPOINTS, INTEGRATIONS, replaced_sections, texts
from components.rasa.wiring import Wiring
from settings.assistant import TESTED_VERSIONS
from tests.components.rasa import wirings

FACEBOOK = {"facebook": {"verify": "no", "secret": "${FACEBOOK}", "page-access-token": "EA${FACEBOOK}"}}
MODELS = [{"id": "llm", "models": [{"provider": "azure", "api_key": "${LLM}", "api_base": "https://${HOST}/v1"}]}]


def files(assistant: Any) -> dict[str, str]:
    """The files of an assistant, by name."""

    async def written() -> dict[str, str]:
        given = {
            "license": wirings.secret("licence"),
            "first": wirings.secret("one: two"),
            "second": wirings.secret("2"),
        }
        made = texts(wirings.wiring(assistant), given, {})
        return {name: await text.future() or "" for name, text in made.items()}

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(written())
    finally:
        loop.close()


def assistant(version: str = "3.17.0", **given: Any) -> Any:
    """An assistant with two secrets and a plain variable."""
    variables = {"secretEnv": {"FACEBOOK": "first", "LLM": "second"}, "env": {"HOST": "llm.example.com"}}
    return wirings.assistant(rasaVersion=version, **variables, **given)


@pytest.mark.parametrize("version", TESTED_VERSIONS)
def test_a_channel_gets_the_values_and_a_model_the_reference(version: str) -> None:
    written = files(assistant(version, credentials=FACEBOOK, endpoints={"model_groups": MODELS}))
    (model,) = yaml.safe_load(written[ENDPOINTS])["model_groups"][0]["models"]
    assert yaml.safe_load(written[CREDENTIALS]) == {
        "facebook": {"verify": "no", "secret": "one: two", "page-access-token": "EAone: two"}
    }
    assert (model["api_key"], model["api_base"]) == ("${LLM}", "https://llm.example.com/v1")


def test_the_programs_references_are_not_in_quotes() -> None:
    written = files(assistant())
    assert '"password": ${DB_PASSWORD}\n' in written[ENDPOINTS]
    assert '"client_id": "rasa"\n' in written[ENDPOINTS]


def test_options_of_the_broker_stay_beside_the_connection() -> None:
    given = {"url": "kafka.example.com", "stream_pii": True, "client_id": "${FACEBOOK}"}
    broker = yaml.safe_load(files(assistant(endpoints={"event_broker": given}))[ENDPOINTS])["event_broker"]
    assert broker["stream_pii"] is True
    assert broker["client_id"] == "one: two"
    assert broker["url"] != "kafka.example.com"


def test_a_project_with_integrations_has_its_stores_there() -> None:
    written = files(assistant("3.21.0", integrations={"channels": {"rest": {"enabled": True}}}))
    assert written.keys() == {INTEGRATIONS, CREDENTIALS}
    assert {"channels", "tracker_store", "lock_store"} <= yaml.safe_load(written[INTEGRATIONS]).keys()


def test_sections_that_are_written_over_are_named() -> None:
    given = {"lock_store": {"type": "in_memory"}, "nlg": {"type": "rephrase"}}
    wiring: Wiring = wirings.wiring(assistant(endpoints=given))
    assert replaced_sections(wiring) == ["lock_store"]
