"""The contents of the sandbox's clouds, in one SQLite file so that names can be global and a kill loses nothing.

An operation is one transaction: the engine gets its answer after the commit. SQLite's write lock serializes processes
and threads, so an engine operation never sees half of another one.
"""

import json
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from catalogue.entry import Record
from catalogue.urns import stack_of
from catalogue.wire import Properties

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    key INTEGER PRIMARY KEY, token TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL,
    stack TEXT NOT NULL, seed TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL, created REAL NOT NULL,
    UNIQUE (token, scope, id));
CREATE TABLE IF NOT EXISTS refs (
    source INTEGER NOT NULL REFERENCES resources ON DELETE CASCADE,
    target INTEGER NOT NULL REFERENCES resources ON DELETE CASCADE, hold TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS names (
    scope TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    owner INTEGER REFERENCES resources ON DELETE CASCADE, PRIMARY KEY (scope, kind, name));
CREATE TABLE IF NOT EXISTS incarnations (urn TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS kept (stack TEXT NOT NULL, token TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (stack, text));
CREATE INDEX IF NOT EXISTS refs_target ON refs (target);
"""
COLUMNS = "key, token, scope, id, urn, seed, inputs, outputs"
LOCK_TIMEOUT_SECONDS = 60
NOBODYS = 0  # the key of existing resources, which no stack created


class Store:
    """Opens the file; every use of it is a transaction. Without a path it is in memory, for one thread at a time.

    `existing` has the outputs of resources that no stack created, by each text that names them.
    """

    def __init__(self, path: Path | None, existing: Mapping[str, Properties] | None = None):
        self._path = path or ":memory:"
        self._existing = existing or {}
        self._memory = None if path else self._connect()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)  # it holds passwords
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    def copy(self, existing: Mapping[str, Properties]) -> "Store":
        """Returns a store in memory with the same content, and with other things that exist already."""
        other = Store(None, existing)
        with self._connection() as source, other._connection() as target:
            source.backup(target)
        return other

    @contextmanager
    def transaction(self) -> "Generator[Transaction]":
        """Yields a transaction that commits at the end, and leaves no trace if an exception passes."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield Transaction(connection, self._existing)

    def _connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return nullcontext(self._memory) if self._memory else closing(self._connect())

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


class Transaction:
    """The queries and changes of one operation."""

    def __init__(self, connection: sqlite3.Connection, existing: Mapping[str, Properties]):
        self._db = connection
        self._existing = existing

    def get(self, token: str, scope: str, id: str) -> Record | None:
        """Returns a living resource by its id."""
        return self._one("token = ? AND scope = ? AND id = ?", token, scope, id)

    def find(self, token: str, scope: str | None, attribute: str, value: Any) -> Record | None:
        """Returns a living resource by the value of an output or `id`; scope None means anywhere."""
        where = "token = ? AND (? IS NULL OR scope = ?)"
        if attribute == "id":
            found = self._one(f"{where} AND id = ?", token, scope, scope, value)
        else:
            path = f"$.{attribute}"
            found = self._one(f"{where} AND json_extract(outputs, ?) = ?", token, scope, scope, path, value)
        return found or self._unmade(token, scope or "", value)

    def _unmade(self, token: str, scope: str, value: Any) -> Record | None:
        if not isinstance(value, str):
            return None
        outputs = self._existing.get(value)
        if outputs is None and value.startswith("projects/"):  # Google writes a name with its path
            named = self._existing.get(value.rpartition("/")[2])
            outputs = {**named, "id": value} if named is not None else None
        if outputs is None:
            return None
        same = {"inputs": outputs, "outputs": outputs}
        return Record(key=NOBODYS, token=token, scope=scope, id=outputs["id"], urn="", seed=value, **same)

    def all(self, token: str, scope: str | None = None) -> list[Record]:
        """Returns all living resources of a type."""
        return self._many("token = ? AND (? IS NULL OR scope = ?)", token, scope, scope)

    def next_incarnation(self, urn: str) -> int:
        """Counts how often this resource has been created, so that a replacement gets new identifiers."""
        statement = "INSERT INTO incarnations VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count"
        return int(self._db.execute(statement, (urn,)).fetchone()[0])

    def insert(
        self, *, token: str, scope: str, id: str, urn: str, seed: str, inputs: Properties, outputs: Properties
    ) -> int:
        """Adds a resource and returns its key; raises `sqlite3.IntegrityError` if the id is taken."""
        stack = stack_of(urn)
        values = (token, scope, id, urn, stack, seed, json.dumps(inputs), json.dumps(outputs), time.time())
        statement = (
            "INSERT INTO resources (token, scope, id, urn, stack, seed, inputs, outputs, created) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        return int(self._db.execute(statement, values).lastrowid or 0)

    def update(self, key: int, inputs: Properties, outputs: Properties) -> None:
        """Writes new inputs and outputs of a resource."""
        statement = "UPDATE resources SET inputs = ?, outputs = ? WHERE key = ?"
        self._db.execute(statement, (json.dumps(inputs), json.dumps(outputs), key))

    def delete(self, key: int) -> None:
        """Deletes a resource, what it owns, and their names."""
        for owned in self._owned(key):
            self.delete(owned)
        self._db.execute("DELETE FROM resources WHERE key = ?", (key,))

    def refer(self, key: int, targets: list[tuple[int, str]]) -> None:
        """Sets what a resource refers to: (key, hold) of each target."""
        self._db.execute("DELETE FROM refs WHERE source = ?", (key,))
        self._db.executemany("INSERT INTO refs VALUES (?, ?, ?)", [(key, target, hold) for target, hold in targets])

    def blockers(self, key: int) -> list[Record]:
        """Returns the living resources that keep this one from being deleted."""
        return self._many(
            "key IN (SELECT source FROM refs WHERE target = ? AND hold = 'blocks' AND source <> ?)", key, key
        )

    def _owned(self, key: int) -> list[int]:
        query = "SELECT source FROM refs WHERE target = ? AND hold = 'owned'"
        return [source for (source,) in self._db.execute(query, (key,)).fetchall()]

    def claim(self, scope: str, kind: str, name: str, owner: int) -> bool:
        """Takes a name for a resource; returns False if another resource has or had it."""
        query = "SELECT owner FROM names WHERE scope = ? AND kind = ? AND name = ?"
        row = self._db.execute(query, (scope, kind, name)).fetchone()
        if row is None:
            self._db.execute("INSERT INTO names VALUES (?, ?, ?, ?)", (scope, kind, name, owner))
        return row is None or row[0] == owner

    def release(self, owner: int) -> None:
        """Releases all names of a resource."""
        self._db.execute("DELETE FROM names WHERE owner = ?", (owner,))

    def retire(self, scope: str, kind: str, name: str) -> None:
        """Keeps a name taken permanently although its resource is deleted."""
        self._db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, NULL)", (scope, kind, name))

    def is_taken(self, scope: str, kind: str, name: str) -> bool:
        """Returns whether a living or a deleted resource has this name."""
        query = "SELECT 1 FROM names WHERE scope = ? AND kind = ? AND name = ?"
        return self._db.execute(query, (scope, kind, name)).fetchone() is not None

    def keep(self, stack: str, token: str, text: str) -> None:
        """Records what the cloud keeps after a delete."""
        self._db.execute("INSERT OR IGNORE INTO kept VALUES (?, ?, ?)", (stack, token, text))

    def kept(self, stack: str) -> list[str]:
        """Returns what the cloud keeps of a stack by design."""
        query = "SELECT text FROM kept WHERE stack = ? ORDER BY token, text"
        return [text for (text,) in self._db.execute(query, (stack,))]

    def of_stack(self, stack: str) -> list[Record]:
        """Returns the living resources of a stack, in the order in which they were made."""
        return self._many("stack = ?", stack)

    def counts(self, stack: str) -> dict[str, int]:
        """Returns how many resources of each type a stack has."""
        query = "SELECT token, count(*) FROM resources WHERE stack = ? GROUP BY token ORDER BY token"
        return dict(self._db.execute(query, (stack,)).fetchall())

    def _one(self, where: str, *values: Any) -> Record | None:
        return next(iter(self._many(where, *values)), None)

    def _many(self, where: str, *values: Any) -> list[Record]:
        rows = self._db.execute(f"SELECT {COLUMNS} FROM resources WHERE {where} ORDER BY key", values)  # noqa: S608 - constants
        named = (dict(zip(COLUMNS.split(", "), row, strict=True)) for row in rows)
        return [
            Record(**{**row, "inputs": json.loads(row["inputs"]), "outputs": json.loads(row["outputs"])})
            for row in named
        ]
