"""A provider as data: its entries, and what its configuration means."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from catalogue.entry import Entry, Problem, Refused, Rule, Subject, Where, World
from catalogue.needs import Needs
from catalogue.wire import Properties


class Unlisted(Refused):
    """The catalogue does not know what it was asked; the message says where it belongs."""

    def __init__(self, token: str, what: str) -> None:
        super().__init__(f"{token}: {what} under catalogue/{token.partition(':')[0].removesuffix('-native')}/")


def _no_problems(_config: Properties) -> Iterable[Problem]:
    return ()


def _never_replaced(_old: Properties, _new: Properties) -> Iterable[str]:
    return ()


def _may_go(_subject: Subject) -> None:
    return None


def _nothing(_subject: Subject) -> Properties:
    return {}


def _at_the_providers(where: Where, _known: Properties) -> Where:
    return where


def _nowhere(config: Properties, _stack: str) -> Where:
    return Where(scopes={"region": "", "account": "", "global": ""}, facts={}, config=config)


@dataclass(frozen=True, kw_only=True)
class Package:
    """One provider.

    `stateless` providers (random, tls) keep their resources in the stack's state only, as the real ones do.
    `configure` says where an instance works, from its revealed configuration and the stack's name. `stays` says where a
    resource is, from what its inputs or its state say: not always where its provider works by now. `config_problems`
    and `config_replaces` check a provider resource and name the keys whose change replaces it. `derived` gives outputs
    that every resource of the package has; a change of one of them is an update. `guard` may refuse any delete.
    `invokes` are its functions, `asks` those that look at the resources, and `call_needs` says what whoever calls one
    must be allowed. `record_minutes` is what a call takes that only writes a record: typically, and at worst.
    """

    name: str
    entries: Mapping[str, Entry]
    stateless: bool = False
    configure: Callable[[Properties, str], Where] = _nowhere
    stays: Callable[[Where, Properties], Where] = _at_the_providers
    config_problems: Callable[[Properties], Iterable[Problem]] = _no_problems
    config_replaces: Callable[[Properties, Properties], Iterable[str]] = _never_replaced
    derived: Callable[[Subject], Properties] = _nothing
    guard: Rule = _may_go
    invokes: Mapping[str, Callable[[Properties, Where], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where], Properties]]
    )
    asks: Mapping[str, Callable[[Properties, Where, World], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where, World], Properties]]
    )

    call_needs: Mapping[str, Needs] = field(default_factory=dict[str, Needs])
    record_minutes: tuple[float, float] = (0, 0)

    def entry(self, token: str) -> Entry:
        """Returns what is known of a type; raises `Unlisted`."""
        if token not in self.entries:
            raise Unlisted(token, "it is not known: add an Entry")
        return self.entries[token]

    def needs(self, token: str) -> Needs:
        """Returns what whoever deploys a resource, or calls a function, must be allowed; raises `Unlisted`."""
        if token.rpartition(":")[2][0].islower():
            if token not in self.call_needs:
                raise Unlisted(token, "nobody says what a call needs: add it to the package's call_needs")
            return self.call_needs[token]
        found = self.entry(token).needs
        if found is None:
            raise Unlisted(token, "nobody says what it needs: give its Entry `needs`")
        return found

    @property
    def version(self) -> str:
        """The version of the installed SDK, which is the plugin version that the engine asks for."""
        return version(f"pulumi-{self.name}")
