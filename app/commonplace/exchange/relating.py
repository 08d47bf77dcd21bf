"""Accept a relation that two works are proposed in: state it of them, and forget what was decided on them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pyoxigraph import Quad

from commonplace.curation.duplicates.decisions import decisions_on
from commonplace.curation.duplicates.relations import RELATIONS
from commonplace.curation.editing.edits import edited
from commonplace.curation.editing.fields import Edit
from commonplace.errors import BadRequest, Message
from commonplace.exchange.edits import members
from commonplace.model.change import ChangeSet
from commonplace.model.relations import gravest
from commonplace.model.work_relations import PROPOSED_AS

Relation = Literal[
    "edition", "part", "version", "translation", "correction", "reply", "review", "chapter", "supplement"
]
"""A relation that two works may be proposed in (`comparison.RELATIONS`)."""

_SMALLER: Mapping[str, tuple[str, ...]] = {
    "chapter": ("chapter", "paper-conference", "entry", "entry-encyclopedia", "entry-dictionary"),
    "supplement": ("dataset", "software", "figure", "graphic"),
}
"""Types of the work that is a part of the other, or its supplement."""


@dataclass(frozen=True, slots=True)
class RelatedPair:
    """Two works, by key, of which the first is the translation, the later version, the erratum, the chapter …."""

    subject: str
    other: str
    relation: str


def related_pair(edit: Edit, keys: tuple[str, str], relation: str, subject: str | None) -> RelatedPair:
    """Return the two works of a relation in order, `subject` being the first, where it is given.

    Else it is the later of the two, or the one whose type tells. Raises `BadRequest` where nothing tells.
    """
    if relation not in RELATIONS:
        choices = ", ".join(RELATIONS)
        raise BadRequest(
            Message("%(relation)r is no relation of two works", relation=relation),
            [("relation", Message("use one of %(choices)s", choices=choices))],
        )
    if subject is not None and subject not in keys:
        raise BadRequest(
            Message("%(subject)r is none of the two works", subject=subject),
            [("work", Message("use %(keys)s or %(keys2)s", keys=keys[0], keys2=keys[1]))],
        )
    first = subject or _told(edit, keys, relation)
    if first is None:
        why = Message(
            "say which of %(keys)s and %(keys2)s it is that is the %(relation)s of the other",
            keys=keys[0],
            keys2=keys[1],
            relation=relation,
        )
        raise BadRequest(Message("nothing tells which work is the %(relation)s", relation=relation), [("work", why)])
    return RelatedPair(first, keys[1] if first == keys[0] else keys[0], relation)


def _told(edit: Edit, keys: tuple[str, str], relation: str) -> str | None:
    """Return the key of the work that is the later, or that its type tells; None where neither does."""
    said = {key: _members(edit, key) for key in keys}
    if relation in _SMALLER:
        found = [key for key in keys if said[key].get("type") in _SMALLER[relation]]
    else:
        years = {key: said[key]["year"] for key in keys if said[key].get("year") is not None}
        latest = max(years.values(), default=None)
        found = [key for key, year in years.items() if year == latest] if len(years) == len(keys) else []
    return found[0] if len(found) == 1 else None


def relate(edit: Edit, pair: RelatedPair) -> ChangeSet:
    """Return the change that states a relation of two works, and takes a decision on them away.

    A chapter gets the other work as its container; a work that is corrected gets that status, unless it has a graver
    one.
    """
    before = _members(edit, pair.subject)
    if pair.relation == "chapter":
        after = {**before, "container": {"key": pair.other}}
    else:
        stated = {"relation": PROPOSED_AS[pair.relation], "work": {"key": pair.other}}
        after = {**before, "relations": [*before.get("relations", []), stated]}
    changes = [_edited(edit, pair.subject, before, after)]
    if pair.relation == "correction":
        other = _members(edit, pair.other)
        changes.append(
            _edited(edit, pair.other, other, {**other, "status": gravest([other.get("status"), "corrected"])})
        )
    works = [edit.minter.thing("work", key) for key in (pair.subject, pair.other)]
    decisions = (t for node in decisions_on(edit, works) for t in edit.snapshot.triples(node))
    gone = tuple(Quad(t.subject, t.predicate, t.object) for t in decisions)
    return ChangeSet(
        tuple(quad for change in changes for quad in change.added),
        (*(quad for change in changes for quad in change.removed), *gone),
    )


def _members(edit: Edit, key: str) -> dict[str, Any]:
    return members(edit.snapshot, "work", edit.minter.thing("work", key), edit.minter)


def _edited(edit: Edit, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> ChangeSet:
    return edited(edit, "work", edit.minter.thing("work", key), before, after)
