"""Commit changes: the one door for writes, which locks, makes net, adds what follows, checks and appends.

A writer gives a function that looks at the newest state and returns the change to make;
it runs while no other process can write, so it never decides on a state that has moved.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.curation.derived_statements.rules import follows, made_to_agree, with_consequences
from commonplace.curation.shacl.after import StateAfter
from commonplace.curation.shacl.validation import REPORTED, read_shapes, violations_after
from commonplace.derived.graph.kept_values import kept_values
from commonplace.derived.graph.merged import merged_into
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Conflict, LostRace, Message, ShapeViolation
from commonplace.library import Library
from commonplace.library.changes import versions_of_piece
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.json_text import JSON_DEPTH, is_nested_too_deeply
from commonplace.model.namespaces import RDF
from commonplace.model.piece_of_work import PIECE
from commonplace.model.xml_characters import forbidden, visible
from commonplace.patchlog.log import next_version
from commonplace.undo import LeftThing, together, undo_of

MESSAGE_CHARACTERS = 10_000
"""Maximum number of characters in a message: a history is read, and a book is not."""

RACES = 50
"""Number of times that a writer makes its change anew because another server was faster, before it gives up."""

RACE_SECONDS, LAST_RACE_SECONDS = 0.02, 1.0
"""Maximum time that a writer waits after its second lost race, by chance; it grows with each, up to the last."""

NAMED = 10
"""Maximum number of versions that the message of an undo names."""


SHOWN = 80
"""Maximum number of characters that a message shows of a literal."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that a writer proposes, which need not be net, and what is said of it.

    An empty net change makes no version, unless `even_if_empty` (an import's receipt is kept for ever).
    A change that `is_net` was made with regard to the state, and is taken as it is. Every change is checked against
    the shapes, large or small, unless its writer `keeps_shapes`: by construction, which its tests prove, or because it
    was checked against the version it is committed for.
    A change that `restores` takes statements back as they were: of what follows from others, only what would disagree
    is set right, whatever the change says of it itself.
    The note may be a function, which is called last, while the graph takes the change in already.
    """

    change: ChangeSet
    note: Note | Callable[[], Note]
    even_if_empty: bool = False
    is_net: bool = False
    keeps_shapes: bool = False
    restores: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo: its entry (None when nothing was left to undo), and the things it had to leave."""

    entry: Entry | None
    kept: list[LeftThing]
    versions: tuple[Version, ...] = ()
    """The versions that were taken back."""


def refuse_inexpressible(added: Iterable[Quad]) -> None:
    """Raise `BadRequest` for literals that an answer could not hold, or this program not read again.

    These are characters that XML has no place for, and JSON that is nested too deeply; `errors` says where the first
    of them are.
    """
    places: list[tuple[str, str]] = []
    count = 0
    for quad in added:
        if not isinstance(quad.object, Literal):
            continue
        if quad.object.datatype == RDF["JSON"] and is_nested_too_deeply(quad.object.value):
            why = Message("it is nested more than %(most)s deep", most=JSON_DEPTH)
            place = f"{quad.subject} {quad.predicate}"
            raise BadRequest(
                Message("a literal is JSON that cannot be read: %(why)s; nothing was written", why=why), [(place, why)]
            )
        if name := forbidden(quad.object.value):
            count += 1
            if count <= REPORTED:
                places.append((f"{quad.subject} {quad.predicate}", f"{name} in {visible(quad.object.value)[:SHOWN]!r}"))
    if places:
        raise BadRequest(
            Message(
                "%(count)s literals have characters that XML cannot hold; nothing was written: take them out, or "
                "write others",
                count=count,
            )
            if count > 1
            else "a literal has a character that XML cannot hold; nothing was written: take it out, or write another",
            places,
        )


def _now() -> datetime:
    return datetime.now(UTC)


class Committer:
    """The writer of one library. Safe to use from several threads and processes."""

    def __init__(self, library: Library, shapes: Path, clock: Callable[[], datetime] = _now) -> None:
        self._library = library
        self._shapes = shapes
        self._clock = clock

    def commit(
        self,
        propose: Callable[[Snapshot], Proposal],
        expected: Version | None = None,
        then: Callable[[Snapshot], object] | None = None,
    ) -> Entry | None:
        """Commit what `propose` returns for the newest state; return the entry, or None when nothing changed.

        `then` is called with the state that was made, before another one can be: a past state takes long to make.
        Where another server writes to a shared log first, `propose` is called again, for the state after that. Raises
        `Conflict` when `expected` is given and is not the head, `ShapeViolation` when the result would break the
        shapes, and `LostRace` when others were faster again and again; nothing is written then.
        """
        for lost in range(RACES):
            try:
                return self._commit(propose, expected, then)
            except LostRace:
                if expected is not None:
                    raise
            time.sleep(random.uniform(0, min(lost * RACE_SECONDS, LAST_RACE_SECONDS)))  # not a secret
        return self._commit(propose, expected, then)

    def _commit(
        self,
        propose: Callable[[Snapshot], Proposal],
        expected: Version | None,
        then: Callable[[Snapshot], object] | None,
    ) -> Entry | None:
        """Commit once. Raises `LostRace` where another server wrote the version first."""
        library = self._library
        with library.writing():
            head = library.follow()
            if expected is not None and expected != head:
                raise Conflict.moved(head, expected)
            proposal = library.graph.read_undescribed(lambda snapshot: self._net(snapshot, propose(snapshot)))
            if proposal is None:
                return None
            with library.applying(next_version(head), proposal.change):
                entry = self._entry(head, proposal)
                library.log.append(entry)
            if then is not None:
                library.read(then, entry.version)
        library.keep_checkpoint()
        return entry

    def undo(self, version: Version, agent: str, message: str = "", expected: Version | None = None) -> Undone:
        """Take a version back as a new version. Things that later versions build on stay, and are reported.

        Raises `NotFound` for a version there is not, and `Conflict` when `expected` is given and is not the head.
        """
        entry = self._library.log.entry(version)
        note = Note(
            agent=agent,
            kind="undo",
            message=message or f"undo of version {version} ({entry.note.kind})",
            undoes=version,
        )
        return self._undo(entry.change, (version,), note, expected)

    def undo_piece(self, piece: str, agent: str, message: str = "", expected: Version | None = None) -> Undone:
        """Take back every version of a piece of work, as one version. Things that later versions build on stay.

        Raises `NotFound` for a piece of work that no version belongs to, and `Conflict` as `undo` does.
        """
        versions = versions_of_piece(self._library.log, piece)
        done = together(kept_values(self._library.log.entry(version).change) for version in versions)
        listed = ", ".join(str(version) for version in versions[:NAMED]) + (" …" if len(versions) > NAMED else "")
        text = message or f"undo of the piece of work {piece!r} (versions {listed})"
        return self._undo(done, versions, Note(agent=agent, kind="undo", message=text), expected)

    def _undo(self, done: ChangeSet, versions: tuple[Version, ...], note: Note, expected: Version | None) -> Undone:
        kept: list[LeftThing] = []
        self._library.things.follow()  # before other writers are held up

        def propose(snapshot: Snapshot) -> Proposal:
            minter = self._library.minter
            history = self._library.things.history
            change, left = undo_of(
                done,
                versions,
                snapshot,
                history,
                lambda snapshot, one: follows(snapshot, one, minter),
                lambda thing: (
                    not thing.startswith(("_:", "<<")) and merged_into(snapshot, NamedNode(thing), minter) is not None
                ),
            )
            kept[:] = left
            return Proposal(change, note, restores=True)

        return Undone(self.commit(propose, expected), kept, versions)

    def _net(self, snapshot: Snapshot, proposal: Proposal) -> Proposal | None:
        """Return the proposal with its change made net and checked; None when nothing is left of it."""
        change = proposal.change if proposal.is_net else kept_values(proposal.change).net(snapshot.contains)
        if not change and not proposal.even_if_empty:
            return None
        if not proposal.keeps_shapes:
            refuse_inexpressible(change.added)
            change = self.completed(snapshot, change, restores=proposal.restores)
            if not change and not proposal.even_if_empty:
                return None  # it only took away what follows from the rest
        return replace(proposal, change=change)

    def _entry(self, head: Version, proposal: Proposal) -> Entry:
        """Return the entry after the head. It is not older than that: the clock of another server may be ahead."""
        note = proposal.note if isinstance(proposal.note, Note) else proposal.note()
        note = replace(note, piece=note.piece or PIECE.get())
        if len(note.message) > MESSAGE_CHARACTERS:
            raise BadRequest(
                Message(
                    "a message has at most %(message_characters)s characters", message_characters=MESSAGE_CHARACTERS
                ),
                [("message", "too long")],
            )
        before = self._library.log.header(head) if head else None
        return Entry(
            version=next_version(head),
            id=f"urn:uuid:{uuid.uuid4()}",
            previous=before.id if before else None,
            at=max(self._clock(), before.at) if before else self._clock(),
            note=note,
            change=proposal.change,
        )

    def completed(self, snapshot: Snapshot, change: ChangeSet, *, restores: bool = False) -> ChangeSet:
        """Return a net change with what follows from it.

        Raises `ShapeViolation` where the state after it would break the shapes.
        """
        minter = self._library.minter
        complete = made_to_agree if restores else with_consequences
        texts = self._library.texts
        after = complete(StateAfter(snapshot, change), minter, texts)
        found = violations_after(after, read_shapes(self._shapes, minter.base), texts=texts)
        if found:
            nodes = len({violation.node for violation in found})
            counted = Message("%(nodes)s nodes" if nodes < REPORTED else "%(nodes)s nodes or more", nodes=nodes)
            if nodes == 1:
                counted = Message("one node")
            raise ShapeViolation(
                Message("the change breaks the shapes at %(counted)s; nothing was written", counted=counted),
                [(violation.where, violation.why) for violation in found],
            )
        return after.change
