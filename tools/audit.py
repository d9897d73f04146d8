"""Searches files and history for secrets, and packages for known vulnerabilities: `python -m tools.audit`.

gitleaks searches for secrets. It is built from its Go module in a minute, and kept in the user's cache. pip-audit, in
its own virtual environment, asks OSV for vulnerabilities. If OSV is unreachable a line says so; on GitHub that fails.
"""

import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tools import go_build, pinned, progress, venv

GITLEAKS = go_build.Program(name="gitleaks", version="v8.30.1")
PIP_AUDIT = Path(__file__).parent / "pip_audit" / "requirements.txt"
OSV = "https://api.osv.dev"
OSV_TIMEOUT_SECONDS = 10


def main() -> int:
    try:
        return secrets(venv.CHECKOUT) | holes()
    except progress.StepFailed as failure:
        sys.exit(str(failure))


def secrets(checkout: Path) -> int:
    """Searches the files and every commit in the checkout. Returns 0 if there is no secret."""
    program = go_build.provide(f"gitleaks-{GITLEAKS.version}", [GITLEAKS], "about a minute") / GITLEAKS.name
    quiet = ["--no-banner", "--no-color", "--redact", "--verbose", "--log-level", "warn"]
    config = ["--config", str(venv.CHECKOUT / ".gitleaks.toml")]
    if not _finds_a_planted_one(program, [*quiet, *config]):
        print("audit: gitleaks does not find a secret that was put before it; .gitleaks.toml lets too much pass")
        return 1
    looks = {"files": "dir"} | ({"history": "git"} if (checkout / ".git").exists() else {})
    status = 0
    for what, command in looks.items():
        found = subprocess.run([program, command, ".", *quiet, *config], cwd=checkout, check=False).returncode
        print(f"audit: {'no secret' if not found else 'a secret, or a look that failed,'} in the {what}")
        status |= found
    return status


def _finds_a_planted_one(program: Path, options: list[str]) -> bool:
    """Returns whether a secret would be found. It is put together here, or this file would be a finding itself."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "settings.py").write_text(f'key = "AK{"IA"}Q3E{"GRSMVEVJTX7YU"}"\n')
        command = [program, "dir", ".", *options]
        return subprocess.run(command, cwd=directory, capture_output=True, check=False).returncode == 1


def holes() -> int:
    """Asks for vulnerabilities of the pinned packages. Not 0 if there are some, or if OSV is unreachable on GitHub."""
    try:
        # Any answer shows that OSV is reachable, an error too.
        urllib.request.urlopen(OSV, timeout=OSV_TIMEOUT_SECONDS).close()
    except urllib.error.HTTPError:
        pass
    except OSError as error:
        print(f"audit: {OSV} cannot be reached ({error}), so no package was looked up")
        return 1 if os.environ.get("GITHUB_ACTIONS") else 0
    python = pinned.ensure("pip-audit", PIP_AUDIT)
    files = [word for path in venv.REQUIREMENTS for word in ("--requirement", str(path))]
    # Everything is pinned, so there is nothing to resolve.
    ask = ["--disable-pip", "--no-deps", "--vulnerability-service", "osv", "--progress-spinner", "off"]
    return subprocess.run([python, "-m", "pip_audit", *ask, *files], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
