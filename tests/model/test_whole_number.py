"""Whole numbers are read from few ASCII digits, and from nothing else."""

from __future__ import annotations

import pytest

from commonplace.model.whole_number import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 15, 10**15 - 1),
        ("9" * 16, None),
        ("9" * 5_000, None),
        ("", None),
        ("-1", None),
        ("1.0", None),
        (" 1", None),
        ("\N{ARABIC-INDIC DIGIT THREE}", None),
        ("\N{SUPERSCRIPT TWO}", None),
    ],
)
def test_a_whole_number_is_some_digits(text: str, number: int | None) -> None:
    assert whole_number(text) == number
