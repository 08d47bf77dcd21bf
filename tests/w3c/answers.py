"""Answers of the suites and of the server, compared as SPARQL means them: blank nodes by what they stand for."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from tests.w3c.manifests import RDF, Manifest, Term

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
FORMATS = {
    ".srx": ("application/sparql-results+xml", QueryResultsFormat.XML),
    ".srj": ("application/sparql-results+json", QueryResultsFormat.JSON),
    ".tsv": ("text/tab-separated-values", QueryResultsFormat.TSV),
}
Row = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Solutions: the variables, and a row of terms for each (None where unbound)."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def same(self, other: Table, *, ordered: bool) -> bool:
        """Whether both say the same, in the same order where that counts."""
        if set(self.variables) != set(other.variables):
            return False
        places = [other.variables.index(name) for name in self.variables]
        mine = [tuple(map(_value, row)) for row in self.rows]
        others = [tuple(_value(row[place]) for place in places) for row in other.rows]
        if len(mine) != len(others):
            return False
        if ordered:
            return _match_in_order(mine, others)
        return _match(mine, others, {})


def read_results(data: bytes, suffix: str) -> Table | bool:
    """Results in XML, JSON or TSV."""
    found = parse_query_results(data, FORMATS[suffix][1])
    if isinstance(found, QueryBoolean):
        return bool(found)
    assert isinstance(found, QuerySolutions)
    names = tuple(variable.value for variable in found.variables)
    return Table(names, tuple(tuple(row[name] for name in names) for row in found))


def read_csv(text: str) -> Table:
    """Results in CSV, whose values are plain text: `_:x` a blank node, `` unbound, all else a string."""
    lines = list(csv.reader(io.StringIO(text)))

    def term(cell: str) -> Term | None:
        if cell.startswith("_:"):
            return BlankNode(cell[2:])
        return Literal(cell) if cell else None

    return Table(tuple(lines[0]), tuple(tuple(map(term, line)) for line in lines[1:]))


def result_set(manifest: Manifest) -> tuple[Table | bool, bool] | None:
    """A result set written in RDF, and whether its rows have an order; None when the graph is none."""
    (head,) = subjects(manifest, RDF + "type", NamedNode(RS + "ResultSet")) or (None,)
    if head is None:
        return None
    if (truth := manifest.text(head, RS + "boolean")) is not None:
        return truth == "true", False
    names = tuple(v.value for v in manifest.values(head, RS + "resultVariable") if isinstance(v, Literal))
    solutions = manifest.values(head, RS + "solution")
    ordered = any(manifest.value(solution, RS + "index") for solution in solutions)
    if ordered:
        solutions.sort(key=lambda solution: int(manifest.text(solution, RS + "index") or 0))
    rows = []
    for solution in solutions:
        bindings = manifest.values(solution, RS + "binding")
        row = {manifest.text(b, RS + "variable"): manifest.value(b, RS + "value") for b in bindings}
        rows.append(tuple(row.get(name) for name in names))
    return Table(names, tuple(rows)), ordered


def subjects(manifest: Manifest, predicate: str, object: NamedNode) -> list[Term]:
    found = manifest.store.quads_for_pattern(None, NamedNode(predicate), object, None)
    return [quad.subject for quad in found]


def graphs_same(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    """Whether two graphs are isomorphic."""
    return _canonical(one) == _canonical(other)


def read_graph(data: bytes, format: RdfFormat, base: str | None = None) -> list[Triple]:
    """The statements of a document."""
    return [quad.triple for quad in parse(data, format=format, base_iri=base)]


def read_table_file(path: Path) -> Table | bool:
    """A file of results."""
    if path.suffix == ".csv":
        return read_csv(path.read_text())
    return read_results(path.read_bytes(), path.suffix)


def _canonical(triples: Iterable[Triple]) -> Dataset:
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _value(term: Term | None) -> Hashable:
    """A term as a value: numbers by what they are worth (the suites write 1.0 and 1.00 for the same)."""
    if isinstance(term, Literal) and term.datatype.value.startswith(XSD):
        name = term.datatype.value.removeprefix(XSD)
        try:
            if name in ("integer", "decimal"):
                return name, Decimal(term.value)
            if name in ("float", "double"):
                return name, float(term.value)
            if name == "boolean":
                return name, {"1": "true", "0": "false"}.get(term.value, term.value)
        except (InvalidOperation, ValueError):
            return term
    return term


def _match_in_order(mine: Sequence[Row], others: Sequence[Row]) -> bool:
    known: dict[BlankNode, BlankNode] = {}
    for row, other in zip(mine, others, strict=True):
        found = _same_row(row, other, known)
        if found is None:
            return False
        known = found
    return True


def _match(mine: list[Row], others: list[Row], known: dict[BlankNode, BlankNode]) -> bool:
    """Whether the rows can be paired, blank nodes standing for one another throughout."""
    if not mine:
        return True
    row = min(mine, key=lambda row: sum(isinstance(value, BlankNode) and value not in known for value in row))
    rest = list(mine)
    rest.remove(row)
    for place, other in enumerate(others):
        found = _same_row(row, other, known)
        if found is not None:
            left = [*others[:place], *others[place + 1 :]]
            if found == known:  # nothing was assumed: this pair is as good as any
                return _match(rest, left, known)
            if _match(rest, left, found):
                return True
    return False


def _same_row(row: Row, other: Row, known: dict[BlankNode, BlankNode]) -> dict[BlankNode, BlankNode] | None:
    """What blank nodes must stand for, if the rows are to be the same."""
    found = dict(known)
    for value, its in zip(row, other, strict=True):
        if isinstance(value, BlankNode) and isinstance(its, BlankNode):
            if value not in found and its in found.values():
                return None
            if found.setdefault(value, its) != its:
                return None
        elif value != its:
            return None
    return found
