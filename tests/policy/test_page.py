"""The page that tells of the rules is fresh, and tells of all."""

from __future__ import annotations

import re

from policy.pack import RULES
from tools.write_policies import PAGE, ROOT, page


def test_the_page_is_fresh():
    assert (ROOT / PAGE).read_text() == page(), "run: python -m tools.write_policies"


def test_it_tells_of_every_rule():
    told = re.findall(r"^\| `([a-z-]+)` \| .+\. \| .+ \| .+ \| .+\. \|$", page(), re.M)
    assert told == [rule.name for rule in RULES]
