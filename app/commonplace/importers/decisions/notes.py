"""Read what review tools write into notes: Rayyan's marks, and those of ASReview in RIS."""

from __future__ import annotations

import re
from collections.abc import Mapping

from commonplace.importers.decisions.decision import Verdict

_INCLUSION = re.compile(r"RAYYAN-INCLUSION:\s*\{([^}]*)\}")
_VOTE = re.compile(r'"+([^"]+)"+\s*=>\s*"+([^"]+)"+')
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|\n]*)")
_KEY = re.compile(r"COMMONPLACE-KEY:\s*([^\s|]+)")
_ASREVIEW: Mapping[str, Verdict] = {
    "ASReview_relevant": "include",
    "ASReview_irrelevant": "exclude",
    "ASReview_not_seen": "undecided",
}
_SAID: Mapping[str, Verdict] = {"included": "include", "excluded": "exclude"}


def note_votes(notes: str) -> dict[str, Verdict]:
    """Return each reviewer's verdict: Rayyan's `RAYYAN-INCLUSION: {"Ana"=>"Included"}`, else ASReview's mark."""
    if found := _INCLUSION.search(notes):
        return {who.strip(): _SAID.get(what.strip().lower(), "undecided") for who, what in _VOTE.findall(found[1])}
    marked = [verdict for mark, verdict in _ASREVIEW.items() if re.search(rf"\b{mark}\b", notes)]
    return {"": marked[0]} if marked else {}


def note_reason(notes: str) -> str | None:
    """Return the reasons for which Rayyan's reviewers exclude a work."""
    found = _REASONS.search(notes)
    return found[1].strip().strip(",") or None if found else None


def rayyan_key(notes: str) -> str | None:
    """Return the key of the work that an export for Rayyan left in the notes."""
    found = _KEY.search(notes)
    return found[1] if found else None
