"""Records become items of Zotero, and are what they were when they are read back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from commonplace.exporters.zotero import zotero_data
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.zotero import read_zotero
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from commonplace.model.types import FABIO_CLASS
from commonplace.model.zotero_terms import CSL_TYPE, ITEM_TYPE, ITEM_TYPES, creator_of, role_of
from tests.conftest import ROOT


def read_back(record: Record) -> Record:
    """Return the record of the item that a record is written as."""
    (entry,) = read_zotero(json.dumps([{"key": "AAAAAAAA", "version": 1, "data": zotero_data(record)}]).encode())
    assert entry.record is not None, entry.error
    assert entry.losses == ()
    return entry.record


def test_the_reference_set_comes_back_as_it_was() -> None:
    read = list(read_bibtex((ROOT / "data" / "works.bib").read_bytes()))
    assert len(read) > 30
    for entry in read:
        record = entry.record
        assert record is not None
        back = read_back(record)
        for field in fields(record):
            assert getattr(back, field.name) == getattr(record, field.name), f"{record.key}: {field.name}"


@pytest.mark.parametrize("type", FABIO_CLASS)
def test_every_type_has_an_item_type_and_comes_back(type: str) -> None:
    record = Record(
        key="a", type=type, title="A & B <i>c</i>", issued="1996-05", doi="10.1000/x", isbn=("978-3-030-29980-4",)
    )
    data = zotero_data(record)
    assert set(ITEM_TYPES[data["itemType"]].bases) <= set(data)
    back = read_back(record)
    assert (back.type, back.issued, back.doi, back.isbn) == (type, "1996-05", "10.1000/x", record.isbn)


@pytest.mark.parametrize("name", ITEM_TYPES)
def test_every_item_type_has_a_csl_type_and_its_creators_roles(name: str) -> None:
    type = ITEM_TYPES[name]
    assert CSL_TYPE[name] in FABIO_CLASS
    assert CSL_TYPE[ITEM_TYPE[CSL_TYPE[name]]] == CSL_TYPE[name]
    assert len(set(type.bases.values())) == len(type.bases), "each field has a base of its own"
    assert creator_of(type, "author") == type.creators[0] or role_of(type, type.creators[0]) == "contributor"


@pytest.mark.parametrize(
    "name",
    [
        Name(family="Eijk", given="Carola", particle="van"),
        Name(family="Humboldt", given="Alexander", dropping_particle="von"),
        Name(family="King", given="Martin Luther", suffix="Jr."),
        Name(family="Plato"),
        Name(literal="World Health Organization"),
        Name(family="O’Brien & Co", given="<J.>"),
    ],
)
def test_names_come_back(name: Name) -> None:
    for role in ("author", "editor", "illustrator"):
        record = Record(key="a", type="book", title="t", contributors=(Contributor(role, name),))
        assert read_back(record).contributors == record.contributors


def data_of(**fields: Any) -> dict[str, Any]:
    return zotero_data(Record(key="k", **fields))


def test_what_an_item_type_has_no_field_for_stands_in_extra() -> None:
    data = data_of(
        type="book", title="t", doi="10.1000/x", note="Read twice.\nOnce aloud.", extra={"original-date": "1950"}
    )
    assert data["extra"].splitlines() == [
        "Citation Key: k",
        "DOI: 10.1000/x",
        "original-date: 1950",
        "Read twice.",
        "Once aloud.",
    ]
    assert "DOI" not in data


def test_fields_have_the_names_of_their_item_types() -> None:
    thesis = data_of(type="thesis", title="t", publisher="Laval", genre="PhD thesis")
    assert (thesis["university"], thesis["thesisType"]) == ("Laval", "PhD thesis")
    film = data_of(type="motion_picture", title="t", contributors=(Contributor("director", Name(family="Varda")),))
    assert film["creators"] == [{"creatorType": "director", "firstName": "", "lastName": "Varda"}]
    assert data_of(type="legal_case", title="A v. B")["caseName"] == "A v. B"
    assert data_of(type="classic", title="t")["extra"].splitlines()[1] == "Type: classic"


def test_keywords_are_automatic_tags() -> None:
    record = Record(key="a", type="book", title="t", keywords=("one, two", "three; four", "<b>"))
    assert [tag["type"] for tag in zotero_data(record)["tags"]] == [1, 1, 1]
    assert read_back(record).keywords == record.keywords


def test_dates_that_are_no_days_are_text() -> None:
    for issued in ("199X", "1996/1998", "-0043", "2001-21", "1996~"):
        assert read_back(Record(key="a", type="book", title="t", issued=issued)).issued == issued
    accessed = data_of(type="webpage", title="t", extra={"accessed": "2020"})
    assert (accessed["accessDate"], "accessed: 2020" in accessed["extra"]) == ("", True)
