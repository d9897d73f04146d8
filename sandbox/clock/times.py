"""How long one operation takes on one type of resource: what a row of the tables says, and how it is found.

Times are minutes of one call with ordinary sizes. They come from terminal transcripts that people published, from the
vendors' documentation and from issue threads, and mean "typically". What nobody published is the package's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from sandbox.clock.aws import AWS
from sandbox.clock.azure import AZURE
from sandbox.clock.gcp import GCP
from sandbox.clock.in_cluster import IN_CLUSTER
from sandbox.clock.rows import Times

Operation = Literal["create", "update", "delete"]


@dataclass(frozen=True, kw_only=True)
class Unlisted:
    """What any other type of a package takes."""

    typical: float
    slow: float


# A call that only writes a record: seconds. `random` and `tls` compute on the spot, and so do components and providers.
UNLISTED: Final[Mapping[str, Unlisted]] = {
    "aws": Unlisted(typical=0.1, slow=0.5),
    "azure-native": Unlisted(typical=0.2, slow=1),
    "gcp": Unlisted(typical=0.2, slow=1),
    "confluentcloud": Unlisted(typical=0.1, slow=0.5),
    "kubernetes": Unlisted(typical=0.02, slow=0.1),
}
NOTHING: Final = Unlisted(typical=0, slow=0)
TABLE: Final[tuple[Times, ...]] = (*AWS, *AZURE, *GCP, *IN_CLUSTER)


def row_of(token: str, inputs: Mapping[str, Any]) -> Times | None:
    """The row for a resource: the first of its type whose condition its inputs fulfil."""
    return next((row for row in _ROWS.get(token, ()) if row.when is None or _is(inputs, *row.when)), None)


def minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """How long the operation typically takes."""
    row = row_of(token, inputs)
    if row is None:
        return _unlisted(token).typical
    match operation:
        case "create":
            return row.create
        case "update":
            return row.update
        case "delete":
            return row.delete


def slow_minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """How long it takes at worst; of an update or delete, as much longer than usual as a create may be."""
    row = row_of(token, inputs)
    if row is None:
        return _unlisted(token).slow
    usual = minutes(operation, token, inputs)
    return usual * row.slow / row.create


def _unlisted(token: str) -> Unlisted:
    return UNLISTED.get(token.partition(":")[0], NOTHING)


def _by_token(rows: Iterable[Times]) -> Mapping[str, tuple[Times, ...]]:
    found: dict[str, tuple[Times, ...]] = {}
    for row in rows:
        found[row.token] = (*found.get(row.token, ()), row)
    return found


def _is(inputs: Mapping[str, Any], path: str, expected: object) -> bool:
    """Whether the input at a dotted path has a value; `None` means that it has none."""
    value: Any = inputs
    for step in path.split("."):
        value = cast("Mapping[str, Any]", value).get(step) if isinstance(value, Mapping) else None
    return value == expected


_ROWS: Final = _by_token(TABLE)
