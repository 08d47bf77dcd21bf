"""Commit changes that are given in RDF: SPARQL Update, and the Graph Store Protocol's PUT, POST and DELETE.

Each is one change set through the one door, checked against the shapes however large it is. What an
update changes is worked out before the door is opened, and a large change is checked there too, so
that neither holds up other writers; if the library has moved meanwhile it is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyoxigraph import Quad

from commonplace.commit import Committer, Proposal, refuse_inexpressible
from commonplace.derived.graph.guard import refuse_rdf_12
from commonplace.derived.graph.snapshot import GraphName, Snapshot, Update
from commonplace.errors import Conflict, GraphProtected, Message
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.minter import Minter

ATTEMPTS = 3
"""How often an update is worked out outside the door; then inside, where nothing can move."""

Changes = Callable[[Update], tuple[ChangeSet, Version]]
"""What an update would change, and the version whose state that was found in."""


class Updates:
    """Updates of one library. `changes` works out a change set; by default in this process, on the newest state."""

    def __init__(self, library: Library, committer: Committer, changes: Changes | None = None) -> None:
        self._library = library
        self._committer = committer
        self._changes = changes or self._here

    def update(self, update: Update, agent: str, message: str = "", expected: Version | None = None) -> Entry | None:
        """Make a SPARQL update one version; answers its entry, None when it changes nothing.

        Raises `QueryRefused` and `BadRequest` for the request, `GraphProtected`, `Conflict` when `expected` is
        given and is not the head, and `ShapeViolation`. Nothing is written then.
        """
        note = Note(agent=agent, kind="update", message=message)
        for _ in range(ATTEMPTS):
            change, seen = self._changes(update)
            if expected is not None and seen != expected:
                raise Conflict.moved(seen, expected)
            try:
                return self._committer.commit(self._checked(change, note, seen), seen)
            except Conflict:
                if expected is not None:
                    raise
        return self._committer.commit(lambda snapshot: self._proposal(self._changes_of(update, snapshot), note))

    def replace(
        self, graph: GraphName, quads: Iterable[Quad], agent: str, message: str = "", expected: Version | None = None
    ) -> tuple[Entry | None, bool]:
        """Make those the only statements of a graph; answers the entry, and whether the graph was there."""
        return self._put(graph, tuple(quads), agent, message, expected, keep=False)

    def add(
        self, graph: GraphName, quads: Iterable[Quad], agent: str, message: str = "", expected: Version | None = None
    ) -> tuple[Entry | None, bool]:
        """Add statements to a graph; answers the entry, and whether the graph was there."""
        return self._put(graph, tuple(quads), agent, message, expected, keep=True)

    def _put(
        self,
        graph: GraphName,
        quads: tuple[Quad, ...],
        agent: str,
        message: str,
        expected: Version | None,
        *,
        keep: bool,
    ) -> tuple[Entry | None, bool]:
        there = [False]

        def propose(snapshot: Snapshot) -> Proposal:
            before = () if keep else tuple(snapshot.quads(graph))
            there[0] = bool(before) or next(snapshot.quads(graph), None) is not None
            return self._proposal(ChangeSet(quads, before), Note(agent=agent, kind="graph-store", message=message))

        entry = self._committer.commit(propose, expected)
        return entry, there[0]

    def _changes_of(self, update: Update, snapshot: Snapshot) -> ChangeSet:
        """Return what an update changes in a state that cannot move meanwhile. Raises `Conflict` if it has."""
        change, seen = self._changes(update)
        if seen != snapshot.version:
            raise Conflict.moved(snapshot.version, seen)
        return change

    def _here(self, update: Update) -> tuple[ChangeSet, Version]:
        return self._library.graph_at().read_undescribed(
            lambda snapshot: (snapshot.changes_of(update), snapshot.version)
        )

    def _checked(self, change: ChangeSet, note: Note, seen: Version) -> Callable[[Snapshot], Proposal]:
        """Return the proposal for that version, checked against it while others can write.

        Raises `Conflict` where another version has come since: a change that cannot be committed is not worth the
        making of the past state that it was worked out in.
        """
        refuse_unkept(change, self._library.minter)

        def complete(snapshot: Snapshot) -> ChangeSet:
            if snapshot.version != seen:
                raise Conflict.moved(snapshot.version, seen)
            return self._committer.completed(snapshot, change)

        self._library.follow()  # it may have been worked out in a process that is ahead
        proposal = Proposal(self._library.read(complete), note, keeps_shapes=True)
        return lambda snapshot: proposal

    def _proposal(self, change: ChangeSet, note: Note) -> Proposal:
        refuse_unkept(change, self._library.minter)
        return Proposal(change, note)


def refuse_unkept(change: ChangeSet, minter: Minter) -> None:
    """Raise for statements that have no place here.

    `GraphProtected` for the program's own graphs; `BadRequest` for what only RDF 1.2 has, and for characters that XML
    cannot hold, which other tools could not read from our exports.
    """
    for quad in change.quads():
        if minter.is_system_graph(quad.graph_name):
            graph = str(quad.graph_name)
            why = Message("the graph %(graph)s describes the library, and only the program writes it", graph=graph)
            raise GraphProtected(why, [(graph, "write to another graph")])
    refuse_rdf_12(change.added)
    refuse_inexpressible(change.added)
