"""The life of a resource of any type: its entry checks, compares, creates, reads, updates and deletes it."""

import json
import re
import secrets
import sqlite3
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from catalogue import sdk
from catalogue.entry import Entry, NoWorld, Problem, Record, Ref, Refused, Seed, Subject, Where
from catalogue.package import Package
from catalogue.recorded import judge
from catalogue.urns import name_of, type_of
from catalogue.wire import UNKNOWN, Properties, as_map, at_path, differences, has_secret, reveal, secret
from sandbox.inputs import decode_config, problems
from sandbox.store import NOBODYS, Store, Transaction

BUSY_SECONDS = 0.05  # programs register resources milliseconds apart
ENGINE_KEYS = frozenset({"version", "pluginDownloadURL", "__internal"})
_BUSY: set[str] = set()


@dataclass(frozen=True)
class Difference:
    """The changes between two sets of inputs: path -> "add" | "delete" | "update", and the paths that replace."""

    changes: Mapping[str, str]
    replaces: frozenset[str]
    delete_before_replace: bool


@dataclass(frozen=True)
class _Here:
    """The world as one configured instance sees it: its region and its account."""

    transaction: Transaction
    package: Package
    where: Where

    def _scope(self, token: str) -> str | None:
        entry = self.package.entries.get(token)
        return self.where.scopes[entry.scope] if entry else None  # resources of other packages are visible everywhere

    def find(self, token: str, attribute: str, value: Any) -> Record | None:
        return self.transaction.find(token, self._scope(token), attribute, value)

    def all(self, token: str) -> list[Record]:
        return self.transaction.all(token, self._scope(token))

    def is_taken(self, kind: str, name: str) -> bool:
        return self.transaction.is_taken(self.where.scopes["region"], kind, name)


def read_config(package: Package, given: Properties) -> Properties:
    """Returns a provider's configuration revealed and decoded, without the keys that only the engine uses."""
    config = {key: value for key, value in reveal(given).items() if key not in ENGINE_KEYS}
    return decode_config(_provider(package), config)


def config_problems(package: Package, config: Properties) -> list[Problem]:
    """Returns the problems of a provider's configuration."""
    return [*problems(_provider(package), config), *package.config_problems(config)]


def spelled(problem: Problem) -> str:
    """Returns a problem in one text."""
    return ": ".join(filter(None, problem))


def _provider(package: Package) -> str:
    return f"pulumi:providers:{package.name}"


