"""Take a merge back, also after later edits: each later statement goes to the side it came from or was made on.

The merge is undone as the log has it. A value that was changed since goes, as it is now, to the side whose value the
merge had taken. Of a value that both had, and of what came new to the survivor, nobody can tell the side: it stays with
the survivor, is reported as undecided, and goes where the curator says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import Protocol

from pyoxigraph import NamedNode, Quad, Triple

from commonplace.curation.merging.merge import name_in
from commonplace.curation.merging.values import CITES, Value, carried, is_own, own_statements, values_of
from commonplace.derived.graph.merged import record_of_merge, survivor_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import CITO, OWL, RDF

To = OneOf["left", "right", "both"]
"""Where a later statement goes: to the survivor (`left`), to the thing that comes back (`right`), or to both."""

TO: tuple[To, ...] = ("left", "right", "both")


class Since(Protocol):
    """What the log says of the time after a merge."""

    def statements_then(self, thing: NamedNode, now: Iterable[Triple]) -> set[Triple]:
        """Return what was said of a thing and its nodes right after the merge; `now` is what is said of them now."""

    def is_later(self, triple: Triple) -> bool:
        """Answer whether a statement that is there was added after the merge."""

    def is_gone(self, triple: Triple) -> bool:
        """Answer whether a statement that is not there was taken away after the merge."""


@dataclass(frozen=True, slots=True)
class LaterEdit:
    """Something that was written on the survivor after the merge: before and after as texts, and where it goes.

    `decided` is false where the side cannot be told and nobody said it.
    """

    name: str
    before: str | None
    after: str | None
    to: To
    why: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Unmerge:
    """What taking a merge back would do: the change, and where each later edit goes."""

    change: ChangeSet
    edits: tuple[LaterEdit, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was made: the things, and the statements that it added and removed."""

    kind: Kind
    left: NamedNode
    right: NamedNode
    added: frozenset[Triple]
    removed: tuple[Triple, ...]

    @classmethod
    def of(cls, kind: Kind, left: NamedNode, right: NamedNode, change: ChangeSet) -> Merged:
        """Return the merge of two things that a change made."""
        return cls(
            kind, left, right, frozenset(q.triple for q in change.added), tuple(q.triple for q in change.removed)
        )


def unmerge_of(snapshot: Snapshot, merged: Merged, minter: Minter, since: Since, assigned: Mapping[str, To]) -> Unmerge:
    """Return what taking a merge back would do in that state, where its survivor is still there.

    `assigned` says where later edits go, by their names. Raises `BadRequest` for a name of none.
    """
    return _Unmerging(snapshot, merged, minter, since, assigned).result()


