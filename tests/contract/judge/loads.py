# pyright: reportMissingImports=false
"""What Rasa's own readers make of the files of a project, and of the same files as the program writes them.

    <python of that version> tests/contract/judge/loads.py < jobs.json > results.json

A job has two sets of files, `given` and `written`, each the texts by name, and the variables of the pod. Its result has
for both what Rasa's reader of YAML returns, and for `written` what `rasa run` arrives at.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import network
import start

_MANTLE = {"agent.yml": "", "skills/one/skill.md": ""}


def main() -> None:
    jobs: dict[str, Any] = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)  # Rasa prints; the answer is alone on the standard output
    os.environ.update({"LITELLM_LOCAL_MODEL_COST_MAP": "True", "RASA_TELEMETRY_ENABLED": "false"})
    import rasa.__main__
    import rasa.cli.run
    import rasa.core.run  # noqa: F401

    network.intercept()
    results = {name: _forked(job) for name, job in jobs.items()}
    with os.fdopen(answer, "w") as stream:
        json.dump(results, stream)


def _forked(job: dict[str, Any]) -> Any:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        child = os.fork()
        if child == 0:
            try:
                outcome: Any = _loaded(job, place)
            except BaseException:  # noqa: BLE001 - the parent goes on with the next job
                outcome = {"error": traceback.format_exc()}
            (place / "result.json").write_text(json.dumps(outcome, default=str))
            os._exit(0)
        os.waitpid(child, 0)
        return json.loads((place / "result.json").read_text())


def _loaded(job: dict[str, Any], place: Path) -> dict[str, Any]:
    from rasa.core.config.configuration import Configuration
    from rasa.shared.utils.io import resolve_environment_variables
    from rasa.shared.utils.yaml import read_config_file, read_yaml_file

    os.environ.update(job["environment"])
    read: dict[str, Any] = {}
    for kind in ("given", "written"):
        for name, text in {**job[kind], **(_MANTLE if "integrations.yml" in job[kind] else {})}.items():
            file = place / kind / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        readers = {"integrations.yml": read_yaml_file}
        read[kind] = {name: readers.get(name, read_config_file)(place / kind / name) for name in job[kind]}

    # A project has its own actions, prompts and classes.
    os.chdir(place / "written")
    Path("actions.py").write_text("")
    sys.path.insert(0, os.getcwd())
    _, served = start.command_line(["run", "--remote-storage", "aws", "--model", "model.tar.gz"])
    endpoints = Configuration.get_instance().endpoints
    found = {name: value for name, value in vars(endpoints).items() if value is not None}
    channels = served["credentials"]
    return {
        **read,
        "found": sorted(found),
        "stores": {
            name: {"type": one.type, **one.kwargs}
            for name, one in found.items()
            if name.endswith(("_store", "_broker"))
        },
        "later": resolve_environment_variables(found.get("model_groups")),
        "channels": {} if channels is None else channels.channels,
    }


if __name__ == "__main__":
    main()
