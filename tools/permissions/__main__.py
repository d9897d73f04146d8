"""Prints the permissions that the deployer of a stack needs: `python -m tools.permissions STACK [--read-only]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from settings.base import Cloud
from tools.permissions import aws, azure, gcp
from tools.permissions.needs import Mode, Used, used_by


def documents(used: Used, mode: Mode, subscription: str) -> list[tuple[str, str]]:
    """Returns file names and contents: IAM policies, or a custom role. Empty if nothing of the cloud is used."""
    name = f"{used.name}-{'preview' if mode.read_only else 'deploy'}"
    match used.cloud:
        case Cloud.AWS:
            texts = aws.policies(used, mode)
            return [(f"{name}-{number}.json", text) for number, text in enumerate(texts, start=1)]
        case Cloud.AZURE:
            needed = mode.of(azure.needed(used))
            return [(f"{name}.json", azure.role(used, mode, subscription))] if needed else []
        case Cloud.GCP:
            return [(f"{name}.yaml", gcp.role(used, mode))] if mode.of(gcp.needed(used)) else []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.permissions", description=__doc__)
    parser.add_argument("stack", help="the name in Pulumi.<stack>.yaml")
    parser.add_argument("--read-only", action="store_true", help="only for previews and drift checks")
    parser.add_argument("--into", type=Path, help="a directory for the files, instead of printing them")
    parser.add_argument("--subscription", default="<subscription>", help="id of the subscription, for Azure")
    options = parser.parse_args()
    for name, text in documents(used_by(options.stack), Mode(read_only=options.read_only), options.subscription):
        if options.into is None:
            print(text)
        else:
            options.into.mkdir(parents=True, exist_ok=True)
            (options.into / name).write_text(text)
            print(options.into / name)


if __name__ == "__main__":
    main()
