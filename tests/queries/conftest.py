"""The named queries, a small library to ask them of, and the reference set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from commonplace.home.reference_set import reference_set
from commonplace.library.named_queries import NamedQuery, load_queries
from commonplace.model.minter import Minter
from commonplace.settings import SHIPPED_DATA, SHIPPED_ONTOLOGY

PROJECT = Path(__file__).parents[2]

Row = tuple[str, ...]
Ask = Callable[..., list[Row]]


@pytest.fixture(scope="session")
def queries() -> Mapping[str, NamedQuery]:
    """The query files that are shipped."""
    return load_queries(PROJECT / "queries")


@pytest.fixture(scope="session")
def minter() -> Minter:
    """The home of the small library; not the default one, so that nothing depends on that."""
    return Minter("https://library.example/lit/")


@pytest.fixture(scope="session")
def small_library(minter: Minter) -> Store:
    """`library.ttl` beside this file."""
    store = Store()
    store.load((Path(__file__).parent / "library.ttl").read_bytes(), RdfFormat.TURTLE, base_iri=minter.base)
    return store


def solutions(store: Store, query: NamedQuery, values: Mapping[str, str], minter: Minter) -> QuerySolutions:
    """The query's answer as a caller gets it: integers rendered, everything else substituted."""
    answer = store.query(query.render(values), base_iri=minter.base, substitutions=dict(query.bind(values, minter)))
    assert isinstance(answer, QuerySolutions)
    return answer


@pytest.fixture(scope="session")
def ask(small_library: Store, queries: Mapping[str, NamedQuery], minter: Minter) -> Ask:
    """Ask a query of the small library: `ask("most-cited", "key citations", limit="2")`.

    Answers the named columns of each row; things by their key, unbound as an empty string.
    """

    def plain(term: object) -> str:
        if isinstance(term, NamedNode):
            return minter.key(term.value)
        return term.value if isinstance(term, Literal) else ""

    def run(name: str, columns: str, **values: str) -> list[Row]:
        rows = solutions(small_library, queries[name], values, minter)
        return [tuple(plain(row[column]) for column in columns.split()) for row in rows]

    return run


@pytest.fixture(scope="session")
def reference_minter() -> Minter:
    return Minter("http://127.0.0.1:8000/")


@pytest.fixture(scope="session")
def reference_store(reference_minter: Minter) -> Store:
    """The reference set, exactly as a new home holds it."""
    store = Store()
    store.extend(reference_set(SHIPPED_DATA, SHIPPED_ONTOLOGY, reference_minter))
    return store
