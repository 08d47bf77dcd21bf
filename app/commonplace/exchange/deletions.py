"""Delete single things: say what a deletion would do, refuse it while others hang on it, or make it a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pyoxigraph import BlankNode, NamedNode

from commonplace.commit import Committer, Proposal
from commonplace.curation.deletion import Deletion, Hanging, deletion_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Conflict, InUse, Message, ShapeViolation
from commonplace.library import Library
from commonplace.library.curation_schemas import Deleted, HangingOn
from commonplace.library.schemas import Link
from commonplace.library.statement_labels import name_of
from commonplace.library.things import read_thing
from commonplace.model.change import Entry, Note, Version
from commonplace.model.minter import Kind, Minter

NAMED = 100
"""Maximum number of things that an error names as hanging on another."""

CHECKED_AHEAD = 2_000
"""Maximum number of statements that a deletion removes whose rules are looked at before it is made: that takes seconds.
One of more is looked at when it is made, and refused then with what it would break."""


@dataclass(frozen=True, slots=True)
class Deleter:
    """A person who deletes: the name that goes into the history, and what is said of the deletion."""

    agent: str
    message: str = ""


class Deletions:
    """Deletions from one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def look(
        self,
        kind: Kind,
        key: str,
        *,
        with_dependents: bool = False,
        named: int | None = None,
    ) -> Deleted:
        """Return what the deletion of a thing would do; nothing is written. Raises `NotFound`.

        `named` is the number of things that go, and of those that hang on it, which are called by their names, the
        first ones; all are, without it. Very many may, and to find what each is called takes time. Of a deletion that
        removes very many statements it is not told which rules it would break, and it is not `checked`: whoever makes
        it is told.
        """

        def judge(snapshot: Snapshot) -> Deleted:
            deletion = self._judge(snapshot, kind, key, with_dependents)
            report = self._report(snapshot, kind, key, deletion, named)
            if deletion.hanging:
                return report  # what keeps it from going is told, whatever rules it would break
            if len(deletion.change.removed) > CHECKED_AHEAD:
                return report.model_copy(update={"checked": False})
            try:
                self._committer.completed(snapshot, deletion.change)
            except ShapeViolation as fault:
                return report.model_copy(update={"possible": False, "breaks": _places(fault)})
            return report

        return self._library.read(judge)

    def delete(
        self,
        kind: Kind,
        key: str,
        deleter: Deleter,
        expected: Version | None = None,
        *,
        with_dependents: bool = False,
        named: int | None = None,
    ) -> tuple[Deleted, Entry]:
        """Delete a thing, as one version; return what that did, and its entry. `named` is as `look` takes it.

        Raises `NotFound`, `InUse` naming what hangs on it, and `Conflict` when `expected` is given and is not the
        head. Nothing is written then.
        """
        made: list[Deleted] = []

        def propose(snapshot: Snapshot) -> Proposal:
            deletion = self._judge(snapshot, kind, key, with_dependents)
            if deletion.hanging:
                raise _in_use(kind, key, self._report(snapshot, kind, key, deletion, 0))  # its IRIs are told
            made[:] = [self._report(snapshot, kind, key, deletion, named)]
            message = deleter.message or f"{kind} {key}"
            return Proposal(deletion.change, Note(agent=deleter.agent, kind="delete", message=message))

        try:
            entry = self._committer.commit(propose, expected)
        except ShapeViolation as fault:
            detail = Message(
                "the %(kind)s %(key)r cannot be deleted: other things cannot be without it; nothing was written",
                kind=Message(kind),
                key=key,
            )
            raise InUse(detail, fault.errors) from fault
        if entry is None:
            raise Conflict(Message("the %(kind)s %(key)r is gone already", kind=Message(kind), key=key))
        return made[0].model_copy(update={"version": entry.version}), entry

    def _judge(self, snapshot: Snapshot, kind: Kind, key: str, with_dependents: bool) -> Deletion:
        minter = self._library.minter
        node = minter.thing(kind, key)
        read_thing(snapshot, kind, node, minter)  # raises NotFound
        return deletion_of(snapshot, node, minter, with_dependents=with_dependents)

    def _report(self, snapshot: Snapshot, kind: Kind, key: str, deletion: Deletion, named: int | None) -> Deleted:
        minter = self._library.minter
        node = minter.thing(kind, key)
        hanging = partial(_hanging, snapshot, minter, named)
        return Deleted(
            iri=node.value,
            key=minter.key(node.value),
            label=name_of(snapshot, node, minter),
            possible=not deletion.hanging,
            deletes=_linked(snapshot, minter, named, deletion.nodes),
            unlinks=hanging(deletion.unlinked),
            hangs=hanging(deletion.hanging),
            unused=_linked(snapshot, minter, None, deletion.unused),
        )


def _linked(
    snapshot: Snapshot, minter: Minter, named: int | None, nodes: Sequence[NamedNode | BlankNode]
) -> list[Link]:
    """Return links to nodes, the first `named` with what they are called."""
    called, others = (nodes, ()) if named is None else (nodes[:named], nodes[named:])
    return [*(_link(snapshot, one, minter) for one in called), *(_nameless(one, minter) for one in others)]


def _nameless(node: NamedNode | BlankNode, minter: Minter) -> Link:
    if isinstance(node, BlankNode):
        return Link(iri=str(node), key=str(node))
    return Link(iri=node.value, key=minter.key(node.value))


def _link(snapshot: Snapshot, node: NamedNode | BlankNode, minter: Minter) -> Link:
    link = _nameless(node, minter)
    label = name_of(snapshot, node, minter) if isinstance(node, NamedNode) else None
    return link.model_copy(update={"label": label})


def _hanging(snapshot: Snapshot, minter: Minter, named: int | None, some: Sequence[Hanging]) -> list[HangingOn]:
    """Return what hangs on a thing, the first `named` with what they are called."""
    links = _linked(snapshot, minter, named, [one.node for one in some])
    return [
        HangingOn(
            **link.model_dump(),
            property=minter.compact(one.property.value),
            on=one.target.value,
            goes_along=one.goes_along,
        )
        for one, link in zip(some, links, strict=True)
    ]


def _places(fault: ShapeViolation) -> list[str]:
    return [f"{where}: {why}" for where, why in fault.errors]


def _in_use(kind: Kind, key: str, report: Deleted) -> InUse:
    """Return the error that lists what hangs on a thing."""
    along = sum(1 for one in report.hangs if one.goes_along)
    detail = Message(
        "%(number)s statements hang on the %(kind)s %(key)r, and nothing was deleted: delete "
        "or change them first, or ask for its dependents too (%(along)s of them go with it "
        "then, and the others lose their link)",
        number=len(report.hangs),
        kind=Message(kind),
        key=key,
        along=along,
    )
    places = [
        (
            one.iri,
            Message("%(hanging)s; it goes along with dependents", hanging=f"{one.property} {one.on}")
            if one.goes_along
            else f"{one.property} {one.on}",
        )
        for one in report.hangs[:NAMED]
    ]
    if len(report.hangs) > NAMED:
        places.append(("…", Message("and %(number)s more", number=len(report.hangs) - NAMED)))
    return InUse(detail, places)
