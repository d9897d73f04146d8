"""Values of Rasa's chart for an assistant, with Outputs at the leaves and no secret in them.

Pure. The chart's schema is open: it accepts a misspelled path silently, so the tests compare every path here with those
recorded from the pinned chart. The program creates Namespace, Secret, ConfigMap, service accounts and network policies;
the values only name them.
"""

from __future__ import annotations

from typing import Any, Final

import pulumi

from components.artifacts import DUCKLING_IMAGE, image_values, mirrored
from components.connections import DownloadedModel
from components.kubernetes import pod
from components.kubernetes.network import NAME_LABEL
from components.kubernetes.pod import Value, Values
from components.kubernetes.sidecar import sidecar_values
from components.rasa import names, redis_tunnel
from components.rasa.analytics import analytics_values
from components.rasa.environment import environment
from components.rasa.files import DIRECTORY, contents
from components.rasa.model_download import download, download_container, model_file
from components.rasa.names import RASA_PORT
from components.rasa.outgoing import outgoing
from components.rasa.wiring import Wiring
from settings import Profile
from settings.assistant import SERVICE_ACCOUNT, Ingress
from settings.chart import merged
from settings.servers import Resources

_FILES: Final = "rasa-files"
# Old pods stay if the new release cannot start.
_STRATEGY: Final[Values] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
_TARGET_CPU_PERCENT: Final = 80

# The port opens only after the model is downloaded and loaded, and the chart has no startup probe: 60 + 20 * 15 s.
_LIVENESS: Final[Values] = {"initialDelaySeconds": 60, "periodSeconds": 15, "timeoutSeconds": 5, "failureThreshold": 20}
# `/` answers 200 without any model, `/status` 409. It requires the token, which must not be in the manifest of an
# httpGet probe; curl encodes it. `None` removes the chart's own httpGet, because a probe cannot have both.
_READINESS: Final[Values] = {
    "httpGet": None,
    "exec": {
        "command": [
            "/bin/sh",
            "-c",
            f'curl -fsS -G --data-urlencode "token=${{AUTH_TOKEN}}" http://localhost:{RASA_PORT}/status > /dev/null',
        ]
    },
    "initialDelaySeconds": 15,
    "periodSeconds": 10,
    "timeoutSeconds": 5,
}


def values(wiring: Wiring, secrets_revision: pulumi.Input[str]) -> Values:
    """Returns all values of the release. `secrets_revision` changes with a secret, so that pods restart with it."""
    ours: Values = {
        # Object names, and so addresses, that do not depend on the release's name.
        "fullnameOverride": names.RELEASE,
        "rasaProLicense": {"secretName": names.SECRET, "secretKey": names.LICENSE_KEY},
        # The chart has one map for the pods of all its parts.
        "podLabels": {**wiring.connections.rasa.pod_labels, **wiring.connections.analytics.pod_labels},
        "rasa": _rasa(wiring, secrets_revision),
        "actionServer": _action_server(wiring, secrets_revision),
        "rasaProServices": analytics_values(wiring, secrets_revision),
        "duckling": _duckling(wiring),
        # The chart's policies cover neither data services nor the action server; ours are in `network`.
        "networkPolicy": {"enabled": False},
    }
    if wiring.pull_secrets:
        ours = {**ours, "imagePullSecrets": list(wiring.pull_secrets)}
    return merged(ours, wiring.assistant.values)


def _rasa(wiring: Wiring, secrets_revision: pulumi.Input[str]) -> Values:
    assistant, files = wiring.assistant, list(contents(wiring))
    volumes, mounts = pod.secret_volumes(wiring.secret_files)
    duckling = assistant.duckling
    rasa: dict[str, Any] = {
        "replicaCount": assistant.replicas,
        "strategy": _STRATEGY,
        "image": image_values(wiring.image),
        "serviceAccount": {"create": False, "name": SERVICE_ACCOUNT},
        "podAnnotations": {"checksum/secrets": secrets_revision},
        **_security(wiring),
        "settings": {
            "environment": "production" if wiring.profile is Profile.PROD else "development",
            "port": RASA_PORT,
            "enableApi": True,
            "authToken": {"secretName": names.SECRET, "secretKey": names.AUTH_TOKEN_KEY},
            "jwtSecret": {"secretName": names.SECRET, "secretKey": names.JWT_SECRET_KEY},
            **({} if assistant.jwt is None else {"jwtMethod": assistant.jwt.method}),
            "telemetry": {"enabled": False},
            **({"ducklingHttpUrl": duckling.url} if duckling is not None and duckling.url is not None else {}),
            # The chart's volume for models would hide those of the image.
            "mountModelsVolume": wiring.model is not None,
            # The files are in the Secret, because Rasa does not replace every `${NAME}`.
            "mountDefaultConfigmap": False,
        },
        "additionalArgs": _arguments(wiring),
        "additionalEnv": pod.environment_values(environment(wiring)),
        "volumes": [
            {"name": "cloud-ca", "configMap": {"name": names.CA_CONFIG_MAP}},
            {"name": _FILES, "secret": {"secretName": names.SECRET, "items": [{"key": n, "path": n} for n in files]}},
            # The chart creates this volume only with its own ConfigMap.
            {"name": "app-config", "emptyDir": {}},
            *volumes,
        ],
        "volumeMounts": [
            {"name": "cloud-ca", "mountPath": pod.CA_DIRECTORY, "readOnly": True},
            *({"name": _FILES, "mountPath": f"{DIRECTORY}/{n}", "subPath": n, "readOnly": True} for n in files),
            {"name": "app-config", "mountPath": "/.config"},
            *mounts,
        ],
        "resources": _resources(assistant.resources),
        "livenessProbe": _LIVENESS,
        "readinessProbe": _READINESS,
    }
    before: list[Value] = []
    if wiring.tunnelled:
        before.append(sidecar_values(redis_tunnel.sidecar(wiring.company.registries), "cloud-ca"))
    model = download(wiring)
    if model is not None and wiring.model is not None:
        before.append(download_container(wiring, model, wiring.model, "cloud-ca"))
    if before:
        rasa["initContainers"] = before
    if assistant.max_replicas is not None:
        rasa["autoscaling"] = {
            "enabled": True,
            "minReplicas": assistant.replicas,
            "maxReplicas": assistant.max_replicas,
            "targetCPUUtilizationPercentage": _TARGET_CPU_PERCENT,
        }
    if wiring.profile is Profile.PROD:
        rasa["affinity"] = _spread(names.RASA_POD)
    if assistant.ingress is not None:
        rasa["ingress"] = _ingress(assistant.ingress)
    return rasa


