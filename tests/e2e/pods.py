"""What a pod of the program has, out of what the program registers: its command, variables and files.

Addresses and certificate authorities are the cloud's; `relocated` puts those of the tier in their place, and nothing
else. Everything that the clients are told besides stays as the program wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.recording import Recording, Registration
from tests.program.stacks import plain

CA_DIRECTORY: Final = "/etc/rasa/ca"
JOB_DIRECTORY: Final = "/etc/rasa/job"
ENDPOINTS: Final = "/app/endpoints.yml"
# Which key holds the port of the host in another.
_HOSTS: Final = (("url", "port"), ("host", "port"), ("PGHOST", "PGPORT"))


@dataclass(frozen=True, kw_only=True)
class Pod:
    """`files` by their path in the pod; what is not text there is written as JSON, or as YAML where it is called so."""

    command: Sequence[str] = ()
    environment: Mapping[str, str]
    files: Mapping[str, Any]

    def with_file(self, path: str, content: Any) -> Pod:
        """The same with another content of a file."""
        return replace(self, files={**self.files, path: content})

    def with_environment(self, **variables: str) -> Pod:
        """The same with other variables."""
        return replace(self, environment={**self.environment, **variables})


@dataclass(frozen=True, kw_only=True)
class Relocation:
    """Where the tier has what the cloud has elsewhere. `authorities` by the name of their file."""

    hosts: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict[tuple[str, int], tuple[str, int]])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    authorities: Mapping[str, str] = field(default_factory=dict[str, str])

    def also(self, **more: Mapping[Any, Any]) -> Relocation:
        """The same and more, or otherwise."""
        return replace(self, **{name: {**getattr(self, name), **items} for name, items in more.items()})

    def of(self, value: Any) -> Any:
        """A piece of configuration with the tier's addresses."""
        match value:
            case {**items}:
                return {key: self.of(item) for key, item in {**items, **self._host(items)}.items()}
            case [*items]:
                return [self.of(item) for item in items]
            case str():
                return self._text(value)
            case _:
                return value

    def _host(self, items: Mapping[str, Any]) -> dict[str, Any]:
        for host, port in _HOSTS:
            if host in items and port in items:
                there = (items[host], int(items[port]))
                if there in self.hosts:
                    to_host, to_port = self.hosts[there]
                    return {host: to_host, port: type(items[port])(to_port)}
        return {}

    def _text(self, text: str) -> str:
        for (host, port), (to_host, to_port) in self.hosts.items():
            text = text.replace(f"{host}:{port}", f"{to_host}:{to_port}")
        for old, new in self.texts.items():
            text = text.replace(old, new)
        return text


def relocated(pod: Pod, relocation: Relocation) -> Pod:
    """The pod as it would be if the cloud had its services where the tier has them."""
    files = {path: relocation.of(content) for path, content in pod.files.items()}
    for path in files:
        if Path(path).name in relocation.authorities:
            files[path] = relocation.authorities[Path(path).name]
    return replace(pod, environment=relocation.of(pod.environment), files=files)


def written(pod: Pod, root: Path) -> Pod:
    """The same pod, its files below `root`, and every mention of their directories changed to there."""
    here = Relocation(texts={directory: f"{root}{directory}" for directory in (CA_DIRECTORY, JOB_DIRECTORY)})
    for path, content in pod.files.items():
        file = Path(f"{root}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_as_text(path, here.of(content)))
    return replace(pod, command=here.of(list(pod.command)), environment=here.of(pod.environment))


def job_pod(recording: Recording, job: str) -> Pod:
    """The pod of a Job, by the Job's name in the program."""
    registered = recording.named(job)
    spec, namespace = plain(registered.inputs)["spec"]["template"]["spec"], registered.inputs["metadata"]["namespace"]
    (container,) = spec["containers"]
    environment = _environment(recording, namespace, container["env"])
    files = _files(recording, namespace, spec["volumes"], container["volumeMounts"])
    return Pod(command=container["command"], environment=environment, files=files)


def release_pod(recording: Recording, assistant: str) -> Pod:
    """Rasa's own pod, as far as the values say: its files, variables and certificates."""
    values = recording.outputs["values"][assistant]["rasa"]
    namespace = recording.outputs["namespaces"][assistant]
    files = _files(recording, namespace, values["volumes"], values["volumeMounts"])
    return Pod(
        environment=_environment(recording, namespace, values["additionalEnv"]),
        files=files,
    )


def analytics_values(recording: Recording, assistant: str) -> dict[str, Any]:
    """The values of analytics, references to secrets replaced by what they refer to."""
    namespace = recording.outputs["namespaces"][assistant]
    values = recording.outputs["values"][assistant]["rasaProServices"]
    database = values["database"]
    url = secret(recording, namespace, database["urlExistingSecretName"], database["urlExistingSecretKey"])
    return {"kafka": values["kafka"], "database": url}


def analytics_environment(recording: Recording, assistant: str) -> dict[str, str]:
    """What the pod of analytics is told beside the values of the chart's own."""
    variables = recording.outputs["values"][assistant]["rasaProServices"]["additionalEnv"]
    return _environment(recording, recording.outputs["namespaces"][assistant], variables)


def secret(recording: Recording, namespace: str, name: str, key: str) -> str:
    """What a key of a Kubernetes Secret holds."""
    inputs = plain(_object(recording, "Secret", namespace, name).inputs)
    return inputs["stringData"][key] if "stringData" in inputs else filled_in_cluster(namespace, name, key)


def filled_in_cluster(namespace: str, name: str, key: str) -> str:
    """What stands for the value where the program makes the Secret empty; `Relocation` puts the value in its place."""
    return f"<{namespace}/{name}/{key}>"


def object_name(registered: Registration) -> str:
    """The name of an object in the cluster."""
    return registered.outputs["metadata"]["name"]


def _environment(recording: Recording, namespace: str, variables: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return dict(_variables(recording, namespace, variables))


def _variables(
    recording: Recording, namespace: str, variables: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    for variable in variables:
        if "value" in variable:
            yield variable["name"], variable["value"]
        else:
            reference = variable["valueFrom"]["secretKeyRef"]
            yield variable["name"], secret(recording, namespace, reference["name"], reference["key"])


def _files(
    recording: Recording, namespace: str, volumes: Sequence[Mapping[str, Any]], mounts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    by_name = {volume["name"]: volume for volume in volumes}
    files: dict[str, Any] = {}
    for mount in mounts:
        volume = by_name[mount["name"]]
        if "secret" in volume:
            text = secret(recording, namespace, volume["secret"]["secretName"], mount["subPath"])
            files[mount["mountPath"]] = yaml.safe_load(text)
        if "configMap" not in volume:
            continue
        data = plain(_object(recording, "ConfigMap", namespace, volume["configMap"]["name"]).inputs["data"])
        for name, content in data.items():
            path = f"{mount['mountPath']}/{name}"
            files[path] = json.loads(content) if path.endswith(".json") else content
    return files


def _object(recording: Recording, kind: str, namespace: str, name: str) -> Registration:
    (found,) = (
        one
        for one in recording.of_type(f"kubernetes:core/v1:{kind}")
        if one.inputs["metadata"]["namespace"] == namespace and object_name(one) == name
    )
    return found


def _as_text(path: str, content: Any) -> str:
    if isinstance(content, str):
        return content
    return yaml.safe_dump(content, sort_keys=False) if path.endswith(".yml") else json.dumps(content)
