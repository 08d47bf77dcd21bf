"""What a person may judge of two records."""

from __future__ import annotations

from typing import Literal

Judgement = Literal["same", "different", "unsure"]
"""They are of one work, of two, or it cannot be told yet."""
