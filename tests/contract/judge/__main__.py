# pyright: reportMissingImports=false
"""Loads endpoints.yml files with Rasa's own code, in the environment of one version of Rasa Pro.

    <python of that version> tests/contract/judge < jobs.json > results.json

A job is an assistant's pod: `endpoints` and `credentials` (the texts of its files), `environment`, `arguments`,
`files` (what is mounted, by path) and `variables` (the names in the environment that Rasa should read). Its result is
what Rasa made of it (`facts`), and `unread`: the keys and variables that make no difference. To import Rasa takes
seconds, so all jobs share one process, of which each runs in a fork of its own.

Mounts cannot be made here, so a path of a mounted file is replaced by one below a temporary directory, and back again
in the result.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

import differences
import network
import start

BASE = {
    # Both would ask the internet at import.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "RASA_TELEMETRY_ENABLED": "false",
    # In a cluster the pod's identity gives these.
    "AWS_ACCESS_KEY_ID": "key-of-the-pod",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-pod",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PATH": os.environ["PATH"],
}


def main() -> None:
    jobs: dict[str, Any] = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)  # Rasa prints; the answer is alone on the standard output
    _only(BASE)
    _import_rasa()

    known: set[str] = set()
    results: dict[str, Any] = {}
    for name, job in jobs.items():
        results[name], known = _forked(job, known)
    with os.fdopen(answer, "w") as stream:
        json.dump(results, stream)


# What Rasa imports only when it builds something; here, so that it is done once and not in every fork.
LATER = (
    "azure.storage.blob", "boto3", "confluent_kafka", "google.cloud.storage", "psycopg2", "rasa.cli.run",
    "rasa.core.agent", "rasa.core.brokers.kafka", "rasa.core.concurrent_lock_store", "rasa.core.run",
    "rasa.core.iam_credentials_providers.aws_iam_credentials_providers", "rasa.core.secrets_manager.factory",
    "rasa.core.tracker_stores.auth_retry_tracker_store", "rasa.core.tracker_stores.sql_tracker_store",
    "s3transfer.manager", "sqlalchemy.dialects.postgresql.psycopg2",
)  # fmt: skip


def _import_rasa() -> None:
    import rasa.__main__  # noqa: F401
    import structlog

    for module in LATER:
        importlib.import_module(module)

    # The databases are down here, and Rasa would show every traceback in colours, which takes most of the time.
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    warnings.simplefilter("ignore")


def _forked(job: dict[str, Any], known: set[str]) -> tuple[Any, set[str]]:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        child = os.fork()
        if child == 0:
            try:
                outcome: Any = _judge(job, known, place / "pod")
            except BaseException:  # noqa: BLE001 - the parent goes on with the next job
                outcome = {"error": traceback.format_exc()}
            outcome["known"] = sorted(known)
            (place / "result.json").write_text(json.dumps(outcome, default=str))
            os._exit(0)
        os.waitpid(child, 0)
        result = json.loads((place / "result.json").read_text())
        return json.loads(json.dumps(result).replace(f"{place}/pod", "")), set(result.pop("known"))


def _judge(job: dict[str, Any], known: set[str], pod: Path) -> dict[str, Any]:
    home = pod / "app"
    home.mkdir(parents=True)
    for path, text in job["files"].items():
        file = pod / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    # The longest first, so that a directory within another one is not taken for it.
    mounts = sorted({str(Path(path).parent) for path in job["files"]}, key=len, reverse=True)

    def placed(text: str) -> str:
        for mount in mounts:
            text = text.replace(f"{mount}/", f"{pod}{mount}/")
        return text

    for name in ("endpoints", "credentials"):
        (home / f"{name}.yml").write_text(placed(job[name]))
    _only({**BASE, "HOME": str(home), **{key: placed(value) for key, value in job["environment"].items()}})
    os.chdir(home)
    sent = network.intercept()
    arguments = [placed(argument) for argument in job["arguments"]]

    def begin() -> dict[str, Any]:
        return start.start(arguments, sent)

    found: dict[str, Any] = {"facts": begin()}
    variables = [name for name in job["variables"] if f"variable {name}" not in known]
    known |= {f"variable {name}" for name in variables}
    found["unread"] = [
        *differences.unread_keys(home / "endpoints.yml", known, sent),
        *differences.unread_variables(variables, begin),
    ]
    return found


def _only(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    main()
