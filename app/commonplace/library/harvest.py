"""List works for harvesters: each with the moment it last changed, deleted ones included, at any version.

A work has changed when a version touched it, or what its record is made from: evidence about it, its people, where it
appeared, its publisher. The log has it all, so that a list is the same whenever it is made of one version.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from threading import Lock
from typing import NamedTuple, cast

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.derived.thing_versions import ThingVersions
from commonplace.library.states import States
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FABIO, RDF
from commonplace.patchlog.log import PatchLog, versions

KEPT_LISTS = 3
"""Maximum number of lists kept in memory, of a version each: harvesters ask for page after page of one."""

CONCEPTS, CASES = "concept", "case"
"""Names of the two sets of sets."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")

_WORKS = f"{PROLOGUE}SELECT ?work WHERE {{ ?work a fabio:Expression }}"
_MADE_FROM = f"""{PROLOGUE}SELECT ?work ?node WHERE {{ {{ ?node cp:work ?work }} UNION {{ ?work dcterms:creator ?node }}
 UNION {{ ?work pro:isDocumentContextFor/pro:isHeldBy ?node }} UNION {{ ?work dcterms:isPartOf ?node }}
 UNION {{ ?work dcterms:publisher ?node }} }}"""
_CASES = f"{PROLOGUE}SELECT ?case ?work WHERE {{ ?case a cp:Case ; cp:describedBy ?work }}"
_NAMES = f"""{PROLOGUE}SELECT ?thing (SAMPLE(?label) AS ?name) WHERE {{
 {{ ?thing a skos:Concept ; skos:prefLabel ?label }} UNION {{ ?thing a cp:Case ; rdfs:label ?label }}
 FILTER(LANG(?label) IN ("en", "")) }} GROUP BY ?thing"""


class Harvested(NamedTuple):
    """A work as harvesters see it: when it last changed, its IRI, whether it is there no longer, and the version that
    changed it."""

    changed: datetime
    iri: str
    deleted: bool
    version: Version


@dataclass(frozen=True, slots=True)
class HarvestList:
    """Every work there is or was at a version, in the order in which they last changed, and the sets they are in."""

    version: Version
    works: tuple[Harvested, ...]
    sets: Mapping[str, AbstractSet[str]]
    """The IRIs of the works in each set that is named by a concept or a case."""
    names: Mapping[str, str]
    """The name of each set, those without works included."""

    def find(self, iri: str) -> Harvested | None:
        """Return the work of that IRI; None where there never was any."""
        return next((one for one in self.works if one.iri == iri), None)

    def sets_of(self, iri: str) -> list[str]:
        """Return the names of the sets that a work is in, in order."""
        return [name for name, works in self.sets.items() if iri in works]

    def select(self, start: datetime | None, end: datetime | None, within: str | None) -> list[Harvested]:
        """Return the works that changed from one moment to another, both included, of a set where one is named."""
        moments = [one.changed for one in self.works]
        first = bisect_left(moments, start) if start else 0
        last = bisect_right(moments, end) if end else len(moments)
        listed = self.works[first:last]
        if within is None:
            return list(listed)
        of = frozenset[str]().union(
            *(works for name, works in self.sets.items() if f"{name}:".startswith(f"{within}:"))
        )
        return [one for one in listed if one.iri in of]


