"""One thing of each kind that satisfies its shape, and for each rule a change that breaks it.

`GOOD` is Turtle, parsed with the base of the data files. A `Breach` drops every triple of the
example's subject with a property in `drop` and adds `add` (predicates and objects) to it; the
rule named by `shape` must then be reported, and no other but those in `also`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rdflib import RDF, SH, Graph, URIRef

BASE = "http://127.0.0.1:8000/"

PREFIXES = """
@prefix cp: <ontology#> . @prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix cito: <http://purl.org/spar/cito/> . @prefix datacite: <http://purl.org/spar/datacite/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix fabio: <http://purl.org/spar/fabio/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix litre: <http://www.essepuntato.it/2010/06/literalreification/> .
@prefix mp: <http://purl.org/mp/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix prism: <http://prismstandard.org/namespaces/basic/2.0/> .
@prefix pro: <http://purl.org/spar/pro/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CLASSES = {
    "work": "fabio:Expression", "person": "foaf:Person", "organization": "foaf:Organization", "venue": "fabio:Journal",
    "concept": "skos:Concept", "scheme": "skos:ConceptScheme", "claim": "cp:Claim", "case": "cp:Case",
    "citation": "cito:Citation", "change": "prov:Activity", "#author": "pro:RoleInTime", "#doi": "datacite:Identifier",
    "agent": "prov:Agent",
}  # fmt: skip
"""The class of what an example points to, by the kind in its IRI or by its fragment."""

