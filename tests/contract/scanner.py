"""What Checkov, an independent scanner, finds in manifests."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tools.everything import checkov

SECONDS: Final = 300
# What docs/security.md explains.
EXPLAINED: Final = frozenset(
    {
        "CKV_K8S_11",
        "CKV_K8S_15",
        "CKV_K8S_22",
        "CKV_K8S_35",
        "CKV_K8S_38",
        "CKV_K8S_40",
        "CKV_K8S_43",
    }
)


def findings(manifests: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The checks that failed, and for which objects."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "manifests.yaml")
        file.write_text(yaml.safe_dump_all([dict(one) for one in manifests]))
        command = [checkov(), "-m", "checkov.main", "--file", file]
        options = ["--framework", "kubernetes", "--quiet", "--compact", "--output", "json", "--skip-download"]
        # It keeps its settings, and what it has downloaded, in the user's home.
        own = {"PATH": os.environ["PATH"], "HOME": scratch}
        finished = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False, env=own, cwd=scratch
        )
    told = json.loads(finished.stdout)
    assert told["summary"]["passed"] > 0, finished.stderr
    assert told["summary"]["parsing_errors"] == 0
    found: dict[str, list[str]] = {}
    for one in told["results"]["failed_checks"]:
        found.setdefault(one["check_id"], []).append(one["resource"])
    return found


def unexplained(manifests: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The findings that docs/security.md does not explain."""
    return {check: objects for check, objects in findings(manifests).items() if check not in EXPLAINED}
