"""Cases, their forms and the gap map, asked of the small library."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Store

from commonplace.library.named_queries import NamedQuery
from commonplace.model.minter import Minter
from tests.queries.conftest import Ask, solutions


def test_forms_are_stated_or_possible_and_the_kind_of_forms_is_none(ask: Ask) -> None:
    assert ask("cases-by-form", "form status case place works") == [
        ("driven", "possible", "watch", "", "beta"),
        ("owned", "stated", "garden", "Quebec", "alpha"),
        ("owned", "possible", "watch", "", "beta"),
        ("citizen-led", "kind only", "plot-1", "Lund", "eta"),
        ("citizen-led", "kind only", "plot-2", "Lund", "eta"),
    ]


def test_cases_of_one_form(ask: Ask) -> None:
    assert ask("cases-by-form", "case", form="driven") == [("watch",)]
    assert ask("cases-by-form", "case status", form="citizen-led") == [("plot-1", "kind only"), ("plot-2", "kind only")]


def test_the_forms_of_the_reference_set_are_the_three_of_its_source(
    queries: Mapping[str, NamedQuery], reference_store: Store, reference_minter: Minter
) -> None:
    rows = list(solutions(reference_store, queries["cases-by-form"], {}, reference_minter))
    forms = [str(row["formLabel"].value) for row in rows if row["status"].value != "kind only"]
    assert sorted(set(forms)) == [
        "citizen-driven co-production",
        "citizen-owned co-production",
        "transitional and enforced co-production",
    ]
    assert len(forms) == 9  # each is possible for each of the three cases of the paper


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
    assert len(table) == 15


def test_the_table_says_who_says_so_and_how_surely(ask: Ask) -> None:
    rows = ask("case-table", "dimension value directness certainty source quote note", case="plot-2")
    said = {dimension: rest for dimension, *rest in rows}
    assert said["form"] == ["citizen-led", "direct", "moderate", "eta", "led by citizens", ""]
    assert said["place"] == ["Lund", "direct", "high", "eta", "in Lund", ""]
    assert said["context"] == ["sweden", "", "", "", "", ""]  # nothing is recorded of it but that it is so
    assert said["describedTogetherWith"] == ["plot-1", "", "", "", "", ""]


def test_what_is_of_low_certainty_is_in_this_table_alone(ask: Ask) -> None:
    rows = ask("case-table", "dimension value certainty source note", case="watch")
    assert ("professionalRole", "facilitator", "low", "beta", "said at large") in rows
    assert ask("gap-map", "cases", concept="facilitator", context="england") == [("0",)]


def test_the_table_has_every_case_and_a_row_for_each_value(ask: Ask) -> None:
    table = ask("case-table", "case dimension value")
    assert {case for case, _, _ in table} == {"garden", "watch", "plot-1", "plot-2"}
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
        ("active-citizenship", "sweden"): ("2", "0"),  # a work that discusses Sweden, and one with cases there
        ("co-production", "sweden"): ("1", "1"),
        ("citizen-led", "sweden"): ("0", "1"),  # two cases that one study describes together
    }


def test_cases_of_one_study_that_it_does_not_tell_apart_count_once(
    queries: Mapping[str, NamedQuery], reference_store: Store, reference_minter: Minter
) -> None:
    """The three projects of the chapter; with the drop-in service of the paper they make two."""

    def cases(concept: str) -> str:
        values = {"concept": concept, "context": "quebec"}
        (row,) = solutions(reference_store, queries["gap-map"], values, reference_minter)
        return str(row["cases"].value)

    assert cases("facilitator") == "1"
    assert cases("citizen-led-co-production") == "2"
    assert cases("supporting-role") == "1"  # of the drop-in service it is not said


def test_one_row_and_one_column_of_the_gap_map(ask: Ask) -> None:
    assert ask("gap-map", "contextKey works", concept="initiative") == [
        ("england", "0"),
        ("quebec", "1"),
        ("sweden", "0"),
    ]
    assert ask("gap-map", "conceptKey cases", concept="driven", context="england") == [("driven", "0")]
