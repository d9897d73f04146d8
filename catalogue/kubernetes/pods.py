"""Reasons why a pod would never start: it names a missing object, or its namespace forbids it.

A real API server stores such a Job or Deployment, and `up` waits until its timeout; the sandbox refuses at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from catalogue.entry import Refused, World, paths
from catalogue.wire import Properties, as_list, as_map, at_path, reveal

NAMESPACE = "kubernetes:core/v1:Namespace"
TOKENS = {
    "Secret": "kubernetes:core/v1:Secret",
    "ConfigMap": "kubernetes:core/v1:ConfigMap",
    "ServiceAccount": "kubernetes:core/v1:ServiceAccount",
}
ENFORCE = "pod-security.kubernetes.io/enforce"
ALLOWED_VOLUMES = paths("name configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret")
# Every namespace has these objects from the cluster itself.
BUILT_IN = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}


@dataclass(frozen=True)
class Surroundings:
    """The objects that a pod can use: living objects of its namespace, and those of its own release."""

    world: World
    namespace: str
    beside: tuple[Properties, ...] = field(default=())

    def keys(self, kind: str, name: str) -> set[str] | None:
        """Returns the keys of a Secret or ConfigMap (no keys for other kinds); None if the object does not exist."""
        if (kind, name) in BUILT_IN:
            return {"ca.crt"}
        for manifest in self.beside:
            if manifest["kind"] == kind and manifest["metadata"]["name"] == name:
                return _keys(manifest)
        record = self.world.find(TOKENS[kind], "id", f"{self.namespace}/{name}")
        return _keys(reveal(record.inputs)) if record else None

    def is_restricted(self) -> bool:
        """Returns whether the namespace enforces the restricted Pod Security Standard."""
        record = self.world.find(NAMESPACE, "id", self.namespace)
        return (
            record is not None and ENFORCE in _labels(record.inputs) and _labels(record.inputs)[ENFORCE] == "restricted"
        )


def can_start(owner: str, template: Properties, around: Surroundings) -> None:
    """Refuses a pod template that no pod can start from; `owner` is a text like `Job "x"`."""
    spec = as_map(template.get("spec"))
    missing = [*_missing_objects(spec, around), *_missing_keys(spec, around)]
    if missing:
        raise Refused(f"{owner} in namespace {around.namespace}: its pods would wait forever: {'; '.join(missing)}")
    if around.is_restricted() and (violations := list(restricted_violations(spec))):
        raise Refused(
            f'{owner}: pods are forbidden: violates PodSecurity "restricted:latest": {", ".join(violations)} '
            f"(namespace {around.namespace} enforces it: the API server would warn, and no pod would ever start)"
        )


def _missing_objects(spec: Properties, around: Surroundings) -> Iterator[str]:
    named = [("ServiceAccount", name) for name in at_path(spec, "serviceAccountName")]
    for volume in as_list(spec.get("volumes")):
        for source in [volume, *as_list(as_map(volume.get("projected")).get("sources"))]:
            named += _volume_objects(source)
    for container in _containers(spec):
        for source in as_list(container.get("envFrom")):
            for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                if source.get(key) and not source[key].get("optional"):
                    named.append((kind, source[key]["name"]))
    for kind, name in named:
        if around.keys(kind, name) is None:
            yield f'{kind.lower()} "{name}" not found'


def _volume_objects(source: Properties) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    secret, config = source.get("secret"), source.get("configMap")
    if secret and not secret.get("optional"):
        named.append(("Secret", secret.get("secretName") or secret.get("name")))
    if config and not config.get("optional"):
        named.append(("ConfigMap", config["name"]))
    return named


def _missing_keys(spec: Properties, around: Surroundings) -> Iterator[str]:
    for container in _containers(spec):
        for variable in as_list(container.get("env")):
            source = as_map(variable.get("valueFrom"))
            for field_name, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                wanted = source.get(field_name)
                if wanted and not wanted.get("optional"):
                    yield from _missing_key(kind, wanted["name"], wanted["key"], around)
    for volume in as_list(spec.get("volumes")):
        for field_name, kind, name_field in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
            source = as_map(volume.get(field_name))
            for item in as_list(source.get("items")):
                if not source.get("optional"):
                    yield from _missing_key(kind, source[name_field], item["key"], around)


def _missing_key(kind: str, name: str, key: str, around: Surroundings) -> Iterator[str]:
    keys = around.keys(kind, name)
    if keys is None:
        yield f'{kind.lower()} "{name}" not found'
    elif keys and key not in keys:
        # Something in the cluster fills in an empty object, and its keys are unknown here.
        yield f"couldn't find key {key} in {kind} {around.namespace}/{name}"


def restricted_violations(spec: Properties) -> Iterator[str]:
    """Yields the violations of the restricted Pod Security Standard in a pod spec, in the API server's words."""
    pod = as_map(spec.get("securityContext"))
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"host namespaces ({key}=true)"
    for volume in as_list(spec.get("volumes")):
        if forbidden := volume.keys() - ALLOWED_VOLUMES:
            yield f'restricted volume types (volume "{volume.get("name")}" uses {", ".join(sorted(forbidden))})'
    for container in _containers(spec):
        own = as_map(container.get("securityContext"))
        name = f'container "{container.get("name")}"'
        if own.get("privileged"):
            yield f"privileged ({name} must not set securityContext.privileged=true)"
        if own.get("allowPrivilegeEscalation") is not False:
            yield f"allowPrivilegeEscalation != false ({name} must set securityContext.allowPrivilegeEscalation=false)"
        capabilities = as_map(own.get("capabilities"))
        added = set(as_list(capabilities.get("add"))) - {"NET_BIND_SERVICE"}
        if "ALL" not in as_list(capabilities.get("drop")) or added:
            yield f'unrestricted capabilities ({name} must set securityContext.capabilities.drop=["ALL"])'
        if not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
            yield f"runAsNonRoot != true (pod or {name} must set securityContext.runAsNonRoot=true)"
        if own.get("runAsUser", pod.get("runAsUser")) == 0:
            yield f"runAsUser=0 (pod and {name} must not set runAsUser=0)"
        profile = own.get("seccompProfile") or as_map(pod.get("seccompProfile"))
        if profile.get("type") not in ("RuntimeDefault", "Localhost"):
            yield f'seccompProfile (pod or {name} must set type to "RuntimeDefault" or "Localhost")'
        if any(port.get("hostPort") for port in as_list(container.get("ports"))):
            yield f"hostPort ({name} uses one)"


def _containers(spec: Properties) -> list[Properties]:
    return [*as_list(spec.get("initContainers")), *as_list(spec.get("containers"))]


def _keys(manifest: Properties) -> set[str]:
    return {key for part in ("data", "stringData", "binaryData") for key in as_map(manifest.get(part))}


def _labels(inputs: Properties) -> dict[str, Any]:
    return as_map(as_map(reveal(inputs).get("metadata")).get("labels"))
