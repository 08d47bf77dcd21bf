"""BibTeX files: every entry comes out once, with a record or an error, and nothing is lost without a word."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from commonplace.exporters import bibtex
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.names import Contributor, Name
from commonplace.model.record import ReadEntry, Record

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
TUGBOAT = CORPORA / "tugboat.bib.gz"


def entries(text: str) -> list[ReadEntry]:
    return list(read_bibtex(text.encode()))


def one(text: str) -> Record:
    (entry,) = entries(text)
    assert entry.record is not None
    return entry.record


def lost(entry: ReadEntry) -> list[str]:
    return [loss.field for loss in entry.losses]


def test_fields_go_where_a_record_has_them() -> None:
    record = one(
        """@article{ostrom1996, author = {Ostrom, Elinor}, title = {Crossing the Great Divide}, journal = {World
        Development}, volume = 24, number = {6}, pages = {1073--1087}, year = 1996, doi = {https://doi.org/10.1000/AB},
        issn = {0305750X}, publisher = "Elsevier", keywords = {a, {b, c}}, language = {english}, remark = {x}}"""
    )
    assert record.type == "article-journal"
    assert record.names("author") == (Name(family="Ostrom", given="Elinor"),)
    assert (record.container_title, record.volume, record.issue) == ("World Development", "24", "6")
    assert (record.page, record.issued, record.doi) == ("1073-1087", "1996", "10.1000/AB")
    assert (record.issn, record.keywords, record.language) == (("0305-750X",), ("a", "b, c"), "en")
    assert dict(record.extra) == {"remark": "x"}


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ('month = "17-20 " # jun, year = 1952', "1952-06-17/1952-06-20"),
        ("month = jun, year = 1952", "1952-06"),
        ("month = {June/July}, year = {1952}", "1952-06/1952-07"),
        ('month = "June 28--July 2", year = {1952}', "1952-06-28/1952-07-02"),
        ("month = mar # {~25}, year = 1990", "1990-03-25"),
        ("year = 1990, month = 3, day = 29", "1990-03-29"),
        ("month = {Spring}, year = 2004", "2004-21"),
        ("date = {2018-03-29}, year = {2018}, month = mar", "2018-03-29"),
        ("date = {1990~}", "1990~"),
        ("date = {2010-01/2011-02}", "2010-01/2011-02"),
        ("date = {2013-1-5}", "2013-01-05"),
        ("year = {c. 1850}", "1850~"),
        ("year = {2019--2020}", "2019/2020"),
        ("year = {[1990]}", "1990"),
        ("year = {1999/00}", "1999/2000"),
        ("year = {350 BC}", "-0349"),
        ("year = {-350}", "-0350"),
        ("year = {79}", "0079"),
        ("year = {(1999)}", "1999"),
        ("year = 2001, month = {März}", "2001-03"),
        ("year = 2001, month = {d{\\'e}cembre}", "2001-12"),
        ("year = 2001, month = {#dec#}", "2001-12"),
        ("year = 2001, month = {5.}", "2001-05"),
        ("year = 2001, month = dec, day = {1st}", "2001-12-01"),
        ("year = 2001, month = dec, day = {1--3}", "2001-12-01/2001-12-03"),
        ('year = 2001, month = "10~" # jan', "2001-01-10"),
        ("date = {2001}, month = may, year = 2001", "2001-05"),
        ("date = {2001}, month = may, day = 3", "2001-05-03"),
        ("date = {3 May 2001}", "2001-05-03"),
        ("date = {May 3, 2001}", "2001-05-03"),
        ("date = {Spring 2001}", "2001-21"),
        ("date = {2001/05/03}", "2001-05-03"),
        ("date = {2016-07-05/12}", "2016-07-05/2016-07-12"),
        ("date = {2016-07-05/08-12}", "2016-07-05/2016-08-12"),
        ("date = {1984-1986}", "1984/1986"),
        ("date = {199u}", "199X"),
        ("date = {2001-uu}", "2001-XX"),
        ("date = {y170000}", "Y170000"),
        ("date = {1999/open}", "1999/.."),
        ("date = {1999/unknown}", "1999/"),
    ],
)
def test_dates(fields: str, issued: str) -> None:
    (entry,) = entries(f"@article{{k, title = {{T}}, {fields}}}")
    assert entry.record is not None
    assert entry.record.issued == issued
    assert not entry.losses


def test_what_is_no_date_is_kept_and_reported() -> None:
    (entry,) = entries("@article{k, year = {xx 1985}, month = {Michaelmas}, title={T}}")
    assert entry.record is not None
    assert entry.record.issued == "1985"
    assert dict(entry.record.extra) == {"year": "xx 1985", "month": "Michaelmas"}
    assert lost(entry) == ["year", "month"]


@pytest.mark.parametrize(
    ("fields", "issued", "kept"),
    [
        ("year = {c1999}", "1999", {"year": "c1999"}),
        ("year = {1999a}", "1999", {"year": "1999a"}),
        ("year = {in press}", None, {"year": "in press"}),
        ("date = {2001-13}", "2001", {"date": "2001-13"}),
        ("date = {2001-02-30}", "2001", {"date": "2001-02-30"}),
        ("date = {2016-07/08}", "2016", {"date": "2016-07/08"}),
        ("date = {05/03/2001}", "2001", {"date": "05/03/2001"}),
        ("date = {2001-04}, month = may", "2001-04", {"month": "May"}),
        ("date = {2001}, month = {Michaelmas}", "2001", {"month": "Michaelmas"}),
    ],
)
def test_a_date_that_may_mean_two_things_is_not_guessed(fields: str, issued: str | None, kept: dict[str, str]) -> None:
    (entry,) = entries(f"@article{{k, title = {{T}}, {fields}}}")
    assert entry.record is not None
    assert (entry.record.issued, dict(entry.record.extra)) == (issued, kept)
    assert lost(entry) == list(kept)


def test_a_year_that_contradicts_the_date_is_kept_and_reported() -> None:
    (entry,) = entries("@article{k, date = {2018-03}, year = {2017}, title={T}}")
    assert entry.record is not None
    assert (entry.record.issued, entry.record.extra["year"]) == ("2018-03", "2017")
    assert lost(entry) == ["year"]


def test_strings_are_joined_and_may_use_one_another() -> None:
    record = one('@string{a = "One"} @STRING(b = A # { Two}) @misc{k, title = B # " and " # {more}}')
    assert record.title == "One Two and more"


def test_an_undefined_string_is_reported() -> None:
    (entry,) = entries("@article{k, journal = nowhere, title = {T}}")
    assert entry.record is not None
    assert entry.record.container_title == "nowhere"
    assert lost(entry) == ["journal"]


def test_a_chapter_takes_from_its_book_what_biblatex_says() -> None:
    chapter, book = entries(
        """@inbook{c, title = {Chapter}, author = {A, B}, crossref = {B1}}
        @book{b1, title = {Book}, subtitle = {Sub}, author = {W, X}, year = 2010, publisher = {P}, doi = {10.1000/b}}"""
    )
    assert chapter.record is not None
    assert book.record is not None
    assert chapter.record.container_title == "Book: Sub" == book.record.title
    assert chapter.record.contributors == (
        Contributor("author", Name(family="A", given="B")),
        Contributor("container-author", Name(family="W", given="X")),
    )
    assert (chapter.record.issued, chapter.record.publisher, chapter.record.part_of) == ("2010", "P", "B1")
    assert chapter.record.doi is None


def test_an_own_field_is_not_overwritten_and_grandparents_count() -> None:
    records = [
        entry.record
        for entry in entries(
            """@inproceedings{p, title = {Paper}, crossref = {v}, year = 2001}
        @proceedings{v, title = {Volume}, crossref = {s}, year = 2000}
        @mvproceedings{s, title = {Set}, publisher = {P}}"""
        )
    ]
    assert records[0] is not None
    assert (records[0].container_title, records[0].issued, records[0].publisher) == ("Volume", "2001", "P")


def test_crossrefs_in_a_circle_and_into_nothing_are_reported() -> None:
    first, second, third = entries(
        "@book{a, title={A}, crossref={b}} @book{b, title={B}, crossref={a}} @book{c, crossref={x}}"
    )
    assert first.record is not None
    assert second.record is not None
    assert "crossref" in [*lost(first), *lost(second)]
    assert lost(third) == ["crossref"]


def test_xdata_is_given_to_the_entries_that_name_it() -> None:
    reading = read_bibtex(b"@xdata{x, publisher = {P}, location = {L}} @book{b, title = {B}, xdata = {x}}")
    (entry,) = list(reading)
    assert entry.record is not None
    assert (entry.record.publisher, entry.record.publisher_place) == ("P", "L")
    assert len(reading.preserved["xdata"]) == 1


def test_a_crossref_may_name_a_key_of_before() -> None:
    book, chapter = entries(
        "@book{new, title={Book}, ids={old1, old2}, publisher={P}} @inbook{c, title={C}, crossref={Old2}}"
    )
    assert chapter.record is not None
    assert (chapter.record.container_title, chapter.record.publisher, chapter.record.part_of) == ("Book", "P", "new")
    assert book.record is not None
    assert (book.record.alternative_keys, "ids" in book.record.extra) == (("old1", "old2"), False)


def test_a_field_or_a_name_of_an_xdata_is_taken() -> None:
    reading = read_bibtex(
        b"@book{k, title={T}, publisher={xdata=x-publisher}, location={xdata=x-y-z}, "
        b"author={xdata=n-a-author-2 and Foo, B}} @xdata{x, publisher={P}} @xdata{n-a, author={One, A and Two, B}}"
    )
    (entry,) = list(reading)
    assert entry.record is not None
    assert entry.record.publisher == "P"
    assert [name.full for name in entry.record.names("author")] == ["B Two", "B Foo"]
    assert lost(entry) == ["location"]


@pytest.mark.parametrize(
    ("field", "orcids"),
    [
        ('author+an = {1:orcid="0000-0002-1825-0097"}', "A, B: 0000-0002-1825-0097"),
        ('author+an:orcid = {2="https://orcid.org/0000-0002-1825-0097"}', "C, D: 0000-0002-1825-0097"),
        (
            'author+an:orcid = {1="0000-0002-1825-0097"; 2="0000-0001-5109-3700"}',
            "A, B: 0000-0002-1825-0097; C, D: 0000-0001-5109-3700",
        ),
        ("author+an = {1=highlight}", None),
        ('author+an = {3:orcid="0000-0002-1825-0097"}', None),
        ('author+an = {1:orcid="0000-0002-1825-0098"}', None),
    ],
)
def test_orcids_in_annotations_of_names(field: str, orcids: str | None) -> None:
    record = one(f"@book{{k, title={{T}}, author={{A, B and C, D}}, {field}}}")
    assert record.extra.get("orcid") == orcids
    assert (orcids is None) == any(name.startswith("author+an") for name in record.extra)


def test_comments_within_an_entry_are_told_and_no_part_of_a_name() -> None:
    (entry,) = entries(
        "@article{k,\n % first\n title={T}, % more\n year=2001,\n %note = {gone},\n url={http://a/%20b}}"
    )
    assert entry.record is not None
    assert (entry.record.title, entry.record.issued, entry.record.url) == ("T", "2001", "http://a/%20b")
    assert (entry.record.note, dict(entry.record.extra)) == (None, {})
    assert [loss.raw for loss in entry.losses] == ["% first", "% more", "%note = {gone}"]


def test_what_cannot_be_decoded_stays_latex_in_one_line() -> None:
    assert one("@book{k, title={T}, remark={see \\foo{x}\n   there}}").extra["remark"] == r"see \foo{x} there"


def test_roles() -> None:
    record = one(
        """@collection{k, title = {T}, editor = {A, B and others}, editora = {C, D}, editoratype = {sectioneditor},
        translator = {{Some Office}}}"""
    )
    assert record.contributors == (
        Contributor("editor", Name(family="A", given="B")),
        Contributor("translator", Name(literal="Some Office")),
        Contributor("section-editor", Name(family="C", given="D")),
    )
    assert record.extra["moreeditor"] == "true"


def test_an_annotation_is_about_the_names_of_its_own_field() -> None:
    (entry,) = entries(
        """@book{k, title = {T}, editora = {A, B}, editoratype = {narrator}, editorb = {van C, D and E, F},
        editorbtype = {narrator}, editorb+an:csl = {1="dropping-particle van"}, editor+an:csl = {1="comma-suffix"}}"""
    )
    assert entry.record is not None
    assert [name.dropping_particle for name in entry.record.names("narrator")] == [None, "van", None]
    assert dict(entry.record.extra) == {"editor+an:csl": '1="comma-suffix"'}


def test_an_annotation_that_fits_no_name_is_kept_and_told() -> None:
    (entry,) = entries("""@book{k, title = {T}, author = {A, B}, author+an:csl = {4="comma-suffix"}}""")
    assert entry.record is not None
    assert entry.record.extra["author+an:csl"] == '4="comma-suffix"'
    assert lost(entry) == ["author+an:csl"]


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


def test_braces_that_would_unbalance_an_entry_are_written_otherwise() -> None:
    record = Record(key="k", type="book", url="https://e.org/}{", doi="10.1000/a{b", extra={"file": "C:\\x}y"})
    text = bibtex.entry(record)
    assert "{https://e.org/%7D%7B}" in text
    (entry,) = entries(text)
    assert entry.record is not None
    assert (entry.record.doi, entry.record.extra["file"]) == ("10.1000/a{b", "C:\\x}y")


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
