"""Count how the works of a review were found, screened and kept: the numbers of the flow diagram of PRISMA 2020.

All of it is counted from the log, at any version. Each record that came in has one fate: it could not be read, it was
a duplicate (of a work that was there, or merged later), it was removed, or it is a work; and each work is waiting for
a decision, excluded with a reason, or included. Nothing else may become of one: what waits is named as a gap, and the
sums are checked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from pydantic import Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.merged import merged_things
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import change_in
from commonplace.library import Library
from commonplace.library.schemas import ApiModel
from commonplace.library.screenings import verdicts
from commonplace.model.change import Version
from commonplace.model.namespaces import FABIO, RDF
from commonplace.patchlog.log import EntryBody, PatchLog

NAMED = 100
"""Maximum number of works that a gap names; its count has all."""

_BLOCK_BYTES = 4_000_000
"""Minimum length of a part of the log that is looked through at once."""

ENRICH = "enrich"
"""Name of the source of an import that only adds to works: it finds none."""

_UNDO = ("undo", "unmerge")
"""Kinds of versions that bring works back: these came in before."""

_FIRST, _SECOND = "title-abstract", "full-text"


class PrismaSource(ApiModel):
    """What one version brought in: the file or list of an import, or works made by hand."""

    version: int
    kind: str
    source: str
    at: str
    found: int
    new: int
    duplicates: int
    not_read: int


class PrismaGap(ApiModel):
    """Works on which the review is silent, or says two things."""

    stage: str
    why: str
    count: int
    works: list[str] = Field(description="their keys, the first hundred")


class Prisma(ApiModel):
    """The numbers of the flow diagram, from top to bottom."""

    version: int
    found: int = Field(description="records identified, of all sources")
    sources: list[PrismaSource]
    not_read: int = Field(description="records that could not be read")
    duplicates: int = Field(description="duplicate records removed before screening: on import, and merged later")
    duplicates_on_import: int
    duplicates_merged: int
    removed: int = Field(description="records removed before screening for other reasons")
    removed_by: dict[str, int] = Field(description="by the kind of version that removed them: delete, undo, update")
    records: int = Field(description="works that are there to be screened")
    screened: int
    excluded: int
    excluded_by_reason: dict[str, int]
    assessed: int = Field(description="works whose text was assessed for eligibility")
    excluded_after_assessment: int
    excluded_after_assessment_by_reason: dict[str, int]
    included: int
    not_screened: int = Field(description="works that nobody has decided on")
    not_assessed: int = Field(description="works kept by title and abstract whose text nobody has decided on")
    gaps: list[PrismaGap]
    adds_up: bool = Field(description="whether each record has one fate, and the numbers of each stage add up")


@dataclass(frozen=True, slots=True)
class _Entered:
    """What one version brought in, and the works that were new."""

    source: PrismaSource
    works: tuple[str, ...]


class PrismaCounts:
    """The numbers of one library. What a version brought in is read once. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._entered: dict[Version, _Entered | None] = {}
        self._reading = Lock()

    def of(self, snapshot: Snapshot) -> Prisma:
        """Return the numbers at the version of a snapshot."""
        sources = [found for number in range(1, snapshot.version + 1) if (found := self._of_version(Version(number)))]
        present = _iris(t.subject for t in snapshot.triples(None, RDF["type"], FABIO["Expression"]))
        flow = _Flow(sources, present, snapshot, self._library)
        return flow.prisma()

    def _of_version(self, version: Version) -> _Entered | None:
        with self._reading:
            if version not in self._entered:
                self._entered[version] = self._read(version)
            return self._entered[version]

    def _read(self, version: Version) -> _Entered | None:
        log = self._library.log
        header = log.header(version)
        note = header.note
        if "receipt" in note.attachments:
            receipt = json.loads(log.attachment(note.attachments["receipt"]))
            if receipt["file"] == ENRICH:
                return None
            fates, name, found = receipt["fates"], receipt["file"], receipt["entries"]
            works = [item["work"] for item in receipt["items"] if item["fate"] == "new" and item.get("work")]
        elif note.kind in _UNDO:
            return None
        else:
            works = sorted(_works_in(log, version))
            fates, name, found = {"new": len(works)}, note.message, len(works)
        if not found:
            return None
        source = PrismaSource(
            version=version,
            kind=note.kind,
            source=name or note.kind,
            at=header.at.isoformat(timespec="seconds"),
            found=found,
            new=fates.get("new", 0),
            duplicates=fates.get("matched", 0) + fates.get("updated", 0),
            not_read=fates.get("failed", 0),
        )
        return _Entered(source, tuple(works))


def _works_in(log: PatchLog, version: Version) -> set[str]:
    """Return the works that a version brought in, by the lines of the log that say so: the version that a library began
    with may have millions of others, of which no quad is made."""
    typed = f"{RDF['type']} {FABIO['Expression']} ".encode()
    lines: list[bytes] = []
    with log.body(version) as body:
        for block in _blocks(body):
            place = block.find(typed)
            while place >= 0:
                begin, after = block.rfind(b"\n", 0, place) + 1, block.find(b"\n", place) + 1
                lines.append(block[begin:after])
                place = block.find(typed, after)
    added = change_in(b"".join(lines)).added  # where a text quotes such words they say something else
    return _iris(q.subject for q in added if q.predicate == RDF["type"] and q.object == FABIO["Expression"])


def _blocks(body: EntryBody) -> Iterator[bytes]:
    """Yield the body of an entry in parts of whole lines."""
    text, start, end = body
    while start < end:
        cut = end if end - start <= _BLOCK_BYTES else text.find(b"\n", start + _BLOCK_BYTES) + 1
        yield text[start:cut]
        start = cut


