"""Write blank nodes as IRIs and read them back (RDF 1.1, 3.5): an engine gives them other labels in each answer."""

from __future__ import annotations

import json
import re

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from commonplace.derived.graph.snapshot import GraphName, Term

NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
"""Matches characters that no IRI may have as they are (SPARQL 1.1, IRIREF)."""

_STRING = NamedNode("http://www.w3.org/2001/XMLSchema#string")
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_TRUTH = re.compile(rb'"[01]"(?=\^\^<' + re.escape(_BOOLEAN.encode()) + rb">)")
_TRUTHS = {"1": "true", "0": "false"}


class Skolem:
    """The blank nodes and the default graph of one library as IRIs."""

    def __init__(self, base: str) -> None:
        self._genid = f"{base}.well-known/genid/"
        self.default_graph = NamedNode(f"{base}graph/default")
        """The graph that stands for the default graph: not every engine has one that can be written to."""
        self.mark = NamedNode(f"{base}graph/mark")
        """The graph that says which version the others hold."""
        self.nothing = NamedNode(f"{base}graph/nothing")
        """A graph that is never there."""
        genid = re.escape(self._genid.encode())
        self._in_triples = re.compile(rb"<" + genid + rb"([^>]*)>")

    def graph(self, name: GraphName) -> NamedNode:
        """Return the IRI of a graph."""
        if isinstance(name, DefaultGraph):
            return self.default_graph
        return name if isinstance(name, NamedNode) else self._node(name)

    def graph_name(self, graph: NamedNode) -> GraphName:
        """Return the name of a graph by its IRI."""
        if graph == self.default_graph:
            return DefaultGraph()
        label = graph.value.removeprefix(self._genid)
        return graph if label == graph.value else BlankNode(label)

    def text(self, term: Term) -> str:
        """Return a term as SPARQL writes it."""
        if isinstance(term, BlankNode):
            return str(self._node(term))
        if isinstance(term, NamedNode):
            return _iri_text(term.value)
        if isinstance(term, Triple):
            raise TypeError("triple terms are RDF 1.2, and RDF 1.1 is kept")
        return _literal_text(term)

    def statement(self, quad: Quad) -> str:
        """Return a quad as SPARQL writes its triple."""
        return f"{self.text(quad.subject)} {self.text(quad.predicate)} {self.text(quad.object)} ."

    def table_as_written(self, text: bytes) -> bytes:
        """Return the text of SPARQL results in JSON, with blank nodes and truth values as they were written.

        Virtuoso keeps `"true"` as `"1"`.
        """
        if not any(mark in text for mark in (b"/genid", rb"\/genid", b"#boolean")):
            return text
        table = json.loads(text)
        for row in table.get("results", {}).get("bindings", ()):
            for name, term in row.items():
                row[name] = self._as_written(term)
        return json.dumps(table).encode()

    def _as_written(self, term: dict[str, str]) -> dict[str, str]:
        if term["type"] == "uri" and term["value"].startswith(self._genid):
            return {"type": "bnode", "value": term["value"].removeprefix(self._genid)}
        if term.get("datatype") == _BOOLEAN:
            return {**term, "value": _TRUTHS.get(term["value"], term["value"])}
        return term

    def triples_as_written(self, text: bytes) -> bytes:
        """Return the text of N-Triples, with blank nodes and truth values as they were written."""
        return _TRUTH.sub(
            lambda found: b'"true"' if found[0] == b'"1"' else b'"false"', self._in_triples.sub(rb"_:\1", text)
        )

    def _node(self, node: BlankNode) -> NamedNode:
        return NamedNode(f"{self._genid}{node.value}")


def _iri_text(iri: str) -> str:
    return f"<{NOT_IN_IRIS.sub(_escaped, iri)}>"


def _literal_text(literal: Literal) -> str:
    text = str(literal)
    if literal.datatype == _STRING or literal.language:
        return text
    return f"{Literal(literal.value)!s}^^{_iri_text(literal.datatype.value)}"


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"
