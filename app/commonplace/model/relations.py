"""Hold what a registration agency says of a work beyond its record: what it cites, and how it relates to other works.

Properties are those of the graph: CiTO for citing, reviewing, correcting and retracting, DC Terms
for versions. A work that the library does not hold is named by the address of its DOI.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from commonplace.model.identifiers import doi_key
from commonplace.model.json_text import read_json

DOI_ADDRESS = "https://doi.org/"

STATUSES = ("corrected", "expression-of-concern", "withdrawn", "retracted")
"""Publication statuses (local names of our terms), the gravest last: it is the one a work shows."""

_STATUS_OF_GENRE = {
    "corrected and republished article": "corrected",
    "publication with expression of concern": "expression-of-concern",
    "retracted article": "retracted",
    "retracted publication": "retracted",
    "withdrawn publication": "withdrawn",
}
"""Kinds of publication, as PubMed and the Web of Science name them, and the status that each says."""

_DOI_SAFE = "/:;()-._~!$*+,=@'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of a work's list of references. `number` counts from 1; `text` is what there is to show of it.

    `title`, `author` (the first one's family name, or the whole name), `year`, `volume` and
    `first_page` are what it can be recognised by where it has no `doi`.
    """

    number: int
    text: str
    doi: str | None = None
    title: str | None = None
    author: str | None = None
    year: str | None = None
    volume: str | None = None
    first_page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One statement from a work to another, which is named by `doi`, or by `iri` where it has none.

    `own_status` is what the relation makes of the work itself (it has been retracted by the other),
    `other_status` what it makes of the other: local names, of `STATUSES`.
    """

    property: NamedNode
    doi: str | None = None
    iri: str | None = None
    own_status: str | None = None
    other_status: str | None = None


def gravest(statuses: Iterable[str | None]) -> str | None:
    """Return the gravest of some publication statuses; None when there is none that is known."""
    return max((one for one in statuses if one in STATUSES), key=STATUSES.index, default=None)


def status_of_genre(genre: str | None) -> str | None:
    """Return the publication status that kinds of publication between semicolons say, None where they say none."""
    kinds = (genre or "").lower().split(";")
    return gravest(_STATUS_OF_GENRE.get(kind.strip()) for kind in kinds)


def status_of_fields(extra: Mapping[str, str]) -> str | None:
    """Return the publication status that a record's other fields say, None where they say none that is known."""
    said = extra.get("status")
    return gravest([said.strip().lower()]) if said else None


def doi_iri(doi: str) -> NamedNode:
    """Return the address of a DOI, one for all its spellings."""
    return NamedNode(DOI_ADDRESS + quote(doi_key(doi), safe=_DOI_SAFE))


def reference_json(references: Iterable[Reference]) -> str:
    """Return references as the text of an `rdf:JSON` literal: an array of `number`, `text` and `doi`, by number."""
    rows = [
        {"number": ref.number, "text": ref.text, **({"doi": ref.doi} if ref.doi else {})}
        for ref in sorted(references, key=lambda ref: ref.number)
    ]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


def read_reference_json(text: str) -> list[Reference]:
    """Return the references in such a text. Raises `ValueError` when it is not such an array."""
    rows: list[Mapping[str, Any]] = read_json(text)
    return [Reference(number=int(row["number"]), text=str(row["text"]), doi=row.get("doi")) for row in rows]
