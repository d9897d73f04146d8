"""Generated passwords. They live in the state, encrypted, and reach their users as secrets.

A credential that is rotated is a new resource beside the old: the engine makes it first, then what reads it, and
deletes the old one last, so that whoever still has that can go on with it until then.
"""

from __future__ import annotations

import pulumi
import pulumi_random


def of_generation(name: str, generation: int) -> str:
    """The name of one generation of a credential. The first has none added."""
    return name if generation == 1 else f"{name}-{generation}"


def generated_password(name: str, parent: pulumi.Resource, generation: int, *, length: int = 32) -> pulumi.Output[str]:
    """32 letters and digits (190 bits), which every service takes and no URL, YAML or shell has to quote."""
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