def _authorities() -> Values:
    return {
        "volumes": [{"name": "cloud-ca", "configMap": {"name": names.CA_CONFIG_MAP}}],
        "volumeMounts": [{"name": "cloud-ca", "mountPath": pod.CA_DIRECTORY, "readOnly": True}],
    }


def _security(wiring: Wiring) -> Values:
    return {
        "podSecurityContext": {"enabled": True, **pod.pod_security_values(wiring.pod_security)},
        "containerSecurityContext": {"enabled": True, **pod.CONTAINER_SECURITY},
    }


def _arguments(wiring: Wiring) -> list[Value]:
    storage, model = wiring.connections.model_storage, wiring.model
    if storage is None or model is None:
        return []
    if isinstance(storage, DownloadedModel):
        return ["--model", model_file(model)]
    # Without --model Rasa would look for an object with the name models.tar.gz.
    return ["--remote-storage", storage.remote_storage, "--model", model]


def _spread(name: str) -> Values:
    """Prefers other zones, then other nodes. The chart has no topology spread constraints."""
    selector: Values = {"matchLabels": {NAME_LABEL: name}}
    return {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": weight, "podAffinityTerm": {"topologyKey": key, "labelSelector": selector}}
                for weight, key in ((100, "topology.kubernetes.io/zone"), (50, "kubernetes.io/hostname"))
            ]
        }
    }


def _ingress(ingress: Ingress) -> Values:
    tls: list[Value] = [{"secretName": ingress.tls_secret, "hosts": [ingress.host]}] if ingress.tls_secret else []
    return {
        "enabled": True,
        "className": ingress.class_name,
        # The chart's default path /api is not one that Rasa serves.
        "hosts": [{"host": ingress.host, "paths": [{"path": "/", "pathType": "Prefix"}]}],
        "tls": tls,
    }


def _action_server(wiring: Wiring, secrets_revision: pulumi.Input[str]) -> Values:
    server = wiring.action_server
    if server is None:
        return {"enabled": False}
    secret = {
        variable: pod.SecretKey(secret=names.SECRET, key=names.action_server_key(variable))
        for variable in server.secret_env
    }
    return {
        "enabled": True,
        "replicaCount": server.replicas,
        "image": image_values(server.image or ""),
        "podAnnotations": {"checksum/secrets": secrets_revision},
        "additionalEnv": pod.environment_values({**outgoing(wiring), **server.env, **secret}),
        "serviceAccount": {"create": False, "name": names.ACTION_SERVER_SERVICE_ACCOUNT},
        **_security(wiring),
        **(_authorities() if wiring.company.ca is not None else {}),
        "resources": _resources(server.resources),
        **({"affinity": _spread(names.ACTION_SERVER_POD)} if wiring.profile is Profile.PROD else {}),
    }


def _duckling(wiring: Wiring) -> Values:
    """Returns the values of Duckling; the chart has its probes and gives Rasa its address."""
    duckling = wiring.duckling
    if duckling is None:
        return {"enabled": False}
    return {
        "enabled": True,
        "replicaCount": duckling.replicas,
        "image": image_values(duckling.image or mirrored(DUCKLING_IMAGE, wiring.company.registries)),
        # Its log files would fill the disk.
        "command": ["duckling-example-exe"],
        "args": ["-p", str(names.DUCKLING_PORT), "--no-access-log", "--no-error-log"],
        # It creates a directory `log` where it starts (facebook/duckling, exe/ExampleMain.hs), which is the home of a
        # user of the image (RasaHQ/duckling, Dockerfile). Pods have another user.
        "volumes": [{"name": "home", "emptyDir": {}}],
        "volumeMounts": [{"name": "home", "mountPath": "/home/duckling"}],
        "serviceAccount": {"create": False, "name": names.DUCKLING_SERVICE_ACCOUNT},
        **_security(wiring),
        "resources": _resources(duckling.resources),
        **({"affinity": _spread(names.DUCKLING_POD)} if wiring.profile is Profile.PROD else {}),
    }


def _resources(chosen: Resources) -> Values:
    return {"requests": {"cpu": chosen.cpu, "memory": chosen.memory}, "limits": {"memory": chosen.memory_limit}}
