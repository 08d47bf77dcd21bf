"""The model of many servers agrees with what was measured, and says where a log of one order ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.measured import COMMIT, GRAPHS, MEMORY, QUESTIONS, SIZES, Graph
from benchmarks.model import (
    Check,
    beside_edits,
    by_memory,
    by_works,
    checks,
    fresh,
    grown,
    held_against,
    kept,
    lag,
    memory,
    single_works,
    works_in,
)
from benchmarks.model_of_writes import Setting, simulated
from benchmarks.stored import ROOT

CHECKS = list(checks())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_model_agrees_with_what_it_was_not_made_of(check: Check) -> None:
    assert abs(check.error) <= 0.25, (
        f"{check.measured} {check.unit} were measured, and the model says {check.predicted}"
    )


def test_the_checks_are_of_writing_of_lag_of_memory_and_of_answers() -> None:
    assert {check.unit for check in CHECKS} == {"edits/s", "ms", "MB"}
    assert sum(check.unit == "edits/s" for check in CHECKS) >= 4


@pytest.mark.parametrize("graph", GRAPHS)
def test_more_servers_do_not_write_more_because_a_log_is_one_order(graph: Graph) -> None:
    two, many = (simulated(Setting(servers, 64, graph, cores=4), 5_000).rate for servers in (2, 32))

    assert many == pytest.approx(two, rel=0.05)
    assert many < 1000 / COMMIT[graph].value


def test_the_same_seed_finds_the_same_and_another_one_nearly() -> None:
    setting = Setting(4, 8)
    once, again, other = (simulated(setting, 5_000, seed) for seed in (1, 1, 2))

    assert once.waits == again.waits
    assert other.waits != once.waits
    assert other.rate == pytest.approx(once.rate, rel=0.05)


def test_an_edit_costs_each_server_something_of_what_it_answers() -> None:
    for answered in (lambda edits: fresh(100_000, 4, edits), lambda edits: single_works(1_000, edits), kept):
        rates = [answered(edits) for edits in (0, 1, 10, 50, 100)]
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] > 0
    assert kept(1e6) == fresh(1_000, 4, 1e6) == 0


def test_what_was_measured_is_what_the_model_begins_with() -> None:
    for kind in QUESTIONS.values():
        assert [grown(kind, works) for works in SIZES] == pytest.approx(kind.values)
    for graph in GRAPHS:
        assert memory(graph, SIZES[-1]) == pytest.approx(MEMORY[graph].values[-1])
        assert memory(graph, works_in(graph, 64)) == pytest.approx(64_000)


def test_what_reads_everything_grows_with_the_works_and_a_look_up_does_not() -> None:
    assert grown(QUESTIONS["top authors"], 1e8) == pytest.approx(1_000 * grown(QUESTIONS["top authors"], 1e5))
    assert grown(QUESTIONS["look-up"], 1e8) == pytest.approx(QUESTIONS["look-up"].values[-1], rel=0.1)


def test_where_a_server_cannot_keep_up_the_model_says_so() -> None:
    assert lag(Setting(8, 64, "engine", every=10)) == "too many to write"
    assert lag(Setting(8, 64, "disk", every=21)) == "falls behind"
    assert 0 < float(lag(Setting(8, 64, "memory", every=100))) < 10


@pytest.mark.parametrize("made", [held_against, by_memory, lambda: by_works(4), lambda: beside_edits(4)])
def test_the_documentation_has_the_tables_that_the_model_prints(made: Callable[[], str]) -> None:
    assert made() in (ROOT / "docs" / "scaling.md").read_text()
