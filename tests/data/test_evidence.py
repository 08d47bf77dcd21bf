"""evidence.ttl: every node is whole, every quote stands in text that is held, and the first question is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

Entries = dict[str, dict[str, str]]
BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
CONCEPT = Namespace(BASE + "id/concept/")
PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
PROFESSIONAL_ROLE = CONCEPT["professional-role"]

CLOSED = {
    CP.state: ("discusses", "silent", "supports", "contradicts"),
    CP.certainty: ("high", "moderate", "low"),
    CP.method: ("human", "machine", "machine-reviewed"),
    CP.standing: ("proposed", "accepted", "rejected"),
}
"""What every piece of evidence has once, and the terms it may be."""

PARTS = ("title", "abstract", "keywords", "contents", "publisher's description", "abstract of the working paper")
"""The parts of a work that a locator may name, joined by “and”; or “abstract of KEY” where KEY is quoted."""


def key(node: Node | None) -> str:
    """The key in the IRI of a work, a concept …; empty where there is no node."""
    return str(node).rpartition("/")[2] if node else ""


def evidence(graph: Graph) -> list[Node]:
    """Every evidence node."""
    found = list(graph.subjects(RDF.type, CP.Evidence))
    assert found
    return found


def on_concepts(graph: Graph) -> Iterator[Node]:
    """The evidence that is about a concept, not a claim."""
    return (node for node in evidence(graph) if str(graph.value(node, CP.about)).startswith(CONCEPT))


def narrower(graph: Graph, concept: Node) -> set[Node]:
    """That concept and all below it."""
    return {one for one in graph.transitive_subjects(SKOS.broader, concept) if one is not None}


def works(graph: Graph, concepts: set[Node], state: URIRef) -> set[str]:
    """The keys of the works with accepted evidence of that state on any of those concepts."""
    return {
        key(graph.value(node, CP.work))
        for node in evidence(graph)
        if graph.value(node, CP.about) in concepts
        and (node, CP.state, state) in graph
        and (node, CP.standing, CP.accepted) in graph
    }


def test_evidence_is_about_a_work_and_a_point_that_exist(graph: Graph, entries: Entries) -> None:
    points = set(graph.subjects(RDF.type, SKOS.Concept)) | set(graph.subjects(RDF.type, CP.Claim))
    for node in evidence(graph):
        work, about = list(graph.objects(node, CP.work)), list(graph.objects(node, CP.about))
        assert [key(one) in entries for one in work] == [True], f"{node}: cp:work must be one work of works.bib"
        assert [one in points for one in about] == [True], (
            f"{node}: cp:about must be one concept of concepts.ttl or one claim of claims.ttl, not {about}"
        )
        assert key(node) == f"{key(about[0])}--{key(work[0])}", f"{node}: name it POINT--WORK"


def test_evidence_has_each_axis_once(graph: Graph) -> None:
    for node in evidence(graph):
        for predicate, allowed in CLOSED.items():
            values = list(graph.objects(node, predicate))
            assert [value in {CP[term] for term in allowed} for value in values] == [True], (
                f"{node}: {key(predicate)} must be one of {', '.join('cp:' + term for term in allowed)}"
            )
        assert graph.value(node, RDFS.comment), f"{node}: write a note in rdfs:comment, in your own words"
        assert graph.value(node, PROV.wasAttributedTo), f"{node}: say by whom, in prov:wasAttributedTo"
        at = graph.value(node, PROV.generatedAtTime)
        assert isinstance(at, Literal), f"{node}: say when, in prov:generatedAtTime"
        assert at.datatype == XSD.dateTime, f"{node}: prov:generatedAtTime is an xsd:dateTime"


def test_directness_goes_with_saying_something(graph: Graph) -> None:
    for node in on_concepts(graph):
        state, directness = graph.value(node, CP.state), list(graph.objects(node, CP.directness))
        assert state in (CP.discusses, CP.silent), f"{node}: a concept is discussed or not: cp:discusses or cp:silent"
        if state == CP.silent:
            assert not directness, f"{node}: a silent work is neither direct nor indirect; take cp:directness out"
            assert not graph.value(node, CP.quote), f"{node}: there is nothing to quote from silence"
        else:
            assert directness in ([CP.direct], [CP.indirect]), f"{node}: say cp:directness cp:direct or cp:indirect"


def test_a_locator_says_what_was_read(graph: Graph) -> None:
    for node in evidence(graph):
        locator, source = str(graph.value(node, CP.locator) or ""), graph.value(node, PROV.wasQuotedFrom)
        allowed = {*PARTS, f"abstract of {key(source)}"}
        named = locator.split(" and ")
        assert set(named) <= allowed, f"{node}: cp:locator says what was read: one of {PARTS}, joined by “and”"


def test_the_data_do_not_say_whether_a_quote_is_found(graph: Graph) -> None:
    assert list(graph.subject_objects(CP.quoteCheck)) == [], "take cp:quoteCheck out: the program looks and writes it"


def quoted(loaded: Graph) -> list[Node]:
    """Everything with a quote: evidence, and characteristics of cases."""
    found = list(loaded.subjects(CP.quote))
    assert found
    return found


def held(loaded: Graph, node: Node) -> list[str]:
    """The texts that are held of the work whose words the quote has."""
    work = loaded.value(node, PROV.wasQuotedFrom) or loaded.value(node, CP.work)
    kinds = (DCTERMS.title, DCTERMS.abstract, PRISM.keyword)
    return [str(text) for kind in kinds for text in loaded.objects(work, kind)]


def test_every_quote_is_found_as_it_is(loaded: Graph) -> None:
    for node in quoted(loaded):
        quote = str(loaded.value(node, CP.quote))
        assert loaded.value(node, CP.quoteCheck) == CP.exact, (
            f"{node}: “{quote}” does not stand in the title, abstract or keywords of the work: quote letter for "
            "letter, name in prov:wasQuotedFrom the work whose words they are, or take cp:quote out"
        )


def test_a_quote_is_short_and_of_whole_words(loaded: Graph) -> None:
    for node in quoted(loaded):
        quote = str(loaded.value(node, CP.quote))
        assert len(quote.split()) <= 36, f"{node}: quote the passage that carries the judgement, and no more"
        whole = [text for text in held(loaded, node) if re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text)]
        assert whole, f"{node}: “{quote}” cuts a word"


def test_what_rests_on_held_text_shows_it(graph: Graph, loaded: Graph) -> None:
    for node in evidence(graph):
        if (node, CP.state, CP.silent) in graph:
            continue
        work = graph.value(node, CP.work)
        parts = {"title": DCTERMS.title, "abstract": DCTERMS.abstract, "keywords": PRISM.keyword}
        named = str(graph.value(node, CP.locator)).split(" and ")
        resting = [part for part in named if part in parts and (work, parts[part], None) in loaded]
        if resting:
            assert graph.value(node, CP.quote), f"{node}: the {resting[0]} is held: quote the words it rests on"


def test_what_rests_on_text_not_held_says_so(graph: Graph, loaded: Graph) -> None:
    """Where a title is quoted for what an abstract says, the note tells the two apart."""
    for node in evidence(graph):
        named = str(graph.value(node, CP.locator)).split(" and ")
        unheld = {"abstract": DCTERMS.abstract, "publisher's description": DCTERMS.description}
        for part in set(named) & set(unheld):
            absent = (graph.value(node, CP.work), unheld[part], None) not in loaded
            own = graph.value(node, PROV.wasQuotedFrom) is None  # else the locator is of the work that is quoted
            if absent and own and graph.value(node, CP.quote):
                note = str(graph.value(node, RDFS.comment)).replace("’", "'")
                assert f"{part}, which is not held here" in note, (
                    f"{node}: say in the note what the {part} adds, “which is not held here”"
                )


def test_what_is_indirect_is_not_certain(graph: Graph) -> None:
    for node in graph.subjects(CP.directness, CP.indirect):
        assert graph.value(node, CP.certainty) != CP.high, f"{node}: what follows from the words is cp:moderate or less"


def test_the_first_question_is_answered_in_words_that_are_held(loaded: Graph) -> None:
    answers = [
        node
        for node in loaded.subjects(CP.about, PROFESSIONAL_ROLE)
        if (node, CP.state, CP.discusses) in loaded and (node, CP.standing, CP.accepted) in loaded
    ]
    shown = [node for node in answers if (node, CP.quoteCheck, CP.exact) in loaded]
    assert (len(shown), len(answers)) == (21, 21)


def test_no_work_both_discusses_a_concept_and_is_silent_on_it(graph: Graph) -> None:
    for concept in set(graph.objects(None, CP.about)):
        both = works(graph, {concept}, CP.discusses) & works(graph, {concept}, CP.silent)
        assert not both, f"{key(concept)}: {both} cannot both discuss it and be silent"


def test_professional_role_is_discussed_by_21_silent_in_10_unread_in_4(graph: Graph, entries: Entries) -> None:
    concepts = narrower(graph, PROFESSIONAL_ROLE)
    assert len(concepts) > 1
    discusses = works(graph, concepts, CP.discusses)
    silent = works(graph, concepts, CP.silent) - discusses
    unread = set(entries) - discusses - silent
    assert (len(discusses), len(silent), len(unread)) == (21, 10, 4)


def test_a_narrower_role_is_only_for_works_that_discuss_the_role(graph: Graph) -> None:
    broad = works(graph, {PROFESSIONAL_ROLE}, CP.discusses)
    for concept in narrower(graph, PROFESSIONAL_ROLE) - {PROFESSIONAL_ROLE}:
        extra = (works(graph, {concept}, CP.discusses) | works(graph, {concept}, CP.silent)) - broad
        assert not extra, f"{key(concept)}: first add evidence of {extra} on professional-role"


def test_a_source_of_a_concept_discusses_it(graph: Graph) -> None:
    for concept, source in graph.subject_objects(DCTERMS.source):
        saying = works(graph, narrower(graph, concept), CP.discusses)
        assert key(source) in saying, (
            f"{key(concept)}: add evidence that {key(source)} discusses it or a narrower concept, "
            "or take it out of dcterms:source"
        )


def test_every_concept_is_discussed_by_a_work(graph: Graph) -> None:
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        assert works(graph, narrower(graph, concept), CP.discusses), (
            f"{key(concept)}: no work is known to discuss it: add evidence, or drop the concept"
        )


def test_there_is_enough_to_map_gaps_and_bridges(graph: Graph, entries: Entries) -> None:
    places = narrower(graph, CONCEPT["context"]) - {CONCEPT["context"]}
    for place in places:
        assert works(graph, {place}, CP.discusses), (
            f"{key(place)}: no work is about this place; add evidence or drop it"
        )
    co_production = works(graph, narrower(graph, CONCEPT["co-production"]), CP.discusses)
    citizenship = works(graph, narrower(graph, CONCEPT["active-citizenship"]), CP.discusses)
    assert "mcmullin2022lead" in co_production & citizenship
    unmapped = set(entries) - {key(graph.value(node, CP.work)) for node in evidence(graph)}
    assert not unmapped, f"add evidence on at least one concept for {unmapped}"


# ---- against the facts ----


def test_professional_role_is_as_the_facts_have_it(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    expected = {
        "yes": (CP.discusses, CP.direct),
        "partly": (CP.discusses, CP.indirect),
        "no": (CP.silent, None),
        "no_evidence": (CP.silent, None),
        "unknown": (None, None),
    }
    for work, fact in facts.items():
        node = URIRef(f"{BASE}id/evidence/professional-role--{work}")
        found = graph.value(node, CP.state), graph.value(node, CP.directness)
        assert found == expected[fact["discusses_professional_roles"]["value"]], f"{work}: {found}"


def test_certainty_is_high_only_where_an_abstract_was_read(graph: Graph, facts: dict[str, dict[str, Any]]) -> None:
    for node in on_concepts(graph):
        basis = facts[key(graph.value(node, CP.work))]["discusses_professional_roles"]["basis"]
        if graph.value(node, CP.certainty) == CP.high:
            assert basis in ("abstract seen", "title and abstract seen"), f"{node}: read was: {basis}"


def test_the_words_of_another_work_are_named_as_such(graph: Graph) -> None:
    """The contents of a book are the titles of its chapters; what a work is cited for is said by who cites it."""
    said = {key(node): key(source) for node, source in graph.subject_objects(PROV.wasQuotedFrom)}
    assert said == {
        "professional-role--brandsen2018book": "steen2018",
        "professional-motivation--tuurnas2015": "mcmullin2022lead",
    }
