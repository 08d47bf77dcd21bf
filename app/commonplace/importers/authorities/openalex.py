"""Ask OpenAlex for one work by its DOI, which needs no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from commonplace.errors import Message
from commonplace.importers.authorities.facts import Facts, WorkFacts, list_at, several, text_at
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import RefusedByAgency
from commonplace.model.identifiers import doi_key, normal_doi, normal_orcid, normal_ror


def openalex_work(client: AgencyClient, base: str, doi: str) -> WorkFacts:
    """Return what OpenAlex has of the work of a DOI. Raises `AgencyFault`, also for the record of another work."""
    answer = client.get_json(
        f"{base}/works/doi:{quote(doi, safe='/')}", lambda one: isinstance(one, dict) and "id" in one, follow=True
    )
    named = text_at(answer, "doi")
    try:
        same = named is not None and doi_key(normal_doi(named)) == doi_key(doi)
    except ValueError:
        same = False
    if not same:
        raise RefusedByAgency(
            Message(
                "OpenAlex answered with the record of %(named)s, and not of %(doi)s", named=named or "no DOI", doi=doi
            )
        )
    authorships = list_at(answer, "authorships")
    pmid = (text_at(answer, "ids", "pmid") or "").rpartition("/")[2]
    return WorkFacts(
        address=text_at(answer, "id") or "",
        title=text_at(answer, "title") or text_at(answer, "display_name"),
        identifiers={"pmid": pmid} if pmid.isdecimal() else {},
        authors=tuple(_authors(authorships)),
        institutions=tuple({one.value: one for one in _institutions(authorships)}.values()),
    )


def _authors(authorships: list[Any]) -> Iterator[Facts]:
    for one in authorships:
        try:
            orcid = normal_orcid(text_at(one, "author", "orcid") or "")
        except ValueError:
            continue
        bodies = list_at(one, "institutions")
        yield Facts(
            source="OpenAlex",
            scheme="orcid",
            value=orcid,
            names=several(text_at(one, "author", "display_name"), text_at(one, "raw_author_name")),
            where=several(*(text_at(body, "display_name") for body in bodies)),
            countries=several(*(text_at(body, "country_code") for body in bodies)),
            address=text_at(one, "author", "id") or "",
        )


def _institutions(authorships: list[Any]) -> Iterator[Facts]:
    for one in authorships:
        for body in list_at(one, "institutions"):
            try:
                ror = normal_ror(text_at(body, "ror") or "")
            except ValueError:
                continue
            yield Facts(
                source="OpenAlex",
                scheme="ror",
                value=ror,
                names=several(text_at(body, "display_name")),
                countries=several(text_at(body, "country_code")),
                address=text_at(body, "id") or "",
            )
