"""The random provider: one instance, for generated passwords and name suffixes, which live in the state."""

from __future__ import annotations

import pulumi_random


def random_provider() -> pulumi_random.Provider:
    """A provider instance; it has nothing to configure."""
    return pulumi_random.Provider("random")
