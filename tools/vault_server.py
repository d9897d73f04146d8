"""HashiCorp Vault for `make test-vault`, built from its Go modules and kept in the user's cache.

It never uses a Vault from PATH: the tests are about this version.
"""

from pathlib import Path

from tools import go_build

# A version that can be built from Go modules alone. The chart's image is newer: docs/vault.md.
VERSION = "1.21.0"
PROGRAM = go_build.Program(name="vault", version=f"v{VERSION}", tags="minimal")


def ensure() -> Path:
    """Returns the program; builds it first if it is missing."""
    return go_build.provide(f"vault-{VERSION}", [PROGRAM], "some minutes") / PROGRAM.name
