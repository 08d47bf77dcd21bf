"""Find the work of the home that a record is of, and fill the gaps of that work from the record.

The rule for one work is in `commonplace.curation.duplicates.same_work`. A record that is only similar is of another
work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import takewhile
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from commonplace.curation.duplicates.same_work import could_be_same, match_grounds, plainly_other
from commonplace.curation.known_works import KnownWorks, Layer
from commonplace.derived.graph.merged import merged_things, record_of_merge, survivor_of
from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message
from commonplace.model.citation_key import MadeKeys, author_year
from commonplace.model.identifiers import doi_key
from commonplace.model.match_key import MatchKey, isbn_stem, match_key
from commonplace.model.minter import Minter
from commonplace.model.names import Contributor
from commonplace.model.other_titles import TERMS
from commonplace.model.record import HELD_VALUE_STAYS, Loss, Record
from commonplace.model.record_json import read_record
from commonplace.model.relations import gravest, status_of_fields

_FIELDS = tuple(item.name for item in fields(Record))
NUMBERED = 100
"""Maximum number of works without a title, numbered after one key, that a record of that key is compared with."""

_NOT_COMPARED = frozenset(("key", "alternative_keys", "key_is_made", "part_of", "rich", "contributors"))
"""Fields that `fill_gaps` leaves alone, or fills in its own way."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A record of the home whose gaps another record filled, and the values of that other that it does not take."""

    record: Record
    conflicts: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A work that a record is of, and what that rests on (`match_grounds`)."""

    record: Record
    grounds: tuple[str, ...]


class HasRecord(Protocol):
    """An object that makes a record when it is asked for it."""

    @property
    def record(self) -> Record:
        """Return the record, made anew each time."""


class Matcher:
    """Find records among the works of a state and those that it has learnt of since."""

    def __init__(self, snapshot: Snapshot, minter: Minter, known: KnownWorks | None = None) -> None:
        """Find among the works that are `known` of the state, which are read from it where they are not given."""
        self._snapshot = snapshot
        self._minter = minter
        self.known = known = known or KnownWorks.of(snapshot, minter)
        self._by_key: dict[str, NamedNode | Record | HasRecord] = Layer(known.nodes)
        self._by_alternative_key = Layer(known.by_alternative_key)
        self._by_doi = Layer(known.by_doi)
        self._by_title = Layer(known.by_title)
        self._by_identifier = Layer(known.by_identifier)
        self._match_keys: dict[str, MatchKey] = {}
        self._new: set[str] = set()
        """Keys of the works that it has learnt of, and that the state does not have."""
        self._next_number: dict[str, int] = {}
        by_key, by_alternative = self._by_key, self._by_alternative_key  # a method of this object would be a circle
        self._made_keys = MadeKeys(lambda key: key in by_key or key in by_alternative)
        self._forms: dict[str, list[Record]] = {}
        for merged in merged_things(snapshot, minter):
            self._learn_merged(merged)

    def _learn_merged(self, merged: NamedNode) -> None:
        """Know a work by the key and the records that it and another had before they were merged."""
        key = self._minter.key(survivor_of(self._snapshot, merged, self._minter).value)
        if key not in self._by_key:
            return
        self._by_alternative_key.setdefault(self._minter.key(merged.value), key)
        for form in read_forms(record_of_merge(self._snapshot.triples(merged), self._minter)):
            self._forms.setdefault(key, []).append(form)
            of = match_key(form)
            if of.title:
                _enter(self._by_title, of.title, key)
            if of.doi:
                _enter(self._by_doi, of.doi, key)
            for identifier in of.identifiers:
                _enter(self._by_identifier, identifier, key)

    def match(self, record: Record) -> Match | None:
        """Return the work that a record is of, and on what that rests; None where the library does not have it."""
        of = match_key(record)
        for key in self.candidates(of):
            if not plainly_other(self._match_key(key), of):
                grounds = match_grounds(self.record(key), record, is_new=key in self._new)
                if grounds:
                    return Match(self.record(key), grounds)
            for form in self._forms.get(key, ()):
                if grounds := match_grounds(form, record):
                    return Match(self.record(key), grounds)
        return None

    def find(self, record: Record) -> Record | None:
        """Return the record of the same work, or None."""
        found = self.match(record)
        return found.record if found else None

    def recognise(self, reference: Record) -> Record | None:
        """Return the first work of that title which nothing in a reference contradicts; None where there is none."""
        for key in self.candidates(match_key(reference)):
            there = self.record(key)
            if could_be_same(there, reference):
                return there
        return None

    def record(self, key: str) -> Record:
        """Return the record of a work that is there."""
        held = self._by_key[key]
        if isinstance(held, Record):
            return held
        found = record_of(self._snapshot, held, self._minter) if isinstance(held, NamedNode) else held.record
        self._by_key[key] = found
        return found

    def key_of_doi(self, doi: str) -> str | None:
        """Return the key of the work that has a DOI, in any spelling; of several the one that came first."""
        return next(iter(self.keys_of_doi(doi)), None)

    def keys_of_doi(self, doi: str) -> list[str]:
        """Return the keys of all works that have a DOI, in the order in which they came."""
        return list(self._by_doi.get(doi_key(doi)) or ())

    def holds(self, key: str) -> bool:
        """Return whether a work has that key, or has it as an alternative one."""
        return key in self._by_key or key in self._by_alternative_key

    def key_of_work(self, key: str) -> str | None:
        """Return the key of the work that has this key, or has it as an alternative one; None where no work has."""
        return key if key in self._by_key else self._by_alternative_key.get(key)

    def free_key(self, key: str) -> str:
        """Return that key, or the first of `key-2`, `key-3` … that no work has."""
        if not self.holds(key):
            return key
        number = self._next_number.get(key, 2)
        while self.holds(f"{key}-{number}"):
            number += 1
        self._next_number[key] = number
        return f"{key}-{number}"

    def free_made_key(self, record: Record) -> str:
        """Return the author–year key of a record, with the letters that make it one no work has."""
        return self._made_keys.free(author_year(record))

    def learn(self, of: MatchKey, record: Record | HasRecord) -> None:
        """Count a record of that match key among the works from now on."""
        if of.key not in self._by_key:
            self._new.add(of.key)
            if of.title:
                self._by_title.setdefault(of.title, []).append(of.key)
        if of.doi:
            _enter(self._by_doi, of.doi, of.key)
        for identifier in of.identifiers:
            _enter(self._by_identifier, identifier, of.key)
        for alternative in of.alternative_keys:
            self._by_alternative_key.setdefault(alternative, of.key)
        self._by_key[of.key] = record
        self._match_keys[of.key] = of

    def candidates(self, of: MatchKey) -> list[str]:
        """Return the keys of the works that a record of that match key is to be compared with."""
        found = self.sharing_identifier(of)
        for key in of.keys:
            if there := self.key_of_work(key):
                found.append(there)
        if not of.title and of.key in self._by_key:
            found += self._numbered(of.key)
        if of.title:
            found += self._by_title.get(of.title) or ()
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def sharing_identifier(self, of: MatchKey) -> list[str]:
        """Return the keys of the works that have the DOI or another identifier of that match key."""
        found = list(self._by_doi.get(of.doi) or ()) if of.doi else []
        for identifier in of.identifiers:
            found += self._by_identifier.get(identifier) or ()
        return found

    def _numbered(self, key: str) -> Iterator[str]:
        """Yield the first keys that were made by numbering a key that was taken."""
        numbered = (f"{key}-{number}" for number in range(2, NUMBERED + 2))
        return takewhile(self._by_key.__contains__, numbered)

    def _match_key(self, key: str) -> MatchKey:
        if key not in self._match_keys:
            self._match_keys[key] = match_key(self.record(key))
        return self._match_keys[key]


def read_forms(record: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the records that works had before they were merged, from the record of the merge."""
    for members in record.get("forms", ()):
        try:
            yield read_record(members)
        except (ValueError, TypeError, KeyError):
            continue  # written by somebody else, in another form than the model's


