"""A small library that tests of search ask, as Turtle, and the index of it."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store, Variable

from commonplace.derived.graph.snapshot import Term
from commonplace.derived.search.index import SearchIndex
from commonplace.model.minter import Minter

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)

LIBRARY = """
@prefix cp: <ontology#> . @prefix fabio: <http://purl.org/spar/fabio/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix prism: <http://prismstandard.org/namespaces/basic/2.0/> . @prefix pro: <http://purl.org/spar/pro/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix datacite: <http://purl.org/spar/datacite/> .
@prefix litre: <http://www.essepuntato.it/2010/06/literalreification/> .

<id/work/ostrom1996> a fabio:Expression ; cp:citationKey "ostrom1996" ;
  dcterms:title "Crossing the Great Divide: Coproduction, Synergy, and Development" ;
  prism:doi "10.1016/0305-750X(96)00023-X" ; prism:keyword "irrigation" ;
  dcterms:isPartOf <id/venue/world-development> ; dcterms:creator <id/person/elinor-ostrom> .
<id/work/tuurnas2015> a fabio:Expression ; dcterms:title "Learning to Co-Produce?" ;
  dcterms:abstract "Municipal workers meet citizens in a neighbourhood project of co-production." ;
  pro:isDocumentContextFor <id/work/tuurnas2015#translator-1> ;
  datacite:hasIdentifier <id/work/tuurnas2015#doi> .
<id/work/tuurnas2015#translator-1> a pro:RoleInTime ; pro:isHeldBy <id/person/zoe-kazmierczak> ;
  foaf:familyName "Kaźmierczak-Østby" .
<id/work/tuurnas2015#doi> litre:hasLiteralValue "10.1108/IJPSM-04-2015-0073" .
<id/work/guide2020> a fabio:Expression ; dcterms:title "A handbook for frontline staff" .
<id/work/etat2019> a fabio:Expression ; dcterms:title "L’État et les professionnels : études de co production" .
<id/person/elinor-ostrom> a foaf:Person ; foaf:name "Elinor Ostrom" ; skos:altLabel "Lin Ostrom" .
<id/person/zoe-kazmierczak> a foaf:Person ; foaf:name "Zoë Kaźmierczak" .
<id/organization/routledge> a foaf:Organization ; foaf:name "Routledge" .
<id/venue/world-development> a fabio:Journal ; dcterms:title "World Development" ; prism:issn "0305-750X" .
<id/concept/professional-role> a skos:Concept ; skos:prefLabel "professional role"@en, "rôle du professionnel"@fr ;
  skos:altLabel "frontline staff"@en, "street-level bureaucrats"@en ; skos:definition "What paid workers do."@en .
<id/claim/enabling> a cp:Claim ; rdfs:label "Low professionalisation enables citizens"@en ;
  cp:concerns <id/concept/professional-role> .
<id/case/france-picnic> a cp:Case ; rdfs:label "A weekly picnic"@en, "Un pique-nique hebdomadaire"@fr ;
  cp:place "Lyon" ; cp:activity "eating together" ; cp:professionalRole <id/concept/professional-role> .
<id/evidence/role--tuurnas> a cp:Evidence ; cp:work <id/work/tuurnas2015> ; cp:about <id/concept/professional-role> ;
  cp:state cp:discusses ; cp:standing cp:accepted ; cp:quote "learning among municipal workers" ;
  rdfs:comment "The abstract names them." .
<id/evidence/role--ostrom> a cp:Evidence ; cp:work <id/work/ostrom1996> ; cp:about <id/concept/professional-role> ;
  cp:state cp:discusses ; cp:standing cp:proposed ; rdfs:comment "Perhaps implied." .
<id/evidence/role--etat> a cp:Evidence ; cp:work <id/work/etat2019> ; cp:about <id/concept/professional-role> ;
  cp:state cp:discusses ; cp:standing cp:rejected ; cp:quote "chimerical" .
"""


class StoreGraph:
    """A store behind the face that search reads."""

    def __init__(self, turtle: str = "") -> None:
        self.store = Store()
        self.store.load(turtle.encode(), format=RdfFormat.TURTLE, base_iri=BASE)

    def query(
        self, text: str, substitutions: Mapping[Variable, Term] | None = None
    ) -> QuerySolutions | QueryTriples | QueryBoolean:
        return self.store.query(text, substitutions=dict(substitutions) if substitutions else None)


def indexed(graph: StoreGraph, version: int = 1) -> SearchIndex:
    index = SearchIndex()
    index.rebuild(graph, MINTER, version)
    return index


def keys(index: SearchIndex, q: str, kind: str | None = None) -> list[str]:
    return [hit.key for hit in index.search(q, [kind] if kind else None, limit=100).hits]
