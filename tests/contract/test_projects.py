"""Real projects go through the settings unchanged: Rasa's own readers find every section in the pods' files.

The projects are those that `rasa init` makes, taken out of the installed package, and `projects/*.yml`, which have the
sections and forms of public projects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import pytest
import yaml

from sandbox.recording import Secret
from settings.rasa_files import REFERENCE, WIRED
from tests.contract.cases import Case, cases_of
from tests.contract.judged import JUDGE, VERSION, ask
from tests.contract.pods import RasaPod, pod_of
from tests.settings.stack_files import DEV
from tools import rasa_pro
from tools.record_rasa import RECORD
from tools.stacks import changed

pytestmark = pytest.mark.contract

FILES: Final = ("endpoints.yml", "credentials.yml", "integrations.yml")
RECORDED: Final[dict[str, dict[str, Any]]] = json.loads(RECORD.read_text(encoding="utf-8"))
OURS: Final = {path.stem: path for path in sorted(Path(__file__).parent.joinpath("projects").glob("*.yml"))}
# Each as awkward for YAML, a shell or a template as a credential can be.
AWKWARD: Final = {
    "FB_SECRET": "sentinel-1 ${FB_VERIFY} $HOME {x} # no comment",
    "FB_VERIFY": 'sentinel-2 "quoted": yes',
    "GENESYS_KEY": "sentinel-3 'single' \\n",
    "OWN_SECRET": "sentinel-4\nsecond line\n",
    "BROKER_CLIENT": "sentinel-5-ünï-中",
    "MODEL_KEY": "sentinel-6",
    "HEADER": "sentinel-7 *&!%@`",
    "TOOL_TOKEN": "sentinel-8",
}
SECRETS: Final = """
endpoints:
  event_broker: {type: kafka, client_id: "${BROKER_CLIENT}"}
  nlg:
    url: https://nlg.example.com
    headers: {Authorization: "Bearer ${HEADER} # x", X-One: "a: ${HEADER}", X-Two: "*${HEADER}"}
  mcp_servers:
    - {name: tools, url: "https://tools.example.com", type: https, token: "${TOOL_TOKEN}"}
  model_groups:
    - id: gpt
      models: [{provider: openai, model: gpt-4o, api_key: "${MODEL_KEY}"}]
credentials:
  facebook: {verify: "${FB_VERIFY}", secret: "${FB_SECRET}", page-access-token: "before ${FB_VERIFY} after"}
  genesys: {api_key: "${GENESYS_KEY}", client_secret: "${OWN_SECRET}", server_url: voice.example.com}
  addons.channel.Chat: {secret: "${OWN_SECRET}", client_id: "x", client_secret: "${FB_SECRET}"}
"""


def projects_of(version: str) -> dict[str, dict[str, str]]:
    """The texts of the files of each project, by their names."""
    (templates,) = rasa_pro.ensure(version).parents[1].glob("lib/python*/site-packages/rasa/cli/project_templates")
    found = {
        f"template {directory.name}": {
            name: (directory / name).read_text(encoding="utf-8") for name in FILES if (directory / name).is_file()
        }
        for directory in sorted(templates.iterdir())
    }
    own = {
        name: {f"{kind}.yml": text for kind, text in yaml.safe_load(path.read_text(encoding="utf-8")).items()}
        for name, path in OURS.items()
    }
    return {name: files for name, files in {**found, **own}.items() if files}


def built(name: str, version: str, files: Mapping[str, str], values: Mapping[str, str]) -> Case:
    """The assistant of a small stack that takes its files from a directory, and its variables from `rasa:secrets`."""
    with TemporaryDirectory() as directory:
        settings: dict[str, Any] = {}
        for file, text in files.items():
            path = Path(directory, file)
            path.write_text(text, encoding="utf-8")
            settings[f"assistants[0].{path.stem}"] = str(path)
        keys = {variable: variable.lower().replace("_", "") for variable in values}
        if keys:
            settings["assistants[0].secretEnv"] = keys
        settings["secrets"] = {**DEV["secrets"], **{keys[variable]: value for variable, value in values.items()}}
        (case,) = cases_of(name, changed(DEV, **settings), version)
        return case


def written(pod: RasaPod) -> dict[str, str]:
    """Rasa's files as the pod gets them, by their names."""
    found = {"endpoints.yml": pod.endpoints, "credentials.yml": pod.credentials}
    return {**found, **{Path(path).name: text for path, text in pod.files.items() if Path(path).name in FILES}}


def values_of(files: Mapping[str, str]) -> dict[str, str]:
    """A value for each variable that the files name."""
    return {variable: f"value-of-{variable}" for text in files.values() for variable in REFERENCE.findall(text)}


@cache
def answers(version: str) -> Mapping[str, Mapping[str, Any]]:
    """What Rasa makes of every project."""
    jobs: dict[str, Any] = {}
    for name, files in projects_of(version).items():
        variables = {
            variable: f"value-of-{variable}" for text in files.values() for variable in REFERENCE.findall(text)
        }
        pod = pod_of(built(name, version, files, variables))
        jobs[name] = {"given": files, "written": written(pod), "environment": dict(pod.environment)}
    return ask(version, jobs, JUDGE / "loads.py")


