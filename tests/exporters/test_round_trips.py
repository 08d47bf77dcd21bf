"""What is written is read back the same, in every format, whatever characters are in it."""

from __future__ import annotations

import dataclasses
import gzip
import re

import pytest
from hypothesis import given, settings

from commonplace.exporters import bibtex, csl_json, ris
from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.importers.formats import IMPORT_FORMATS, format_of_media_type, guess_format
from commonplace.model.formats import FORMATS
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Record
from tests.conftest import shared
from tests.exporters.record_strategies import records

WRITTEN = sorted(set(EXPORT_FORMATS) & set(IMPORT_FORMATS))


def written(format_name: str, *given_records: Record) -> bytes:
    return EXPORT_FORMATS[format_name].whole(given_records)


def plain(record: Record | None) -> dict[str, object]:
    assert record is not None
    fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    # Every format keeps the order of names within a role, and none the order of roles.
    by_role = sorted(record.contributors, key=lambda contributor: contributor.role)
    return {**fields, "extra": dict(record.extra), "contributors": by_role}


@pytest.mark.parametrize("format_name", WRITTEN)
@settings(max_examples=60)
@given(record=records)
def test_a_record_survives(format_name: str, record: Record) -> None:
    (entry,) = list(IMPORT_FORMATS[format_name].read(written(format_name, record), ""))
    assert plain(entry.record) == plain(record)


WELL_KNOWN = """@inproceedings{k, title = {T}, booktitle = {P}, series = {LNCS}, number = {12}, urldate = {2020-01-02},
  origdate = {1900~}, eventdate = {2001-05-03/2001-05-05}, eventtitle = {E}, venue = {Paris}, volumes = 3,
  pagetotal = {300}, chapter = 7, shorttitle = {S}, origtitle = {O}, origpublisher = {OP}, origlocation = {OL},
  pmid = {123}, pmcid = {PMC1}, annotation = {A}, pubstate = {inpress}, version = {2}}"""


def test_what_several_formats_have_a_name_for_is_said_in_it() -> None:
    (entry,) = list(IMPORT_FORMATS["bibtex"].read(WELL_KNOWN.encode(), ""))
    assert entry.record is not None
    item = csl_json.item(entry.record)
    assert {name: item[name] for name in item if name not in ("id", "citation-key", "type", "custom")} == {
        "title": "T",
        "container-title": "P",
        "collection-title": "LNCS",
        "collection-number": "12",
        "accessed": {"date-parts": [[2020, 1, 2]]},
        "original-date": {"date-parts": [[1900]], "circa": True},
        "event-date": {"date-parts": [[2001, 5, 3], [2001, 5, 5]]},
        "event-title": "E",
        "event-place": "Paris",
        "number-of-volumes": "3",
        "number-of-pages": "300",
        "chapter-number": "7",
        "title-short": "S",
        "original-title": "O",
        "original-publisher": "OP",
        "original-publisher-place": "OL",
        "PMID": "123",
        "PMCID": "PMC1",
        "annote": "A",
        "status": "in press",
        "version": "2",
    }
    assert "custom" not in item
    lines = ris.reference(entry.record).split("\r\n")
    assert {"Y2  - 2020/01/02/", "ST  - S", "NV  - 3"} <= set(lines)
    written_again = bibtex.entry(entry.record)
    assert all(
        f"  {field} = {{" in written_again for field in ("urldate", "venue", "annotation", "pagetotal", "origdate")
    )


@pytest.mark.parametrize("first", WRITTEN)
@pytest.mark.parametrize("second", WRITTEN)
def test_what_several_formats_have_a_name_for_survives_them_all(first: str, second: str) -> None:
    (entry,) = list(IMPORT_FORMATS["bibtex"].read(WELL_KNOWN.encode(), ""))
    assert entry.record is not None
    (once,) = list(IMPORT_FORMATS[first].read(written(first, entry.record), ""))
    assert once.record is not None
    (twice,) = list(IMPORT_FORMATS[second].read(written(second, once.record), ""))
    assert plain(twice.record) == plain(entry.record)


@pytest.mark.parametrize("format_name", WRITTEN)
def test_what_was_read_of_a_big_file_survives(format_name: str) -> None:
    data = gzip.decompress(shared("corpora", "tugboat.bib.gz").read_bytes())
    read = [entry.record for entry in IMPORT_FORMATS["bibtex"].read(data, "")]
    some = [record for record in read[::3] if record is not None]
    again = list(IMPORT_FORMATS[format_name].read(written(format_name, *some), ""))
    assert [plain(entry.record) for entry in again] == list(map(plain, some))
    assert len(some) > 1200


