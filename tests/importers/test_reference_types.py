"""EndNote XML and MODS: what elements mean in each kind of work, the faults that RIS had too."""

from __future__ import annotations

import pytest

from commonplace.importers.endnote_xml import read_endnote_xml
from commonplace.importers.mods import read_mods
from commonplace.model.names import Name
from commonplace.model.record import ReadEntry, Record


def endnote(type: str, inner: str) -> ReadEntry:
    text = f'<xml><records><record><ref-type name="{type}">0</ref-type>{inner}</record></records></xml>'
    (entry,) = list(read_endnote_xml(text.encode()))
    return entry


def mods(inner: str) -> ReadEntry:
    (entry,) = list(read_mods(f"<mods><titleInfo><title>T</title></titleInfo>{inner}</mods>".encode()))
    return entry


def record_of(entry: ReadEntry) -> Record:
    assert entry.record is not None
    return entry.record


def roles(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contributor in record.contributors:
        found.setdefault(contributor.role, []).append(contributor.name.full)
    return found


PEOPLE = (
    "<contributors><authors><author>One, Ann</author></authors>"
    "<secondary-authors><author>Two, Ben</author></secondary-authors>"
    "<tertiary-authors><author>Three, Cy</author></tertiary-authors>"
    "<subsidiary-authors><author>Four, Di</author></subsidiary-authors></contributors>"
)


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        (
            "Edited Book",
            {"editor": ["Ann One", "Cy Three"], "collection-editor": ["Ben Two"], "translator": ["Di Four"]},
        ),
        ("Book", {"author": ["Ann One"], "collection-editor": ["Ben Two"], "editor": ["Cy Three"]}),
        ("Book Section", {"editor": ["Ben Two"], "collection-editor": ["Cy Three"], "translator": ["Di Four"]}),
        ("Thesis", {"author": ["Ann One"], "advisor": ["Cy Three"]}),
        ("Report", {"author": ["Ann One"], "collection-editor": ["Ben Two"]}),
    ],
)
def test_who_stands_in_an_element_depends_on_the_reference_type(type: str, expected: dict[str, list[str]]) -> None:
    found = roles(record_of(endnote(type, PEOPLE)))
    assert {role: found[role] for role in expected} == expected


@pytest.mark.parametrize(
    ("type", "inner", "fields", "extra"),
    [
        ("Book", "<pages>345</pages>", {"page": None}, {"number-of-pages": "345"}),
        ("Book", "<pages>12-19</pages>", {"page": "12-19"}, {}),
        ("Thesis", "<pages>90</pages>", {"page": None}, {"number-of-pages": "90"}),
        ("Patent", "<isbn>US 4,904,581</isbn>", {"number": "US 4,904,581", "issn": ()}, {}),
        ("Report", "<isbn>TR-9</isbn>", {"number": "TR-9"}, {}),
        ("Report", "<titles><secondary-title>Papers</secondary-title></titles>", {"collection_title": "Papers"}, {}),
        (
            "Conference Proceedings",
            "<titles><secondary-title>3rd Meeting</secondary-title></titles><custom3>Its papers</custom3>"
            "<custom1>Oslo</custom1>",
            {"container_title": "Its papers"},
            {"event-title": "3rd Meeting", "event-place": "Oslo"},
        ),
        (
            "Journal Article",
            "<periodical><full-title>Journal of Things</full-title><abbr-1>J Things</abbr-1></periodical>"
            "<accession-num>123</accession-num><remote-database-name>Medline</remote-database-name>"
            "<custom2>PMC7</custom2><work-type>Retracted Publication</work-type>",
            {"container_title": "Journal of Things"},
            {
                "container-title-short": "J Things",
                "PMID": "123",
                "PMCID": "PMC7",
                "status": "retracted",
                "remote-database-name": "Medline",
            },
        ),
        ("Computer Program", "<edition>3.1</edition>", {"edition": None}, {"version": "3.1"}),
        ("Journal Article", "<edition>2019/03/05</edition>", {"edition": None, "available": "2019-03-05"}, {}),
        ("Grant", "", {"type": "document", "genre": "grant"}, {}),
        ("Equation", "", {"type": "figure", "genre": "equation"}, {}),
        ("Journal Article", "<keywords><keyword>a; b</keyword></keywords>", {"keywords": ("a", "b")}, {}),
        ("Journal Article", "<publisher>T&amp;amp;F</publisher>", {"publisher": "T&F"}, {}),
    ],
)
def test_elements_mean_what_they_mean_in_their_reference_type(
    type: str, inner: str, fields: dict[str, object], extra: dict[str, str]
) -> None:
    entry = endnote(type, inner)
    record = record_of(entry)
    assert {name: getattr(record, name) for name in fields} == fields
    assert dict(record.extra) == extra
    assert entry.losses == ()


def test_an_advisor_and_a_sponsor_are_kept_and_told() -> None:
    bill = endnote(
        "Bill", "<contributors><secondary-authors><author>Member, Mo</author></secondary-authors></contributors>"
    )
    assert record_of(bill).extra["sponsor"] == "Member, Mo"
    thesis = endnote("Thesis", PEOPLE)
    assert [loss.field for loss in (*bill.losses, *thesis.losses)] == ["secondary-authors", "tertiary-authors"]


def test_a_reference_type_is_known_by_its_number_too() -> None:
    text = '<xml><records><record><ref-type name="Aufsatz">17</ref-type></record></records></xml>'
    (entry,) = list(read_endnote_xml(text.encode()))
    assert record_of(entry).type == "article-journal"
    assert dict(record_of(entry).extra) == {"ref-type": "Aufsatz"}
    assert entry.losses == ()


