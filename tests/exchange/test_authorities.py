"""Look-ups at ORCID, ROR and OpenAlex: candidates with reasons, nothing replaced, and services that misbehave."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commonplace.errors import BadRequest
from commonplace.exchange.authorities import Authorities, LookedFor, Services
from commonplace.exchange.edits import Editor, Edits
from commonplace.home.opening import Home, open_home
from commonplace.model.change import Version
from tests.conftest import settings_for
from tests.importers.doi.agency_server import (
    CUT,
    HALF,
    PAGE,
    TOO_MANY,
    Agencies,
    Trouble,
)
from tests.importers.doi.stand_ins import answers, client_of

OSTROM, OTHER = "0000-0002-1825-0097", "0000-0001-5109-3700"
DOI = "10.1016/0305-750X(96)00023-X"
LEIDEN = "027bh9e22"
CURATOR = Editor("a curator")


def record(orcid: str = OSTROM) -> dict[str, Any]:
    return {
        "orcid-identifier": {"path": orcid},
        "person": {
            "name": {"given-names": {"value": "Elinor"}, "family-name": {"value": "Ostrom"}, "credit-name": None},
            "other-names": {"other-name": [{"content": "Lin Ostrom"}, {"content": "ELINOR OSTROM"}]},
            "addresses": {"address": [{"country": {"value": "US"}}]},
        },
        "activities-summary": {
            "employments": {
                "affiliation-group": [
                    {"summaries": [{"employment-summary": {
                        "organization": {"name": "Indiana University", "address": {"country": "US"}}}}]}
                ]
            }
        },
    }  # fmt: skip


SEARCH = {
    "num-found": 3,
    "expanded-result": [
        {"orcid-id": OTHER, "given-names": "Elinor", "family-names": "Ostrom", "institution-name": ["Elsewhere"]},
        {"orcid-id": OSTROM, "given-names": "Elinor", "family-names": "Ostrom", "other-name": ["Lin Ostrom"]},
        {"orcid-id": "0000-0002-1825-0098", "given-names": "Elinor", "family-names": "Ostrom"},
    ],
}
OPENALEX = {
    "id": "https://openalex.org/W1",
    "doi": f"https://doi.org/{DOI.lower()}",
    "title": "Crossing the great divide",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/17"},
    "authorships": [
        {"author": {"id": "https://openalex.org/A1", "display_name": "E. Ostrom", "orcid": f"https://orcid.org/{OSTROM}"},
         "institutions": [{"display_name": "Indiana University", "country_code": "US"}]},
        {"author": {"display_name": "A. Nother", "orcid": f"https://orcid.org/{OTHER}"}, "institutions": []},
    ],
}  # fmt: skip
ROR = {
    "id": f"https://ror.org/{LEIDEN}",
    "names": [{"value": "Universiteit Leiden", "types": ["label"]}, {"value": "Elsevier", "types": ["ror_display"]}],
    "locations": [{"geonames_details": {"name": "Leiden", "country_name": "The Netherlands", "country_code": "NL"}}],
}


class Looking:
    """A library, its look-ups, and the services that it asks."""

    def __init__(self, home: Home, agencies: Agencies) -> None:
        self.home, self.agencies = home, agencies
        self.services = Services(f"{agencies.url}/orcid", f"{agencies.url}/ror", f"{agencies.url}/openalex")
        self.authorities = self.asking(self.services)
        agencies.always |= {
            f"/orcid/{OSTROM}/record": answers(record()),
            "/orcid/expanded-search/": answers(SEARCH),
            "/openalex/works/doi:": answers(OPENALEX),
            f"/ror/organizations/{LEIDEN}": answers(ROR),
            "/ror/organizations?": answers({"items": [ROR, {"id": "https://ror.org/027bh9e21"}]}),
        }

    def asking(self, services: Services) -> Authorities:
        edits = Edits(self.home.library, self.home.committer)
        return Authorities(self.home.library, edits, services, client_of(self.agencies))

    def person(self, key: str = "elinor-ostrom") -> dict[str, Any]:
        return self.authorities._shape("person", key)[1]

    def take_back(self, version: int) -> None:
        self.home.committer.undo(Version(version), "a curator")


@pytest.fixture(scope="module")
def home(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("looked-up") / "home"
    shutil.copytree(reference_home, folder)
    return open_home(settings_for(folder))


@pytest.fixture
def looking(home: Home, agencies: Agencies) -> Looking:
    return Looking(home, agencies)


def test_a_person_is_looked_for_by_name_and_by_works(looking: Looking) -> None:
    before = looking.home.library.newest()
    found = looking.authorities.look_up("person", "elinor-ostrom")
    first, second = found.candidates
    assert (first.facts.value, second.facts.value) == (OSTROM, OTHER)
    assert first.because == [f"OpenAlex: an author of {DOI}", "ORCID: the name"]
    assert second.because == ["ORCID: the name"]
    (added,) = first.change["identifiers"]
    assert (added["scheme"], added["value"], added["confirmation"]) == ("orcid", OSTROM, "confirmed")
    assert first.change["alternative_names"] == ["Lin Ostrom"]
    assert looking.home.library.newest() == before
    assert "mailto:librarian@example.org" in looking.agencies.requests[0][2]["user-agent"]


def test_what_is_accepted_is_one_version_that_adds_and_is_taken_back(looking: Looking) -> None:
    before = looking.person()
    candidate, edited = looking.authorities.accept("person", "elinor-ostrom", OSTROM, CURATOR)
    assert edited.entry is not None
    after = looking.person()
    (identifier,) = after["identifiers"]
    assert identifier["note"].startswith("ORCID, read 20")
    assert identifier["note"].endswith(": Indiana University, US")
    assert after["alternative_names"] == ["Lin Ostrom"]
    assert {**after, "identifiers": 0, "alternative_names": 0, "version": 0} == {
        **before, "identifiers": 0, "alternative_names": 0, "version": 0,
    }  # fmt: skip
    _, again = looking.authorities.accept("person", "elinor-ostrom", OSTROM, CURATOR)
    assert again.entry is None
    looking.agencies.always[f"/orcid/{OTHER}/record"] = answers(record(OTHER))
    with pytest.raises(BadRequest, match=f"the library holds another ORCID of it, {OSTROM}"):
        looking.authorities.accept("person", "elinor-ostrom", OTHER, CURATOR)
    against = looking.authorities.look_up("person", "victor-pestoff", OSTROM).candidates[0]
    assert "elinor-ostrom has this ORCID" in (against.against or "")
    assert candidate.facts.address == f"https://orcid.org/{OSTROM}"
    looking.take_back(edited.entry.version)
    assert "identifiers" not in looking.person()


def test_an_organization_and_a_work_are_looked_for(looking: Looking) -> None:
    (body,) = looking.authorities.look_up("organization", "elsevier").candidates
    assert body.because == ["ROR: the name is the same"]
    assert body.facts.where == ("Leiden, The Netherlands",)
    assert body.change["alternative_names"] == ["Universiteit Leiden"]
    (given,) = looking.authorities.look_up("organization", "elsevier", f"https://ror.org/{LEIDEN}").candidates
    assert given.facts.value == LEIDEN
    (work,) = looking.authorities.look_up("work", "ostrom1996").candidates
    assert (work.facts.scheme, work.facts.value) == ("pmid", "17")
    with pytest.raises(BadRequest, match="no record of 18: OpenAlex does not have it of this work"):
        looking.authorities.accept("work", "ostrom1996", "18", CURATOR)


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [("person", "elinor-ostrom", "0000-0002-1825-0098"), ("organization", "elsevier", "027bh9e21")],
)
def test_wrong_check_digits_are_refused_before_anybody_is_asked(
    looking: Looking, kind: LookedFor, key: str, text: str
) -> None:
    with pytest.raises(BadRequest, match="wrong"):
        looking.authorities.look_up(kind, key, text)
    assert looking.agencies.requests == []


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (TOO_MANY, "429"),
        (Trouble(500, b"oops"), "500"),
        (CUT, "could not be read|broken or cut off"),
        (HALF, "broken or cut off"),
        (PAGE, "instead of JSON"),
        (Trouble(302, b"", {"Location": "http://127.0.0.1:9/"}), "302"),
        (Trouble(404, b"{}", {"Content-Type": "application/json"}), "404"),
        (answers(record(OTHER)), f"the record of {OTHER}"),
        (answers({"another": "shape"}), "another kind"),
        (answers([]), "another kind"),
    ],
)
def test_a_service_that_misbehaves_is_told_of_and_nothing_is_taken(
    looking: Looking, trouble: Trouble, why: str
) -> None:
    looking.agencies.always[f"/orcid/{OSTROM}/record"] = trouble
    found = looking.authorities.look_up("person", "elinor-ostrom", OSTROM)
    assert found.candidates == []
    (silent,) = found.unavailable
    assert silent.source == "ORCID"
    assert any(one in silent.why for one in why.split("|")), silent.why
    with pytest.raises(BadRequest, match="there is no record of"):
        looking.authorities.accept("person", "elinor-ostrom", OSTROM, CURATOR)


def test_a_service_is_asked_again_when_it_says(looking: Looking) -> None:
    looking.agencies.troubles["/orcid/0000"] = [TOO_MANY]
    (found,) = looking.authorities.look_up("person", "elinor-ostrom", OSTROM).candidates
    assert found.facts.value == OSTROM
    assert 7.0 in looking.agencies.time.slept


def test_a_record_of_another_work_and_odd_shapes_are_no_candidates(looking: Looking) -> None:
    looking.agencies.always["/openalex/works/doi:"] = answers({**OPENALEX, "doi": "https://doi.org/10.1000/other"})
    found = looking.authorities.look_up("work", "ostrom1996")
    assert found.candidates == []
    assert "and not of" in found.unavailable[0].why
    odd = {"id": 7, "names": "x", "items": [None, {"names": [None]}, {"id": ["x"]}]}
    looking.agencies.always["/ror/organizations?"] = answers(odd)
    assert looking.authorities.look_up("organization", "elsevier").candidates == []


def test_a_service_that_may_not_be_asked_is_not(looking: Looking) -> None:
    asking = looking.asking(replace(looking.services, orcid=None, openalex=None))
    found = asking.look_up("person", "victor-pestoff")
    assert found.candidates == []
    assert [one.source for one in found.unavailable] == ["OpenAlex", "ORCID"], "once, of several works"
    assert looking.agencies.requests == []
