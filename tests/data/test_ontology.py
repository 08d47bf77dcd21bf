"""commonplace.ttl: every own term in use is declared, every declared one is documented, and used as declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, parse
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from commonplace.model.roles import ROLES
from tests.data.shape_examples import PREFIXES

PROJECT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
DCAM = Namespace("http://purl.org/dc/dcam/")
TURTLE = sorted([*(PROJECT / "ontology").glob("*.ttl"), *(PROJECT / "data").glob("*.ttl")])
WRITTEN = sorted([*TURTLE, *(PROJECT / "queries").rglob("*.rq"), PROJECT / "docs" / "model.md"])
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)
MAPPINGS = (SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch, RDFS.subClassOf, RDFS.subPropertyOf)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(PROJECT / "ontology" / "commonplace.ttl", publicID=BASE)


@pytest.fixture(scope="module")
def terms(ontology: Graph) -> set[URIRef]:
    """Our own terms: what the ontology says it defines."""
    return {term for term in ontology.subjects(RDFS.isDefinedBy, URIRef(BASE + "ontology")) if isinstance(term, URIRef)}


def local(term: Node) -> str:
    return str(term).removeprefix(CP)


def languages(graph: Graph, term: Node, label: URIRef) -> list[str]:
    return sorted(value.language or "" for value in graph.objects(term, label) if isinstance(value, Literal))


@pytest.mark.parametrize("path", TURTLE, ids=lambda path: path.name)
def test_a_file_has_no_blank_nodes(path: Path) -> None:
    for quad in parse(path=str(path), base_iri=BASE):
        ends = (quad.subject, quad.object)
        assert not any(isinstance(end, BlankNode) for end in ends), f"{path.name}: name this node by an IRI: {quad}"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_own_term_in_use_is_declared(path: Path, terms: set[URIRef]) -> None:
    text = re.sub(r'"[^"\n]*"', '""', path.read_text(encoding="utf-8"))
    used = set(re.findall(r"(?<![\w-])cp:([A-Za-z][\w-]*)", text))
    unknown = used - {local(term) for term in terms}
    assert unknown == set(), f"declare in ontology/commonplace.ttl, or correct in {path.name}: {sorted(unknown)}"


def test_what_stands_under_our_namespace_says_that_it_is_ours(ontology: Graph, terms: set[URIRef]) -> None:
    subjects = {term for term in ontology.subjects() if str(term).startswith(CP)}
    assert subjects - terms == set(), "add rdfs:isDefinedBy <ontology> to each of these"


def test_every_role_of_ours_is_declared(terms: set[URIRef]) -> None:
    for role in ROLES:
        assert role.pro or CP[role.csl] in terms, f"declare cp:{role.csl} in ontology/commonplace.ttl"


def test_a_term_has_labels_definition_and_example(ontology: Graph, terms: set[URIRef]) -> None:
    for term in terms:
        name = f"cp:{local(term)}"
        assert languages(ontology, term, RDFS.label) == ["en", "fr"], f"{name}: one rdfs:label in en, one in fr"
        assert languages(ontology, term, SKOS.definition) == ["en"], f"{name}: one skos:definition in en"
        assert len(list(ontology.objects(term, SKOS.example))) == 1, f"{name}: one skos:example in Turtle"


def test_an_example_is_turtle_that_uses_the_term(ontology: Graph, terms: set[URIRef]) -> None:
    for term, text in ontology.subject_objects(SKOS.example):
        used = {node for triple in Graph().parse(data=PREFIXES + str(text), publicID=BASE) for node in triple}
        assert term in used, f"cp:{local(term)}: its example does not use it"
        own = {node for node in used if str(node).startswith(CP)}
        assert own - terms == set(), f"cp:{local(term)}: its example uses terms that are not declared"


def test_a_term_is_mapped_or_says_why_not(ontology: Graph, terms: set[URIRef]) -> None:
    known = {str(iri) for _, iri in ontology.namespaces()} - {str(CP)}
    for term in terms:
        targets = [str(target) for mapping in MAPPINGS for target in ontology.objects(term, mapping)]
        note = str(ontology.value(term, SKOS.scopeNote) or "")
        assert targets or note, f"cp:{local(term)}: map it to the nearest known term, or say in skos:scopeNote why not"
        for target in targets:
            named = any(target.startswith(space) for space in known)
            assert named, f"cp:{local(term)}: {target} is of no vocabulary that the file has a prefix for"


def test_a_term_is_of_one_kind(ontology: Graph, terms: set[URIRef]) -> None:
    kinds = {OWL.Class, OWL.NamedIndividual, *PROPERTIES}
    for term in terms:
        found = kinds & set(ontology.objects(term, RDF.type))
        assert len(found) == 1, f"cp:{local(term)} is a class, a property or an individual, and one only: {found}"


def test_a_property_says_what_it_goes_from_and_to(ontology: Graph) -> None:
    for kind in PROPERTIES:
        for term in ontology.subjects(RDF.type, kind):
            for pair in ((RDFS.domain, DCAM.domainIncludes), (RDFS.range, DCAM.rangeIncludes)):
                found = [end for predicate in pair for end in ontology.objects(term, predicate)]
                assert found, f"cp:{local(term)}: add rdfs:{pair[0].fragment}, or dcam: where there are several"
                exact = list(ontology.objects(term, pair[0]))
                assert len(exact) <= 1, f"cp:{local(term)}: several mean all at once; use {pair[1]}"


def test_a_value_is_of_a_class_with_a_choice(ontology: Graph) -> None:
    for term in ontology.subjects(RDF.type, OWL.NamedIndividual):
        classes = set(ontology.objects(term, RDF.type)) - {OWL.NamedIndividual}
        assert len(classes) == 1, f"cp:{local(term)}: name the one list of values that it belongs to"
        assert len(list(ontology.subjects(RDF.type, classes.pop()))) > 1, f"cp:{local(term)}: a list of one"


def test_the_data_use_properties_as_declared(graph: Graph, ontology: Graph) -> None:
    """Properties as predicates only; objects of the declared kind; values of the declared list."""
    for subject, predicate, value in graph:
        if not str(predicate).startswith(CP):
            continue
        where = f"{subject} cp:{local(predicate)} {value!r}"
        kind = ontology.value(predicate, RDF.type)
        assert kind in PROPERTIES, f"{where}: this term is no property"
        assert isinstance(value, Literal) == (kind == OWL.DatatypeProperty), f"{where}: text and IRI confused"
        ranges = set(ontology.objects(predicate, RDFS.range)) | set(ontology.objects(predicate, DCAM.rangeIncludes))
        if isinstance(value, Literal):
            assert (value.datatype or (RDF.langString if value.language else None)) in {*ranges, None}, where
        elif str(value).startswith(CP):
            assert ranges & set(ontology.objects(value, RDF.type)), f"{where}: not a value of {ranges}"


def test_a_term_of_ours_that_is_no_property_is_no_predicate(ontology: Graph, terms: set[URIRef]) -> None:
    own = {term for kind in PROPERTIES for term in ontology.subjects(RDF.type, kind)}
    for term in terms - own:
        assert not ontology.value(term, RDFS.domain), f"cp:{local(term)} has a domain and is no property"


def test_the_ontology_says_its_version_and_licence(ontology: Graph) -> None:
    head = URIRef(BASE + "ontology")
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(ontology.value(head, OWL.versionInfo)))
    assert ontology.value(head, URIRef("http://purl.org/dc/terms/license"))
    assert languages(ontology, head, RDFS.label) == ["en", "fr"]
