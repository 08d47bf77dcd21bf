"""`q=` and `/search`: words as people type them."""

from __future__ import annotations

from itertools import chain
from typing import Any

import httpx
import pytest

KINDS = ("work", "person", "organization", "venue", "concept", "claim", "case", "evidence")


def found(client: httpx.Client, q: str, **more: str) -> list[tuple[str, str]]:
    """Kind and key of what `/search` finds."""
    page = client.get("/search", params={"q": q, "limit": 100, **more}).raise_for_status().json()
    return [(item["kind"], item["key"]) for item in page["items"]]


@pytest.mark.parametrize("q", ["coproduction", "co-production", "CO-PRODUCTION", "Coproduction", "co‐production"])
def test_hyphens_and_case_do_not_matter(client: httpx.Client, q: str) -> None:
    assert sorted(found(client, q)) == sorted(found(client, "co-production"))
    assert ("concept", "co-production") in found(client, q)


@pytest.mark.parametrize(("with_accents", "without"), [("Québec", "quebec"), ("Jetté", "jette")])
def test_accents_do_not_matter(client: httpx.Client, with_accents: str, without: str) -> None:
    assert found(client, with_accents) == found(client, without) != []


def test_alternative_labels_in_english_and_french_find_the_concept(client: httpx.Client) -> None:
    tried = 0
    for concept in client.get("/concepts", params={"limit": 1000}).json()["items"]:
        names = [*concept["labels"].values(), *chain(*concept.get("alternative_labels", {}).values())]
        for name in names:
            hits = client.get("/search", params={"q": name, "kind": "concept", "limit": 100}).json()["items"]
            assert concept["key"] in {hit["key"] for hit in hits}, name
            tried += 1
    assert tried > 150


def test_a_work_is_found_by_a_french_label_of_what_it_discusses(client: httpx.Client) -> None:
    label = client.get("/concepts/professional-role").json()["labels"]["fr"]
    page = client.get("/works", params={"q": label, "limit": 100}).json()
    assert "tuurnas2015" in {work["key"] for work in page["items"]}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_narrow_the_search(client: httpx.Client, kind: str) -> None:
    word = {"person": "ostrom", "organization": "routledge", "venue": "development", "case": "quebec"}.get(kind, "role")
    hits = found(client, word, kind=kind)
    assert hits
    assert {of for of, _ in hits} == {kind}


def test_several_kinds(client: httpx.Client) -> None:
    page = client.get("/search", params=[("q", "ostrom"), ("kind", "work"), ("kind", "person")]).json()
    assert {item["kind"] for item in page["items"]} == {"work", "person"}


def test_an_unknown_kind_is_400(client: httpx.Client) -> None:
    assert client.get("/search", params={"q": "x", "kind": "planet"}).status_code == 400


