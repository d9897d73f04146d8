"""The URNs by which the engine finds an old resource in the state: its own aliases, and those of its parent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalogue.urns import name_of, type_of


def alias_urns(urn: str, aliases: Iterable[Any], parent: str, parent_aliases: Iterable[str]) -> tuple[str, ...]:
    """Returns the alias URNs of a resource. `aliases` are those of its registration; `parent` is a URN or ""."""
    own = [alias.urn or _former(urn, alias.spec, parent) for alias in aliases]
    inherited = [_below(former, parent, child) for former in parent_aliases for child in (urn, *own)]
    return tuple(dict.fromkeys([*own, *inherited]))


def _former(urn: str, spec: Any, parent: str) -> str:
    above = "" if spec.noParent else spec.parentUrn or parent
    return urn_of(urn, above, spec.type or type_of(urn), spec.name or name_of(urn))


def _below(former: str, parent: str, child: str) -> str:
    """Returns the child's URN below an alias of its parent. If its name begins with the parent's, the name changes."""
    name = name_of(child)
    if name.startswith(name_of(parent)):
        name = name_of(former) + name.removeprefix(name_of(parent))
    return urn_of(child, former, type_of(child), name)


def urn_of(like: str, parent: str, type_: str, name: str) -> str:
    """Returns a URN as the engine makes it: of `like`'s stack, with the types of all parents but the stack's."""
    types = parent.split("::")[2] if parent else ""
    qualified = type_ if types in ("", "pulumi:pulumi:Stack") else f"{types}${type_}"
    return "::".join([*like.split("::")[:2], qualified, name])
