"""Which work of the home a record is, if any.

The same work: the same DOI; or, where not both have one, the same title (the same key, where
neither has a title) with people, year, venue, volume, issue and first page that do not contradict.
What is only similar is another work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from pyoxigraph import Literal, NamedNode

from app.derived.graph import PROLOGUE, Snapshot
from app.derived.records import record_of
from app.model.identifiers import doi_key
from app.model.minter import Minter, slug
from app.model.record import Loss, Record
from app.model.signature import Signature, signature

_FIELDS = tuple(item.name for item in fields(Record))
COMPARED = ("volume", "issue", "number", "container_title", "type")


@dataclass(frozen=True, slots=True)
class Merged:
    """A record as the home holds it with what another adds, and where the two differ (the home's value stays)."""

    record: Record
    conflicts: tuple[Loss, ...]


class Matcher:
    """Finds records among the works of a state, and among those it has been told of since."""

    def __init__(self, state: Snapshot, minter: Minter) -> None:
        self._state = state
        self._minter = minter
        self._by_key: dict[str, NamedNode | Record | Callable[[], Record]] = {}
        self._by_doi: dict[str, str] = {}
        self._by_title: dict[str, list[str]] = {}
        rows = state.select(
            f"""{PROLOGUE}SELECT ?work ?title ?doi WHERE {{ ?work a fabio:Expression
            OPTIONAL {{ ?work dcterms:title ?title }} OPTIONAL {{ ?work prism:doi ?doi }} }}"""
        )
        for row in rows:
            work, title, doi = row["work"], row["title"], row["doi"]
            if isinstance(work, NamedNode):
                key = minter.key(work.value)
                self._by_key[key] = work
                if isinstance(doi, Literal):
                    self._by_doi[doi_key(doi.value)] = key
                if isinstance(title, Literal):
                    self._by_title.setdefault(slug(title.value), []).append(key)

    def find(self, record: Record) -> Record | None:
        """The record of the same work, or None."""
        for key in self.candidates(signature(record)):
            there = self.record(key)
            if same_work(there, record):
                return there
        return None

    def record(self, key: str) -> Record:
        """The record of a work that is there."""
        held = self._by_key[key]
        if isinstance(held, Record):
            return held
        found = record_of(self._state, held, self._minter) if isinstance(held, NamedNode) else held()
        self._by_key[key] = found
        return found

    def key_of_doi(self, doi: str) -> str | None:
        """The key of the work that has that DOI, in any spelling of it."""
        return self._by_doi.get(doi_key(doi))

    def holds(self, key: str) -> bool:
        """Whether a work has that key."""
        return key in self._by_key

    def free_key(self, key: str) -> str:
        """That key, or the first of `key-2`, `key-3` … that no work has."""
        if key not in self._by_key:
            return key
        number = 2
        while f"{key}-{number}" in self._by_key:
            number += 1
        return f"{key}-{number}"

    def learn(self, of: Signature, record: Record | Callable[[], Record]) -> None:
        """Count a record of that signature as there from now on."""
        if of.key not in self._by_key and of.title:
            self._by_title.setdefault(of.title, []).append(of.key)
        if of.doi:
            self._by_doi.setdefault(of.doi, of.key)
        self._by_key[of.key] = record

    def candidates(self, of: Signature) -> list[str]:
        """The keys of the works that a record of that signature is to be compared with."""
        found = [self._by_doi[of.doi]] if of.doi and of.doi in self._by_doi else []
        if of.key in self._by_key:
            found.append(of.key)
        if of.title:
            found += self._by_title.get(of.title, ())
        return list(dict.fromkeys(found))


def same_work(one: Record, other: Record) -> bool:
    """Whether two records are of one work."""
    if one.doi and other.doi:
        return doi_key(one.doi) == doi_key(other.doi)
    if slug(one.title or "") != slug(other.title or "") or not (one.title or one.key == other.key):
        return False
    return (
        _agree(one.year, other.year)
        and _agree(_families(one), _families(other))
        and _agree(_first_page(one), _first_page(other))
        and all(_agree(_folded(one, name), _folded(other, name)) for name in COMPARED)
    )


def _agree(one: object, other: object) -> bool:
    return not one or not other or one == other


def _families(record: Record) -> list[str]:
    names = record.names("author") or record.names("editor")
    return [slug(name.family or name.literal or "") for name in names]


def _first_page(record: Record) -> str:
    return (record.page or "").partition("-")[0].strip()


def _folded(record: Record, name: str) -> str:
    return slug(value) if (value := getattr(record, name)) else ""


def merge(held: Record, new: Record) -> Merged:
    """What the home's record becomes when it takes what only the new one has."""
    filled: dict[str, object] = {}
    conflicts: list[Loss] = []
    for name in _FIELDS:
        ours, theirs = getattr(held, name), getattr(new, name)
        if name in ("key", "part_of", "rich") or not theirs or ours == theirs:
            continue
        if name == "doi" and ours and doi_key(ours) == doi_key(theirs):
            continue  # one DOI in two spellings
        if name == "extra":
            filled[name] = {**theirs, **ours}
        elif not ours:
            filled[name] = theirs
        elif name in ("keywords", "isbn", "issn"):
            filled[name] = tuple(sorted({*ours, *theirs}))
        else:
            conflicts.append(Loss(field=name, raw=_text(theirs), why=f"the library holds {_text(ours)!r}, which stays"))
    record = replace(held, **filled) if filled else held  # type: ignore[arg-type]
    record, more = _with_rich(record, new)
    return Merged(record, (*conflicts, *more))


def _with_rich(held: Record, new: Record) -> tuple[Record, list[Loss]]:
    """The home's record with the rich forms that the new one has of the same texts, and those that differ."""
    added: dict[str, str] = {}
    conflicts: list[Loss] = []
    for name, form in new.rich.items():
        ours = held.rich.get(name)
        if getattr(held, name) != getattr(new, name) or ours == form:
            continue  # another text is a conflict already
        if ours is None:
            added[name] = form
        else:
            conflicts.append(Loss(field=name, raw=form, why=f"the library holds {ours!r}, which stays"))
    return (replace(held, rich={**held.rich, **added}) if added else held), conflicts


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(item.name.inverted if hasattr(item, "name") else str(item) for item in value)
    return str(value)
