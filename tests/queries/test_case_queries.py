"""Cases, their forms and the gap map, asked of the small library."""

from __future__ import annotations

from tests.queries.conftest import Ask


def test_forms_are_stated_or_possible(ask: Ask) -> None:
    assert ask("cases-by-form", "form status case place works") == [
        ("driven", "possible", "watch", "", "beta"),
        ("owned", "stated", "garden", "Quebec", "alpha"),
        ("owned", "possible", "watch", "", "beta"),
    ]


def test_cases_of_one_form(ask: Ask) -> None:
    assert ask("cases-by-form", "case", form="driven") == [("watch",)]


def test_the_table_shows_what_is_known_and_what_is_not(ask: Ask) -> None:
    table = ask("case-table", "dimension value valueLabel", case="garden")
    assert table[:4] == [
        ("country", "CA-QC", "CA-QC"),
        ("place", "Quebec", "Quebec"),
        ("context", "quebec", "Quebec"),
        ("sector", "", ""),
    ]
    assert ("form", "owned", "owned") in table
    assert ("describedBy", "alpha", "alpha") in table
    assert len(table) == 14


def test_the_table_has_every_case_and_a_row_for_each_value(ask: Ask) -> None:
    table = ask("case-table", "case dimension value")
    assert {case for case, _, _ in table} == {"garden", "watch"}
    assert [value for case, dimension, value in table if (case, dimension) == ("watch", "possibleForm")] == [
        "driven",
        "owned",
    ]


def test_the_gap_map_has_every_cell(ask: Ask) -> None:
    cells = ask("gap-map", "conceptKey contextKey works cases")
    assert len(cells) == 8 * 3  # contexts, and the concept above them, are columns and no rows
    filled = {(concept, context): (works, cases) for concept, context, works, cases in cells if works + cases != "00"}
    assert filled == {
        ("co-production", "quebec"): ("1", "1"),
        ("citizen-led", "quebec"): ("1", "1"),
        ("owned", "quebec"): ("1", "1"),
        ("active-citizenship", "quebec"): ("1", "0"),
        ("initiative", "quebec"): ("1", "0"),
        ("role", "quebec"): ("1", "1"),
        ("facilitator", "quebec"): ("0", "1"),  # alpha is silent on it; the case shows it
        ("co-production", "england"): ("1", "0"),  # the form of the case is only possible
        ("role", "england"): ("1", "0"),
        ("facilitator", "england"): ("1", "0"),
        ("active-citizenship", "sweden"): ("1", "0"),  # no case there, but a work that discusses Sweden
    }


def test_one_row_and_one_column_of_the_gap_map(ask: Ask) -> None:
    assert ask("gap-map", "contextKey works", concept="initiative") == [
        ("england", "0"),
        ("quebec", "1"),
        ("sweden", "0"),
    ]
    assert ask("gap-map", "conceptKey cases", concept="driven", context="england") == [("driven", "0")]
