"""Property values: the engine's marks survive, and differences are found."""

from __future__ import annotations

from catalogue.wire import (
    UNKNOWN,
    Properties,
    at_path,
    differences,
    from_struct,
    has_secret,
    has_unknown,
    reveal,
    secret,
    to_struct,
)

VALUE: Properties = {"a": 1, "b": [1.5, "x", True, {"c": secret("hidden")}], "d": UNKNOWN}


def test_values_survive_the_wire() -> None:
    assert from_struct(to_struct(VALUE)) == VALUE
    assert isinstance(from_struct(to_struct(VALUE))["a"], int)


def test_marks_are_seen_in_depth_and_dropped_on_request() -> None:
    assert has_secret(VALUE)
    assert not has_secret(reveal(VALUE))
    assert reveal(VALUE)["b"][3]["c"] == "hidden"
    assert has_unknown(VALUE)
    assert secret(secret("x")) == secret("x")


def test_paths_walk_lists_and_skip_what_is_not_known() -> None:
    value = {"rules": [{"key": "a"}, {"key": UNKNOWN}, {}, {"key": "b"}]}
    assert list(at_path(value, "rules.key")) == ["a", "b"]


def test_differences() -> None:
    old = {"same": 1, "gone": 1, "list": [1, 2], "map": {"x": 1}}
    new = {"same": 1, "list": [1, 3, 4], "map": {"x": UNKNOWN}, "added": {}}
    assert list(differences(old, new)) == [
        ("added", None, {}),
        ("gone", 1, None),
        ("list[1]", 2, 3),
        ("list[2]", None, 4),
        ("map.x", 1, UNKNOWN),
    ]
    assert not list(differences(old, old))
