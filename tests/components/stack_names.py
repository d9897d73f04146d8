"""The longest and strangest names of stacks that settings let through, as the program begins names with them."""

from __future__ import annotations

LONGEST = "rasa-" + "s" * 20
STACKS = ("rasa-dev", LONGEST, "rasa-" + "a--" * 6 + "zz")
# So much alike that a name which is cut, or loses a hyphen, could be the same.
ALIKE = (LONGEST, LONGEST[:-1] + "t", "rasa-a-b", "rasa-a--b", "rasa-a---b")