GOOD: dict[str, tuple[str, str]] = {
    "work": (
        "id/work/w",
        """a fabio:Expression, fabio:JournalArticle ; dcterms:type "article-journal" ; cp:citationKey "w" ;
        cp:alternativeKey "w1", "w2" ;
        dcterms:title "A title" ; dcterms:issued "1996-08"^^xsd:gYearMonth ;
        fabio:hasPublicationYear "1996"^^xsd:gYear ; dcterms:isPartOf <id/venue/v> ;
        dcterms:creator <id/person/p> ; bibo:editor <id/organization/o> ; dcterms:publisher <id/organization/o> ;
        pro:isDocumentContextFor <id/work/w#author-1> ; datacite:hasIdentifier <id/work/w#doi> ;
        cito:cites <id/work/x> ; cp:mayCite <id/work/y> ; prism:doi "10.1016/0305-750X(96)00023-X" ;
        prism:isbn "978-1-138-70011-6" ; prism:volume "24" ; prism:issueIdentifier "6" ;
        prism:pageRange "1073-1087" ; cp:status cp:corrected ; cp:sourceFields "{}"^^rdf:JSON ;
        cp:referenceText "[]"^^rdf:JSON""",
    ),
    "person": (
        "id/person/p",
        'a foaf:Person ; foaf:name "Carola van Eijk" ; foaf:givenName "Carola" ; foaf:familyName "Eijk" ;'
        ' cp:particle "van"',
    ),
    "organization": ("id/organization/o", 'a foaf:Organization ; foaf:name "Routledge"'),
    "venue": ("id/venue/v", 'a fabio:Journal ; dcterms:title "World Development" ; prism:issn "0305-750X"'),
    "identifier": (
        "id/work/w#doi",
        'a datacite:Identifier ; datacite:usesIdentifierScheme datacite:doi ; litre:hasLiteralValue "10.1/x" ;'
        " cp:confirmation cp:confirmed",
    ),
    "role": (
        "id/work/w#author-1",
        "a pro:RoleInTime ; pro:withRole pro:author ; pro:isHeldBy <id/person/p> ; cp:position 1",
    ),
    "citation": (
        "id/citation/w--x",
        "a cito:Citation ; cito:hasCitingEntity <id/work/w> ; cito:hasCitedEntity <id/work/x> ;"
        " cp:referenceNumber 16 ; cp:confirmation cp:confirmed",
    ),
    "ambiguous": (
        "id/citation/w--xy",
        "a cito:Citation ; cito:hasCitingEntity <id/work/w> ; cp:candidate <id/work/x>, <id/work/y> ;"
        " cp:confirmation cp:ambiguous",
    ),
    "merged": (
        "id/work/w2",
        'a cp:Merged ; owl:sameAs <id/work/w> ; prov:wasInvalidatedBy <id/change/3> ; cp:mergeRecord "{}"^^rdf:JSON',
    ),
    "screening": (
        "id/screening/k",
        "a cp:Screening ; cp:work <id/work/w> ; cp:stage cp:title-abstract ; cp:verdict cp:exclude ;"
        ' cp:reason "another field" ; prov:wasAttributedTo <id/agent/a> ;'
        ' prov:generatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime',
    ),
    "text": (
        "id/work/w#text",
        f"""a fabio:DigitalManifestation ; dcterms:format "application/pdf" ; cp:fileHash "{"0a" * 32}" ;
        cp:pagesHash "{"b1" * 32}" ; bibo:numPages 12 ; cp:pageWithoutText 3, 7 ;
        dcterms:license <http://spdx.org/licenses/CC-BY-4.0> ; prov:wasAttributedTo <id/agent/a> ;
        prov:generatedAtTime "2026-11-28T12:00:00Z"^^xsd:dateTime ; prov:wasGeneratedBy <id/change/2>""",
    ),
    "pin": (
        "id/pin/2",
        'a cp:Pin ; cp:asks "/works?q=role" ; cp:askedVersion 1 ; dcterms:format "application/json" ;'
        f' cp:answerHash "{"0" * 64}" ; prov:wasAttributedTo <id/agent/a> ;'
        ' prov:generatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime',
    ),
    "correction": (
        "id/correction/w--x--authors",
        'a cp:Correction ; cp:onCitation <id/citation/w--x> ; cp:field "authors" ; cp:asPrinted "Vrielink" ;'
        ' cp:asCorrected "Oude Vrielink" ; cp:fault cp:error',
    ),
    "doubt": (
        "id/doubt/w--year",
        'a cp:Doubt ; cp:onWork <id/work/w> ; cp:field "year" ; cp:confirmation cp:conflicting',
    ),
    "decision": (
        "id/decision/w--x",
        "a cp:Decision ; cp:onWork <id/work/w>, <id/work/x> ; cp:judgement cp:different ;"
        ' cp:recordsDigest "3f2a" ; prov:wasAttributedTo <id/organization/o>',
    ),
    "concept": (
        "id/concept/c",
        """a skos:Concept ; skos:notation "c" ; skos:prefLabel "label"@en, "étiquette"@fr ;
        skos:altLabel "tag"@en ; skos:definition "What it means."@en ; skos:inScheme <id/scheme/s> ;
        skos:broader <id/concept/b> ; skos:narrower <id/concept/n> ; skos:related <id/concept/r>""",
    ),
    "scheme": ("id/scheme/s", "a skos:ConceptScheme ; skos:hasTopConcept <id/concept/c>"),
    "evidence": (
        "id/evidence/c--w",
        """a cp:Evidence ; cp:work <id/work/w> ; cp:about <id/concept/c> ; cp:state cp:discusses ;
        cp:directness cp:direct ; cp:certainty cp:high ; cp:locator "title" ; cp:quote "A title" ;
        cp:quoteCheck cp:exact ; cp:method cp:human ; cp:standing cp:accepted ;
        prov:wasAttributedTo <id/organization/o> ; prov:generatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime""",
    ),
    "claim": (
        "id/claim/k",
        'a cp:Claim ; rdfs:label "It is so."@en, "C’est ainsi."@fr ; cp:madeBy <id/work/w> ;'
        " cp:restsOn <id/case/a> ; cp:concerns <id/concept/c>",
    ),
    "case": (
        "id/case/a",
        """a cp:Case ; rdfs:label "A picnic"@en, "Un pique-nique"@fr ; cp:country "GB-ENG" ;
        cp:context <id/concept/england> ; cp:form <id/concept/f> ; cp:possibleForm <id/concept/g> ;
        cp:describedBy <id/work/w> ; cp:describedTogetherWith <id/case/b>""",
    ),
    "characteristic": (
        "id/characteristic/a--sector",
        """a cp:Characteristic ; cp:onCase <id/case/a>, <id/case/b> ; cp:dimension cp:sector ;
        cp:value <id/concept/c> ; cp:work <id/work/w> ; cp:directness cp:indirect ; cp:certainty cp:moderate ;
        cp:locator "abstract" ; cp:quote "a picnic" ; cp:quoteCheck cp:exact""",
    ),
}
"""Kind of thing: its IRI relative to the base, and its triples."""


