"""Match names with the people that a library holds, each match with its reasons.

The same name is not the same person without a reason: another form of the name that is recorded, or people in the same
list who wrote with that person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.errors import Message
from commonplace.model.minter import Minter, slug
from commonplace.model.names import Name

MAXIMUM_CANDIDATES = 10
"""Maximum number of people that are shown for one name, the likeliest."""

_SAME, _OTHER_FORM, _INITIALS, _FAMILY, _TOGETHER = 50, 60, 35, 10, 15
"""What each reason counts, of 100."""


@dataclass(slots=True)
class PersonMatch:
    """A person who may be meant by a name: a score up to 100, and the reasons in words."""

    person: NamedNode
    name: str
    score: int
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _KnownPerson:
    person: NamedNode
    name: str
    family: str
    given: str
    others: frozenset[str]


def match_people(snapshot: Snapshot, names: Sequence[Name], minter: Minter) -> list[list[PersonMatch]]:
    """Return for each name the people who may be meant, the likeliest first."""
    held = _people(snapshot, minter)
    by_family: dict[str, list[_KnownPerson]] = defaultdict(list)
    by_form: dict[str, list[_KnownPerson]] = defaultdict(list)
    for one in held:
        by_family[one.family or slug(one.name)].append(one)
        for form in one.others:
            by_form[form].append(one)
    found = [_by_name(name, by_family, by_form) for name in names]
    _together(snapshot, found)
    for matches in found:
        matches.sort(key=lambda match: (-match.score, match.person.value))
    return [matches[:MAXIMUM_CANDIDATES] for matches in found]


def _by_name(
    name: Name, by_family: dict[str, list[_KnownPerson]], by_form: dict[str, list[_KnownPerson]]
) -> list[PersonMatch]:
    full, family = slug(name.full), slug(" ".join(filter(None, (name.particle, name.family or name.literal))))
    matches: dict[NamedNode, PersonMatch] = {}
    for one in by_form.get(full, ()):
        matches[one.person] = PersonMatch(one.person, one.name, _OTHER_FORM, ["a recorded form of the name"])
    for one in by_family.get(family, ()):
        if one.person in matches:
            continue
        if slug(one.name) == full:
            matches[one.person] = PersonMatch(one.person, one.name, _SAME, ["the name is the same"])
        elif name.given and one.given and compatible(slug(name.given), slug(one.given)):
            matches[one.person] = PersonMatch(one.person, one.name, _INITIALS, ["the initials fit"])
        elif not (name.given and one.given):
            matches[one.person] = PersonMatch(one.person, one.name, _FAMILY, ["the family name is the same"])
    return list(matches.values())


def compatible(left: str, right: str) -> bool:
    """Return whether two given names may be one: each word is the other's, or its initial, as far as both go."""
    return all(
        one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
        for one, other in zip(left.split("-"), right.split("-"), strict=False)
    )


def _together(snapshot: Snapshot, found: Sequence[Sequence[PersonMatch]]) -> None:
    """Raise the score of people who wrote with people that other names of the list match."""
    people = {match.person: match.name for matches in found for match in matches}
    places: dict[NamedNode, set[int]] = defaultdict(set)
    for number, matches in enumerate(found):
        for match in matches:
            places[match.person].add(number)
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT DISTINCT ?one ?other WHERE {{
        {values_clause("one", people)} {values_clause("other", people)}
        ?work dcterms:creator ?one, ?other . FILTER(?one != ?other) }} ORDER BY ?one ?other"""
    )
    with_whom: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for row in rows:
        one, other = row["one"], row["other"]
        if isinstance(one, NamedNode) and isinstance(other, NamedNode):
            with_whom[one].append(other)
    for number, matches in enumerate(found):
        for match in matches:
            others = [other for other in with_whom[match.person] if places[other] - {number}]
            if others:
                match.score = min(match.score + _TOGETHER * len(others), 100)
                match.reasons.append(
                    Message("wrote with %(people)s of this list", people=", ".join(people[other] for other in others))
                )


def _people(snapshot: Snapshot, minter: Minter) -> list[_KnownPerson]:
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT ?person ?name ?family ?given ?particle ?other WHERE {{
        {{ ?person a foaf:Person }} UNION {{ ?person a foaf:Organization }}
        ?person foaf:name ?name
        OPTIONAL {{ ?person foaf:familyName ?family }} OPTIONAL {{ ?person foaf:givenName ?given }}
        OPTIONAL {{ ?person cp:particle ?particle }} OPTIONAL {{ ?person skos:altLabel ?other }} }}"""
    )
    held: dict[NamedNode, _KnownPerson] = {}
    others: dict[NamedNode, set[str]] = defaultdict(set)
    for row in rows:
        person = row["person"]
        if not isinstance(person, NamedNode) or minter.kind_and_key(person.value) is None:
            continue
        if isinstance(other := row["other"], Literal):
            others[person].add(slug(other.value))
        texts = [term.value if isinstance(term := row[name], Literal) else "" for name in ("name", "family", "given")]
        particle = row["particle"].value if isinstance(row["particle"], Literal) else ""
        family = slug(f"{particle} {texts[1]}".strip()) if texts[1] else ""
        held.setdefault(person, _KnownPerson(person, texts[0], family, texts[2], frozenset()))
    return [
        _KnownPerson(one.person, one.name, one.family, one.given, frozenset(others[one.person]))
        for one in sorted(held.values(), key=lambda one: one.person.value)
    ]
