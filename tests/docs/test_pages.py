"""Every page is in one group of docs/README.md, and every link leads to a page and a heading that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
INDEX: Final = ROOT / "docs" / "README.md"
PAGES: Final = sorted((ROOT / "docs").rglob("*.md"))
WITH_LINKS: Final = [*ROOT.glob("*.md"), *PAGES]
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """Yields each relative link of a page: as written, the file, and the heading or an empty text."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            file, _, heading = target.partition("#")
            yield target, (page.parent / file).resolve() if file else page, heading


def anchors(page: Path) -> set[str]:
    """Returns the anchors that GitHub gives to the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_each_page_is_in_one_group() -> None:
    listed = [file for _, file, _ in links(INDEX) if file.parent == INDEX.parent]
    assert sorted(listed) == [page for page in PAGES if page.parent == INDEX.parent and page != INDEX]


@pytest.mark.parametrize("page", WITH_LINKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [
        target
        for target, file, heading in links(page)
        if not file.exists() or (heading and file.suffix == ".md" and heading not in anchors(file))
    ]
    assert broken == []