@dataclass(slots=True)
class _Unmerging:
    snapshot: Snapshot
    merged: Merged
    minter: Minter
    since: Since
    assigned: Mapping[str, To]
    added: dict[Triple, None] = field(default_factory=dict)
    removed: dict[Triple, None] = field(default_factory=dict)
    edits: list[LaterEdit] = field(default_factory=list)
    joined: dict[str, str] = field(default_factory=dict)

    def result(self) -> Unmerge:
        self.added = dict.fromkeys(self.merged.removed)
        self.removed = dict.fromkeys(self.merged.added)
        pointing = self._later_pointing()
        self._values()
        self._pointing(pointing)
        self._follow_later()
        self._check_assigned()
        quads = (tuple(_quad(t) for t in some) for some in (self.added, self.removed))
        return Unmerge(ChangeSet(*quads).net(self.snapshot.contains), tuple(self.edits))

    def _check_assigned(self) -> None:
        names = {edit.name for edit in self.edits}
        for name in self.assigned:
            if name not in names:
                why = (
                    Message("use one of %(sorted)s", sorted=", ".join(sorted(names)))
                    if names
                    else "nothing was written since the merge"
                )
                raise BadRequest(
                    Message("%(name)r names nothing that was written since the merge", name=name), [("assign", why)]
                )

    def _note(self, name: str, before: str | None, after: str | None, default: To, why: str, *, decided: bool) -> To:
        """Note where a later edit goes, and return that."""
        if name in self.assigned:
            self.edits.append(LaterEdit(name, before, after, self.assigned[name], "it was assigned", True))
            return self.assigned[name]
        self.edits.append(LaterEdit(name, before, after, default, why, decided))
        return default

    def _values_of(self, statements: Iterable[Triple], thing: NamedNode) -> dict[str, Value]:
        kind, minter = self.merged.kind, self.minter
        return values_of(statements, thing, kind, minter, lambda node: name_in(self.snapshot, node, minter))

    def _values(self) -> None:
        """Send each value of the survivor that was changed since the merge to its side."""
        left, right = self.merged.left, self.merged.right
        now = own_statements(self.snapshot, left)
        then = self.since.statements_then(left, now)
        restored = {t for t in self.merged.removed if is_own(t.subject, left)}
        ours = self._values_of((then - self.merged.added) | restored, left)
        theirs = self._values_of((t for t in self.merged.removed if is_own(t.subject, right)), right)
        before, after = self._values_of(then, left), self._values_of(now, left)
        taken = record_of_merge(self.merged.added, self.minter).get("taken", {})
        for name in sorted({*before, *after}):
            was, is_now = before.get(name), after.get(name)
            if was and is_now and was.statements == is_now.statements:
                continue
            if was and is_now is None and was.statements <= self.merged.added and name not in theirs:
                continue  # the merge itself had said it, and it was taken away since
            origin = str(taken.get(name, "none")) if was else "none"
            self._send(name, origin, (was, is_now), ours.get(name), theirs.get(name))

    def _send(
        self,
        name: str,
        origin: str,
        changed: tuple[Value | None, Value | None],
        ours: Value | None,
        theirs: Value | None,
    ) -> None:
        default: To = "right" if origin == "right" else "left"
        was, is_now = changed
        texts = (was.text if was else None, is_now.text if is_now else None)
        shown = self.joined.get(name, name)
        if shown != name:
            to: To = self.assigned.get(shown, default)  # told of with the citation
        else:
            to = self._note(shown, *texts, default, _WHY[origin], decided=origin in ("left", "right"))
        said = is_now.statements if is_now else frozenset()
        if to != "left":
            self._drop(self.added, theirs.statements if theirs else ())
            self.added |= dict.fromkeys(carried(said, self.merged.left, self.merged.right))
        if to == "right":
            self.removed |= dict.fromkeys(said)
            self.added |= dict.fromkeys(ours.statements if ours else ())
        else:
            self._drop(self.removed, said)
            if ours:
                self._drop(self.added, ours.statements - said)

    @staticmethod
    def _drop(some: dict[Triple, None], triples: Iterable[Triple]) -> None:
        for triple in triples:
            some.pop(triple, None)

    def _later_pointing(self) -> list[Triple]:
        """Return the statements of others that came to point to the survivor after the merge."""
        left = self.merged.left
        found = [
            t
            for t in self.snapshot.triples(None, None, left)
            if not is_own(t.subject, left) and t not in self.merged.added and t.predicate != OWL["sameAs"]
        ]
        later = [t for t in found if self.since.is_later(t)]
        for triple in later:
            if triple.predicate == CITO["hasCitingEntity"]:
                for cited in self.snapshot.triples(_node(triple.subject), CITO["hasCitedEntity"]):
                    key = str(getattr(cited.object, "value", "")).removeprefix(f"{self.minter.base}id/")
                    self.joined[f"{CITES}: {key}"] = self._name(triple.subject)
        return later

    def _name(self, node: object) -> str:
        value = str(getattr(node, "value", node))
        return value.removeprefix(f"{self.minter.base}id/")

    def _pointing(self, later: list[Triple]) -> None:
        """Let what pointed to the other thing point there again, and send later links where they were assigned."""
        left, right = self.merged.left, self.merged.right
        for triple in [t for t in self.added if is_own(t.object, right) and not is_own(t.subject, right)]:
            self._point_back(triple)
        groups: dict[str, list[Triple]] = {}
        citations = {
            citing.object: self._name(t.subject)
            for t in later
            if t.predicate in (CITO["hasCitedEntity"], self.minter.term("candidate"))
            for citing in self.snapshot.triples(_node(t.subject), CITO["hasCitingEntity"])
        }
        for triple in later:
            links = (CITO["cites"], self.minter.term("mayCite"))
            citation = citations.get(triple.subject) if triple.predicate in links else None
            groups.setdefault(citation or self._name(triple.subject), []).append(triple)
        for name, triples in sorted(groups.items()):
            subject = triples[0].subject
            to = self._note(
                name, None, self._told(_node(subject), triples[0].predicate), "left", _WHY["none"], decided=False
            )
            if to == "both":
                raise BadRequest(
                    Message("%(name)s cannot go to both", name=name),
                    [("assign", Message("give %(name)s to left or to right", name=name))],
                )
            if to == "right":
                self.removed |= dict.fromkeys(triples)
                self.added |= dict.fromkeys(carried(triples, left, right))

    def _told(self, subject: NamedNode, predicate: NamedNode) -> str:
        """Return what a node is that points to the survivor: by its name, or by what it says something of."""
        about = (self.minter.term("about"), CITO["hasCitingEntity"], self.minter.term("field"))
        links = [t.object for of in about for t in self.snapshot.triples(subject, of)]
        named = [name_in(self.snapshot, one, self.minter) for one in links if isinstance(one, NamedNode)]
        named = named or [name_in(self.snapshot, subject, self.minter)]
        return f"{'; '.join(named)} ({self.minter.compact(predicate.value)})"

    def _point_back(self, triple: Triple) -> None:
        """Keep a link to the other thing from coming back where later versions took it from the survivor."""
        image = next(iter(carried([triple], self.merged.right, self.merged.left)))
        if self._is_there(image) or is_own(triple.subject, self.merged.left):
            return
        if image not in self.merged.added:
            self._point_back_shared(triple, image)
            return
        self.added.pop(triple, None)
        subject = survivor_of(self.snapshot, _node(triple.subject), self.minter)
        moved = Triple(subject, image.predicate, image.object)
        if subject != triple.subject and self._is_there(moved):
            self.removed[moved] = None
            self.added[Triple(subject, triple.predicate, triple.object)] = None

    def _point_back_shared(self, triple: Triple, image: Triple) -> None:
        """Ask where a link belongs that led to both things before the merge, and was taken away since."""
        if not self._was_there(image):
            return
        name = f"{self._name(triple.subject)} {self.minter.compact(triple.predicate.value)}"
        to = self._note(name, self.minter.key(self.merged.left.value), None, "left", _WHY["both"], decided=False)
        if to != "left":
            self.added.pop(triple, None)
        if to == "right":
            self.added[image] = None

    def _was_there(self, image: Triple) -> bool:
        """Answer whether a link led to the survivor right after the merge; the merge may have made it none."""
        return image not in self.merged.removed and self._thing_is_there(image.subject) and self.since.is_gone(image)

    def _is_there(self, triple: Triple) -> bool:
        return self.snapshot.contains(_quad(triple))

    def _follow_later(self) -> None:
        """Leave what later versions made of other things: what they replaced, deleted, or merged into others."""
        pair = (self.merged.left, self.merged.right)
        slots = {(t.subject, t.predicate) for t in self.merged.added if not self._is_there(t)}
        typed = {_thing(t.subject) for t in self.added if t.predicate == RDF["type"]}
        back = {t for t in self.added if any(is_own(t.object, thing) for thing in pair)}
        for triple in list(self.added):
            if not any(is_own(triple.subject, thing) for thing in pair):
                replaced = (triple.subject, triple.predicate) in slots and triple not in back
                if replaced or not (_thing(triple.subject) in typed or self._thing_is_there(triple.subject)):
                    self.added.pop(triple)
                    continue
            target = triple.object
            if triple in back or not isinstance(target, NamedNode) or _thing(target) in typed:
                continue
            now = survivor_of(self.snapshot, target, self.minter)
            if now != target:
                self.added.pop(triple)
                self.added[Triple(triple.subject, triple.predicate, now)] = None

    def _thing_is_there(self, subject: object) -> bool:
        return any(True for _ in self.snapshot.triples(NamedNode(_thing(subject)), RDF["type"]))


def _thing(subject: object) -> str:
    return str(getattr(subject, "value", subject)).partition("#")[0]


def _node(subject: object) -> NamedNode:
    assert isinstance(subject, NamedNode)
    return subject


_WHY = {
    "left": "the value was the survivor's own",
    "right": "the value had come from the other",
    "both": "both had the value",
    "combined": "each had given a part of the value",
    "none": "it was written on the survivor after the merge",
}
"""Why a later edit goes where it goes, by where the value came from."""


def edits_undecided(edits: Iterable[LaterEdit]) -> Iterator[LaterEdit]:
    """Yield the edits whose side cannot be told and was not assigned."""
    return (edit for edit in edits if not edit.decided)


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
