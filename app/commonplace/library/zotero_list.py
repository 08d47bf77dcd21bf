"""List works as items of a Zotero library: evidence as their notes, concepts and cases as collections, at any version.

A collection has the works that discuss its concept itself; those that discuss a narrower one are in its subcollections.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.derived.thing_versions import ThingVersions
from commonplace.library.harvest import Harvest
from commonplace.library.states import States
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.model.zotero_keys import zotero_keys
from commonplace.model.zotero_terms import ITEM_TYPE, NOTE

KEPT_LISTS = 3
"""Maximum number of lists kept in memory, of a version each: clients ask for page after page of one."""

_EVIDENCE = f"""{PROLOGUE}SELECT ?evidence ?work ?about ?state ?standing WHERE {{ ?evidence a cp:Evidence ;
 cp:work ?work ; cp:about ?about ; cp:state ?state ; cp:standing ?standing }}"""
_TYPES = f"{PROLOGUE}SELECT ?work ?type WHERE {{ ?work a fabio:Expression ; dcterms:type ?type }}"
_KEYWORDS = f"{PROLOGUE}SELECT ?work ?word WHERE {{ ?work a fabio:Expression ; prism:keyword ?word }}"
_CASES = f"{PROLOGUE}SELECT ?case ?work WHERE {{ ?case a cp:Case ; cp:describedBy ?work }}"
_BROADER = f"{PROLOGUE}SELECT ?concept ?broader WHERE {{ ?concept skos:broader ?broader }}"
_NAMES = f"""{PROLOGUE}SELECT ?thing ?label WHERE {{
 {{ ?thing a skos:Concept ; skos:prefLabel ?label }} UNION {{ ?thing a cp:Case ; rdfs:label ?label }} }}"""


class ZoteroItem(NamedTuple):
    """A work, or evidence as a note of a work: its key, its IRI, and the versions that made it and changed it last."""

    key: str
    iri: str
    first: Version
    version: Version
    type: str
    """Zotero's item type: `note` for evidence."""
    parent: str = ""
    """The IRI of the work that a note belongs to."""


class ZoteroCollection(NamedTuple):
    """A concept or case: its key, its IRI, its name, the key of the collection that it is in, and its own works."""

    key: str
    iri: str
    version: Version
    name: str
    parent: str | None
    works: AbstractSet[str]
    """IRIs."""


class ZoteroTag(NamedTuple):
    """The name of a concept that works discuss, or a keyword (`automatic`), with the IRIs of its works."""

    name: str
    automatic: bool
    works: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class ZoteroList:
    """Everything that a library has for Zotero's programs at a version."""

    version: Version
    items: Mapping[str, ZoteroItem]
    """Works and notes by key, works first; each in the order in which they last changed, newest first."""
    notes: Mapping[str, tuple[str, ...]]
    """The keys of the notes of each work, by its IRI."""
    collections: Mapping[str, ZoteroCollection]
    """By key."""
    tags: Mapping[str, ZoteroTag]
    """By name."""
    gone: Mapping[str, Version]
    """The keys of works and notes that are there no longer, with the version at which they went."""
    collections_of: Mapping[str, tuple[str, ...]]
    """The keys of the collections that a work is in, by its IRI."""
    concepts_of: Mapping[str, tuple[str, ...]]
    """The names of the concepts that a work discusses, by its IRI."""
    keys: Mapping[str, str]
    """The key of each item, by its IRI."""


