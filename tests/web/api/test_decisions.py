"""What review tools decided comes in as evidence and screenings; what cannot be matched is told line by line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

ASREVIEW = """\
key,title,year,doi,included,asreview_label,asreview_note
ostrom1996,,,,,1,
,Nothing like it,1999,10.1016/0305-750x(96)00023-x,,1,
,"Realising the potential of co-production: Negotiating improvements in public services",2008,,,0,off topic
,"Realising the potential of co-production: Negotiating improvements in public services",,,,0,
bovaird2007,,,,,,
,Not held here,2020,10.1000/nowhere,0,,
"""
RAYYAN = """\
key,title,year,doi,notes
rayyan-1,"Two
lines",1900,,"COMMONPLACE-KEY: ostrom1996 | RAYYAN-INCLUSION: {""Ana""=>""Included"", ""Bo""=>""Included""} | X: a"
rayyan-2,,,,"RAYYAN-INCLUSION: {""Ana""=>""Included"", ""Bo""=>""Excluded""} | COMMONPLACE-KEY: bovaird2007"
rayyan-3,,,,"RAYYAN-INCLUSION: {""Ana""=>""Maybe""} | COMMONPLACE-KEY: needham2008"
r4,,,,"COMMONPLACE-KEY: pestoff2009 | RAYYAN-INCLUSION: {""Bo""=>""Excluded""} | RAYYAN-EXCLUSION-REASONS: far off"
"""
COVIDENCE = """\
Title,Authors,Abstract,Published Year,DOI,Ref,Covidence #,Notes
,,,,,ostrom1996,#1,
,,,,,bovaird2007,#2,Exclusion reason: wrong setting;
"""
EPPI: dict[str, Any] = {
    "CodeSets": [
        {
            "Attributes": {
                "AttributesList": [
                    {"AttributeId": 1, "AttributeName": "EXCLUDE on topic", "AttributeType": "Exclude"},
                    {"AttributeId": 2, "AttributeName": "Second opinion", "AttributeType": "Include"},
                    {"AttributeId": 3, "AttributeName": "Country", "AttributeType": "Selectable (show checkbox)"},
                ]
            }
        }
    ],
    "References": [
        {"ItemId": 9, "DOI": "https://doi.org/10.1016/0305-750X(96)00023-X", "Codes": [{"AttributeId": 2}]},
        {"ItemId": 8, "OldItemId": "bovaird2007", "Codes": [{"AttributeId": 1}, {"AttributeId": 3}]},
        {"ItemId": 7, "OldItemId": "needham2008", "Codes": [{"AttributeId": 1}, {"AttributeId": 2}]},
        {"ItemId": 6, "OldItemId": "pestoff2009"},
    ],
}
RIS = """\
TY  - JOUR
ID  - ostrom1996
N1  - ASReview_relevant
ER  -
TY  - JOUR
ID  - bovaird2007
N1  - ASReview_not_seen
ER  -
"""


class Reviewing:
    """A server to write to, and headers of a curator and of a contributor."""

    def __init__(self, client: httpx.Client, curator: str, reader: str) -> None:
        self.client = client
        self.curator = {"Authorization": f"Bearer {curator}"}
        self.reader = {"Authorization": f"Bearer {reader}"}

    def send(self, text: str, asked: dict[str, str], who: dict[str, str] | None = None) -> httpx.Response:
        headers = {"Content-Type": "text/csv", **(who or self.curator)}
        return self.client.post("/decisions", content=text.encode(), params=asked, headers=headers)

    def kept(self, text: str, **asked: str) -> dict[str, Any]:
        answer = self.send(text, asked)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        assert sum(found["fates"].values()) == len(found["items"])
        return found

    def undo(self, kept: dict[str, Any]) -> None:
        assert self.client.post(kept["undo"], headers=self.curator).status_code == 201

    def get(self, address: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(address, follow_redirects=True).raise_for_status().json()
        return found


@pytest.fixture(scope="module")
def review(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewing]:
    folder = tmp_path_factory.mktemp("decided") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    reader = home.tokens.add("a reader", Role.CONTRIBUTOR)
    with serving(home) as client:
        curator = (folder / "token").read_text().strip()
        made = Reviewing(client, curator, reader)
        concept = {"key": "digital-tools", "labels": {"en": "digital tools"}, "definitions": {"en": "tools"}}
        answer = client.post("/concepts", json=concept, headers=made.curator)
        assert answer.status_code == 201, answer.text
        yield made


def fates(kept: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    return [(item.get("line"), item["fate"], item.get("work")) for item in kept["items"]]


def test_asreview_decides_by_key_doi_or_title_with_year(review: Reviewing) -> None:
    before = review.get("/works?discusses=digital-tools")["coverage"]
    preview = review.kept(ASREVIEW, concept="digital-tools", dry_run="true")
    assert "version" not in preview
    kept = review.kept(ASREVIEW, concept="digital-tools")
    assert kept["tool"] == "asreview"
    assert (
        fates(kept)
        == fates(preview)
        == [
            (2, "new", "ostrom1996"),
            (3, "matched", "ostrom1996"),
            (4, "new", "needham2008"),
            (5, "failed", None),
            (6, "undecided", "bovaird2007"),
            (7, "failed", None),
        ]
    )
    assert "year" in kept["items"][3]["why"]
    made = review.get(kept["items"][0]["evidence"])
    assert (made["state"], made["agent"], made["method"], made["status"]) == (
        "discusses", "ASReview", "human", "accepted",
    )  # fmt: skip
    silent = review.get(kept["items"][2]["evidence"])
    assert (silent["state"], silent["note"]) == ("silent", "excluded in ASReview: off topic")
    coverage = review.get("/works?discusses=digital-tools")["coverage"]
    assert coverage["discusses"] == before["discusses"] + 1
    assert coverage["silent"] == before["silent"] + 1
    again = review.send(ASREVIEW, {"concept": "digital-tools"})
    assert again.status_code == 200
    assert again.json()["fates"]["new"] == 0
    other = review.kept(ASREVIEW.replace(",,1,", ",,0,"), concept="digital-tools", dry_run="true")
    assert [item["fate"] for item in other["items"][:2]] == ["conflict", "conflict"]
    assert "holds that it discusses" in other["items"][0]["why"]
    review.undo(kept)
    assert review.get("/works?discusses=digital-tools")["coverage"] == before


def test_rayyan_s_reviewers_are_told_where_they_do_not_agree(review: Reviewing) -> None:
    kept = review.kept(RAYYAN, concept="digital-tools", stage="title-abstract")
    assert fates(kept) == [
        (2, "new", "ostrom1996"),
        (4, "conflict", "bovaird2007"),
        (5, "undecided", "needham2008"),
        (6, "new", "pestoff2009"),
    ]
    assert "Ana: include" in kept["items"][1]["why"]
    assert "Bo: exclude" in kept["items"][1]["why"]
    evidence = review.get(kept["items"][0]["evidence"])
    assert (evidence["note"], evidence["locator"]) == ("included in Rayyan by 2 reviewers", "title and abstract")
    screening = review.get(kept["items"][3]["screening"])
    assert (screening["verdict"], screening["reason"], screening["agent"]) == ("exclude", "far off", "Rayyan")
    exported = review.client.get("/export?format=asreview").text.splitlines()
    included = {
        line.split(",")[0]: line.rsplit(",", 1)[1] for line in exported if line.startswith(("ostrom1996", "pest"))
    }
    assert included["ostrom1996"] == "1"
    review.undo(kept)


def test_a_receipt_is_read_again_without_the_names_of_reviewers(review: Reviewing) -> None:
    asked = {"concept": "digital-tools", "stage": "full-text", "filename": "rayyan.csv"}
    made = review.send(RAYYAN.replace("pestoff2009", "parks1981"), asked)
    assert made.status_code == 201, made.text
    told, address = made.json(), made.headers["location"]
    assert address == f"/decisions/{told['version']}"
    answer = review.client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    kept = answer.json()
    assert (kept["file"], kept["version"], kept["undo"]) == ("rayyan.csv", told["version"], told["undo"])
    assert kept["fates"] == told["fates"]
    assert "1 include, 1 exclude" in kept["items"][1]["why"]
    assert "Ana" not in answer.text
    differ = [one["position"] for one, other in zip(told["items"], kept["items"], strict=True) if one != other]
    assert differ == [kept["items"][1]["position"]], "the names are all that is left out"
    assert review.get(f"/changes/{told['version']}")["receipt"] == address
    assert review.client.get("/decisions/1").status_code == 404, "version 1 was made otherwise"
    page = review.client.get(address, headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "1 include, 1 exclude" in page.text
    assert "parks1981" in page.text
    review.undo(told)
    assert review.get(address) == kept


def test_covidence_s_lists_need_a_verdict_where_no_reason_says_it(review: Reviewing) -> None:
    unsaid = review.kept(COVIDENCE, concept="digital-tools", dry_run="true")
    assert [item["fate"] for item in unsaid["items"]] == ["failed", "new"]
    assert unsaid["tool"] == "covidence"
    said = review.kept(COVIDENCE, concept="digital-tools", verdict="include", dry_run="true")
    assert [(item["fate"], item["verdict"]) for item in said["items"]] == [("new", "include"), ("new", "exclude")]


def test_eppi_reviewer_s_codes_decide(review: Reviewing) -> None:
    kept = review.kept(json.dumps(EPPI), concept="digital-tools", dry_run="true")
    assert kept["tool"] == "eppi-reviewer"
    assert [(item["fate"], item.get("work")) for item in kept["items"]] == [
        ("new", "ostrom1996"),
        ("new", "bovaird2007"),
        ("conflict", "needham2008"),
        ("undecided", "pestoff2009"),
    ]


def test_half_a_surrogate_pair_in_a_file_ends_nothing(review: Reviewing) -> None:
    reference = {**EPPI["References"][0], "Title": "Crossing \ud800", "Journal": "\udfff"}
    kept = review.kept(json.dumps({**EPPI, "References": [reference]}), concept="digital-tools", dry_run="true")
    assert [(item["fate"], item.get("work")) for item in kept["items"]] == [("new", "ostrom1996")]


def test_marks_in_the_notes_of_ris_decide(review: Reviewing) -> None:
    kept = review.kept(RIS, concept="digital-tools", dry_run="true")
    assert fates(kept) == [(1, "new", "ostrom1996"), (5, "undecided", "bovaird2007")]


def test_works_are_known_as_they_are_after_each_change(review: Reviewing) -> None:
    def named(**signs: str) -> list[tuple[int, str, str | None]]:
        text = f"{','.join(signs)},included\n{','.join(signs.values())},1\n"
        return fates(review.kept(text, concept="digital-tools", dry_run="true"))

    assert named(doi="10.1000/tides") == [(2, "failed", None)]
    entry = "@book{tides2001, title={Tides}, year=2001, doi={10.1000/tides}}"
    headers = {**review.curator, "Content-Type": "application/x-bibtex"}
    taken = review.client.post("/imports", content=entry, headers=headers)
    assert taken.status_code == 201, taken.text
    assert named(doi="10.1000/tides") == [(2, "new", "tides2001")]
    patch = {**review.curator, "Content-Type": "application/merge-patch+json"}
    changed = review.client.patch("/works/tides2001", json={"doi": "10.1000/ebb"}, headers=patch)
    assert changed.status_code == 200, changed.text
    assert named(doi="10.1000/ebb") == [(2, "new", "tides2001")]
    assert named(doi="10.1000/tides") == [(2, "failed", None)]
    assert review.client.delete("/works/tides2001", headers=review.curator).status_code < 300
    assert named(doi="10.1000/ebb") == named(key="tides2001") == [(2, "failed", None)]


def test_lines_that_contradict_one_another_decide_nothing(review: Reviewing) -> None:
    text = "key,included\nostrom1996,1\nostrom1996,0\nbovaird2007,1\n"
    kept = review.kept(text, concept="digital-tools", dry_run="true")
    assert [item["fate"] for item in kept["items"]] == ["conflict", "conflict", "new"]


def test_a_key_and_a_doi_of_two_works_name_none(review: Reviewing) -> None:
    text = "key,doi,included\nbovaird2007,10.1016/0305-750X(96)00023-X,1\n"
    (item,) = review.kept(text, concept="digital-tools", dry_run="true")["items"]
    assert item["fate"] == "failed"
    assert "bovaird2007" in item["why"]
    assert "ostrom1996" in item["why"]


def test_a_contributor_proposes_evidence_and_makes_no_screening(review: Reviewing) -> None:
    text = "key;title;included\nostrom1996;;1\n"  # as spreadsheets of some countries separate cells
    answer = review.send(text, {"concept": "digital-tools"}, review.reader)
    assert answer.status_code == 201, answer.text
    assert review.get(answer.json()["items"][0]["evidence"])["status"] == "proposed"
    review.undo(answer.json())
    assert review.send(text, {"stage": "full-text"}, review.reader).status_code == 403


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(review: Reviewing) -> None:
    text = 'key,title,included\nostrom1996,,1\nbovaird2007,"Beyond,1\nneedham2008,,1\n'
    answer = review.send(text, {"concept": "digital-tools", "dry_run": "true"})
    assert answer.status_code == 400
    assert "after the row of line 2, look at its quotation marks" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("text", "asked", "where"),
    [
        ("key,included\nostrom1996,1\n", {}, "concept"),
        ("key,included\nostrom1996,1\n", {"concept": "no-such-concept"}, "concept"),
        ("a,b\n1,2\n", {"concept": "digital-tools", "tool": "asreview"}, None),
        ("a,b\n1,2\n", {"concept": "digital-tools"}, None),
        ("key,included\n", {"concept": "digital-tools"}, None),
        ('{"References": {}}', {"concept": "digital-tools"}, None),
        ("PK\x03\x04", {"concept": "digital-tools", "tool": "rayyan"}, None),
        ("", {"concept": "digital-tools", "tool": "rayyan"}, None),
        ("key,included\nostrom1996,1\n", {"concept": "digital-tools", "verdict": "exclude"}, "verdict"),
    ],
)
def test_what_is_no_file_of_decisions_is_refused(
    review: Reviewing, text: str, asked: dict[str, str], where: str | None
) -> None:
    answer = review.send(text, asked)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]
    if where:
        assert answer.json()["errors"][0]["where"] == where