class Cloud:
    """One configured provider instance. Safe to call from many threads; raises `Refused` if the cloud refuses."""

    def __init__(self, package: Package, where: Where, store: Store):
        self._package = package
        self.where = where
        self._store = store

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Answers a function."""
        if function := self._package.invokes.get(token):
            return function(arguments, self.where)
        ask = self._package.asks.get(token)
        if ask is None:
            raise Refused(f"the sandbox has no entry for the function {token}")
        with self._store.transaction() as transaction:
            return ask(arguments, self.where, _Here(transaction, self._package, self.where))

    def check(
        self, urn: str, olds: Properties, news: Properties, random_seed: bytes
    ) -> tuple[Properties, list[Problem]]:
        """Returns the inputs with physical names filled in, and the problems of the inputs."""
        entry = self._entry(urn)
        inputs = _autonamed(entry, urn, olds, news, random_seed)
        plain = reveal(inputs)
        try:
            found = problems(entry.token, plain)
        except sdk.UnknownType as error:
            found = [("", str(error))]
        if not found:
            subject = Subject(urn=urn, inputs=plain, old_inputs=reveal(olds), where=self.where, seed=Seed(urn))
            found = list(_refusals(entry, subject))
        return inputs, found

    def diff(self, urn: str, id: str, old_inputs: Properties, olds: Properties, news: Properties) -> Difference:
        """Compares the inputs, and the outputs that are derived from the provider's configuration."""
        entry = self._entry(urn)
        subject = self._subject(urn, news, old_inputs=old_inputs, old_outputs=olds, seed=urn)
        changes: dict[str, str] = {}
        replaces: set[str] = set()
        for path, old, new in differences(subject.old_inputs, subject.inputs):
            verdict = judge(entry.verdicts, re.sub(r"\[\d+\]", "", path), old, new, subject.inputs)
            if verdict != "drops":
                changes[path] = "add" if old is None else "delete" if new is None else "update"
            if verdict == "replaces":
                replaces.add(path)
        if changes:
            replaces |= set(entry.replaces_if(subject))
        for key, value in self._package.derived(subject).items():
            if subject.old_outputs.get(key) != value and UNKNOWN not in json.dumps(value):
                changes[key] = "update"
        before = bool(replaces) and (entry.delete_before_replace or _keeps_its_name(entry, subject))
        return Difference(changes | dict.fromkeys(replaces - changes.keys(), "update"), frozenset(replaces), before)

    def create(self, urn: str, inputs: Properties, *, preview: bool) -> tuple[str, Properties]:
        """Creates the resource; returns id and outputs. A preview creates nothing, and leaves outputs unknown."""
        entry = self._entry(urn)
        if preview:
            unknown = dict.fromkeys(
                [*entry.outputs, *(key for key in entry.defaults if inputs.get(key) is None)], UNKNOWN
            )
            return "", {**inputs, **unknown}
        if self._package.stateless:
            subject = self._subject(urn, inputs, seed=urn if self.where.rehearsed else secrets.token_hex(32))
            subject.id = subject.fill(entry.id)
            return subject.id, self._outputs(entry, subject, inputs)
        with _turn(entry, self._subject(urn, inputs, seed=urn)), self._store.transaction() as transaction:
            subject = self._subject(
                urn, inputs, seed=f"{urn}#{transaction.next_incarnation(urn)}", transaction=transaction
            )
            targets = self._admit(entry, subject, transaction)
            subject.id = subject.fill(entry.id)
            outputs = self._outputs(entry, subject, inputs)
            try:
                key = transaction.insert(
                    token=entry.token,
                    scope=subject.where.scopes[entry.scope],
                    id=subject.id,
                    urn=urn,
                    seed=subject.seed.text,
                    inputs=inputs,
                    outputs=outputs,
                )
            except sqlite3.IntegrityError as error:
                raise Refused(entry.taken.format(id=subject.id, value=subject.id)) from error
            self._claim(entry, subject, transaction, key)
            transaction.refer(key, targets)
        return subject.id, outputs

    def read(self, urn: str, id: str, inputs: Properties, olds: Properties) -> tuple[str, Properties, Properties]:
        """Returns id, inputs and outputs as the cloud has them now; an empty id if it is gone."""
        entry = self._entry(urn)
        if self._package.stateless:
            return id, inputs, olds
        with self._store.transaction() as transaction:
            record = self._record(transaction, entry, urn, id)
        if record is None:
            return "", {}, {}
        other = {
            key: answer(olds.get(key, record.outputs[key]), record.inputs) for key, answer in entry.unstable.items()
        }
        return record.id, record.inputs, {**record.outputs, **other}

    def update(
        self, urn: str, id: str, old_inputs: Properties, olds: Properties, news: Properties, *, preview: bool
    ) -> Properties:
        """Changes the resource in place and returns its outputs."""
        entry = self._entry(urn)
        if preview or self._package.stateless:
            kept = {
                key: value
                for key, value in olds.items()
                if key in entry.outputs or (key in entry.defaults and key not in news)
            }
            unknown = dict.fromkeys(entry.volatile if preview else (), UNKNOWN)
            derived = self._package.derived(self._subject(urn, news, seed=urn))
            return {**kept, **news, **{key: kept[key] for key in entry.outputs if key in kept}, **derived, **unknown}
        with _turn(entry, self._subject(urn, news, seed=urn)), self._store.transaction() as transaction:
            record = self._record(transaction, entry, urn, id)
            if record is None:
                raise Refused(entry.not_found.format(value=id))
            subject = self._subject(
                urn,
                news,
                old_inputs=record.inputs,
                old_outputs=record.outputs,
                seed=record.seed,
                transaction=transaction,
            )
            subject.id = id
            targets = self._admit(entry, subject, transaction)
            outputs = self._outputs(entry, subject, news)
            transaction.update(record.key, news, outputs)
            transaction.release(record.key)
            self._claim(entry, subject, transaction, record.key)
            transaction.refer(record.key, targets)
        return outputs

    def delete(self, urn: str, id: str) -> None:
        """Deletes the resource unless a rule or a living resource forbids it. Deleting a missing one is no error."""
        entry = self._entry(urn)
        if self._package.stateless:
            return
        with self._store.transaction() as transaction:
            record = self._record(transaction, entry, urn, id)
            if record is None:
                return
            subject = self._subject(
                urn, record.inputs, old_outputs=record.outputs, seed=record.seed, transaction=transaction
            )
            subject.id, subject.outputs = id, subject.old_outputs
            for guard in (self._package.guard, *entry.guards):
                guard(subject)
            blockers = transaction.blockers(record.key)
            if blockers:
                names = ", ".join(f"{blocker.token} {blocker.id}" for blocker in blockers[:3])
                raise Refused(f"{entry.in_use.format(id=id)} (in use by {names})")
            for text in entry.keeps(subject):
                transaction.keep(subject.stack, entry.token, text)
            transaction.delete(record.key)
            for kind, template in entry.retires.items():
                if name := subject.fill(template):
                    transaction.retire(subject.where.scopes[entry.name_scope or entry.scope], kind, name)

    def _record(self, transaction: Transaction, entry: Entry, urn: str, id: str) -> Record | None:
        """Finds a resource, even if it is still in the provider's region at the time of its creation."""
        here = transaction.get(entry.token, self.where.scopes[entry.scope], id)
        return here or next((one for one in transaction.all(entry.token) if (one.urn, one.id) == (urn, id)), None)

    def _entry(self, urn: str) -> Entry:
        return self._package.entry(type_of(urn))

    def _subject(
        self,
        urn: str,
        inputs: Properties,
        *,
        seed: str,
        old_inputs: Properties | None = None,
        old_outputs: Properties | None = None,
        transaction: Transaction | None = None,
    ) -> Subject:
        given, old = reveal(inputs), reveal(old_outputs or {})
        where = self._package.stays(self.where, old or given)
        world = _Here(transaction, self._package, where) if transaction else NoWorld()
        return Subject(
            urn=urn,
            inputs=given,
            old_inputs=reveal(old_inputs or {}),
            old_outputs=old,
            where=where,
            seed=Seed(seed),
            world=world,
        )

    def _outputs(self, entry: Entry, subject: Subject, inputs: Properties) -> Properties:
        """Fills in the cloud's outputs. Inputs keep their secret marks; an output made of a secret input is secret."""
        subject.outputs = {}
        for key, template in entry.defaults.items():
            if subject.inputs.get(key) is None:
                subject.outputs[key] = subject.fill(template)
        for key, template in entry.outputs.items():
            subject.outputs[key] = subject.fill(template)
        subject.outputs |= self._package.derived(subject)
        computed = {
            key: secret(value) if has_secret(inputs.get(key)) else value for key, value in subject.outputs.items()
        }
        return {**inputs, **computed}

    def _admit(self, entry: Entry, subject: Subject, transaction: Transaction) -> list[tuple[int, str]]:
        """Raises `Refused` for what the cloud forbids; returns the keys of the resources that the subject refers to."""
        for refusal in _refusals(entry, subject):
            raise Refused(refusal[1])
        targets = [target for ref in entry.refers for target in self._resolve(ref, subject)]
        for rule in entry.admits:
            rule(subject)
        return targets

    def _resolve(self, ref: Ref, subject: Subject) -> Iterator[tuple[int, str]]:
        values = ref.values(subject) if ref.values else at_path(subject.inputs, ref.path)
        for value in values:
            if ref.ignore(str(value)):
                continue
            found = (subject.world.find(token, attribute, value) for token in ref.to for attribute in ref.by)
            record = next((record for record in found if record), None)
            if record is None:
                target = self._package.entries.get(ref.to[0])
                wording = ref.not_found or (target.not_found if target else "NotFound: '{value}' does not exist")
                raise Refused(f"{wording.format(value=value)} ({ref.path})")
            if record.key != NOBODYS:
                yield record.key, ref.hold

    def _claim(self, entry: Entry, subject: Subject, transaction: Transaction, key: int) -> None:
        scope = subject.where.scopes[entry.name_scope or entry.scope]
        for kind, template in entry.names.items():
            name = subject.fill(template)
            if not transaction.claim(scope, kind, name, key):
                raise Refused(entry.taken.format(id=subject.id, value=name))


