"""Numbers that are none, or that are too long to be any, spoil their field; what nobody foresaw spoils its entry."""

from __future__ import annotations

import pytest

from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.model.record import ReadEntry

LONG = "9" * 5_000
"""A number of more digits than Python reads."""

ODD = ("²", LONG, "٣", "-0", "1e999")

FILES = {
    "csl-json": '[{{"id": "a", "type": "book", "title": "One", "volume": "{0}", "page": "{0}-{0}", "edition": "{0}", '
    '"issued": {{"date-parts": [["{0}", "{0}"]], "season": "{0}"}}}}, {{"id": "b", "type": "book", "title": "Two"}}]',
    "ris": "TY  - BOOK\nID  - a\nTI  - One\nPY  - {0}\nDA  - {0}/{0}/{0}\nSP  - {0}\nEP  - {0}\nET  - {0}\nVL  - {0}\n"
    "ER  - \nTY  - BOOK\nID  - b\nTI  - Two\nER  - \n",
    "bibtex": "@book{{a, title = {{One}}, year = {{{0}}}, month = {{{0}}}, day = {{{0}}}, date = {{{0}-{0}}}, "
    "pages = {{{0}--{0}}}, volume = {{{0}}}, edition = {{{0}}}}}\n@book{{b, title = {{Two}}}}\n",
    "nbib": "PMID- 1\nTI  - One\nDP  - {0} {0} {0}\nPG  - {0}-{0}\nVI  - {0}\n\nPMID- 2\nTI  - Two\n",
    "endnote-xml": "<xml><records><record><ref-type name='Book'>{0}</ref-type><rec-number>1</rec-number>"
    "<titles><title>One</title></titles><pages>{0}-{0}</pages><dates><year>{0}</year><pub-dates><date>{0} {0}</date>"
    "</pub-dates></dates></record><record><titles><title>Two</title></titles></record></records></xml>",
    "mods": "<modsCollection xmlns='http://www.loc.gov/mods/v3'><mods><titleInfo><title>One</title></titleInfo>"
    "<originInfo><dateIssued>{0}</dateIssued></originInfo><part><extent unit='pages'><start>{0}</start></extent>"
    "<detail type='volume'><number>{0}</number></detail></part></mods>"
    "<mods><titleInfo><title>Two</title></titleInfo></mods></modsCollection>",
}


@pytest.mark.parametrize("number", ODD, ids=["superscript", "long", "arabic", "minus", "exponent"])
@pytest.mark.parametrize("format", FILES)
def test_an_odd_number_spoils_no_entry(format: str, number: str) -> None:
    data = FILES[format].format(number).encode()
    entries = list(IMPORT_FORMATS[format].read(data, "a").entries)
    assert [entry.error for entry in entries] == [None, None]
    assert [entry.record and entry.record.title for entry in entries] == ["One", "Two"]


def test_a_number_beyond_all_numbers_in_json_spoils_no_entry() -> None:
    data = b'[{"id": "a", "type": "book", "title": "One", "issued": {"date-parts": [[1e999, NaN]]}, "volume": -1e999}]'
    (entry,) = IMPORT_FORMATS["csl-json"].read(data, "a").entries
    assert (entry.error, entry.record and entry.record.title, entry.record and entry.record.issued) == (
        None,
        "One",
        None,
    )


def test_an_entry_whose_reading_breaks_down_fails_and_says_so() -> None:
    def read() -> ReadEntry:
        raise ZeroDivisionError("by nothing")

    entry = read_or_broken(3, 40, "@book{x}", "x", read)
    assert (entry.position, entry.line, entry.raw, entry.key, entry.record) == (3, 40, "@book{x}", "x", None)
    assert entry.error
    assert "ZeroDivisionError: by nothing" in entry.error
    assert "report it" in entry.error


def test_want_of_memory_is_no_fault_of_the_entry() -> None:
    def read() -> ReadEntry:
        raise MemoryError

    with pytest.raises(MemoryError):
        read_or_broken(1, 1, "", None, read)
