"""Change a whole class of works: preview what would change, or make it one version, which is undone as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pyoxigraph import NamedNode

from commonplace.commit import Committer, Proposal
from commonplace.curation.bulk import BulkChange, BulkEvidence, read_bulk_change
from commonplace.curation.deletion import deletion_of
from commonplace.curation.editing.edits import changed_members, created, edited
from commonplace.curation.editing.fields import Edit
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError, Message, NotAllowed, ShapeViolation
from commonplace.exchange.edits import Editor, members
from commonplace.library import Library
from commonplace.library.curation_schemas import BulkFieldChange, BulkItem, BulkResult
from commonplace.library.evidence import evidence_of_work
from commonplace.library.named_things import named_thing
from commonplace.library.work_lists import WorkFilters, all_selected
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.validation_words import told

MAXIMUM_WORKS = 20_000
"""Maximum number of works of one change, which takes about a minute then."""

NAMED = 100
"""Maximum number of works that an error names."""

Selector = Mapping[str, Any]
"""What is selected: `keys`, or filters of `/works`; `except` has keys that are left out."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """What would become of one work: its change, and what is told of it."""

    change: ChangeSet
    item: BulkItem


class BulkEdits:
    """Changes of many works of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def look(self, select: Selector, change: object, editor: Editor) -> BulkResult:
        """Return what a change would do to each work; nothing is written. Raises `BadRequest`."""
        ranked = self._ranked(select)
        return self._library.read(lambda snapshot: _told(list(self._plan(snapshot, select, ranked, change, editor))))

    def apply(self, select: Selector, change: object, editor: Editor, expected: Version | None = None) -> BulkResult:
        """Make a change of all works that are selected, as one version; none is made where nothing changes.

        Raises `BadRequest` and `ShapeViolation` naming the works at fault, and `Conflict` when `expected` is given
        and is not the head. Nothing is written then.
        """
        ranked = self._ranked(select)
        made: list[BulkResult] = []

        def propose(snapshot: Snapshot) -> Proposal:
            planned = list(self._plan(snapshot, select, ranked, change, editor))
            made[:] = [_told(planned)]
            if faults := [(one.item.key, one.item.fault) for one in planned if one.item.fault]:
                detail = Message(
                    "%(number)s of %(all)s works cannot be changed so; nothing was written",
                    number=len(faults),
                    all=len(planned),
                )
                raise ShapeViolation(detail, faults[:NAMED])
            whole = ChangeSet(
                added=tuple(quad for one in planned for quad in one.change.added),
                removed=tuple(quad for one in planned for quad in one.change.removed),
            )
            message = editor.message or f"{made[0].changed} works: {_operations(change)}"
            return Proposal(whole, Note(agent=editor.agent, kind="bulk", message=message))

        entry = self._committer.commit(propose, expected)
        if entry is None:
            return made[0]
        return made[0].model_copy(update={"version": entry.version, "undo": f"/changes/{entry.version}/undo"})

    def _ranked(self, select: Selector) -> list[NamedNode] | None:
        q = select.get("q")
        if not isinstance(q, str) or not q:
            return None
        return [NamedNode(iri) for iri in self._library.search(newest=True).matching_iris(q, "work")]

    def _plan(
        self, snapshot: Snapshot, select: Selector, ranked: list[NamedNode] | None, given: object, editor: Editor
    ) -> Iterator[_Planned]:
        change = read_bulk_change(given, snapshot)
        if not editor.decides and (change.operations or any(one.taken_back for one in change.judgements)):
            raise NotAllowed("this needs a curator's token; a contributor may propose evidence, with add_concept")
        edit = Edit(snapshot, self._library.minter, editor.agent, datetime.now(UTC), editor.decides)
        about = [_about(edit, judgement) for judgement in change.judgements]
        for work in self._selected(snapshot, select, ranked):
            yield self._planned(edit, work, change, about)

    def _selected(self, snapshot: Snapshot, select: Selector, ranked: list[NamedNode] | None) -> list[NamedNode]:
        minter = self._library.minter
        given = dict(select)
        left_out = {named_thing(snapshot, minter, "work", key, "except") for key in _keys(given.pop("except", []))}
        if "keys" in given:
            if more := sorted(given.keys() - {"keys"}):
                raise BadRequest("select by keys or by filters", [(f"select.{name}", "beside keys") for name in more])
            named = [named_thing(snapshot, minter, "work", key, "select.keys") for key in _keys(given["keys"])]
            works = list(dict.fromkeys(named))
        else:
            works = all_selected(snapshot, minter, _filters(given), ranked)
        chosen = [work for work in works if work not in left_out]
        if len(chosen) > MAXIMUM_WORKS:
            why = Message("at most %(maximum_works)s works are changed at once", maximum_works=f"{MAXIMUM_WORKS:,}")
            raise BadRequest(
                Message("%(number)s works are selected; %(why)s", number=f"{len(chosen):,}", why=why), [("select", why)]
            )
        return chosen

    def _planned(self, edit: Edit, work: NamedNode, change: BulkChange, about: Sequence[NamedNode]) -> _Planned:
        minter = self._library.minter
        before = members(edit.snapshot, "work", work, minter)
        key, title = str(before["key"]), before.get("title")
        try:
            after = change.applied(before)
            fields = changed_members(before, after)
            whole = edited(edit, "work", work, before, after) if fields else ChangeSet()
            judged = [self._judged(edit, work, *one) for one in zip(change.judgements, about, strict=True)]
            for one in judged:
                whole = ChangeSet((*whole.added, *one.added), (*whole.removed, *one.removed))
            if whole:
                self._committer.completed(edit.snapshot, whole.net(edit.snapshot.contains))
        except CommonplaceError as fault:
            return _Planned(ChangeSet(), BulkItem(key=key, title=title, fault=_reasons(fault)))
        told = [BulkFieldChange(field=name, before=before.get(name), after=after.get(name)) for name in fields]
        told += [
            BulkFieldChange(
                field="evidence",
                before=judgement.about if one.removed and judgement.taken_back else None,
                after=None if judgement.taken_back else f"{judgement.about}: {judgement.said.get('state')}",
            )
            for judgement, one in zip(change.judgements, judged, strict=True)
            if one
        ]
        return _Planned(whole, BulkItem(key=key, title=title, changes=told or None))

    def _judged(self, edit: Edit, work: NamedNode, judgement: BulkEvidence, about: NamedNode) -> ChangeSet:
        """Return the change that makes evidence of a work, or that takes it back; empty where it is so already."""
        minter = self._library.minter
        there = [one for one in evidence_of_work(edit.snapshot, work, minter) if one.about_iri == about.value]
        if judgement.taken_back:
            changes = [deletion_of(edit.snapshot, NamedNode(one.iri), minter).change for one in there]
            return ChangeSet(removed=tuple(quad for one in changes for quad in one.removed))
        wanted = judgement.said.get("state")
        if any(one.state == wanted and one.status == "accepted" for one in there):
            return ChangeSet()
        stem = f"{minter.key(about.value)}--{minter.key(work.value)}"
        taken = {one.id for one in there}
        key = next(
            key for number in range(1, 1_000) if (key := stem if number == 1 else f"{stem}-{number}") not in taken
        )
        values = {**judgement.said, "work": work.value, "about": about.value}
        return created(edit, "evidence", minter.thing("evidence", key), values)


