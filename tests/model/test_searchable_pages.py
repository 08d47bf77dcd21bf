"""Words are found in the pages of a text, whatever typesetting did to them, with their page and their place on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.model.kept_pages import KeptPages
from commonplace.model.quote_finding import Finding, compare
from commonplace.model.searchable_pages import SearchablePages, run_together

PAGES = (
    "Citizens lead the co-\nproduction of ser\u00advices in speciﬁc\nplaces.\nA “whole” sen-",
    "tence goes on – here, and it is well-known.",
    "",
    "Citizens lead the co-\nproduction again. ÉTAT.",
)


@pytest.mark.parametrize(
    ("quote", "check", "found"),
    [
        ("Citizens lead the", "exact", [1, 4]),
        ("co-production of services", "normalised", [1]),
        ("coproduction of services in specific places", "normalised", [1]),
        ("a whole sentence goes on", "normalised", [1]),
        ("goes on - here", "normalised", [2]),
        ("it is well-known", "exact", [2]),
        ("it is wellknown", "normalised", [2]),
        ("etat", "normalised", [4]),
        ("never written", None, []),
        ("  ", None, []),
        ("-", "exact", [1, 1, 2, 4]),
        ("\u00ad", "exact", [1]),
        ("\u00ad\u00ad", None, []),
    ],
)
def test_words_are_found_on_their_page(quote: str, check: str | None, found: list[int]) -> None:
    pages = SearchablePages(KeptPages(PAGES))
    places = pages.places(quote)
    assert [place.page for place in places] == found
    assert {place.check for place in places} == ({check} if check else set())
    for place in places:
        start, end = pages.on_page(place)
        there = PAGES[place.page - 1][start:end]
        assert run_together(quote).startswith(run_together(there).removesuffix("-")), "or goes on to the next page"


LETTERS = st.text(alphabet="abÉﬁß \n-\u00ad–“", max_size=40)


@given(st.lists(LETTERS, min_size=1, max_size=4), st.data())
def test_any_words_of_a_page_are_found_there(pages: list[str], data: st.DataObject) -> None:
    searchable = SearchablePages(KeptPages(tuple(pages)))
    number = data.draw(st.integers(0, len(pages) - 1))
    page = pages[number]
    begin = data.draw(st.integers(0, len(page)))
    quote = page[begin : begin + 12]
    for place in searchable.places(quote):
        start, end = searchable.on_page(place)
        assert 0 <= start <= end <= len(pages[place.page - 1])
    cut = page[max(begin - 1, 0) : begin + 1].isalnum() or page[begin + 11 : begin + 13].isalnum()
    if quote.strip() and not cut:
        assert number + 1 in {place.page for place in searchable.places(quote)}


@pytest.mark.parametrize(
    ("pages", "quote", "locator", "named", "expected"),
    [
        (PAGES, "Citizens lead the", "p. 4", 4, Finding("exact", 4)),
        (PAGES, "Citizens lead the", "p. 9", 9, Finding("exact", 1)),
        (PAGES, "never written", "p. 1", 1, Finding("no-text")),
        (PAGES[:2], "never written", "p. 1", 1, Finding("not-found")),
        (PAGES[:2], "A title", "title", None, Finding("exact")),
        (PAGES[:2], "never written", "title", None, Finding("not-found")),
        (("A title", "a title"), "A title", "p. 2", 2, Finding("exact", 1)),
    ],
)
def test_a_quote_is_compared_with_all_that_is_held(
    pages: tuple[str, ...], quote: str, locator: str, named: int | None, expected: Finding
) -> None:
    assert compare(quote, locator, {"title": ["A title"]}, SearchablePages(KeptPages(pages)), named) == expected
