"""Zotero's own JSON is read: items with creators, notes, tags and collections; what is left behind is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commonplace.errors import BadRequest
from commonplace.importers.formats import format_of
from commonplace.importers.reading import Reading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.importers.zotero import read_zotero
from commonplace.model.record import ReadEntry, Record


def item(key: str, **data: Any) -> dict[str, Any]:
    """An object as Zotero's API answers it."""
    return {"key": key, "version": 7, "library": {"type": "user", "id": 1}, "data": {"key": key, "version": 7, **data}}


def reading(*objects: Any) -> Reading:
    return read_zotero(json.dumps(objects).encode())


def only(*objects: Any) -> tuple[Record, ReadEntry]:
    (entry,) = reading(*objects)
    assert entry.record is not None, entry.error
    return entry.record, entry


BOOK = item("BOOK2345", itemType="book", title="A Book", publisher="Press", date="May 2001", ISBN="9783030299804")


def test_an_item_is_a_record() -> None:
    record, entry = only(
        item(
            "ARTC2345",
            itemType="journalArticle",
            title="Trust & <i>Co</i>",
            creators=[
                {"creatorType": "author", "firstName": "Carola", "lastName": "van Eijk"},
                {"creatorType": "editor", "name": "World Health Organization"},
            ],
            publicationTitle="Voluntas",
            volume="3",
            pages="1-9",
            date="2001-05-03",
            DOI="https://doi.org/10.1000/XYZ",
            accessDate="2020-02-03T10:00:00Z",
            extra="Citation Key: eijk2001\nPMID: 123\nOriginal Date: 1950\nRead twice.",
            tags=[{"tag": "trust"}, {"tag": "care; of many", "type": 1}],
            rights="CC BY",
        )
    )
    assert (record.key, record.type, record.title) == ("eijk2001", "article-journal", "Trust & Co")
    assert [name.full for name in record.names("author")] == ["Carola van Eijk"]
    assert record.names("editor")[0].literal == "World Health Organization"
    assert (record.container_title, record.volume, record.page) == ("Voluntas", "3", "1-9")
    assert (record.issued, record.doi, record.note) == ("2001-05-03", "10.1000/XYZ", "Read twice.")
    assert record.keywords == ("trust", "care; of many")
    assert record.extra["PMID"] == "123"
    assert (record.extra["original-date"], record.extra["accessed"]) == ("1950", "2020-02-03")
    assert record.extra["license"] == "CC BY"
    assert entry.losses == ()


def test_notes_and_collections_belong_to_their_items() -> None:
    top = {"key": "COLL2345", "version": 1, "data": {"key": "COLL2345", "name": "Health", "parentCollection": False}}
    sub = {"key": "COLL6789", "version": 1, "data": {"key": "COLL6789", "name": "Volunteers"}}
    sub["data"]["parentCollection"] = "COLL2345"  # type: ignore[index]
    note = item("NOTE2345", itemType="note", parentItem="BOOK2345", note="<p>One &amp; <b>two</b></p><p>three</p>")
    book = {**BOOK, "data": {**BOOK["data"], "collections": ["COLL6789", "GONE2345"]}}
    record, _ = only(note, top, book, sub)
    assert record.note is not None
    assert record.note.split() == ["One", "&", "two", "three"]
    assert record.extra["collections"] == "Health/Volunteers"
    assert record.issued == "2001-05"


def test_a_circle_of_collections_ends() -> None:
    circle = {"key": "COLL2345", "data": {"key": "COLL2345", "name": "a", "parentCollection": "COLL2345"}}
    record, _ = only(circle, {**BOOK, "data": {**BOOK["data"], "collections": ["COLL2345"]}})
    assert record.extra["collections"].startswith("a/a")


def test_what_is_left_behind_is_told() -> None:
    pdf = item("FILE2345", itemType="attachment", parentItem="BOOK2345", title="Full Text", path="/home/me/a.pdf")
    marked = item("MARK2345", itemType="annotation", parentItem="FILE2345", annotationText="as it is written")
    related = {**BOOK, "data": {**BOOK["data"], "relations": {"dc:relation": "http://zotero.org/users/1/items/X"}}}
    lonely = [item(f"NOTE234{n}", itemType="note", note="alone") for n in range(2)]
    orphan = item("NOTE6789", itemType="note", parentItem="GONE2345", note="of nobody")
    trash = item("TRSH2345", itemType="book", title="Thrown away", deleted=1)
    read = reading(pdf, marked, related, *lonely, orphan, trash)
    (entry,) = read
    assert [(loss.field, loss.raw) for loss in entry.losses] == [
        ("relations", ""),
        ("attachment", "Full Text"),
        ("annotation", "as it is written"),
    ]
    assert sorted(fault.why for fault in read.faults) == [
        "1 × item in the trash: not taken",
        "1 × note whose item is not among these: not taken",
        "2 × note that belongs to no item: not taken",
    ]


def test_what_csl_has_no_word_for_is_kept_by_zoteros() -> None:
    creators = [
        {"creatorType": "attorneyAgent", "firstName": "Ann", "lastName": "Agent"},
        {"creatorType": "inventor", "firstName": "Ina", "lastName": "Inventor"},
    ]
    fields = {"assignee": "Wheels & Co", "country": "NL", "filingDate": "2001-02-03"}
    record, entry = only(item("PATN2345", itemType="patent", title="A Wheel", creators=creators, **fields))
    assert (record.extra["assignee"], record.extra["country"]) == ("Wheels & Co", "NL")
    assert record.extra["submitted"] == "2001-02-03"
    roles = {one.name.full: one.role for one in record.contributors}
    assert roles == {"Ina Inventor": "author", "Ann Agent": "contributor"}
    assert [(loss.field, loss.raw) for loss in entry.losses] == [("creators", "Ann Agent")]


def test_an_item_type_that_is_not_known_is_a_document() -> None:
    record, entry = only(item("HOLO2345", itemType="hologram", title="A Light"))
    assert (record.type, record.title, record.extra["itemType"]) == ("document", "A Light", "hologram")
    assert [loss.field for loss in entry.losses] == ["itemType"]


def test_an_item_that_is_broken_does_not_take_the_others() -> None:
    text = json.dumps([BOOK, item("BOOK6789", itemType="book", title="Another")])
    cut = list(read_zotero(text[:-30].encode()))
    assert cut[0].record is not None
    assert cut[0].record.title == "A Book"
    assert any(entry.error for entry in cut[1:])
    strange = list(reading(BOOK, 3, {"nothing": 1}))
    assert [entry.error is None for entry in strange] == [True, False, False]
    with pytest.raises(UnreadableFile):
        read_zotero(b"itemType: book")


def test_it_is_told_from_csl_json() -> None:
    for objects in ([BOOK], BOOK, [BOOK["data"]], [{"itemType": "book", "title": "As it is sent"}]):
        assert format_of(None, "items.json", json.dumps(objects).encode()).name == "zotero"
    csl = [{"id": "a", "type": "book", "title": 'A "itemType": in a title'}]
    assert format_of(None, "items.json", json.dumps(csl).encode()).name == "csl-json"
    with pytest.raises(BadRequest):
        format_of(None, "items", b"\x00\x01")
