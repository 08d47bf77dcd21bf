"""What works say of concepts and claims, asked of the small library."""

from __future__ import annotations

import pytest

from tests.queries.conftest import Ask


def test_narrower_concepts_count_and_unreviewed_evidence_does_not(ask: Ask) -> None:
    # Direct evidence first; gamma's is only proposed, delta's was rejected.
    assert ask("works-discussing", "key about directness", concept="role") == [
        ("alpha", "role", "direct"),
        ("beta", "facilitator", "indirect"),
    ]


def test_broader_concepts_do_not_count(ask: Ask) -> None:
    assert ask("works-discussing", "key", concept="facilitator") == [("beta",)]


def test_each_row_carries_its_evidence(ask: Ask) -> None:
    columns = "year state certainty locator quote quoteCheck note method agent evidence"
    assert ask("works-discussing", columns, concept="role")[0] == (
        ("1996", "discusses", "high", "title", "Alpha", "exact", "said outright", "human", "ann", "role--alpha")
    )


def test_an_unknown_concept_has_no_rows(ask: Ask) -> None:
    assert ask("works-discussing", "key", concept="nothing") == []


def test_silence_on_a_broader_concept_is_silence_on_a_narrower_one(ask: Ask) -> None:
    assert set(ask("silent-on-concept", "key about", concept="facilitator")) == {
        ("alpha", "facilitator"),
        ("epsilon", "facilitator"),
        ("delta", "role"),
    }


def test_silence_on_a_narrower_concept_is_not_silence_on_a_broader_one(ask: Ask) -> None:
    assert ask("silent-on-concept", "key locator", concept="role") == [("delta", "abstract")]


def test_unread_works_and_the_evidence_that_waits(ask: Ask) -> None:
    assert ask("unread-on-concept", "key proposed", concept="role") == [
        ("epsilon", "0"),
        ("gamma", "1"),
        ("zeta", "0"),
        ("eta", "0"),
    ]


@pytest.mark.parametrize(
    ("concept", "discusses", "silent", "unread"),
    [("role", "2", "1", "4"), ("facilitator", "1", "3", "3"), ("driven", "0", "0", "7"), ("owned", "1", "0", "6")],
)
def test_coverage_adds_up_to_all_works(ask: Ask, concept: str, discusses: str, silent: str, unread: str) -> None:
    assert ask("coverage-of-concept", "state works", concept=concept) == [
        ("discusses", discusses),
        ("silent", silent),
        ("unread", unread),
    ]


@pytest.mark.parametrize("concept", ["role", "facilitator", "co-production", "active-citizenship", "sweden"])
def test_the_lists_have_as_many_works_as_the_coverage_counts(ask: Ask, concept: str) -> None:
    lists = {
        "discusses": ask("works-discussing", "key", concept=concept),
        "silent": ask("silent-on-concept", "key", concept=concept),
        "unread": ask("unread-on-concept", "key", concept=concept),
    }
    counted = {state: int(works) for state, works in ask("coverage-of-concept", "state works", concept=concept)}
    assert {state: len(set(rows)) for state, rows in lists.items()} == counted


def test_what_one_work_discusses_and_is_silent_on(ask: Ask) -> None:
    assert ask("concepts-of-work", "state conceptKey", work="alpha") == [
        ("discusses", "initiative"),
        ("discusses", "owned"),
        ("discusses", "role"),
        ("silent", "facilitator"),
    ]


def test_evidence_for_a_claim_comes_before_evidence_against(ask: Ask) -> None:
    assert ask("evidence-on-claim", "state key label", claim="possible") == [
        ("supports", "epsilon", "It was possible."),
        ("supports", "beta", "It was possible."),
        ("contradicts", "epsilon", "It was possible."),
        ("contradicts", "gamma", "It was possible."),
    ]


def test_a_work_on_both_sides_of_a_claim_is_counted_once(ask: Ask) -> None:
    assert ask("coverage-of-claim", "state works", claim="possible") == [
        ("supports", "1"),
        ("contradicts", "1"),
        ("mixed", "1"),
        ("silent", "1"),
        ("unread", "3"),
    ]


def test_claims_a_work_makes_supports_and_contradicts(ask: Ask) -> None:
    ((relation, claim, cases),) = ask("claims-of-work", "relation claim cases", work="alpha")
    assert (relation, claim) == ("makes", "possible")
    assert set(cases.split("; ")) == {"Garden", "Watch"}
    assert ask("claims-of-work", "relation evidence", work="epsilon") == [
        ("contradicts", "possible--epsilon-2"),
        ("supports", "possible--epsilon"),
    ]
    assert ask("claims-of-work", "relation", work="delta") == []


def test_evidence_to_review(ask: Ask) -> None:
    assert ask("evidence-to-review", "reason key about") == [
        ("proposed", "gamma", "role"),
        ("quote-not-found", "beta", "facilitator"),
    ]
