"""No discouraged word of tools/words.txt is in the folders that are clean."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
# Patterns for the files that still have to be rewritten. Remove entries; add none.
NOT_CLEAN: Final = ("tests/*",)
# This page and this list quote the words.
QUOTES: Final = ("docs/style.md", "tests/docs/test_words.py")
MESSAGE: Final = re.compile(r"\w+( \S+){3}")
CODE: Final = re.compile(r"`[^`\n]*`|\]\([^)]*\)|https?://\S+")
COMMENT_IN_SHELL: Final = re.compile(r"(?:^|\s)# (.*)")


def word_list() -> list[list[tuple[re.Pattern[str], str]]]:
    """Returns the patterns and replacements of both sections: for all text, and for the start of a docstring."""
    sections: list[list[tuple[re.Pattern[str], str]]] = []
    for line in (ROOT / "tools" / "words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections.append([])
        elif line and not line.startswith("#"):
            pattern, replacement = line.split(" -> ")
            sections[-1].append((re.compile(pattern, re.IGNORECASE), replacement))
    return sections


def texts_of_python(source: str) -> Iterator[tuple[int, str, bool]]:
    """Yields each docstring, comment and message: its line, the text, and whether it is a docstring."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, documented))
    docstrings = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                yield node.lineno, node.value, True
            elif MESSAGE.search(node.value):
                yield node.lineno, node.value, False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, False


def texts_of_markdown(source: str) -> Iterator[tuple[int, str, bool]]:
    """Yields each line of prose, and each comment of a command."""
    in_code = False
    for number, line in enumerate(source.splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code:
            yield number, line, False
        elif comment := COMMENT_IN_SHELL.search(line):
            yield number, comment[1], False


def findings(path: str, source: str) -> list[str]:
    """Returns a line for each discouraged word: file, line number, word, replacement."""
    everywhere, first = word_list()
    found: list[str] = []
    for start, raw, is_docstring in (texts_of_python if path.endswith(".py") else texts_of_markdown)(source):
        text = CODE.sub("`code`", raw)
        matches = [(match, replacement) for pattern, replacement in everywhere for match in pattern.finditer(text)]
        if is_docstring:
            matches += [(match, replacement) for pattern, replacement in first if (match := pattern.match(text))]
        found += [
            f"{path}:{start + text.count(chr(10), 0, match.start())}: '{match[0]}' -> {replacement}"
            for match, replacement in matches
        ]
    return found


def is_clean(path: str) -> bool:
    """Returns whether the file is not listed in NOT_CLEAN. `folder/*` covers everything below the folder."""
    deep = any(path.startswith(entry[:-1]) for entry in NOT_CLEAN if entry.endswith("/*"))
    listed = any(PurePath(path).match(entry) and path.count("/") == entry.count("/") for entry in NOT_CLEAN)
    return not deep and not listed and path not in QUOTES


def test_clean_folders_use_plain_words() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--", "*.py", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    clean = [path for path in listed if is_clean(path) and (ROOT / path).is_file()]
    assert len(clean) > 40
    found = [line for path in clean for line in findings(path, (ROOT / path).read_text(encoding="utf-8"))]
    assert not found, f"{len(found)} discouraged words (docs/style.md):\n" + "\n".join(found[:40])


@pytest.mark.parametrize(
    ("path", "source", "line"),
    [
        ("a.md", "One.\n\nIt stands in the file.", 3),
        ("a.md", "```sh\nls\nls  # as told\n```", 3),
        ("a.py", 'x = 1\n\n"""Not a docstring, but a text that tells something."""', 3),
        ("a.py", 'def f():\n    """The same for two."""', 2),
        ("a.py", 'def f():\n    """Returns it.\n\n    It is cut off.\n    """', 4),
        ("a.py", 'message = f"{x} was told to stop"', 1),
        ("a.py", "x = 1  # all but for one", 1),
    ],
)
def test_it_finds_a_word_in(path: str, source: str, line: int) -> None:
    assert [one.split(": ")[0] for one in findings(path, source)] == [f"{path}:{line}"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.md", "Run `it tells` and [read](told.md).\n\n```sh\necho tells\n```"),
        ("a.py", 'told = {"told": 1}\n\n\ndef tells():\n    """Returns the same value."""'),
    ],
)
def test_code_is_no_prose(path: str, source: str) -> None:
    assert findings(path, source) == []
