"""docs/assistant.md: the blocks for language models are accepted by the settings and by three versions of Rasa Pro."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from settings import parse
from settings.rasa_files import read_by
from tests.contract.judged import VERSION
from tests.settings.stack_files import DEV
from tools import rasa_pro
from tools.stacks import changed

pytestmark = pytest.mark.contract

PAGE: Final = (Path(__file__).parents[2] / "docs" / "assistant.md").read_text(encoding="utf-8")
# Reads each file as `rasa run` does, validates it, and creates the client of each model; nothing is sent.
READ: Final = """
import json, os, sys, botocore.client
from pathlib import Path
botocore.client.BaseClient._make_api_call = lambda *_: {}  # 3.14 asks Bedrock before it starts
from rasa.core.config.configuration import Configuration
from rasa.engine.validation import validate_model_group_configuration_setup
from rasa.shared.providers.mappings import get_llm_client_from_provider
answers = {}
for name, job in json.load(sys.stdin).items():
    os.environ.update(job["variables"])
    Path("endpoints.yml").write_text(job["text"])
    try:
        Configuration.initialise_endpoints(Path("endpoints.yml"))
        validate_model_group_configuration_setup()
        groups = Configuration.get_instance().endpoints.model_groups
        for model in groups[0]["models"]:
            get_llm_client_from_provider(model["provider"]).from_config(model)
        answers[name] = [model["provider"] for model in groups[0]["models"]]
    except BaseException as error:
        answers[name] = f"{type(error).__name__}: {error}"
    for variable in job["variables"]:
        del os.environ[variable]
Path("answers.json").write_text(json.dumps(answers))
"""


def blocks() -> dict[str, tuple[str, dict[str, Any]]]:
    """The part of endpoints.yml and that of the assistant for each provider, by its heading."""
    chapter = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (models,) = (part for part in chapter if part.startswith("Language models\n"))
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for section in models.split("\n### ")[1:]:
        first, *rest = re.findall(r"^```yaml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        found[section.partition("\n")[0]] = (
            first,
            {key: one for text in rest for key, one in yaml.safe_load(text).items()},
        )
    return found


def test_the_settings_take_each_block() -> None:
    for text, assistant in blocks().values():
        content = {"endpoints": yaml.safe_load(text), **assistant}
        names = assistant.get("secretEnv", {})
        given = {f"assistants[0].{key}": value for key, value in content.items()}
        assert parse(changed(DEV, **given, **{f"secrets.{key}": "dummy" for key in names.values()}))[1] == []


def test_the_channels_of_the_table_exist() -> None:
    (table,) = (part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if part.startswith("Channels\n"))
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) <= set(read_by("3.17").channels)


@pytest.mark.parametrize("version", VERSION)
def test_rasa_takes_each_block(version: str, tmp_path: Path) -> None:
    jobs = {
        name: {"text": text, "variables": {**dict.fromkeys(one.get("secretEnv", {}), "dummy"), **one.get("env", {})}}
        for name, (text, one) in blocks().items()
    }
    done = subprocess.run(
        [rasa_pro.ensure(version), "-c", READ], input=json.dumps(jobs), capture_output=True, text=True, timeout=300,
        check=False, cwd=tmp_path, env={"LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert list(json.loads((tmp_path / "answers.json").read_text()).values()) == [
        ["openai"],
        ["azure"],
        ["bedrock"],
        ["vertex_ai"],
        ["self-hosted"],
    ]