def test_every_hit_dereferences(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": "professional", "limit": 100}).json()
    assert page["items"]
    for item in page["items"]:
        path = item["iri"].removeprefix("http://127.0.0.1:8000")
        assert client.get(path, follow_redirects=True).status_code == 200, item["iri"]
        assert set(item) <= {"iri", "kind", "key", "title", "snippet", "found_by"}
        assert item["title"]


def hit(client: httpx.Client, q: str, kind: str, key: str) -> dict[str, Any]:
    """What `/search` says of that thing."""
    page = client.get("/search", params={"q": q, "kind": kind, "limit": 100}).raise_for_status().json()
    (found,) = [item for item in page["items"] if item["key"] == key]
    return dict(found)


@pytest.mark.parametrize(
    ("q", "concept", "label"),
    [
        ("go-between", "mediator-role", "mediator"),
        ("médiateur", "mediator-role", "médiateur"),
        ("street-level bureaucrats", "street-level-professional", "street-level professional"),
        ("the role of a frontline worker", "street-level-professional", "street-level professional"),
        ("agent de première ligne", "street-level-professional", "professionnel de terrain"),
    ],
)
def test_a_work_says_by_which_concept_it_was_found_in_the_language_of_the_question(
    client: httpx.Client, q: str, concept: str, label: str
) -> None:
    found = hit(client, q, "work", "vanleene2020")
    assert {"key": concept, "label": label}.items() <= {c["key"]: c for c in found["found_by"]}[concept].items()
    assert "snippet" not in found  # it has no text of its own but its title, which is shown


def test_no_snippet_of_a_work_is_a_label_of_a_concept(client: httpx.Client) -> None:
    concepts = client.get("/concepts", params={"limit": 1000}).json()["items"]
    labels = {
        label
        for concept in concepts
        for label in (*concept["labels"].values(), *chain(*concept.get("alternative_labels", {}).values()))
    }
    keywords = {"Co-production", "Citizen participation", "Community development"}  # the chapter's own
    tried = 0
    for label in sorted(labels - keywords)[::2]:
        for item in client.get("/search", params={"q": label, "kind": "work", "limit": 100}).json()["items"]:
            assert item.get("snippet") not in labels - keywords, (label, item)
            tried += 1
    assert tried > 300


def test_a_match_in_the_words_of_a_work_names_no_concept(client: httpx.Client) -> None:
    found = hit(client, "derelict neighbourhoods", "work", "vanleene2018")
    assert [by["key"] for by in found["found_by"]] == ["urban-regeneration"]  # which is called just that, too
    assert "found_by" not in hit(client, "derelict", "work", "vanleene2018")


def test_claims_cases_and_evidence_say_so_too(client: httpx.Client) -> None:
    claim = hit(client, "animateur", "claim", "active-citizenship-literature-considers-facilitation")
    assert [by["label"] for by in claim["found_by"]] == ["facilitateur"]
    case = hit(client, "resident", "case", "quebec-neighbourhood-project-1")
    assert "citizen" in [by["label"] for by in case["found_by"]]
    assert case["snippet"].startswith("One of the three community development cases")
    evidence = hit(client, "go-between", "evidence", "mediator-role--vanleene2020")
    assert [by["label"] for by in evidence["found_by"]] == ["mediator"]
    assert evidence["snippet"] == "One of the roles it finds."


def test_words_are_not_searched_in_the_past(client: httpx.Client) -> None:
    assert client.get("/works", params={"q": "role", "at": 1}).status_code == 200  # 1 is the newest
    response = client.get("/works", params={"q": "role", "at": 2})
    assert response.status_code in (400, 404)


def typed(client: httpx.Client, q: str, each: int = 20) -> dict[str, dict[str, Any]]:
    """What is suggested while that is typed, by kind."""
    page = client.get("/search/suggest", params={"q": q, "each": each}).raise_for_status().json()
    assert page["complete"] == "complete"
    return {group["kind"]: group for group in page["kinds"]}


def test_what_is_typed_is_grouped_by_kind_with_the_number_of_all(client: httpx.Client) -> None:
    groups = typed(client, "prof", each=2)
    assert {"concept", "work"} <= set(groups)
    for kind, group in groups.items():
        page = client.get(group["all"]).raise_for_status().json()
        assert {item["kind"] for item in page["items"]} == {kind}
        assert page["total"] == group["total"]
        assert page["items"][:2] == group["items"]


def test_only_the_last_word_is_a_beginning_and_a_space_ends_it(client: httpx.Client) -> None:
    assert ("concept", "professional-role") in found(client, "professional rol", prefix="true")
    assert found(client, "profess ", prefix="true") == found(client, "profess")
    assert found(client, '"professional rol"', prefix="true") == []


def test_without_prefix_a_beginning_finds_nothing(client: httpx.Client) -> None:
    assert found(client, "profession") != found(client, "profession", prefix="true")
    assert found(client, "ostro") == []
    assert ("person", "elinor-ostrom") in found(client, "ostro", prefix="true")


def test_a_work_that_is_found_by_the_beginning_of_a_label_says_by_which(client: httpx.Client) -> None:
    label = client.get("/concepts/professional-role").json()["labels"]["fr"]
    works = typed(client, label[:-1])["work"]["items"]
    assert works
    for work in works:
        links = {link["key"] for link in work.get("found_by") or ()}
        assert "professional-role" in links or label[:-1].lower() in (work["title"] + (work["snippet"] or "")).lower()
