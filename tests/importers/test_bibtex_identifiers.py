"""Identifiers, addresses and paths in BibTeX, in every spelling; and what is none is kept and told."""

from __future__ import annotations

import pytest

from commonplace.exporters import bibtex
from tests.importers.bibtex_entries import entries, lost, one


def test_identifiers_that_are_none_are_kept_and_reported() -> None:
    (entry,) = entries("@book{k, title={T}, doi = {hdl:2027/x}, isbn = {978-0-674-04258-2, 123}}")
    assert entry.record is not None
    assert entry.record.doi is None
    assert entry.record.isbn == ("978-0-674-04258-2",)
    assert dict(entry.record.extra) == {"doi": "hdl:2027/x", "isbn": "123"}
    assert sorted(lost(entry)) == ["doi", "isbn"]


SICI = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"


@pytest.mark.parametrize(
    ("fields", "doi"),
    [
        (f"doi = {{{SICI}}}", SICI),
        (f"doi = {{{SICI.replace('<', '$<$').replace('>', '$>$')}}}", SICI),
        (r"doi = {" + SICI.replace("<", r"{\textless}").replace(">", r"{\textgreater}") + "}", SICI),
        ("doi = {doi: https://doi.org/10.1000/182}", "10.1000/182"),
        (r"doi = {\href{https://doi.org/10.1000/182}{\path{10.1000/182}}}", "10.1000/182"),
        ("url = {http://dx.doi.org/10.1000/182}", "10.1000/182"),
        (r"howpublished = {\url{https://doi.org/10.1000/182}}", "10.1000/182"),
        ("ee = {https://doi.org/10.1000/182}", "10.1000/182"),
        ("note = {doi:10.1000/182}", "10.1000/182"),
        ("note = {see doi:10.1000/182 too}", None),
        ("url = {https://example.org/?u=https://doi.org/10.1000/182}", None),
    ],
)
def test_dois_in_every_place_and_spelling(fields: str, doi: str | None) -> None:
    (entry,) = entries(f"@article{{k, title = {{T}}, {fields}}}")
    assert entry.record is not None
    assert entry.record.doi == doi
    assert not entry.losses


@pytest.mark.parametrize(
    ("fields", "isbn", "issn"),
    [
        ("isbn = {ISBN-13: 978-0-306-40615-7}", ("978-0-306-40615-7",), ()),
        ("isbn = {978 0 306 40615 7}", ("978-0-306-40615-7",), ()),
        ("isbn = {080442957x, ISBN 0-306-40615-2 (pbk)}", ("0-8044-2957-X", "0-306-40615-2"), ()),
        ("issn = {ISSN 0378-5955 (print)}", (), ("0378-5955",)),
        ("issn = {978-0-306-40615-7; 03785955}", ("978-0-306-40615-7",), ("0378-5955",)),
        ("isbn = {0378-5955}, issn = {1573-0859}", (), ("1573-0859", "0378-5955")),
    ],
)
def test_numbers_with_labels_or_misplaced(fields: str, isbn: tuple[str, ...], issn: tuple[str, ...]) -> None:
    (entry,) = entries(f"@article{{k, title = {{T}}, {fields}}}")
    assert entry.record is not None
    assert (entry.record.isbn, sorted(entry.record.issn)) == (isbn, sorted(issn))
    assert not entry.losses


PATHS = [
    r"C:\Users\nina\new\b_c.pdf",
    "D:\\texts\\",
    r":C\:/Users/x/a_b\;c.pdf:PDF;:d.pdf:PDF",
    r"{Attachment:/home/x/50% & more #1~2.pdf:application/pdf}",
    r"/home/x/{brackets}/$y$.pdf",
    r"\\server\share\f.pdf",
    "/home/a&amp;b.pdf",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("field", ["file", "pdf", "bdsk-file-1", "verba"])
def test_a_path_is_as_it_stands(path: str, field: str) -> None:
    (entry,) = entries(f"@article{{k, title = {{T}},\n {field} = {{{path}}},\n year = 2001}}")
    record = entry.record
    assert record is not None
    assert (record.extra[field], record.title, record.issued) == (path.strip(), "T", "2001")
    assert not entry.losses
    assert f"  {field} = {{{path.strip()}}},\n" in bibtex.entry(record)
    (again,) = entries(bibtex.entry(record))
    assert again.record == record


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://e.org/?a=1&amp;b=2", "https://e.org/?a=1&b=2"),
        (r"https://e.org/?a=1\&amp;b=2", "https://e.org/?a=1&b=2"),
        (r"https://e.org/a\_b\%20c\#d", "https://e.org/a_b%20c#d"),
        ("https://e.org/{id}/a&b_c", "https://e.org/{id}/a&b_c"),
        ("{https://e.org/{id}}", "https://e.org/{id}"),
        ("{a}/b/{c}", "{a}/b/{c}"),
        (r"https://e.org/{\textasciitilde}x", "https://e.org/~x"),
        (r"https://e.org/$\sim$x", "https://e.org/~x"),
        (r"\url{https://e.org/a--b}", "https://e.org/a--b"),
        (r"file:///C:\Users\new\a.pdf", r"file:///C:\Users\new\a.pdf"),
        (r"http:\\e.org\tail", r"http:\\e.org\tail"),
    ],
)
def test_an_address_is_no_latex(raw: str, url: str) -> None:
    record = one(f"@misc{{k, title = {{T}}, url = {{{raw}}}, ee = {{{raw}}}, eprint = {{{raw}}}}}")
    assert (record.url, record.extra["ee"], record.extra["eprint"]) == (url, url, url)
    assert one(bibtex.entry(record)) == record


def test_a_key_in_a_field_is_no_latex() -> None:
    part, other = entries("@inbook{p, crossref = {a--b}, title = {T}, related = {c--d,e~f}} @book{a--b, title = {W}}")
    assert part.record is not None
    assert other.record is not None
    assert (part.record.part_of, part.record.extra["related"]) == (other.key, "c--d,e~f")
