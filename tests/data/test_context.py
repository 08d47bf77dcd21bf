"""context.jsonld: our JSON read with it says the same triples as the graph, and no false ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse, serialize
from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

PROJECT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
WORK, PERSON, EVIDENCE = (URIRef(f"{BASE}id/{name}") for name in ("work/w", "person/p", "evidence/c--w"))

KEYS = """iri kind key type title authors editors family given particle suffix literal year issued container_title
volume issue page publisher publisher_place doi isbn issn url language abstract status citation_key alternative_keys
alternative_titles original_titles translated_titles transliterated_titles merged evidence
version id work about state directness certainty quote locator note quote_check method agent at items total complete
next coverage quoted_from quoted_from_iri characteristics dimension dimension_iri values source source_iri
relations extent affected_by set_aside doubts identifiers followed""".split()
"""The members of the Work, Evidence, Characteristic and List shapes."""


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PROJECT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))
    made: dict[str, Any] = document["@context"]
    return made


def triples(context: dict[str, Any], document: dict[str, Any]) -> Graph:
    text = json.dumps({"@context": context, **document})
    quads = parse(text, format=RdfFormat.JSON_LD)
    return Graph().parse(data=serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES), format="nt")


def evidence(**more: str) -> dict[str, Any]:
    return {
        "iri": str(EVIDENCE), "id": "c--w", "work": "w", "about": "c", "about_iri": BASE + "id/concept/c",
        "state": "discusses", "directness": "direct", "certainty": "high", "quote": "T", "locator": "title",
        "note": "Says so.", "quote_check": "exact", "method": "human", "status": "accepted", "version": 1,
        "at": "2026-11-21T00:00:00Z", "agent": "someone", **more,
    }  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_every_member_is_decided_on(key: str, context: dict[str, Any]) -> None:
    assert key in context, f"map {key} in ontology/context.jsonld, or set it to null: no meaning in RDF"


def test_a_work_in_a_list_is_the_work_of_the_graph(context: dict[str, Any]) -> None:
    work = {
        "iri": str(WORK), "key": "w", "kind": "work", "type": "chapter", "title": "T", "year": 1996,
        "issued": "1996", "page": "1-2",
        "authors": [{"iri": str(PERSON), "family": "Eijk", "particle": "van"}], "status": "retracted",
        "editors": [{"iri": BASE + "id/organization/o", "literal": "Body"}], "isbn": ["978-1-138-70011-6"],
        "citation_key": "w", "alternative_keys": ["w1", "w2"],
        "url": "https://example.org/", "version": 42,
    }  # fmt: skip
    found = triples(context, {"items": [work], "total": 1, "complete": "complete", "version": 42, "next": None})
    expected = {
        (WORK, RDF.type, URIRef("http://purl.org/spar/fabio/Expression")),
        (WORK, DCTERMS.type, Literal("chapter")),
        (WORK, DCTERMS.title, Literal("T")),
        (WORK, CP.citationKey, Literal("w")),
        (WORK, CP.alternativeKey, Literal("w1")),
        (WORK, CP.alternativeKey, Literal("w2")),
        (WORK, URIRef("http://purl.org/spar/fabio/hasPublicationYear"), Literal("1996", datatype=XSD.gYear)),
        (WORK, PRISM.pageRange, Literal("1-2")),
        (WORK, PRISM.isbn, Literal("978-1-138-70011-6")),
        (WORK, FOAF.page, URIRef("https://example.org/")),
        (WORK, CP.status, CP.retracted),
        (WORK, DCTERMS.creator, PERSON),
        (PERSON, FOAF.familyName, Literal("Eijk")),
        (PERSON, CP.particle, Literal("van")),
        (WORK, BIBO.editor, URIRef(BASE + "id/organization/o")),
        (URIRef(BASE + "id/organization/o"), FOAF.name, Literal("Body")),
    }
    assert set(found) == expected


def test_the_status_of_evidence_is_its_standing_and_not_that_of_the_work(context: dict[str, Any]) -> None:
    nested = triples(context, {"iri": str(WORK), "kind": "work", "status": "corrected", "evidence": [evidence()]})
    assert set(nested.objects(WORK, CP.status)) == {CP.corrected}
    assert (EVIDENCE, CP.work, WORK) in nested
    alone = triples(context, evidence(work_iri=str(WORK)) | {"@type": "Evidence"})
    assert set(alone) - set(nested) == {(EVIDENCE, RDF.type, CP.Evidence)}
    for found in (nested, alone):
        assert set(found.objects(EVIDENCE, CP.standing)) == {CP.accepted}
        assert not set(found.objects(EVIDENCE, CP.status))
        assert (EVIDENCE, CP.quoteCheck, CP.exact) in found
        assert (EVIDENCE, CP.about, URIRef(BASE + "id/concept/c")) in found
        assert (EVIDENCE, RDFS.comment, Literal("Says so.")) in found


def test_words_of_another_work_name_it(context: dict[str, Any]) -> None:
    found = triples(context, evidence(quoted_from="x", quoted_from_iri=BASE + "id/work/x"))
    assert set(found.objects(EVIDENCE, PROV.wasQuotedFrom)) == {URIRef(BASE + "id/work/x")}


def test_the_characteristics_of_a_case_are_those_of_the_graph(context: dict[str, Any], loaded: Graph) -> None:
    """As `/cases/{key}` has them, less the members that are no statements: labels, and keys beside IRIs."""
    node, case = (URIRef(f"{BASE}id/{name}") for name in (
        "characteristic/england-parents-group--sector", "case/england-parents-group"
    ))  # fmt: skip
    said = {
        "iri": str(node), "dimension": "sector", "dimension_iri": str(CP.sector), "directness": "indirect",
        "values": [{"iri": BASE + "id/concept/child-and-family", "key": "child-and-family", "label": "families"}],
        "source": "mcmullin2022lead", "source_iri": BASE + "id/work/mcmullin2022lead", "certainty": "moderate",
        "quote": "a parents’ activity group in England", "quote_check": "exact", "locator": "abstract",
    }  # fmt: skip
    found = set(triples(context, {"iri": str(case), "characteristics": [said]}))
    in_graph = set(loaded.triples((node, None, None)))
    left_out = {(node, RDF.type, CP.Characteristic), *loaded.triples((node, RDFS.comment, None))}
    assert found == in_graph - left_out


def test_every_own_term_of_the_context_is_declared(context: dict[str, Any]) -> None:
    ontology = Graph().parse(PROJECT / "ontology" / "commonplace.ttl", publicID=BASE)
    document = {"kind": "work", "iri": str(WORK), "evidence": [evidence()]}
    for triple in triples(context, document):
        for node in triple:
            assert not str(node).startswith(CP) or (node, None, None) in ontology, f"{node} is not declared"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_another_reader_finds_the_same(context: dict[str, Any]) -> None:
    document = {"items": [{"iri": str(WORK), "kind": "work", "title": "T", "evidence": [evidence()]}], "total": 1}
    theirs = Graph().parse(data=json.dumps({"@context": context, **document}), format="json-ld")
    assert set(theirs.subject_predicates()) == set(triples(context, document).subject_predicates())


def test_no_address_but_the_placeholder_is_ours(context: dict[str, Any]) -> None:
    """The server puts the home's base in the place of this one, in the text of the file."""
    text = json.dumps(context)
    assert text.count("127.0.0.1") == text.count(f'"{BASE}ontology#"')