def _iris(nodes: Iterable[object]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, NamedNode)}


_Verdicts = Sequence[tuple[str, str | None]]
"""Verdicts, each with its reason."""


@dataclass(slots=True)
class _Screened:
    """How far the works of a review have come."""

    excluded: dict[str, list[str]] = field(default_factory=dict)
    """Works by the reason for which they are left out by title and abstract."""
    excluded_later: dict[str, list[str]] = field(default_factory=dict)
    included: list[str] = field(default_factory=list)
    not_screened: list[str] = field(default_factory=list)
    not_assessed: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)

    def take(
        self, work: str, first: Sequence[tuple[str, str | None]], second: Sequence[tuple[str, str | None]]
    ) -> None:
        """Count one work by the decisions on it at both stages."""
        said = {verdict for verdict, _ in first}, {verdict for verdict, _ in second}
        if len(said[0]) > 1 or len(said[1]) > 1 or ("exclude" in said[0] and second):
            self.contradicted.append(work)
        elif "exclude" in said[0]:
            self.excluded.setdefault(first[0][1] or "no reason", []).append(work)
        elif "exclude" in said[1]:
            self.excluded_later.setdefault(second[0][1] or "no reason", []).append(work)
        elif said[1]:
            self.included.append(work)
        else:
            (self.not_assessed if said[0] else self.not_screened).append(work)


class _Flow:
    """The flow of records at one version."""

    def __init__(self, entered: Sequence[_Entered], present: set[str], snapshot: Snapshot, library: Library) -> None:
        self._entered = entered
        self._present = present
        self._snapshot = snapshot
        self._library = library

    def prisma(self) -> Prisma:
        """Return the numbers, with the sums checked."""
        minter = self._library.minter
        sources = [one.source for one in self._entered]
        entered: dict[str, list[Version]] = {}
        for one in self._entered:
            for work in one.works:
                entered.setdefault(work, []).append(Version(one.source.version))
        gone = entered.keys() - self._present
        merged = gone & {node.value for node in merged_things(self._snapshot, minter)}
        removed = Counter(self._removed_by(work, self._snapshot.version) for work in gone - merged)
        removed += Counter(
            self._removed_by(work, Version(again - 1)) for work, times in entered.items() for again in times[1:]
        )
        unsaid = sorted(self._present - entered.keys())
        screened = self._screened()
        on_import = sum(one.duplicates for one in sources)
        found, not_read = sum(one.found for one in sources), sum(one.not_read for one in sources)
        excluded, later = _counts(screened.excluded), _counts(screened.excluded_later)
        assessed = sum(later.values()) + len(screened.included)
        undecided = len(screened.not_screened) + len(screened.contradicted)
        passed = assessed + len(screened.not_assessed)
        gaps = [*_gaps(screened), *_gap("identification", "no version says how these came in", unsaid)]
        return Prisma(
            version=self._snapshot.version,
            found=found,
            sources=sources,
            not_read=not_read,
            duplicates=on_import + len(merged),
            duplicates_on_import=on_import,
            duplicates_merged=len(merged),
            removed=sum(removed.values()),
            removed_by=dict(sorted(removed.items())),
            records=len(self._present),
            screened=sum(excluded.values()) + passed,
            excluded=sum(excluded.values()),
            excluded_by_reason=excluded,
            assessed=assessed,
            excluded_after_assessment=sum(later.values()),
            excluded_after_assessment_by_reason=later,
            included=len(screened.included),
            not_screened=undecided,
            not_assessed=len(screened.not_assessed),
            gaps=[gap.keyed(minter.key) for gap in gaps],
            adds_up=(
                found - not_read - on_import - len(merged) - sum(removed.values()) == len(self._present) - len(unsaid)
                and len(self._present) == sum(excluded.values()) + passed + undecided
            ),
        )

    def _removed_by(self, work: str, until: Version) -> str:
        """Return the kind of the last version up to that one that touched a work: it took the work away."""
        touched = [one for one in self._library.things.history(work) if one <= until]
        return self._library.log.header(touched[-1]).note.kind if touched else "unknown"

    def _screened(self) -> _Screened:
        decided: Mapping[tuple[str, str], Any] = verdicts(self._snapshot, self._library.minter)
        screened = _Screened()
        for work in sorted(self._present):
            screened.take(work, decided.get((work, _FIRST), ()), decided.get((work, _SECOND), ()))
        return screened


@dataclass(frozen=True, slots=True)
class _Gap:
    stage: str
    why: str
    works: Sequence[str]

    def keyed(self, key: Any) -> PrismaGap:
        """Return the gap as it is answered, with the keys of its first works."""
        keys = [key(work) for work in self.works[:NAMED]]
        return PrismaGap(stage=self.stage, why=self.why, count=len(self.works), works=keys)


def _gap(stage: str, why: str, works: Sequence[str]) -> Iterable[_Gap]:
    return [_Gap(stage, why, works)] if works else []


def _gaps(screened: _Screened) -> Iterable[_Gap]:
    yield from _gap("screening", "nobody has decided whether these are kept", screened.not_screened)
    yield from _gap("screening", "decisions on these contradict one another", screened.contradicted)
    yield from _gap(
        "eligibility",
        "these were kept by title and abstract, and nobody has decided on their text",
        screened.not_assessed,
    )


def _counts(by_reason: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the number of works by reason, the most frequent first."""
    return dict(
        sorted(((reason, len(works)) for reason, works in by_reason.items()), key=lambda one: (-one[1], one[0]))
    )
