"""doubts.ttl: what is not simply confirmed is said, about a field that exists, and nothing else is doubted."""

from __future__ import annotations

from typing import Any

from rdflib import RDF, RDFS, BNode, Graph, Namespace
from rdflib.term import Node

Entries = dict[str, dict[str, str]]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
CITO = Namespace("http://purl.org/spar/cito/")

BIB_FIELD = {
    "title": "title",
    "authors": "author",
    "editors": "editor",
    "year": "date",
    "available": "availabledate",
    "container_title": "booktitle",
    "volume": "volume",
    "issue": "number",
    "page": "pages",
    "publisher": "publisher",
    "publisher_place": "location",
    "doi": "doi",
}
"""Field of the Work shape to field of works.bib; besides these a doubt may be on the `identity` of a work."""

FACT_FIELD = {
    "pages": "page",
    "editors": "editors",
    "identity of the cited work": "identity",
    "conference": "container_title",
}
"""Words of the facts for a field, where they are not those of the Work shape."""

DEGREES = ("recalled", "probable", "ambiguous", "inferred", "source-only", "conflicting", "unknown")


def key(node: Node | None) -> str:
    """The key in the IRI of a work, a citation …; empty where there is no node."""
    return str(node).rpartition("/")[2] if node else ""


def text(graph: Graph, node: Node, predicate: Node) -> str:
    """The one value of that property as text; empty where there is none."""
    return str(graph.value(node, predicate) or "")


def doubts(graph: Graph) -> list[Node]:
    """Every doubt."""
    found = list(graph.subjects(RDF.type, CP.Doubt))
    assert found
    return found


def corrections(graph: Graph) -> list[Node]:
    """Every correction."""
    found = list(graph.subjects(RDF.type, CP.Correction))
    assert found
    return found


def plain(entry: dict[str, str], field: str) -> str:
    """That field of the entry as the Work shape has it."""
    value = entry.get(BIB_FIELD[field], "")
    return value[:4] if field == "year" else value.replace("--", "-")


def test_no_file_has_blank_nodes(graph: Graph) -> None:
    for triple in graph:
        assert not any(isinstance(term, BNode) for term in triple), f"give this node an IRI: {triple}"


def test_a_doubt_is_on_a_field_of_a_work(graph: Graph, entries: Entries) -> None:
    for doubt in doubts(graph):
        work, field = key(graph.value(doubt, CP.onWork)), text(graph, doubt, CP.field)
        assert work in entries, f"{doubt}: cp:onWork must be a work of works.bib"
        assert field == "identity" or field in BIB_FIELD, f"{doubt}: cp:field is one of {sorted(BIB_FIELD)} or identity"
        assert key(doubt) == f"{work}--{field}", f"{doubt}: name it WORK--FIELD"
        assert graph.value(doubt, CP.confirmation) in {CP[degree] for degree in DEGREES}, (
            f"{doubt}: cp:confirmation is one of {', '.join('cp:' + degree for degree in DEGREES)}"
        )
        assert text(graph, doubt, RDFS.comment), f"{doubt}: say in rdfs:comment what the doubt rests on"


def test_a_doubted_value_stands_in_the_record_unless_unknown(graph: Graph, entries: Entries) -> None:
    for doubt in doubts(graph):
        entry, field = entries[key(graph.value(doubt, CP.onWork))], text(graph, doubt, CP.field)
        if field == "identity":
            continue
        value, degree = plain(entry, field), graph.value(doubt, CP.confirmation)
        assert bool(value) == (degree != CP.unknown), (
            f"{doubt}: cp:unknown is for a field the record lacks, the others for one it has"
        )
        alternatives = [str(other) for other in graph.objects(doubt, CP.alternative)]
        assert value not in alternatives, f"{doubt}: {value} is the record's own value, not an alternative"
        assert alternatives or degree != CP.conflicting, f"{doubt}: give the other value in cp:alternative"


