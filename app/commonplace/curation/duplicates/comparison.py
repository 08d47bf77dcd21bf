"""Compare two works: propose them as one work, as related works, or not at all, with the reasons in words."""

from __future__ import annotations

from typing import NamedTuple

from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reasons import reasons
from commonplace.curation.duplicates.relations import relation_of
from commonplace.curation.duplicates.signs import ALIKE, chance, have_one_range, signs_of
from commonplace.curation.duplicates.titles import plainly_other
from commonplace.curation.duplicates.weights import PROPOSED


class Compared(NamedTuple):
    """What a comparison of two works proposes: `same`, `relation` or nothing; which relation; and the reasons.

    `score` is the chance that they are one work, in percent.
    """

    proposes: str
    relation: str
    score: float
    reasons: tuple[str, ...]


NOTHING = Compared("", "", 0.0, ())


def compare(one: Particulars, other: Particulars) -> Compared:
    """Return what a comparison of two works proposes."""
    if not one.title.letters or not other.title.letters:
        return NOTHING
    if one.key == other.part_of or other.key == one.part_of:
        return NOTHING
    signs = signs_of(one, other)
    if signs is None:
        return NOTHING
    relation, why = relation_of(signs, one, other)
    if why and not relation:
        return NOTHING
    score = round(chance(signs, one, other), 1)
    if why:
        return Compared("relation", relation, min(score, PROPOSED), _kept(why, *reasons(signs, one, other)))
    if score < PROPOSED:
        return NOTHING
    return Compared("same", "", score, _kept(*reasons(signs, one, other)))


def _kept(*reasons: str) -> tuple[str, ...]:
    """Return reasons as plain texts, which `marshal` packs; a page finds their sentences again (`Because`)."""
    return tuple(map(str, reasons))


def is_plainly_other(one: Particulars, other: Particulars) -> bool:
    """Return whether the titles alone show that nothing is proposed: `compare` finds so, too, in ten times as long."""
    return (
        plainly_other(one.title, other.title, ALIKE)
        and not have_one_range(one, other)
        and (not one.doi or one.doi != other.doi)
        and one.identifiers.isdisjoint(other.identifiers)
    )
