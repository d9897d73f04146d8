"""Starts the policy pack: the engine runs this directory for `--policy-pack policy`."""

import sys
from pathlib import Path


def main() -> None:
    """Serves the rules until the engine ends."""
    # The engine runs the directory, which Python then has first on its path. What counts is the package that it is.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

    from pulumi_policy import PolicyPack

    from policy.pack import policies
    from policy.told import context, listen

    listen()
    PolicyPack("rasa", policies(context))


main()
