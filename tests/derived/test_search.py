"""What a user finds, through the index's public face, over small graphs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad

from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.query import SearchFields
from commonplace.derived.search.vocabulary import Vocabulary
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import DCTERMS, FABIO, RDF, SKOS
from tests.derived.search_library import BASE, LIBRARY, MINTER, StoreGraph, indexed, keys


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    return indexed(StoreGraph(LIBRARY))


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


@pytest.mark.parametrize("between", [" word" * 70, " -" * 3_000, '"' * 5_000])
def test_what_is_too_far_back_in_a_question_is_passed_over(library: SearchIndex, between: str) -> None:
    """Nobody asks so, and looking at all of it would take seconds."""
    words = " ".join(["crossing"] * 64) if "word" in between else "crossing"
    assert library.search("crossing nosuchword").total == 0
    assert keys(library, f"{words}{between} nosuchword", "work") == keys(library, "crossing", "work") == ["ostrom1996"]


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


def typed(index: SearchIndex, q: str, kind: str = "work") -> list[str]:
    return [hit.key for hit in index.search(q, [kind], limit=100, typing=True).hits]


@pytest.mark.parametrize(
    ("word", "key", "shortest"),
    [
        ("synergy", "ostrom1996", 1),  # of a title
        ("irrigation", "ostrom1996", 2),  # a keyword
        ("elinor", "ostrom1996", 2),  # a name of another thing
        ("ostrom1996", "ostrom1996", 2),  # the key
        ("municipal", "tuurnas2015", 3),  # of running text
        ("kaźmierczak", "tuurnas2015", 2),
        ("co-production", "tuurnas2015", 4),
        ("coproduction", "tuurnas2015", 4),
    ],
)
def test_a_word_is_found_while_it_is_typed(library: SearchIndex, word: str, key: str, shortest: int) -> None:
    for length in range(shortest, len(word) + 1):
        assert key in typed(library, word[:length]), word[:length]
    assert shortest == 1 or word[0] == "c" or key not in typed(library, word[: shortest - 1])
    assert key not in keys(library, word[:4], "work")


@pytest.mark.parametrize("kept", [{}, {"titles": 2}, {"titles": 4, "names": 3}])
def test_beginnings_that_are_kept_find_what_others_do(
    library: SearchIndex, kept: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["Coproduction", "états", "frontline st", "kaźm", "305-750", "ostrom1996", "10.1108/ij", "œuvre", "l'é"]
    beginnings = [word[:length] for word in words for length in range(1, len(word) + 1)]
    found = [library.search(q, limit=100, typing=True) for q in beginnings]
    monkeypatch.setattr("commonplace.derived.search.query.KEPT_BEGINNING", kept)
    other = indexed(StoreGraph(LIBRARY))
    assert [other.search(q, limit=100, typing=True) for q in beginnings] == found
    assert found[0].total > 1


def test_only_the_last_word_is_a_beginning_and_what_follows_it_ends_it(library: SearchIndex) -> None:
    assert typed(library, "great div") == typed(library, "Great Divide") == ["ostrom1996"]
    for q in ("gre div", "great div ", "great div,", '"great div"'):
        assert typed(library, q) == [], q


def test_a_function_word_that_is_typed_last_may_be_the_beginning_of_another(library: SearchIndex) -> None:
    assert typed(library, "learning to") == ["tuurnas2015"]
    assert typed(library, "the great di") == ["ostrom1996"]
    assert typed(library, "handbook fo") == typed(library, "handbook for fr") == ["guide2020"]
    assert typed(library, "handbook the") == []


def test_a_number_with_marks_is_found_while_it_is_typed(library: SearchIndex) -> None:
    assert typed(library, "10.1108/ijpsm-04-20") == ["tuurnas2015"]
    assert typed(library, "10.1108/ijpsm-05-20") == []


def test_a_whole_word_ranks_above_one_that_begins_so(library: SearchIndex) -> None:
    index = indexed(
        StoreGraph(
            "@prefix fabio: <http://purl.org/spar/fabio/> . @prefix dcterms: <http://purl.org/dc/terms/> ."
            '<id/work/a> a fabio:Expression ; dcterms:title "Artful works" .'
            '<id/work/b> a fabio:Expression ; dcterms:title "Works of art" .'
        )
    )
    assert typed(index, "art") == ["b", "a"]


def test_what_is_typed_is_shown_where_it_stands_and_by_which_label_it_is_found(library: SearchIndex) -> None:
    [hit] = library.search("municip", ["work"], typing=True).hits
    assert "Municipal workers" in hit.snippet
    assert hit.own == {0}
    [by_label] = library.search("street-level bureauc", ["work"], typing=True).hits
    assert by_label.about == (MINTER.iri("concept", "professional-role"),)
    assert by_label.own == frozenset()


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


@pytest.mark.parametrize(
    "q", ["municip", "street-level bureauc", "ost", "o", "professional role", '"role du', "of the", "…"]
)
@pytest.mark.parametrize("typing", [True, False])
def test_a_search_of_each_kind_finds_what_one_of_a_kind_does_and_asks_once(
    library: SearchIndex, q: str, typing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To prepare the beginning of a word for each kind anew takes as long as to find it in all of them."""
    kinds: list[Kind] = ["concept", "claim", "work", "person", "case", "venue", "organization", "evidence"]
    one_by_one = {kind: library.search(q, [kind], limit=3, typing=typing) for kind in kinds}
    asked: list[str] = []
    ask = SearchFields.ask

    def counted(fields: SearchFields, text: str, vocabulary: Vocabulary, *, typing: bool = False) -> Any:
        asked.append(text)
        return ask(fields, text, vocabulary, typing=typing)

    monkeypatch.setattr(SearchFields, "ask", counted)
    assert library.search_each(q, kinds, 3, typing=typing) == one_by_one
    assert asked == [q]
