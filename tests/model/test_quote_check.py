"""Whether a quote stands in the text that is held."""

from __future__ import annotations

import pytest

from commonplace.model.quote_check import normalised
from commonplace.model.quote_places import check_quote

HELD = {
    "title": ["Who leads? Citizens’ projects in the Val-d’Oise"],
    "abstract": ["Neighbours — not officials — began it: “a garden for all”.  Élan and co-operation did the rest."],
    "keywords": ["Gardens", "Self-help"],
}


@pytest.mark.parametrize(
    "quote", ["Citizens’ projects", "Neighbours — not officials — began it: “a garden for all”.", "Self-help"]
)
def test_words_that_stand_there_are_exact(quote: str) -> None:
    assert check_quote(quote, "abstract", HELD) == "exact"


@pytest.mark.parametrize(
    "quote",
    [
        "citizens' projects in the val-d'oise",
        'Neighbours - not officials – began it: "a garden for all"',
        "elan and co‐operation",
        "for all”. Élan",
        "SELF\u00ad-HELP",
    ],
)
def test_case_marks_dashes_spaces_and_accents_do_not_matter(quote: str) -> None:
    assert check_quote(quote, "abstract", HELD) == "normalised"


@pytest.mark.parametrize("locator", ["abstract", "title and abstract", "Title, abstract", "title; keywords"])
def test_words_that_do_not_stand_in_the_part_they_are_said_to_be_from_are_not_found(locator: str) -> None:
    assert check_quote("officials began it", locator, HELD) == "not-found"


@pytest.mark.parametrize("locator", ["p. 12", "abstract and p. 12", "contents", "", None])
def test_words_of_a_part_that_is_not_held_cannot_be_compared(locator: str | None) -> None:
    assert check_quote("officials began it", locator, HELD) == "no-text"


def test_words_of_an_abstract_that_is_not_held_are_not_looked_for_in_the_title() -> None:
    assert check_quote("officials began it", "title and abstract", {"title": HELD["title"]}) == "no-text"
    assert check_quote("officials began it", "title", {"title": HELD["title"]}) == "not-found"


@pytest.mark.parametrize("quote", [None, ""])
def test_without_a_quote_there_is_nothing_to_compare(quote: str | None) -> None:
    assert check_quote(quote, "title", HELD) == "no-text"


@pytest.mark.parametrize("quote", ["”", "“ ”", "—"])
def test_marks_alone_are_no_words(quote: str) -> None:
    assert check_quote(quote, "title", {"title": ["Plain words"]}) == "not-found"


def test_letters_that_have_no_accent_to_lose_are_spelt_out() -> None:
    assert normalised("Œuvre, Łódź, Straße") == "oeuvre, lodz, strasse"