@pytest.mark.parametrize("format_name", WRITTEN)
def test_a_short_title_that_is_the_whole_one_survives(format_name: str) -> None:
    kept = {"container-title-short": "Genetics"}
    for container in ("Genetics", "Genetics and more", None):
        record = Record(key="k", type="article-journal", title="T", container_title=container, extra=kept)
        (entry,) = list(IMPORT_FORMATS[format_name].read(written(format_name, record), ""))
        assert plain(entry.record) == plain(record)


@pytest.mark.parametrize("format_name", WRITTEN)
def test_many_records_come_back_in_order(format_name: str) -> None:
    many = [Record(key=f"k{number}", type="book", title=f"Title {number}") for number in range(5)]
    reading = IMPORT_FORMATS[format_name].read(written(format_name, *many), "")
    assert reading.total == 5
    assert [entry.key for entry in reading] == [record.key for record in many]
    assert not reading.faults


@pytest.mark.parametrize("format_name", WRITTEN)
def test_the_format_is_known_by_its_content_and_its_media_type(format_name: str) -> None:
    data = written(format_name, Record(key="k", type="book", title="T"))
    guessed = guess_format("unnamed", data)
    assert guessed is not None
    assert guessed.name == format_name
    named = format_of_media_type(f"{FORMATS[format_name].media_type}; charset=utf-8")
    assert named is guessed
    assert guessed.format is FORMATS[format_name]


def test_the_name_decides_where_the_content_says_nothing() -> None:
    guessed = guess_format("library.BIB", b"% nothing yet")
    assert guessed is not None
    assert guessed.name == "bibtex"
    assert guess_format("notes.txt", b"hello") is None


def test_braces_in_a_bib_file_are_not_json() -> None:
    for content in (b"{" * 1000, b"{Some words} @ {", b"[note] nothing yet"):
        guessed = guess_format("library.bib", content)
        assert guessed is not None
        assert guessed.name == "bibtex"
    for name, content in (("library.bib", b'[{"id": "a"}]'), ("library.bib", b' {"items": []}'), ("library", b"{{")):
        guessed = guess_format(name, content)
        assert guessed is not None
        assert guessed.name == "csl-json"


def test_bibtex_looks_as_people_write_it() -> None:
    record = Record(
        key="ostrom1996",
        type="article-journal",
        title="The DNA of Co-production & more",
        contributors=(Contributor("author", Name(family="Eijk", given="Carola", particle="van")),),
        issued="1996-06",
        container_title="World Development",
        volume="24",
        issue="6",
        page="1073-1087",
        doi="10.1000/a_b",
        part_of="theBook",
    )
    assert bibtex.entry(record) == (
        "@article{ostrom1996,\n"
        "  author = {van Eijk, Carola},\n"
        "  title = {The {{DNA}} of Co-production \\& more},\n"
        "  journal = {World Development},\n"
        "  volume = {24},\n"
        "  number = {6},\n"
        "  pages = {1073--1087},\n"
        "  year = {1996},\n"
        "  month = jun,\n"
        "  doi = {10.1000/a_b},\n"
        "  xref = {theBook},\n"
        "}\n\n"
    )
    assert "  crossref = {theBook},\n" in bibtex.entry(record, crossref=True)


def test_names_that_bibtex_cannot_write_come_back_and_no_field_takes_the_place_of_another() -> None:
    kept = {"my field": "a", "my-field": "b", "My Field": "c", "title": "d", "URL 2": "e_f--g", "ün": "h"}
    record = Record(key="k", type="book", title="T", extra=kept)
    text = bibtex.entry(record)
    assert "  my-field = {a},\n  x-my-field = {b},\n  x-x-My-Field = {c},\n  x-title = {d},\n" in text
    (entry,) = list(IMPORT_FORMATS["bibtex"].read(text.encode(), ""))
    assert plain(entry.record) == plain(record)


def test_a_date_in_words_is_the_year_of_bibtex() -> None:
    record = Record(key="k", type="book", title="T", extra={"issued": "in preparation"})
    text = bibtex.entry(record)
    assert "  year = {in preparation},\n" in text
    assert "issued" not in text
    (entry,) = list(IMPORT_FORMATS["bibtex"].read(text.encode(), ""))
    assert entry.record is not None
    assert csl_json.item(entry.record)["issued"] == {"literal": "in preparation"}


def test_a_paragraph_that_begins_like_an_entry_does_not_look_like_one() -> None:
    record = Record(key="k", type="book", abstract="One\n\n@book{x, y}\n\n@ two")
    assert len(re.findall(r"^@", bibtex.entry(record), re.MULTILINE)) == 1
    (entry,) = list(IMPORT_FORMATS["bibtex"].read(written("bibtex", record), ""))
    assert plain(entry.record) == plain(record)


@given(record=records)
@settings(max_examples=30)
def test_bibtex_braces_balance_as_bibtex_counts_them(record: Record) -> None:
    text = bibtex.entry(record)
    assert text.count("{") == text.count("}")
    assert len(re.findall(r"^@", text, re.MULTILINE)) == 1
