"""The effects of changed inputs in the real providers: recorded facts, read from `facts/<package>.json`.

A file has the `sources` of its facts, by a short code, and the `types`: verdict -> code of the source -> input paths.
`name{a b{c}}` means the paths `name.a`, `name.b` and `name.b.c`; a path without braces is that input itself.

A verdict is `updates`, `replaces`, `replaces if <changes>`, `drops if <changes>` (the provider ignores the change) or
`unproven` (there is no evidence; the sandbox updates). `; ` separates two, of which the first that fits counts.
Commas separate the changes. A change is one of

- `added`, `removed`, `changed`: the input got a value, lost it, or has another one;
- `decreased`: a number or a plain version became lower; `not widened`: the new range lacks a part of the old one;
- `<value> to <value>`; `between <text>`: the old and the new value both contain the text;

and may end with `while <path> is <value>`, about another input (`set`: it has one). A path that is not recorded has
the verdict of the path above it.
"""

import ipaddress
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict

from catalogue.wire import UNKNOWN, Properties, at_path

FACTS = Path(__file__).with_name("facts")
Verdict = Literal["updates", "replaces", "drops"]
_VERSION = re.compile(r"[A-Z_]*(\d+(?:[._]\d+)*)")


class File(TypedDict):
    """A file of facts, as it is on the disk."""

    sources: dict[str, str]
    types: dict[str, dict[str, dict[str, list[str]]]]


@cache
def read(package: str) -> File:
    """Returns the facts of a package; empty for providers that only calculate, and for Kubernetes."""
    path = FACTS / f"{package}.json"
    return json.loads(path.read_text()) if path.exists() else {"sources": {}, "types": {}}


@cache
def verdicts(token: str) -> Mapping[str, str]:
    """Returns the verdict of each recorded input path of a resource type."""
    recorded = read(token.partition(":")[0])["types"].get(token, {})
    return {
        path: verdict
        for verdict, by_source in recorded.items()
        for words in by_source.values()
        for path in spelt_out(words)
    }


def spelt_out(words: Iterable[str]) -> Iterator[str]:
    """Yields the paths that texts such as `name{a b{c}} other` stand for."""
    above: list[str] = []
    for word in re.findall(r"[^\s{}]+\{?|\}", " ".join(words)):
        if word == "}":
            above.pop()
        elif word.endswith("{"):
            above.append(f"{''.join(above[-1:])}{word[:-1]}.")
        else:
            yield f"{''.join(above[-1:])}{word}"


def judge(rules: Mapping[str, str], path: str, old: Any, new: Any, inputs: Properties) -> Verdict:
    """Returns the effect of a change of one input. `path` has no list indices; `inputs` are the new ones, revealed.

    If a whole block was added or removed, its contents count too.
    """
    above = path
    while above not in rules and "." in above:
        above = above.rpartition(".")[0]
    found = _judge(rules.get(above, "updates"), old, new, inputs)
    whole = old if new is None else new
    if found == "updates" and None in (old, new) and isinstance(whole, (dict, list)):
        for below in (below for below in rules if below.startswith(f"{path}.")):
            for value in at_path(whole, below.removeprefix(f"{path}.")):
                before, after = (None, value) if old is None else (value, None)
                if _judge(rules[below], before, after, inputs) == "replaces":
                    return "replaces"
    return found


def _judge(verdict: str, old: Any, new: Any, inputs: Properties) -> Verdict:
    for part in verdict.split("; "):
        kind, _, condition = part.partition(" if ")
        holds = not condition or any(_is(change, old, new, inputs) for change in condition.split(", "))
        if holds and kind in ("replaces", "drops"):
            return kind
    return "updates"


def _is(change: str, old: Any, new: Any, inputs: Properties) -> bool:
    change, _, other = change.partition(" while ")
    if other:
        path, _, wanted = other.partition(" is ")
        value = next(at_path(inputs, path), None)
        if not value if wanted == "set" else _text(value) != wanted:
            return False
    match change.split():
        case ["added"]:
            return old is None
        case ["removed"]:
            return new is None
        case ["changed"]:
            return None not in (old, new)
        case ["decreased"]:
            before, after = _rank(old), _rank(new)
            return before is not None and after is not None and after < before
        case ["not", "widened"]:
            return isinstance(old, str) and isinstance(new, str) and new != UNKNOWN and not _contains(new, old)
        case ["between", part]:
            return part in str(old) and part in str(new)
        case [before, "to", after]:
            return (_text(old), _text(new)) == (before, after)
        case _:
            raise ValueError(f"unknown change in the recorded facts: {change}")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "unset" if value is None else str(value)


def _rank(value: Any) -> tuple[float, ...] | None:
    """Returns what can be compared: numbers, and versions of digits only (3.6.0, REDIS_7_2; not 3.9.x)."""
    if isinstance(value, (int, float)):
        return (value,)
    found = _VERSION.fullmatch(value) if isinstance(value, str) else None
    return tuple(map(int, re.split(r"[._]", found[1]))) if found else None


def _contains(outer: str, inner: str) -> bool:
    return ipaddress.ip_network(inner).subnet_of(ipaddress.ip_network(outer))  # pyright: ignore[reportArgumentType] - both IPv4
