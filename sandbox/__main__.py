"""Entry point: `python -m sandbox pulumi <any pulumi arguments>`."""

import sys

from sandbox.command import run

USAGE = "usage: python -m sandbox pulumi <any pulumi arguments>, for example: python -m sandbox pulumi up --stack dev"


def main(arguments: list[str]) -> int:
    """Runs the command. Returns 2 for any other arguments."""
    if arguments[:1] != ["pulumi"]:
        print(USAGE, file=sys.stderr)
        return 2
    return run(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