class ZoteroLists:
    """The lists of one library. Safe to share between threads."""

    def __init__(self, harvest: Harvest, things: ThingVersions, minter: Minter) -> None:
        self._harvest = harvest
        self._things = things
        self._minter = minter
        self._lists: OrderedDict[Version, ZoteroList] = OrderedDict()
        self._lock = Lock()

    def at(self, snapshot: Snapshot, states: Callable[[Snapshot], States]) -> ZoteroList:
        """Return the list at a snapshot, whose states are those."""
        with self._lock:
            if (found := self._lists.get(snapshot.version)) is None:
                found = self._lists[snapshot.version] = self._made(snapshot, states)
            self._lists.move_to_end(snapshot.version)
            while len(self._lists) > KEPT_LISTS:
                self._lists.popitem(last=False)
            return found

    def _made(self, snapshot: Snapshot, states: Callable[[Snapshot], States]) -> ZoteroList:
        harvested = self._harvest.at(snapshot, states).works
        live = {one.iri: one.version for one in harvested if not one.deleted}
        said = _Said.of(snapshot, live, self._minter)
        left = self._harvest.evidence_gone(snapshot.version)
        members = [one for one in (*said.works_on, *said.works_of_case) if self._minter.kind_and_key(one)]
        touched = self._things.first_and_last(
            (*live, *said.evidence, *members, *said.broader.values()), snapshot.version
        )
        keys = self._keys([*(one.iri for one in harvested), *said.evidence, *left], snapshot.version)
        names = _names(snapshot, self._minter)
        collections = self._collections(said, names, touched)
        of_work: dict[str, list[str]] = {}
        for collection in collections.values():
            for work in collection.works:
                of_work.setdefault(work, []).append(collection.key)
        about = {iri: (*said.concepts.get(iri, ()), *said.cases.get(iri, ())) for iri in live}
        works = [
            ZoteroItem(
                keys[iri],
                iri,
                touched.get(iri, _NEVER)[0],
                max(version, *(touched.get(one, _NEVER)[1] for one in about[iri])) if about[iri] else version,
                said.types.get(iri, "document"),
            )
            for iri, version in live.items()
        ]
        notes = [
            ZoteroItem(keys[iri], iri, *touched.get(iri, _NEVER), NOTE, work)
            for iri, (work, accepted) in said.evidence.items()
            if accepted and work in live
        ]
        gone = {keys[one.iri]: one.version for one in harvested if one.deleted}
        gone |= {keys[iri]: version for iri, version in left.items() if iri not in said.evidence}
        shown = {note.iri for note in notes}
        gone |= {keys[iri]: touched.get(iri, _NEVER)[1] for iri in said.evidence if iri not in shown}
        of_notes: dict[str, list[str]] = {}
        for note in notes:
            of_notes.setdefault(note.parent, []).append(note.key)
        return ZoteroList(
            version=snapshot.version,
            items={item.key: item for several in (works, notes) for item in sorted(several, key=_newest_first)},
            notes={work: tuple(several) for work, several in of_notes.items()},
            collections=collections,
            tags=_tags(said, names),
            gone=gone,
            collections_of={work: tuple(several) for work, several in of_work.items()},
            concepts_of={
                work: tuple(sorted(names.get(one, one) for one in several)) for work, several in said.concepts.items()
            },
            keys=keys,
        )

    def _keys(self, iris: Iterable[str], version: Version) -> dict[str, str]:
        """Return the keys of things by IRI; they follow from kind and key, whatever the address of the library."""
        listed = list(iris)

        def first() -> dict[str, int]:
            return {iri: ends[0] for iri, ends in self._things.first_and_last(listed, version).items()}

        start = len(f"{self._minter.base}id/")
        named = zotero_keys({iri[start:] for iri in listed}, lambda: {iri[start:]: age for iri, age in first().items()})
        return {iri: named[iri[start:]] for iri in listed}

    def _collections(
        self, said: _Said, names: Mapping[str, str], touched: Mapping[str, tuple[Version, Version]]
    ) -> dict[str, ZoteroCollection]:
        """Return the concepts that works discuss, and those above them, and the cases that works describe, by name."""
        shown = dict.fromkeys(said.works_on)
        for concept in said.works_on:
            shown |= dict.fromkeys(said.above(concept))
        iris = [iri for iri in (*shown, *said.works_of_case) if self._minter.kind_and_key(iri)]
        keys = self._keys(iris, EMPTY)
        made = [
            ZoteroCollection(
                keys[iri],
                iri,
                touched.get(iri, _NEVER)[1],
                names.get(iri) or self._minter.key(iri),
                keys.get(said.parent(iri)) if iri in shown else None,
                frozenset(said.works_on.get(iri) or said.works_of_case.get(iri) or ()),
            )
            for iri in iris
        ]
        return {one.key: one for one in sorted(made, key=lambda one: (one.name.casefold(), one.key))}


_NEVER = (EMPTY, EMPTY)


