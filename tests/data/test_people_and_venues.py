"""people.ttl and venues.ttl: one node for each person and journal, keyed by the name that works.bib prints."""

from __future__ import annotations

from rdflib import DCTERMS, FOAF, RDF, SKOS, Graph, Namespace
from rdflib.term import Node

from commonplace.model.minter import slug

Entries = dict[str, dict[str, str]]
CP = Namespace("http://127.0.0.1:8000/ontology#")
FABIO = Namespace("http://purl.org/spar/fabio/")


def test_a_key_is_the_slug_of_the_name(graph: Graph) -> None:
    for kind, name in ((FOAF.Person, FOAF.name), (FABIO.Journal, DCTERMS.title)):
        for node in graph.subjects(RDF.type, kind):
            names = [str(one) for one in graph.objects(node, name)]
            assert len(names) == 1, f"{node}: give it one name, and others as skos:altLabel; it has {names}"
            assert str(node).rpartition("/")[2] == slug(names[0]), f"{node}: its key must be {slug(names[0])}"


def test_a_body_has_one_name(graph: Graph) -> None:
    bodies = set(graph.subjects(RDF.type, FOAF.Organization))
    assert bodies
    for body in bodies:
        names = list(graph.objects(body, FOAF.name))
        assert len(names) == 1, f"{body}: give it one foaf:name; it has {names}"


def test_the_parts_of_a_name_make_the_name(graph: Graph) -> None:
    for person in graph.subjects(RDF.type, FOAF.Person):
        parts = (FOAF.givenName, CP.particle, FOAF.familyName, CP.suffix)
        full = " ".join(str(part) for one in parts if (part := graph.value(person, one)))
        assert str(graph.value(person, FOAF.name)) == full, f"{person}: its parts make “{full}”"


def test_other_forms_of_a_name_belong_to_one_person(graph: Graph) -> None:
    names: dict[str, Node] = {}
    for person in set(graph.subjects(RDF.type, FOAF.Person)):
        for name in [*graph.objects(person, FOAF.name), *graph.objects(person, SKOS.altLabel)]:
            assert names.setdefault(str(name).casefold(), person) == person, f"“{name}” is a name of two people"
            given = str(name).split()[:-1]
            assert any("." not in word for word in given), (
                f"{person}: “{name}” has initials only and would draw in strangers"
            )


def test_other_forms_of_a_name_are_printed_somewhere(graph: Graph, entries: Entries) -> None:
    printed = {
        " ".join(reversed(name.replace("{", "").replace("}", "").split(", ")))
        for entry in entries.values()
        for field in ("author", "editor", "editora")
        for name in entry.get(field, "").split(" and ")
    }
    for person in graph.subjects(RDF.type, FOAF.Person):
        for name in [*graph.objects(person, FOAF.name), *graph.objects(person, SKOS.altLabel)]:
            assert str(name) in printed, f"{person}: no entry of works.bib prints “{name}”"


def test_journals_are_those_of_the_works(graph: Graph, entries: Entries) -> None:
    described = {str(graph.value(venue, DCTERMS.title)) for venue in graph.subjects(RDF.type, FABIO.Journal)}
    assert described == {entry["journal"] for entry in entries.values() if "journal" in entry}
