"""The W3C SPARQL test suites as cases: what a manifest of `../shared/w3c` says of each of its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from tests.conftest import SHARED

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple

SUITES = SHARED / "w3c"
BASE = "http://w3c.example/"
"""Where the suites' files are, to themselves: what their relative IRIs are resolved against."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
HT = "http://www.w3.org/2011/http#"

SYNTAXES = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".rdf": RdfFormat.RDF_XML}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest: its statements, and the list of its tests."""

    store: Store
    iri: str

    def value(self, subject: Term | None, predicate: str) -> Term | None:
        return next(iter(self.values(subject, predicate)), None)

    def values(self, subject: Term | None, predicate: str) -> list[Term]:
        if not isinstance(subject, NamedNode | BlankNode):
            return []
        found = self.store.quads_for_pattern(subject, NamedNode(predicate), None, None)
        return [quad.object for quad in found]

    def text(self, subject: Term | None, predicate: str) -> str | None:
        found = self.value(subject, predicate)
        return found.value if isinstance(found, NamedNode | Literal) else None

    def items(self, head: Term | None) -> Iterator[Term]:
        """The members of an RDF list."""
        while head is not None and head != NamedNode(RDF + "nil"):
            item = self.value(head, RDF + "first")
            assert item is not None
            yield item
            head = self.value(head, RDF + "rest")


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a manifest."""

    id: str
    kind: str
    manifest: Manifest
    node: Term

    @property
    def action(self) -> Term | None:
        return self.manifest.value(self.node, MF + "action")

    @property
    def result(self) -> Term | None:
        return self.manifest.value(self.node, MF + "result")


def name_of(term: Term | None) -> str:
    """The IRI that a term is, or nothing."""
    return term.value if isinstance(term, NamedNode) else ""


def path_of(iri: str) -> Path:
    """The file an IRI of the suites stands for."""
    return SUITES / iri.removeprefix(BASE)


def iri_of(path: Path) -> str:
    """The IRI that a file of the suites stands for."""
    return BASE + path.relative_to(SUITES).as_posix()


def triples_of(iri: str) -> list[Triple]:
    """The statements of a data file."""
    path = path_of(iri)
    return [quad.triple for quad in parse(path=str(path), format=SYNTAXES[path.suffix], base_iri=iri)]


@cache
def read_manifest(path: Path) -> Manifest:
    """A manifest from its file."""
    store = Store()
    iri = iri_of(path)
    store.extend(Quad(*triple) for triple in triples_of(iri))
    return Manifest(store, iri)


def cases(*kinds: str, folders: str = "*/*", file: str = "manifest.ttl") -> list[Case]:
    """The tests of those kinds (`QueryEvaluationTest` …) in the manifests of those folders."""
    found = []
    for path in sorted(SUITES.glob(f"{folders}/{file}")):
        manifest = read_manifest(path)
        folder = path.parent.relative_to(SUITES).as_posix()
        for node in manifest.items(manifest.value(NamedNode(manifest.iri), MF + "entries")):
            kind = (manifest.text(node, RDF + "type") or "").removeprefix(MF)
            assert isinstance(node, NamedNode)
            if kind in kinds:
                found.append(Case(f"{folder}/{node.value.rpartition('#')[2]}", kind, manifest, node))
    return found


def parameters(found: Sequence[Case], known: Mapping[str, str], skipped: Mapping[str, str]) -> list[object]:
    """Cases as parameters of a test: known failures must fail, by id; skipped ones are named, by id or folder."""
    made: list[object] = []
    for case in found:
        marks = [pytest.mark.xfail(reason=known[case.id], strict=True)] if case.id in known else []
        why = skipped.get(case.id) or skipped.get(case.id.rpartition("/")[0])
        if why:
            marks = [pytest.mark.skip(reason=why)]
        made.append(pytest.param(case, id=case.id, marks=marks))
    return made
