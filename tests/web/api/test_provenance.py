"""Where each field of a work comes from: the import and its line, the edit, the undo that brought it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from commonplace.commit import Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipts import FATES, LossShape, Receipt, ReceiptItem, SimilarShape
from commonplace.home.opening import Home, open_home
from commonplace.library.field_origins import items_of_work
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.namespaces import DCTERMS, PROV
from tests.conftest import BASE, serving, settings_for

WORK = NamedNode(f"{BASE}id/work/doe2001")
FIRST = """@book{other, title={Other}}

@article{doe2001, author={Doe, Ann and Roe, Bob}, title={On harbours}, year=2001, keywords={quays, piers}}
"""
SECOND = "@article{doe2001, author={Doe, Ann and Roe, Bob}, title={On harbours}, year=2001, volume=7, keywords={locks}}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A library of two imports, an edit of the title, and the undo of that."""
    made = open_home(settings_for(tmp_path / "home", reference_set=None))
    import_file(made.library, made.committer, FIRST.encode(), "first.bib", agent="Ada")
    import_file(made.library, made.committer, SECOND.encode(), "second.bib", agent="Bea")
    made.committer.commit(renamed)
    made.committer.undo(Version(3), "Dan")
    return made


def renamed(snapshot: Snapshot) -> Proposal:
    old, new = (Quad(WORK, DCTERMS["title"], Literal(title)) for title in ("On harbours", "On ports"))
    return Proposal(ChangeSet(added=(new,), removed=(old,)), Note(agent="Cyd", kind="update"))


@pytest.fixture
def client(home: Home) -> Iterator[httpx.Client]:
    with serving(home) as made:
        yield made


def rows(client: httpx.Client, **parameters: Any) -> dict[tuple[str, str], dict[str, Any]]:
    page = client.get("/works/doe2001/provenance", params=parameters).json()
    assert page["complete"] == "complete"
    assert page["total"] == len(page["items"])
    return {(row["field"], row["value"]): row for row in page["items"]}


def test_each_value_names_the_file_and_line_it_came_from(client: httpx.Client) -> None:
    found = rows(client)
    author = found["authors", "Doe, Ann"]["entered"]
    assert (author["version"], author["agent"], author["kind"]) == (1, "Ada", "import")
    assert author["sources"] == [
        {
            "file": "first.bib",
            "sha256": hashlib.sha256(FIRST.encode()).hexdigest(),
            "receipt": "/imports/1",
            "position": 2,
            "line": 3,
            "key": "doe2001",
        }
    ]
    volume = found["volume", "7"]["entered"]
    assert (volume["version"], volume["agent"], volume["sources"][0]["file"]) == (2, "Bea", "second.bib")
    by_keyword = {value: row["entered"]["version"] for (field, value), row in found.items() if field == "keywords"}
    assert by_keyword == {"quays": 1, "piers": 1, "locks": 2}


def test_every_field_of_the_shape_is_there(client: httpx.Client) -> None:
    shape = client.get("/works/doe2001").json()
    beside = {"kind", "iri", "key", "year", "container", "evidence", "identifiers", "doubts", "version"}
    assert {field for field, _ in rows(client)} == shape.keys() - beside


def test_a_value_that_an_undo_brought_back_says_both(client: httpx.Client) -> None:
    title = rows(client)["title", "On harbours"]
    entered = title["entered"]
    assert (entered["version"], entered["kind"], entered["agent"], entered["undoes"]) == (4, "undo", "Dan", 3)
    assert (title["first_entered"]["version"], title["first_entered"]["sources"][0]["line"]) == (1, 3)


def test_the_origins_at_a_version_are_those_of_that_time(client: httpx.Client) -> None:
    edited = rows(client, at=3)["title", "On ports"]
    assert (edited["entered"]["version"], edited["entered"]["agent"]) == (3, "Cyd")
    assert "first_entered" not in edited
    assert rows(client, at=1)["title", "On harbours"]["entered"]["version"] == 1
    assert ("volume", "7") not in rows(client, at=1)


@pytest.mark.parametrize(("suffix", "format"), [("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES)])
def test_the_same_as_prov(client: httpx.Client, suffix: str, format: RdfFormat) -> None:
    answer = client.get(f"/works/doe2001/provenance.{suffix}")
    assert answer.status_code == 200
    triples = {quad.triple for quad in parse(answer.content, format=format)}
    (title,) = (t.subject for t in triples if t.predicate == PROV["value"] and t.object == Literal("On harbours"))
    made_by = {str(t.object) for t in triples if t.subject == title and t.predicate == PROV["wasGeneratedBy"]}
    assert made_by == {f"<{BASE}id/change/1>", f"<{BASE}id/change/4>"}
    (entry,) = (t.object for t in triples if t.subject == title and t.predicate == PROV["wasDerivedFrom"])
    assert any(t.subject == entry and "line 3" in str(t.object) for t in triples)


def test_a_key_of_no_work_has_no_provenance(client: httpx.Client) -> None:
    assert client.get("/works/nobody/provenance").status_code == 404
    assert client.get("/works/nobody/provenance.ttl").status_code == 404
    assert client.get("/works/doe2001/provenance?at=99").status_code == 404


@pytest.mark.parametrize("work", ["a", "b", "b-2", "ü", "absent"])
def test_the_items_of_a_work_are_found_in_a_receipt_without_parsing_it(work: str) -> None:
    fates = dict.fromkeys(FATES, 0)
    quoting = LossShape(field="note", raw=f',"work":"{BASE}a"', why='it has {"position":1,"work":"b"}')
    items = [
        ReceiptItem(position=number, line=number, key=key, fate="new", work=BASE + key, losses=losses)
        for number, (key, losses) in enumerate(
            [("a", (quoting,)), ("b", ()), ("ü", ()), ("b-2", ()), ("b", (quoting,))]
        )
    ]
    items[1].similar = [SimilarShape(work=f"{BASE}b-2", reasons=["alike"])]
    written = Receipt(file="f.bib", sha256="0", format="bibtex", entries=5, fates=fates, items=items, undo="/u")
    for text in (written.json_text(), written.model_dump_json(indent=1)):
        receipt, found = items_of_work(text.encode(), BASE + work)
        assert receipt["file"] == "f.bib"
        assert [item["position"] for item in found] == [one.position for one in items if one.work == BASE + work]
