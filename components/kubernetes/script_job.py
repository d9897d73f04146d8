"""A Job that runs one Python script of this repository in Rasa Pro's own image, and runs again when its inputs change.

Owns the Job and the ConfigMap that brings the script. Secrets and certificates are the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes.network import NAME_LABEL
from components.kubernetes.pod import (
    Environment,
    SecretKey,
    container_security,
    digest,
    environment_variables,
    pod_security,
)
from components.kubernetes.sidecar import Sidecar, sidecar_container
from settings import PodSecurity

SCRIPT_DIRECTORY: Final = "/etc/rasa/job"
# Where a pod finds what its service account signs in with at the Kubernetes API, and at another reader.
API_DIRECTORY: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_DIRECTORY: Final = "/var/run/secrets/rasa"
TOKEN: Final = "token"
# A node may have to be added and the image, of some gigabytes, pulled first.
_DEADLINE_SECONDS: Final = 900
# Enough for grants and network policies that take effect late; each try waits longer than the one before.
_RETRIES: Final = 4


@dataclass(frozen=True, kw_only=True)
class ScriptJobArgs:
    """`script` runs with `files` beside it; `secrets` are the secret values behind `environment`.

    `config_maps` are further ConfigMaps by the directory where they are mounted; `sidecars` read one of them each.
    `pod_name` is the pod's `app.kubernetes.io/name`, by which network policies know it. `reaches_api`: the service
    account may talk to the Kubernetes API. `audience`: beside the API's own there is a token for that other reader, in
    `TOKEN_DIRECTORY`. `schedule` (cron): it runs at these times as well. `after` is what the Job needs but does not
    name: policies, firewall rules, grants.
    """

    namespace: pulumi.Input[str]
    pod_security: PodSecurity
    pod_name: str
    script: Path
    image: str
    environment: Environment
    secrets: Mapping[str, pulumi.Output[str]] = field(repr=False)
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    config_maps: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    service_account: pulumi.Input[str] = "default"
    reaches_api: bool = False
    audience: str | None = None
    schedule: str | None = None
    sidecars: Sequence[Sidecar] = ()
    after: Sequence[pulumi.Resource]


class ScriptJob(pulumi.ComponentResource):
    """The Job is done when this component is."""

    def __init__(self, name: str, spec: ScriptJobArgs, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:kubernetes:ScriptJob", name, None, opts)
        files = {spec.script.name: spec.script.read_text(encoding="utf-8"), **spec.files}
        config = kubernetes.core.v1.ConfigMap(
            f"{name}-files",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=spec.namespace),
            data=files,
            opts=pulumi.ResourceOptions(parent=self),
        )
        mounts = {SCRIPT_DIRECTORY: config.metadata.name, **spec.config_maps}
        # A Job cannot be changed, only replaced. Its manifest names Secrets and files but does not hold them, so the
        # digest of all inputs stands in it: whatever changes, the Job is replaced, that is: runs again.
        plain = {key: value for key, value in spec.environment.items() if not isinstance(value, SecretKey)}
        inputs = digest({**files, **plain, **spec.secrets})
        job = kubernetes.batch.v1.JobSpecArgs(
            backoff_limit=_RETRIES,
            active_deadline_seconds=_DEADLINE_SECONDS,
            template=kubernetes.core.v1.PodTemplateSpecArgs(
                metadata=kubernetes.meta.v1.ObjectMetaArgs(
                    labels={**spec.pod_labels, NAME_LABEL: spec.pod_name}, annotations={"rasa/inputs": inputs}
                ),
                spec=_pod(spec, mounts),
            ),
        )
        self.job = kubernetes.batch.v1.Job(
            f"{name}-job",
            # No name: the next Job is created, and has to succeed, before this one is deleted.
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                namespace=spec.namespace,
                # After a failure the next `up` starts a new Job instead of waiting for the failed one.
                annotations={"pulumi.com/replaceUnready": "true"},
            ),
            # No ttlSecondsAfterFinished: a Job that deletes itself is drift.
            spec=job,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(spec.after),
                custom_timeouts=pulumi.CustomTimeouts(
                    create=f"{_DEADLINE_SECONDS + 60}s", update=f"{_DEADLINE_SECONDS + 60}s"
                ),
            ),
        )
        if spec.schedule is not None:
            kubernetes.batch.v1.CronJob(
                f"{name}-schedule",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=spec.namespace),
                spec=kubernetes.batch.v1.CronJobSpecArgs(
                    schedule=spec.schedule,
                    concurrency_policy="Forbid",
                    successful_jobs_history_limit=1,
                    failed_jobs_history_limit=1,
                    job_template=kubernetes.batch.v1.JobTemplateSpecArgs(spec=job),
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.job]),
            )
        self.register_outputs({})


def _pod(spec: ScriptJobArgs, mounts: Mapping[str, pulumi.Input[str]]) -> kubernetes.core.v1.PodSpecArgs:
    volumes = {f"files-{index}": (path, config_map) for index, (path, config_map) in enumerate(mounts.items())}
    volume_at = {path: volume for volume, (path, _) in volumes.items()}
    return kubernetes.core.v1.PodSpecArgs(
        restart_policy="Never",
        service_account_name=spec.service_account,
        automount_service_account_token=spec.reaches_api,
        security_context=pod_security(spec.pod_security),
        init_containers=[sidecar_container(each, volume_at[each.directory]) for each in spec.sidecars] or None,
        containers=[
            kubernetes.core.v1.ContainerArgs(
                name=spec.pod_name,
                image=spec.image,
                command=["python", f"{SCRIPT_DIRECTORY}/{spec.script.name}"],
                env=environment_variables(spec.environment),
                security_context=container_security(),
                # What the script said last becomes part of the error that `up` shows.
                termination_message_policy="FallbackToLogsOnError",
                resources=kubernetes.core.v1.ResourceRequirementsArgs(
                    requests={"cpu": "100m", "memory": "512Mi"}, limits={"memory": "2Gi"}
                ),
                volume_mounts=[
                    kubernetes.core.v1.VolumeMountArgs(name=volume, mount_path=path, read_only=True)
                    for volume, path in [
                        *((volume, path) for volume, (path, _) in volumes.items()),
                        *([(TOKEN, TOKEN_DIRECTORY)] if spec.audience else []),
                    ]
                ],
            )
        ],
        volumes=[
            *(
                kubernetes.core.v1.VolumeArgs(
                    name=volume, config_map=kubernetes.core.v1.ConfigMapVolumeSourceArgs(name=config_map)
                )
                for volume, (_, config_map) in volumes.items()
            ),
            *([_token(spec.audience)] if spec.audience else []),
        ],
    )


def _token(audience: str) -> kubernetes.core.v1.VolumeArgs:
    projected = kubernetes.core.v1.ServiceAccountTokenProjectionArgs(
        audience=audience, path=TOKEN, expiration_seconds=3600
    )
    source = kubernetes.core.v1.VolumeProjectionArgs(service_account_token=projected)
    return kubernetes.core.v1.VolumeArgs(
        name=TOKEN, projected=kubernetes.core.v1.ProjectedVolumeSourceArgs(sources=[source])
    )
