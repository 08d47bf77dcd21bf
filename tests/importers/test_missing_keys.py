"""Entries without a key are given an author–year key, in every format and however the file is read."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest

from commonplace.exchange.conversion import convert
from commonplace.importers import parallel
from commonplace.importers.bibtex.split import BATCH
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.model.record import ReadEntry

BIB = "@book{%s, author = {Larsen, Eva}, title = {%s}, year = 1999}\n"
RIS = "TY  - BOOK\n%sAU  - Larsen, Eva\nTI  - %s\nPY  - 1999\nER  - \n"
XML = (
    "<record>%s<ref-type>6</ref-type><contributors><authors><author>Larsen, Eva</author></authors></contributors>"
    "<titles><title>%s</title></titles><dates><year>1999</year></dates></record>"
)
MODS = (
    "<mods%s><titleInfo><title>%s</title></titleInfo><name type='personal'><namePart type='family'>Larsen</namePart>"
    "<role><roleTerm>author</roleTerm></role></name><originInfo><dateIssued>1999</dateIssued></originInfo></mods>"
)


def csl(key: str | None, title: str) -> dict[str, object]:
    made = {"type": "book", "title": title, "author": [{"family": "Larsen"}], "issued": {"date-parts": [[1999]]}}
    return {**({"id": key} if key else {}), **made}


KEY = "Larsen1999a"


def four(entry: str, key: str) -> str:
    """Four entries, the third with a key."""
    return "".join(entry % pair for pair in (("", "Ebb"), ("", "Flood"), (key, "Tides"), ("", "Moon")))


FILES = {
    "bibtex": four(BIB, KEY),
    "ris": four(RIS, f"ID  - {KEY}\n"),
    "csl-json": json.dumps([csl(None, "Ebb"), csl(None, "Flood"), csl(KEY, "Tides"), csl(None, "Moon")]),
    "endnote-xml": f"<xml><records>{four(XML, f'<label>{KEY}</label>')}</records></xml>",
    "mods": f"<modsCollection xmlns='http://www.loc.gov/mods/v3'>{four(MODS, f' ID={KEY!r}')}</modsCollection>",
}


def found(entries: list[ReadEntry]) -> list[tuple[str | None, str, bool]]:
    return [(entry.key, entry.record.key, entry.record.key_is_made) for entry in entries if entry.record]


@pytest.mark.parametrize("name", FILES)
def test_entries_without_a_key_have_one_that_no_entry_of_the_file_has(name: str) -> None:
    entries = list(IMPORT_FORMATS[name].read(FILES[name].encode(), "a"))
    assert found(entries) == [
        (None, "larsen1999", True),
        (None, "larsen1999b", True),
        ("Larsen1999a", "Larsen1999a", False),
        (None, "larsen1999c", True),
    ]


def test_an_nbib_citation_without_a_number_has_one_too() -> None:
    text = "PMID- \nTI  - Ebb\nFAU - Larsen, Eva\nDP  - 1999\n\nPMID- 12\nTI  - Flood\n"
    entries = list(IMPORT_FORMATS["nbib"].read(text.encode(), "a.nbib"))
    assert found(entries) == [(None, "larsen1999", True), ("pmid12", "pmid12", False)]


@pytest.mark.parametrize("name", FILES)
def test_what_is_converted_has_those_keys(name: str) -> None:
    out = io.BytesIO()
    convert(FILES[name].encode(), "a", name, "csl-json", lambda: out)
    assert [item["id"] for item in json.loads(out.getvalue())] == [
        "larsen1999", "larsen1999b", "Larsen1999a", "larsen1999c",
    ]  # fmt: skip


def entries_of(entries: Sequence[ReadEntry]) -> list[ReadEntry]:
    return list(entries)


def test_a_file_read_by_several_processes_has_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)
    more = "".join(BIB % (f"key{number}" if number % 100 else "", f"Title {number}") for number in range(BATCH * 3))
    data = (more + BIB % ("Larsen1999a", "Tides") + "@book{, year = 1999}\n@book{\n").encode()
    here = list(IMPORT_FORMATS["bibtex"].read(data, "a.bib"))
    cores = BatchReading(IMPORT_FORMATS["bibtex"], data, "a.bib", entries_of, cores=2)
    assert [entry for batch in cores for entry in batch] == here
    made = [entry.record.key for entry in here if entry.record and entry.record.key_is_made]
    assert made[:3] == ["larsen1999", "larsen1999b", "larsen1999c"]
    assert len(made) == len(set(made)) == 13


def test_what_one_converts_another_can_read_again() -> None:
    """The keys of a conversion are keys like any: nothing says any more that they were made."""
    out = io.BytesIO()
    convert(FILES["ris"].encode(), "a.ris", None, "bibtex", lambda: out)
    again = found(list(IMPORT_FORMATS["bibtex"].read(out.getvalue(), "a.bib")))
    assert again == [(key, key, False) for key in ("larsen1999", "larsen1999b", "Larsen1999a", "larsen1999c")]
