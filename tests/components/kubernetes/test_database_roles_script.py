"""What the roles script says in the rarer cases, to a double that answers what exists.

The real PostgreSQL of `tests/e2e/test_jobs.py` judges the rest.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import components.kubernetes as package
from tests.scripts import loaded

PATH = Path(package.__path__[0]) / "scripts" / "database_roles.py"


class Statement(str):
    """psycopg2's composable SQL, as far as the script uses it."""

    def format(self, *parts: Any, **_: Any) -> Statement:
        return Statement(super().format(*parts))


class Cursor:
    """Remembers statements; knows which roles and databases there are.

    `logins` can sign in; `member_of` are the roles that the administrator is a member of.
    """

    def __init__(self, existing: set[str], *, logins: tuple[str, ...] = (), member_of: tuple[str, ...] = ()) -> None:
        self.connection = None
        self.existing = existing
        self.logins = logins
        self.member_of = member_of
        self.said: list[str] = []
        self._rows: list[tuple[Any]] = []

    def execute(self, statement: str, parameters: tuple[str, ...] = ()) -> None:
        if not statement.startswith("SELECT"):
            self.said.append(str(statement))
        elif "pg_has_role" in statement:
            self._rows = [(parameters[0] in self.member_of,)]
        elif "rolname ~" in statement:
            login, role, _ = parameters
            all_of = {name for name in self.logins if name == role or name.startswith(f"{role}_")}
            self._rows = [(name,) for name in sorted(all_of - {login})]
        elif "rolcanlogin" in statement:
            self._rows = [(1,)] if parameters[0] in self.logins else []
        else:
            kind = "role" if "pg_roles" in statement else "database"
            self._rows = [(1,)] if f"{kind} {parameters[0]}" in self.existing else []

    def fetchone(self) -> tuple[Any] | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[tuple[Any]]:
        return self._rows


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, psycopg2 replaced."""
    sql = SimpleNamespace(SQL=Statement, Identifier=lambda name: f'"{name}"', Literal=lambda value: f"'{value}'")
    extensions = SimpleNamespace(
        ISOLATION_LEVEL_AUTOCOMMIT=0, encrypt_password=lambda _password, role, scope: f"hash of {role}"
    )
    monkeypatch.setitem(sys.modules, "psycopg2", SimpleNamespace(sql=sql, extensions=extensions, Error=Exception))
    monkeypatch.setitem(sys.modules, "psycopg2.extensions", extensions)
    return loaded(PATH)


@pytest.mark.parametrize(
    ("there", "login", "ended"),
    [
        (("rasa", "rasa_2"), "rasa_3", ["rasa"]),
        (("rasa", "rasa_2"), "rasa_2", []),
        (("rasa_9", "rasa_8", "rasa_10"), "rasa_11", ["rasa_8", "rasa_9"]),
        # Numbers that were left out, or lowered: what is in use stays.
        (("rasa",), "rasa_7", []),
        (("rasa_2", "rasa_3"), "rasa_2", []),
    ],
)
def test_the_login_before_stays_and_older_ones_are_ended(
    there: tuple[str, ...], login: str, ended: list[str], script: ModuleType
) -> None:
    cursor = Cursor({"role rasa", "database rasa"}, logins=there)
    script.ensure_password_role(cursor, "rasa", login, "secret")
    assert [one for one in cursor.said if "NOLOGIN" in one] == [f'ALTER ROLE "{one}" NOLOGIN' for one in ended]


def test_the_administrator_is_never_drawn_into_rds_iam(script: ModuleType) -> None:
    cursor = Cursor({"role rasa", "database rasa"}, logins=("rasa",), member_of=("rasa",))
    with pytest.raises(SystemExit, match=r"keep rasa:trackerStore\.auth: password"):
        script.ensure_iam_role(cursor, "rasa")
    assert not [one for one in cursor.said if "rds_iam" in one]


def test_the_administrator_is_no_member_when_a_role_becomes_one_of_rds_iam(script: ModuleType) -> None:
    cursor = Cursor(set())
    script.ensure_iam_role(cursor, "rasa")
    said = cursor.said
    assert said[-1] == 'GRANT "rds_iam" TO "rasa"'
    assert said.index('SET ROLE "rasa_maker"') < said.index('CREATE ROLE "rasa" LOGIN') < said.index("RESET ROLE")
    assert said.index('REVOKE "rasa" FROM CURRENT_USER') < said.index("RESET ROLE")
    assert said.index('DROP ROLE "rasa_maker"') < said.index('GRANT "rds_iam" TO "rasa"')
    assert not [one for one in said if "PASSWORD" in one]


def test_a_run_that_was_cut_off_is_finished(script: ModuleType) -> None:
    cursor = Cursor({"role rasa", "role rasa_maker"})
    script.ensure_iam_role(cursor, "rasa")
    assert not [one for one in cursor.said if one.startswith("CREATE ROLE")]
    assert 'CREATE DATABASE "rasa" OWNER "rasa"' in cursor.said


def test_a_role_that_others_signed_in_for_signs_in_itself_with_iam(script: ModuleType) -> None:
    cursor = Cursor({"role rasa", "database rasa"}, logins=("rasa_3",))
    script.ensure_iam_role(cursor, "rasa")
    assert cursor.said == ['ALTER ROLE "rasa" LOGIN', 'GRANT "rds_iam" TO "rasa"']
