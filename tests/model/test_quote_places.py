"""Places of a quote in a text: exact where it stands so, normalised where it does but for marks, case and spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.model.quote_check import normalised
from commonplace.model.quote_places import check_quote, count_of_quote, places_of_quote, whole_words_around

TEXT = "L\u2019\u00c9tat \u2014 co\u2011produces  care; the \u201cstate\u201d co-produces care."


@pytest.mark.parametrize(
    ("quote", "found", "check"),
    [
        ("co-produces care", ["co-produces care"], "exact"),
        ("co-produces care;", ["co\u2011produces  care;"], "normalised"),
        ("l'etat - co", ["L\u2019\u00c9tat \u2014 co"], "normalised"),
        ("the state", ["the \u201cstate"], "normalised"),
        ("nowhere", [], None),
        ("", [], None),
        ("\u201d", ["\u201d"], "exact"),
    ],
)
def test_a_quote_is_found_where_it_stands(quote: str, found: list[str], check: str | None) -> None:
    places = places_of_quote(quote, TEXT)
    assert [TEXT[place.start : place.end] for place in places] == found
    assert {place.check for place in places} == ({check} if check else set())


@given(st.text(max_size=80), st.text(max_size=12), st.text(max_size=80))
def test_a_quote_that_stands_in_a_text_is_found_there(before: str, quote: str, after: str) -> None:
    text = f"{before} {quote} {after}"
    places = places_of_quote(quote, text)
    if quote:
        assert places
        assert all(text[place.start : place.end] == quote for place in places)


@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_a_place_is_found_where_the_check_of_quotes_finds_one(quote: str, text: str) -> None:
    checked = check_quote(quote, None, {"abstract": [text]})
    places = places_of_quote(quote, text)
    if checked in ("exact", "normalised"):
        assert {place.check for place in places} == {checked}
    for place in places:
        assert 0 <= place.start < place.end <= len(text)


@pytest.mark.parametrize(
    ("most", "before", "after"),
    [
        (7, "and ", " of"),  # not "ong and " and " of the" cut within "them"
        (8, "and ", " of"),
        (9, "long and ", " of them."),
        (60, "They were long and ", " of them."),
        (1, " ", " "),
    ],
)
def test_what_stands_around_a_quote_cuts_no_word(most: int, before: str, after: str) -> None:
    text = "They were long and tired of them."
    start = text.index("tired")
    assert whole_words_around(text, start, start + 5, most) == (before, after)


def test_a_text_without_spaces_is_cut_at_its_length() -> None:
    text = "\u5c45\u6c11\u4e0e\u653f\u5e9c\u5171\u540c\u751f\u4ea7\u516c\u5171\u670d\u52a1"
    assert whole_words_around(text, 5, 7, 3) == (text[2:5], text[7:10])


@given(st.text(), st.integers(0, 40), st.integers(0, 40), st.integers(1, 20))
def test_what_stands_around_a_part_is_next_to_it(text: str, start: int, length: int, most: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    before, after = whole_words_around(text, start, end, most)
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= most


@given(st.text(max_size=60), st.text(max_size=3))
def test_places_are_counted_as_they_are_found(text: str, quote: str) -> None:
    for asked in (quote, text[3:5], text[3:5].upper(), normalised(text)[2:4]):
        assert count_of_quote(asked, text) == len(places_of_quote(asked, text))


def test_a_space_that_a_character_is_made_of_parts_words_in_its_place_too() -> None:
    text = "one\u00a8two \u2026 three"
    assert [text[place.start : place.end] for place in places_of_quote("ONE TWO", text)] == ["one\u00a8two"]


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("art", "a party of artisans, and art", ["art"]),
        ("Art", "party; the ART of it", ["ART"]),
        ("hat", "that hat", ["hat"]),
        ("Hat", "that which d\u2019Hatton has", []),
        ("Innovation", "l\u2019innovation sociale", ["innovation"]),
        ("INNOVATION", "jusqu'innovation; linnovation", ["innovation"]),
        ("Citizen", "the citizen\u2019s part; citizens", ["citizen"]),
        ("Self", "self-help, myself", ["self"]),
        ("of the state", "half of the states, half of the state", ["of the state"]),
        ("f the states of", "half of the states off", ["f the states of"]),
        ("\u516c\u5171", "\u516c\u5171\u670d\u52d9", ["\u516c\u5171"]),
    ],
)
def test_a_few_words_are_whole_words_and_more_may_be_cut_at_either_end(quote: str, text: str, found: list[str]) -> None:
    assert [text[place.start : place.end] for place in places_of_quote(quote, text)] == found
    assert count_of_quote(quote, text) == len(found)
    assert check_quote(quote, "abstract", {"abstract": [text]}) == (
        "not-found" if not found else "exact" if found[0] == quote else "normalised"
    )
