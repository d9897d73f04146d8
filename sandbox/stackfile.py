"""The stack file that the engine reads: the user's, without values that only the user's secrets provider can decrypt.

Secrets become dummies that say so, encrypted with the sandbox's passphrase, and keep their keys. The user's file is
never written.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from catalogue.wire import as_list, as_map
from sandbox.existing import dummy_kubeconfig, dummy_pem, secret_names
from sandbox.home import Home

SECRETS = "rasa:secrets"
ALWAYS = ("license", "openaiApiKey")
ENCRYPTION_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")
Path = tuple[str | int, ...]


class _Plain(str):
    """A number, date or other unquoted value as it is written: Pulumi reads it in another way than this YAML reader."""

    tag: str


class _Loader(yaml.SafeLoader):
    """Leaves unquoted values as they are written."""


class _Dumper(yaml.SafeDumper):
    """Writes them back in the same form."""


def _plain(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> _Plain:
    written = _Plain(node.value)
    written.tag = node.tag
    return written


for _type in ("bool", "int", "float", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_type}", _plain)
_Dumper.add_representer(_Plain, lambda _dumper, written: yaml.ScalarNode(written.tag, str(written)))


def prepare(home: Home, environment: Mapping[str, str]) -> None:
    """Creates the stack if it does not exist, and its file if the user's has changed. Raises CalledProcessError."""
    plain, secret_paths = derive(_source(home))
    mark = home.directory / "stack-file.sha256"
    digest = hashlib.sha256(f"{text_of(plain)}{secret_paths}".encode()).hexdigest()
    project = yaml.safe_load((home.project / "Pulumi.yaml").read_text())
    exists = home.state_file.is_file()
    if exists and home.stack_file.is_file() and mark.is_file() and mark.read_text() == digest:
        return
    # Standard output may be read by a program.
    print(f"sandbox: preparing stack {home.stack}", file=sys.stderr, flush=True)
    home.directory.mkdir(parents=True, exist_ok=True)
    bare = {"name": project["name"], "runtime": project["runtime"]}
    (home.directory / "Pulumi.yaml").write_text(yaml.safe_dump(bare))
    if not exists:
        home.stack_file.unlink(missing_ok=True)
        _pulumi(home, environment, "stack", "init", home.stack, "--no-select")
    salt = {key: value for key, value in yaml.safe_load(home.stack_file.read_text()).items() if key in ENCRYPTION_KEYS}
    home.stack_file.write_text(text_of({**salt, **plain}))
    dummies = [f"{_spell(path)}={dummy(path, plain['config'])}" for path in secret_paths]
    arguments = [argument for dummy in dummies for argument in ("--secret", dummy)]
    _pulumi(home, environment, "config", "set-all", "--path", *arguments)
    mark.write_text(digest)


def config_of(home: Home) -> Mapping[str, Any]:
    """The `config` of the user's stack file."""
    return as_map(_source(home).get("config"))


def _source(home: Home) -> Mapping[str, Any]:
    return read(home.source_file.read_text()) if home.source_file.is_file() else {}


def read(text: str) -> Mapping[str, Any]:
    """Returns the content of a stack file. Every unquoted number, date or word is a text, as it is written."""
    return as_map(yaml.load(text, _Loader))  # noqa: S506 - a safe loader


def text_of(stack_file: Mapping[str, Any]) -> str:
    """Returns the text of a stack file that `read` has read."""
    return yaml.dump(stack_file, Dumper=_Dumper, sort_keys=False)


def derive(source: Mapping[str, Any]) -> tuple[dict[str, Any], list[Path]]:
    """Returns the stack file without its encrypted values, and the paths in `config` that need a dummy."""
    config: dict[str, Any] = dict(as_map(source.get("config")))
    names = [name for name in _secret_names(config) if isinstance(name, str)]
    named = [*ALWAYS, *as_map(config.get(SECRETS)), *names]
    found = list(_encrypted({key: value for key, value in config.items() if key != SECRETS}, ()))
    paths: list[Path] = [*dict.fromkeys((SECRETS, name) for name in named), *found]
    config.pop(SECRETS, None)
    kept = {key: value for key, value in source.items() if key not in ENCRYPTION_KEYS and key != "config"}
    return {**kept, "config": config}, paths


def _secret_names(config: Mapping[str, Any]) -> Iterator[object]:
    for assistant in as_list(config.get("rasa:assistants")):
        yield from as_map(as_map(assistant).get("secretEnv")).values()
    yield from secret_names(config)
    queue = as_map(config.get("rasa:eventQueue"))
    if config.get("rasa:cloud") == "gcp" and queue.get("kind", "confluent") == "confluent":
        yield from (queue.get("apiKey", "confluentApiKey"), queue.get("apiSecret", "confluentApiSecret"))


def _encrypted(value: Any, path: Path) -> Iterator[Path]:
    if as_map(value).keys() == {"secure"}:
        yield path
        return
    for key, item in as_map(value).items():
        yield from _encrypted(item, (*path, key))
    for index, item in enumerate(as_list(value)):
        yield from _encrypted(item, (*path, index))


def _spell(path: Path) -> str:
    head, *rest = path
    return str(head) + "".join(f"[{part}]" if isinstance(part, int) else f'["{part}"]' for part in rest)


def dummy(path: Path, config: Mapping[str, Any]) -> str:
    """Returns the dummy for the secret at a path."""
    if path == (SECRETS, as_map(config.get("rasa:cluster")).get("kubeconfig")):
        return dummy_kubeconfig(config)
    if path[0] == SECRETS and (pem := dummy_pem(config, path[-1])):
        return pem
    return f"sandbox-dummy-{path[-1]}-not-a-real-secret"


def _pulumi(home: Home, environment: Mapping[str, str], *arguments: str) -> None:
    command = ["pulumi", "--non-interactive", *arguments]
    subprocess.run(command, cwd=home.directory, env=dict(environment), check=True, capture_output=True, text=True)
