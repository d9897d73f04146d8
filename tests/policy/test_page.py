"""The page on policies has a row for every rule."""

from __future__ import annotations

import re

from policy.pack import RULES
from tools.write_policies import page


def test_it_tells_of_every_rule():
    told = re.findall(r"^\| `([a-z-]+)` \| .+\. \| .+ \| .+ \| .+\. \|$", page(), re.M)
    assert told == [rule.name for rule in RULES]
