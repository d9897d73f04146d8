"""A Job that runs one Python script of this repository in Rasa Pro's own image, and runs again if its inputs change.

It creates the Job and the ConfigMap with the script. The caller creates secrets and certificates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes import pod
from components.kubernetes.network import NAME_LABEL
from components.kubernetes.sidecar import Sidecar, sidecar_values
from settings import PodSecurity

SCRIPT_DIRECTORY: Final = "/etc/rasa/job"
# The directory of a pod's credentials for the Kubernetes API.
API_DIRECTORY: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_DIRECTORY: Final = "/var/run/secrets/rasa"
TOKEN: Final = "token"
# The cluster may have to add a node and pull the image, of some gigabytes, first.
_DEADLINE_SECONDS: Final = 900
# Enough for grants and network policies that take effect late; each retry waits longer than the one before.
_RETRIES: Final = 4


@dataclass(frozen=True, kw_only=True)
class ScriptJobArgs:
    """`script` runs with `files` in its directory; `secrets` are the secret values behind `environment`.

    `config_maps` are further ConfigMaps by their mount directory; `sidecars` read one of them each. `secret_files` are
    the sources of volumes of Secrets by theirs; their values are among `secrets`. `pod_name` is the pod's
    `app.kubernetes.io/name`, by which network policies select it. `reaches_api`: the service account may use the
    Kubernetes API. `audience`: a second token, for this audience, in `TOKEN_DIRECTORY`. `schedule` (cron): it runs at
    these times as well. `pull_secrets` are the namespace's. `after` is what the Job needs but does not name: policies,
    firewall rules, grants.
    """

    namespace: pulumi.Input[str]
    pod_security: PodSecurity
    pod_name: str
    script: Path
    image: str
    environment: pod.Environment
    secrets: Mapping[str, pulumi.Output[str]] = field(repr=False)
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    config_maps: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    secret_files: Mapping[str, pod.Values] = field(default_factory=dict[str, pod.Values])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    service_account: pulumi.Input[str] = "default"
    reaches_api: bool = False
    audience: str | None = None
    schedule: str | None = None
    sidecars: Sequence[Sidecar] = ()
    pull_secrets: Sequence[Mapping[str, pulumi.Input[str]]] = ()
    after: Sequence[pulumi.Resource]


class ScriptJob(pulumi.ComponentResource):
    """A Job; it is complete when this component is."""

    def __init__(self, name: str, args: ScriptJobArgs, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:kubernetes:ScriptJob", name, None, opts)
        files = {args.script.name: args.script.read_text(encoding="utf-8"), **args.files}
        config = kubernetes.core.v1.ConfigMap(
            f"{name}-files",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=args.namespace),
            data=files,
            opts=pulumi.ResourceOptions(parent=self),
        )
        mounts = {SCRIPT_DIRECTORY: config.metadata.name, **args.config_maps}
        # A Job cannot be changed, only replaced. Its manifest names Secrets and files without their contents, so it has
        # a pod.digest of all inputs: any change replaces the Job and so runs it again.
        plain = {key: value for key, value in args.environment.items() if not isinstance(value, pod.SecretKey)}
        inputs = pod.digest({**files, **plain, **args.secrets})
        manifest: pod.Values = {
            "backoffLimit": _RETRIES,
            "activeDeadlineSeconds": _DEADLINE_SECONDS,
            "template": {
                "metadata": {
                    "labels": {**args.pod_labels, NAME_LABEL: args.pod_name},
                    "annotations": {"rasa/inputs": inputs},
                },
                "spec": _pod(args, mounts),
            },
        }
        # The SDK's types have Python's names only; Kubernetes gets the manifest's names anyway.
        job = cast("kubernetes.batch.v1.JobSpecArgsDict", manifest)
        self.job = kubernetes.batch.v1.Job(
            f"{name}-job",
            # No name: the next Job is created, and has to succeed, before this one is deleted.
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                namespace=args.namespace,
                # After a failure the next `up` starts a new Job instead of waiting for the failed one.
                annotations={"pulumi.com/replaceUnready": "true"},
            ),
            # No ttlSecondsAfterFinished: a Job that deletes itself is drift.
            spec=job,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(args.after),
                custom_timeouts=pulumi.CustomTimeouts(
                    create=f"{_DEADLINE_SECONDS + 60}s", update=f"{_DEADLINE_SECONDS + 60}s"
                ),
            ),
        )
        if args.schedule is not None:
            kubernetes.batch.v1.CronJob(
                f"{name}-schedule",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=args.namespace),
                spec={
                    "schedule": args.schedule,
                    "concurrency_policy": "Forbid",
                    "successful_jobs_history_limit": 1,
                    "failed_jobs_history_limit": 1,
                    "job_template": {"spec": job},
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.job]),
            )
        self.register_outputs({})


def _pod(args: ScriptJobArgs, mounts: Mapping[str, pulumi.Input[str]]) -> pod.Values:
    volumes = {f"files-{index}": (path, config_map) for index, (path, config_map) in enumerate(mounts.items())}
    volume_at = {path: volume for volume, (path, _) in volumes.items()}
    sidecars = [sidecar_values(each, volume_at[each.directory]) for each in args.sidecars]
    secret_volumes, secret_mounts = pod.secret_volumes(args.secret_files)
    mounted = {**volume_at, **({TOKEN_DIRECTORY: TOKEN} if args.audience else {})}
    return {
        "restartPolicy": "Never",
        "serviceAccountName": args.service_account,
        "automountServiceAccountToken": args.reaches_api,
        "securityContext": pod.pod_security_values(args.pod_security),
        **({"imagePullSecrets": list(args.pull_secrets)} if args.pull_secrets else {}),
        **({"initContainers": sidecars} if sidecars else {}),
        "containers": [
            {
                "name": args.pod_name,
                "image": args.image,
                "command": ["python", f"{SCRIPT_DIRECTORY}/{args.script.name}"],
                "env": pod.environment_values(args.environment),
                "securityContext": pod.CONTAINER_SECURITY,
                # The script's last output becomes part of the error that `up` shows.
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
                "volumeMounts": [
                    *({"name": volume, "mountPath": path, "readOnly": True} for path, volume in mounted.items()),
                    *secret_mounts,
                ],
            }
        ],
        "volumes": [
            *({"name": volume, "configMap": {"name": config_map}} for volume, (_, config_map) in volumes.items()),
            *([_token(args.audience)] if args.audience else []),
            *secret_volumes,
        ],
    }


def _token(audience: str) -> pod.Values:
    projected: pod.Values = {"audience": audience, "path": TOKEN, "expirationSeconds": 3600}
    return {"name": TOKEN, "projected": {"sources": [{"serviceAccountToken": projected}]}}
