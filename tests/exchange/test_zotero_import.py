"""A library of Zotero is imported whole: items as works, annotations as proposed evidence; or nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat

from commonplace.derived.graph.records import record_of
from commonplace.errors import BadRequest
from commonplace.exchange.zotero_import import ZoteroImport, annotation_lines, import_zotero
from commonplace.home.opening import Home
from commonplace.importers.zotero_api import ZoteroApi, ZoteroFault, ZoteroPatience
from commonplace.library.evidence import evidence_of_work
from tests.command import commonplace, complains_in_one_line
from tests.importers.doi.agency_server import Trouble
from tests.importers.zotero_server import Zotero, item, zotero_server

DOI = "10.1016/0305-750X(96)00023-X"
"""Of a work that the reference set has."""


def collection(key: str, name: str, parent: str | bool = False) -> dict[str, Any]:
    return {"key": key, "version": 3, "data": {"key": key, "name": name, "parentCollection": parent}}


COLLECTIONS = [collection("COLL2345", "Health"), collection("COLL6789", "Volunteers", "COLL2345")]
ITEMS = [
    item("BOOK2345", itemType="book", title="A Book of Health", date="2001", collections=["COLL6789"],
         creators=[{"creatorType": "author", "firstName": "Ann", "lastName": "Author"}], tags=[{"tag": "sundial"}]),
    item("ARTC2345", itemType="journalArticle", title="Crossing the Great Divide", DOI=DOI, date="1996"),
    item("NOTE2345", itemType="note", parentItem="BOOK2345", note="<p>Read <b>twice</b></p>"),
    item("FILE2345", itemType="attachment", parentItem="BOOK2345", title="Full Text", path="/home/ann/secret.pdf",
         contentType="application/pdf"),
    item("MARK2345", itemType="annotation", parentItem="FILE2345", annotationType="highlight", annotationPageLabel="12",
         annotationText="of health", annotationComment="As in the title", tags=[{"tag": "concept:facilitator"}]),
    item("MARK3456", itemType="annotation", parentItem="FILE2345", annotationType="highlight", annotationText="alone",
         tags=[]),
    item("MARK4567", itemType="annotation", parentItem="FILE2345", annotationType="note", annotationComment="why?",
         tags=[{"tag": "to read again"}]),
]  # fmt: skip


@pytest.fixture
def zotero() -> Iterator[Zotero]:
    """A library of Zotero that behaves."""
    with zotero_server(items=list(ITEMS), collections=list(COLLECTIONS)) as zotero:
        yield zotero


def imported(opened: Home, zotero: Zotero, timeout: float = 10.0, **asked: Any) -> ZoteroImport:
    with ZoteroApi(zotero.address, patience=ZoteroPatience(timeout=timeout), clock=zotero.time.clock()) as api:
        return import_zotero(opened.library, opened.committer, api, agent="Ada", **asked)


def test_items_are_works_and_annotations_proposed_evidence(opened: Home, zotero: Zotero) -> None:
    made = imported(opened, zotero)
    assert (made.receipt.entries, made.receipt.fates["new"], made.receipt.failed) == (2, 1, 0)
    works = {item.key or item.work: item.work for item in made.receipt.items}
    book = next(iri for iri in works.values() if iri and "ostrom1996" not in iri)
    assert any(iri and iri.endswith("/ostrom1996") for iri in works.values()), "its DOI says which work it is"
    node = opened.library.minter.thing("work", book.rpartition("/")[2])
    record = opened.library.read(lambda snapshot: record_of(snapshot, node, opened.library.minter))
    assert (record.title, record.note, record.keywords) == ("A Book of Health", "Read twice", ("sundial",))
    assert record.extra == {"collections": "Health/Volunteers"}
    (evidence,) = opened.library.read(lambda snapshot: evidence_of_work(snapshot, node, opened.library.minter))
    assert (evidence.status, evidence.quote, evidence.locator) == ("proposed", "of health", "p. 12")
    assert (evidence.about, evidence.note, evidence.agent) == ("facilitator", "As in the title", "Ada")
    told = "\n".join(annotation_lines(made))
    assert "1 proposed as evidence, 0 there already" in told
    assert "1 × annotation: it has no tag that says what it is about" in told
    assert "no concept or claim 'to read again'" in told
    losses = {(loss.field, loss.raw) for item in made.receipt.items for loss in item.losses}
    assert ("attachment", "Full Text") in losses


def test_to_import_again_adds_nothing(opened: Home, zotero: Zotero) -> None:
    imported(opened, zotero)
    before = opened.library.read(lambda snapshot: sorted(snapshot.dump(RdfFormat.N_QUADS).splitlines()))
    again = imported(opened, zotero)
    assert again.receipt.fates["matched"] == again.receipt.entries == 2
    assert again.kept is not None
    assert again.kept.fates == {"new": 0, "matched": 1, "failed": 1}
    assert opened.library.read(lambda snapshot: sorted(snapshot.dump(RdfFormat.N_QUADS).splitlines())) == before


def test_it_is_read_page_by_page(opened: Home, zotero: Zotero) -> None:
    zotero.items += [item(f"MANY{n:04}", itemType="book", title=f"Book number {n}", date="1900") for n in range(230)]
    assert imported(opened, zotero).receipt.entries == 232
    assert sum(path == "/items" for _, path, _ in zotero.requests) == 3


@pytest.mark.parametrize("named", ["volunteers", "COLL6789"])
def test_one_collection_is_imported_with_all_that_hangs_on_its_items(opened: Home, zotero: Zotero, named: str) -> None:
    made = imported(opened, zotero, collection=named)
    assert made.receipt.entries == 1
    assert made.kept is not None
    assert made.kept.fates["new"] == 1, "an annotation hangs on a file that hangs on an item"


def test_a_dry_run_writes_nothing(opened: Home, zotero: Zotero) -> None:
    head = opened.library.follow()
    made = imported(opened, zotero, dry_run=True)
    assert made.receipt.fates["new"] == 1
    assert any("proposed as evidence when the import is made" in line for line in annotation_lines(made))
    assert opened.library.follow() == head


def test_only_what_is_asked_for_is_asked_and_nothing_is_written_to_zotero(opened: Home, zotero: Zotero) -> None:
    imported(opened, zotero)
    assert {method for method, _, _ in zotero.requests} == {"GET"}
    assert all("Zotero-API-Key" not in headers for _, _, headers in zotero.requests)


@pytest.mark.parametrize(
    ("troubles", "waits"),
    [
        ([Trouble(429, b"slow down", {"Retry-After": "7"})], [7.0]),
        ([Trouble(503, b"", {"Backoff": "3"})], [3.0]),
        ([Trouble(500, b"oh"), Trouble(502, b"oh")], [0.5, 1.0]),
    ],
)
def test_it_waits_and_asks_again(opened: Home, zotero: Zotero, troubles: list[Trouble], waits: list[float]) -> None:
    zotero.troubles["/items"] = troubles
    assert imported(opened, zotero).receipt.entries == 2
    assert zotero.time.slept == waits


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ({"troubles": {"/items": [Trouble(500, b"oh")] * 9}}, "answered 500 4 times"),
        ({"troubles": {"/items": [Trouble(429, b"", {"Retry-After": "9000"})]}}, "left alone for 9000 s"),
        ({"troubles": {"/items": [Trouble(seconds=5)]}}, "did not answer within"),
        ({"troubles": {"/items": [Trouble(200, b'[{"key": "BOOK', cut=True)]}}, "broke off"),
        ({"troubles": {"/items": [Trouble(200, b'[{"key": "BOOK')]}}, "no JSON, or was cut"),
        ({"troubles": {"/items": [Trouble(200, b"")]}}, "no JSON, or was cut"),
        ({"troubles": {"/items": [Trouble(200, b'{"items": []}')]}}, "no list of items"),
        ({"troubles": {"/items": [Trouble(200, b'[{"title": "x"}]')]}}, "something that is no item"),
        ({"troubles": {"/items": [Trouble(403, b"no")]}}, "does not let others read"),
        ({"troubles": {"/collections": [Trouble(404, b"no")]}}, "COMMONPLACE_ZOTERO_URL"),
        ({"total": 900}, "says that there are 900, and gave 2"),
        ({"next_page": "http://elsewhere.example/api/users/0/items?start=1"}, "at another place"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(opened: Home, trouble: dict[str, Any], told: str) -> None:
    head = opened.library.follow()
    with zotero_server(items=list(ITEMS), collections=list(COLLECTIONS), **trouble) as zotero:
        with pytest.raises(ZoteroFault) as fault:
            imported(opened, zotero, timeout=0.3)
        assert told in str(fault.value)
        assert zotero.address in str(fault.value)
    assert "Nothing was written" in str(fault.value)
    assert opened.library.follow() == head


def test_a_page_that_leads_to_itself_ends_the_reading(opened: Home, zotero: Zotero) -> None:
    zotero.next_page = f"{zotero.address}/items?limit=100&start=0"
    with pytest.raises(ZoteroFault, match="leads back to itself"):
        imported(opened, zotero)


def test_where_there_is_nothing_to_import_that_is_told(opened: Home, zotero: Zotero) -> None:
    with pytest.raises(BadRequest, match=r"no collection 'Nothing' in Zotero: Health \(COLL2345\), Volunteers"):
        imported(opened, zotero, collection="Nothing")
    zotero.items = ITEMS[2:]
    with pytest.raises(BadRequest, match="no item to import"):
        imported(opened, zotero)


def test_from_the_command_line(home: Path, tmp_path: Path, zotero: Zotero) -> None:
    asked = {"home": str(home), "zotero_url": zotero.address}
    tried = commonplace("import", "zotero:", "--dry-run", cwd=tmp_path, **asked)
    assert tried.exit == 0, tried.err
    assert "nothing was changed (dry run)" in tried.text
    done = commonplace("import", "zotero:?collection=Volunteers", "--json", cwd=tmp_path, **asked)
    assert done.exit == 0, done.err
    told = done.json()
    assert (told["file"], told["format"], told["entries"], told["version"]) == ("zotero", "zotero", 1, 2)
    assert (told["annotations"]["fates"]["new"], told["annotations"]["version"]) == (1, 3)
    zotero.troubles["/items"] = [Trouble(200, b"[")]
    for source, why in (
        ("zotero:", "was cut"),
        ("zotero:?q=x", "zotero:?collection=NAME"),
        ("zotero:all", "COMMONPLACE"),
    ):
        wrong = commonplace("import", source, cwd=tmp_path, **asked)
        assert wrong.exit == 2
        assert complains_in_one_line(wrong)
        assert why in wrong.err
