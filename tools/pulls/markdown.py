"""Pieces of GitHub's Markdown. Their contents may come from a stranger's pull request and stay plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_LIST = 100
LONGEST_WORD = 200
LONGEST_SENTENCE = 800
LONGEST_TEXT = 60_000  # GitHub accepts 65,536
LONGEST_ERROR = 3000


def code(text: str, longest: int = LONGEST_WORD) -> str:
    """Returns text on one line in a code span, in which nothing becomes a link, a mention or a tag."""
    words = re.sub(r"[`\s]+", " ", text).strip()
    return f"`{words if len(words) <= longest else words[:longest] + '...'}`"


def block(text: str) -> str:
    """Returns several lines as a code block."""
    shown = (
        text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}\n... (shortened; the full text is in the run)"
    )
    return "```text\n" + shown.replace("`", "'") + "\n```"


def alert(kind: str, text: str) -> str:
    """Returns a coloured box: NOTE, TIP, WARNING or CAUTION."""
    return "\n".join([f"> [!{kind}]", *(f"> {line}" for line in text.splitlines())])


def bullets(lines: Sequence[str]) -> str:
    """Returns a list, shortened if it is too long to read."""
    shown = [f"- {line}" for line in lines[:LONGEST_LIST]]
    if len(lines) > LONGEST_LIST:
        shown.append(f"- and {len(lines) - LONGEST_LIST} more, in the full diff")
    return "\n".join(shown)


def section(title: str, lines: Sequence[str], *, folded: bool) -> list[str]:
    """Returns a list under a title, folded if asked; nothing for an empty list."""
    if not lines:
        return []
    if folded:
        return [f"<details><summary>{title}</summary>\n\n{bullets(lines)}\n\n</details>"]
    return [f"**{title}**\n\n{bullets(lines)}"]


def some(count: int, noun: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join(parts: Sequence[str]) -> str:
    """Returns the parts as one text, without last parts that exceed GitHub's limit."""
    text = ""
    for part in parts:
        if len(text) + len(part) > LONGEST_TEXT:
            return f"{text}The rest is too long to be shown here; it is in the full diff.\n"
        text += f"{part}\n\n" if part else ""
    return text
