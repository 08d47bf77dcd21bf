"""Sentences of errors begin and end as sentences do, and names, quotations and addresses in them stay as they are."""

from __future__ import annotations

import pytest

from commonplace.web.http.punctuation import sentence


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("there is no work", "There is no work."),
        ("iPhone is bad", "iPhone is bad."),
        ("eLife, of 2014, is no venue", "eLife, of 2014, is no venue."),
        ("DOI is missing", "DOI is missing."),
        ("the page says “no.”", "The page says “no.”"),
        ("la page dit « non. »", "La page dit « non. »"),
        ("the page says “no”", "The page says “no”."),
        ("sign in at /desk/sign-in", "Sign in at /desk/sign-in"),
        ("read http://127.0.0.1:8000/docs", "Read http://127.0.0.1:8000/docs"),
        ("say yes and/or no", "Say yes and/or no."),
        ("use one of these:", "Use one of these:"),
        ("", ""),
    ],
)
def test_a_sentence_is_closed_once_and_names_stay(text: str, wanted: str) -> None:
    assert sentence(text) == wanted
