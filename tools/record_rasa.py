"""Writes settings/data/rasa.json: what each minor version of Rasa Pro reads of the user's files.

    python -m tools.record_rasa 3.14.0 3.14.29 3.15.0 3.15.36 3.16.0 3.16.32 3.17.0 3.17.12 3.18.0 3.18.9 \
        3.19.0 3.19.9 3.20.0 3.20.5 3.21.0

The arguments are the oldest and the newest patch of each minor version. The command downloads the wheels and reads
their code without running it, so that no dependency has to be installed. For each minor version it records

- `patches`: the patches that were read,
- `endpoints`, `integrations`: the sections of the files that Rasa reads,
- `channels`: the names of Rasa's own channels,
- `unresolved`: the keys below which Rasa does not replace `${NAME}` when it reads a file; `later` are those of them
  that the oldest patch does replace,
- `references`: the keys of MCP servers that have to be `${NAME}`, because Rasa refuses every other text,
- `models`: the oldest version of Rasa Pro whose models the patch loads.

The contract tests ask Rasa itself for the same.
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
MANTLE: Final = "rasa/mantle/config/"


def main(versions: list[str]) -> None:
    by_minor: dict[str, dict[str, dict[str, Any]]] = {}
    for version in versions:
        by_minor.setdefault(minor(version), {})[version] = of_wheel(_wheel(version))
    found = {name: of_patches(patches) for name, patches in by_minor.items()}
    RECORD.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {RECORD}")


def of_patches(patches: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the record of a minor version, given those of its patches from the oldest to the newest."""
    oldest, newest = next(iter(patches.values())), list(patches.values())[-1]
    for kind in ("endpoints", "integrations", "channels", "references"):
        if oldest[kind] != newest[kind]:
            raise ValueError(f"{', '.join(patches)} differ in {kind}, and the record has one list for all patches")
    return {
        "patches": list(patches),
        **newest,
        "later": sorted(set(newest["unresolved"]) - set(oldest["unresolved"])),
        "models": {version: one["models"] for version, one in patches.items()},
    }


def _wheel(version: str) -> Mapping[str, ast.Module]:
    """Returns the modules of a version of rasa-pro by their path in the wheel."""
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", directory, f"rasa-pro=={version}"], check=True)
        (wheel,) = Path(directory).iterdir()
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.startswith("rasa/") and name.endswith(".py")]
            return {name: ast.parse(archive.read(name)) for name in names}


def of_wheel(modules: Mapping[str, ast.Module]) -> dict[str, Any]:
    """Returns the sorted names of channels, sections and keys in the code, and the oldest model."""
    constants = dict(_constants(modules))
    calls = [node for module in modules.values() for node in ast.walk(module) if isinstance(node, ast.Call)]
    sections = {name for call in calls if (name := _section(call, constants))}
    return {
        "endpoints": sorted(sections),
        "integrations": sorted(set(_integrations(modules))),
        "channels": sorted(set(_channels(modules))),
        "unresolved": sorted(constants["SENSITIVE_DATA"]),
        "references": sorted(constants["AUTH_SECRETS"]),
        "models": constants["MINIMUM_COMPATIBLE_VERSION"],
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


def _integrations(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yields the fields of the model of the file, and the sections that have a reader of their own."""
    for path, module in modules.items():
        if not path.startswith(MANTLE):
            continue
        constants = dict(_constants({**_imported(module, modules), path: module}))
        for node in ast.walk(module):
            match node:
                case ast.ClassDef(name="IntegrationConfig" | "IntegrationsYmlDocument"):
                    yield from (
                        one.target.id
                        for one in node.body
                        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                    )
                case ast.Call(func=ast.Name(id="read_integrations_section_node"), args=[_, key, *_]):
                    yield _value(key, constants)
                case ast.FunctionDef(name=name) if name.startswith("load_integration_"):
                    yield from _asked_of_the_file(node, constants)
                case _:
                    pass


def _asked_of_the_file(function: ast.FunctionDef, constants: Mapping[str, Any]) -> Iterator[str]:
    """Yields the keys for which a reader asks the whole file, which all of Rasa's readers call `raw`."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="raw"), attr="get"), args=[key, *_]):
                yield _value(key, constants)
            case _:
                pass


def _channels(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yields what the method `name` returns of each class in Rasa's own list of input channels."""
    classes = {
        node.name: (node, module)
        for path, module in modules.items()
        if path.startswith(CHANNELS)
        for node in module.body
        if isinstance(node, ast.ClassDef)
    }
    for listed in _listed(modules[f"{CHANNELS}__init__.py"], "input_channel_classes"):
        node, module = classes[listed]
        (method,) = (one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "name")
        (returned,) = (one.value for one in method.body if isinstance(one, ast.Return))
        name = _value(returned, dict(_constants({**_imported(module, modules), "": module})))
        if not isinstance(name, str):
            raise ValueError(f"cannot read the name of the channel {listed}")
        yield name


def _imported(module: ast.Module, modules: Mapping[str, ast.Module]) -> dict[str, ast.Module]:
    """Returns the modules from which this one imports names."""
    froms = [node.module for node in module.body if isinstance(node, ast.ImportFrom) and node.module]
    paths = [f"{name.replace('.', '/')}.py" for name in froms]
    return {path: modules[path] for path in paths if path in modules}


def _listed(module: ast.Module, name: str) -> Iterator[str]:
    """Yields the names in the list that is assigned to `name`, or that its comprehension filters."""
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            lists = [one for one in ast.walk(node.value or node) if isinstance(one, ast.List)]
            yield from (one.id for one in lists[0].elts if isinstance(one, ast.Name))


if __name__ == "__main__":
    main(sys.argv[1:])
