"""Generated passwords. They live in the state, encrypted, and reach their users as secrets."""

from __future__ import annotations

import pulumi
import pulumi_random


def generated_password(name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """32 letters and digits (190 bits), which every service takes and no URL, YAML or shell has to quote."""
    password = pulumi_random.RandomPassword(
        name,
        length=32,
        special=False,
        min_lower=1,
        min_upper=1,
        min_numeric=1,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return pulumi.Output.secret(password.result)
