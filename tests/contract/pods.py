"""What Rasa's container gets, out of the values: files, environment and arguments, as the pinned chart puts them in.

Where the chart can be had, `test_chart.py` compares this with what Helm renders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from tests.contract.cases import Case

# The chart's own variables that hold a secret, by where the values refer to it.
_OF_THE_CHART: Final = {
    "RASA_PRO_LICENSE": ("rasaProLicense",),
    "AUTH_TOKEN": ("rasa", "settings", "authToken"),
    "JWT_SECRET": ("rasa", "settings", "jwtSecret"),
}

# Where Rasa looks when it is told nothing. The chart's volume for models would hide it.
MODEL_IN_THE_IMAGE: Final = "/app/models/model.tar.gz"


@dataclass(frozen=True, kw_only=True)
class RasaPod:
    """One pod of Rasa. `references` are (variable, Secret, key); `files` what is mounted, by path."""

    endpoints: str
    credentials: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    references: tuple[tuple[str, str, str], ...]
    files: Mapping[str, str]


def pod_of(case: Case) -> RasaPod:
    """The pod of an assistant. A variable whose Secret is not the program's has a text that tells which it is."""
    rasa = case.values["rasa"]
    references = tuple(_references(case.values))
    plain = {one["name"]: one["value"] for one in rasa["additionalEnv"] if "value" in one}
    secret = {name: case.secrets.get(of, {}).get(key, f"{of}/{key}") for name, of, key in references}
    settings, files = rasa["settings"], dict(_files(case))
    return RasaPod(
        endpoints=files.pop("/app/endpoints.yml"),
        credentials=files.pop("/app/credentials.yml"),
        arguments=("run", "--enable-api", "--port", str(settings["port"]), "--cors", "*", *rasa["additionalArgs"]),
        environment={
            **plain,
            **secret,
            "RASA_ENVIRONMENT": settings["environment"],
            "JWT_METHOD": settings.get("jwtMethod", "HS256"),
        },
        references=references,
        files=files,
    )


def _references(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, path in _OF_THE_CHART.items():
        reference: Any = values
        for key in path:
            reference = reference[key]
        yield name, reference["secretName"], reference["secretKey"]
    for one in values["rasa"]["additionalEnv"]:
        if "valueFrom" in one:
            reference = one["valueFrom"]["secretKeyRef"]
            yield one["name"], reference["name"], reference["key"]


def _files(case: Case) -> Iterator[tuple[str, str]]:
    rasa = case.values["rasa"]
    sources = {volume["name"]: volume for volume in rasa["volumes"]}
    for mount in rasa["volumeMounts"]:
        source = sources[mount["name"]]
        if "secret" in source:
            held = case.secrets[source["secret"]["secretName"]]
            names = [mount["subPath"]] if "subPath" in mount else [item["key"] for item in source["secret"]["items"]]
            for name in names:
                yield mount["mountPath"] if "subPath" in mount else f"{mount['mountPath']}/{name}", held[name]
        for key, text in case.config_maps.get(source.get("configMap", {}).get("name", ""), {}).items():
            yield str(PurePosixPath(mount["mountPath"], key)), text
    if not rasa["settings"]["mountModelsVolume"]:
        yield MODEL_IN_THE_IMAGE, ""
    for container in rasa.get("initContainers", []):
        if any(mount["name"] == "models" for mount in container["volumeMounts"]):
            # It ends with the model in the pod's own volume, which stands where the command says.
            yield container["command"][-1], ""
