"""Folders of tests mirror the code: `tests/components/aws` tests `components/aws`. Others are listed here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.venv import CHECKOUT

TESTS: Final = Path(__file__).parent
# Tiers and parts of them that are not named after a package.
OTHERS: Final = {
    "contract": "Rasa Pro's own code, Kubernetes' schemas, Checkov and Helm judge what the program writes.",
    "contract/judge": "The part of this tier that runs in Rasa Pro's environment.",
    "docs": "Links, words and named files of the pages.",
    "e2e": "The program's scripts and Rasa's stores run on real services and a real API server.",
    "e2e/in_rasa": "The part of this tier that runs in Rasa Pro's environment.",
    "effects": "The sandbox plans each change of a setting, and its documented effect is compared.",
    "engine": "The real Pulumi engine runs the program on the sandbox.",
    "program": "Runs of the whole program without an engine, on the sandbox's clouds.",
    "vault": "The scripts of Vault's Jobs run against a real Vault.",
}


def test_each_folder_mirrors_a_package_or_is_explained() -> None:
    folders = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py")} - {"."}
    assert "components/aws" in folders
    unexplained = {folder for folder in folders if not (CHECKOUT / folder / "__init__.py").exists()}
    assert unexplained == OTHERS.keys()
