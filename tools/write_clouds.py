"""Writes the tables of docs/clouds.md: each layer on each cloud, side by side."""

from __future__ import annotations

from typing import Final

from settings.base import Cloud
from settings.setting import Profile
from tools.cloud_cells import PRODUCTS, ROWS, TITLES
from tools.written import page_of, table

PAGE: Final = "docs/clouds.md"
NAMES: Final = {
    "cluster": "Kubernetes",
    "trackerStore": "Tracker store",
    "lockStore": "Lock store",
    "eventQueue": "Event queue",
    "modelStorage": "Model storage",
    "secretsManager": "Secrets manager",
}


def page() -> str:
    """Returns the page."""
    parts: list[str] = []
    for layer, products in PRODUCTS.items():
        rows = [["product", *(product for product, _ in products.values())]]
        for name, cell in ROWS.items():
            cells = [_both(cell(cloud, Profile.DEV, layer), cell(cloud, Profile.PROD, layer)) for cloud in Cloud]
            if any(cells):
                rows.append([name, *cells])
        parts.append(f"## {NAMES[layer]}\n\n{table(['', *TITLES.values()], rows)}")
    return page_of(PAGE, {"services": "\n\n".join(parts)})


def _both(dev: str, prod: str) -> str:
    return dev if dev == prod else f"dev: {dev}<br>prod: {prod}"
