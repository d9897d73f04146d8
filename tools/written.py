"""The generated parts of a page: each is between its own mark and the common end mark."""

from typing import Final

END: Final = "<!-- End of what is written. -->"


def written(page: str, begin: str) -> str:
    """Returns the page's text behind this mark."""
    return page.partition(begin)[2].partition(END)[0]


def filled(page: str, begin: str, text: str) -> str:
    """Returns the page with another text behind this mark."""
    before, _, rest = page.partition(begin)
    after = rest.partition(END)[2]
    return f"{before}{begin}\n\n{text}\n\n{END}{after}"
