"""Ask ORCID's public API (3.0) for people: by name, and one record by its identifier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from commonplace.errors import Message
from commonplace.importers.authorities.facts import Facts, list_at, several, text_at
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import RefusedByAgency
from commonplace.model.identifiers import normal_orcid

ADDRESS = "https://orcid.org/"
MOST = 10
"""Maximum number of people that a search by name asks for."""


def orcid_search(client: AgencyClient, base: str, family: str, given: str | None) -> list[Facts]:
    """Return the people of that name. Raises `AgencyFault`."""
    words = [f'family-name:"{_quoted(family)}"', *([f'given-names:"{_quoted(given)}"'] if given else [])]
    asked = urlencode({"q": " AND ".join(words), "rows": MOST})
    answer = client.get_json(
        f"{base}/expanded-search/?{asked}", lambda one: isinstance(one, dict) and "num-found" in one
    )
    return list(_found(list_at(answer, "expanded-result")))


def orcid_record(client: AgencyClient, base: str, orcid: str) -> Facts:
    """Return the record of an ORCID. Raises `AgencyFault`, also where the answer is the record of another."""
    answer = client.get_json(f"{base}/{orcid}/record", lambda one: isinstance(one, dict) and "person" in one)
    named = text_at(answer, "orcid-identifier", "path")
    if named != orcid:
        raise RefusedByAgency(
            Message(
                "ORCID answered with the record of %(named)s, and not of %(orcid)s",
                named=named or "nobody",
                orcid=orcid,
            )
        )
    person = answer["person"]
    given = text_at(person, "name", "given-names", "value")
    family = text_at(person, "name", "family-name", "value")
    others = (text_at(one, "content") for one in list_at(person, "other-names", "other-name"))
    credit = text_at(person, "name", "credit-name", "value")
    return Facts(
        source="ORCID",
        scheme="orcid",
        value=orcid,
        names=several(" ".join(filter(None, (given, family))), credit, *others),
        family=family,
        given=given,
        where=several(*_employers(answer)),
        countries=several(*(text_at(one, "country", "value") for one in list_at(person, "addresses", "address"))),
        address=f"{ADDRESS}{orcid}",
    )


def _employers(answer: Any) -> Iterator[str | None]:
    for group in list_at(answer, "activities-summary", "employments", "affiliation-group"):
        for one in list_at(group, "summaries"):
            body = one.get("employment-summary", {}) if isinstance(one, dict) else {}
            place = (text_at(body, "organization", "name"), text_at(body, "organization", "address", "country"))
            yield ", ".join(filter(None, place)) or None


def _found(results: list[Any]) -> Iterator[Facts]:
    for one in results:
        try:
            orcid = normal_orcid(text_at(one, "orcid-id") or "")
        except ValueError:
            continue  # a wrong check digit: no identifier of anybody
        given, family = text_at(one, "given-names"), text_at(one, "family-names")
        others = (name for name in list_at(one, "other-name") if isinstance(name, str))
        bodies = (name for name in list_at(one, "institution-name") if isinstance(name, str))
        yield Facts(
            source="ORCID",
            scheme="orcid",
            value=orcid,
            names=several(" ".join(filter(None, (given, family))), text_at(one, "credit-name"), *others),
            family=family,
            given=given,
            where=several(*bodies),
            address=f"{ADDRESS}{orcid}",
        )


def _quoted(text: str) -> str:
    """Return a text as it stands between quotation marks in a search of ORCID's."""
    return text.replace("\\", " ").replace('"', " ")
