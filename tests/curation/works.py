"""A small library for tests of judgement: an empty home, and records to put into it."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.curation.authorities import KnownInGraph
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Entry, Note
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import RDF, RDFS
from commonplace.model.record import Record
from commonplace.model.work_writing import WorkWriter
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE


class SmallLibrary:
    """A home without the reference set, and a way to write to it."""

    def __init__(self, directory: Path) -> None:
        self.library = Library.open(directory, BASE)
        self.committer = Committer(self.library, SHIPPED_ONTOLOGY / "shapes.ttl")
        self.minter = self.library.minter

    def add(self, *records: Record) -> Entry:
        """Commit those works, with their people and venues."""
        known = self.library.read(lambda snapshot: list(self._quads(records, KnownInGraph(snapshot, self.minter))))
        return self.commit(*known)

    def _quads(self, records: tuple[Record, ...], known: KnownInGraph) -> list[Quad]:
        return list(WorkWriter(self.minter, known).quads(records))

    def commit(self, *added: Quad, removed: tuple[Quad, ...] = ()) -> Entry:
        """Commit that change, which must have an effect."""
        change = ChangeSet(added=added, removed=removed)
        entry = self.committer.commit(lambda snapshot: Proposal(change, Note(agent="tester", kind="edit")))
        assert entry is not None
        return entry

    def said_of(self, node: NamedNode) -> set[Quad]:
        """Every statement about that node."""
        return self.library.read(lambda snapshot: {quad for quad in snapshot.quads() if quad.subject == node})

    def contents(self) -> set[Quad]:
        """Everything."""
        return self.library.read(lambda snapshot: set(snapshot.quads()))


def person(family: str, given: str | None = None) -> Contributor:
    """An author."""
    return Contributor("author", Name(family=family, given=given))


OSTROM = Record(
    key="ostrom1996",
    type="article-journal",
    title="Crossing the Great Divide",
    contributors=(person("Ostrom", "Elinor"),),
    issued="1996",
    container_title="World Development",
    volume="24",
    page="1073-1087",
    doi="10.1016/0305-750X(96)00023-X",
)
BOVAIRD = Record(
    key="bovaird2007",
    type="article-journal",
    title="Beyond Engagement and Participation",
    contributors=(person("Bovaird", "Tony"), person("Ostrom", "Elinor")),
    issued="2007",
    container_title="Public Administration Review",
)


def note_on(work: NamedNode) -> tuple[Quad, ...]:
    """A statement about a thing that points to the work, as a doubt would."""
    doubt = NamedNode(f"{BASE}id/note/on-{work.value.rpartition('/')[2]}")
    return (
        Quad(doubt, RDF["type"], NamedNode("http://example.org/Note")),
        Quad(doubt, NamedNode("http://example.org/on"), work),
        Quad(doubt, RDFS["label"], Literal("of interest")),
    )
