"""`python -m sandbox pulumi ...`: prepares the stack, serves the providers, runs the CLI, and reports."""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

import yaml

from sandbox import policy_packs, report, stackfile
from sandbox.clock.graph import Graph, read_graph
from sandbox.clock.journal import Journal
from sandbox.existing import existing
from sandbox.faults import Faults
from sandbox.home import Home, NoProject
from sandbox.store import Store

DEFAULT_STACK = "dev"
EDITS = ("set", "set-all", "rm", "rm-all", "cp", "refresh")
GLOBAL_FLAGS = ("-s", "--stack", "--color", "-v", "--verbose", "--tracing", "--profiling", "--otel-traces")
OPERATIONS = ("up", "update", "preview", "pre", "refresh", "destroy", "down", "import", "watch")


def run(arguments: Sequence[str]) -> int:
    """Runs the Pulumi CLI with these arguments against the sandbox and returns its exit status."""
    if shutil.which("pulumi") is None:
        return _complain("no pulumi on PATH: run `make setup`, which finds, installs or builds it")
    try:
        home = Home.find(stack_of(arguments))
    except NoProject as error:
        return _complain(str(error))
    verb, noun = words_of(arguments)
    edits = verb == "config" and noun in EDITS
    if edits and "--secret" in arguments:
        return _complain(
            "the sandbox makes its own dummy secrets; set a real one with plain `pulumi config set --secret`"
        )
    try:
        config = stackfile.config_of(home)
    except yaml.YAMLError as error:
        return _complain(f"{home.source_file.name} is not YAML: {error}")
    store = Store(home.root / "cloud.sqlite", existing(config))
    before: Graph = read_graph(home) if verb in report.TIMED else {}
    journal = Journal()
    faults = Faults.asked_for()
    ports, stop = _serve(store, journal, faults) if verb in OPERATIONS else ({}, lambda: None)
    notices = _Notices()
    try:
        environment = home.environment(ports)
        try:
            stackfile.prepare(home, environment)
        except subprocess.CalledProcessError as error:
            return _complain(f"cannot prepare stack {home.stack}: {error.stderr or error.stdout}")
        if not edits:
            environment["PULUMI_OPTION_CONFIG_FILE"] = str(home.stack_file)
        command = policy_packs.runnable(arguments, home.directory / "policy-packs")
        status = _pass_through(["pulumi", *command], environment, faults.watch if faults else lambda _child: None)
        for notice in dict.fromkeys(notices.messages):
            print(f"INFO: {notice}")
        if status == 0 and "--preview-only" not in arguments:
            report.tell_time(verb, home, before, journal)
            report.after(verb, home, environment, store)
        return status
    finally:
        stop()


def stack_of(arguments: Sequence[str]) -> str:
    """Returns the stack that the arguments name, or `dev`."""
    for index, argument in enumerate(arguments):
        if argument in ("--stack", "-s") and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--stack="):
            return argument.partition("=")[2]
    return DEFAULT_STACK


def words_of(arguments: Sequence[str]) -> tuple[str, str]:
    """Returns the first two words of the arguments that are neither flags nor values of a global flag, or ""."""
    words: list[str] = []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if not argument.startswith("-") and before not in GLOBAL_FLAGS:
            words.append(argument)
    verb, noun, *_ = [*words, "", ""]
    return verb, noun


class _Notices(logging.Handler):
    """Keeps the providers' messages until the CLI has left the screen."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.messages: list[str] = []
        logger = logging.getLogger("sandbox")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _serve(store: Store, journal: Journal, faults: Faults | None) -> tuple[dict[str, int], Callable[[], None]]:
    from catalogue.packages import PACKAGES  # imported late: `stack output` and the like need no provider
    from sandbox.server import serve

    return serve(PACKAGES, store, journal, [faults] if faults else [])


def _pass_through(
    command: list[str], environment: dict[str, str], started: Callable[[subprocess.Popen[bytes]], None]
) -> int:
    """Runs the command on this terminal, calls back when it has started, and forwards signals to it.

    A terminal sends Ctrl-C to the whole process group, so do not forward it: a second one means "stop now".
    """
    child = subprocess.Popen(command, env=environment)
    started(child)

    def forward(number: int, _frame: object) -> None:
        if not (number == signal.SIGINT and os.isatty(0)):
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _complain(sentence: str) -> int:
    print(f"sandbox: {sentence}", file=sys.stderr)
    return 1
