"""Evidence goes out as annotations and comes in as such: from the W3C's model and from Hypothesis, without loss."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyld import jsonld

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import BASE, serving, settings_for

SET = (
    "work",
    "about",
    "state",
    "directness",
    "certainty",
    "quote",
    "quoted_from",
    "locator",
    "note",
    "method",
    "status",
)
"""Members of evidence that can be set."""


class Library:
    """A server to write to, and headers of a curator and of a contributor."""

    def __init__(self, client: httpx.Client, curator: str, reader: str) -> None:
        self.client = client
        self.curator = {"Authorization": f"Bearer {curator}"}
        self.reader = {"Authorization": f"Bearer {reader}"}

    def post(self, document: object, who: dict[str, str] | None = None, **parameters: str) -> httpx.Response:
        headers = {"Content-Type": "application/ld+json", **(who or self.curator)}
        return self.client.post(
            "/annotations", content=json.dumps(document), params=parameters, headers=headers, timeout=60
        )

    def undo(self, answer: httpx.Response) -> None:
        assert self.client.post(answer.json()["undo"], headers=self.curator).status_code == 201

    def evidence(self, annotation: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(annotation.replace("/annotations/", "/id/evidence/")).json()
        return found


@pytest.fixture(scope="module")
def library(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("annotated") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    curator, reader = home.tokens.add("Mara", Role.CURATOR), home.tokens.add("reader", Role.CONTRIBUTOR)
    with serving(home) as client:
        yield Library(client, curator, reader)


def pages(client: httpx.Client, address: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        page = client.get(following).json()
        found += page[name]
        following = page["next"]
    assert page["total"] == len(found)
    return found


def accepted(client: httpx.Client) -> dict[str, dict[str, Any]]:
    works = pages(client, "/works?limit=100", "items")
    every = [one for work in works for one in work["evidence"] if one["status"] == "accepted"]
    return {one["id"]: {name: one[name] for name in SET if name in one} for one in every}


def test_an_annotation_has_the_words_what_stands_around_them_and_the_page(client: httpx.Client) -> None:
    made = client.get("/annotations/professional-role--tuurnas2015").json()
    assert made["id"] == f"{BASE}annotations/professional-role--tuurnas2015"
    assert made["canonical"] == f"{BASE}id/evidence/professional-role--tuurnas2015"
    assert made["body"][0] == {
        "type": "SpecificResource",
        "source": f"{BASE}id/concept/professional-role",
        "purpose": "classifying",
    }
    assert made["target"]["source"] == f"{BASE}id/work/tuurnas2015"
    assert made["target"]["selector"] == [
        {
            "type": "TextQuoteSelector",
            "exact": "The perspective of public service professionals",
            "prefix": "Learning to co-produce? ",
        }
    ]
    assert (made["cp:state"], made["cp:locator"]) == ("cp:discusses", "title")


def test_it_is_json_ld_with_our_words_as_terms(client: httpx.Client) -> None:
    answer = client.get("/annotations/professional-role--tuurnas2015", headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"].startswith('application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"')
    document = answer.json()
    assert document["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    ours = {**document, "@context": document["@context"][1]}  # the W3C's context is not fetched here
    (expanded,) = jsonld.expand(ours)
    assert expanded[f"{BASE}ontology#state"] == [{"@id": f"{BASE}ontology#discusses"}]
    assert expanded[f"{BASE}ontology#locator"] == [{"@value": "title"}]


def test_lists_are_paged_filtered_and_of_a_version(client: httpx.Client) -> None:
    every = pages(client, "/annotations?limit=40", "items")
    assert {one["canonical"].rpartition("/")[2] for one in every} == set(accepted(client))
    of_work = pages(client, "/works/ostrom1996/annotations?limit=2", "items")
    assert of_work == pages(client, "/annotations?work=ostrom1996", "items")
    assert all(one["target"]["source"].endswith("/ostrom1996") for one in of_work)
    on_claim = pages(client, "/annotations?about=low-professionalisation-enables", "items")
    assert [one["body"][0]["source"].rpartition("/")[2] for one in on_claim] == ["low-professionalisation-enables"]
    assert client.get("/annotations?status=proposed").json()["total"] == 0
    assert client.get("/annotations?at=1").headers["commonplace-version"] == "1"
    assert client.get("/works/nobody1999/annotations").status_code == 404
    assert client.get("/annotations?work=nobody1999").status_code == 400
    assert client.get("/annotations/none--nobody").status_code == 404


def test_hypothesis_gets_rows_as_its_api_has_them(client: httpx.Client) -> None:
    (first, *_) = pages(client, "/works/tuurnas2015/annotations?form=hypothesis&limit=3", "rows")
    assert first["uri"].startswith("https://doi.org/10.")
    assert {"id", "created", "user", "text", "tags", "target", "document", "links"} <= first.keys()
    assert first["document"]["title"][0].startswith("Learning to co-produce?")
    assert first["target"][0]["source"] == first["uri"]
    assert any(tag.startswith(("concept:", "claim:")) for tag in first["tags"])


@pytest.mark.parametrize(("form", "name"), [("w3c", "items"), ("hypothesis", "rows")])
def test_all_evidence_comes_back_as_it_went_out(library: Library, form: str, name: str) -> None:
    before = accepted(library.client)
    went_out = pages(library.client, f"/annotations?form={form}&limit=1000", name)
    again = library.post({name: went_out})
    assert (again.status_code, again.json()["fates"]["matched"]) == (200, len(before))

    keys = [work["key"] for work in pages(library.client, "/works?limit=100", "items")]
    about = {one["about"] for one in before.values()}
    change = [{"remove_concept": {"about": key}} for key in sorted(about)]
    gone = library.client.post(
        "/bulk", json={"select": {"keys": keys}, "change": change}, headers=library.curator, timeout=60
    )
    assert gone.status_code == 200, gone.text
    assert accepted(library.client) == {}
    back = library.post({name: went_out})
    assert (back.status_code, back.json()["fates"]) == (201, {"new": len(before), "matched": 0, "failed": 0})
    assert sorted(map(json.dumps, accepted(library.client).values())) == sorted(map(json.dumps, before.values()))
    library.undo(back)
    undone = library.client.post(f"/changes/{gone.headers['commonplace-version']}/undo", headers=library.curator)
    assert undone.status_code == 201
    assert accepted(library.client) == before


FOREIGN = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "type": "Annotation",
    "body": [
        {"type": "TextualBody", "value": "facilitator", "purpose": "tagging"},
        {"type": "TextualBody", "value": "They mean the municipality."},
    ],
    "target": {
        "source": "https://doi.org/10.1016/0305-750x(96)00023-x",
        "selector": {"type": "TextQuoteSelector", "exact": "Synergy", "prefix": "Coproduction, "},
    },
}


def test_a_contributor_proposes_and_a_curator_decides(library: Library) -> None:
    assert library.client.post("/annotations", json=FOREIGN).status_code == 401
    tried = library.post(FOREIGN, library.reader, dry_run="true")
    assert (tried.status_code, tried.json()["fates"]["new"]) == (200, 1)
    proposed = library.post(FOREIGN, library.reader)
    assert proposed.status_code == 201, proposed.text
    address = proposed.headers["location"]
    evidence = library.evidence(address)
    assert {name: evidence[name] for name in SET if name in evidence} == {
        "work": "ostrom1996",
        "about": "facilitator",
        "state": "discusses",
        "directness": "indirect",
        "certainty": "low",
        "quote": "Synergy",
        "note": "They mean the municipality.",
        "method": "human",
        "status": "proposed",
    }
    assert (evidence["agent"], evidence["quote_check"]) == ("reader", "exact")
    assert address.rpartition("/")[2] not in accepted(library.client)
    again = library.post(FOREIGN, library.curator)
    assert (again.status_code, again.json()["items"][0]["fate"]) == (200, "matched")
    library.undo(proposed)
    of_curator = library.post(FOREIGN, library.curator)
    assert library.evidence(of_curator.headers["location"])["status"] == "accepted"
    library.undo(of_curator)


def test_an_export_of_hypothesis_is_taken_in_and_what_fails_is_told(library: Library) -> None:
    def row(uri: str, *tags: str, **more: Any) -> dict[str, Any]:
        selector = [
            {"type": "RangeSelector", "startContainer": "/div[1]"},
            {"type": "TextPositionSelector", "start": 4, "end": 9},
            {"type": "TextQuoteSelector", "exact": "great divide", "prefix": "the ", "suffix": ":"},
            {"type": "PageSelector", "index": 3, "label": "1076"},
        ]
        return {"uri": uri, "text": "", "tags": list(tags), "target": [{"source": uri, "selector": selector}], **more}

    doi = "https://doi.org/10.1016/0305-750X(96)00023-X"
    export = {
        "export_date": "2026-01-01T00:00:00Z",
        "export_userid": "acct:someone@hypothes.is",
        "annotations": [
            row(doi, "concept:enabling-condition", "discusses", "direct", "certainty:moderate", "to read"),
            row(doi, "low-professionalisation-enables"),
            row("https://nowhere.example/paper.pdf", "facilitator"),
            row(doi, "no such thing"),
            row(doi, "Professional as leader"),
            row(doi),
            row(doi, "facilitator", references=["abc"]),
        ],
    }
    answer = library.post(export)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["fates"] == {"new": 2, "matched": 0, "failed": 5}
    assert answer.headers["location"] == f"/changes/{told['version']}"
    evidence = library.evidence(told["items"][0]["annotation"])
    assert (evidence["about"], evidence["certainty"], evidence["locator"]) == (
        "enabling-condition",
        "moderate",
        "p. 1076",
    )
    assert evidence["note"] == "(tags: to read)"
    by_label = library.evidence(told["items"][4]["annotation"])
    assert (by_label["about"], by_label["state"], by_label["certainty"]) == ("leader-role", "discusses", "low")
    why = [item["error"] for item in told["items"] if item["fate"] == "failed"]
    assert "supports or contradicts or silent" in why[0]
    assert "nowhere.example" in why[1]
    assert "no such thing" in why[2]
    assert "what it is about" in why[3]
    assert "reply" in why[4]
    shown = library.client.get(told["items"][0]["annotation"]).json()
    assert {
        "type": "FragmentSelector",
        "conformsTo": "http://tools.ietf.org/rfc/rfc3778",
        "value": "page=1076",
    } in shown["target"]["selector"]
    library.undo(answer)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({}, "body"),
        ([], "body"),
        ({**FOREIGN, "target": "https://nowhere.example/"}, "target"),
        ({**FOREIGN, "body": []}, "body"),
        ({**FOREIGN, "cp:certainty": "perhaps"}, "certainty"),
    ],
)
def test_what_cannot_be_evidence_is_refused_with_its_place(library: Library, document: object, where: str) -> None:
    refused = library.post(document)
    assert refused.status_code == 400, refused.text
    assert refused.json()["errors"][0]["where"] == where


def test_what_is_no_annotation_among_others_is_told(library: Library) -> None:
    whole = {"type": "Annotation", "body": "concept:facilitator", "target": "parks1981"}
    answer = library.post(["a text", whole, {"colour": "red"}, [None]], dry_run="true")
    assert answer.status_code == 200, answer.text
    told = [(item["position"], item["fate"], item.get("where")) for item in answer.json()["items"]]
    failed = "annotation"
    assert told == [(1, "failed", failed), (2, "new", None), (3, "failed", failed), (4, "failed", failed)]
    assert "colour" in answer.json()["items"][2]["error"]


def test_other_content_and_a_library_that_moved_on_are_refused(library: Library) -> None:
    headers = {**library.curator, "Content-Type": "text/plain"}
    assert library.client.post("/annotations", content=b"x", headers=headers).status_code == 415
    moved = library.client.post("/annotations", json=FOREIGN, headers={**library.curator, "If-Match": '"9999"'})
    assert moved.status_code == 412
    broken = library.client.post(
        "/annotations", content=b"{", headers={**library.curator, "Content-Type": "application/json"}
    )
    assert broken.status_code == 400