def test_a_correction_is_on_a_citation(graph: Graph) -> None:
    for correction in corrections(graph):
        citation, field = graph.value(correction, CP.onCitation), text(graph, correction, CP.field)
        assert (citation, RDF.type, CITO.Citation) in graph, f"{correction}: cp:onCitation names no citation"
        assert field in BIB_FIELD, f"{correction}: cp:field is one of {sorted(BIB_FIELD)}"
        assert key(correction) == f"{key(citation)}--{field}", f"{correction}: name it CITING--CITED--FIELD"
        fault, printed = graph.value(correction, CP.fault), text(graph, correction, CP.asPrinted)
        assert fault in (CP.error, CP.omission, CP.ambiguity), f"{correction}: cp:fault is error, omission or ambiguity"
        assert printed or fault == CP.omission, f"{correction}: give in cp:asPrinted what stands there"
        corrected = text(graph, correction, CP.asCorrected)
        assert not printed or printed != corrected, f"{correction}: nothing is corrected"
        assert text(graph, correction, RDFS.comment), f"{correction}: say in rdfs:comment what is wrong"


def test_what_was_printed_stands_in_the_chapter(graph: Graph, documents: dict[str, str]) -> None:
    chapter = documents["mcmullin2020citizenled"]
    for correction in corrections(graph):
        printed = text(graph, correction, CP.asPrinted)
        assert printed in chapter, f"{correction}: “{printed}” does not stand so in the list: give it word for word"


def test_what_is_corrected_is_what_the_record_has(graph: Graph, entries: Entries) -> None:
    compared = 0
    for correction in corrections(graph):
        field, corrected = text(graph, correction, CP.field), text(graph, correction, CP.asCorrected)
        cited = graph.value(graph.value(correction, CP.onCitation), CITO.hasCitedEntity)
        if field in ("authors", "editors") or not corrected:
            continue
        compared += 1
        assert corrected == plain(entries[key(cited)], field), f"{correction}: works.bib has another {field}"
    assert compared


def test_the_known_mistakes_of_the_list_are_there(graph: Graph) -> None:
    found = {key(correction).partition("--")[2] for correction in corrections(graph)}
    assert {
        "bakker2012--authors",
        "boyle2009--publisher",
        "brandsen2016distinguishing--year",
        "brandsen2018definitions--editors",
        "quebec2004cadre--publisher",
        "mcmullin2018healthcare--container_title",
        "parks1981--authors",
        "schlappa2018--editors",
        "steen2018--editors",
        "vaneijk2018--issue",
        "vanleene2020--year",
        "vanleene2020--volume",
    } <= found


# ---- against the facts ----


def test_every_fact_that_is_not_confirmed_is_doubted_or_recalled(
    graph: Graph, facts: dict[str, dict[str, Any]]
) -> None:
    doubted = {key(doubt) for doubt in doubts(graph)}
    recalled = {str(node).rpartition("/")[2] for node in graph.subjects(CP.confirmation, CP.recalled)}
    for work, fact in facts.items():
        for word, status in fact["field_status"].items():
            field = FACT_FIELD.get(word, word)
            marked = f"{work}--{field}" in doubted or any(node.startswith(f"{work}#{field}") for node in recalled)
            if status != "confirmed" and not (status == "unknown" and field in ("doi", "isbn")):
                assert marked, f"{work}: add a doubt {work}--{field}: {status}"


def test_every_recalled_identifier_of_the_facts_is_marked(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    recalled = {str(node).partition("#")[2] for node in graph.subjects(CP.confirmation, CP.recalled)}
    dois = {key(node) for node in graph.subjects(CP.confirmation, CP.recalled)}
    for work, fact in facts.items():
        for scheme in ("isbn", "issn"):
            for identifier in fact.get(scheme, []):
                if identifier["status"] == "recalled":
                    assert f"{scheme}-{identifier['value']}" in recalled, (
                        f"{work}: add {identifier['value']} as recalled"
                    )
        if fact["doi"]["status"] == "recalled":
            assert f"{work}#doi" in dois, f"{work}: add {fact['doi']['value']} as recalled"
        if fact["doi"].get("match") == "indirect":
            assert f"{work}--doi" in {key(d) for d in doubts(graph)}, (
                f"{work}: its DOI was matched indirectly: doubt it"
            )


def test_recalled_names_are_doubted(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    doubted = {key(doubt) for doubt in doubts(graph)}
    for work, fact in facts.items():
        if any(author.get("given_status") == "recalled" for author in fact.get("authors", [])):
            assert f"{work}--authors" in doubted, f"{work}: names only recalled: doubt the authors"
