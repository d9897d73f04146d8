"""The parts of a page that a command writes: each stands between a mark of its own and the same end."""

from typing import Final

END: Final = "<!-- End of what is written. -->"


def written(page: str, begin: str) -> str:
    """What stands in the page behind this mark."""
    return page.partition(begin)[2].partition(END)[0]


def filled(page: str, begin: str, text: str) -> str:
    """The page with another text behind this mark."""
    before, _, rest = page.partition(begin)
    after = rest.partition(END)[2]
    return f"{before}{begin}\n\n{text}\n\n{END}{after}"