@contextmanager
def _turn(entry: Entry, subject: Subject) -> Generator[None]:
    """Refuses a second operation if the entry allows one at a time, and waits a moment so that it is noticed."""
    busy = str(subject.fill(entry.one_at_a_time)) if entry.one_at_a_time else ""
    if not busy:
        yield
        return
    if busy in _BUSY:
        raise Refused(
            f"AnotherOperationInProgress: Another operation on this or a dependent resource is in progress: {busy}"
        )
    _BUSY.add(busy)
    try:
        yield
        if not subject.where.rehearsed:
            time.sleep(BUSY_SECONDS)
    finally:
        _BUSY.discard(busy)


def _refusals(entry: Entry, subject: Subject) -> Iterator[Problem]:
    for rule in entry.checks:
        try:
            rule(subject)
        except Refused as refusal:
            yield "", str(refusal)


def _autonamed(entry: Entry, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> Properties:
    """Adds a physical name if the program gives none; a name that was generated before stays."""
    auto = entry.autoname
    if auto is None or any(news.get(key) for key in auto.unless) or list(_named(auto.path, news)):
        return news
    kept = list(_named(auto.path, olds))
    name = name_of(urn)
    digits = (random_seed.hex() or secrets.token_hex(16))[: auto.digits]
    value = kept[0] if kept else f"{name.lower() if auto.lower else name}{auto.separator}{digits}"
    parent, _, leaf = auto.path.rpartition(".")
    return {**news, parent: {**as_map(news.get(parent)), leaf: value}} if parent else {**news, leaf: value}


def _named(path: str, inputs: Properties) -> Iterator[Any]:
    """Yields the name at the path. An unknown name counts as given."""
    parent, _, leaf = path.rpartition(".")
    holder = reveal(inputs.get(parent)) if parent else reveal(inputs)
    if holder == UNKNOWN:
        yield UNKNOWN
    elif holder and holder.get(leaf):
        yield holder[leaf]


def _keeps_its_name(entry: Entry, subject: Subject) -> bool:
    """Returns whether a replacement has its predecessor's name, so that the bridge has to delete first."""
    if entry.autoname is None:
        return False
    old, new = (list(_named(entry.autoname.path, inputs)) for inputs in (subject.old_inputs, subject.inputs))
    made_up = re.compile(
        rf"{re.escape(subject.name)}{entry.autoname.separator}[0-9a-f]{{{entry.autoname.digits}}}", re.IGNORECASE
    )
    return bool(new) and old == new and not made_up.fullmatch(str(new[0]))
