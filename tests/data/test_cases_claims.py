"""cases.ttl and claims.ttl: what the two source documents say, all of it, and nothing they do not say."""

from __future__ import annotations

import pytest
from rdflib import RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

BASE = "http://127.0.0.1:8000/"
CP = Namespace(BASE + "ontology#")
Entries = dict[str, dict[str, str]]

ABSTRACT, CHAPTER = "mcmullin2022lead", "mcmullin2020citizenled"
COMPARED = ("england-parents-group", "france-community-picnic", "quebec-drop-in")
NEIGHBOURHOOD = tuple(f"quebec-neighbourhood-project-{number}" for number in (1, 2, 3))
FORMS = (
    "citizen-owned-co-production",
    "citizen-driven-co-production",
    "transitional-and-enforced-co-production",
)
UNDER = {
    "context": "context",
    "sector": "sector",
    "initiator": "actor",
    "leader": "actor",
    "form": "co-production",
    "possibleForm": "citizen-led-co-production",
    "professionalRole": "professional-role",
    "skill": "professional-skills",
    "challenge": "challenge",
    "enablingCondition": "enabling-condition",
}
"""Dimension of a case: the concept that its values stand under."""

TEXTS = ("country", "place", "activity")
"""The dimensions whose values are texts."""


def thing(kind: str, key: str) -> URIRef:
    return URIRef(f"{BASE}id/{kind}/{key}")


def keys(graph: Graph, subject: Node, predicate: URIRef) -> set[str]:
    """The keys, or our own terms, that are the objects."""
    return {str(value).rsplit("/", 1)[-1].rsplit("#", 1)[-1] for value in graph.objects(subject, predicate)}


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str]:
    return sorted(value.language or "" for value in graph.objects(subject, predicate) if isinstance(value, Literal))


def claims(graph: Graph) -> list[Node]:
    return sorted(graph.subjects(RDF.type, CP.Claim), key=str)


def evidence(graph: Graph, claim: Node) -> list[Node]:
    return sorted(graph.subjects(CP.about, claim), key=str)


def test_the_six_cases_are_there(graph: Graph) -> None:
    expected = {thing("case", key) for key in COMPARED + NEIGHBOURHOOD}
    assert expected <= set(graph.subjects(RDF.type, CP.Case))


def test_a_case_is_described_in_english_and_french(graph: Graph) -> None:
    for case in graph.subjects(RDF.type, CP.Case):
        for predicate in (RDFS.label, CP.activity, CP.place, RDFS.comment):
            found = languages(graph, case, predicate)
            assert found == ["en", "fr"], f"{case}: one {predicate} in en and one in fr, not {found}"


def test_a_case_is_described_by_a_work_of_the_set(graph: Graph, entries: Entries) -> None:
    for case in graph.subjects(RDF.type, CP.Case):
        found = keys(graph, case, CP.describedBy)
        assert found, f"{case}: name in cp:describedBy the work it is known from"
        assert found <= set(entries), f"{case}: not in works.bib: {found - set(entries)}"


@pytest.mark.parametrize("dimension", UNDER)
def test_the_values_of_a_dimension_are_of_its_kind(dimension: str, graph: Graph) -> None:
    root = thing("concept", UNDER[dimension])
    for case, value in graph.subject_objects(CP[dimension]):
        kinds = set(graph.transitive_objects(value, SKOS.broader)) - {value}
        assert root in kinds, f"{case} cp:{dimension} {value}: choose a concept under {UNDER[dimension]}"


def test_every_case_is_in_a_context_of_its_country(graph: Graph) -> None:
    place = {"GB-ENG": "england", "FR": "france", "CA-QC": "quebec"}
    for key in COMPARED + NEIGHBOURHOOD:
        case = thing("case", key)
        assert keys(graph, case, CP.context) == {place[str(graph.value(case, CP.country))]}
        assert key.startswith(place[str(graph.value(case, CP.country))])


@pytest.mark.parametrize("key", COMPARED)
def test_the_abstract_leaves_form_and_start_of_its_cases_open(key: str, graph: Graph) -> None:
    case = thing("case", key)
    assert keys(graph, case, CP.describedBy) == {ABSTRACT}
    assert keys(graph, case, CP.form) == {"citizen-led-co-production"}
    assert keys(graph, case, CP.possibleForm) == set(FORMS)
    for unsaid in (CP.initiator, CP.leader, CP.professionalRole, CP.skill, CP.challenge, CP.enablingCondition):
        assert keys(graph, case, unsaid) == set(), f"{key}: the abstract does not give {unsaid} for this case"


def test_what_the_abstract_says_at_large_is_of_low_certainty(graph: Graph) -> None:
    """That the professional comes second is said of the area of study; that citizens start or lead, of all three."""
    found = {
        str(node).rsplit("--", 1)[-1]: keys(graph, node, CP.value)
        for node in graph.subjects(CP.certainty, CP.low)
        if (node, RDF.type, CP.Characteristic) in graph
    }
    assert found == {"professionalRole": {"supporting-role"}, "initiator": {"citizen"}, "leader": {"citizen"}}