def _enter(index: dict[str, list[str]], of: str, key: str) -> None:
    keys = index.setdefault(of, [])
    if key not in keys:
        keys.append(key)


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""


def fill_gaps(held: Record, new: Record) -> Filled:
    """Return the held record with the values that only the new one has; where both have one, the held value stays."""
    filled: dict[str, object] = {}
    conflicts: list[Loss] = []
    for name in _FIELDS:
        ours, theirs = getattr(held, name), getattr(new, name)
        if name in _NOT_COMPARED or not theirs or ours == theirs:
            continue
        if name == "doi" and ours and doi_key(ours) == doi_key(theirs):
            continue  # one DOI in two spellings
        if name == "extra":
            filled[name], differing = _with_extra(held, new)
            conflicts += differing
        elif not ours:
            filled[name] = theirs
        elif name == "isbn":
            stems = {isbn_stem(isbn) for isbn in ours}
            filled[name] = (*ours, *(isbn for isbn in theirs if isbn_stem(isbn) not in stems))
        elif name in ("keywords", "issn", *TERMS):
            filled[name] = tuple(sorted({*ours, *theirs}))
        else:
            conflicts.append(Loss(field=name, raw=_text(theirs), why=_stays(_text(ours))))
    if new.contributors and new.contributors != held.contributors:
        people, differing = _with_roles(held, new)
        conflicts = [*differing, *conflicts]
        if people != held.contributors:
            filled["contributors"] = people
    record = replace(held, **filled) if filled else held  # type: ignore[arg-type]
    record, more = _with_rich(record, new)
    return Filled(record, (*conflicts, *more))


