"""What the roles script says to PostgreSQL, told to a double that answers what exists."""

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
    """Remembers statements; knows which roles and databases there are."""

    def __init__(self, existing: set[str]) -> None:
        self.connection = None
        self.existing = existing
        self.said: list[str] = []
        self._found = False

    def execute(self, statement: str, parameters: tuple[str, ...] = ()) -> None:
        if statement.startswith("SELECT"):
            kind = "role" if "pg_roles" in statement else "database"
            self._found = f"{kind} {parameters[0]}" in self.existing
        else:
            self.said.append(str(statement))

    def fetchone(self) -> tuple[int] | None:
        return (1,) if self._found else None


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


def test_a_new_role_gets_a_database_that_nobody_else_may_use(script: ModuleType) -> None:
    cursor = Cursor(set())
    script.ensure_password_role(cursor, "rasa", "secret")
    assert cursor.said == [
        'CREATE ROLE "rasa" LOGIN',
        """ALTER ROLE "rasa" LOGIN PASSWORD 'hash of rasa'""",
        'GRANT "rasa" TO CURRENT_USER',
        'CREATE DATABASE "rasa" OWNER "rasa"',
        'REVOKE ALL ON DATABASE "rasa" FROM PUBLIC',
        'REVOKE "rasa" FROM CURRENT_USER',
    ]


def test_again_keeps_what_is_there_and_sets_the_password(script: ModuleType) -> None:
    cursor = Cursor({"role rasa", "database rasa"})
    script.ensure_password_role(cursor, "rasa", "secret")
    assert not [one for one in cursor.said if one.startswith("CREATE")]
    assert """ALTER ROLE "rasa" LOGIN PASSWORD 'hash of rasa'""" in cursor.said


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


def test_iam_again_only_repeats_the_grant(script: ModuleType) -> None:
    cursor = Cursor({"role rasa", "database rasa"})
    script.ensure_iam_role(cursor, "rasa")
    assert cursor.said == ['GRANT "rds_iam" TO "rasa"']
