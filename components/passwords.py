"""Generated passwords. They are in the state, encrypted, and reach their users as secrets.

A rotated credential is a new resource next to the old one. The engine creates it first, then its users, and deletes the
old one last, so that clients can use the old one until then.
"""

from __future__ import annotations

import pulumi
import pulumi_random


def of_generation(name: str, generation: int) -> str:
    """Returns the name of one generation of a credential. The first generation adds nothing to the name."""
    return name if generation == 1 else f"{name}-{generation}"


def generated_password(name: str, parent: pulumi.Resource, generation: int, *, length: int = 32) -> pulumi.Output[str]:
    """Returns letters and digits (32 have 190 bits), which services accept and URLs, YAML and shells need not quote."""
    password = pulumi_random.RandomPassword(
        of_generation(name, generation),
        length=length,
        special=False,
        min_lower=1,
        min_upper=1,
        min_numeric=1,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    # RandomPassword marks its result secret; an explicit mark does not depend on that.
    return pulumi.Output.secret(password.result)