@dataclass(slots=True)
class _Said:
    """What evidence and cases say of works, and how the works are described, by IRI."""

    evidence: dict[str, tuple[str, bool]]
    """The work of each piece of evidence, and whether it is accepted."""
    concepts: dict[str, list[str]]
    """The concepts that each work discusses."""
    cases: dict[str, list[str]]
    """The cases that each work describes."""
    works_on: dict[str, set[str]]
    works_of_case: dict[str, set[str]]
    broader: dict[str, str]
    """The concept above each: of several the first by IRI, as a collection is in one other at most."""
    types: dict[str, str]
    keywords: dict[str, set[str]]
    """The works of each keyword."""

    @classmethod
    def of(cls, snapshot: Snapshot, live: Mapping[str, object], minter: Minter) -> _Said:
        """Read it from a snapshot with those works."""
        made = cls({}, {}, {}, {}, {}, {}, {}, {})
        made._add_evidence(snapshot, live, minter)
        for case, work in _iris(snapshot, _CASES):
            if work in live:
                made.works_of_case.setdefault(case, set()).add(work)
        for of_works, by_work in ((made.works_on, made.concepts), (made.works_of_case, made.cases)):
            for thing, works in of_works.items():
                for work in works:
                    by_work.setdefault(work, []).append(thing)
        for concept, broader in sorted(_iris(snapshot, _BROADER), reverse=True):
            made.broader[concept] = broader
        for work, type in rows(tsv(snapshot.query(_TYPES))):
            made.types[work[1:-1]] = ITEM_TYPE.get(_text(type), "document")
        for work, word in rows(tsv(snapshot.query(_KEYWORDS))):
            made.keywords.setdefault(_text(word), set()).add(work[1:-1])
        return made

    def _add_evidence(self, snapshot: Snapshot, live: Mapping[str, object], minter: Minter) -> None:
        for evidence, work, about, state, standing in _iris(snapshot, _EVIDENCE):
            accepted = minter.local(standing) == "accepted"
            self.evidence[evidence] = (work, accepted)
            discussed = accepted and minter.local(state) == "discusses" and work in live
            if discussed and (minter.kind_and_key(about) or ("",))[0] == "concept":
                self.works_on.setdefault(about, set()).add(work)

    def parent(self, concept: str) -> str:
        """Return the concept above one, empty where there is none, or where the way upwards comes back to it."""
        above = self.broader.get(concept, "")
        return "" if concept in self.above(above) or above == concept else above

    def above(self, concept: str) -> list[str]:
        """Return the concepts above one, from the next to the top."""
        found: dict[str, None] = {}
        while (concept := self.broader.get(concept, "")) and concept not in found:
            found[concept] = None
        return list(found)


def _tags(said: _Said, names: Mapping[str, str]) -> dict[str, ZoteroTag]:
    """Return the names of concepts and the keywords, by name; one that is both was given by a person."""
    given: dict[str, set[str]] = {}
    for concept, works in said.works_on.items():
        given.setdefault(names.get(concept, concept), set()).update(works)
    made = {name: ZoteroTag(name, True, works) for name, works in said.keywords.items()}
    made |= {name: ZoteroTag(name, False, works | said.keywords.get(name, set())) for name, works in given.items()}
    return {name: made[name] for name in sorted(made, key=lambda name: (name.casefold(), name))}


def _names(snapshot: Snapshot, minter: Minter) -> dict[str, str]:
    """Return the name of each concept and case: in English, without language, else the first there is."""
    found: dict[str, dict[str, str]] = {}
    for thing, label in rows(tsv(snapshot.query(_NAMES))):
        text, language = text_and_language(label) or (label, "")
        found.setdefault(thing[1:-1], {})[language] = text
    return {
        iri: labels.get("en") or labels.get("") or labels[min(labels)] or minter.key(iri)
        for iri, labels in found.items()
    }


def _newest_first(item: ZoteroItem) -> tuple[int, str]:
    return (-item.version, item.iri)


def _iris(snapshot: Snapshot, query: str) -> Iterator[list[str]]:
    return ([term[1:-1] for term in row] for row in rows(tsv(snapshot.query(query))))


def _text(term: str) -> str:
    found = text_and_language(term)
    return found[0] if found else term
