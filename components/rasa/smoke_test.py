"""The smoke test: before the release, Rasa's own libraries try every service from a pod like Rasa's.

It creates the Job with Rasa's image, identity, network policy, environment, certificates and `endpoints`. What fails
here would fail in Rasa too, later and silently. `up` ends with its findings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pulumi

from components.connections import DownloadedModel
from components.kubernetes.pod import CA_DIRECTORY, SecretKey, Values
from components.kubernetes.script_job import ScriptJob, ScriptJobArgs
from components.rasa import names, redis_tunnel
from components.rasa.environment import environment
from components.rasa.model_download import SCRIPT
from components.rasa.secrets import RasaSecrets
from components.rasa.wiring import Wiring
from settings.assistant import SERVICE_ACCOUNT

_SCRIPTS: Final = Path(__file__).parent / "scripts"
_MODULE: Final = "smoke_test_llm.py"
_CONFIG: Final = "smoke_test.json"


def smoke_test(
    name: str,
    *,
    wiring: Wiring,
    namespace: pulumi.Input[str],
    endpoints: Values,
    secrets: RasaSecrets,
    after: tuple[pulumi.Resource, ...],
    opts: pulumi.ResourceOptions,
) -> ScriptJob:
    """Creates the Job of one assistant. It runs again if a service, a secret or the model's key changes.

    `after` is what the pod needs but its manifest does not name: policies, identity, topics, roles.
    """
    llm = wiring.assistant.smoke_test.llm
    # The chart gives Rasa's pods the licence, with which the provider `rasa` signs in.
    licence = SecretKey(secret=names.SECRET, key=names.LICENSE_KEY)
    variables = {**environment(wiring), **({"RASA_PRO_LICENSE": licence} if llm else {})}
    storage = wiring.connections.model_storage
    model: Values | None = None
    if storage is not None:
        downloaded = isinstance(storage, DownloadedModel)
        model = {
            "storage": "download" if downloaded else storage.remote_storage,
            "script": f"{CA_DIRECTORY}/{SCRIPT}" if downloaded else None,
            # Without a model in the stack file it tries only the bucket.
            "key": wiring.model if wiring.has_model else None,
            "upload": storage.upload_command,
        }
    config: Values = {
        "endpoints": endpoints,
        "model": model,
        **({"llm": True} if llm else {}),
        # A user name is not secret, and a common one like `rasa` must not be removed from every sentence.
        "secrets": [
            name
            for name, value in variables.items()
            if isinstance(value, SecretKey) and value.key not in (names.DB_USERNAME_KEY, names.KAFKA_USERNAME_KEY)
        ],
    }
    return ScriptJob(
        name,
        ScriptJobArgs(
            namespace=namespace,
            pod_security=wiring.pod_security,
            pod_name=names.SMOKE_TEST_POD,
            script=_SCRIPTS / "smoke_test.py",
            image=wiring.image,
            environment=variables,
            secrets=secrets.values,
            files={
                _MODULE: (_SCRIPTS / _MODULE).read_text(encoding="utf-8"),
                _CONFIG: pulumi.Output.json_dumps(config),
            },
            config_maps={CA_DIRECTORY: names.CA_CONFIG_MAP},
            secret_files=wiring.secret_files,
            pod_labels=wiring.connections.rasa.pod_labels,
            service_account=SERVICE_ACCOUNT,
            pull_secrets=wiring.pull_secrets,
            sidecars=[redis_tunnel.sidecar(wiring.company.registries)] if wiring.tunnelled else [],
            after=(*after, *secrets.ready),
        ),
        opts=opts,
    )