@pytest.mark.parametrize("key", NEIGHBOURHOOD)
def test_the_chapter_says_the_same_of_its_three_cases(key: str, graph: Graph) -> None:
    case = thing("case", key)
    assert keys(graph, case, CP.describedBy) == {CHAPTER}
    assert keys(graph, case, CP.form) == {"citizen-led-co-production"}
    assert keys(graph, case, CP.leader) == {"citizen"}
    assert keys(graph, case, CP.professionalRole) == {"facilitator", "supporting-role"}
    assert keys(graph, case, CP.skill) == {"meeting-moderation", "management", "administration"}
    assert keys(graph, case, CP.challenge) == {"citizen-wishes-versus-expediency"}
    conditions = {"low-professionalisation", "citizen-mobilisation", "collaboration-culture"}
    assert keys(graph, case, CP.enablingCondition) == conditions
    for unsaid in (CP.initiator, CP.possibleForm):
        assert keys(graph, case, unsaid) == set(), f"{key}: the chapter's abstract does not give {unsaid}"


def test_the_cases_of_the_chapter_are_one_study(graph: Graph) -> None:
    for key in NEIGHBOURHOOD:
        others = {other for other in NEIGHBOURHOOD if other != key}
        assert keys(graph, thing("case", key), CP.describedTogetherWith) == others
        labels = {str(label) for label in graph.objects(thing("case", key), RDFS.label)}
        assert all("one study" in label or "même étude" in label for label in labels), f"{key}: say so in its label"


def test_cases_described_together_differ_in_nothing(graph: Graph) -> None:
    dimensions = [CP[name] for name in (*UNDER, *TEXTS)]
    for case, other in graph.subject_objects(CP.describedTogetherWith):
        assert (other, CP.describedTogetherWith, case) in graph, f"{other}: add cp:describedTogetherWith to {case}"
        for dimension in (*dimensions, CP.describedBy):
            same = set(graph.objects(case, dimension)) == set(graph.objects(other, dimension))
            assert same, f"{case} and {other} differ in {dimension}: they are told apart, so take the link out"


def characteristics(graph: Graph, case: Node, dimension: str) -> list[Node]:
    return [node for node in graph.subjects(CP.onCase, case) if (node, CP.dimension, CP[dimension]) in graph]


@pytest.mark.parametrize("dimension", [*UNDER, *TEXTS])
def test_every_dimension_of_a_case_says_its_certainty_and_source(dimension: str, graph: Graph) -> None:
    for case in graph.subjects(RDF.type, CP.Case):
        stated = {value for value in graph.objects(case, CP[dimension]) if isinstance(value, URIRef)}
        sure: set[Node] = set()
        unsure: set[Node] = set()
        for node in characteristics(graph, case, dimension):
            (unsure if (node, CP.certainty, CP.low) in graph else sure).update(graph.objects(node, CP.value))
        assert stated == sure, (
            f"{case} cp:{dimension}: the case has {stated}, its characteristics of high or moderate certainty {sure}: "
            "say each value in both places, and what is of low certainty in the characteristic alone"
        )
        assert not sure & unsure, f"{case} cp:{dimension}: {sure & unsure} is both sure and of low certainty"
        if dimension in TEXTS and (case, CP[dimension], None) in graph:
            assert characteristics(graph, case, dimension), f"{case}: add a cp:Characteristic for cp:{dimension}"


def test_a_characteristic_comes_from_a_work_that_describes_the_case(graph: Graph) -> None:
    found = list(graph.subjects(RDF.type, CP.Characteristic))
    assert found
    for node in found:
        for case in graph.objects(node, CP.onCase):
            assert (case, CP.describedBy, graph.value(node, CP.work)) in graph, (
                f"{node}: cp:work is a work that {case} names in cp:describedBy"
            )
        assert graph.value(node, CP.quote), f"{node}: quote the words that it is read from"
        assert str(node).endswith(f"--{keys(graph, node, CP.dimension).pop()}"), f"{node}: name it CASE--DIMENSION"
        if (node, CP.certainty, CP.high) not in graph:
            assert graph.value(node, RDFS.comment), f"{node}: say in rdfs:comment why it is not certain"


def test_each_document_makes_claims(graph: Graph) -> None:
    makers = [keys(graph, claim, CP.madeBy) for claim in claims(graph)]
    assert sum(CHAPTER in found for found in makers) >= 4
    assert sum(ABSTRACT in found for found in makers) >= 4
    assert len(makers) >= 8


