"""Hold one line of a review tool's file: the signs of a work, and what each reviewer decided of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["include", "exclude", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDecision:
    """One record of a tool's file. `line` counts from 1, and is None in a file that has no lines of its own (JSON).

    `keys` are texts that may be the work's key here, the likeliest first. `votes` has each reviewer's verdict by name;
    a tool that names nobody has one under `""`. It is empty where the record says nothing of a decision.
    """

    position: int
    line: int | None
    keys: tuple[str, ...] = ()
    doi: str | None = None
    title: str | None = None
    year: int | None = None
    votes: dict[str, Verdict] = field(default_factory=dict)
    reason: str | None = None


def year_of(text: str) -> int | None:
    """Return the year that a text begins with, in four digits."""
    digits = text.strip()[:4]
    return int(digits) if len(digits) == 4 and digits.isdecimal() else None
