"""Makes the checkout ready to run: `python3 -m tools.setup`.

Owns the order (Python, virtual environment, Pulumi CLI) and what a user reads when a step cannot be done. Says nothing
and takes a moment when everything is in place already.
"""

import sys

MINIMUM_PYTHON = (3, 11)


def check_python():
    """End with one sentence where this Python cannot run the project; so this file must parse on any Python 3."""
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        found = ".".join(map(str, sys.version_info[:3]))
        newer = f"name another one: make PYTHON=python{wanted}"
        sys.exit(f"setup: Python {wanted} or newer is needed and {sys.executable} is {found}; {newer}")


def main():
    check_python()

    # Only now, since these are written in a newer Python than the check above must run on.
    import signal

    from tools import cache, progress, pulumi_cli, venv

    def stop(*_: object):
        raise KeyboardInterrupt

    # Stopped either way, a step must end its child processes and remove what it has half made.
    signal.signal(signal.SIGTERM, stop)
    try:
        with cache.alone(venv.REQUIREMENTS[0], "another command sets this checkout up"):
            venv.ensure()
            pulumi_cli.ensure()
    except progress.StepFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("\nsetup: stopped; the next command goes on from here")


if __name__ == "__main__":
    main()
