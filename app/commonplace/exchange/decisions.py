"""Decide on two works: what a curator judges of them becomes a version, with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from commonplace.commit import Committer, Proposal
from commonplace.curation.duplicates.candidates import Pair, Similar, pair_id, similar_works
from commonplace.curation.duplicates.decisions import (
    Decision,
    ListedCandidate,
    decide,
    listed,
    read_decisions,
    still_open,
)
from commonplace.curation.editing.fields import Edit
from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message, NotAllowed, NotFound
from commonplace.exchange.edits import Editor
from commonplace.exchange.relating import RelatedPair, relate, related_pair
from commonplace.library import Library
from commonplace.library.curation_schemas import DecidedDuplicate, DuplicateCandidate, DuplicateDecision
from commonplace.library.evidence import label_of
from commonplace.library.named_things import known_thing
from commonplace.library.schemas import Link
from commonplace.model.change import Entry, Note, Version
from commonplace.model.judgements import Judgement
from commonplace.model.minter import Minter


@dataclass(frozen=True, slots=True)
class DuplicateFilter:
    """Which duplicates are asked for: what is proposed, what was decided, of which work.

    `decision` is `open` (none that holds, or *unsure*), a judgement, or `any`.
    """

    proposes: str = "same"
    decision: str = "open"
    work: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made, and the entry of the log that made it."""

    shape: DecidedDuplicate
    entry: Entry


