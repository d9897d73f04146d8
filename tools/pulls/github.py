"""Comments and issues on GitHub, by `gh`, which is on every GitHub runner and reads `GH_TOKEN`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

# Edit only comments and issues of this author: anyone can write a marker.
OURSELVES = "github-actions[bot]"


@dataclass(frozen=True)
class Repository:
    """`owner/name`."""

    name: str

    def upsert_comment(self, number: int, marker: str, body: str) -> None:
        """Writes the comment that begins with the marker, or edits the existing one."""
        for found in self._list(f"issues/{number}/comments", {}):
            if _is_ours(found, marker):
                self._send("PATCH", f"issues/comments/{found['id']}", {"body": body})
                return
        self._send("POST", f"issues/{number}/comments", {"body": body})

    def comments(self, number: int, marker_start: str) -> list[str]:
        """Returns our comments that begin with the text."""
        return [one["body"] for one in self._list(f"issues/{number}/comments", {}) if _is_ours(one, marker_start)]

    def pull_request_of(self, run: Mapping[str, Any]) -> int | None:
        """Returns the open pull request of a workflow run; None if it has newer commits.

        It asks GitHub: the run's own files may come from a stranger.
        """
        head = f"{run['head_repository']['owner']['login']}:{run['head_branch']}"
        for pull in self._list("pulls", {"state": "open", "head": head}):
            if pull["head"]["sha"] == run["head_sha"]:
                return int(pull["number"])
        return None

    def upsert_issue(self, marker: str, title: str, body: str) -> None:
        """Opens the issue that begins with the marker, or edits the open one."""
        found = self._issue(marker)
        if found is None:
            self._send("POST", "issues", {"title": title, "body": body})
        else:
            self._send("PATCH", f"issues/{found}", {"body": body})

    def close_issue(self, marker: str, reason: str) -> None:
        """Closes the open issue that begins with the marker, if there is one."""
        found = self._issue(marker)
        if found is not None:
            self._send("POST", f"issues/{found}/comments", {"body": reason})
            self._send("PATCH", f"issues/{found}", {"state": "closed"})

    def _issue(self, marker: str) -> int | None:
        found = self._list("issues", {"state": "open", "creator": OURSELVES})
        return next((int(one["number"]) for one in found if _is_ours(one, marker)), None)

    def _list(self, path: str, query: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
        text = self._gh("--paginate", "--slurp", f"{path}?{urlencode({**query, 'per_page': '100'})}")
        return [one for page in json.loads(text) for one in page]

    def _send(self, method: str, path: str, body: Mapping[str, str]) -> None:
        self._gh("--method", method, "--input", "-", path, text=json.dumps(body))

    def _gh(self, *arguments: str, text: str = "") -> str:
        *options, path = arguments
        command = ["gh", "api", *options, f"repos/{self.name}/{path}"]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _is_ours(found: Mapping[str, Any], marker: str) -> bool:
    return found["user"]["login"] == OURSELVES and str(found["body"] or "").startswith(marker)
