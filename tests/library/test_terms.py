"""Terms of a text: words without inflection, whatever their hyphens, and where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.library.suggestions.passages import MAXIMUM_PASSAGE, passage_of
from commonplace.library.suggestions.terms import language_of_text, places_of, tokens


def stems(text: str, language: str = "en") -> list[str]:
    return [token.stem for token in tokens(text, language)]


@pytest.mark.parametrize(
    "text", ["coproductions", "Co-production", "co production", "CO-PRODUCTION", "co\u2010production"]
)
def test_a_compound_is_one_term_however_it_is_written(text: str) -> None:
    assert stems(text) == stems("coproduction")


def test_inflection_does_not_matter_in_either_language() -> None:
    assert stems("services provided by professionals") == stems("a service providing professional")
    assert stems("les professionnelles de l'État", "fr") == stems("un professionnel d'état", "fr")


def test_the_language_is_that_of_the_tag_or_of_the_function_words() -> None:
    assert language_of_text("the role of the state") == "en"
    assert language_of_text("le rôle de l'État dans les services") == "fr"
    assert language_of_text("the role", "fr-CA") == "fr"
    assert language_of_text("rolle des Staates", "de") == "en", "an unknown language is read without its inflections"


@given(st.text(max_size=300), st.sampled_from(["en", "fr"]))
def test_each_term_stands_where_it_says(text: str, language: str) -> None:
    found = tokens(text, language)
    assert [token.start for token in found] == sorted({token.start for token in found})
    for token in found:
        assert 0 <= token.start < token.end <= len(text)
        assert stems(text[token.start : token.end], language)[-1] == token.stem


def test_a_phrase_is_found_in_the_words_of_the_text() -> None:
    text = "Of users and the Professionals' roles; a professional plays roles."
    (place,) = places_of(stems("professional role"), tokens(text, "en"))
    assert text[slice(*place)] == "Professionals' roles"


def test_a_passage_is_the_sentence_that_speaks_most() -> None:
    parts = {
        "title": "A study of care",
        "abstract": "Care is old. Professionals lead, and users co-produce care with professionals. It ends.",
    }
    passage = passage_of(parts, [stems("professionals"), stems("coproduction")])
    assert passage.quote == "Professionals lead, and users co-produce care with professionals."
    assert passage.locator == "abstract"
    assert passage.because[0] == "Professionals"


@given(st.text(min_size=1, max_size=2_000), st.lists(st.text(alphabet="abc ", min_size=1, max_size=5), max_size=4))
def test_a_passage_stands_in_the_text_and_is_short(text: str, reasons: list[str]) -> None:
    passage = passage_of({"abstract": text}, [found for reason in reasons if (found := stems(reason))])
    assert passage.quote in text
    assert len(passage.quote) <= MAXIMUM_PASSAGE
    assert all(word in text for word in passage.because)
