"""Ask as OpenRefine asks: the manifest, a batch by form, the preview and flyout of what was chosen, more columns."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from tests.clients.reconciliation_shapes import (
    Extension,
    Flyout,
    Manifest,
    Proposal,
    Result,
    Suggested,
    SuggestedEntities,
    results,
)

COLUMN = {
    "q0": "Crossing the great divide: coproduction, synergy and development",
    "q1": "Beyond engagement and participation",
    "q2": "10.1016/0305-750x(96)00023-x",
    "q3": "Citizens' Initiatives: How Local Governments Fill Their Facilitative Role",
    "q4": "ostrom1996",
    "q5": "A work that nobody wrote about zymurgy",
    "q6": "Crossing the great devide coproduction synergy and development",
    "q7": "work/ostrom1996",
    "q8": "Introduction",
    "q9": "CROSSING THE GREAT DIVIDE: COPRODUCTION, SYNERGY, AND DEVELOPMENT.",
}
"""Ten cells of a column, as a spreadsheet has them."""


class OpenRefine:
    """What OpenRefine does with the address of a service, and nothing else: no setting, no knowledge of us."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        answer = client.get("/reconcile", headers={"Origin": "http://127.0.0.1:3333"})
        assert answer.headers["access-control-allow-origin"] == "*"
        self.manifest = Manifest.model_validate(answer.json(), strict=True)

    def reconcile(self, cells: Mapping[str, str], **more: Any) -> dict[str, Result]:
        """Send a batch as a form."""
        assert len(cells) <= self.manifest.batchSize
        queries = {name: {"query": text, "type_strict": "should", "limit": 3, **more} for name, text in cells.items()}
        answer = self._client.post("/reconcile", data={"queries": json.dumps(queries)})
        assert answer.status_code == 200, answer.text
        found = results(answer.json())
        assert set(found) == set(cells)
        return found

    def extend(self, ids: list[str], *properties: dict[str, Any]) -> Extension:
        """Ask for more columns."""
        asked = {"ids": ids, "properties": properties}
        answer = self._client.post("/reconcile", data={"extend": json.dumps(asked)})
        return Extension.model_validate(answer.json(), strict=True)

    def suggest(self, what: str, prefix: str, **more: Any) -> Any:
        """Ask as the widget asks while it is typed, with what jQuery adds."""
        service = getattr(self.manifest.suggest, what)
        answer = self._client.get(
            service.service_url + service.service_path, params={"prefix": prefix, "_": "1700000000000", **more}
        )
        return (SuggestedEntities if what == "entity" else Suggested).model_validate(answer.json(), strict=True)

    def flyout(self, what: str, id: str) -> Flyout:
        """Ask for what is shown beside a suggestion."""
        service = getattr(self.manifest.suggest, what)
        address = service.flyout_service_url + service.flyout_service_path.replace("${id}", quote(id, safe=""))
        return Flyout.model_validate(self._client.get(address).json(), strict=True)

    def preview(self, id: str) -> httpx.Response:
        """Open the frame of a candidate."""
        return self._client.get(self.manifest.preview.url.replace("{{id}}", quote(id, safe="")))