def _about(edit: Edit, judgement: BulkEvidence) -> NamedNode:
    try:
        return edit.thing(judgement.about, ("concept", "claim"), "about")
    except BadRequest as fault:
        raise BadRequest(fault.detail, [("change.about", "no concept or claim has this key or IRI")]) from fault


def _told(planned: Sequence[_Planned]) -> BulkResult:
    items = [one.item for one in planned if one.item.changes or one.item.fault]
    faults = sum(1 for item in items if item.fault)
    return BulkResult(
        selected=len(planned),
        changed=len(items) - faults,
        unchanged=len(planned) - len(items),
        faults=faults,
        items=items,
    )


def _reasons(fault: CommonplaceError) -> str:
    """Return what is wrong with one work, in one line."""
    return "; ".join(dict.fromkeys(why for _, why in fault.errors)) or fault.detail


def _operations(change: object) -> str:
    listed = change if isinstance(change, list) else [change]
    return ", ".join(name for one in listed if isinstance(one, dict) for name in one)


def _keys(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadRequest("keys are a list of texts", [("select.keys", 'such as ["ostrom1996"]')])
    return given


def _filters(given: Mapping[str, Any]) -> WorkFilters:
    try:
        return WorkFilters(**given)
    except ValidationError as fault:
        places = [(f"select.{'.'.join(map(str, one['loc']))}", told(one)) for one in fault.errors()]
        raise BadRequest("the selection cannot be understood", places) from fault