def test_a_claim_is_a_sentence_in_english_and_french(graph: Graph) -> None:
    for claim in claims(graph):
        assert languages(graph, claim, RDFS.label) == ["en", "fr"], f"{claim}: one rdfs:label in en, one in fr"
        for label in graph.objects(claim, RDFS.label):
            assert str(label)[0].isupper(), f"{claim}: a sentence begins with a capital letter"
            assert str(label).endswith("."), f"{claim}: a sentence ends with a full stop"


def test_a_claim_points_to_things_of_the_set(graph: Graph, entries: Entries) -> None:
    for claim in claims(graph):
        assert keys(graph, claim, CP.madeBy) <= set(entries), f"{claim}: cp:madeBy names a work of works.bib"
        assert keys(graph, claim, CP.concerns), f"{claim}: say in cp:concerns what it is about"
        for case in graph.objects(claim, CP.restsOn):
            assert (case, RDF.type, CP.Case) in graph, f"{claim}: {case} is not in cases.ttl"


def test_a_claim_rests_on_cases_that_its_maker_describes(graph: Graph) -> None:
    for claim in claims(graph):
        for case in graph.objects(claim, CP.restsOn):
            both = keys(graph, claim, CP.madeBy) & keys(graph, case, CP.describedBy)
            assert both, f"{claim} rests on {case}, which no work making the claim describes"


def test_who_makes_a_claim_supports_it_directly(graph: Graph) -> None:
    for claim in claims(graph):
        for maker in graph.objects(claim, CP.madeBy):
            nodes = [node for node in evidence(graph, claim) if (node, CP.work, maker) in graph]
            assert len(nodes) == 1, f"{claim}: add one cp:Evidence for {maker}, which makes it"
            assert keys(graph, nodes[0], CP.state) == {"supports"}
            assert keys(graph, nodes[0], CP.directness) == {"direct"}


def test_only_makers_support_a_claim_directly(graph: Graph) -> None:
    for claim in claims(graph):
        for node in evidence(graph, claim):
            if keys(graph, node, CP.directness) == {"direct"} and keys(graph, node, CP.state) == {"supports"}:
                work = graph.value(node, CP.work)
                assert (claim, CP.madeBy, work) in graph, f"{node}: {work} makes the claim: add it to cp:madeBy"


def test_evidence_on_a_claim_is_keyed_by_claim_and_work(graph: Graph, entries: Entries) -> None:
    for claim in claims(graph):
        assert evidence(graph, claim), f"{claim} has no evidence"
        for node in evidence(graph, claim):
            work = keys(graph, node, CP.work).pop()
            assert work in entries, f"{node}: {work} is not in works.bib"
            expected = f"{str(claim).rsplit('/', 1)[-1]}--{work}"
            assert node == thing("evidence", expected), f"{node}: its key is {expected}"
            assert graph.value(node, RDFS.comment), f"{node}: say in rdfs:comment what the state rests on"


def test_claims_show_the_words_of_the_works_that_make_them(loaded: Graph) -> None:
    """All of them are made in one of the two abstracts that are held."""
    for claim in claims(loaded):
        for maker in loaded.objects(claim, CP.madeBy):
            (node,) = [node for node in evidence(loaded, claim) if (node, CP.work, maker) in loaded]
            assert (node, CP.quoteCheck, CP.exact) in loaded, f"{node}: quote the sentence that makes the claim"


def test_who_says_it_outright_makes_the_claim(graph: Graph) -> None:
    """The chapter says what studies tend to look at; that they assume something is the paper's word."""
    made = {str(claim).rsplit("/", 1)[-1]: keys(graph, claim, CP.madeBy) for claim in claims(graph)}
    assert made["literature-attends-to-professional-provision"] == {ABSTRACT, CHAPTER}
    assert made["professional-assumed-regular-producer"] == {ABSTRACT}
    node = thing("evidence", f"professional-assumed-regular-producer--{CHAPTER}")
    assert keys(graph, node, CP.directness) | keys(graph, node, CP.certainty) == {"indirect", "moderate"}


def test_the_later_article_contradicts_the_count_of_the_forms(graph: Graph) -> None:
    node = thing("evidence", "three-forms-of-citizen-led-co-production--mcmullin2025lead")
    assert keys(graph, node, CP.state) == {"contradicts"}


def test_a_work_read_on_a_claim_may_be_silent(graph: Graph) -> None:
    """The article probably cited for the claim is about something else."""
    node = thing("evidence", "active-citizenship-literature-considers-facilitation--verhoeven2013")
    assert keys(graph, node, CP.state) == {"silent"}
    assert keys(graph, node, CP.directness) == set()


def test_the_editors_are_an_organization(graph: Graph) -> None:
    for node in graph.subjects(RDF.type, CP.Evidence):
        for agent in graph.objects(node, Namespace("http://www.w3.org/ns/prov#").wasAttributedTo):
            assert (agent, RDF.type, None) in graph, f"{node}: {agent} is nowhere described"
