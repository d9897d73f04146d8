"""A provider as data: its entries, and the meaning of its configuration."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from pkgutil import iter_modules

from catalogue.entry import Entry, Problem, Refused, Rule, Subject, Where, World
from catalogue.needs import Needs
from catalogue.wire import Properties


class Unlisted(Refused):
    """The catalogue lacks the requested fact; the message names the place to add it."""

    def __init__(self, token: str, what: str) -> None:
        super().__init__(f"{token}: {what} under catalogue/{token.partition(':')[0].removesuffix('-native')}/")


def entries_of(package: str) -> list[Entry]:
    """Returns the entries in the modules of a package: a new file for a service needs no other line."""
    modules = [import_module(f"{package}.{one.name}") for one in iter_modules(import_module(package).__path__)]
    return [entry for module in modules for entry in getattr(module, "ENTRIES", ())]


@dataclass(frozen=True, kw_only=True)
class Package:
    """One provider.

    `stateless` providers (random, tls) store their resources only in the stack's state, like the real ones.
    `configure` returns the region and account of an instance, from its revealed configuration and the stack's name.
    `stays` returns those of a resource, from its inputs or state: its provider may have moved since. `config_problems`
    and `config_replaces` check a provider resource and name the keys whose change replaces it. `derived` returns
    outputs of every resource of the package; a change of one of them is an update. `guard` may refuse any delete.
    `invokes` are its functions, `asks` are functions that read resources, and `call_needs` has the permissions of a
    call. `record_minutes` is how long a call takes that only writes a record: typically, and at worst.
    """

    name: str
    entries: Mapping[str, Entry]
    stateless: bool = False
    configure: Callable[[Properties, str], Where] = lambda config, _stack: Where(
        scopes={"region": "", "account": "", "global": ""}, facts={}, config=config
    )
    stays: Callable[[Where, Properties], Where] = lambda where, _known: where
    config_problems: Callable[[Properties], Iterable[Problem]] = lambda _config: ()
    config_replaces: Callable[[Properties, Properties], Iterable[str]] = lambda _old, _new: ()
    derived: Callable[[Subject], Properties] = lambda _subject: {}
    guard: Rule = lambda _subject: None
    invokes: Mapping[str, Callable[[Properties, Where], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where], Properties]]
    )
    asks: Mapping[str, Callable[[Properties, Where, World], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where, World], Properties]]
    )

    call_needs: Mapping[str, Needs] = field(default_factory=dict[str, Needs])
    record_minutes: tuple[float, float] = (0, 0)

    def entry(self, token: str) -> Entry:
        """Returns the entry of a type; raises `Unlisted`."""
        if token not in self.entries:
            raise Unlisted(token, "it has no entry: add an Entry")
        return self.entries[token]

    def needs(self, token: str) -> Needs:
        """Returns the permissions for a resource or a function; raises `Unlisted`."""
        if token.rpartition(":")[2][0].islower():
            if token not in self.call_needs:
                raise Unlisted(token, "the permissions of the call are missing: add it to the package's call_needs")
            return self.call_needs[token]
        found = self.entry(token).needs
        if found is None:
            raise Unlisted(token, "its permissions are missing: give its Entry `needs`")
        return found

    @property
    def version(self) -> str:
        """The version of the installed SDK; the engine asks for a plugin of this version."""
        return version(f"pulumi-{self.name}")