def fields_added(before: Record, after: Record) -> list[str]:
    """Return the fields of a record that have more than before, those without a home here by their own names."""
    names = [name for name in _FIELDS if name != "extra" and getattr(before, name) != getattr(after, name)]
    return names + [name for name in after.extra if name not in before.extra]


def _with_roles(held: Record, new: Record) -> tuple[tuple[Contributor, ...], list[Loss]]:
    """Return the held contributors with those in roles that nobody holds there, and the roles that differ."""
    added: list[Contributor] = []
    conflicts: list[Loss] = []
    for role in dict.fromkeys(contributor.role for contributor in new.contributors):
        ours, theirs = ([c for c in record.contributors if c.role == role] for record in (held, new))
        if not ours:
            added += theirs
        elif ours != theirs:
            conflicts.append(Loss(field=role, raw=_people(theirs), why=_stays(_people(ours))))
    return (*held.contributors, *added), conflicts


def _with_extra(held: Record, new: Record) -> tuple[dict[str, str], list[Loss]]:
    """Return the home's other fields with those it does not have, and those that differ; the graver status counts."""
    roles = {f"more{contributor.role}" for contributor in held.contributors}
    added = {name: value for name, value in new.extra.items() if name not in roles}  # ours may be the whole list
    ours, theirs = status_of_fields(held.extra), status_of_fields(new.extra)
    if ours and theirs and gravest([ours, theirs]) != ours:
        held = replace(held, extra={**held.extra, "status": new.extra["status"]})
    conflicts = [
        Loss(field=name, raw=value, why=_stays(held.extra[name]))
        for name, value in added.items()
        if held.extra.get(name, value) != value
    ]
    return {**added, **held.extra}, conflicts


def _people(contributors: Iterable[Contributor]) -> str:
    return "; ".join(contributor.name.inverted for contributor in contributors)


def _stays(held: object) -> str:
    return Message(HELD_VALUE_STAYS, held=held)


def _with_rich(held: Record, new: Record) -> tuple[Record, list[Loss]]:
    """Return the held record with the rich forms that the new one has of the same texts, and those that differ."""
    added: dict[str, str] = {}
    conflicts: list[Loss] = []
    for name, form in new.rich.items():
        ours = held.rich.get(name)
        if getattr(held, name) != getattr(new, name) or ours == form:
            continue  # another text is a conflict already
        if ours is None:
            added[name] = form
        else:
            conflicts.append(Loss(field=name, raw=form, why=_stays(ours)))
    return (replace(held, rich={**held.rich, **added}) if added else held), conflicts


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
