"""Azure: the custom role for one stack.

A role applies to everything below the scope at which it is assigned; names and tags cannot limit it.
"""

from __future__ import annotations

import json
from typing import Any

from catalogue.needs import Needs
from tools.permissions.needs import Mode, Used, needed_in


def needed(used: Used) -> Needs:
    """Returns everything that the resources and calls of a stack need."""
    return needed_in(used, "azure-native")


def role(used: Used, mode: Mode, subscription: str) -> str:
    """Returns the JSON of a custom role that allows what is needed."""
    return json.dumps(_definition(used, mode, subscription), indent=2)


def _definition(used: Used, mode: Mode, subscription: str) -> dict[str, Any]:
    return {
        "Name": f"{used.name}-{'preview' if mode.read_only else 'deploy'}",
        "Description": f"{'Previews' if mode.read_only else 'Deploys'} the stack {used.stack} of Rasa",
        "Actions": sorted(set(mode.of(needed(used)))),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [f"/subscriptions/{subscription}"],
    }


def is_read(action: str) -> bool:
    """Returns whether the action only reads. Listing keys counts as reading, although the keys are secret."""
    return action.endswith("/read") or action.rpartition("/action")[0].rpartition("/")[2].startswith("list")
