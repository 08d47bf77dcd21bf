"""concepts.ttl: a SKOS scheme that is whole, in two languages, and rests on the works of the set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

BASE = "http://127.0.0.1:8000/"
PROJECT = Path(__file__).parents[2]
SEED = PROJECT / "../shared/seed"
SCHEME = URIRef(BASE + "id/scheme/co-production")
Entries = dict[str, dict[str, str]]

REQUIRED = {
    "citizen-led-co-production": """citizen-owned-co-production citizen-driven-co-production
        transitional-and-enforced-co-production""",
    "transitional-and-enforced-co-production": "transitional-co-production enforced-co-production",
    "co-production": "citizen-led-co-production professional-led-co-production",
    "professional-role": "regular-producer facilitator supporting-role",
    "professional-skills": "meeting-moderation management administration",
    "motivation": "citizen-motivation professional-motivation",
    "challenge": "citizen-wishes-versus-expediency",
    "enabling-condition": "low-professionalisation citizen-mobilisation collaboration-culture",
    "active-citizenship": "citizens-initiatives self-organisation",
    "sector": "community-development health-care community-safety housing",
    "context": "england france quebec netherlands italy sweden",
    "ownership": "transfer-to-community",
    "actor": "citizen professional",
}
"""What the two source documents speak of: concept, and its narrower ones."""


def concept(key: str) -> URIRef:
    return URIRef(f"{BASE}id/concept/{key}")


def key(node: Node) -> str:
    return str(node).removeprefix(BASE + "id/concept/")


@pytest.fixture(scope="module")
def scheme() -> Graph:
    return Graph().parse(PROJECT / "data" / "concepts.ttl", publicID=BASE)


@pytest.fixture(scope="module")
def concepts(scheme: Graph) -> list[Node]:
    return sorted(scheme.subjects(RDF.type, SKOS.Concept), key=str)


def labels(scheme: Graph, kind: URIRef) -> Iterator[tuple[Node, str, str]]:
    """Concept, language and folded text of every label of that kind."""
    for subject, label in scheme.subject_objects(kind):
        assert isinstance(label, Literal)
        yield subject, label.language or "", str(label).casefold()


def texts(scheme: Graph, node: Node, kind: URIRef) -> list[str]:
    return sorted(value.language or "" for value in scheme.objects(node, kind) if isinstance(value, Literal))


def above(scheme: Graph, node: Node) -> set[Node]:
    """Every broader concept of that concept, however far up."""
    return {broad for broad in scheme.transitive_objects(node, SKOS.broader) if broad and broad != node}


def test_what_the_source_documents_speak_of_is_there(scheme: Graph) -> None:
    for broad, narrow in REQUIRED.items():
        for name in narrow.split():
            assert (concept(name), SKOS.broader, concept(broad)) in scheme, f"{name} must stand under {broad}"


def test_the_forms_of_citizen_led_co_production_are_three(scheme: Graph) -> None:
    """As the conference paper counts them; the later article takes the third apart, so its two stand below that."""
    forms = {key(node) for node in scheme.subjects(SKOS.broader, concept("citizen-led-co-production"))}
    assert len(forms) == 3, f"{forms}: a form that the source has not named is not a form beside the three"


def test_a_concept_is_keyed_by_its_notation(scheme: Graph, concepts: list[Node]) -> None:
    for node in concepts:
        assert [str(n) for n in scheme.objects(node, SKOS.notation)] == [key(node)], f"{node}: notation is the key"
        assert list(scheme.objects(node, SKOS.inScheme)) == [SCHEME], f"{node}: skos:inScheme {SCHEME}"


def test_a_concept_has_label_and_definition_in_english_and_french(scheme: Graph, concepts: list[Node]) -> None:
    for node in concepts:
        for kind in (SKOS.prefLabel, SKOS.definition):
            found = texts(scheme, node, kind)
            assert found == ["en", "fr"], f"{key(node)}: one skos:{kind.fragment} in en and one in fr, not {found}"


@pytest.mark.parametrize(
    ("one", "other"), [(SKOS.broader, SKOS.narrower), (SKOS.narrower, SKOS.broader), (SKOS.related, SKOS.related)]
)
def test_relations_are_written_both_ways(one: URIRef, other: URIRef, scheme: Graph, concepts: list[Node]) -> None:
    for start, end in scheme.subject_objects(one):
        assert end in concepts, f"{key(start)} skos:{one.fragment} {end}: there is no such concept"
        assert (end, other, start) in scheme, f"add to {key(end)}: skos:{other.fragment} <id/concept/{key(start)}>"


def test_nothing_is_broader_than_itself(scheme: Graph, concepts: list[Node]) -> None:
    for node in concepts:
        for broad in scheme.objects(node, SKOS.broader):
            assert node not in {broad, *above(scheme, broad)}, f"{key(node)} and {key(broad)} are in a circle"


def test_related_is_not_hierarchy(scheme: Graph) -> None:
    for start, end in scheme.subject_objects(SKOS.related):
        assert start != end, f"{key(start)} is related to itself"
        assert end not in above(scheme, start), f"{key(start)}: {key(end)} is broader already, so not skos:related"


def test_every_concept_has_a_place_and_the_tops_are_the_tops(scheme: Graph, concepts: list[Node]) -> None:
    tops = set(scheme.objects(SCHEME, SKOS.hasTopConcept))
    assert tops == set(scheme.subjects(SKOS.topConceptOf, SCHEME)), "hasTopConcept and topConceptOf must agree"
    for node in concepts:
        assert (node in tops) != bool(above(scheme, node)), f"{key(node)}: either a top concept, or skos:broader"
        joined = [k for k in (SKOS.broader, SKOS.narrower, SKOS.related) if (node, k, None) in scheme]
        assert joined, f"{key(node)} is joined to no other concept"


def test_a_label_leads_to_one_concept(scheme: Graph) -> None:
    """A scholar who types a label must come to one concept."""
    seen: dict[tuple[str, str], Node] = {}
    for kind in (SKOS.prefLabel, SKOS.altLabel):
        for node, language, text in labels(scheme, kind):
            if node == SCHEME:
                continue
            assert language in ("en", "fr"), f"{key(node)}: {text!r} needs the language tag en or fr"
            other = seen.setdefault((language, text), node)
            assert other == node, f"{text!r}@{language} is a label of {key(node)} and of {key(other)}: remove one"


def test_an_alternative_label_says_something_new(scheme: Graph) -> None:
    preferred = set(labels(scheme, SKOS.prefLabel))
    for alternative in labels(scheme, SKOS.altLabel):
        assert alternative not in preferred, f"{key(alternative[0])}: {alternative[2]!r} is its preferred label"


def test_spellings_that_scholars_use_are_found(scheme: Graph) -> None:
    found = {(text, key(node)) for kind in (SKOS.prefLabel, SKOS.altLabel) for node, _, text in labels(scheme, kind)}
    assert ("coproduction", "co-production") in found
    assert ("co-production", "co-production") in found
    assert ("street-level bureaucrats", "street-level-professional") in found
    assert ("frontline staff", "street-level-professional") in found
    assert ("self-organization", "self-organisation") in found
    assert ("nonprofit sector", "third-sector") in found


def test_a_concept_earns_its_place_in_a_work_of_the_set(scheme: Graph, concepts: list[Node], entries: Entries) -> None:
    for node in concepts:
        sources = [str(source).removeprefix(BASE + "id/work/") for source in scheme.objects(node, DCTERMS.source)]
        assert sources, f"{key(node)}: name in dcterms:source the works that speak of it"
        missing = [source for source in sources if source not in entries]
        assert missing == [], f"{key(node)}: not in works.bib: {missing}"


def test_only_places_are_matched_and_to_wikidata(scheme: Graph) -> None:
    """A match says that two concepts are the same: so far only the places are certain."""
    for node, target in scheme.subject_objects(SKOS.exactMatch):
        assert concept("context") in above(scheme, node)
        assert re.fullmatch(r"http://www\.wikidata\.org/entity/Q[1-9]\d*", str(target))


def test_the_data_speak_only_of_concepts_that_exist(graph: Graph, concepts: list[Node]) -> None:
    for subject, _, value in graph:
        if str(value).startswith(BASE + "id/concept/"):
            assert value in concepts, f"{subject}: {value} is not in concepts.ttl: add it, or correct the key"


def runs(text: str, length: int = 8) -> set[str]:
    """Every run of so many words, folded and without punctuation."""
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.mark.parametrize(
    "name",
    ["concepts.ttl", "cases.ttl", "claims.ttl", "evidence.ttl", "citations.ttl", "doubts.ttl", "commonplace.ttl"],
)
def test_the_words_are_our_own(name: str) -> None:
    sources = sorted(SEED.glob("*.txt")) if SEED.is_dir() else []
    if not sources:
        pytest.skip("../shared/seed is not here to compare with")
    theirs = {run for path in sources for run in runs(path.read_text(encoding="utf-8"))}
    folder = "ontology" if name == "commonplace.ttl" else "data"
    written = Graph().parse(PROJECT / folder / name, publicID=BASE)
    kinds = (RDFS.label, RDFS.comment, SKOS.definition, SKOS.scopeNote)  # a quote has the words of its work
    texts_of = [(subject, str(text)) for kind in kinds for subject, text in written.subject_objects(kind)]
    copied = [(str(subject), sorted(runs(text) & theirs)) for subject, text in texts_of if runs(text) & theirs]
    assert copied == [], f"say these in our own words: {copied}"