class Harvest:
    """The lists of one library. Safe to share between threads."""

    def __init__(self, log: PatchLog, things: ThingVersions, minter: Minter) -> None:
        self._log = log
        self._things = things
        self._minter = minter
        self._departed = _Departures(log, minter)
        self._moments: list[datetime] = []
        self._lists: OrderedDict[Version, HarvestList] = OrderedDict()
        self._lock = Lock()

    def at(self, snapshot: Snapshot, states: Callable[[Snapshot], States]) -> HarvestList:
        """Return the list at a snapshot, whose states are those."""
        with self._lock:
            if found := self._lists.get(snapshot.version):
                self._lists.move_to_end(snapshot.version)
                return found
            made = self._made(snapshot, states(snapshot))
            self._lists[snapshot.version] = made
            while len(self._lists) > KEPT_LISTS:
                self._lists.popitem(last=False)
            return made

    def moment(self, version: Version) -> datetime:
        """Return when a version was made, in whole seconds, and never before one that it follows."""
        for number in range(len(self._moments) + 1, version + 1):
            at = self._log.header(Version(number)).at.astimezone(UTC).replace(microsecond=0)
            self._moments.append(max(at, self._moments[-1]) if self._moments else at)
        return self._moments[version - 1] if version else datetime(1970, 1, 1, tzinfo=UTC)

    def evidence_gone(self, version: Version) -> dict[str, Version]:
        """Return the evidence that left works by that version, by IRI, with the version at which it last did."""
        return dict(self._departed.until(version).last_of_evidence)

    def _made(self, snapshot: Snapshot, states: States) -> HarvestList:
        live = [row[0][1:-1] for row in rows(tsv(snapshot.query(_WORKS)))]
        live = [iri for iri in live if self._is_work(iri)]
        departed = self._departed.until(snapshot.version)
        gone = sorted(set(departed.works) - set(live))
        parts: dict[str, set[str]] = {iri: set() for iri in live}
        for work, node in rows(tsv(snapshot.query(_MADE_FROM))):
            if (of := parts.get(work[1:-1])) is not None:
                of.add(node[1:-1].partition("#")[0])
        last = self._things.last(chain(parts, gone, *parts.values()), snapshot.version)
        listed = []
        for iri in live:
            version = max(departed.left(iri), *(last.get(one, EMPTY) for one in (iri, *parts[iri])))
            listed.append(Harvested(self.moment(version), iri, False, version))
        listed += [
            Harvested(self.moment(version), iri, True, version) for iri in gone for version in [last.get(iri, EMPTY)]
        ]
        return HarvestList(
            snapshot.version,
            tuple(sorted(listed)),
            self._sets(snapshot, states, gone, departed),
            {self._spec(thing[1:-1]): _text(name) for thing, name in rows(tsv(snapshot.query(_NAMES)))},
        )

    def _sets(
        self, snapshot: Snapshot, states: States, gone: Iterable[str], departed: _Departed
    ) -> dict[str, AbstractSet[str]]:
        """Return the works of each set. One that is gone is in those that it ever was in: who harvests one is told."""
        said: dict[str, set[str]] = {about: set() for about in states.said}
        sets: dict[str, set[str]] = {}
        for work in gone:
            for evidence in departed.evidence.get(work, ()):
                for about in self._ever_discussed(evidence):
                    said.setdefault(about, set()).add(work)
            for case in departed.cases.get(work, ()):
                sets.setdefault(self._spec(case), set()).add(work)
        for concept in self._concepts(snapshot):
            works = set(states.on_concept(concept).read.get("discusses", ()))
            works.update(*(said.get(below.value, ()) for below in states.below(concept)))
            sets[self._spec(concept)] = works
        for case, work in rows(tsv(snapshot.query(_CASES))):
            sets.setdefault(self._spec(case[1:-1]), set()).add(work[1:-1])
        return {name: frozenset(sets[name]) for name in sorted(sets)}

    def _concepts(self, snapshot: Snapshot) -> list[str]:
        nodes = (
            row[0][1:-1] for row in rows(tsv(snapshot.query(f"{PROLOGUE}SELECT ?c WHERE {{ ?c a skos:Concept }}")))
        )
        return [iri for iri in nodes if (named := self._minter.kind_and_key(iri)) and named[0] == "concept"]

    def _ever_discussed(self, evidence: str) -> list[str]:
        """Return the concepts that a piece of evidence was ever about."""
        about = self._minter.term("about")
        found: dict[str, None] = {}
        for _, change in self._things.changes(evidence):
            for quad in chain(change.added, change.removed):
                if quad.predicate == about and isinstance(quad.object, NamedNode):
                    found[quad.object.value] = None
        return list(found)

    def _is_work(self, iri: str) -> bool:
        named = self._minter.kind_and_key(iri)
        return named is not None and named[0] == "work"

    def _spec(self, iri: str) -> str:
        """Return the name of the set of a concept or case: `concept:trust`."""
        kind, key = self._minter.kind_and_key(iri) or ("", iri)
        return f"{kind}:{spelled(key)}"


def spelled(key: str) -> str:
    """Return a key in the characters that the name of a set may have; others are `!` and their bytes in hexadecimal."""
    return _UNSAFE.sub(lambda found: "".join(f"!{byte:02x}" for byte in found[0].encode()), key)


@dataclass(frozen=True, slots=True)
class _Departed:
    """What had left by a version: works, evidence about works, and cases that works describe."""

    works: AbstractSet[str]
    evidence: Mapping[str, list[str]]
    cases: Mapping[str, list[str]]
    last_left: Mapping[str, Version]
    last_of_evidence: Mapping[str, Version]

    def left(self, work: str) -> Version:
        """Return the last version at which evidence left a work."""
        return self.last_left.get(work, EMPTY)


class _Departures:
    """Every removal of a work, and of what hangs on one, that the log has. Only entries that remove are read."""

    def __init__(self, log: PatchLog, minter: Minter) -> None:
        self._log = log
        base = re.escape(f"{minter.base}id/work/".encode())
        work = rb"<(" + base + rb"[^>#]*)>"
        type, expression = (str(node).encode() for node in (RDF["type"], FABIO["Expression"]))
        on, described = (str(minter.term(name)).encode() for name in ("work", "describedBy"))
        self._removed = re.compile(
            rb"^D (?:" + work + rb" " + re.escape(type) + rb" " + re.escape(expression)
            + rb"|<([^>]*)> (" + re.escape(on) + rb"|" + re.escape(described) + rb") " + work + rb") \.", re.MULTILINE
        )  # fmt: skip
        self._on = on
        self._found: list[tuple[Version, str, str, str]] = []
        """Version, work, and the evidence or the case that left it."""
        self._read = EMPTY
        self._lock = Lock()

    def until(self, version: Version) -> _Departed:
        """Return what had left by that version."""
        with self._lock:
            for number in versions(self._log, self._read):
                if not self._log.only_adds(number):
                    self._take(number)
                self._read = number
            found = [one for one in self._found if one[0] <= version]
        works: set[str] = set()
        evidence: dict[str, list[str]] = {}
        cases: dict[str, list[str]] = {}
        last: dict[str, Version] = {}
        last_of_evidence: dict[str, Version] = {}
        for number, work, node, case in found:
            if node:
                last_of_evidence[node] = number
                evidence.setdefault(work, []).append(node)
                last[work] = number
            elif case:
                cases.setdefault(work, []).append(case)
                last[work] = number
            else:
                works.add(work)
        return _Departed(works, evidence, cases, last, last_of_evidence)

    def _take(self, version: Version) -> None:
        with self._log.body(version) as (text, start, end):
            for found in self._removed.finditer(cast(bytes, text), start, end):
                gone, node, link, work = (part.decode() if part else "" for part in found.groups())
                if gone:
                    self._found.append((version, gone, "", ""))
                elif link.encode() == self._on:
                    self._found.append((version, work, node.partition("#")[0], ""))
                else:
                    self._found.append((version, work, "", node))


def _text(term: str) -> str:
    """Return the text of a literal as the engine writes it in a table."""
    found = text_and_language(term)
    return found[0] if found else term
