"""Places of a quote in a text: exact where it stands so, normalised where it does but for marks, case and spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.model.quote_check import check_quote
from commonplace.model.quote_places import places_of_quote

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
    places = places_of_quote(quote, before + quote + after)
    if quote:
        assert places
        assert all((before + quote + after)[place.start : place.end] == quote for place in places)


@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_a_place_is_found_where_the_check_of_quotes_finds_one(quote: str, text: str) -> None:
    checked = check_quote(quote, None, {"abstract": [text]})
    places = places_of_quote(quote, text)
    if checked in ("exact", "normalised"):
        assert {place.check for place in places} == {checked}
    for place in places:
        assert 0 <= place.start < place.end <= len(text)
