"""Pieces of GitHub's Markdown. What they are given may come from a stranger's pull request and stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_LIST = 100
LONGEST_WORD = 200
LONGEST_SENTENCE = 800
LONGEST_TEXT = 60_000  # GitHub takes 65,536
LONGEST_ERROR = 3000


def code(text: str, longest: int = LONGEST_WORD) -> str:
    """Text that is shown as it is: on one line, in a code span, where nothing is a link, a mention or a tag."""
    words = re.sub(r"[`\s]+", " ", text).strip()
    return f"`{words if len(words) <= longest else words[:longest] + '...'}`"


def block(text: str) -> str:
    """The same for several lines."""
    shown = (
        text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}\n... (cut off; the full text is in the run)"
    )
    return "```text\n" + shown.replace("`", "'") + "\n```"


def alert(kind: str, text: str) -> str:
    """A coloured box: NOTE, TIP, WARNING or CAUTION."""
    return "\n".join([f"> [!{kind}]", *(f"> {line}" for line in text.splitlines())])


def bullets(lines: Sequence[str]) -> str:
    """A list, cut off where no one would read on."""
    shown = [f"- {line}" for line in lines[:LONGEST_LIST]]
    if len(lines) > LONGEST_LIST:
        shown.append(f"- and {len(lines) - LONGEST_LIST} more, in the full diff")
    return "\n".join(shown)


def section(title: str, lines: Sequence[str], *, folded: bool) -> list[str]:
    """A list under a title, folded away if asked; nothing for an empty list."""
    if not lines:
        return []
    if folded:
        return [f"<details><summary>{title}</summary>\n\n{bullets(lines)}\n\n</details>"]
    return [f"**{title}**\n\n{bullets(lines)}"]


def some(count: int, noun: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join(parts: Sequence[str]) -> str:
    """The parts as one text, without those at the end that GitHub would not take."""
    text = ""
    for part in parts:
        if len(text) + len(part) > LONGEST_TEXT:
            return f"{text}The rest is too long to be shown here; it is in the full diff.\n"
        text += f"{part}\n\n" if part else ""
    return text
