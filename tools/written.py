"""The generated parts of a page: each is between its own mark and the common end mark."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tools.venv import CHECKOUT

END: Final = "<!-- End of what is written. -->"


def written(page: str, begin: str) -> str:
    """Returns the page's text behind this mark."""
    return page.partition(begin)[2].partition(END)[0]


def filled(page: str, begin: str, text: str) -> str:
    """Returns the page with another text behind this mark."""
    before, _, rest = page.partition(begin)
    after = rest.partition(END)[2]
    return f"{before}{begin}\n\n{text}\n\n{END}{after}"


def page_of(path: str, parts: Mapping[str, str]) -> str:
    """Returns a page of the checkout with its parts, by their names, as `make docs` writes them."""
    page = (CHECKOUT / path).read_text()
    for name, text in parts.items():
        page = filled(page, f"<!-- `{name}`, written by `make docs`. -->", text.strip())
    return page


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table of Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
