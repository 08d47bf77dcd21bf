"""Give a thing the state again that it had at an earlier version, as a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound, ShapeViolation
from commonplace.exchange.deletions import Deleter
from commonplace.library import Library
from commonplace.library.histories import diff_of_thing, statements_at
from commonplace.library.history_schemas import Restored
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import SKOS

Restorer = Deleter
"""Who restores: the name that goes into the history, and what is said of it."""


class Restoring:
    """Restore single things of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def restore(self, kind: Kind, key: str, to: Version, by: Restorer, expected: Version | None = None) -> Restored:
        """Give a thing, and the nodes that belong to it, what was said of them at a version; return what that changed.

        Other things stay as they are, but for links that say again what a restored one says. Raises `NotFound` when
        there was no such thing then, `ShapeViolation` naming what it would break, and `Conflict` when `expected` is
        given and is not the head. Nothing is written then.
        """
        library = self._library
        node = library.minter.thing(kind, key)
        if to > library.log.head():
            raise NotFound(Message("there is no version %(to)s: the newest is %(log)s", to=to, log=library.log.head()))
        library.things.follow()
        then = statements_at(library.things, node.value, to)
        if not then:
            raise NotFound(
                Message(
                    "there was no %(kind)s %(key)r at version %(to)s; its history says when there was",
                    kind=Message(kind),
                    key=key,
                    to=to,
                )
            )
        before: list[Version] = []

        def propose(snapshot: Snapshot) -> Proposal:
            before[:] = [snapshot.version]
            now = statements_at(library.things, node.value, snapshot.version)
            change = ChangeSet(
                added=tuple(quad for quad in then if quad not in now),
                removed=tuple(quad for quad in now if quad not in then),
            )
            change = _with_inverses(change, library.minter)
            note = Note(agent=by.agent, kind="restore", message=by.message or f"{kind} {key} as at version {to}")
            return Proposal(change, note)

        try:
            entry = self._committer.commit(propose, expected)
        except ShapeViolation as fault:
            detail = Message(
                "the %(kind)s %(key)r cannot be as at version %(to)s: that would break rules; nothing was written",
                kind=Message(kind),
                key=key,
                to=to,
            )
            raise ShapeViolation(detail, fault.errors) from fault
        end = entry.version if entry else before[0]
        diff = library.read(
            lambda snapshot: diff_of_thing(library.things, snapshot, node, library.minter, before[0], end)
        )
        return Restored(**dict(diff), to=to, version=entry.version if entry else None)


def _with_inverses(change: ChangeSet, minter: Minter) -> ChangeSet:
    """Return a change with the statements by which the other side of a link says the link again."""
    return ChangeSet(
        added=tuple(dict.fromkeys([*change.added, *_inverses(change.added, minter)])),
        removed=tuple(dict.fromkeys([*change.removed, *_inverses(change.removed, minter)])),
    )


def _inverses(quads: Iterable[Quad], minter: Minter) -> Iterator[Quad]:
    together = minter.term("describedTogetherWith")
    inverse = {**_INVERSE, together: together}
    for quad in quads:
        said = inverse.get(quad.predicate)
        if said is not None and isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode):
            yield Quad(quad.object, said, quad.subject, quad.graph_name)


_INVERSE = {
    SKOS["broader"]: SKOS["narrower"],
    SKOS["narrower"]: SKOS["broader"],
    SKOS["related"]: SKOS["related"],
    SKOS["topConceptOf"]: SKOS["hasTopConcept"],
}
