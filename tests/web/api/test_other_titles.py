"""Titles in more than one language: in the Work shape, in JSON-LD and the graph, edited, searched, and on every way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import BASE, serving

BIB = """@book{tolstoy1993, title = {War and Peace}, author = {Tolstoy, Leo}, year = 1993, origtitle = {Война и мир},
  origlanguage = {russian}, transliteratedtitle-ru-latn = {Vojna i mir}, translatedtitle-fr = {La Guerre et la Paix}}
"""
TITLES = {
    "original_titles": {"ru": ["Война и мир"]},
    "translated_titles": {"fr": ["La Guerre et la Paix"]},
    "transliterated_titles": {"ru-latn": ["Vojna i mir"]},
}
ALTERNATIVE = "http://purl.org/dc/terms/alternative"
KINDS = {f"{BASE}ontology#{kind}Title" for kind in ("original", "translated", "transliterated")}


def other_titles(work: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in work.items() if name.endswith("_titles")}


def test_a_work_shows_its_titles_in_every_language(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB.encode(), "tolstoy.bib")
    with serving(opened) as client:
        work = client.get("/works/tolstoy1993").json()
        assert (work["title"], other_titles(work)) == ("War and Peace", TITLES)
        body = {"@context": client.get("/context.jsonld").json()["@context"], **work}
        said = {(quad.predicate.value, str(quad.object)) for quad in parse(json.dumps(body), format=RdfFormat.JSON_LD)}
        graph = parse(client.get("/works/tolstoy1993.ttl").text, format=RdfFormat.TURTLE)
        held = {(quad.predicate.value, str(quad.object)) for quad in graph}
        assert {pair for pair in said if pair[0] in KINDS} == {pair for pair in held if pair[0] in KINDS}
        assert {text for name, text in held if name == ALTERNATIVE} == {text for name, text in held if name in KINDS}
        assert len([name for name, _ in held if name == ALTERNATIVE]) == 3
        origins = client.get("/works/tolstoy1993/provenance").json()
        assert {row["field"]: row["value"] for row in origins["items"]}["transliterated_titles"] == "Vojna i mir"


@pytest.mark.parametrize("words", ["Война", "vojna", "Guerre Paix", "peace"])
def test_a_work_is_found_by_any_of_its_titles(opened: Home, words: str) -> None:
    import_file(opened.library, opened.committer, BIB.encode(), "tolstoy.bib")
    with serving(opened) as client:
        hits = client.get("/search", params={"q": words}).json()["items"]
    assert [(hit["key"], hit["title"]) for hit in hits] == [("tolstoy1993", "War and Peace")]


def test_titles_are_edited_by_language_and_search_follows(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB.encode(), "tolstoy.bib")
    token = opened.tokens.add("librarian", Role.CURATOR)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}
    with serving(opened) as client:

        def patched(patch: dict[str, Any]) -> Any:
            return client.patch("/works/tolstoy1993", json=patch, headers=headers)

        work = patched({"translated_titles": {"fr": None, "de": "Krieg und Frieden"}}).raise_for_status().json()
        assert other_titles(work) == TITLES | {"translated_titles": {"de": ["Krieg und Frieden"]}}
        assert [hit["key"] for hit in client.get("/search?q=Frieden").json()["items"]] == ["tolstoy1993"]
        assert client.get("/search?q=Guerre").json()["items"] == []
        work = patched({"original_titles": None}).raise_for_status().json()
        assert "original_titles" not in work
        assert work["transliterated_titles"] == TITLES["transliterated_titles"]
        wrong = patched({"translated_titles": {"not a tag": "X"}})
        assert (wrong.status_code, "not a tag" in wrong.text) == (400, True)
        assert patched({"translated_titles": ["X"]}).status_code == 400


def test_a_title_of_two_kinds_stays_an_alternative_title_while_it_is_of_one(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB.encode(), "tolstoy.bib")
    headers = {"Authorization": f"Bearer {opened.tokens.add('librarian', Role.CURATOR)}"}
    with serving(opened) as client:
        for patch in ({"translated_titles": {"ru": "Война и мир"}}, {"original_titles": None}):
            work = client.patch("/works/tolstoy1993", json=patch, headers=headers).raise_for_status().json()
            assert "alternative_titles" not in work
        graph = parse(client.get("/works/tolstoy1993.ttl").text, format=RdfFormat.TURTLE)
        held = {str(quad.object) for quad in graph if quad.predicate.value == ALTERNATIVE}
    assert held == {'"Война и мир"@ru', '"La Guerre et la Paix"@fr', '"Vojna i mir"@ru-latn'}


def test_a_second_file_adds_the_titles_that_it_alone_has(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB.encode(), "tolstoy.bib")
    more = BIB.replace("translatedtitle-fr = {La Guerre et la Paix}", "translatedtitle-de = {Krieg und Frieden}")
    receipt = import_file(opened.library, opened.committer, more.encode(), "more.bib")
    assert receipt.fates["updated"] == 1
    assert receipt.items[0].losses == ()
    with serving(opened) as client:
        work = client.get("/works/tolstoy1993").json()
        assert work["translated_titles"] == {"de": ["Krieg und Frieden"], "fr": ["La Guerre et la Paix"]}
        for suffix in ("bib", "ris", "csl.json"):
            written = client.get(f"/works/tolstoy1993.{suffix}").content
            again = import_file(opened.library, opened.committer, written, f"again.{suffix}")
            assert (again.fates["matched"], again.fates["updated"]) == (1, 0), suffix
