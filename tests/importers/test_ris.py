"""RIS as programs write it: every reference type with its own meaning of the tags, and nothing lost unsaid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonplace.exporters import csl_json, ris
from commonplace.importers.ris import read_ris
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Loss, ReadEntry, Record
from tests.exporters.record_strategies import records


def entry_of(*lines: str, type: str = "JOUR") -> ReadEntry:
    """The one reference with these lines."""
    (entry,) = list(read_ris("\n".join((f"TY  - {type}", *lines, "ER  - ", "")).encode()))
    return entry


def record_of(*lines: str, type: str = "JOUR") -> Record:
    record = entry_of(*lines, type=type).record
    assert record is not None
    return record


def told(entry: ReadEntry) -> list[tuple[str, str]]:
    return [(loss.field, loss.raw) for loss in entry.losses]


def again(record: Record) -> Record | None:
    """The record as it comes back from RIS."""
    (entry,) = list(read_ris("".join(ris.write([record])).encode()))
    return entry.record


def names_of(record: Record) -> dict[str, list[str]]:
    """Full names by role."""
    found: dict[str, list[str]] = {}
    for contributor in record.contributors:
        found.setdefault(contributor.role, []).append(contributor.name.full)
    return found


PEOPLE = ("AU  - One, Ann", "A2  - Two, Ben", "A3  - Three, Cy", "A4  - Four, Di")


@pytest.mark.parametrize(
    ("type", "roles"),
    [
        ("BOOK", {"author": "Ann One", "collection-editor": "Ben Two", "editor": "Cy Three", "translator": "Di Four"}),
        ("EDBOOK", {"editor": "Ann One", "collection-editor": "Ben Two", "translator": "Di Four"}),
        ("EBOOK", {"author": "Ann One", "editor": "Ben Two", "collection-editor": "Cy Three", "translator": "Di Four"}),
        ("CHAP", {"author": "Ann One", "editor": "Ben Two", "collection-editor": "Cy Three", "translator": "Di Four"}),
        ("CLSWK", {"author": "Ann One", "collection-editor": "Ben Two", "editor": "Cy Three", "translator": "Di Four"}),
        ("RPRT", {"author": "Ann One", "collection-editor": "Ben Two", "contributor": "Cy Three"}),
        ("THES", {"author": "Ann One", "advisor": "Cy Three", "translator": "Di Four"}),
        ("SLIDE", {"collection-editor": "Cy Three", "translator": "Di Four"}),
    ],
)
def test_who_stands_in_a_tag_depends_on_the_reference_type(type: str, roles: dict[str, str]) -> None:
    found = names_of(record_of(*PEOPLE, type=type))
    assert {role: found[role][0] for role in roles} == roles


def test_a_role_that_is_no_role_of_csl_is_kept_beside_the_name_and_told() -> None:
    entry = entry_of("A2  - Member, Mo", "TI  - A bill", type="BILL")
    assert entry.record is not None
    assert entry.record.contributors == (Contributor("contributor", Name(family="Member", given="Mo")),)
    assert entry.record.extra["sponsor"] == "Member, Mo"
    assert told(entry) == [("A2", "Member, Mo")]
    advisor = entry_of("A3  - Guide, Gil", type="THES")
    assert told(advisor) == [("A3", "Guide, Gil")]


@pytest.mark.parametrize(
    ("type", "lines", "fields", "extra"),
    [
        ("BOOK", ("T2  - Studies", "SP  - 345"), {"collection_title": "Studies"}, {"number-of-pages": "345"}),
        ("BOOK", ("SP  - 12", "EP  - 19"), {"page": "12-19"}, {}),
        ("BOOK", ("SP  - xii, 345 p.",), {"page": None}, {"number-of-pages": "xii, 345 p."}),
        (
            "THES",
            ("T2  - Physics", "SP  - 90"),
            {"container_title": None},
            {"division": "Physics", "number-of-pages": "90"},
        ),
        ("EDBOOK", ("T2  - Studies",), {"collection_title": "Studies", "container_title": None}, {}),
        ("EBOOK", ("T2  - Part", "T3  - Studies"), {"collection_title": "Studies"}, {"T2": "Part"}),
        ("RPRT", ("T2  - Working papers", "SN  - TR-9"), {"collection_title": "Working papers", "number": "TR-9"}, {}),
        ("RPRT", ("SN  - TR-9", "M1  - D-1"), {"number": "TR-9"}, {"M1": "D-1"}),
        ("GOVDOC", ("T3  - Command papers",), {"collection_title": "Command papers"}, {}),
        ("MAP", ("T2  - Sheets", "C1  - 1:25000"), {"collection_title": "Sheets"}, {"scale": "1:25000"}),
        ("PAT", ("SN  - US1", "A2  - Patent Office", "CY  - US"), {"number": "US1"}, {"authority": "Patent Office"}),
        (
            "CASE",
            ("A2  - U.S.", "PB  - Supreme Court", "SV  - 7"),
            {"container_title": "U.S.", "number": "7"},
            {"authority": "Supreme Court"},
        ),
        ("COMP", ("ET  - 3.11",), {"edition": None}, {"version": "3.11"}),
        ("JOUR", ("ET  - 2019/03/05", "C2  - PMC77"), {"available": "2019-03-05", "edition": None}, {"PMCID": "PMC77"}),
        ("JOUR", ("AN  - 123456", "DB  - Ovid MEDLINE"), {}, {"PMID": "123456", "DB": "Ovid MEDLINE"}),
        ("JOUR", ("AN  - 123456", "DB  - Scopus"), {}, {"AN": "123456", "DB": "Scopus"}),
        ("HEAR", ("T2  - Committee on Trade",), {"container_title": None}, {"section": "Committee on Trade"}),
        ("BOOK", ("BT  - A whole title",), {"title": "A whole title"}, {}),
    ],
)
def test_tags_mean_what_they_mean_in_their_reference_type(
    type: str, lines: tuple[str, ...], fields: dict[str, object], extra: dict[str, str]
) -> None:
    record = record_of(*lines, type=type)
    assert {name: getattr(record, name) for name in fields} == fields
    assert dict(record.extra) == extra


@pytest.mark.parametrize(
    ("type", "csl", "genre"),
    [
        ("CLSWK", "classic", None),
        ("DBASE", "dataset", "database"),
        ("EQUA", "figure", "equation"),
        ("GRNT", "document", "grant"),
        ("UNBILL", "bill", "unenacted bill"),
        ("UNPD", "manuscript", None),
        ("INTV", "interview", None),
    ],
)
def test_reference_types_that_are_seldom_used_are_known(type: str, csl: str, genre: str | None) -> None:
    entry = entry_of("TI  - T", type=type)
    assert entry.record is not None
    assert (entry.record.type, entry.record.genre, entry.losses) == (csl, genre, ())
    assert record_of("TI  - T", "M3  - Other", type=type).genre == "Other"


@pytest.mark.parametrize(
    ("lines", "container", "extra"),
    [
        (
            ("T2  - 3rd Meeting", "C3  - Papers of the 3rd Meeting", "C1  - Oslo"),
            "Papers of the 3rd Meeting",
            {"event-title": "3rd Meeting", "event-place": "Oslo"},
        ),
        (("T2  - 3rd Conference on Y",), "3rd Conference on Y", {"event-title": "3rd Conference on Y"}),
        (("T2  - Lecture Notes in Things",), "Lecture Notes in Things", {}),
        (("T2  - Proceedings of the 3rd Conference",), "Proceedings of the 3rd Conference", {}),
        (("T2  - Same", "C3  - Same"), "Same", {}),
        (("BT  - The papers", "T2  - Congress of Z"), "The papers", {"event-title": "Congress of Z"}),
    ],
)
def test_a_conference_is_not_its_proceedings(lines: tuple[str, ...], container: str, extra: dict[str, str]) -> None:
    for type in ("CONF", "CPAPER"):
        entry = entry_of(*lines, type=type)
        assert entry.record is not None
        assert (entry.record.container_title, dict(entry.record.extra)) == (container, extra)
        assert entry.losses == ()


@pytest.mark.parametrize(
    ("lines", "title", "short", "others"),
    [
        (("JF  - Journal of Things", "JO  - J Things"), "Journal of Things", "J Things", []),
        (("JO  - J Things", "JF  - Journal of Things"), "Journal of Things", "J Things", []),
        (("T2  - Journal of Things", "J2  - J. Things"), "Journal of Things", "J. Things", []),
        (("JO  - Journal of Things",), "Journal of Things", None, []),
        (("JF  - Nature", "JA  - Nature"), "Nature", None, []),
        (("JO  - J Things", "JA  - JT"), "J Things", "JT", []),
        (("T2  - A", "JF  - B"), "A", None, [("JF", "B")]),
        (("T2  - A", "JO  - B", "JA  - C"), "A", "B", [("JA", "C")]),
    ],
)
def test_the_short_title_of_a_journal_is_not_its_title(
    lines: tuple[str, ...], title: str, short: str | None, others: list[tuple[str, str]]
) -> None:
    entry = entry_of(*lines)
    assert entry.record is not None
    assert entry.record.container_title == title
    assert entry.record.extra.get("container-title-short") == short
    assert told(entry) == others


ONCE = [
    *("DO  - 10.1000/", "TI  - T", "VL  - 1", "IS  - 1", "PB  - P", "CY  - C"),
    *("LA  - e", "AB  - A", "ET  - E", "ST  - S", "ID  - k"),
]


@pytest.mark.parametrize("line", ONCE)
def test_what_stands_twice_is_kept_and_told(line: str) -> None:
    tag = line[:2]
    entry = entry_of(f"{line}n", f"{line}nx", f"{line}n")
    assert entry.record is not None
    second = f"{line}nx"[6:]
    assert told(entry) == [(tag, second)]
    assert entry.record.extra[tag] == second
    assert again(entry.record) == entry.record


def test_of_several_dois_the_first_that_is_one_counts() -> None:
    entry = entry_of("DO  - see below", "DO  - https://doi.org/10.1000/A", "DO  - 10.1000/a", "DO  - 10.1000/b")
    assert entry.record is not None
    assert entry.record.doi == "10.1000/A"
    assert dict(entry.record.extra) == {"doi": "see below", "DO": "10.1000/b"}
    assert told(entry) == [("DO", "see below"), ("DO", "10.1000/b")]


def test_several_addresses_and_notes_are_kept() -> None:
    entry = entry_of("UR  - https://a.example", "UR  - https://b.example", "N1  - one", "N1  - two")
    assert entry.record is not None
    assert (entry.record.url, entry.record.note) == ("https://a.example", "one")
    assert dict(entry.record.extra) == {"UR": "https://b.example", "N1": "two"}
    assert entry.losses == ()


@pytest.mark.parametrize(
    ("start", "end", "page", "left"),
    [
        ("12-34", "34", "12-34", None),
        ("12–34", "34", "12-34", None),
        ("123-34", "134", "123-134", None),
        ("12", "12-34", "12-34", None),
        ("12-34", "12-34", "12-34", None),
        ("S1-S9", "S9", "S1-S9", None),
        ("12-34", "40", "12-34", "40"),
        ("3-12", "3-15", "3-12-3-15", None),
        ("12", "12", "12", None),
        ("5, 7-9", "9", "5, 7-9", None),
        ("e3; 12–14", "14", "e3; 12-14", None),
        ("i, 7", "7", "i, 7", None),
    ],
)
def test_a_range_of_pages_is_said_once(start: str, end: str, page: str, left: str | None) -> None:
    entry = entry_of(f"SP  - {start}", f"EP  - {end}")
    assert entry.record is not None
    assert (entry.record.page, entry.record.extra.get("EP")) == (page, left)
    assert told(entry) == ([("EP", left)] if left else [])


@pytest.mark.parametrize(
    ("lines", "url", "doi", "extra"),
    [
        (
            ("UR  - https://a.example/a-long", "/address?q=1", "&p=2"),
            "https://a.example/a-long/address?q=1&p=2",
            None,
            {},
        ),
        (("UR  - https://a.example/", "https://b.example/"), "https://a.example/", None, {"UR": "https://b.example/"}),
        (("UR  -", "https://a.example/x"), "https://a.example/x", None, {}),
        (("DO  - 10.1000/abc", ".def", "-2"), None, "10.1000/abc.def-2", {}),
        (("DO  - https://doi.org/", "10.1000/abc"), None, "10.1000/abc", {}),
        (("DO  - 10.1000/abc", "10.1000/def"), None, "10.1000/abc", {"DO": "10.1000/def"}),
    ],
)
def test_an_address_that_goes_on_has_no_blank_in_it(
    lines: tuple[str, ...], url: str | None, doi: str | None, extra: dict[str, str]
) -> None:
    record = record_of(*lines)
    assert (record.url, record.doi, record.extra) == (url, doi, extra)


def test_lines_that_go_on_are_one_line_except_in_texts_of_several() -> None:
    record = record_of(
        *("TI  - A long title that", "continues here", ""),
        *("T2  - Journal of", "Things"),
        *("AB  - One", "", "two"),
        *("PB  - A", "B"),
    )
    assert (record.title, record.container_title, record.publisher) == (
        "A long title that continues here",
        "Journal of Things",
        "A B",
    )
    assert record.abstract == "One\n\ntwo"


def test_entities_from_the_web_are_undone_once() -> None:
    record = record_of(
        "TI  - Law &amp; order",
        "JF  - Journal of A &amp; B",
        "PB  - T&amp;F",
        "UR  - https://x.example/?a=1&amp;copy=2",
        "KW  - R&amp;D",
        "AU  - M&uuml;ller, Jo",
        "DO  - 10.1000/a&lt;b",
    )
    assert (record.title, record.container_title, record.publisher) == ("Law & order", "Journal of A & B", "T&F")
    assert (record.url, record.keywords, record.doi) == ("https://x.example/?a=1&copy=2", ("R&D",), "10.1000/a<b")
    assert record.names("author") == (Name(family="Müller", given="Jo"),)


def test_keywords_between_semicolons_are_several() -> None:
    assert record_of("KW  - one; two,three", "KW  - four", "five").keywords == ("one", "two,three", "four", "five")
    kept = Record(key="k", type="book", keywords=("a; b", "c"))
    assert again(kept) == kept


def test_a_retracted_publication_says_so() -> None:
    assert record_of("M3  - Article; Retracted Publication").extra["status"] == "retracted"


def test_a_book_is_written_as_others_read_it() -> None:
    record = Record(
        key="k",
        type="book",
        title="T",
        contributors=(
            Contributor("editor", Name(family="E", given="A")),
            Contributor("collection-editor", Name(family="S", given="B")),
        ),
        page="7",
        extra={"number-of-pages": "345"},
    )
    lines = ris.reference(record).split("\r\n")
    assert {"A3  - E, A", "A2  - S, B", "SP  - 7", "EP  - 7", "C7  - number-of-pages: 345"} <= set(lines)
    pages = ris.reference(replace(record, page=None)).split("\r\n")
    assert "SP  - 345" in pages


def test_a_paper_names_its_proceedings_and_its_conference() -> None:
    record = Record(key="k", type="paper-conference", container_title="Papers", extra={"event-title": "Meeting"})
    assert {"TY  - CONF", "C3  - Papers", "T2  - Meeting"} <= set(ris.reference(record).split("\r\n"))
    alone = replace(record, extra={})
    assert {"C3  - Papers", "T2  - Papers"} <= set(ris.reference(alone).split("\r\n"))


_WILD = st.sampled_from(
    'title+an:default;author+an;name;role x;rich title;csl-type;part-of;note;container-title;a:b;"q";a: b;PY;TI;DO;U1;'
    "C3;C7;SP;EP;ID;TY;ST;J2;A2;SN;M3;AN;number-of-pages;event-title;event-place;division;dimensions;authority;scale;"
    "version;remark;container-title-short;number;keywords;available;T2;UR".split(";")
)


_WILD_TEXTS = st.sampled_from(["x", "345", "a: b", "12-34", "PMC5", "a\n\nb", "&amp;"])


@settings(max_examples=40)
@given(record=records, extra=st.dictionaries(_WILD, _WILD_TEXTS))
def test_fields_of_any_name_survive(record: Record, extra: dict[str, str]) -> None:
    written = replace(record, extra={**record.extra, **extra}, contributors=())
    read = again(written)
    assert read is not None
    assert dict(read.extra) == dict(written.extra)
    assert csl_json.item(read) == csl_json.item(written)


def test_what_is_lost_names_its_tag() -> None:
    entry = entry_of("SN  - 12", "PY  - soon")
    assert entry.losses == (
        Loss(field="PY", raw="soon", why="no date can be read from it; kept as text"),
        Loss(field="SN", raw="12", why="neither an ISBN nor an ISSN"),
    )
