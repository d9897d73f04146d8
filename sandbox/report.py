"""Reports after a command: the time it would take on a cloud, the files that Rasa would read, what a destroy leaves."""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from catalogue.wire import as_map
from sandbox.clock import chart, timeline
from sandbox.clock.graph import Graph, read_graph
from sandbox.clock.journal import Journal
from sandbox.home import Home
from sandbox.store import Store

DISCLAIMER = (
    "This was the sandbox, a test double: no cloud was touched. For a real account README.md has ten lines per cloud."
)
TIMED = {"up": "up", "update": "up", "destroy": "destroy", "down": "destroy"}


def tell_time(command: str, home: Home, before: Graph, journal: Journal) -> None:
    """Predicts how long the run would take on the cloud; `before` is the state before the command."""
    if command not in TIMED:
        return
    found = timeline.of_run(home.stack, TIMED[command], before, read_graph(home), journal)
    if not found.critical:
        return
    (home.directory / "timeline.json").write_text(json.dumps(timeline.as_json(found), indent=2) + "\n")
    picture = home.directory / "timeline.svg"
    picture.write_text(chart.svg(found))
    print(f"{timeline.sentences(found)}\nChart: {picture.relative_to(home.project)}")


def after(command: str, home: Home, environment: Mapping[str, str], store: Store) -> None:
    """Reports on a command that succeeded; most commands need no report."""
    if command in ("up", "update"):
        outputs = _outputs(home, environment)
        write_files(home, outputs)
        with store.transaction() as cloud:
            counts = cloud.counts(home.stack)
        print(summary(counts, outputs))
    elif command in ("destroy", "down"):
        with store.transaction() as cloud:
            kept = cloud.kept(home.stack)
        if kept:
            print("Kept by the cloud, by design:\n" + "\n".join(f"  - {text}" for text in kept))


def write_files(home: Home, outputs: Mapping[str, Any]) -> None:
    """Writes outputs.json and each assistant's endpoints.yml and values.yml; the first assistant's at the top level."""
    (home.directory / "outputs.json").write_text(json.dumps(outputs, indent=2) + "\n")
    for output, filename in (("endpoints", "endpoints.yml"), ("values", "values.yml")):
        for index, (name, text) in enumerate(as_map(outputs.get(output)).items()):
            directory = home.directory / name if index else home.directory
            directory.mkdir(exist_ok=True)
            (directory / filename).write_text(text if isinstance(text, str) else yaml.safe_dump(text, sort_keys=False))


def summary(counts: Mapping[str, int], outputs: Mapping[str, Any]) -> str:
    """Returns a short table of what exists, what to do next, and a disclaimer."""
    services: Counter[str] = Counter()
    for token, count in counts.items():
        package, module, _name = token.split(":")
        services[f"{package} {module.partition('/')[0]}"] += count
    width = max(map(len, services), default=0)
    lines = [f"  {service:<{width}}  {count:>3}" for service, count in sorted(services.items())]
    following = outputs.get("next")
    steps = as_map(following) or ({"": following} if following else {})
    nexts = [f"Next{f' for {name}' if name else ''}: {step}" for name, step in steps.items()]
    return "\n".join(["In the sandbox now:", *lines, *nexts, DISCLAIMER])


def _outputs(home: Home, environment: Mapping[str, str]) -> dict[str, Any]:
    command = ["pulumi", "stack", "output", "--json", "--non-interactive"]
    found = subprocess.run(command, cwd=home.project, env=dict(environment), check=True, capture_output=True, text=True)
    return json.loads(found.stdout)
