"""Every file of `queries/`: it parses, keeps its header's promises, and answers on the reference set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store, Variable

from commonplace.library.named_queries import NamedQuery, load_queries
from commonplace.model.minter import Minter
from tests.queries.conftest import solutions

NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "queries").rglob("*.rq"))
EXPECTED = {
    "works-discussing",
    "evidence-on-claim",
    "unread-on-concept",
    "works-of-person",
    "co-authors",
    "most-cited",
    "cites-and-cited-by",
    "citation-path",
    "bridging-works",
    "cases-by-form",
    "case-table",
    "gap-map",
    "facts-in-doubt",
    "works-without-identifier",
}
"""What outsiders may count on; there are more."""

every_query = pytest.mark.parametrize("name", NAMES)


def examples(query: NamedQuery) -> dict[str, str]:
    """An example for every parameter, those that may be left out too."""
    return {parameter.name: parameter.example for parameter in query.parameters}


def test_the_queries_outsiders_count_on_are_there(queries: Mapping[str, NamedQuery]) -> None:
    assert set(queries) >= EXPECTED


@every_query
def test_the_file_runs_as_it_is_with_the_columns_it_declares(
    name: str, queries: Mapping[str, NamedQuery], minter: Minter
) -> None:
    answer = Store().query(queries[name].text, base_iri=minter.base)
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == [column.name for column in queries[name].columns]


@every_query
def test_the_file_reads_the_default_graph_only(name: str, queries: Mapping[str, NamedQuery]) -> None:
    without_comments = re.sub(r"(^|\s)#.*", "", queries[name].text)
    words = without_comments.upper().split()
    assert not {"SERVICE", "GRAPH", "FROM"} & set(words)


@every_query
def test_the_example_answers_on_the_reference_set(
    name: str, queries: Mapping[str, NamedQuery], reference_store: Store, reference_minter: Minter
) -> None:
    query = queries[name]
    for values in (query.examples(), examples(query)):
        rows = list(solutions(reference_store, query, values, reference_minter))
        assert rows or query.may_be_empty, f"{name} with {values} has no rows: mend the example, the query or the data"


@every_query
def test_the_text_for_elsewhere_gives_the_same_answer(
    name: str, queries: Mapping[str, NamedQuery], reference_store: Store, reference_minter: Minter
) -> None:
    query = queries[name]
    for values in (query.examples(), examples(query)):
        expected = solutions(reference_store, query, values, reference_minter)
        # Neither base nor substitutions: the text is all there is.
        answer = reference_store.query(query.sparql(reference_minter, values))
        assert isinstance(answer, QuerySolutions)
        assert _as_text(answer) == _as_text(expected)


def _as_text(answer: QuerySolutions) -> list[list[list[str]]]:
    """Rows in any order, and lists within a field (GROUP_CONCAT) in any order."""
    return sorted([sorted(str(term).strip('"').split(" ")) for term in row] for row in answer)


def test_an_answer_does_not_depend_on_the_base(queries: Mapping[str, NamedQuery]) -> None:
    for base in ("http://127.0.0.1:8000/", "https://library.example/lit/"):
        text = queries["works-discussing"].sparql(Minter(base), {"concept": "role"})
        assert f"<{base}ontology#>" in text
        assert f"VALUES (?concept) {{ (<{base}id/concept/role>) }}" in text


def test_queries_are_found_in_folders_below(tmp_path: Path, queries: Mapping[str, NamedQuery]) -> None:
    below = tmp_path / "cases"
    below.mkdir()
    (below / "case-table.rq").write_text(queries["case-table"].path.read_text("utf-8"), "utf-8")
    assert list(load_queries(tmp_path)) == ["case-table"]


def test_a_value_in_the_text_is_no_query(queries: Mapping[str, NamedQuery], small_library: Store) -> None:
    minter = Minter("https://library.example/lit/")
    hostile = "x> } # "
    query = queries["works-discussing"]
    assert query.render({"concept": hostile}) == query.text
    assert hostile not in query.sparql(minter, {"concept": hostile})
    assert query.bind({"concept": hostile}, minter)[Variable("concept")] == minter.thing("concept", hostile)
    assert list(solutions(small_library, query, {"concept": hostile}, minter)) == []
