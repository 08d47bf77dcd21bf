"""Hold the bounds of reconciliation, and what becomes of it when things are merged or named alike."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.web.api.near_duplicates import BIBTEX

ANNOTATIONS = "http://www.w3.org/ns/anno.jsonld"
CSL = "application/vnd.citationstyles.csl+json"


def ask(client: httpx.Client, **queries: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return {name: one["result"] for name, one in answer.json().items()}


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"queries": "{"}, 400, "not JSON"),
        ({"queries": "[" * 100_000}, 400, "not JSON"),
        ({"queries": "[]"}, 400, "not a JSON object"),
        ({"queries": '{"q0": {}}'}, 400, "query, properties, or both"),
        ({"queries": '{"q0": {"query": "x", "nonsense": 1}}'}, 400, "queries.q0.nonsense"),
        ({"queries": '{"q0": {"query": "x", "limit": 0}}'}, 400, "queries.q0.limit"),
        ({"queries": '{"q0": {"query": "x", "type": "unicorn"}}'}, 400, "There is no type"),
        ({"queries": '{"q0": {"query": "x", "properties": [{"pid": "colour", "v": "red"}]}}'}, 400, "no property"),
        ({"queries": json.dumps({"q0": {"query": "x" * 2_001}})}, 400, "queries.q0.query"),
        ({"queries": json.dumps({f"q{n}": {"query": "x"} for n in range(51)})}, 413, "at most 50"),
        ({"extend": json.dumps({"ids": ["work/x"] * 501, "properties": []})}, 413, "at most 500"),
        ({"extend": '{"ids": ["work/x"], "properties": [{"id": "colour"}]}'}, 400, "no property"),
        (
            {"extend": '{"ids": ["work/x"], "properties": [{"id": "works", "settings": {"limit": "no"}}]}'},
            400,
            "number",
        ),
        ({"extend": "{}", "queries": "{}"}, 400, "not both"),
        ({"queries": "x" * 2_000_001}, 413, "2,000,000"),
        ({}, 400, "nothing to answer"),
    ],
)
def test_what_is_too_much_or_not_understood_is_refused_with_words(
    client: httpx.Client, form: dict[str, str], status: int, said: str
) -> None:
    answer = client.post("/reconcile", data=form or {"nothing": "1"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.text


def test_another_form_of_content_is_refused(client: httpx.Client) -> None:
    assert client.post("/reconcile", json={"queries": {}}).status_code == 415
    unfit = client.post("/reconcile", data={"queries": "{}"}, headers={"Accept": "image/png"})
    described = client.get("/openapi.json").json()["paths"]["/reconcile"]["post"]["responses"]
    assert (unfit.status_code, {"406", "413", "415", "504"} <= described.keys()) == (406, True)


def test_strange_texts_do_no_harm(client: httpx.Client) -> None:
    texts = ['"', "\\", "((((", "AND OR NOT", "a" * 2_000, "🙂", "\x00", "*", "%", "' OR 1=1", "<b>", "10.1234/", "/"]
    found = ask(client, **{f"q{n}": {"query": text} for n, text in enumerate(texts)}, blank={"query": " "})
    assert len(found) == len(texts) + 1
    assert found["blank"] == []
    assert client.get("/reconcile/preview", params={"id": "work/<script>"}).status_code == 404
    assert client.get("/reconcile/flyout/entity", params={"id": "../../etc"}).status_code == 404
    assert client.get("/reconcile/flyout/colour", params={"id": "x"}).status_code == 404
    assert client.get("/reconcile/flyout/type", params={"id": "colour"}).status_code == 400


def test_a_type_is_a_bound_or_a_wish(client: httpx.Client) -> None:
    name = {"query": "Elinor Ostrom", "type": "venue"}
    assert ask(client, q=name)["q"] == []
    wished = ask(client, q=name | {"type_strict": "should"})["q"]
    assert wished[0]["id"] == "person/elinor-ostrom"
    assert not wished[0]["match"]
    assert ask(client, q={"query": "Elinor Ostrom", "type": ["person", "venue"], "type_strict": "all"})["q"] == []
    assert ask(client, q={"query": "Elinor Ostrom", "type": ["person", "venue"]})["q"][0]["match"]


TITLE = "A river runs through the council of neighbours and their gardens"
LAKES = "Lakes, ponds and the people that look after all of them"
WORKS = (
    ("river2001", TITLE, "Ames, Ruth and Bell, Tom", "2001", "10.1234/river"),
    ("river2003", TITLE, "Cole, Ann", "2003", ""),
    ("lake2005", LAKES, "Ames, R.", "2005", "10.1234/lake"),
    ("lake2006", "Something else about water and its owners entirely", "Dunn, Lee", "2006", "10.1234/water"),
)
BIB = "\n".join(
    f"@article{{{key}, title={{{title}}}, author={{{authors}}}, year={{{year}}}, doi={{{doi}}}}}"
    for key, title, authors, year, doi in WORKS
)


def test_namesakes_and_merged_things(curator: httpx.Client) -> None:
    sent = curator.post("/imports", content=BIB, headers=BIBTEX)
    assert sent.status_code == 201, sent.text
    both = ask(curator, q={"query": TITLE, "type": "work"})["q"]
    assert [one["score"] for one in both[:2]] == [100, 100]
    assert not any(one["match"] for one in both), "two works have that title"
    one = ask(curator, q={"query": TITLE, "type": "work", "properties": [{"pid": "year", "v": 2003}]})["q"]
    assert [(each["id"], each["match"]) for each in one[:1]] == [("work/river2003", True)]
    authors = [{"pid": "author", "v": "Ames R; Bell T"}]
    assert ask(curator, q={"query": TITLE, "properties": authors})["q"][0]["id"] == "work/river2001"
    crossed = [{"pid": "doi", "v": "10.1234/water"}]
    assert not ask(curator, q={"query": LAKES, "type": "work",
                              "properties": crossed})["q"][0]["match"]  # fmt: skip

    merged = curator.post("/merges", json={"keep": "lake2005", "from": "lake2006"})
    assert merged.status_code == 201, merged.text
    assert ask(curator, q={"query": "work/lake2006"})["q"][0]["id"] == "work/lake2005"
    asked = {"ids": ["work/lake2006"], "properties": [{"id": "year"}]}
    rows = curator.get("/reconcile", params={"extend": json.dumps(asked)}).json()["rows"]
    assert rows["work/lake2006"]["year"][0]["int"] == 2005
    found_by_the_doi_of_what_was_merged(curator)


def found_by_the_doi_of_what_was_merged(curator: httpx.Client) -> None:
    by_text = ask(curator, q={"query": "https://doi.org/10.1234/WATER"})["q"]
    assert [(each["id"], each["match"]) for each in by_text] == [("work/lake2005", True)]
    by_property = ask(curator, q={"query": LAKES, "properties": [{"pid": "doi", "v": "10.1234/water"}]})["q"]
    assert [(each["id"], each["match"]) for each in by_property[:1]] == [("work/lake2005", True)]
    asked = {"ids": ["work/lake2005", "work/river2001"], "properties": [{"id": "doi"}]}
    rows = curator.get("/reconcile", params={"extend": json.dumps(asked)}).json()["rows"]
    assert [each["str"] for each in rows["work/lake2005"]["doi"]] == ["10.1234/lake", "10.1234/water"]
    assert [each["str"] for each in rows["work/river2001"]["doi"]] == ["10.1234/river"]
    target = {"source": "https://doi.org/10.1234/water", "selector": {"type": "TextQuoteSelector", "exact": "ponds"}}
    body = {"type": "TextualBody", "purpose": "tagging", "value": "concept:professional-role"}
    annotation = {
        "@context": ANNOTATIONS,
        "type": "Annotation",
        "motivation": "tagging",
        "body": body,
        "target": target,
    }
    taken = curator.post("/annotations", params={"dry_run": "true"}, json=annotation)
    assert taken.status_code == 200, taken.text
    assert taken.json()["items"][0]["annotation"].endswith("--lake2005")


def test_a_work_without_a_title_is_there_by_its_key(curator: httpx.Client) -> None:
    untitled = [{"id": "untitled1999", "type": "report", "author": [{"family": "Quell", "given": "Ida"}]}]
    sent = curator.post("/imports", json=untitled, headers={"Content-Type": CSL, "Prefer": "wait=60"})
    assert sent.status_code == 201, sent.text
    (found,) = ask(curator, q={"query": "untitled1999"})["q"]
    assert (found["id"], found["name"], found["match"]) == ("work/untitled1999", "untitled1999", True)
    by_author = {"query": "untitled", "type": "work", "properties": [{"pid": "author", "v": "Quell, Ida"}]}
    assert ask(curator, q=by_author)["q"][0]["id"] == "work/untitled1999"
    for address in ("/reconcile/preview", "/reconcile/flyout/entity"):
        shown = curator.get(address, params={"id": "work/untitled1999"})
        assert shown.status_code == 200, shown.text
        assert "untitled1999" in shown.text
        assert "Ida Quell" in shown.text
    asked = {"ids": ["work/untitled1999"], "properties": [{"id": "author"}, {"id": "title"}]}
    rows = curator.get("/reconcile", params={"extend": json.dumps(asked)}).json()["rows"]
    assert rows["work/untitled1999"]["title"] == []
    assert rows["work/untitled1999"]["author"][0]["name"] == "Ida Quell"
