"""Bytes in any encoding are read or refused by name; no bytes end as nothing at all."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.errors import BadRequest
from commonplace.exchange.conversion import convert
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.formats import IMPORT_FORMATS, guess_format
from commonplace.importers.text_encoding import UnreadableFile, decode_text

read_csl_json = IMPORT_FORMATS["csl-json"].read
BIB = "@book{k,\n title = {Élan {ß} 毛},\n year = 2001}\n"
RIS = "TY  - BOOK\nTI  - Élan ß\nER  - \n"
CSL = '[{"id": "k", "type": "book", "title": "Élan ß"}]'
MARKED = ["utf-8-sig", "utf-16", "utf-32"]
UNMARKED = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", MARKED + UNMARKED)
@pytest.mark.parametrize("text", [BIB, RIS, CSL, BIB * 3000])
def test_every_utf_is_read(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    read, faults = decode_text(data)
    assert read == text
    assert [fault.why for fault in faults] == (
        [f"no byte order mark; the file was read as {encoding.upper()}"] if encoding in UNMARKED[1:] else []
    )
    guessed = guess_format("unnamed", data[:65_536])
    assert guessed is not None
    assert guessed.name == {"@": "bibtex", "T": "ris", "[": "csl-json"}[text[0]]


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_a_mark_in_the_other_order_is_read(encoding: str) -> None:
    assert decode_text(("\ufeff" + BIB).encode(encoding))[0] == BIB


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_what_begins_in_an_encoding_and_is_broken_is_refused_by_its_name(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match=encoding.upper()):
        decode_text(BIB.encode(encoding) + b"\xff")


@pytest.mark.parametrize(
    "data",
    [
        "just words".encode("utf-32"),
        "just words".encode("utf-16-le"),
        "just words".encode("latin-1") + b"\xe9",
        b"just\x00words\x07",
        b"%comment only\n",
        b"@comment{x}",
        "@book{k, title={T}}".encode("cp037"),
    ],
)
@pytest.mark.parametrize("name", sorted(IMPORT_FORMATS))
def test_bytes_without_an_entry_end_in_a_refusal(data: bytes, name: str) -> None:
    out = io.BytesIO()
    with pytest.raises(BadRequest):
        convert(data, "x.bib", name, "csl-json", lambda: out)
    assert out.getvalue() == b""


@given(st.binary(max_size=60))
def test_no_bytes_end_as_nothing(data: bytes) -> None:
    out = io.BytesIO()
    try:
        receipt = convert(data, "x.bib", "bibtex", "csl-json", lambda: out)
    except BadRequest:
        assert out.getvalue() == b""
    else:
        assert receipt.entries > 0


def test_characters_that_xml_cannot_hold_are_taken_out_and_told() -> None:
    reading = read_bibtex("@book{k, title = {A\x07B\x00 \ufffeC\uffff}}".encode())
    (entry,) = reading
    assert entry.record is not None
    assert entry.record.title == "A B C"
    assert [fault.why for fault in reading.faults] == ["4 control characters in the file, read as spaces"]


def test_latex_makes_no_character_that_is_none() -> None:
    (entry,) = read_bibtex(rb"@book{k, title = {a\char7 b\char55296 c\char160 d\symbol{1}e &#7; &#xD800; &nbsp;x}}")
    assert entry.record is not None
    assert entry.record.title == "abc\u00a0de \ufffd \u00a0x"


def test_half_a_character_in_the_escapes_of_json_is_taken_out_and_told() -> None:
    items = [{"id": "a", "title": "x\ud800"}, {"id": "b\udc00"}, {"id": "c", "author": [{"family": "\U0001f600"}]}]
    first, second, third = read_csl_json(json.dumps(items).encode(), "")
    assert [(entry.record and entry.record.key) for entry in (first, second, third)] == ["a", "b", "c"]
    assert first.record is not None
    assert first.record.title == "x"
    told = [[loss.raw for loss in entry.losses if loss.field != "type"] for entry in (first, second)]
    assert told == [["x\\ud800"], ["b\\udc00"]]
    assert third.record is not None
    assert third.record.contributors[0].name.family == "\U0001f600"


def test_control_characters_in_the_escapes_of_json_are_taken_out_and_told() -> None:
    item = {
        "id": "a\x01",
        "type": "book",
        "title": "A\x00B\ufffe",
        "author": [{"family": "C\x07"}],
        "note": "tab\there",
    }
    (entry,) = read_csl_json(json.dumps([item]).encode(), "")
    assert entry.record is not None
    assert (entry.record.key, entry.record.title, entry.record.note) == ("a", "A B", "tab\there")
    assert {loss.field for loss in entry.losses} == {"key", "title", "author"}