def test_a_column_is_matched_previewed_and_extended(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    found = refine.reconcile(COLUMN, type="work")
    matched = {name: one.result[0].id for name, one in found.items() if one.result and one.result[0].match}
    assert matched == dict.fromkeys(("q0", "q2", "q4", "q7", "q9"), "work/ostrom1996") | {"q3": "work/bakker2012"}
    assert found["q1"].result[0].id == "work/bovaird2007", (
        "a title without its subtitle is found, for a person to judge"
    )
    assert found["q6"].result[0].id == "work/ostrom1996", "one letter is wrong"
    assert not found["q5"].result or found["q5"].result[0].score < 40
    assert all(len(one.result) <= 3 for one in found.values())

    chosen = sorted(set(matched.values()))
    table = refine.extend(chosen, {"id": "author"}, {"id": "year"}, {"id": "doi"}, {"id": "venue"})
    assert [column.id for column in table.meta] == ["author", "year", "doi", "venue"]
    row = table.model_dump()["rows"]["work/ostrom1996"]
    assert row == {
        "author": [{"id": "person/elinor-ostrom", "name": "Elinor Ostrom"}],
        "year": [{"int": 1996}],
        "doi": [{"str": "10.1016/0305-750X(96)00023-X"}],
        "venue": [{"id": "venue/world-development", "name": "World Development"}],
    }
    again = refine.extend(["person/elinor-ostrom"], {"id": "works"}, {"id": "family"}).model_dump()["rows"]
    assert "work/ostrom1996" in {one["id"] for one in again["person/elinor-ostrom"]["works"]}

    page = refine.preview("work/ostrom1996")
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "Elinor Ostrom" in page.text
    flyout = refine.flyout("entity", "work/ostrom1996")
    assert flyout.id == "work/ostrom1996"
    assert "Elinor Ostrom" in flyout.html


def test_properties_decide_between_candidates(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    cell = {"q0": "Crossing the Great Divide"}
    right = [{"pid": "year", "v": "1996"}, {"pid": "author", "v": "Ostrom, E."}]
    wrong = [{"pid": "year", "v": "2004"}, {"pid": "author", "v": "Ostrom, E."}]
    known = [{"pid": "venue", "v": {"id": "venue/world-development", "name": "World Development"}}]
    alone = refine.reconcile(cell, type="work")["q0"].result[0]
    agreed = refine.reconcile(cell, type="work", properties=right)["q0"].result[0]
    refused = refine.reconcile(cell, type="work", properties=wrong)["q0"].result[0]
    linked = refine.reconcile(cell, type="work", properties=known)["q0"].result[0]
    assert {one.id for one in (alone, agreed, refused, linked)} == {"work/ostrom1996"}
    assert agreed.match
    assert not alone.match, "a title without its subtitle alone is no proof"
    assert not refused.match
    assert agreed.score > refused.score
    assert {one.id: one.value for one in linked.features}["venue"] == 100
    by_doi = refine.reconcile(
        {"q0": ""}, properties=[{"pid": "doi", "v": "https://doi.org/10.1016/0305-750X(96)00023-X"}]
    )
    assert [(one.id, one.match, one.score) for one in by_doi["q0"].result] == [("work/ostrom1996", True, 100)]
    contrary = [{"pid": "doi", "v": "10.1234/another"}]
    assert not refine.reconcile({"q0": COLUMN["q0"]}, properties=contrary)["q0"].result[0].match


def test_people_venues_concepts_and_cases_are_found(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    for text, type, id, match in (
        ("Ostrom, Elinor", "person", "person/elinor-ostrom", True),
        ("E. Ostrom", "person", "person/elinor-ostrom", False),  # another may have that initial
        ("0305-750X", "venue", "venue/world-development", True),
        ("World development", "venue", "venue/world-development", True),
        ("Elsevier", "organization", "organization/elsevier", True),
        ("rôle des professionnels", "concept", "concept/professional-role", True),
        ("professional roles", "concept", "concept/professional-role", True),
        ("Drop-in service for vulnerable people, Quebec", "case", "case/quebec-drop-in", True),
    ):
        first = refine.reconcile({"q0": text}, type=type)["q0"].result[0]
        assert (first.id, first.match, first.type[0].id) == (id, match, type), text


def test_what_is_typed_is_suggested(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    assert any(one.id == "person/elinor-ostrom" for one in refine.suggest("entity", "ostr", type="person").result)
    assert refine.suggest("entity", "work/ostrom1996").result[0].id == "work/ostrom1996"
    first = refine.suggest("entity", "co-prod", limit=2).result
    assert first != refine.suggest("entity", "co-prod", limit=2, cursor=2).result
    assert [one.id for one in refine.suggest("type", "org").result] == ["organization"]
    assert [one.id for one in refine.suggest("property", "author", type="work").result] == ["author"]
    assert "Organization" in refine.flyout("type", "organization").html
    assert "Author" in refine.flyout("property", "author").html


def test_what_is_proposed_can_be_fetched(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    service = refine.manifest.extend.propose_properties
    examples = {"work": "ostrom1996", "person": "elinor-ostrom", "organization": "elsevier"}
    examples |= {"venue": "world-development", "concept": "professional-role", "case": "quebec-drop-in"}
    for one in refine.manifest.defaultTypes:
        answer = client.get(service.service_url + service.service_path, params={"type": one.id})
        proposed = Proposal.model_validate(answer.json(), strict=True).properties
        ids = [each.id for each in proposed]
        assert len(ids) == len(set(ids))
        table = refine.extend([f"{one.id}/{examples[one.id]}"], *({"id": id} for id in ids[:40]))
        row = table.model_dump()["rows"][f"{one.id}/{examples[one.id]}"]
        assert sum(bool(cells) for cells in row.values()) >= 2, one.id
    assert len(Proposal.model_validate(client.get("/reconcile/properties?type=work&limit=2").json()).properties) == 2
    few = refine.extend(["concept/professional-role"], {"id": "works", "settings": {"limit": "2"}})
    assert len(few.rows["concept/professional-role"]["works"]) == 2


def test_identifiers_lead_to_the_things_themselves(client: httpx.Client) -> None:
    refine = OpenRefine(client)
    address = refine.manifest.view.url.replace("{{id}}", quote("work/ostrom1996", safe=""))
    there = client.get(address, headers={"Accept": "application/json"}, follow_redirects=True).json()
    assert there["iri"] == f"{refine.manifest.identifierSpace}work/ostrom1996"
    link = re.search(r'href="([^"]+)"', refine.preview("work/ostrom1996").text)
    assert link
    assert client.get(link[1], follow_redirects=True).status_code == 200


def test_older_clients_are_given_a_script(client: httpx.Client) -> None:
    queries = json.dumps({"q0": {"query": "Elinor Ostrom", "type": "person"}})
    answer = client.get("/reconcile", params={"queries": queries, "callback": "jQuery123_45", "_": "1"})
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    made = re.fullmatch(r"/\*\*/jQuery123_45\((.*)\);", answer.text, re.DOTALL)
    assert made
    assert results(json.loads(made[1]))["q0"].result[0].id == "person/elinor-ostrom"
    for bad in ("alert(1)//", "a b", "a-b", "<script>", "f;g"):
        assert client.get("/reconcile", params={"callback": bad}).status_code == 400, bad
