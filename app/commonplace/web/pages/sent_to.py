"""Say to a browser what is at an address that takes what is sent to it, and where people do and see the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class SentTo:
    """What an address takes, and pages to go on to, each an address with what it is."""

    takes: str
    onward: Sequence[tuple[str, str]]


CHANGED = ("/changes", "What changed")
OTHER = SentTo(
    "Programs send something to this address; there is nothing at it to read.",
    (("/", "To the beginning"), ("/docs", "The API")),
)
"""What is said of an address that has no words of its own."""

PLACES = {
    "imports": SentTo(
        "Programs send bibliographies to this address. Each import has a page of its own, its receipt.",
        (("/desk/import", "Import at the desk"), CHANGED),
    ),
    "merges": SentTo(
        "Programs merge things here that were one. People do it at the desk, side by side.",
        (("/duplicates", "Likely duplicates"), ("/desk/duplicates", "Decide on them at the desk"), CHANGED),
    ),
    "evidence": SentTo(
        "Programs send evidence to this address. It is read where it speaks: with concepts, claims and works.",
        (("/concepts", "Concepts"), ("/claims", "Claims"), ("/desk/suggestions", "Judge at the desk"), CHANGED),
    ),
    "decisions": SentTo(
        "Programs send the decisions of a review tool to this address.",
        (("/screenings", "Decisions of the review"), ("/prisma", "PRISMA"), CHANGED),
    ),
    "bulk": SentTo(
        "Programs change many works at once here. People do it at the desk, and see each change before.",
        (("/desk/bulk", "Change many works"), CHANGED),
    ),
    "citations": SentTo(
        "Programs have citations taken in from elsewhere here. They are read with each work, and on the map.",
        (("/works", "Works"), ("/map", "Map")),
    ),
    "names": SentTo("Programs match lists of names here.", (("/people", "People"), ("/search", "Search"))),
    "undo": SentTo("Programs take changes back here. People do it where the change is shown.", (CHANGED,)),
}
"""Addresses that take only what is sent to them, by their beginnings."""


def sent_to(path: str) -> SentTo:
    """Return what is said of the address with that path."""
    first, _, rest = path.strip("/").partition("/")
    found = PLACES.get(first, OTHER)
    if first == "evidence" and rest and "/" not in rest:
        own = (f"/id/evidence/{quote(rest, safe='')}", "This piece of evidence")
        return SentTo(found.takes, (own, *found.onward))
    return found
