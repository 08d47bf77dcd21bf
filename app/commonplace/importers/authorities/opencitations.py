"""Ask the OpenCitations Index (version 2) what a work cites and what cites it, by DOI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from commonplace.errors import Message
from commonplace.importers.authorities.facts import text_at
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import RefusedByAgency
from commonplace.model.identifiers import doi_key, normal_doi

Direction = Literal["references", "citations"]

_DOI = re.compile(r"(?:^|\s)doi:(\S+)", re.IGNORECASE)
_ENDS: dict[Direction, tuple[str, str]] = {"references": ("citing", "cited"), "citations": ("cited", "citing")}
"""Members that have the work that was asked for, and the one at the other end."""


@dataclass(frozen=True, slots=True)
class IndexedCitation:
    """A citation of the index: its identifier (OCI), and the DOI of the work at the other end."""

    oci: str
    doi: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index knows of a work in one direction; `without_doi` counts what it knows without a DOI."""

    citations: tuple[IndexedCitation, ...]
    without_doi: int


def indexed_citations(client: AgencyClient, base: str, doi: str, direction: Direction) -> Indexed:
    """Return what the index knows of the work of a DOI. Raises `AgencyFault`, also for citations of another work."""
    answer = client.get_json(f"{base}/{direction}/doi:{quote(doi, safe='/')}", _is_list)
    own, other = _ENDS[direction]
    wanted = doi_key(doi)
    for row in answer:
        if (named := set(_dois(text_at(row, own)))) and wanted not in {doi_key(one) for one in named}:
            raise RefusedByAgency(
                Message(
                    "OpenCitations answered with citations of %(named)s, and not of %(doi)s", named=min(named), doi=doi
                )
            )
    found: dict[str, IndexedCitation] = {}
    without = 0
    for row in answer:
        dois = list(_dois(text_at(row, other)))
        if not dois:
            without += 1
        elif doi_key(dois[0]) != wanted:  # no work cites itself
            found.setdefault(doi_key(dois[0]), IndexedCitation(text_at(row, "oci") or "", dois[0]))
    return Indexed(tuple(found.values()), without)


def _is_list(answer: Any) -> bool:
    return isinstance(answer, list) and all(
        isinstance(row, dict) and "citing" in row and "cited" in row for row in answer
    )


def _dois(identifiers: str | None) -> Iterator[str]:
    """Yield the DOIs among identifiers with spaces between them: `omid:br/06… doi:10.… pmid:…`."""
    for text in _DOI.findall(identifiers or ""):
        try:
            yield normal_doi(text)
        except ValueError:
            continue