def test_what_stands_twice_in_a_record_of_endnote_is_kept_and_told() -> None:
    entry = endnote(
        "Journal Article",
        "<volume>1</volume><volume>2</volume><electronic-resource-num>10.1000/a</electronic-resource-num>"
        "<electronic-resource-num>10.1000/b</electronic-resource-num>",
    )
    record = record_of(entry)
    assert (record.volume, record.doi) == ("1", "10.1000/a")
    assert dict(record.extra) == {"volume": "2", "other-doi": "10.1000/b"}
    assert sorted(loss.raw for loss in entry.losses) == ["10.1000/b", "2"]


@pytest.mark.parametrize("name", [", ", ";", "&amp;#1;"])
def test_a_name_with_nothing_in_it_is_told_and_the_entry_is_in(name: str) -> None:
    of_endnote = endnote("Book", f"<contributors><authors><author>{name}</author></authors></contributors>")
    of_mods = mods(f"<name><namePart>{name}</namePart></name>")
    for entry in (of_endnote, of_mods):
        assert record_of(entry).contributors == ()
        assert any(loss.field in ("authors", "name") for loss in entry.losses)


def test_several_names_in_one_element_are_several_people() -> None:
    entry = endnote("Book", "<contributors><authors><author>Doe, Jane; Roe, Ron</author></authors></contributors>")
    assert roles(record_of(entry)) == {"author": ["Jane Doe", "Ron Roe"]}
    assert [loss.field for loss in entry.losses] == ["authors"]


HOST = "<relatedItem type='host'><titleInfo><title>H</title></titleInfo>{}</relatedItem>"


def test_who_is_named_in_the_book_of_a_chapter_is_not_its_author() -> None:
    name = "<name type='personal'><namePart>Two, Ben</namePart><role><roleTerm>{}</roleTerm></role></name>"
    own = "<genre>book chapter</genre><name type='personal'><namePart>One, Ann</namePart></name>"
    record = record_of(
        mods(own + HOST.format(name.format("aut") + name.format("edt").replace("Two, Ben", "Three, Cy")))
    )
    assert roles(record) == {"author": ["Ann One"], "container-author": ["Ben Two"], "editor": ["Cy Three"]}
    series = HOST.replace("host", "series").format(name.format("editor"))
    assert roles(record_of(mods(series))) == {"collection-editor": ["Ben Two"]}


def test_what_mods_says_of_a_name_counts() -> None:
    record = record_of(
        mods(
            "<name type='personal'><namePart>Doe J</namePart></name>"
            "<name type='personal'><namePart>Plato</namePart></name>"
            "<name><namePart>Roe, Ron</namePart></name>"
            "<name type='corporate'><namePart>World Bank, The</namePart></name>"
            "<name type='conference'><namePart>3rd Meeting</namePart></name>"
            "<name type='corporate'><namePart>A University</namePart>"
            "<role><roleTerm>degree grantor</roleTerm></role></name>"
        )
    )
    assert record.names("author") == (
        Name(family="Doe", given="J"),
        Name(family="Plato"),
        Name(family="Roe", given="Ron"),
        Name(literal="World Bank, The"),
    )
    assert (record.publisher, record.extra["event-title"]) == ("A University", "3rd Meeting")


def test_the_advisor_of_a_thesis_in_mods_is_kept_and_told() -> None:
    entry = mods("<name type='personal'><namePart>Guide, Gil</namePart><role><roleTerm>ths</roleTerm></role></name>")
    assert roles(record_of(entry)) == {"advisor": ["Gil Guide"]}
    assert ("name", "Guide, Gil") in [(loss.field, loss.raw) for loss in entry.losses]


def test_identifiers_of_what_a_work_appeared_in_are_not_its_own() -> None:
    record = record_of(mods(HOST.format("<identifier type='doi'>10.1000/whole</identifier>")))
    assert (record.doi, record.extra["host-doi"]) == (None, "10.1000/whole")


@pytest.mark.parametrize(
    ("inner", "fields", "extra"),
    [
        ("<identifier type='pmid'>5</identifier>", {}, {"PMID": "5"}),
        ("<identifier type='report number'>TR-1</identifier>", {"number": "TR-1"}, {}),
        (
            "<genre>book</genre><physicalDescription><extent>345 p.</extent></physicalDescription>",
            {},
            {"number-of-pages": "345"},
        ),
        ("<part><extent unit='pages'><start>12-34</start><end>34</end></extent></part>", {"page": "12-34"}, {}),
        (
            "<genre>journal article</genre><genre>retracted publication</genre>",
            {},
            {"status": "retracted", "genre": "retracted publication"},
        ),
        (
            HOST.format("<titleInfo type='abbreviated'><title>Ht</title></titleInfo>"),
            {"container_title": "H"},
            {"container-title-short": "Ht"},
        ),
    ],
)
def test_mods_says_it_where_others_have_a_name_for_it(
    inner: str, fields: dict[str, object], extra: dict[str, str]
) -> None:
    record = record_of(mods(inner))
    assert {name: getattr(record, name) for name in fields} == fields
    assert dict(record.extra) == extra


def test_what_stands_twice_in_mods_is_kept_and_told() -> None:
    entry = mods(
        "<identifier type='doi'>10.1000/a</identifier><identifier type='doi'>10.1000/b</identifier>"
        "<originInfo><edition>2nd</edition><edition>3rd</edition></originInfo>"
    )
    assert dict(record_of(entry).extra) == {"other-doi": "10.1000/b", "edition": "3rd"}
    assert {"10.1000/b", "3rd"} <= {loss.raw for loss in entry.losses}
