"""The lists of files on the page on architecture name files that exist."""

from __future__ import annotations

import re
from itertools import product

import pytest

from settings import Cloud
from tools.venv import CHECKOUT

PAGE = (CHECKOUT / "docs" / "architecture.md").read_text()
LAYERS = ("tracker_store", "lock_store", "event_queue", "model_storage", "cluster", "network", "encryption")
PATHS = sorted(set(re.findall(r"`([\w<>./-]+/[\w<>./-]*)`", PAGE)))


def spelt_out(path: str) -> set[str]:
    return {path.replace("<cloud>", cloud).replace("<layer>", layer) for cloud, layer in product(Cloud, LAYERS)}


def test_the_page_has_paths_with_and_without_a_choice():
    assert "settings/<layer>.py" in PATHS
    assert "components/artifacts.py" in PATHS


@pytest.mark.parametrize("path", PATHS)
def test_a_named_file_exists(path: str):
    assert [each for each in spelt_out(path) if not (CHECKOUT / each).exists()] == []
