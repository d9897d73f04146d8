"""The tls provider: one instance, for keys and certificates, which live in the state."""

from __future__ import annotations

import pulumi_tls


def tls_provider() -> pulumi_tls.Provider:
    """A provider instance; it has nothing to configure."""
    return pulumi_tls.Provider("tls")
