"""The named queries, a small library to ask them of, and the reference set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_file
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from app.model.minter import Minter, slug
from app.model.namespaces import DCTERMS, FABIO, FOAF, PRISM, PRO, RDF, XSD
from app.queries import NamedQuery, load_queries

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
    """The reference set of `data/`: every Turtle file, and of works.bib what the queries ask for."""
    store = Store()
    for path in sorted((PROJECT / "data").glob("*.ttl")):
        store.load(path.read_bytes(), RdfFormat.TURTLE, base_iri=reference_minter.base)
    library = parse_file(str(PROJECT / "data" / "works.bib"), append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    for entry in library.entries:
        store.extend(_work(entry.key, {f.key: f.value for f in entry.fields}, reference_minter))
    return store


def _work(key: str, fields: Mapping[str, Any], minter: Minter) -> Iterator[Quad]:
    work = minter.thing("work", key)
    yield Quad(work, RDF["type"], FABIO["Expression"])
    yield Quad(work, minter.term("citationKey"), Literal(key))
    yield Quad(work, DCTERMS["title"], Literal(fields["title"]))
    year = str(fields.get("date") or fields["year"])[:4]
    yield Quad(work, FABIO["hasPublicationYear"], Literal(year, datatype=XSD["gYear"]))
    if doi := fields.get("doi"):
        yield Quad(work, PRISM["doi"], Literal(doi))
    if container := fields.get("journal") or fields.get("booktitle"):
        yield Quad(work, DCTERMS["isPartOf"], minter.thing("venue", slug(container)))
    for number, parts in enumerate(fields.get("author", ()), start=1):
        name = " ".join(" ".join(p) for p in (parts.first, parts.von, parts.last) if p)
        author, role = minter.thing("person", slug(name)), minter.thing("work", key, f"author-{number}")
        yield Quad(author, FOAF["name"], Literal(name))
        yield Quad(work, DCTERMS["creator"], author)
        yield Quad(work, PRO["isDocumentContextFor"], role)
        yield Quad(role, PRO["withRole"], PRO["author"])
        yield Quad(role, PRO["isHeldBy"], author)