def resolved(value: Any, environment: Mapping[str, str]) -> Any:
    """The value with every `${NAME}` replaced, as it will be when Rasa needs it."""
    match value:
        case dict():
            return {key: resolved(one, environment) for key, one in value.items()}
        case list():
            return [resolved(one, environment) for one in value]
        case str():
            return REFERENCE.sub(lambda found: environment[found[1]], value)
        case _:
            return value


@pytest.mark.parametrize("version", VERSION)
def test_rasa_finds_in_the_pod_what_the_project_says(version: str) -> None:
    texts = projects_of(version)
    assert {"template default", "template tutorial", *OURS} <= texts.keys()
    for name, answer in answers(version).items():
        assert "error" not in answer, f"{name}: {answer['error']}"
        environment = values_of(texts[name])
        found = {file: different(answer, file, environment) for file in answer["given"]}
        assert {file: one for file, one in found.items() if one} == {}, name


def different(answer: Mapping[str, Any], file: str, environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The sections of a file that are not what the project says, apart from those that the program writes."""
    given, found = (resolved(answer[one][file] or {}, environment) for one in ("given", "written"))
    # As texts, so that a number is not equal to a truth value, or to another kind of number.
    pairs = {
        name: (json.dumps(given[name], sort_keys=True), json.dumps(found.get(name, "nothing"), sort_keys=True))
        for name in given.keys() - set(WIRED)
    }
    return {name: (one, other) for name, (one, other) in pairs.items() if one != other}


@pytest.mark.parametrize("version", VERSION)
def test_the_stores_are_those_of_the_stack_in_every_project(version: str) -> None:
    for name, answer in answers(version).items():
        stores = answer["stores"]
        assert stores["tracker_store"]["type"] == "sql", name
        assert stores["tracker_store"]["dialect"] == "postgresql", name
        assert stores["lock_store"]["type"] == "concurrent_redis", name
        assert stores["event_broker"]["type"] == "kafka", name
        assert ("timer_store" in stores) == ("timer_store" in RECORDED[rasa_pro.minor(version)]["endpoints"]), name


@pytest.mark.parametrize("version", VERSION)
def test_options_of_the_broker_stay(version: str) -> None:
    broker = answers(version)["rime"]["stores"]["event_broker"]
    assert broker["stream_pii"] is False
    assert broker["client_id"] == "value-of-BROKER_CLIENT"


@pytest.mark.parametrize("version", VERSION)
def test_rasa_holds_the_real_secrets_and_nobody_else_does(version: str) -> None:
    given = {f"{kind}.yml": yaml.safe_dump(one) for kind, one in yaml.safe_load(SECRETS).items()}
    case = built("secrets", version, given, AWKWARD)
    pod = pod_of(case)
    job = {"given": {}, "written": written(pod), "environment": dict(pod.environment)}
    answer = ask(version, {"secrets": job}, JUDGE / "loads.py")["secrets"]
    assert "error" not in answer, answer["error"]
    channels, sections, stores = answer["channels"], answer["written"]["endpoints.yml"], answer["stores"]
    assert channels["facebook"] == {
        "verify": AWKWARD["FB_VERIFY"],
        "secret": AWKWARD["FB_SECRET"],
        "page-access-token": f"before {AWKWARD['FB_VERIFY']} after",
    }
    assert channels["genesys"]["api_key"] == AWKWARD["GENESYS_KEY"]
    assert channels["genesys"]["client_secret"] == AWKWARD["OWN_SECRET"]
    assert channels["addons.channel.Chat"] == {
        "secret": AWKWARD["OWN_SECRET"],
        "client_id": "x",
        "client_secret": AWKWARD["FB_SECRET"],
    }
    assert stores["event_broker"]["client_id"] == AWKWARD["BROKER_CLIENT"]
    header = AWKWARD["HEADER"]
    assert sections["nlg"]["headers"] == {
        "Authorization": f"Bearer {header} # x",
        "X-One": f"a: {header}",
        "X-Two": f"*{header}",
    }
    # Rasa refuses these two in clear, and looks them up when it needs them.
    assert sections["mcp_servers"][0]["token"] == "${TOOL_TOKEN}"
    assert sections["model_groups"][0]["models"][0]["api_key"] == "${MODEL_KEY}"
    assert answer["later"][0]["models"][0]["api_key"] == AWKWARD["MODEL_KEY"]
    assert {name: pod.environment[name] for name in AWKWARD} == AWKWARD
    assert re.findall(r"sentinel-\d", seen(case)) == []


def seen(case: Case) -> str:
    """Everything that somebody can read without a right to secrets: state, outputs, log, ConfigMaps."""
    recording = case.recording
    resources = [[one.inputs, one.checked, one.outputs] for one in recording.resources.values()]
    return repr(open_([resources, recording.outputs, recording.component_outputs, recording.log, case.config_maps]))


def open_(value: Any) -> Any:
    """The value without what the program marked as secret."""
    match value:
        case Secret():
            return "secret"
        case Mapping():
            return {key: open_(one) for key, one in cast("Mapping[str, Any]", value).items()}
        case list() | tuple():
            return [open_(one) for one in cast("list[Any]", value)]
        case _:
            return value
