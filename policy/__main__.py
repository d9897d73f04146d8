"""Starts the policy pack. The engine runs this directory for `--policy-pack policy`."""

import sys
from pathlib import Path


def main() -> None:
    """Serves the rules until the engine stops."""
    # Python puts the directory that it runs first on its path. Imports need the parent, which contains the package.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

    from pulumi_policy import PolicyPack

    from policy.pack import policies
    from policy.told import context, listen

    listen()
    PolicyPack("rasa", policies(context))


main()
