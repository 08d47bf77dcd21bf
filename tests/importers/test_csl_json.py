"""CSL-JSON as programs write it: names, dates, keywords and identifiers come out as they went in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commonplace.exporters import csl_json
from commonplace.importers.csl_json import read_csl_json
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.csl_terms import NAME_VARIABLES
from commonplace.model.record import ReadEntry


def read_item(**members: Any) -> ReadEntry:
    (entry,) = read_csl_json(json.dumps([{"id": "k", "type": "book", "title": "T", **members}]).encode())
    return entry


def through(**members: Any) -> dict[str, Any]:
    """What an item with these members comes out as."""
    record = read_item(**members).record
    assert record is not None
    return csl_json.item(record)


@pytest.mark.parametrize(
    "name",
    [
        {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
        {"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"},
        {"family": "Rochefoucauld", "given": "François", "dropping-particle": "de", "non-dropping-particle": "La"},
        {"family": "Davis", "given": "Sammy", "suffix": "Jr.", "comma-suffix": True},
        {"family": "Mao", "given": "Zedong", "static-ordering": True},
        {"literal": "Ministry of Works & Housing"},
        {"literal": "AC/DC", "static-ordering": True},
    ],
)
@pytest.mark.parametrize("role", ["author", "editor", "reviewed-author", "narrator"])
def test_a_name_comes_out_as_it_went_in(name: dict[str, Any], role: str) -> None:
    assert not read_item(**{role: [name]}).losses
    assert through(**{role: [name]})[role] == [name]


@pytest.mark.parametrize("role", sorted(NAME_VARIABLES))
def test_every_role_of_csl_is_kept(role: str) -> None:
    assert through(**{role: [{"family": "Poe"}]})[role] == [{"family": "Poe"}]


@pytest.mark.parametrize(
    ("written", "names", "told"),
    [
        ({"family": "Poe", "given": "Edgar"}, [{"family": "Poe", "given": "Edgar"}], ""),
        ("Edgar Poe", [{"literal": "Edgar Poe"}], "no comma"),
        (["Edgar Poe"], [{"literal": "Edgar Poe"}], "no comma"),
        ("Poe, Edgar", [{"family": "Poe", "given": "Edgar"}], "family and given"),
        (["Poe, Edgar", {"family": "Doe"}], [{"family": "Poe", "given": "Edgar"}, {"family": "Doe"}], "a text"),
        (
            "Poe, E.; van Gogh, V.",
            [{"family": "Poe", "given": "E."}, {"family": "Gogh", "given": "V.", "non-dropping-particle": "van"}],
            "2 names",
        ),
        ([None, {"family": "Poe", "given": None}], [{"family": "Poe"}], ""),
        ([{"family": "Poe", "literal": "Edgar Poe", "given": "Edgar"}], [{"family": "Poe", "given": "Edgar"}], ""),
        ([{"family": "Poe", "literal": "The Poe estate"}], [{"family": "Poe"}], "The Poe estate"),
        ([{"family": "Poe", "affiliation": [{"name": "Here"}]}], [{"family": "Poe"}], "affiliation"),
        ([{"family": "Poe", "affiliation": [], "sequence": "first"}], [{"family": "Poe"}], ""),
        ([{"family": "P&amp;C"}], [{"family": "P&C"}], ""),
        ([7], [{"literal": "7"}], ""),
        ([{"x": 1}], None, "without any text"),
    ],
)
def test_names_in_odd_shapes(written: Any, names: list[dict[str, str]] | None, told: str) -> None:
    entry = read_item(author=written)
    assert through(author=written).get("author") == names
    assert bool(entry.losses) == bool(told)
    assert all(loss.field == "author" and told in loss.why for loss in entry.losses)


def test_null_is_absent_wherever_it_stands() -> None:
    members = {
        "author": None,
        "editor": [None],
        "issued": None,
        "accessed": {"date-parts": None},
        "keyword": None,
        "ISBN": None,
        "DOI": None,
        "volume": None,
        "event-place": None,
        "my-own": None,
        "custom": {"a": None, "b": [None, "x"]},
    }
    assert not read_item(**members).losses
    assert through(**members) == {
        "id": "k",
        "citation-key": "k",
        "type": "book",
        "title": "T",
        "custom": {"b": '["x"]'},
    }


def test_a_text_that_reads_null_is_a_text() -> None:
    assert through(title="null")["title"] == "null"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (2.5, "2.5"), (True, "true"), (["3", None, 4], "3; 4"), ({"a": "b"}, '{"a": "b"}')],
)
def test_what_is_no_text_is_kept_as_json_writes_it(value: Any, text: str) -> None:
    entry = read_item(volume=value)
    assert entry.record is not None
    assert entry.record.volume == text
    assert bool(entry.losses) == isinstance(value, dict)


@pytest.mark.parametrize(
    ("written", "keywords"),
    [
        ("Reading, Remedial; Children, Gifted", ["Reading, Remedial", "Children, Gifted"]),
        ("one, two", ["one", "two"]),
        ("R&amp;D, teaching", ["R&D", "teaching"]),
        (["A, B", "C"], ["A, B", "C"]),
        ("; a ;; b", ["a", "b"]),
    ],
)
def test_a_semicolon_separates_keywords_where_there_is_one(written: Any, keywords: list[str]) -> None:
    record = read_item(keyword=written).record
    assert record is not None
    assert list(record.keywords) == keywords
    (again,) = read_csl_json("".join(csl_json.write([record])).encode())
    assert again.record == record


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ({"literal": "in press"}, "in press"),
        ({"literal": "o.J."}, "o.J."),
        ({"date-parts": [[1962]], "literal": "1962 [1961]"}, "1962 [1961]"),
        ({"date-parts": [[2010, 5]], "literal": "Whitsun 2010"}, "Whitsun 2010"),
    ],
)
@pytest.mark.parametrize("variable", ["issued", "original-date", "accessed", "available-date"])
def test_the_words_of_a_date_are_kept_beside_its_parts(variable: str, date: dict[str, Any], words: str) -> None:
    assert through(**{variable: date})[variable] == date
    assert [loss.field for loss in read_item(**{variable: date}).losses] == [] if "date-parts" in date else [variable]


def test_a_season_in_words_is_kept() -> None:
    made = through(issued={"date-parts": [[2003]], "season": "Michaelmas"})
    assert made["issued"] == {"date-parts": [[2003]], "literal": "Michaelmas 2003"}


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ({"date-parts": [[2001, 4]], "season": "2"}, "the season 2 stands beside 2001-04"),
        ({"date-parts": [[2001], [2003]], "season": 1}, "the season 1 stands beside 2001/2003"),
        ({"date-parts": [[2001]], "season": "2"}, ""),
        ({"date-parts": [[2001]], "season": "2", "circa": True}, ""),
    ],
)
def test_a_season_that_a_date_has_no_place_for_is_told(date: dict[str, Any], told: str) -> None:
    why = "".join(loss.why for loss in read_item(issued=date).losses)
    assert why.startswith(told)
    assert bool(why) == bool(told)


def test_years_before_christ_are_csls_own() -> None:
    assert through(issued={"date-parts": [[-29, 9]]})["issued"] == {"date-parts": [[-29, 9]]}
    record = read_item(issued={"date-parts": [[-29, 9]]}).record
    assert record is not None
    assert record.issued == "-0028-09"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://e.org/?a=1&b=2", "https://e.org/?a=1&b=2"),
        ("https://e.org/?a=1&amp;b=2", "https://e.org/?a=1&b=2"),
        ("https://e.org/?a=1&#38;b=2", "https://e.org/?a=1&b=2"),
        ("https://e.org/?a=1&copy=2", "https://e.org/?a=1&copy=2"),
        ("https://e.org/<b>x</b>", "https://e.org/<b>x</b>"),
        ("https://e.org/{x}_y~z", "https://e.org/{x}_y~z"),
    ],
)
def test_an_address_is_as_it_is(url: str, kept: str) -> None:
    assert not read_item(URL=url).losses
    assert through(URL=url)["URL"] == kept


def test_a_doi_is_as_it_is() -> None:
    doi = "10.1000/a<sub>2</sub>_{x}"
    assert through(DOI=doi)["DOI"] == doi


def test_text_of_other_variables_may_have_entities() -> None:
    made = through(**{"event-title": "R&amp;D days", "title-short": "<i>S</i>"})
    assert (made["event-title"], made["title-short"]) == ("R&D days", "S")


ITEM = {"id": "a", "type": "book", "title": "Real title"}


@pytest.mark.parametrize(
    "wrapped",
    [
        [ITEM],
        ITEM,
        {"items": [ITEM]},
        {"references": [ITEM]},
        {"version": 1, "bibliography": [ITEM], "more": []},
        {"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": [ITEM]}},
        {"status": "ok", "message": ITEM},
        {"whatever": [ITEM]},
        {"a": {"type": "book", "title": "Real title"}},
    ],
)
def test_the_items_are_found_wherever_they_stand(wrapped: Any) -> None:
    (entry,) = read_csl_json(json.dumps(wrapped, indent=1).encode())
    assert entry.record is not None
    assert (entry.key, entry.record.title) == ("a", "Real title")
    assert not entry.losses


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "x", "scripts": {"build": "y"}}, "name, scripts"),
        ({}, "nothing"),
        ({"a": [1, 2], "b": 3}, "a, b"),
        ({"data": {"library": {"items": [ITEM]}}}, "library"),
        ({"settings": {"theme": "dark"}, "window": {"width": 3}}, "settings, window"),
    ],
)
def test_an_object_of_another_kind_is_refused_by_what_is_in_it(value: Any, found: str) -> None:
    with pytest.raises(UnreadableFile, match=found):
        read_csl_json(json.dumps(value).encode())


def test_of_objects_by_their_ids_one_that_is_no_item_fails_alone() -> None:
    first, second = read_csl_json(json.dumps({"a": {"title": "A"}, "b": {"theme": "dark"}}).encode())
    assert first.record is not None
    assert (first.key, first.record.title) == ("a", "A")
    assert second.record is None
    assert "theme" in str(second.error)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"foo": 1}, "foo"),
        ({"type": "FeatureCollection", "features": []}, "FeatureCollection|type, features"),
        ({"itemType": "book", "title": "T"}, "Zotero"),
        ({"key": "X", "data": {"itemType": "book"}}, "Zotero"),
    ],
)
def test_an_object_that_is_no_item_fails_and_says_so(item: Any, why: str) -> None:
    first, second = read_csl_json(json.dumps([item, ITEM]).encode())
    assert first.record is None
    assert first.error is not None
    assert any(part in first.error for part in why.split("|"))
    assert second.record is not None


@pytest.mark.parametrize(
    ("name", "csl_type"),
    [
        ("book_section", "chapter"),
        ("web_page", "webpage"),
        ("newspaper_article", "article-newspaper"),
        ("magazine_article", "article-magazine"),
        ("conference_proceedings", "paper-conference"),
        ("journalArticle", "article-journal"),
        ("Article-Journal", "article-journal"),
        ("legal-case", "legal_case"),
        ("journal-article", "article-journal"),
    ],
)
def test_types_by_the_names_of_reference_managers(name: str, csl_type: str) -> None:
    assert not read_item(type=name).losses
    assert through(type=name)["type"] == csl_type


@pytest.mark.parametrize("part_of", [7, ["a"], {"a": "b"}, True])
def test_a_part_that_is_no_key_is_kept_as_json_writes_it(part_of: Any) -> None:
    record = read_item(custom={"part-of": part_of}).record
    assert record is not None
    assert (record.part_of, record.extra["part-of"]) == (None, json.dumps(part_of))


def test_keys_are_told_apart_after_what_no_xml_can_hold_is_taken_out() -> None:
    ids = ["a", "a\u0000", "\ud800", "\ud800"]
    items = json.dumps([{"id": one, "type": "book", "title": f"Tides {n}"} for n, one in enumerate(ids)])
    entries = list(read_csl_json(items.encode()))
    assert [(entry.key, entry.own_key, entry.record and entry.record.key) for entry in entries] == [
        ("a", None, "a"),
        ("a", "a-2", "a"),
        (None, None, "tides2"),
        (None, None, "tides3"),
    ]
    assert [[loss.raw for loss in entry.losses if "XML" in loss.why] for entry in entries] == [
        [],
        ["a\\u0000"],
        ["\\ud800"],
        ["\\ud800"],
    ]


@pytest.mark.parametrize("title", ["\\ud800", "\\udc00\\ud800"])
def test_an_item_without_a_key_whose_title_is_half_a_character_has_one(title: str) -> None:
    (entry,) = read_csl_json(f'[{{"type": "book", "title": "{title}"}}]'.encode())
    assert entry.record is not None
    assert entry.record.key.isascii()
    assert entry.record.key.isalnum()
