"""Read a pasted list of names, and match each with the people of the library."""

from __future__ import annotations

import re

from commonplace.curation.people_matching import match_people
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.importers.bibtex.name_list import read_names
from commonplace.library.curation_schemas import MatchedName, MatchedPerson
from commonplace.model.minter import Minter
from commonplace.model.names import Name

MAXIMUM_NAMES = 1_000
"""Maximum number of names of one list."""

_LINES = re.compile(r"[\n;]+")
_NUMBERED = re.compile(r"^\s*(?:\d{1,4}[.)]|[-*\u2022])\s+")


def read_list(text: str) -> list[tuple[str, Name]]:
    """Return the names of a list as they are written and as they are read.

    Names stand one a line, or with semicolons or `and` between them; numbers and bullets before them do not matter.
    Raises `BadRequest` when there is none, or there are too many.
    """
    found: list[tuple[str, Name]] = []
    for line in _LINES.split(text):
        written = _NUMBERED.sub("", line).strip().strip(",")
        names = read_names(written).names if written else ()
        found += [(written if len(names) == 1 else name.full, name) for name in names]
    if not found:
        raise BadRequest("there is no name in this list", [("names", "one a line, or with semicolons between them")])
    if len(found) > MAXIMUM_NAMES:
        raise BadRequest(
            Message("%(number)s names are too many", number=f"{len(found):,}"),
            [("names", Message("send at most %(maximum_names)s at once", maximum_names=f"{MAXIMUM_NAMES:,}"))],
        )
    return found


def matched_names(snapshot: Snapshot, text: str, minter: Minter) -> list[MatchedName]:
    """Return each name of a list with the people who may be meant. Raises `BadRequest` as `read_list` does."""
    listed = read_list(text)
    matches = match_people(snapshot, [name for _, name in listed], minter)
    return [
        MatchedName(
            written=written,
            family=name.family,
            given=name.given,
            particle=name.particle,
            suffix=name.suffix,
            literal=name.literal,
            candidates=[
                MatchedPerson(
                    iri=one.person.value,
                    key=minter.key(one.person.value),
                    label=one.name,
                    score=one.score,
                    reasons=one.reasons,
                )
                for one in found
            ],
        )
        for (written, name), found in zip(listed, matches, strict=True)
    ]
