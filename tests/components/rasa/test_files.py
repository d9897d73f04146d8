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


@pytest.mark.parametrize(("version", "read"), [("3.20.5", False), ("3.21.0", True)])
def test_the_stores_of_a_mantle_project_are_in_each_file_that_can_hold_them(version: str, read: bool) -> None:
    channels = {"channels": {"rest": {"enabled": True}}}
    found = {name: yaml.safe_load(text) for name, text in files(assistant(version, integrations=channels)).items()}
    stores = {"tracker_store", "lock_store", "timer_store", "event_broker"}
    assert stores <= found[ENDPOINTS].keys()
    assert found[INTEGRATIONS].keys() - {"secrets_manager"} == {"channels", *(stores if read else ())}
    assert CREDENTIALS in found


@pytest.mark.parametrize("version", TESTED_VERSIONS)
def test_a_credential_of_an_mcp_server_stays_a_reference(version: str) -> None:
    server = {"name": "a", "url": "https://${HOST}", "type": "https", "token": "${LLM}", "note": "${FACEBOOK}"}
    written = files(assistant(version, endpoints={"mcp_servers": [server]}))
    (found,) = yaml.safe_load(written[ENDPOINTS])["mcp_servers"]
    assert found == {**server, "url": "https://llm.example.com", "note": "one: two"}


def test_sections_that_are_written_over_are_named() -> None:
    given = {"lock_store": {"type": "in_memory"}, "nlg": {"type": "rephrase"}}
    wiring: Wiring = wirings.wiring(assistant(endpoints=given))
    assert replaced_sections(wiring) == ["lock_store"]
