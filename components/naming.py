"""What the naming functions of every cloud have in common. Pure."""

from __future__ import annotations

import hashlib
import re


def fit(text: str, limit: int) -> str:
    """The text with single hyphens and within the limit; what had to be changed ends in a digest, so stays unique."""
    single = re.sub(r"-{2,}", "-", text)
    if single == text and len(text) <= limit:
        return text
    return f"{single[: limit - 7].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
