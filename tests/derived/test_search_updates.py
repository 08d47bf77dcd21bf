"""An index of search that is brought up to date or kept in files answers as one that is made anew in memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.search.files import write_part
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.vocabulary import Vocabulary
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, RDF, RDFS, SKOS
from tests.derived.search_library import LIBRARY, MINTER, StoreGraph, indexed, keys


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    return indexed(StoreGraph(LIBRARY))


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


WORDS = st.sampled_from(
    [
        *["co-production", "coproduction", "État", "citizens", "citizen", "role", "frontline staff"],
        *["staff of the frontline", "The citizen's role", "Rôles des citoyens: l'État"],
    ]
)
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


TYPED = [
    "c",
    "co-pro",
    "frontline sta",
    '"staff of',
    '"citizens role',
    "citizens role",
    "role",
    "état des cit",
    "x",
    "r",
]


@pytest.mark.parametrize("held", [0, 2, 100])
@settings(max_examples=25)
@given(steps=st.lists(CHANGES, min_size=1, max_size=4))
def test_an_updated_index_answers_as_a_rebuilt_one(
    held: int, steps: list[list[tuple[NamedNode, NamedNode, NamedNode | Literal | None]]]
) -> None:
    """Whether the documents of the last changes are held in memory or written to a segment, all or some of them."""
    graph = StoreGraph(LIBRARY)
    updated = indexed(graph)
    with patch("commonplace.derived.search.index.RECENT_DOCUMENTS", held):
        for version, changes in enumerate(steps, start=2):
            touched = {replace(graph, *change) for change in changes}
            updated.update(graph, MINTER, touched, version)
    rebuilt = indexed(graph, updated.applied_version)
    for q in [*QUESTIONS, *TYPED]:
        for typing in (False, True):
            assert updated.search(q, limit=100, typing=typing) == rebuilt.search(q, limit=100, typing=typing), q
        assert updated.search(q, ["work", "person"], limit=2) == rebuilt.search(q, ["work", "person"], limit=2), q
        assert updated.matching_iris(q, "work") == rebuilt.matching_iris(q, "work"), q


def test_words_beside_one_that_is_too_long_do_not_stand_side_by_side() -> None:
    graph = StoreGraph(LIBRARY)
    updated = indexed(graph)
    title = Literal(f"Frontline {'x' * 120} staff and naïve {'é' * 49} pagers")
    updated.update(graph, MINTER, {replace(graph, THINGS[0], DCTERMS["title"], title)}, 2)
    rebuilt = indexed(graph, 2)
    for q in ('"frontline staff"', '"staff and naive"', "frontline staff", "x" * 120, "naive pag", "é" * 49, "é" * 9):
        assert updated.search(q, typing=True) == rebuilt.search(q, typing=True), q
    assert keys(updated, '"staff and naive"') == ["ostrom1996"]
    assert keys(updated, '"frontline staff"', "work") == keys(indexed(StoreGraph(LIBRARY)), '"frontline staff"', "work")


def test_a_thing_that_is_edited_again_and_again_is_found_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a segment holds it as it was, and where it has gone."""
    monkeypatch.setattr("commonplace.derived.search.index.RECENT_DOCUMENTS", 2)
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    for version, (thing, title) in enumerate(zip(THINGS[:3] * 3, "abcdefghi", strict=True), start=2):
        index.update(graph, MINTER, {replace(graph, thing, DCTERMS["title"], Literal(f"Draft {title}x"))}, version)
        index.update(graph, MINTER, {replace(graph, THINGS[2], RDF["type"], FABIO["Expression"])}, version)
        assert index.search("draft", ["work"]) == indexed(graph, version).search("draft", ["work"])
    assert index.search("draft", ["work"]).total == 3
    index.update(graph, MINTER, {replace(graph, THINGS[2], RDF["type"], None)}, 20)
    assert index.search("draft", ["work"]).total == 2


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


def test_the_index_of_a_small_library_is_built_anew_when_it_is_half_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change leaves something in memory: of a small library soon more than all that is in it."""
    monkeypatch.setattr("commonplace.derived.search.index.FEW_CHANGES", 5)
    graph = StoreGraph(LIBRARY)
    index = indexed(graph)
    most = 0
    for version in range(2, 60):
        index.update(graph, MINTER, {replace(graph, THINGS[0], DCTERMS["title"], Literal(f"Draft {version}"))}, version)
        most = max(most, index.changes)
    assert 5 <= most < 20
    assert keys(index, f"Draft {version}", "work") == ["ostrom1996"]


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


STRANGE_KEYS = ["a/b", "zwei wörter", "two\nlines", "100%", "id/work/x", "q?r", "%2F"]


def test_an_index_from_files_names_its_documents_by_their_iris(tmp_path: Path) -> None:
    """Whatever the IRI that somebody else has given to a thing says in percent-encoded characters."""
    graph = StoreGraph(LIBRARY)
    for key in STRANGE_KEYS:
        thing = NamedNode(f"{MINTER.base}id/concept/{quote(key, safe='/')}")
        graph.store.add(Quad(thing, RDF["type"], SKOS["Concept"]))
        graph.store.add(Quad(thing, SKOS["prefLabel"], Literal("a strange key")))
    from_files, in_memory = filed(graph, tmp_path, 3), indexed(graph)
    found = from_files.search("strange", limit=100)
    assert {hit.key for hit in found.hits} == {*STRANGE_KEYS}
    assert found == in_memory.search("strange", limit=100)


@pytest.mark.parametrize("line", ["concept/none", "", "none"])
def test_names_of_more_documents_than_there_are_are_refused(tmp_path: Path, line: str) -> None:
    filed(StoreGraph(LIBRARY), tmp_path, 1)
    with (tmp_path / "0.names").open("a") as names:
        names.write(f"\n{line}")
    with pytest.raises(ValueError, match="names"):
        SearchIndex().open([tmp_path / "0"], 1)


@settings(max_examples=15)
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
    taken_in = [dict(families) for families in other.families()]
    for word in words:
        assert half.family((word,)) == whole.family((word,)), word
    half.learn(words)
    assert half.families() == whole.families()
    assert other.families() == taken_in, "what is learnt afterwards is not added to what was taken in"


@pytest.mark.parametrize("damage", ["0.json", "1.json", "0.names", "0/meta.json"])
def test_files_that_are_not_whole_are_not_opened(tmp_path: Path, damage: str) -> None:
    filed(StoreGraph(LIBRARY), tmp_path, 2)
    (tmp_path / damage).write_text("{")
    with pytest.raises((OSError, ValueError)):
        SearchIndex().open([tmp_path / "0", tmp_path / "1"], 1)