class Breach(NamedTuple):
    """A change to a good example that breaks one rule."""

    of: str
    shape: str
    drop: str = ""
    add: str = ""
    also: str = ""


BREACHES = (
    Breach("merged", "merged-into", "owl:sameAs", "owl:sameAs <id/work/gone>"),
    Breach("merged", "merged-by", "prov:wasInvalidatedBy"),
    Breach("merged", "merged-record", add='cp:mergeRecord "[]"^^rdf:JSON'),
    Breach("merged", "merged-alone", add="a fabio:Expression", also="work-type work-citation-key work-title-missing"),
    Breach("work", "work-cites", add="cito:cites <id/work/gone>"),
    Breach("work", "work-part-of", add="dcterms:isPartOf <id/venue/gone>"),
    Breach("role", "role-holder", "pro:isHeldBy", "pro:isHeldBy <id/person/gone>"),
    Breach("concept", "concept-top", add="skos:topConceptOf <id/scheme/gone>"),
    Breach("scheme", "scheme-top", add="skos:hasTopConcept <id/concept/gone>"),
    Breach("evidence", "evidence-work", "cp:work", "cp:work <id/work/gone>"),
    Breach("evidence", "evidence-about", "cp:about", "cp:about <id/concept/gone>"),
    Breach("work", "work-type", "dcterms:type", 'dcterms:type "journal article"'),
    Breach("work", "work-citation-key", "cp:citationKey"),
    Breach("work", "work-alternative-key", "cp:alternativeKey", 'cp:alternativeKey "w"'),
    Breach("work", "work-alternative-key", "cp:alternativeKey", 'cp:alternativeKey ""'),
    Breach("work", "work-title-once", add='dcterms:title "Another title"'),
    Breach("work", "work-title-missing", "dcterms:title"),
    Breach("work", "work-issued", "dcterms:issued", 'dcterms:issued "August 1996"'),
    Breach("work", "work-year", "fabio:hasPublicationYear", "fabio:hasPublicationYear 1996"),
    Breach("work", "work-part-of", add='dcterms:isPartOf "World Development"'),
    Breach("work", "work-creator", add='dcterms:creator "Elinor Ostrom"'),
    Breach("work", "work-editor", add="bibo:editor <id/venue/v>"),
    Breach("work", "work-translator", add='bibo:translator "Anon"'),
    Breach("work", "work-publisher", add='dcterms:publisher "Wiley"'),
    Breach("work", "work-role", add="pro:isDocumentContextFor <id/person/p>"),
    Breach("work", "work-identifier", add='datacite:hasIdentifier "10.1/x"'),
    Breach("work", "work-cites", add="cito:cites <https://doi.org/10.1/x>"),
    Breach("work", "work-may-cite", add="cp:mayCite <id/work/x>"),
    Breach("work", "work-doi", "prism:doi", 'prism:doi "https://doi.org/10.1/x"'),
    Breach("work", "work-isbn", add='prism:isbn "ISBN 0-00"'),
    Breach("work", "work-volume", add='prism:volume "25"'),
    Breach("work", "work-issue", add='prism:issueIdentifier "7"'),
    Breach("work", "work-page", add='prism:pageRange "1"'),
    Breach("work", "work-abstract", add='dcterms:abstract "One", "two"'),
    Breach("work", "work-genre", add='cp:genre "Essay", "Paper"'),
    Breach("work", "work-collection-title", add='cp:collectionTitle "One", "Two"'),
    Breach("work", "work-original-title", add='cp:originalTitle "One"'),
    Breach("work", "work-translated-title", add='cp:translatedTitle "One"^^rdf:HTML'),
    Breach("work", "work-transliterated-title", add='cp:transliteratedTitle "One"'),
    Breach("work", "work-rich-title", add='cp:richTitle "<i>One</i>"'),
    Breach("work", "work-rich-abstract", add='cp:richAbstract "<i>One</i>"^^rdf:HTML, "<i>two</i>"^^rdf:HTML'),
    Breach("work", "work-rich-note", add='cp:richNote "<i>One</i>"'),
    Breach("work", "work-status", add="cp:status cp:proposed"),
    Breach("work", "work-source-fields", "cp:sourceFields", 'cp:sourceFields "timestamp=2019"'),
    Breach("work", "work-reference-text", add='cp:referenceText "[1]"^^rdf:JSON'),
    Breach("person", "person-name", "foaf:name"),
    Breach("person", "person-family-name", add='foaf:familyName "Van Eijk"'),
    Breach("person", "person-given-name", add='foaf:givenName "C."'),
    Breach("person", "person-particle", add='cp:particle "Van"'),
    Breach("person", "person-suffix", add='cp:suffix "Jr.", "III"'),
    Breach("person", "person-dropping-particle", add='cp:droppingParticle "von", "zu"'),
    Breach("person", "person-comma-suffix", add='cp:commaSuffix "yes"'),
    Breach("person", "person-static-ordering", add="cp:staticOrdering true, false"),
    Breach("person", "person-or-organization", add="a foaf:Organization"),
    Breach("organization", "organization-name", add='foaf:name "Routledge Ltd"'),
    Breach("venue", "venue-title-once", add='dcterms:title "World Dev."'),
    Breach("venue", "venue-title-missing", "dcterms:title"),
    Breach("venue", "venue-issn", "prism:issn", 'prism:issn "0305750X"'),
    Breach("identifier", "identifier-scheme", "datacite:usesIdentifierScheme"),
    Breach("identifier", "identifier-value", add='litre:hasLiteralValue "10.1/y"'),
    Breach("identifier", "identifier-confirmation", "cp:confirmation", "cp:confirmation cp:accepted"),
    Breach(
        "identifier",
        "identifier-recalled",
        "cp:confirmation",
        'cp:confirmation cp:recalled . <id/work/z> datacite:hasIdentifier <id/work/w#doi> ; prism:doi "10.1/x"',
    ),
    Breach("role", "role-role", "pro:withRole", "pro:withRole cp:witness"),
    Breach("role", "role-holder", "pro:isHeldBy"),
    Breach("role", "role-position", "cp:position", "cp:position 0"),
    Breach("citation", "citation-citing", "cito:hasCitingEntity"),
    Breach("citation", "citation-cited", add="cito:hasCitedEntity <id/work/y>"),
    Breach("ambiguous", "citation-candidate", add="cp:candidate <id/person/p>"),
    Breach("citation", "citation-number", add="cp:referenceNumber 17"),
    Breach("citation", "citation-confirmation", "cp:confirmation", "cp:confirmation cp:high"),
    Breach("ambiguous", "citation-target", add="cito:hasCitedEntity <id/work/x>"),
    Breach("ambiguous", "citation-target", "cp:candidate", "cp:candidate <id/work/x>"),
    Breach("correction", "correction-citation", "cp:onCitation", "cp:onCitation <id/work/x>"),
    Breach("correction", "correction-field", "cp:field", 'cp:field "Author names"'),
    Breach("correction", "correction-fault", "cp:fault", "cp:fault cp:typo"),
    Breach("correction", "correction-as-printed", add='cp:asPrinted "M.O. Vrielink"'),
    Breach("correction", "correction-as-corrected", add='cp:asCorrected "M. Oude Vrielink"'),
    Breach("correction", "correction-error", "cp:asCorrected"),
    Breach("doubt", "doubt-work", "cp:onWork"),
    Breach("doubt", "doubt-field", add='cp:field "page"'),
    Breach("doubt", "doubt-confirmation", "cp:confirmation", "cp:confirmation cp:confirmed"),
    Breach("decision", "decision-work", "cp:onWork", "cp:onWork <id/work/w>"),
    Breach("decision", "decision-judgement", "cp:judgement", "cp:judgement cp:silent"),
    Breach("decision", "decision-digest", "cp:recordsDigest"),
    Breach("decision", "decision-agent", "prov:wasAttributedTo"),
    Breach("concept", "concept-notation", "skos:notation", 'skos:notation "A Concept"'),
    Breach("concept", "concept-label-language", add='skos:prefLabel "other"@en'),
    Breach("concept", "concept-label-en", "skos:prefLabel", 'skos:prefLabel "étiquette"@fr'),
    Breach("concept", "concept-label-fr", "skos:prefLabel", 'skos:prefLabel "label"@en'),
    Breach("concept", "concept-followed", add='cp:followed "yes"'),
    Breach("concept", "concept-alt-label", add='skos:altLabel "label"@en'),
    Breach("concept", "concept-definition", "skos:definition"),
    Breach("concept", "concept-scheme", "skos:inScheme"),
    Breach("concept", "concept-broader", add="skos:broader <http://www.wikidata.org/entity/Q21>"),
    Breach("concept", "concept-narrower", add='skos:narrower "narrower"'),
    Breach("concept", "concept-related", add="skos:related <id/concept/b>"),
    Breach("concept", "concept-place", "skos:broader"),
    Breach("evidence", "evidence-work", "cp:work"),
    Breach("evidence", "evidence-about", add="cp:about <id/concept/d>"),
    Breach("evidence", "evidence-state", add="cp:state cp:silent", also="evidence-directness-fits"),
    Breach("evidence", "evidence-directness", "cp:directness", "cp:directness cp:high"),
    Breach("evidence", "evidence-certainty", "cp:certainty"),
    Breach("evidence", "evidence-method", "cp:method"),
    Breach("evidence", "evidence-standing", "cp:standing", "cp:standing cp:retracted"),
    Breach("evidence", "evidence-quote", add='cp:quote "title"'),
    Breach("evidence", "evidence-locator", add='cp:locator "abstract"'),
    Breach("evidence", "evidence-quote-check", "cp:quoteCheck", "cp:quoteCheck cp:direct"),
    Breach("evidence", "evidence-quote-page", add="cp:quotePage 4, 7"),
    Breach("evidence", "evidence-quote-checked", "cp:quoteCheck"),
    Breach("evidence", "evidence-quoted-from", add='prov:wasQuotedFrom "another work"'),
    Breach("evidence", "evidence-agent", "prov:wasAttributedTo", 'prov:wasAttributedTo "me"'),
    Breach("evidence", "evidence-time", "prov:generatedAtTime", 'prov:generatedAtTime "yesterday"'),
    Breach("evidence", "evidence-state-fits", "cp:state", "cp:state cp:supports"),
    Breach("evidence", "evidence-state-fits", "cp:about", "cp:about <id/claim/k>"),
    Breach("evidence", "evidence-directness-fits", "cp:state", "cp:state cp:silent"),
    Breach("evidence", "evidence-directness-fits", "cp:directness"),
    Breach("claim", "claim-label", add='rdfs:label "It is not."@en'),
    Breach("claim", "claim-made-by", "cp:madeBy"),
    Breach("claim", "claim-rests-on", add="cp:restsOn <id/work/w>"),
    Breach("claim", "claim-concerns", "cp:concerns"),
    Breach("case", "case-label", "rdfs:label"),
    Breach("case", "case-described-by", "cp:describedBy"),
    Breach("case", "case-country", "cp:country", 'cp:country "England"'),
    Breach("case", "case-context", add='cp:context "England"'),
    Breach("case", "case-sector", add='cp:sector "housing"'),
    Breach("case", "case-initiator", add='cp:initiator "citizens"'),
    Breach("case", "case-leader", add="cp:leader <id/person/p>"),
    Breach("case", "case-form", add='cp:form "citizen-owned"'),
    Breach("case", "case-professional-role", add='cp:professionalRole "facilitator"'),
    Breach("case", "case-skill", add='cp:skill "management"'),
    Breach("case", "case-challenge", add='cp:challenge "time"'),
    Breach("case", "case-enabling-condition", add='cp:enablingCondition "trust"'),
    Breach("case", "case-possible-form", add="cp:possibleForm <id/concept/f>"),
    Breach("case", "case-described-together", add="cp:describedTogetherWith <id/work/w>"),
    Breach("screening", "screening-work", "cp:work"),
    Breach("screening", "screening-stage", "cp:stage", "cp:stage cp:direct"),
    Breach("screening", "screening-verdict", add="cp:verdict cp:include"),
    Breach("screening", "screening-reason", add='cp:reason "another language"'),
    Breach("screening", "screening-agent", "prov:wasAttributedTo"),
    Breach("screening", "screening-time", "prov:generatedAtTime"),
    Breach("screening", "screening-reason-given", "cp:reason"),
    Breach("text", "text-format", "dcterms:format", 'dcterms:format "text/html"'),
    Breach("text", "text-file", "cp:fileHash"),
    Breach("text", "text-pages", "cp:pagesHash", 'cp:pagesHash "B1"'),
    Breach("text", "text-count", "bibo:numPages", "bibo:numPages 0"),
    Breach("text", "text-without", add="cp:pageWithoutText 0"),
    Breach("text", "text-licence", "dcterms:license", 'dcterms:license "CC-BY-4.0"'),
    Breach("text", "text-agent", "prov:wasAttributedTo"),
    Breach("text", "text-time", "prov:generatedAtTime"),
    Breach("pin", "pin-asks", "cp:asks", 'cp:asks "works"'),
    Breach("pin", "pin-version", "cp:askedVersion", 'cp:askedVersion "one"'),
    Breach("pin", "pin-hash", "cp:answerHash", 'cp:answerHash "0123"'),
    Breach("pin", "pin-agent", "prov:wasAttributedTo"),
    Breach("pin", "pin-time", "prov:generatedAtTime"),
    Breach("characteristic", "characteristic-case", "cp:onCase"),
    Breach("characteristic", "characteristic-dimension", "cp:dimension", "cp:dimension cp:describedBy"),
    Breach("characteristic", "characteristic-value", add='cp:value "housing"'),
    Breach("characteristic", "characteristic-work", add="cp:work <id/work/x>"),
    Breach("characteristic", "characteristic-directness", "cp:directness"),
    Breach("characteristic", "characteristic-certainty", "cp:certainty", "cp:certainty cp:likely"),
    Breach("characteristic", "characteristic-locator", add='cp:locator "title"'),
    Breach("characteristic", "characteristic-quote", "cp:quote", 'cp:quote ""'),
    Breach("characteristic", "characteristic-quote-check", "cp:quoteCheck", "cp:quoteCheck cp:accepted"),
)