class Decisions:
    """Decisions on the works of one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def decide(
        self,
        works: Sequence[str],
        judgement: Judgement,
        reason: str,
        editor: Editor,
        expected: Version | None = None,
    ) -> Decided:
        """Record what is judged of two works, given their keys or IRIs, in place of what was judged before.

        What an editor judges that does not decide is a proposal, beside what was judged before.
        Raises `BadRequest` naming the member at fault, and `Conflict` when `expected` is given and is not the head.
        """
        minter = self._library.minter
        pair: list[Pair] = []
        shown: list[Link] = []

        def propose(snapshot: Snapshot) -> Proposal:
            keys = _keys(snapshot, works, minter)
            pair[:] = [keys]
            edit = Edit(snapshot, minter, editor.agent, datetime.now(UTC), editor.decides)
            change = decide(edit, keys, judgement, reason)
            said = f"{keys[0]} and {keys[1]}: {judgement}{f' ({reason.strip()})' if reason.strip() else ''}"
            return Proposal(change, Note(agent=editor.agent, kind="decision", message=editor.message or said))

        def show(snapshot: Snapshot) -> None:
            shown[:] = links(snapshot, pair[0], minter)

        entry = self._committer.commit(propose, expected, show)
        assert entry is not None  # it has a time of its own

        return _decided(pair[0], shown, entry, editor, judgement=judgement, reason=reason.strip() or None)

    def relate(
        self,
        works: Sequence[str],
        relation: str,
        subject: str | None,
        reason: str,
        editor: Editor,
        expected: Version | None = None,
    ) -> Decided:
        """State a relation of two works, given their keys or IRIs; `subject` is the one that is the translation ….

        Raises `BadRequest` naming the member at fault, also where the relation is stated already, and `Conflict` when
        `expected` is given and is not the head.
        """
        minter = self._library.minter
        made: list[RelatedPair] = []
        shown: list[Link] = []

        def propose(snapshot: Snapshot) -> Proposal:
            if not editor.decides:
                raise NotAllowed("a relation is stated by a curator; a contributor may propose that two are different")
            keys = _keys(snapshot, works, minter)
            edit = Edit(snapshot, minter, editor.agent, datetime.now(UTC), editor.decides)
            named = key_of(snapshot, subject, minter) if subject else None
            made[:] = [pair := related_pair(edit, keys, relation, named)]
            said = f"{pair.subject}: {relation} of {pair.other}{f' ({reason.strip()})' if reason.strip() else ''}"
            return Proposal(
                relate(edit, pair), Note(agent=editor.agent, kind="decision", message=editor.message or said)
            )

        def show(snapshot: Snapshot) -> None:
            shown[:] = links(snapshot, _in_order(made[0]), minter)

        entry = self._committer.commit(propose, expected, show)
        if entry is None:
            raise BadRequest("that is stated of the two works already", [("relation", "it is among their relations")])
        pair = made[0]

        return _decided(
            _in_order(pair),
            shown,
            entry,
            editor,
            judgement="related",
            relation=relation,
            work=pair.subject,
            reason=reason.strip() or None,
        )

    def listed(self, asked: DuplicateFilter) -> list[DuplicateCandidate]:
        """Return the duplicates asked for, found anew."""
        minter = self._library.minter

        def read(snapshot: Snapshot) -> list[DuplicateCandidate]:
            found = chosen(snapshot, similar_works(snapshot, minter), asked, minter)
            return [candidate_shape(snapshot, one, minter) for one in found]

        return self._library.read(read)


def _in_order(pair: RelatedPair) -> Pair:
    return min(pair.subject, pair.other), max(pair.subject, pair.other)


def _decided(keys: Pair, works: Sequence[Link], entry: Entry, editor: Editor, **said: str | None) -> Decided:
    """Return a decision on two works as JSON has it, with the entry that made it."""
    shape = DecidedDuplicate.model_validate(
        {
            "id": pair_id(keys),
            "works": works,
            "status": "accepted" if editor.decides else "proposed",
            "agent": editor.agent,
            "at": entry.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "current": True,
            "version": entry.version,
            **said,
        }
    )
    return Decided(shape, entry)


def pair_listed(snapshot: Snapshot, similar: Similar, id: str, minter: Minter) -> ListedCandidate:
    """Return the candidate that has that `id`, with what was decided of it. Raises `NotFound` where none has."""
    for one in listed(similar, read_decisions(snapshot, minter)):
        if one.candidate.id == id:
            return one
    raise NotFound(
        Message("no two works that may be one, or were decided, are called %(id)r: they may have changed since", id=id)
    )


def chosen(snapshot: Snapshot, similar: Similar, asked: DuplicateFilter, minter: Minter) -> list[ListedCandidate]:
    """Return those asked for of the duplicates of a state, the likeliest first, those marked *unsure* last."""
    found = [one for one in listed(similar, read_decisions(snapshot, minter)) if _is_asked(one, asked)]
    return sorted(found, key=lambda one: one.is_current)


def _is_asked(one: ListedCandidate, asked: DuplicateFilter) -> bool:
    if asked.work is not None and asked.work not in one.candidate.keys:
        return False
    if asked.decision == "open":
        return one.candidate.proposes == asked.proposes and still_open(one)
    if one.decision is None:
        return asked.decision == "any" and one.candidate.proposes == asked.proposes
    return asked.decision in ("any", one.decision.judgement)


def candidate_shape(snapshot: Snapshot, one: ListedCandidate, minter: Minter) -> DuplicateCandidate:
    """Return a candidate as JSON has it."""
    candidate = one.candidate
    return DuplicateCandidate(
        id=candidate.id,
        works=links(snapshot, candidate.keys, minter),
        proposes=candidate.proposes,
        relation=candidate.relation or None,
        score=candidate.score,
        reasons=list(candidate.reasons),
        decision=decision_shape(one.decision, is_current=one.is_current) if one.decision else None,
    )


def decision_shape(decision: Decision, *, is_current: bool) -> DuplicateDecision:
    """Return a decision as JSON has it."""
    return DuplicateDecision(
        judgement=decision.judgement,
        reason=decision.reason or None,
        agent=decision.agent or None,
        at=decision.at or None,
        current=is_current,
    )


def links(snapshot: Snapshot, keys: Pair, minter: Minter) -> list[Link]:
    """Return links to two works."""
    works = [minter.thing("work", key) for key in keys]
    return [Link(iri=w.value, key=key, label=label_of(snapshot, w)) for key, w in zip(keys, works, strict=True)]


def key_of(snapshot: Snapshot, given: str, minter: Minter) -> str:
    """Return the key of a work, given that, an alternative one, or its IRI. Raises `BadRequest`."""
    named = minter.kind_and_key(given)
    node = known_thing(snapshot, minter, minter.thing("work", named[1] if named and named[0] == "work" else given))
    if node is None or not is_work(snapshot, node):
        raise BadRequest(
            Message("there is no work %(given)r", given=given),
            [("works", Message("%(given)r is no key or IRI of a work", given=given))],
        )
    return minter.key(node.value)


def _keys(snapshot: Snapshot, works: Sequence[str], minter: Minter) -> Pair:
    """Return the keys of two works in order, given keys or IRIs, alternative keys included. Raises `BadRequest`."""
    found = {key_of(snapshot, given, minter) for given in works}
    if len(works) != 2 or len(found) != 2:
        raise BadRequest("a decision is on two works", [("works", "name two, which are not one already")])
    one, other = sorted(found)
    return one, other
