"""What the shapes warn of in a whole library: each value that is not as it should be, and each that is wanting."""

from __future__ import annotations

from random import Random

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.curation.shacl.validation import read_shapes
from commonplace.curation.shacl.warnings import warnings
from commonplace.model.namespaces import DCTERMS, FABIO, PRISM, RDF, SKOS
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.library.test_lists import MINTER, History

ISBNS = {"0-521-64176-5": True, "9780521641760": True, "none": False, "12": False}
ISSNS = {"0028-0836": True, "00280836": False, "0028-083x": False}
LABELS = {"fr": Literal("nom", language="fr"), "en": Literal("name", language="en"), "none": Literal("plain")}


def _work(lot: Random, node: NamedNode) -> tuple[set[Quad], set[tuple[str, str, str | None]]]:
    """Return a work that may lack a title and have bad ISBNs, and what is to be said of it."""
    titles = lot.sample(["One", "Two"], lot.randrange(3))
    isbns = lot.sample(list(ISBNS), lot.randrange(4))
    quads = {Quad(node, RDF["type"], FABIO["Expression"])}
    quads |= {Quad(node, DCTERMS["title"], Literal(title)) for title in titles}
    quads |= {Quad(node, PRISM["isbn"], Literal(isbn)) for isbn in isbns}
    said = {(node.value, PRISM["isbn"].value, isbn) for isbn in isbns if not ISBNS[isbn]}
    return quads, said | (set() if titles else {(node.value, DCTERMS["title"].value, None)})


def _venue(lot: Random, node: NamedNode) -> tuple[set[Quad], set[tuple[str, str, str | None]]]:
    issns = lot.sample(list(ISSNS), lot.randrange(4))
    quads = {Quad(node, RDF["type"], FABIO["Journal"]), *(Quad(node, PRISM["issn"], Literal(one)) for one in issns)}
    return quads, {(node.value, PRISM["issn"].value, one) for one in issns if not ISSNS[one]}


def _concept(lot: Random, node: NamedNode) -> tuple[set[Quad], set[str]]:
    """Return a concept with some labels, and the properties of which something is to be said."""
    labels = lot.sample(list(LABELS), lot.randrange(4))
    quads = {Quad(node, RDF["type"], SKOS["Concept"])}
    quads |= {Quad(node, SKOS["prefLabel"], LABELS[name]) for name in labels}
    wanting = set() if "fr" in labels else {SKOS["prefLabel"].value}
    if lot.random() < 0.5:
        quads.add(Quad(node, SKOS["definition"], Literal("words", language="en")))
        return quads, wanting
    return quads, wanting | {SKOS["definition"].value}


@pytest.mark.parametrize("seed", range(5))
def test_each_thing_is_warned_of_for_what_it_lacks_itself(seed: int) -> None:
    lot = Random(seed)
    quads: set[Quad] = set()
    of_records: set[tuple[str, str, str | None]] = set()
    of_concepts: dict[str, set[str]] = {}
    for number in range(30):
        for make, kind in ((_work, "work"), (_venue, "venue")):
            made, said = make(lot, MINTER.thing(kind, f"x{number}"))  # type: ignore[arg-type]  # two of the kinds
            quads |= made
            of_records |= said
        concept = MINTER.thing("concept", f"x{number}")
        made, of_concepts[concept.value] = _concept(lot, concept)
        quads |= made
    elsewhere = {Quad(quad.subject, quad.predicate, quad.object, MINTER.graph("mine")) for quad in list(quads)[::5]}
    nameless = {Quad(BlankNode(), RDF["type"], FABIO["Expression"])}
    stray = {Quad(MINTER.thing("work", "gone"), PRISM["isbn"], Literal("none"))}  # of no class
    history = History()
    history.turn_round(quads | elsewhere | nameless | stray)

    found = history.graph.read(lambda s: list(warnings(s, read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE))))
    of_concept_paths = {SKOS["prefLabel"].value, SKOS["definition"].value}
    assert {(one.node, one.path, one.value) for one in found if one.path not in of_concept_paths} == of_records
    for node, paths in of_concepts.items():
        assert {one.path for one in found if one.node == node} == paths, node
    assert all(one.message for one in found)
