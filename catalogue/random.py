"""`random`: random values, drawn once and stored in the stack's state until a keeper changes."""

import base64
import string
from collections.abc import Iterator
from itertools import count

from catalogue.entry import Entry, Refused, Subject, paths
from catalogue.package import Package

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
KEEPERS = frozenset({"keepers"})


def _numbers(subject: Subject) -> Iterator[int]:
    """Yields numbers endlessly; the seed of a resource in a state is random itself."""
    return (int(subject.seed.hex(16, str(place)), 16) for place in count())


def _characters(subject: Subject) -> str:
    """Returns `length` characters with the required minimum of each class, in random order."""
    inputs, numbers = subject.inputs, _numbers(subject)
    classes = {
        "Lower": string.ascii_lowercase,
        "Upper": string.ascii_uppercase,
        "Numeric": string.digits,
        "Special": inputs.get("overrideSpecial") or SPECIAL,
    }
    wanted = [letters for name, letters in classes.items() for _ in range(inputs.get(f"min{name}") or 0)]
    allowed = "".join(letters for name, letters in classes.items() if inputs.get(name.lower(), True))
    wanted += [allowed] * (inputs["length"] - len(wanted))
    drawn = [letters[next(numbers) % len(letters)] for letters in wanted]
    return "".join(sorted(drawn, key=lambda _: next(numbers)))


def _length_is_possible(subject: Subject) -> None:
    minimums = sum(subject.inputs.get(f"min{name}") or 0 for name in ("Lower", "Upper", "Numeric", "Special"))
    length = subject.inputs.get("length")
    if isinstance(length, int) and (length < 1 or length < minimums):
        raise Refused(f"Attribute length value must be at least {max(1, minimums)}, got: {length}")


def _id_bytes(subject: Subject) -> bytes:
    return bytes.fromhex(subject.seed.hex(2 * subject.inputs["byteLength"]))


def _prefixed(subject: Subject, text: str) -> str:
    return f"{subject.inputs.get('prefix') or ''}{text}"


def _b64_url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


ENTRIES = [
    Entry(
        token="random:index/randomPassword:RandomPassword",
        id="none",
        outputs={"result": _characters},
        replaces_on=KEEPERS
        | paths("length lower upper numeric number special overrideSpecial minLower minUpper minNumeric minSpecial"),
        checks=(_length_is_possible,),
    ),
    Entry(
        token="random:index/randomId:RandomId",
        id=lambda subject: _b64_url(_id_bytes(subject)),
        outputs={
            "hex": lambda subject: _prefixed(subject, _id_bytes(subject).hex()),
            "dec": lambda subject: _prefixed(subject, str(int.from_bytes(_id_bytes(subject)))),
            "b64Url": lambda subject: _prefixed(subject, _b64_url(_id_bytes(subject))),
            "b64Std": lambda subject: _prefixed(subject, base64.b64encode(_id_bytes(subject)).decode()),
        },
        replaces_on=KEEPERS | {"byteLength", "prefix"},
    ),
    Entry(
        token="random:index/randomUuid:RandomUuid",
        id="{guid}",
        outputs={"result": "{id}"},
        replaces_on=KEEPERS,
    ),
]

RANDOM = Package(name="random", stateless=True, entries={entry.token: entry for entry in ENTRIES})
