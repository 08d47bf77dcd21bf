"""Broken BibTeX: an entry that is not whole is recovered or reported with its lines, and the next is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from commonplace.exporters import bibtex
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.names import Name
from commonplace.model.record import Record
from tests.importers.bibtex_entries import entries, lost

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
TUGBOAT = CORPORA / "tugboat.bib.gz"


BROKEN = {
    "no closing brace": "@book{k1, title = {No end,\n year = 1999\n",
    "no comma after the key": "@book{k1 title = {T}, year = 1999}\n",
    "no comma between fields": "@book{k1, title = {T} year = 1999}\n",
    "no equals sign": "@book{k1, title {T}, year = 1999}\n",
    "a quote too few": '@book{k1, title = "T, year = 1999}\n',
    "duplicate field": "@book{k1, title = {T}, year = 1999, title = {U}}\n",
    "duplicate key": "@book{k1, title = {T}, year = 1999}\n@book{k1, title = {U}, year = 1999}\n",
}


RUN_ON = {
    "a brace is missing": "title = {Foo {bar},\n  author = {Smith, Ann},\n  year = {2001}\n}",
    "on one line": "title = {Foo {bar}, author = {Smith, Ann}, year = {2001}}",
    "a later brace makes up for it": "title = {Foo {bar},\n  author = {Smith, Ann}},\n  year = {2001}\n}",
    "a quote is missing": 'title = "Foo bar,\n  author = "Smith, Ann",\n  year = 2001\n}',
    "never closed, on one line": "title = {Foo bar, author = {Smith, Ann}, year = 2001\n",
    "nothing closed, on one line": "title = {Foo bar, year = 2001, author = {Smith, Ann}\n",
    "a brace too many": "title = {Foo bar}},\n  author = {Smith, Ann},\n  year = 2001\n}",
}


@pytest.mark.parametrize("kind", RUN_ON)
def test_a_title_does_not_swallow_the_fields_after_it(kind: str) -> None:
    broken, following = entries(f"@article{{k, {RUN_ON[kind]}\n@book{{next, title = {{Next}}}}\n")
    record = broken.record
    assert record is not None
    assert (record.title, record.issued) == ("Foo bar", "2001")
    assert record.names("author") == (Name(family="Smith", given="Ann"),)
    assert "entry" in lost(broken)
    assert following.record is not None
    assert (following.record.title, following.losses) == ("Next", ())


def test_an_abstract_may_show_an_entry() -> None:
    shown = "See @book{x,\n  author = {Y},\n  year = 2001} there"
    (entry,) = entries(f"@article{{k, title = {{Foo}}, abstract = {{{shown}}}}}")
    assert entry.record is not None
    assert "author" in (entry.record.abstract or "")
    assert entry.losses == ()


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_entry_is_recovered_and_reported_and_the_next_is_read(text: str) -> None:
    *broken, last = entries(text + "@article{good, title = {Good}, year = 2000}\n")
    assert last.record is not None
    assert (last.key, last.record.title, last.record.issued) == ("good", "Good", "2000")
    assert len(broken) == text.count("@")
    assert all(entry.key == "k1" and entry.record is not None for entry in broken)
    assert broken[-1].losses or broken[0].losses


def test_a_brace_counts_with_a_backslash_before_it() -> None:
    (entry,) = entries("@book{k1, title = {T\\\\}, note = {\\{a\\} b}, year = 1999}")
    assert entry.record is not None
    assert (entry.record.title, entry.record.note, entry.record.issued) == ("T", "{a} b", "1999")
    assert not entry.losses


@pytest.mark.parametrize("text", [BROKEN["no comma after the key"], BROKEN["no comma between fields"]])
def test_both_fields_are_recovered(text: str) -> None:
    (entry,) = entries(text)
    assert entry.record is not None
    assert (entry.record.title, entry.record.issued) == ("T", "1999")


def test_lines_positions_and_source_are_kept() -> None:
    text = "% a comment\n\n@book{a, title = {A}}\n\n@comment{x}\n@book{b,\n  title = {B}}\n"
    first, second = entries(text)
    assert (first.position, first.line, second.position, second.line) == (1, 3, 2, 6)
    assert first.raw == "@book{a, title = {A}}"
    assert second.raw == "@book{b,\n  title = {B}}"
    assert list(read_bibtex(text.encode()).preserved["comment"]) == ["% a comment", "x"]


def test_braces_that_would_unbalance_an_entry_are_written_otherwise() -> None:
    record = Record(key="k", type="book", url="https://e.org/}{", doi="10.1000/a{b", extra={"file": "C:\\x}y"})
    text = bibtex.entry(record)
    assert "{https://e.org/%7D%7B}" in text
    (entry,) = entries(text)
    assert entry.record is not None
    assert (entry.record.doi, entry.record.extra["file"]) == ("10.1000/a{b", "C:\\x}y")


def test_an_entry_without_a_key_or_fields_still_comes_out() -> None:
    first, second = entries("@article{\n author = {A, B}, title = {T}}\n@article{empty,}")
    assert first.record is not None
    assert (first.key, first.record.title) == (None, "T")
    assert second.record is not None
    assert lost(second) == ["entry"]


@pytest.mark.parametrize("data", [b"", b" \n", b"%PDF-1.7 x", b"PK\x03\x04xx", b"\x1f\x8bxx"])
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_bibtex(data)


def test_encodings() -> None:
    text = "@book{k, title = {Élan}}"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("latin-1")):
        reading = read_bibtex(data)
        (entry,) = list(reading)
        assert entry.record is not None
        assert entry.record.title == "Élan"
        assert bool(reading.faults) == (data == text.encode("latin-1"))


@pytest.mark.skipif(not TUGBOAT.exists(), reason="../shared/corpora/tugboat.bib.gz is not here")
def test_tugboat_comes_out_whole() -> None:
    read = list(read_bibtex(gzip.decompress(TUGBOAT.read_bytes())))
    assert [entry.position for entry in read] == list(range(1, 3645))
    assert all(entry.record is not None and entry.record.title and entry.record.issued for entry in read)
    assert all(loss.why for entry in read for loss in entry.losses)
    lost = [[loss for loss in entry.losses if "how they look" not in loss.why] for entry in read]
    assert sum(map(bool, lost)) < 150


@pytest.mark.parametrize(
    ("written", "meant"),
    [("jornal", "journal"), ("auhtor", "author"), ("titel", "title"), ("pubblisher", "publisher"), ("yaer", "year")],
)
def test_a_misspelt_field_is_kept_and_told_with_the_field_it_may_mean(written: str, meant: str) -> None:
    (entry,) = entries(f"@misc{{k, note = {{N}}, {written} = {{A word}}}}")
    assert entry.record is not None
    assert entry.record.extra[written] == "A word"
    assert [(loss.field, loss.raw) for loss in entry.losses] == [(written, "A word")]
    assert f"{meant} may be meant" in entry.losses[0].why


@pytest.mark.parametrize(
    "name", ["notes", "eissn", "pissn", "title2", "x-journal", "venue", "issue", "editora", "file"]
)
def test_a_field_of_some_program_s_own_is_no_slip(name: str) -> None:
    (entry,) = entries(f"@misc{{k, title = {{T}}, {name} = {{Smith, Ann}}}}")
    assert not [loss for loss in entry.losses if "may be meant" in loss.why]
