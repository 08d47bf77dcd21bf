"""What an undo takes back, what it leaves, and how it says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.errors import ShapeViolation
from commonplace.model.change import Version
from commonplace.model.namespaces import CITO, DCTERMS, FABIO, FOAF, PRISM, PRO, RDF
from tests.conftest import BASE
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary, note_on

PEOPLE = (DCTERMS["creator"], PRO["isDocumentContextFor"])


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    return SmallLibrary(tmp_path / "home")


def title(work: NamedNode, text: str) -> Quad:
    return Quad(work, DCTERMS["title"], Literal(text))


def test_an_undo_restores_exactly_what_was_before(small: SmallLibrary) -> None:
    small.add(OSTROM)
    before = small.contents()
    added = small.add(BOVAIRD)

    undone = small.committer.undo(added.version, "tester")

    assert undone.kept == []
    assert undone.entry is not None
    assert undone.entry.change == added.change.inverse()
    assert small.contents() == before


def roles_of(small: SmallLibrary, key: str) -> tuple[Quad, ...]:
    """Return every statement about, and the links to, the people of a work in their order."""
    said = small.contents()
    plain = {quad for quad in said if quad.subject == small.minter.thing("work", key) and quad.predicate in PEOPLE}
    nodes = {quad.object for quad in plain}
    return tuple(plain | {quad for quad in said if quad.subject in nodes and "#" in str(quad.subject)})


def test_an_undo_takes_back_the_people_that_a_work_was_given(small: SmallLibrary) -> None:
    small.add(BOVAIRD)
    roles = roles_of(small, "bovaird2007")
    assert len(roles) > 8
    small.commit(removed=roles)
    before = small.contents()
    given = small.commit(*roles)

    undone = small.committer.undo(given.version, "tester")

    assert (undone.kept, small.contents()) == ([], before)


def test_a_role_that_was_changed_since_stays_with_its_link(small: SmallLibrary) -> None:
    small.add(BOVAIRD)
    roles = roles_of(small, "bovaird2007")
    small.commit(removed=roles)
    given = small.commit(*roles)
    first, second = (NamedNode(f"{BASE}id/work/bovaird2007#author-{number}") for number in (1, 2))
    printed = small.commit(Quad(first, FOAF["familyName"], Literal("Bovaird")))

    undone = small.committer.undo(given.version, "tester")

    assert [(kept.thing, kept.versions) for kept in undone.kept] == [(f"{BASE}id/work/bovaird2007", (printed.version,))]
    left = roles_of(small, "bovaird2007")
    assert {quad.subject for quad in left} == {first, small.minter.thing("work", "bovaird2007")}
    assert second not in {quad.object for quad in left}


def test_an_undo_of_an_undo_restores_what_was_undone(small: SmallLibrary) -> None:
    small.add(OSTROM)
    added = small.add(BOVAIRD)
    with_both = small.contents()
    undone = small.committer.undo(added.version, "tester").entry
    assert undone is not None

    redone = small.committer.undo(undone.version, "tester")

    assert redone.kept == []
    assert small.contents() == with_both
    assert small.library.log.head() == 4


def test_a_person_that_another_work_needs_is_kept(small: SmallLibrary) -> None:
    first = small.add(OSTROM)
    second = small.add(BOVAIRD)
    ostrom = small.minter.thing("person", "elinor-ostrom")
    described = small.said_of(ostrom)

    undone = small.committer.undo(first.version, "tester")

    assert small.said_of(ostrom) == described
    assert small.said_of(small.minter.thing("work", "ostrom1996")) == set()
    assert small.said_of(small.minter.thing("venue", "world-development")) == set()
    (kept,) = undone.kept
    assert kept.thing == ostrom.value
    assert kept.versions == (second.version,)


def test_a_work_that_is_spoken_of_is_kept_whole_with_its_people(small: SmallLibrary) -> None:
    added = small.add(OSTROM, BOVAIRD)
    work = small.minter.thing("work", "ostrom1996")
    speaking = small.commit(*note_on(work))
    whole = {quad for quad in small.contents() if not _about(quad, "bovaird")}

    undone = small.committer.undo(added.version, "tester")

    assert small.contents() == whole
    kept = {item.thing: item for item in undone.kept}
    assert kept[work.value].versions == (speaking.version,)
    assert small.minter.thing("person", "elinor-ostrom").value in kept
    assert small.minter.thing("venue", "world-development").value in kept
    assert not any("bovaird" in thing for thing in kept)


def _about(quad: Quad, word: str) -> bool:
    """Whether a statement is about what only the second work brought."""
    subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
    return any(part in subject for part in (word, "public-administration-review"))


def test_a_value_changed_since_is_left_and_reported(small: SmallLibrary) -> None:
    small.add(OSTROM)
    work = small.minter.thing("work", "ostrom1996")
    first, second, third = (title(work, text) for text in (OSTROM.title or "", "Second title", "Third title"))
    volume = (Quad(work, PRISM["volume"], Literal("24")), Quad(work, PRISM["volume"], Literal("25")))
    edit = small.commit(second, volume[1], removed=(first, volume[0]))
    later = small.commit(third, removed=(second,))

    undone = small.committer.undo(edit.version, "tester")

    said = small.said_of(work)
    assert third in said
    assert first not in said, "the work would have two titles"
    assert volume[0] in said
    assert volume[1] not in said
    (kept,) = undone.kept
    assert kept.thing == work.value
    assert kept.why == "later versions changed it already"
    assert kept.versions == (later.version,)


def test_a_value_removed_since_does_not_come_back_as_what_it_replaced(small: SmallLibrary) -> None:
    small.add(OSTROM)
    work = small.minter.thing("work", "ostrom1996")
    old, new = (Quad(work, PRISM["volume"], Literal(text)) for text in ("24", "25"))
    edit = small.commit(new, removed=(old,))
    small.commit(removed=(new,))

    undone = small.committer.undo(edit.version, "tester")

    assert undone.entry is None
    assert [kept.thing for kept in undone.kept] == [work.value]
    assert not any(quad.predicate == PRISM["volume"] for quad in small.said_of(work))


def test_one_of_several_values_goes_and_the_others_stay(small: SmallLibrary) -> None:
    small.add(OSTROM, BOVAIRD)
    work, other = (small.minter.thing("work", key) for key in ("bovaird2007", "ostrom1996"))
    cited = small.commit(Quad(work, CITO["cites"], other))
    small.commit(Quad(work, CITO["cites"], work))

    undone = small.committer.undo(cited.version, "tester")

    assert undone.kept == []
    assert {q.object for q in small.said_of(work) if q.predicate == CITO["cites"]} == {work}


def test_undoing_in_any_order_ends_in_the_same_state(small: SmallLibrary) -> None:
    small.add(OSTROM)
    before = small.contents()
    work = small.minter.thing("work", "ostrom1996")
    versions = [small.commit(Quad(work, PRISM["keyword"], Literal(word))).version for word in ("a", "b", "c")]

    for version in (versions[1], versions[0], versions[2]):
        assert small.committer.undo(Version(version), "tester").kept == []

    assert small.contents() == before


def test_a_large_undo_that_would_break_the_shapes_is_refused(small: SmallLibrary) -> None:
    small.add(OSTROM)
    ostrom = small.minter.thing("work", "ostrom1996")
    citing = [small.minter.thing("work", f"work{number}") for number in range(2_100)]
    cited = tuple(Quad(work, CITO["cites"], ostrom) for work in citing)
    small.commit(*(quad for work in citing for quad in bare_work(small, work)), *cited)
    uncited = small.commit(removed=cited)
    small.commit(removed=tuple(quad for quad in small.contents() if str(quad.subject).startswith(f"<{ostrom.value}")))
    before, head = small.contents(), small.library.log.head()

    with pytest.raises(ShapeViolation, match="100 nodes or more; nothing was written") as refused:
        small.committer.undo(uncited.version, "tester")

    assert all("would not be in the library" in why and ostrom.value in why for _, why in refused.value.errors)
    assert (small.contents(), small.library.log.head()) == (before, head)


def bare_work(small: SmallLibrary, work: NamedNode) -> Iterator[Quad]:
    """Return the least that can be said of a work."""
    yield Quad(work, RDF["type"], FABIO["Expression"])
    yield Quad(work, DCTERMS["type"], Literal("book"))
    yield Quad(work, small.minter.term("citationKey"), Literal(small.minter.key(work.value)))
