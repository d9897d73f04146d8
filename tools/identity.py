"""Guards the identities that users' state depends on: `python -m tools.identity [--write]`.

The engine deletes a resource and creates another if its URN changes without an alias. `identity.json` holds, for each
shipped stack, the URN of every component and of every resource that a user cannot lose, with what would be lost. It
holds URNs without stack and project: the types from the outermost component inwards, and the logical name.

`--write` adds what is new. An entry is deleted by hand, only if the loss is meant and CHANGELOG.md says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from catalogue.holdings import GRAVEST_FIRST
from catalogue.packages import PACKAGES, what_it_holds
from sandbox.recorder import PROJECT
from sandbox.recording import Recording, Registration
from tools.stacks import SHIPPED, recording

RECORD: Final = Path(__file__).with_name("identity.json")
# `up` creates these again, with a loss: others use the old value, or deleting the old one cuts users off.
_OTHER_LOSSES: Final = {
    "random:index/randomPassword:RandomPassword": "a generated password or token that a service or a client knows",
    "tls:index/privateKey:PrivateKey": "a key of the certificates that Vault's clients trust",
    "gcp:sql/user:User": "the administrator who owns the databases",
    "kubernetes:core/v1:Namespace": "a namespace with everything in it",
    "kubernetes:helm.sh/v3:Release": "the release that answers the users",
}
_PROVIDER: Final = "the provider that all resources of its cloud belong to"
_ENTRIES: Final = {token: entry for package in PACKAGES for token, entry in package.entries.items()}

# Identity to what a user would lose with it; "" for a component, whose loss is that of its children.
Identities = Mapping[str, str]


def identities(found: Recording) -> dict[str, str]:
    """Returns all components, what a user cannot lose, and what would replace that if it were created again."""
    kept = {urn: loss for urn, one in found.resources.items() if (loss := _loss(one))}
    waiting = sorted(
        kept,
        key=lambda urn: (GRAVEST_FIRST.index(kept[urn]) if kept[urn] in GRAVEST_FIRST else len(GRAVEST_FIRST), urn),
    )
    for urn in waiting:
        for needed in _forces_replacement(found.resources[urn]):
            if needed not in kept and found.resources[needed].custom:
                kept[needed] = kept[urn]
                waiting.append(needed)
    components = {urn: "" for urn, one in found.resources.items() if not one.custom}
    return {_identity(urn): loss for urn, loss in sorted((components | kept).items())}


def _loss(one: Registration) -> str:
    return what_it_holds(one.type, one.name) or _OTHER_LOSSES.get(one.type, _PROVIDER if one.is_provider else "")


def _forces_replacement(one: Registration) -> Iterator[str]:
    """Yields the resources whose ids and names go into properties that replace this one."""
    verdicts = _ENTRIES[one.type].verdicts.items() if one.type in _ENTRIES else ()
    forcing = {path.partition(".")[0] for path, verdict in verdicts if "replaces" in verdict}
    for key, urns in sorted(one.property_dependencies.items()):
        if key in forcing:
            yield from urns


def problems(recorded: Identities, found: Recording, stack: str) -> list[str]:
    """Returns a message for each recorded identity that the program neither registers nor names as an alias.

    If a component is missing, there is no message for its children: its alias holds for them too.
    """
    now = {_identity(urn) for urn in found.resources}
    former = {_identity(alias) for one in found.resources.values() for alias in one.aliases}
    missing = [identity for identity in recorded if identity not in now | former]
    fresh = sorted(now - recorded.keys())
    return [
        _message(identity, recorded, fresh, stack)
        for identity in missing
        if not any(_is_below(identity, other) for other in missing)
    ]


def _message(identity: str, recorded: Identities, fresh: list[str], stack: str) -> str:
    _, type_, name = _parts(identity)
    losses = {
        loss: None for other, loss in recorded.items() if loss and (other == identity or _is_below(other, identity))
    }
    lost = ", ".join(losses) or "nothing that it does not create again"
    successor = _successor(identity, fresh)
    place = f"`{successor}` seems to take its place" if successor else "Nothing seems to take its place"
    return (
        f"{stack}: {type_} `{name}` is gone. The next `up` of a user would lose: {lost}. "
        f"{place}. If it was renamed or moved, add to the ResourceOptions of the new one: "
        f"`aliases=[{_alias(identity, successor, recorded, stack)}]`. If the loss is meant, delete its line "
        f"from tools/{RECORD.name} and say in CHANGELOG.md what is replaced."
    )


def _successor(identity: str, fresh: list[str]) -> str:
    """Returns the new identity that differs in its type, its parent or its name only; "" if there is no such one."""
    old = _parts(identity)
    for different in (1, 0, 2):
        alike = [
            other
            for other in fresh
            if [place for place in range(3) if _parts(other)[place] != old[place]] == [different]
        ]
        if len(alike) == 1:
            return alike[0]
    return ""


def _alias(identity: str, successor: str, recorded: Identities, stack: str) -> str:
    """Returns the code of the alias that gives the successor the old identity, in a stack of any name."""
    parent, type_, name = _parts(identity)
    new_parent, new_type, new_name = _parts(successor) if successor else ("", "", "")
    arguments: list[str] = []
    if new_type != type_:
        arguments.append(f'type_="{type_}"')
    if new_name != name:
        arguments.append(f"name={_code(name, stack)}")
    if new_parent != parent:
        above = [other for other in recorded if other.startswith(f"{parent}::") and _is_below(identity, other)]
        urn = f'pulumi.create_urn({_code(_parts(above[0])[2], stack)}, "{parent}")' if above else "None"
        arguments.append(f"parent={urn}")
    return f"pulumi.Alias({', '.join(arguments)})"


def _code(name: str, stack: str) -> str:
    prefix = f"{PROJECT}-{stack}"
    if not name.startswith(prefix):
        return f'"{name}"'
    return f'f"{{pulumi.get_project()}}-{{pulumi.get_stack()}}{name.removeprefix(prefix)}"'


def _identity(urn: str) -> str:
    return urn.split("::", 2)[2]


def _parts(identity: str) -> tuple[str, str, str]:
    """Returns the types of the parents, the type and the name."""
    types, _, name = identity.partition("::")
    parent, _, type_ = types.rpartition("$")
    return parent, type_, name


def _is_below(identity: str, other: str) -> bool:
    """Returns whether the other one is a parent. Names begin with their parent's: an invariant checks it."""
    types, _, name = other.partition("::")
    return identity.startswith(f"{types}$") and identity.partition("::")[2].startswith(f"{name}-")


def read() -> dict[str, dict[str, str]]:
    """Returns what is recorded, by stack."""
    return json.loads(RECORD.read_text())


def main(arguments: list[str]) -> int:
    """Prints what is wrong and returns 1, or adds what is new to the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.identity", description=__doc__)
    parser.add_argument("--write", action="store_true", help="add what is new to the file")
    write = parser.parse_args(arguments).write
    recorded = read() if RECORD.exists() else {}
    found = {stack: recording(stack) for stack in SHIPPED}
    wrong = [message for stack in SHIPPED for message in problems(recorded.get(stack, {}), found[stack], stack)]
    if wrong:
        print("\n\n".join(wrong), file=sys.stderr)
        return 1
    if write:
        merged = {stack: recorded.get(stack, {}) | identities(found[stack]) for stack in SHIPPED}
        RECORD.write_text(json.dumps(merged, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
