"""The commands of the workflows and of `make pr-comment`: `python -m tools.pulls <command>`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.pulls import engine, post, stand_in
from tools.pulls.comment import comment
from tools.pulls.drift import report
from tools.pulls.github import Repository
from tools.pulls.outcome import Outcome
from tools.pulls.touched import stacks_in, stacks_touched

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    options = commands().parse_args(arguments)
    return options.run(options)


def _stacks(options: argparse.Namespace) -> int:
    """Prints two lists for a workflow's matrices, as outputs of a step: `cloud=[...]` and `sandbox=[...]`."""
    known = stacks_in(CHECKOUT)
    wanted = list(known)
    if options.since:
        wanted = stacks_touched(_git("diff", "--name-only", options.since, "HEAD").splitlines(), known)
    in_cloud = set(options.cloud.split())
    for where, stacks in (
        ("cloud", [stack for stack in wanted if stack in in_cloud]),
        ("sandbox", [stack for stack in wanted if stack not in in_cloud]),
    ):
        print(f"{where}={json.dumps([{'stack': stack, 'cloud': known[stack]} for stack in stacks])}")
    return 0


def _preview(options: argparse.Namespace) -> int:
    if options.sandbox:
        outcome = stand_in.preview(
            CHECKOUT, options.stack, options.into, base=options.base, policy_pack=options.policy_pack
        )
    else:
        cloud = engine.Engine.of_cloud(CHECKOUT)
        into = options.into.resolve()
        outcome = engine.preview(
            cloud, options.stack, into, policy_pack=options.policy_pack, save_plan=options.save_plan
        )
    return _tell(outcome, options.into, comment(outcome))


def _up(options: argparse.Namespace) -> int:
    cloud = engine.Engine.of_cloud(CHECKOUT)
    return engine.up(cloud, options.stack, options.plan.resolve(), policy_pack=options.policy_pack)


def _drift(options: argparse.Namespace) -> int:
    outcome = engine.drift(engine.Engine.of_cloud(CHECKOUT), options.stack, options.into.resolve())
    return _tell(outcome, options.into, report(outcome))


def _tell(outcome: Outcome, into: Path, text: str) -> int:
    """Writes the diff to the log, and the short text to the summary of the workflow's run."""
    diff = into / engine.DIFF
    print(diff.read_text() if diff.exists() else "\n".join(outcome.errors))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a") as file:
            file.write(text)
    return 0 if outcome.succeeded else 1


def _comment(options: argparse.Namespace) -> int:
    """Prints the comment as it would be posted, and nothing else on the standard output."""
    with tempfile.TemporaryDirectory() as scratch:
        base = _git("merge-base", "HEAD", options.base).strip()
        outcome = stand_in.preview(CHECKOUT, options.stack, Path(scratch), base=base, policy_pack=options.policy_pack)
    print(comment(outcome))
    return 0


def _post(options: argparse.Namespace) -> int:
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())
    print(post.previews(Repository(os.environ["GITHUB_REPOSITORY"]), event["workflow_run"], options.directory))
    return 0


def _report(options: argparse.Namespace) -> int:
    print(post.drifts(Repository(os.environ["GITHUB_REPOSITORY"]), options.directory, options.link))
    return 0


def _git(*arguments: str) -> str:
    found = subprocess.run(["git", *arguments], cwd=CHECKOUT, check=False, capture_output=True, text=True)
    if found.returncode:
        sys.exit(f"git {' '.join(arguments)}: {found.stderr.strip()}; does this checkout have the commit (BASE=...)?")
    return found.stdout


def commands() -> argparse.ArgumentParser:
    """Returns the parser of the commands."""
    parser = argparse.ArgumentParser(prog="python -m tools.pulls", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    looks = argparse.ArgumentParser(add_help=False)
    looks.add_argument("stack")
    looks.add_argument("--policy-pack", default="", help="the pack to run, a directory")
    base = argparse.ArgumentParser(add_help=False)
    base.add_argument("--base", default="main", help="the commit that a sandbox deploys first")
    into = argparse.ArgumentParser(add_help=False)
    into.add_argument("--into", type=Path, required=True, help="directory for the result")

    stacks = verbs.add_parser("stacks", help="the stacks, for a workflow")
    stacks.add_argument("--cloud", default="", help="stacks that are deployed in a cloud, separated by spaces")
    stacks.add_argument("--since", default="", help="only those that differ from this commit")
    stacks.set_defaults(run=_stacks)
    preview = verbs.add_parser("preview", parents=[looks, base, into], help="preview an up")
    preview.add_argument("--sandbox", action="store_true", help="in the sandbox instead of the cloud")
    preview.add_argument("--save-plan", action="store_true", help="keep a plan for up")
    preview.set_defaults(run=_preview)
    up = verbs.add_parser("up", parents=[looks], help="run a saved plan")
    up.add_argument("--plan", type=Path, required=True)
    up.set_defaults(run=_up)
    drift = verbs.add_parser("drift", parents=[looks, into], help="find changes that no up made")
    drift.set_defaults(run=_drift)
    text = verbs.add_parser("comment", parents=[looks, base], help="print the comment of a pull request")
    text.set_defaults(run=_comment)
    posting = verbs.add_parser("post", help="comment on the pull request of a workflow run")
    posting.add_argument("directory", type=Path)
    posting.set_defaults(run=_post)
    issues = verbs.add_parser("report", help="open, edit or close the issues about drift")
    issues.add_argument("directory", type=Path)
    issues.add_argument("--link", required=True)
    issues.set_defaults(run=_report)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
