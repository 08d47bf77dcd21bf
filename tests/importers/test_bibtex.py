"""BibTeX files: every entry comes out once, with a record or an error, and nothing is lost without a word."""

from __future__ import annotations

import pytest

from commonplace.importers.bibtex import read_bibtex
from commonplace.model.names import Contributor, Name
from tests.importers.bibtex_entries import entries, lost, one


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
    assert [loss.raw for loss in entry.losses] == ["% first", "% more", "%note = {gone},"]


@pytest.mark.parametrize(
    "body",
    [
        "k,\n% once title = {no}\n title={T}, year=2001}",
        "k, title={T}, % shorter, and better\n year=2001}",
        'k, title={T},\n% he said "so\n year=2001}',
        "k,\n% title = {half\n title={T}, year=2001}",
        "k, title={T} % after the value\n , year=2001}",
        'k, title = "T" % {\n # {}, year=2001}',
        "% before the key\nk, title={T}, year=2001}",
        "k, title={T}, year=2001 % note = {gone}\n}",
    ],
)
def test_a_comment_takes_nothing_of_an_entry_along_whatever_is_written_in_it(body: str) -> None:
    """Comments are those of biber: from a percent sign between fields to the end of the line."""
    first, second = entries(f"@article{{{body}\n@article{{other, title={{O}}}}")
    assert first.record is not None
    assert (first.key, first.record.title, first.record.issued, first.record.note) == ("k", "T", "2001", None)
    assert dict(first.record.extra) == {}
    (loss,) = first.losses
    assert (loss.field, loss.raw) == ("entry", body[body.index("%") :].partition("\n")[0])
    assert second.key == "other"


def test_a_percent_sign_within_a_bare_word_begins_no_comment() -> None:
    (entry,) = entries("@article{k, pages = 12%b, title={T}}")
    assert entry.record is not None
    assert entry.record.title == "T"
    assert "comment" not in " ".join(loss.why for loss in entry.losses)


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
