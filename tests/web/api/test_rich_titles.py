"""Titles with markup: in the Work shape, in JSON-LD, in exports and on pages, and never as anything but markup."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from commonplace.commit import Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import ShapeViolation
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home
from commonplace.model.change import ChangeSet, Note
from tests.conftest import BASE, serving

BIB = rb"""@article{danio1999, title = {The {NASA} \emph{Danio}: p < 0.05 and \textless{}b>not\textless{}/b>},
  note = {H\textsubscript{2}O}, author = {Doe, Jo}, year = 1999}"""
RICH = 'The <span class="nocase">NASA</span> <i>Danio</i>: p &lt; 0.05 and &lt;b&gt;not&lt;/b&gt;'
HTML = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML")
RICH_TITLE = NamedNode(f"{BASE}ontology#richTitle")


def say(home: Home, work: str, markup: str) -> None:
    """Give a work a title with that markup, as an update from outside may."""
    quad = Quad(NamedNode(f"{BASE}id/work/{work}"), RICH_TITLE, Literal(markup, datatype=HTML))

    def propose(_: Snapshot) -> Proposal:
        return Proposal(ChangeSet(added=(quad,)), Note(agent="Ada", kind="edit", message="a statement"))

    home.committer.commit(propose)


def test_a_title_keeps_its_markup_from_file_to_every_answer(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB, "fish.bib")
    with serving(opened) as client:
        work = client.get("/works/danio1999").json()
        assert work["title"] == "The NASA Danio: p < 0.05 and <b>not</b>"
        assert (work["rich_title"], work["rich_note"], work["note"]) == (RICH, "H<sub>2</sub>O", "H₂O")
        assert "rich_title" not in client.get("/works/ostrom1996").json()
        item = client.get("/works/danio1999.csl.json").json()
        item = item[0] if isinstance(item, list) else item
        assert item["title"] == RICH.replace("&lt; 0", "< 0").replace("&gt;", ">")
        bib = client.get("/works/danio1999.bib").text
        assert r"title = {The {NASA} \emph{Danio}: p < 0.05 and \textless{}b>not\textless{}/b>}" in bib
        graph = parse(client.get("/works/danio1999.ttl").text, format=RdfFormat.TURTLE)
        assert [quad.object for quad in graph if quad.predicate == RICH_TITLE] == [Literal(RICH, datatype=HTML)]
        styled = client.get("/works/danio1999", params={"style": "apa"}, headers={"Accept": "text/html"}).text
        assert "The NASA <em>Danio</em>: p &lt; 0.05 and &lt;b&gt;not&lt;/b&gt;" in styled


def test_the_json_with_its_context_says_what_the_graph_says(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB, "fish.bib")
    with serving(opened) as client:
        body = {"@context": client.get("/context.jsonld").json()["@context"], **client.get("/works/danio1999").json()}
    graph = parse(json.dumps(body), format=RdfFormat.JSON_LD)
    assert [quad.object for quad in graph if quad.predicate == RICH_TITLE] == [Literal(RICH, datatype=HTML)]


def test_a_second_import_of_the_same_file_matches(opened: Home) -> None:
    import_file(opened.library, opened.committer, BIB, "fish.bib")
    assert import_file(opened.library, opened.committer, BIB, "fish.bib").fates["matched"] == 1


def test_markup_is_added_to_a_work_that_has_the_title_plain_and_never_replaces_another(opened: Home) -> None:
    plain, rich, other = (
        b"@book{k, title = {%s}, year = 2001}" % title for title in (b"A Fish", rb"A \emph{Fish}", b"A {Fish}")
    )
    fates = [import_file(opened.library, opened.committer, data, "fish.bib") for data in (plain, rich, other, plain)]
    assert [next(fate for fate, count in receipt.fates.items() if count) for receipt in fates] == [
        "new",
        "updated",
        "matched",
        "matched",
    ]
    assert [loss.field for loss in fates[2].items[0].losses] == ["title"]


def page_and_work(home: Home) -> tuple[str, dict[str, str]]:
    with serving(home) as client:
        return client.get("/", headers={"Accept": "text/html"}).text, client.get("/works/ostrom1996").json()


def test_foreign_markup_never_reaches_a_page(opened: Home) -> None:
    hostile = (
        '<i onclick="alert(1)" style="position:fixed">Crossing</i> the <b>Great</b> Divide: Coproduction, Synergy, '
        "and Development"
    )
    say(opened, "ostrom1996", hostile)
    page, work = page_and_work(opened)
    assert work["rich_title"].startswith("<i>Crossing</i> the <b>Great</b> Divide")
    assert "<i>Crossing</i> the <b>Great</b> Divide" in page
    assert "onclick" not in page
    assert "position:fixed" not in page


def test_markup_of_another_text_than_the_title_is_refused(opened: Home) -> None:
    with pytest.raises(ShapeViolation):
        say(opened, "ostrom1996", "<script>alert(1)</script>")
    page, work = page_and_work(opened)
    assert "rich_title" not in work
    assert "alert(1)" not in page
    assert work["title"] in page
