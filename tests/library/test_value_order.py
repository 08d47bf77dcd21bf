"""Values that were written as texts, sorted: dates by time, numbers by size, words by letters."""

from __future__ import annotations

import pytest

from commonplace.library.value_order import place_of


@pytest.mark.parametrize(
    "values",
    [
        ["9 members", "10 members", "100 members"],
        ["-0500", "-0044", "0014", "199X", "1995-12-31", "1996", "1996-21", "1996-04", "1996-10-02", "Y17000"],
        ["../1970", "1980/1990", "1984?", "1985~"],
        ["1984", "école", "farm 2", "farm 10", "Garden"],
        ["ecole", "École", "etude"],
    ],
)
def test_values_come_in_the_order_of_what_they_mean(values: list[str]) -> None:
    assert [place_of(value) for value in values] == sorted(place_of(value) for value in values)
