"""The one door for writes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.commit import MESSAGE_CHARACTERS, Committer, Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Conflict, LostRace, NotFound, ShapeViolation
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.namespaces import DCTERMS, RDF, SKOS, XSD
from commonplace.model.piece_of_work import belonging_to
from commonplace.patchlog.shared_log import SharedLog
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.patchlog.entries import quad
from tests.patchlog.stores import database, postgres

__all__ = ["database", "postgres"]

NOTE = Note(agent="tester", kind="edit", message="a test")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "home", BASE)


@pytest.fixture
def committer(library: Library) -> Committer:
    return Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")


def proposing(*added: Quad, removed: tuple[Quad, ...] = (), even_if_empty: bool = False) -> Proposal:
    return Proposal(ChangeSet(added=added, removed=removed), NOTE, even_if_empty)


def contents(library: Library) -> set[Quad]:
    return library.read(lambda snapshot: set(snapshot.quads()))


def test_a_commit_is_the_next_version_of_log_and_graph(library: Library, committer: Committer) -> None:
    entry = committer.commit(lambda snapshot: proposing(quad("a")))
    second = committer.commit(lambda snapshot: proposing(quad("b")))

    assert entry is not None
    assert second is not None
    assert (entry.version, second.version, library.log.head()) == (1, 2, 2)
    assert second.previous == entry.id
    assert library.log.entry(Version(2)) == second
    assert second.note == NOTE
    assert second.at.utcoffset() is not None
    assert contents(library) == {quad("a"), quad("b")}


def test_the_log_holds_net_changes(library: Library, committer: Committer) -> None:
    committer.commit(lambda snapshot: proposing(quad("a"), quad("b"), quad("a")))

    entry = committer.commit(
        lambda snapshot: proposing(
            quad("a"), quad("c"), quad("c"), removed=(quad("a"), quad("b"), quad("b"), quad("x"))
        )
    )

    assert entry is not None
    assert entry.change == ChangeSet(added=(quad("c"),), removed=(quad("b"),))
    assert library.log.entry(Version(1)).change.added == (quad("a"), quad("b"))
    assert contents(library) == {quad("a"), quad("c")}


def test_a_change_without_effect_makes_no_version(library: Library, committer: Committer) -> None:
    committer.commit(lambda snapshot: proposing(quad("a")))

    assert committer.commit(lambda snapshot: proposing(quad("a"), removed=(quad("b"),))) is None
    assert library.log.head() == 1


def test_a_change_without_effect_that_asks_for_a_version_makes_one(library: Library, committer: Committer) -> None:
    entry = committer.commit(lambda snapshot: proposing(even_if_empty=True))

    assert entry is not None
    assert entry.change == ChangeSet()
    assert library.follow() == 1


@pytest.mark.parametrize("expected", [0, 2])
def test_a_writer_that_saw_another_head_gets_a_conflict(library: Library, committer: Committer, expected: int) -> None:
    committer.commit(lambda snapshot: proposing(quad("a")))

    def propose(snapshot: Snapshot) -> Proposal:
        raise AssertionError("is not asked")

    with pytest.raises(Conflict, match=rf"at version 1, not {expected}"):
        committer.commit(propose, expected=Version(expected))
    assert library.log.head() == 1
    entry = committer.commit(lambda snapshot: proposing(quad("b")), expected=Version(1))
    assert entry is not None


def test_a_writer_is_shown_the_newest_state(tmp_path: Path, committer: Committer) -> None:
    other = Library.open(tmp_path / "home", BASE)
    Committer(other, SHIPPED_ONTOLOGY / "shapes.ttl").commit(lambda snapshot: proposing(quad("a")))
    seen: list[tuple[Version, bool]] = []

    def propose(snapshot: Snapshot) -> Proposal:
        seen.append((snapshot.version, snapshot.contains(quad("a"))))
        return proposing(quad("b"))

    entry = committer.commit(propose)

    assert seen == [(1, True)]
    assert entry is not None
    assert entry.version == 2


def test_a_change_that_breaks_a_shape_is_refused_whole(library: Library, committer: Committer) -> None:
    committer.commit(lambda snapshot: proposing(quad("a")))
    before = library.log.text(Version(1))
    concept = library.minter.thing("concept", "nameless")
    broken = Quad(concept, RDF["type"], SKOS["Concept"])

    with pytest.raises(ShapeViolation, match="nothing was written") as refused:
        committer.commit(lambda snapshot: proposing(broken, quad("b")))

    assert refused.value.errors
    assert all(where.startswith(concept.value) and why for where, why in refused.value.errors)
    assert any(SKOS["prefLabel"].value in where for where, _ in refused.value.errors)
    assert library.log.head() == 1
    assert library.log.text(Version(1)) == before
    assert contents(library) == {quad("a")}


def test_a_fault_in_the_writer_leaves_everything_as_it_was(library: Library, committer: Committer) -> None:
    def propose(snapshot: Snapshot) -> Proposal:
        raise RuntimeError("no idea")

    with pytest.raises(RuntimeError, match="no idea"):
        committer.commit(propose)
    assert library.log.head() == 0
    assert committer.commit(lambda snapshot: proposing(quad("a"))) is not None


def test_a_message_has_a_limit(library: Library, committer: Committer) -> None:
    note = Note(agent="tester", kind="edit", message="x" * (MESSAGE_CHARACTERS + 1))

    with pytest.raises(BadRequest, match="message"):
        committer.commit(lambda snapshot: Proposal(ChangeSet(added=(quad("a"),)), note))
    assert library.log.head() == 0


def test_an_undo_is_a_version_of_its_own(library: Library, committer: Committer) -> None:
    committer.commit(lambda snapshot: proposing(quad("a")))
    committer.commit(lambda snapshot: proposing(quad("b"), removed=(quad("a"),)))

    undone = committer.undo(Version(2), "somebody")

    assert undone.entry is not None
    assert undone.entry.version == 3
    assert undone.entry.note == Note(
        agent="somebody", kind="undo", message="undo of version 2 (edit)", undoes=Version(2)
    )
    assert undone.kept == []
    assert contents(library) == {quad("a")}
    assert library.log.header(Version(3)).note.undoes == 2


def test_an_undo_of_an_undone_version_has_nothing_to_do(library: Library, committer: Committer) -> None:
    committer.commit(lambda snapshot: proposing(quad("a")))
    committer.undo(Version(1), "somebody")

    again = committer.undo(Version(1), "somebody", "once more")

    assert again.entry is None
    assert [kept.thing for kept in again.kept] == ["http://example.org/a"]
    assert library.log.head() == 2


def test_only_a_version_there_is_can_be_undone(committer: Committer) -> None:
    with pytest.raises(NotFound, match="version 4"):
        committer.undo(Version(4), "somebody")


def test_a_change_is_checked_with_what_is_there_already(home: Path) -> None:
    library = Library.open(home, BASE)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    work = library.minter.thing("work", "ostrom1996")
    second = Quad(work, DCTERMS["type"], Literal("book"))

    with pytest.raises(ShapeViolation) as refused:
        committer.commit(lambda snapshot: proposing(second))
    assert any(where == f"{work.value} {DCTERMS['type'].value}" for where, _ in refused.value.errors)

    first = Quad(work, DCTERMS["type"], Literal("article-journal"))
    entry = committer.commit(lambda snapshot: proposing(second, removed=(first,)))
    assert entry is not None
    assert entry.change.touched() == {work.value}
    assert NamedNode(work.value) == work


INTEGER = XSD["integer"]
WRITTEN = Quad(NamedNode(f"{BASE}s"), NamedNode(f"{BASE}p"), Literal("01", datatype=INTEGER))
KEPT = Quad(NamedNode(f"{BASE}s"), NamedNode(f"{BASE}p"), Literal("1", datatype=INTEGER))


def test_a_value_written_otherwise_than_the_engine_writes_it_is_one_statement(
    library: Library, committer: Committer
) -> None:
    first = committer.commit(lambda snapshot: proposing(WRITTEN))
    assert first is not None
    assert first.change.added == (KEPT,), "the log says what the engine keeps"
    assert committer.commit(lambda snapshot: proposing(WRITTEN, removed=(KEPT,))) is None, "nothing had to change"
    assert contents(library) == {KEPT}


def test_a_piece_of_work_that_wrote_one_value_in_two_ways_is_taken_back_whole(
    library: Library, committer: Committer
) -> None:
    with belonging_to("numbers"):
        for change in (proposing(WRITTEN), proposing(removed=(KEPT,))):
            committer.commit(lambda snapshot, change=change: change)  # type: ignore[misc]
    assert committer.undo_piece("numbers", "tester").entry is None, "nothing of it is left to undo"
    assert contents(library) == set()


def test_a_version_is_never_older_than_the_one_before(library: Library) -> None:
    """The clock of another server on the same log may be an hour ahead."""
    ahead = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
    behind = ahead - timedelta(hours=1)
    shapes = SHIPPED_ONTOLOGY / "shapes.ttl"
    times = []
    for number, clock in enumerate([ahead, behind, ahead + timedelta(seconds=1)]):
        committer = Committer(library, shapes, lambda clock=clock: clock)  # type: ignore[misc]
        entry = committer.commit(lambda snapshot, number=number: proposing(quad(f"thing{number}")))  # type: ignore[misc]
        assert entry is not None
        times.append(entry.at)

    assert times == [ahead, ahead, ahead + timedelta(seconds=1)]


def test_a_change_is_made_anew_where_another_server_was_faster(tmp_path: Path, postgres: str) -> None:
    """Two libraries on one log, each with a graph of its own, whose writers do not hold each other off."""
    one, other = (Library.open(tmp_path / name / "home", BASE, shared=postgres) for name in ("one", "other"))
    shapes = SHIPPED_ONTOLOGY / "shapes.ttl"
    committers = Committer(one, shapes), Committer(other, shapes)
    seen: list[int] = []

    def overtaken(snapshot: Snapshot) -> Proposal:
        seen.append(snapshot.version)
        if len(seen) <= 2:
            entry = entry_after(other, quad(f"first{len(seen)}"))
            other.log.append(entry)
        return proposing(quad("second"))

    made = committers[0].commit(overtaken)

    assert made is not None
    assert made.version == 3
    assert seen == [0, 1, 2]
    other.log.wait(Version(2), 30)
    other.follow()
    assert contents(one) == contents(other) == {quad("first1"), quad("first2"), quad("second")}

    def overtaken_again(snapshot: Snapshot) -> Proposal:
        other.log.append(entry_after(other, quad("third")))
        return proposing(quad("fourth"))

    with pytest.raises(LostRace, match="version 4"):
        committers[0].commit(overtaken_again, expected=Version(3))
    for library in (one, other):
        assert isinstance(library.log, SharedLog)
        library.log.store.close()


def entry_after(library: Library, added: Quad) -> Entry:
    """The entry that another server writes after the newest that it knows."""
    head = library.log.head()
    previous = library.log.header(head).id if head else None
    return Entry(
        version=Version(head + 1),
        id=f"urn:uuid:{uuid.uuid4()}",
        previous=previous,
        at=datetime.now(UTC),
        note=NOTE,
        change=ChangeSet((added,)),
    )
