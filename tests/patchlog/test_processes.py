"""Several processes writing to one home: every version is there, in one line, none lost."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import versions
from commonplace.settings import SHIPPED_ONTOLOGY

BASE = "http://127.0.0.1:8000/"
WRITERS, COMMITS = 3, 8
COUNT = NamedNode("http://example.org/count")


def count_up(home: str, writer: int) -> list[int]:
    """Add one to a counter in the graph, again and again; answers the versions made."""
    library = Library.open(Path(home), BASE)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    thing = NamedNode("http://example.org/counter")

    def propose(snapshot: Snapshot) -> Proposal:
        there = [quad for quad in snapshot.quads() if quad.predicate == COUNT]
        count = max((int(quad.object.value) for quad in there if isinstance(quad.object, Literal)), default=0)
        change = ChangeSet(added=(Quad(thing, COUNT, Literal(count + 1)),), removed=tuple(there))
        return Proposal(change, Note(agent=f"writer {writer}", kind="edit"))

    made = [committer.commit(propose) for _ in range(COMMITS)]
    return [entry.version for entry in made if entry is not None]


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Library.open(home, BASE)

    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        made = list(pool.map(count_up, [str(home)] * WRITERS, range(WRITERS)))

    total = WRITERS * COMMITS
    assert sorted(version for each in made for version in each) == list(range(1, total + 1))
    assert all(each == sorted(each) for each in made)
    log = FileLog(home / "log")
    assert list(log.check()) == []
    for version in versions(log):
        (added,) = log.entry(version).change.added
        assert added.object == Literal(int(version)), "each writer built on the version before its own"
    library = Library.open(home, BASE)
    assert library.read(lambda snapshot: [quad.object for quad in snapshot.quads()]) == [Literal(total)]
    assert {log.header(version).note.agent for version in versions(log)} == {f"writer {n}" for n in range(WRITERS)}
