"""Merge two things of a library into one, and take them apart again: looked at before, or made as one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.commit import Committer, Proposal
from commonplace.curation.merging.merge import Merge, merge_of
from commonplace.curation.merging.preference import Side
from commonplace.curation.merging.unmerge import TO, Merged, To, Unmerge, edits_undecided, unmerge_of
from commonplace.curation.merging.values import KINDS
from commonplace.derived.graph.merged import merged_into, merged_things, survivor_of, version_of_merge
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CannotMerge, Message, NotFound, ShapeViolation
from commonplace.exchange.origins import SinceVersion, rank_in
from commonplace.library import Library
from commonplace.library.evidence import label_of
from commonplace.library.merge_reports import (
    Collapsed,
    Follows,
    LaterEditReport,
    MergedValue,
    MergeReport,
    UnmergeReport,
)
from commonplace.library.named_things import known_thing
from commonplace.library.schemas import Link
from commonplace.library.things import read_thing
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.minter import Kind, Minter, one_of

__all__ = ["PLURALS", "TO", "Merger", "Merges", "Side", "To"]

REPORT = "merge"
"""Role of the attachment of a version that holds what a merge, or un-merging, did."""

PLURALS: dict[Kind, str] = {
    "work": "works",
    "person": "people",
    "organization": "organizations",
    "venue": "venues",
    "concept": "concepts",
}


@dataclass(frozen=True, slots=True)
class Merger:
    """A person who merges: the name that goes into the history, and what is said of it."""

    agent: str
    message: str = ""


class Merges:
    """Merges in one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def look(self, kind: Kind, keep: str, other: str, choices: Mapping[str, Side]) -> MergeReport:
        """Return what merging `other` into `keep` would do; nothing is written. Raises what `merge` raises."""

        def judge(snapshot: Snapshot) -> MergeReport:
            left, right = self._pair(snapshot, kind, keep, other)
            if earlier := self._earlier(snapshot, left, right):
                return earlier
            merge = self._judge(snapshot, kind, left, right, choices)
            report = self._report(snapshot, kind, left, right, merge)
            return report.model_copy(update=self._possible(snapshot, merge.change))

        return self._library.read(judge)

    def merge(
        self,
        kind: Kind,
        keep: str,
        other: str,
        choices: Mapping[str, Side],
        merger: Merger,
        expected: Version | None = None,
    ) -> tuple[MergeReport, Entry | None]:
        """Merge a thing into another, as one version; return what that did, and its entry.

        Where it was done before, what it did then is returned, without an entry. Raises `NotFound`, `BadRequest`,
        `CannotMerge`, and `Conflict` when `expected` is given and is not the head. Nothing is written then.
        """
        made: list[MergeReport] = []

        def propose(snapshot: Snapshot) -> Proposal:
            left, right = self._pair(snapshot, kind, keep, other)
            made.clear()
            if earlier := self._earlier(snapshot, left, right):
                made.append(earlier)
                return Proposal(ChangeSet(), Note(agent=merger.agent, kind="merge"))
            merge = self._judge(snapshot, kind, left, right, choices)
            report = self._report(snapshot, kind, left, right, merge).model_copy(
                update=self._done(snapshot, kind, right, "unmerge")
            )
            made.append(report)
            message = merger.message or f"{kind} {report.right.key} into {report.left.key}"
            return Proposal(merge.change, self._note(merger.agent, "merge", message, report))

        try:
            entry = self._committer.commit(propose, expected)
        except ShapeViolation as fault:
            detail = Message(
                "the %(kind)s %(other)r cannot be merged into %(keep)r: %(detail)s",
                kind=Message(kind),
                other=other,
                keep=keep,
                detail=fault.detail,
            )
            raise CannotMerge(detail, fault.errors) from fault
        return made[0], entry

    def look_apart(self, kind: Kind, key: str, assigned: Mapping[str, To]) -> UnmergeReport:
        """Return what un-merging a thing would do; nothing is written. Raises what `unmerge` raises."""

        def judge(snapshot: Snapshot) -> UnmergeReport:
            right = self._merged(snapshot, kind, key)
            if right is None:
                return self._apart_already(kind, key)
            unmerge, report = self._judge_apart(snapshot, kind, right, assigned)
            return report.model_copy(update=self._possible(snapshot, unmerge.change, restores=True))

        return self._library.read(judge)

    def unmerge(
        self, kind: Kind, key: str, assigned: Mapping[str, To], merger: Merger, expected: Version | None = None
    ) -> tuple[UnmergeReport, Entry | None]:
        """Take apart what a merge joined, as one version; `key` names what was merged, or its survivor.

        Where it was done before, what it did then is returned, without an entry. Raises `NotFound`, `BadRequest`,
        `CannotMerge`, and `Conflict` when `expected` is given and is not the head. Nothing is written then.
        """
        made: list[UnmergeReport] = []

        def propose(snapshot: Snapshot) -> Proposal:
            made.clear()
            right = self._merged(snapshot, kind, key)
            if right is None:
                made.append(self._apart_already(kind, key))
                return Proposal(ChangeSet(), Note(agent=merger.agent, kind="unmerge"))
            unmerge, report = self._judge_apart(snapshot, kind, right, assigned)
            report = report.model_copy(update=self._done(snapshot, kind, right, None))
            made.append(report)
            message = merger.message or f"{kind} {report.right.key} out of {report.left.key}"
            return Proposal(unmerge.change, self._note(merger.agent, "unmerge", message, report), restores=True)

        try:
            entry = self._committer.commit(propose, expected)
        except ShapeViolation as fault:
            detail = Message(
                "the %(kind)s %(key)r cannot be taken out again: things that it names are gone, or are "
                "others now; take the versions back that did that, and try again",
                kind=Message(kind),
                key=key,
            )
            raise CannotMerge(detail, fault.errors) from fault
        return made[0], entry

    def merge_of_version(self, version: Version) -> MergeReport:
        """Return what the merge did that a version made. Raises `NotFound` where that version merged nothing."""
        note = self._library.log.header(version).note
        if note.kind != "merge" or REPORT not in note.attachments:
            raise NotFound(Message("version %(version)s merged nothing", version=version))
        return MergeReport.model_validate_json(self._library.log.attachment(note.attachments[REPORT]))

    def _pair(self, snapshot: Snapshot, kind: Kind, keep: str, other: str) -> tuple[NamedNode, NamedNode]:
        """Return the thing that stays and the one that is merged into it, or was. Raises what `merge` raises."""
        minter = self._library.minter
        if kind not in KINDS:
            raise BadRequest(
                Message("%(kind)s cannot be merged", kind=Message(one_of(kind))),
                [("kind", Message("use one of %(kinds)s", kinds=", ".join(KINDS)))],
            )
        left = self._living(snapshot, kind, keep)
        right = _node(minter, kind, other)
        if right is None:
            raise BadRequest(
                Message("%(other)r is no %(kind)s", other=other, kind=Message(kind)),
                [("from", Message("give the key or the IRI of %(kind)s", kind=Message(one_of(kind))))],
            )
        if merged_into(snapshot, right, minter) is None:
            right = known_thing(snapshot, minter, right) or right
            read_thing(snapshot, kind, right, minter)  # raises NotFound
        elif survivor_of(snapshot, right, minter) != left:
            now = minter.key(survivor_of(snapshot, right, minter).value)
            raise CannotMerge(
                Message(
                    "the %(kind)s %(other)r was merged into %(now)r by version %(version_of_merge)s",
                    kind=Message(kind),
                    other=other,
                    now=now,
                    version_of_merge=version_of_merge(snapshot, right, minter),
                ),
                [("from", Message("merge %(now)s, or take the two apart first", now=now))],
            )
        if left == right:
            raise BadRequest(
                Message("%(keep)r and %(other)r are one %(kind)s", keep=keep, other=other, kind=Message(kind)),
                [("from", "give another")],
            )
        return left, right

    def _living(self, snapshot: Snapshot, kind: Kind, key: str) -> NamedNode:
        minter = self._library.minter
        node = _node(minter, kind, key) or minter.thing(kind, key)
        if merged_into(snapshot, node, minter) is not None:
            now = minter.key(survivor_of(snapshot, node, minter).value)
            version = version_of_merge(snapshot, node, minter)
            raise CannotMerge(
                Message(
                    "the %(kind)s %(key)r was itself merged into %(now)r by version %(version)s",
                    kind=Message(kind),
                    key=key,
                    now=now,
                    version=version,
                ),
                [("key", Message("use %(now)s", now=now))],
            )
        node = known_thing(snapshot, minter, node) or node
        read_thing(snapshot, kind, node, minter)  # raises NotFound
        return node

    def _earlier(self, snapshot: Snapshot, left: NamedNode, right: NamedNode) -> MergeReport | None:
        """Return what the merge did when it was made, if it was."""
        minter = self._library.minter
        into = merged_into(snapshot, right, minter)
        version = version_of_merge(snapshot, right, minter)
        if into is None or version is None:
            return None
        report = MergeReport.model_validate_json(self._attached(version))
        return report if into == left else report.model_copy(update={"survivor": _link(snapshot, left, minter)})

    def _attached(self, version: Version) -> bytes:
        attachments = self._library.log.header(version).note.attachments
        if REPORT not in attachments:
            raise CannotMerge(
                Message(
                    "version %(version)s says nothing of a merge: its statements were written by hand", version=version
                )
            )
        return self._library.log.attachment(attachments[REPORT])

    def _judge(
        self, snapshot: Snapshot, kind: Kind, left: NamedNode, right: NamedNode, choices: Mapping[str, Side]
    ) -> Merge:
        things = self._library.things
        ranks = rank_in(things, left), rank_in(things, right)
        return merge_of(snapshot, kind, left, right, self._library.minter, choices, ranks)

    def _merged(self, snapshot: Snapshot, kind: Kind, key: str) -> NamedNode | None:
        """Return the merged thing that a key or that of its survivor names; None where that stands alone."""
        minter = self._library.minter
        node = _node(minter, kind, key) or minter.thing(kind, key)
        if merged_into(snapshot, node, minter) is not None:
            return node
        living = known_thing(snapshot, minter, node) or node
        read_thing(snapshot, kind, living, minter)  # raises NotFound
        found = list(merged_things(snapshot, minter, living))
        if len(found) > 1:
            keys = ", ".join(minter.key(one.value) for one in found)
            raise BadRequest(
                Message(
                    "several were merged into the %(kind)s %(key)r: %(keys)s", kind=Message(kind), key=key, keys=keys
                ),
                [("key", "name the one that is to come back")],
            )
        return found[0] if found else None

    def _apart_already(self, kind: Kind, key: str) -> UnmergeReport:
        """Return what un-merging a thing did when it was made. Raises `CannotMerge` when it never was."""
        log, minter = self._library.log, self._library.minter
        node = _node(minter, kind, key) or minter.thing(kind, key)
        for version in reversed(self._library.things.history(node.value)):
            note = log.header(version).note
            if note.kind == "unmerge" and REPORT in note.attachments:
                return UnmergeReport.model_validate_json(log.attachment(note.attachments[REPORT]))
        raise CannotMerge(
            Message(
                "the %(kind)s %(key)r is merged with no other: it never was, or the merge was undone since",
                kind=Message(kind),
                key=key,
            )
        )

    def _judge_apart(
        self, snapshot: Snapshot, kind: Kind, right: NamedNode, assigned: Mapping[str, To]
    ) -> tuple[Unmerge, UnmergeReport]:
        log, minter = self._library.log, self._library.minter
        left, version = merged_into(snapshot, right, minter), version_of_merge(snapshot, right, minter)
        if left is None or version is None:
            raise CannotMerge(
                Message(
                    "nothing says which version merged the %(kind)s %(key)r",
                    kind=Message(kind),
                    key=minter.key(right.value),
                )
            )
        self._attached(version)  # raises CannotMerge
        again = merged_into(snapshot, left, minter)
        if again is not None:
            raise CannotMerge(
                Message(
                    "the %(kind)s %(key)r, which it was merged into, was itself merged into %(key2)r by "
                    "version %(version_of_merge)s",
                    kind=Message(kind),
                    key=minter.key(left.value),
                    key2=minter.key(again.value),
                    version_of_merge=version_of_merge(snapshot, left, minter),
                ),
                [("key", Message("take %(key)s out first", key=minter.key(left.value)))],
            )
        merged = Merged.of(kind, left, right, log.entry(version).change)
        unmerge = unmerge_of(
            snapshot, merged, minter, SinceVersion(self._library.things, version, snapshot.version), assigned
        )
        report = UnmergeReport(
            kind=kind,
            left=_link(snapshot, left, minter),
            right=_link(snapshot, right, minter),
            merged=version,
            possible=True,
            edits=[
                LaterEditReport(
                    name=edit.name,
                    before=edit.before,
                    after=edit.after,
                    to=edit.to,
                    decided=edit.decided,
                    why=edit.why,
                )
                for edit in unmerge.edits
            ],
            undecided=sum(1 for _ in edits_undecided(unmerge.edits)),
        )
        return unmerge, report

    def _possible(self, snapshot: Snapshot, change: ChangeSet, *, restores: bool = False) -> dict[str, object]:
        try:
            self._committer.completed(snapshot, change, restores=restores)
        except ShapeViolation as fault:
            return {"possible": False, "breaks": [f"{where}: {why}" for where, why in fault.errors]}
        return {}

    def _done(self, snapshot: Snapshot, kind: Kind, right: NamedNode, unmerge: str | None) -> dict[str, object]:
        version = snapshot.version + 1
        done: dict[str, object] = {"version": version, "undo": f"/changes/{version}/undo"}
        if unmerge:
            place = right.value.removeprefix(f"{self._library.minter.base}id/{kind}/")
            done["unmerge"] = f"/{PLURALS[kind]}/{place}/{unmerge}"
        return done

    def _note(self, agent: str, kind: str, message: str, report: MergeReport | UnmergeReport) -> Note:
        attached = self._library.log.attach(report.json_bytes())
        return Note(agent=agent, kind=kind, message=message, attachments={REPORT: attached})

    def _report(self, snapshot: Snapshot, kind: Kind, left: NamedNode, right: NamedNode, merge: Merge) -> MergeReport:
        minter = self._library.minter
        return MergeReport(
            kind=kind,
            left=_link(snapshot, left, minter),
            right=_link(snapshot, right, minter),
            possible=True,
            values=[
                MergedValue(
                    field=row.field,
                    name=row.name,
                    left=row.left,
                    right=row.right,
                    taken=row.taken,  # type: ignore[arg-type]  # pydantic checks it
                    why=row.why,
                    kept_as=row.kept_as,
                )
                for row in merge.taken
            ],
            follows=list(_follows(snapshot, merge, minter)),
            collapsed=[
                Collapsed(**_link(snapshot, node, minter).model_dump(), into=other.value)
                for node, other in merge.following.collapsed.items()
            ],
            set_aside=dict(merge.set_aside),
        )


def _follows(snapshot: Snapshot, merge: Merge, minter: Minter) -> Iterator[Follows]:
    for node, predicate in merge.following.moved:
        if node not in merge.following.collapsed:
            yield Follows(**_link(snapshot, node, minter).model_dump(), property=minter.compact(predicate.value))


def _node(minter: Minter, kind: Kind, given: str) -> NamedNode | None:
    """Return the IRI that a key or an IRI gives; None for the IRI of another kind of thing, or none of ours."""
    if not given:
        return None
    if "://" not in given:
        return minter.thing(kind, given)
    named = minter.kind_and_key(given)
    return NamedNode(given) if named and named[0] == kind and "#" not in given else None


def _link(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Link:
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node))
