"""A provider as data: its entries, and what its configuration means."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from catalogue.entry import Entry, Problem, Subject, Where, World
from catalogue.wire import Properties


def _no_problems(_config: Properties) -> Iterable[Problem]:
    return ()


def _never_replaced(_old: Properties, _new: Properties) -> Iterable[str]:
    return ()


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
    that every resource of the package has; a change of one of them is an update. `invokes` are its functions, `asks`
    those that look at the resources.
    """

    name: str
    entries: Mapping[str, Entry]
    stateless: bool = False
    configure: Callable[[Properties, str], Where] = _nowhere
    stays: Callable[[Where, Properties], Where] = _at_the_providers
    config_problems: Callable[[Properties], Iterable[Problem]] = _no_problems
    config_replaces: Callable[[Properties, Properties], Iterable[str]] = _never_replaced
    derived: Callable[[Subject], Properties] = _nothing
    invokes: Mapping[str, Callable[[Properties, Where], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where], Properties]]
    )
    asks: Mapping[str, Callable[[Properties, Where, World], Properties]] = field(
        default_factory=dict[str, Callable[[Properties, Where, World], Properties]]
    )

    @property
    def version(self) -> str:
        """The version of the installed SDK, which is the plugin version that the engine asks for."""
        return version(f"pulumi-{self.name}")
