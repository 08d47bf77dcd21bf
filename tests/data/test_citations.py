"""citations.ttl: both ends of every citation are in the set, and both ways of saying it agree."""

from __future__ import annotations

from typing import Any

from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

Entries = dict[str, dict[str, str]]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
CITO = Namespace("http://purl.org/spar/cito/")
CHAPTER = URIRef(BASE + "id/work/mcmullin2020citizenled")
ABSTRACT = URIRef(BASE + "id/work/mcmullin2022lead")
AMBIGUOUS = URIRef(BASE + "id/citation/mcmullin2022lead--vanleene-et-al-2017")


def key(node: Node | None) -> str:
    """The key in the IRI of a work, a citation …; empty where there is no node."""
    return str(node).rpartition("/")[2] if node else ""


def citations(graph: Graph) -> list[Node]:
    """Every citation node."""
    found = list(graph.subjects(RDF.type, CITO.Citation))
    assert found
    return found


def test_both_ends_are_works_of_the_set(graph: Graph, entries: Entries) -> None:
    ends = (CITO.cites, CP.mayCite, CP.candidate, CITO.hasCitingEntity, CITO.hasCitedEntity, DCTERMS.isVersionOf)
    for predicate in ends:
        for subject, target in graph.subject_objects(predicate):
            assert key(target) in entries, f"{subject}: add {key(target)} to works.bib, or mend the key"
            if "/id/work/" in str(subject):
                assert key(subject) in entries, f"citations.ttl: add {key(subject)} to works.bib, or mend the key"


def test_a_citation_node_says_what_its_key_says(graph: Graph) -> None:
    for citation in citations(graph):
        citing, cited = graph.value(citation, CITO.hasCitingEntity), graph.value(citation, CITO.hasCitedEntity)
        if cited:
            assert key(citation) == f"{key(citing)}--{key(cited)}", f"{citation}: name it CITING--CITED"
            assert graph.value(citation, CP.confirmation) in (CP.confirmed, CP.probable), (
                f"{citation}: cp:confirmation of a citation with a cited work is cp:confirmed or cp:probable"
            )
        assert key(citation).startswith(f"{key(citing)}--"), f"{citation}: name it after the citing work"
        assert citing != cited, f"{citation}: a work does not cite itself"


def test_the_plain_citation_and_the_node_agree(graph: Graph) -> None:
    plain = set(graph.subject_objects(CITO.cites))
    nodes = {
        (graph.value(c, CITO.hasCitingEntity), graph.value(c, CITO.hasCitedEntity))
        for c in citations(graph)
        if graph.value(c, CITO.hasCitedEntity)
    }
    assert plain == nodes, f"say each citation both ways: cito:cites only {plain - nodes}, node only {nodes - plain}"


def test_an_ambiguous_citation_has_candidates_and_asserts_none(graph: Graph) -> None:
    ambiguous = set(graph.subjects(CP.candidate))
    assert AMBIGUOUS in ambiguous
    for citation in ambiguous:
        candidates = set(graph.objects(citation, CP.candidate))
        citing = graph.value(citation, CITO.hasCitingEntity)
        assert len(candidates) >= 2, f"{citation}: with one candidate it is not ambiguous; make it probable"
        assert (citation, CITO.hasCitedEntity, None) not in graph, (
            f"{citation}: give candidates or a cited work, not both"
        )
        assert (citation, CP.confirmation, CP.ambiguous) in graph, f"{citation}: cp:confirmation is cp:ambiguous"
        assert graph.value(citation, RDFS.comment), f"{citation}: say which candidate fits better, and why"
        for candidate in candidates:
            assert (citing, CP.mayCite, candidate) in graph, f"{citation}: add cp:mayCite to {key(candidate)}"
            assert (citing, CITO.cites, candidate) not in graph, f"{citation}: {key(candidate)} is only a candidate"


def test_every_candidate_comes_from_an_ambiguous_citation(graph: Graph) -> None:
    said = {
        (graph.value(citation, CITO.hasCitingEntity), candidate)
        for citation, candidate in graph.subject_objects(CP.candidate)
    }
    assert set(graph.subject_objects(CP.mayCite)) == said, "cp:mayCite goes from the citing work to each candidate"


def test_a_probable_citation_says_why(graph: Graph) -> None:
    probable = [c for c in citations(graph) if (c, CP.confirmation, CP.probable) in graph]
    assert probable
    for citation in probable:
        assert graph.value(citation, RDFS.comment), f"{citation}: say in rdfs:comment why it is only probable"


def test_the_chapter_has_its_26_references_by_number(graph: Graph) -> None:
    numbers = [
        value.toPython()
        for citation in graph.subjects(CITO.hasCitingEntity, CHAPTER)
        for value in graph.objects(citation, CP.referenceNumber)
        if isinstance(value, Literal)
    ]
    assert sorted(numbers) == list(range(1, 27)), "the chapter's citations carry cp:referenceNumber 1 to 26, each once"
    assert len(set(graph.objects(CHAPTER, CITO.cites))) == 26


def test_the_abstract_has_its_four_citations(graph: Graph) -> None:
    assert {key(cited) for cited in graph.objects(ABSTRACT, CITO.cites)} == {
        "tuurnas2015",
        "vaneijk2014",
        "verhoeven2013",
    }
    assert {key(work) for work in graph.objects(ABSTRACT, CP.mayCite)} == {"vanleene2017nicer", "vanleene2018"}


def test_a_version_is_not_cited_as_another_work(graph: Graph) -> None:
    versions = list(graph.subject_objects(DCTERMS.isVersionOf))
    assert versions
    for later, earlier in versions:
        assert (later, CITO.cites, earlier) not in graph, f"{later}: a later version, not a citing work"


def test_the_citations_are_those_of_the_facts(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    expected = {
        (citing, cite["key"], cite["status"]) for citing, work in facts.items() for cite in work.get("cites", [])
    }
    found = set()
    for citation in citations(graph):
        citing, status = graph.value(citation, CITO.hasCitingEntity), graph.value(citation, CP.confirmation)
        cited = [*graph.objects(citation, CITO.hasCitedEntity), *graph.objects(citation, CP.candidate)]
        found |= {(key(citing), key(work), str(status).partition("#")[2]) for work in cited}
    assert found == expected, f"missing {expected - found}, too many {found - expected}"


def test_reference_numbers_are_those_of_the_facts(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    expected = {key: work["seed_number"] for key, work in facts.items() if "seed_number" in work}
    found = {
        key(graph.value(citation, CITO.hasCitedEntity)): number.toPython()
        for citation, number in graph.subject_objects(CP.referenceNumber)
        if isinstance(number, Literal)
    }
    assert found == expected