def neighbours() -> Iterator[str]:
    """Return, as Turtle, what the things that the examples point to are; one called `gone` is not there."""
    for text in (*(triples for _, triples in GOOD.values()), *(breach.add for breach in BREACHES)):
        for iri, kind, key, fragment in re.findall(r"<(id/(\w+)/([^>#]+)(#[a-z]+)?[^>]*)>", text):
            if key != "gone":
                yield f"<{iri}> a {CLASSES[fragment or kind]} .\n"


def example(kind: str, drop: str = "", add: str = "") -> Graph:
    """Return the good example of that kind, changed, among what it points to."""
    iri, triples = GOOD[kind]
    made = Graph().parse(data=f"{PREFIXES} <{iri}> {triples} .", publicID=BASE)
    for name in drop.split():
        removed = made.namespace_manager.expand_curie(name)
        assert (URIRef(BASE + iri), removed, None) in made, f"{kind}: the example has no {name} to drop"
        made.remove((URIRef(BASE + iri), removed, None))
    around = Graph().parse(data=PREFIXES + "".join(neighbours()), publicID=BASE)
    made += (triple for triple in around if triple[0] != URIRef(BASE + iri))
    return made.parse(data=f"{PREFIXES} <{iri}> {add} .", publicID=BASE) if add else made


def aimed(shapes: Graph, data: Graph, iri: str) -> Graph:
    """Return the shapes as they are about one node alone: what is around it is not whole."""
    made = Graph() + shapes
    for shape, _, one in shapes.triples((None, SH.targetClass, None)):
        made.remove((shape, SH.targetClass, one))
        if (URIRef(BASE + iri), RDF.type, one) in data:
            made.add((shape, SH.targetNode, URIRef(BASE + iri)))
    return made
