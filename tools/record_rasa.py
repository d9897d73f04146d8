"""Writes settings/data/rasa.json: what each minor version of Rasa Pro reads of the user's files.

    python -m tools.record_rasa 3.14.29 3.15.36 3.16.32 3.17.12 3.18.9 3.19.9 3.20.5 3.21.0

Downloads the wheels and reads their code without running it, so that no dependency has to be installed. For each minor
version it records the sections of `endpoints.yml` and `integrations.yml`, the names of the channels, and the keys below
which Rasa does not replace `${NAME}` when it reads a file. The contract tests ask Rasa itself for the same.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.rasa_pro import minor

RECORD: Final = Path(__file__).parents[1] / "settings" / "data" / "rasa.json"
# The functions that read a section, and the argument that names it.
READERS: Final = {
    "read_endpoint_config": "endpoint_type",
    "read_backend_tracing_configuration": "endpoint_type",
    "read_property_config_from_endpoints_file": "property_name",
}
CHANNELS: Final = "rasa/core/channels/"


def main(versions: list[str]) -> None:
    found = {minor(version): {"read": version, **of_wheel(_wheel(version))} for version in versions}
    RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {RECORD}")


def _wheel(version: str) -> Mapping[str, ast.Module]:
    """Returns the modules of a version of rasa-pro by their path in the wheel."""
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", directory, f"rasa-pro=={version}"], check=True)
        (wheel,) = Path(directory).iterdir()
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith("rasa/") and name.endswith(".py")]
            return {name: ast.parse(archive.read(name)) for name in names}


def of_wheel(modules: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Returns the sorted names of channels, sections and keys in the code."""
    constants = dict(_constants(modules))
    calls = [node for module in modules.values() for node in ast.walk(module) if isinstance(node, ast.Call)]
    sections = {name for call in calls if (name := _section(call, constants))}
    return {
        "endpoints": sorted(sections),
        "integrations": sorted(_fields_of(modules, "IntegrationsYmlDocument")),
        "channels": sorted(set(_channels(modules))),
        "unresolved": sorted(constants["SENSITIVE_DATA"]),
    }


def _constants(modules: Mapping[str, ast.Module]) -> Iterator[tuple[str, Any]]:
    """Yields the constants of all modules that are texts, and lists of these."""
    known: dict[str, Any] = {}
    nodes = [node for module in modules.values() for node in module.body if isinstance(node, ast.Assign)]
    for _ in range(2):  # a list may come before the constants in it
        for node in nodes:
            if isinstance(node.targets[0], ast.Name) and (value := _value(node.value, known)) is not None:
                known[node.targets[0].id] = value
    yield from known.items()


def _value(node: ast.expr | None, constants: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.List(elts=items):
            values = [_value(item, constants) for item in items]
            return values if None not in values else None
        case _:
            return None


def _section(call: ast.Call, constants: Mapping[str, Any]) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in READERS:
        return None
    named = [one.value for one in call.keywords if one.arg == READERS[name]]
    section = _value((named or call.args[1:2] or [None])[0], constants)
    return section if isinstance(section, str) else None


def _fields_of(modules: Mapping[str, ast.Module], name: str) -> Iterator[str]:
    for module in modules.values():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                yield from (
                    one.target.id
                    for one in node.body
                    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                )


def _channels(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yields what the method `name` of each class of channels returns."""
    for path, module in modules.items():
        constants = dict(_constants({path: module})) if path.startswith(CHANNELS) else {}
        classes = [node for node in module.body if isinstance(node, ast.ClassDef) and "Input" in node.name]
        for node in classes if path.startswith(CHANNELS) else ():
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "name":
                    returned = [one.value for one in method.body if isinstance(one, ast.Return)]
                    if isinstance(name := _value(returned[0] if returned else None, constants), str):
                        yield name


if __name__ == "__main__":
    main(sys.argv[1:])
