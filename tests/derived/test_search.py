"""What a user finds, through the index's public face, over small graphs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store, Variable

from commonplace.derived.search.files import write_part
from commonplace.derived.search.from_graph import Term
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.vocabulary import Vocabulary
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, RDF, RDFS, SKOS

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


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    return indexed(StoreGraph(LIBRARY))


def keys(index: SearchIndex, q: str, kind: str | None = None) -> list[str]:
    return [hit.key for hit in index.search(q, [kind] if kind else None, limit=100).hits]


@pytest.mark.parametrize(
    ("q", "kind", "key"),
    [
        ("great divide", "work", "ostrom1996"),
        ("Elinor", "work", "ostrom1996"),
        ("Lin Ostrom", "work", "ostrom1996"),
        ("World Development", "work", "ostrom1996"),
        ("irrigation", "work", "ostrom1996"),
        ("ostrom1996", "work", "ostrom1996"),
        ("10.1016/0305-750X(96)00023-X", "work", "ostrom1996"),
        ("https://doi.org/10.1016/0305-750x(96)00023-x", "work", "ostrom1996"),
        ("10.1108/IJPSM-04-2015-0073", "work", "tuurnas2015"),
        ("neighbourhood", "work", "tuurnas2015"),
        ("Zoe Kazmierczak", "work", "tuurnas2015"),
        ("kazmierczak ostby", "work", "tuurnas2015"),
        ("rôle du professionnel", "work", "tuurnas2015"),
        ("street level bureaucrat", "work", "tuurnas2015"),
        ("ostrom", "person", "elinor-ostrom"),
        ("routledge", "organization", "routledge"),
        ("0305-750X", "venue", "world-development"),
        ("paid workers", "concept", "professional-role"),
        ("professionalisation", "claim", "enabling"),
        ("professional role", "claim", "enabling"),
        ("pique nique", "case", "france-picnic"),
        ("lyon", "case", "france-picnic"),
        ("frontline staff", "case", "france-picnic"),
        ("learning among", "evidence", "role--tuurnas"),
        ("abstract names", "evidence", "role--tuurnas"),
        ("rôle du professionnel", "evidence", "role--tuurnas"),
    ],
)
def test_a_thing_is_found_by(library: SearchIndex, q: str, kind: str, key: str) -> None:
    assert key in keys(library, q, kind)


@pytest.mark.parametrize("q", ["co-production", "coproduction", "co production", "CO‑PRODUCTION", "Có-pröduction"])
def test_spellings_of_a_compound_find_the_same(library: SearchIndex, q: str) -> None:
    assert keys(library, q, "work") == ["etat2019", "ostrom1996", "tuurnas2015"]


@pytest.mark.parametrize("q", ["etat", "ÉTAT", "l'état", "L’Etat", "E\u0301tat"])
def test_accents_case_and_elision_do_not_matter(library: SearchIndex, q: str) -> None:
    assert keys(library, q, "work") == ["etat2019"]


@pytest.mark.parametrize(("q", "key"), [("crossings", "ostrom1996"), ("étude professionnelle", "etat2019")])
def test_words_are_found_by_their_stems(library: SearchIndex, q: str, key: str) -> None:
    assert keys(library, q, "work") == [key]


def test_an_exact_word_ranks_above_its_stem() -> None:
    graph = StoreGraph()
    for key, title in (("a", "Citizens"), ("b", "Citizen")):
        graph.store.add(Quad(MINTER.thing("work", key), RDF["type"], FABIO["Expression"]))
        graph.store.add(Quad(MINTER.thing("work", key), DCTERMS["title"], Literal(f"{title} at work")))
    assert keys(indexed(graph), "citizen") == ["b", "a"]
    assert keys(indexed(graph), "citizens") == ["a", "b"]


def test_works_on_a_concept_are_found_by_its_labels_below_titles(library: SearchIndex) -> None:
    assert keys(library, "frontline staff", "work") == ["guide2020", "tuurnas2015"]


def test_only_accepted_evidence_finds_its_work_and_rejected_evidence_is_not_found(library: SearchIndex) -> None:
    assert keys(library, "professional role", "work") == ["tuurnas2015"]
    assert keys(library, "implied") == ["role--ostrom"]
    assert keys(library, "chimerical") == []


def test_a_phrase_is_words_in_that_order(library: SearchIndex) -> None:
    assert keys(library, '"great divide"', "work") == ["ostrom1996"]
    assert keys(library, "“Great  Divide”", "work") == ["ostrom1996"]
    assert keys(library, '"divide great"') == []
    assert keys(library, "divide great", "work") == ["ostrom1996"]
    assert keys(library, '"crossing the" irrigation', "work") == ["ostrom1996"]
    assert keys(library, '"project of coproduction"') == ["tuurnas2015"]


def test_every_word_is_wanted(library: SearchIndex) -> None:
    assert keys(library, "crossing zebras") == []


def test_function_words_count_only_alone(library: SearchIndex) -> None:
    assert keys(library, "the role of a professional", "concept") == ["professional-role"]
    assert keys(library, "the", "work") == ["ostrom1996"]


def test_the_whole_of_a_label_ranks_first(library: SearchIndex) -> None:
    first = library.search("Professional role").hits[0]
    assert (first.kind, first.key, first.title) == ("concept", "professional-role", "professional role")
    assert first.iri == BASE + "id/concept/professional-role"


@pytest.mark.parametrize(
    "q", ["", " ", '"', '""', "\x00", "?!(", "🙂", "x" * 10_000, "+:^~*[]{}\\", "\ud800", '"\x00"']
)
def test_text_without_a_known_word_finds_nothing(library: SearchIndex, q: str) -> None:
    assert library.search(q).total == 0
    assert library.matching_iris(q, "work") == []


@pytest.mark.parametrize("q", ['ostrom "', "+ostrom -(", "(ostrom)", "ostrom\x00", "ostrom*", "ostrom " * 2000])
def test_odd_marks_around_a_word_do_not_matter(library: SearchIndex, q: str) -> None:
    assert keys(library, q, "person") == ["elinor-ostrom"]


@given(q=st.text(max_size=60) | st.text(alphabet="\"-' co the production()*~^:\\", max_size=40))
def test_any_text_is_a_question(library: SearchIndex, q: str) -> None:
    result = library.search(q, limit=1000)
    assert result.total == len(result.hits)


def test_pages_are_cut_from_one_order(library: SearchIndex) -> None:
    whole = library.search("professional", limit=100)
    assert whole.total == len(whole.hits) > 3
    assert [(-h.score, h.key) for h in whole.hits] == sorted((-h.score, h.key) for h in whole.hits)
    paged = [library.search("professional", limit=2, offset=at).hits for at in range(0, whole.total, 2)]
    assert tuple(hit for page in paged for hit in page) == whole.hits
    assert library.search("professional", limit=0) == library.search("professional", limit=5, offset=1000)
    with pytest.raises(ValueError, match="count hits"):
        library.search("professional", limit=-1)


def test_matching_iris_are_all_hits_of_a_kind_in_order(library: SearchIndex) -> None:
    hits = library.search("co-production", ["work"], limit=100).hits
    assert library.matching_iris("co-production", "work") == [hit.iri for hit in hits]
    assert len(hits) == 3


def test_a_snippet_shows_where_the_words_stand() -> None:
    graph = StoreGraph(LIBRARY)
    work = MINTER.thing("work", "long")
    graph.store.add(Quad(work, RDF["type"], FABIO["Expression"]))
    graph.store.add(
        Quad(work, DCTERMS["abstract"], Literal("word " * 200 + "a striking co-production " + "word " * 200))
    )
    (hit,) = indexed(graph).search("striking coproduction").hits
    assert hit.title == "long"
    assert "a striking co-production" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= 202


def test_a_snippet_has_the_words_of_the_thing_itself() -> None:
    """A work is found by what the concepts it discusses are called, and that is not what it says."""
    library = indexed(StoreGraph(LIBRARY))
    (by_label,) = library.search("street-level", ["work"]).hits
    assert by_label.key == "tuurnas2015"
    assert by_label.snippet == "Municipal workers meet citizens in a neighbourhood project of co-production."
    assert by_label.about == (MINTER.iri("concept", "professional-role"),)
    assert by_label.own == frozenset()
    (both,) = library.search("street-level neighbourhood", ["work"]).hits
    assert both.own == {1}
    for kind in ("claim", "case", "evidence"):
        hit = library.search("street-level", [kind]).hits[0]
        assert "street" not in hit.snippet, kind
        assert MINTER.iri("concept", "professional-role") in hit.about, kind


def test_a_text_where_a_link_should_be_is_kept_as_it_is() -> None:
    graph = StoreGraph(LIBRARY + '<id/evidence/role--tuurnas> cp:about "no link: at all" .')
    assert "no link: at all" in indexed(graph).search("municipal learning", ["evidence"]).hits[0].about


def test_a_snippet_is_of_the_text_that_holds_most_of_the_question() -> None:
    graph = StoreGraph(LIBRARY)
    concept = MINTER.thing("concept", "professional-role")
    graph.store.add(Quad(concept, SKOS["definition"], Literal("Ce que font les travailleurs payés.", language="fr")))
    library = indexed(graph)
    assert library.search("travailleurs payés", ["concept"]).hits[0].snippet == "Ce que font les travailleurs payés."
    assert library.search("paid workers", ["concept"]).hits[0].snippet == "What paid workers do."
    assert library.search("frontline staff", ["concept"]).hits[0].snippet == "What paid workers do."


def test_a_name_that_says_what_the_title_says_is_no_snippet() -> None:
    library = indexed(StoreGraph(LIBRARY))
    (by_title,) = library.search("synergy", ["work"]).hits
    assert by_title.snippet == ""
    (by_person,) = library.search("lin ostrom", ["work"]).hits
    assert by_person.snippet == "Lin Ostrom"


def test_an_empty_index_finds_nothing() -> None:
    index = SearchIndex()
    assert index.applied_version == 0
    assert index.search("anything").hits == ()
    index.update(StoreGraph(LIBRARY), MINTER, {BASE + "id/work/guide2020"}, 3)
    assert (index.applied_version, keys(index, "handbook")) == (3, ["guide2020"])


def test_things_under_another_base_are_not_ours() -> None:
    other = StoreGraph(LIBRARY)
    index = SearchIndex()
    index.rebuild(other, Minter("https://example.org/"), 1)
    assert index.search("ostrom").total == 0


def replace(graph: StoreGraph, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal | None) -> str:
    """Gives a subject one value of a property, or none; returns the touched IRI."""
    for quad in list(graph.store.quads_for_pattern(subject, predicate, None)):
        graph.store.remove(quad)
    if value is not None:
        graph.store.add(Quad(subject, predicate, value))
    return subject.value


def test_a_changed_label_changes_the_works_that_discuss_the_concept() -> None:
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    concept = MINTER.thing("concept", "professional-role")
    touched = replace(graph, concept, SKOS["altLabel"], Literal("caseworker", language="en"))
    index.update(graph, MINTER, {touched}, 2)
    assert index.applied_version == 2
    assert keys(index, "caseworker", "work") == ["tuurnas2015"]
    assert keys(index, "caseworker", "evidence") == ["role--ostrom", "role--tuurnas"]
    assert keys(index, "frontline staff", "work") == ["guide2020"]


@pytest.mark.parametrize("written", [":", "1:2", "http://[", "Anon: a pen name", ""])
def test_a_text_where_a_link_should_be_names_nothing(written: str) -> None:
    graph = StoreGraph(LIBRARY)
    graph.store.add(Quad(THINGS[0], DCTERMS["creator"], Literal(written)))
    assert keys(indexed(graph), "great divide", "work") == ["ostrom1996"]


def test_accepting_and_removing_evidence_changes_its_work() -> None:
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    evidence = MINTER.thing("evidence", "role--ostrom")
    index.update(graph, MINTER, {replace(graph, evidence, MINTER.term("standing"), MINTER.term("accepted"))}, 2)
    assert keys(index, "professional role", "work") == ["ostrom1996", "tuurnas2015"]
    for quad in list(graph.store.quads_for_pattern(evidence, None, None)):
        graph.store.remove(quad)
    index.update(graph, MINTER, {evidence.value}, 3)
    assert keys(index, "professional role", "work") == ["tuurnas2015"]
    assert keys(index, "implied") == []


WORDS = st.sampled_from(["co-production", "coproduction", "État", "citizens", "citizen", "role", "frontline staff"])
THINGS = [
    *(MINTER.thing("work", key) for key in ("ostrom1996", "tuurnas2015", "new")),
    *(MINTER.thing("person", key) for key in ("elinor-ostrom", "new")),
    *(MINTER.thing("concept", key) for key in ("professional-role", "new")),
    *(MINTER.thing("evidence", key) for key in ("role--tuurnas", "role--ostrom", "new")),
    MINTER.thing("venue", "world-development"),
    MINTER.thing("case", "france-picnic"),
    MINTER.thing("work", "tuurnas2015", "translator-1"),
]
TEXTS = [DCTERMS["title"], FOAF["name"], SKOS["prefLabel"], SKOS["altLabel"], RDFS["label"], MINTER.term("quote")]
LINKS = [DCTERMS["creator"], DCTERMS["isPartOf"], MINTER.term("work"), MINTER.term("about"), MINTER.term("concerns")]
LINKS += [NamedNode("http://purl.org/spar/pro/isHeldBy")]
CLASSES = [FABIO["Expression"], FOAF["Person"], SKOS["Concept"], MINTER.term("Evidence"), FABIO["Journal"]]
STANDINGS = [MINTER.term(name) for name in ("accepted", "proposed", "rejected")]
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(THINGS), st.sampled_from(TEXTS), st.none() | st.builds(Literal, WORDS)),
        st.tuples(st.sampled_from(THINGS), st.sampled_from(LINKS), st.none() | st.sampled_from(THINGS)),
        st.tuples(st.sampled_from(THINGS), st.just(RDF["type"]), st.none() | st.sampled_from(CLASSES)),
        st.tuples(st.sampled_from(THINGS), st.just(MINTER.term("state")), st.just(MINTER.term("discusses"))),
        st.tuples(st.sampled_from(THINGS), st.just(MINTER.term("standing")), st.sampled_from(STANDINGS)),
    ),
    min_size=1,
    max_size=4,
)
QUESTIONS = ["coproduction", "etat", "citizen", "role", "frontline staff", "ostrom", "lyon", "municipal", '"workers"']


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(CHANGES, min_size=1, max_size=4))
def test_an_updated_index_answers_as_a_rebuilt_one(
    steps: list[list[tuple[NamedNode, NamedNode, NamedNode | Literal | None]]],
) -> None:
    graph = StoreGraph(LIBRARY)
    updated = indexed(graph)
    for version, changes in enumerate(steps, start=2):
        touched = {replace(graph, *change) for change in changes}
        updated.update(graph, MINTER, touched, version)
    rebuilt = indexed(graph, updated.applied_version)
    for q in QUESTIONS:
        assert updated.search(q, limit=100) == rebuilt.search(q, limit=100), q


def test_an_index_in_several_runs_answers_as_one_in_one(library: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.index.SEGMENT_DOCUMENTS", 3)
    parted = indexed(StoreGraph(LIBRARY))
    for q in [*QUESTIONS, "professional"]:
        assert parted.search(q, limit=100) == library.search(q, limit=100), q
        assert parted.search(q, limit=2, offset=1) == library.search(q, limit=2, offset=1), q
        assert parted.matching_iris(q, "work") == library.matching_iris(q, "work"), q


def test_many_changes_are_taken_in_by_building_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.search.index.MOST_CHANGES", 2)
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    for version, title in enumerate(["First draft", "Second draft", "Third draft", "Last word"], start=2):
        index.update(graph, MINTER, {replace(graph, THINGS[0], DCTERMS["title"], Literal(title))}, version)
        assert (index.applied_version, keys(index, title, "work")) == (version, ["ostrom1996"])
    assert keys(index, "draft", "work") == []


@pytest.mark.parametrize(("q", "written"), [("municipal", "municipaux"), ("participate", "participation")])
def test_a_stem_of_either_language_will_do(q: str, written: str) -> None:
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    index.update(graph, MINTER, {replace(graph, THINGS[0], DCTERMS["title"], Literal(written))}, 2)
    assert "ostrom1996" in keys(index, q, "work")


def filed(graph: StoreGraph, directory: Path, parts: int, version: int = 1) -> SearchIndex:
    """The index of a graph, written to files in so many parts and opened from there."""
    for part in range(parts):
        write_part(graph, MINTER, directory, part, parts)
    index = SearchIndex()
    index.open([directory / str(part) for part in range(parts)], version)
    return index


@pytest.mark.parametrize("parts", [1, 2, 5, 40])
def test_an_index_from_files_answers_as_one_in_memory(library: SearchIndex, tmp_path: Path, parts: int) -> None:
    index = filed(StoreGraph(LIBRARY), tmp_path, parts)
    for q in [*QUESTIONS, "professional"]:
        assert index.search(q, limit=100) == library.search(q, limit=100), q
        assert index.search(q, limit=2, offset=1) == library.search(q, limit=2, offset=1), q
        assert index.matching_iris(q, "work") == library.matching_iris(q, "work"), q


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(CHANGES, min_size=1, max_size=3))
def test_an_updated_index_from_files_answers_as_a_rebuilt_one_and_leaves_its_files(
    steps: list[list[tuple[NamedNode, NamedNode, NamedNode | Literal | None]]],
) -> None:
    with TemporaryDirectory() as directory:
        graph = StoreGraph(LIBRARY)
        updated = filed(graph, Path(directory), 2)
        before = [updated.search(q, limit=100) for q in QUESTIONS]
        for version, changes in enumerate(steps, start=2):
            touched = {replace(graph, *change) for change in changes}
            updated.update(graph, MINTER, touched, version)
        rebuilt = indexed(graph, updated.applied_version)
        other = SearchIndex()
        other.open([Path(directory) / "0", Path(directory) / "1"], 1)
        for q in QUESTIONS:
            assert updated.search(q, limit=100) == rebuilt.search(q, limit=100), q
        assert [other.search(q, limit=100) for q in QUESTIONS] == before


def test_words_taken_in_are_words_learnt() -> None:
    words = ["citizen", "citizens", "rôle", "roles", "role", "coproduction", "coproducing", "lyon"]
    whole, half, other = Vocabulary(), Vocabulary(), Vocabulary()
    whole.learn(words)
    half.learn(words[:4])
    other.learn(words[2:])
    half.take_in(other.families())
    for word in words:
        assert half.family((word,)) == whole.family((word,)), word


@pytest.mark.parametrize("damage", ["0.json", "1.json", "0/meta.json"])
def test_files_that_are_not_whole_are_not_opened(tmp_path: Path, damage: str) -> None:
    filed(StoreGraph(LIBRARY), tmp_path, 2)
    (tmp_path / damage).write_text("{")
    with pytest.raises((OSError, ValueError)):
        SearchIndex().open([tmp_path / "0", tmp_path / "1"], 1)
