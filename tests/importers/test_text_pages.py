"""Pages of texts: PDFs are read in a process of their own, which ends where a file asks for too much."""

from __future__ import annotations

import tempfile

import pytest

from commonplace.errors import LogDamaged
from commonplace.importers import text_pages
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.importers.text_pages import pages_of_pdf, pages_of_text
from commonplace.model.kept_pages import KeptPages
from commonplace.model.licences import is_open, licence_iri, licence_name
from tests.pdf import PICTURE, bomb, pdf


def read(data: bytes) -> KeptPages:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return pages_of_pdf(file, len(data))


def test_words_come_whole_from_lines_that_end_within_them() -> None:
    kept = read(pdf(["The ﬁrst ﬂoor of co-", "production – “so”."], PICTURE, ["2"]))
    assert kept.pages == ("The first floor of co\u00adproduction – “so”.", "", "2")
    assert kept.without_text == [2]
    assert KeptPages.read(kept.encoded) == kept


@pytest.mark.parametrize("data", [b"", b"\xff", b"[1]", b"3", b'{"page": []}', b'{"pages": "one"}', b'{"pages": [1]}'])
def test_a_file_of_something_else_is_no_pages(data: bytes) -> None:
    with pytest.raises(LogDamaged, match="holds no pages"):
        KeptPages.read(data)


@pytest.mark.slow
def test_a_file_that_fills_the_memory_ends_its_reader_alone() -> None:
    data = bomb(100)
    assert len(data) < 500_000
    with pytest.raises(UnreadableFile, match="was stopped"):
        read(data)


def test_a_text_beyond_the_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_pages, "PAGES", 3)
    monkeypatch.setattr(text_pages, "CHARACTERS", 40)
    assert len(pages_of_text(b"one\ftwo\fthree\f", None).pages) == 3
    with pytest.raises(UnreadableFile, match="4 pages"):
        pages_of_text(b"1\f2\f3\f4", None)
    with pytest.raises(UnreadableFile, match="40 characters"):
        pages_of_text(b"a" * 41, None)


def test_a_text_is_read_in_the_encoding_that_it_names() -> None:
    assert pages_of_text("\ufeffété".encode(), None).pages == ("été",)
    assert pages_of_text("été".encode("latin-1"), "iso-8859-1").pages == ("été",)
    with pytest.raises(UnreadableFile, match="no encoding is called 'klingon'"):
        pages_of_text(b"a", "klingon")


@pytest.mark.parametrize(
    ("given", "name", "anybody"),
    [
        ("cc0-1.0", "CC0-1.0", True),
        ("CC-BY-ND-3.0", "CC-BY-ND-3.0", True),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-SA-4.0", False),
        ("LicenseRef-publisher", "LicenseRef-publisher", False),
        ("http://spdx.org/licenses/CC-BY-4.0", "CC-BY-4.0", True),
        ("https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0", True),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", "CC-BY-NC-ND-4.0", False),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0", True),
        ("https://creativecommons.org.example.org/licenses/by/4.0/", None, False),
    ],
)
def test_a_licence_is_named_by_identifier_or_address(given: str, name: str | None, anybody: bool) -> None:
    iri = licence_iri(given)
    assert licence_name(iri) == (name or given)
    assert is_open(iri) is anybody
    assert not is_open(None)


def test_what_names_no_licence_is_refused() -> None:
    for given in ("", "my own words", "ftp://example.org/licence", "https://example.org/a b"):
        with pytest.raises(ValueError, match="neither an SPDX identifier"):
            licence_iri(given)
