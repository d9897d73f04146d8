"""Makes the checkout ready to run: `python3 -m tools.setup`.

It defines the order (Python, virtual environment, Pulumi CLI) and the message if a step is impossible. If everything is
installed it prints nothing and takes a moment.
"""

import sys

MINIMUM_PYTHON = (3, 11)


def check_python():
    """Exits with one sentence if this Python cannot run the project; so this file must parse on any Python 3."""
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        found = ".".join(map(str, sys.version_info[:3]))
        newer = f"name another one: make PYTHON=python{wanted}"
        sys.exit(f"setup: Python {wanted} or newer is needed and {sys.executable} is {found}; {newer}")


def main():
    check_python()

    # Imported after the check, because these need a newer Python.
    import signal

    from tools import cache, progress, pulumi_cli, venv

    def stop(*_: object):
        raise KeyboardInterrupt

    # When stopped, a step must end its child processes and remove incomplete files.
    signal.signal(signal.SIGTERM, stop)
    try:
        with cache.alone(venv.REQUIREMENTS[0], "another command sets this checkout up"):
            venv.ensure()
            pulumi_cli.ensure()
    except progress.StepFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("\nsetup: stopped; the next command continues from here")


if __name__ == "__main__":
    main()
