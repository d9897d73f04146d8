"""Rules of one input that entries of all clouds share.

A path is dotted, as in `entry.py`. A message is a `str.format` template with the `{value}`. Absent and unknown values
pass.
"""

import re
from collections.abc import Container, Sequence
from typing import Any

from catalogue.entry import Refused, Rule, Subject
from catalogue.wire import at_path


def at(subject: Subject, path: str, default: Any = None) -> Any:
    """Returns the first value at a path of the inputs."""
    return next(at_path(subject.inputs, path), default)


def text_at(subject: Subject, path: str) -> str:
    """Returns the text at a path of the inputs; empty if it is missing or not known yet."""
    value = at(subject, path)
    return value if isinstance(value, str) else ""


def matches(path: str, form: str, message: str) -> Rule:
    """Texts have a form, a regular expression; the message may name it as `{form}`."""

    def check(subject: Subject) -> None:
        for value in at_path(subject.inputs, path):
            if isinstance(value, str) and not re.fullmatch(form, value):
                raise Refused(message.format(value=value, form=form))

    return check


def only(path: str, allowed: Container[Any], message: str) -> Rule:
    """Values are among the allowed ones; the message may list them as `{allowed}`."""

    def check(subject: Subject) -> None:
        for value in at_path(subject.inputs, path):
            if value not in allowed:
                raise Refused(message.format(value=value, allowed=allowed))

    return check


def never_falls(path: str, message: str) -> Rule:
    """A number is not lowered; the message may have `{old}` and `{new}`."""

    def check(subject: Subject) -> None:
        old, new = (next(at_path(inputs, path), None) for inputs in (subject.old_inputs, subject.inputs))
        if isinstance(old, int) and isinstance(new, int) and new < old:
            raise Refused(message.format(old=old, new=new))

    return check


def only_rises(path: str, versions: Sequence[str], message: str, *, by_one: bool = False) -> Rule:
    """A version does not become an earlier one of a list; the message may have `{old}` and `{new}`.

    `by_one`: it becomes the next one at most. A patch version, such as 1.35.2, counts as its minor version.
    """

    def check(subject: Subject) -> None:
        old, new = (str(next(at_path(inputs, path), "")) for inputs in (subject.old_inputs, subject.inputs))
        before, after = (
            next((place for place, known in enumerate(versions) if f"{version}.".startswith(f"{known}.")), None)
            for version in (old, new)
        )
        if before is not None and after is not None and (after < before or (by_one and after > before + 1)):
            raise Refused(message.format(old=old, new=new))

    return check


def unprotected(message: str, path: str = "deletionProtection", *, default: bool = False) -> Rule:
    """A guard: a resource with deletion protection is not deleted. The message is a template like an entry's."""

    def guard(subject: Subject) -> None:
        if at(subject, path, default):
            raise Refused(str(subject.fill(message)))

    return guard
