"""Find which versions of the log touched which things, and where in the log, without looking through it.

Derived: made from the log when it is first asked, in a second of processor for 100,000 works, and kept in a sealed file
(`commonplace.derived.sealed`) `derived/things/{version}-{id}.touches-{form}`, which may be deleted at any time. A touch
is a run of lines about one thing in the body of an entry. A thing is known by a hash of its IRI; a touch takes thirty
bytes.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import cast

from pyoxigraph import Quad, RdfFormat, parse

from commonplace.derived.sealed import LogPosition, sealed_fault, write_sealed
from commonplace.errors import Message, TooManyQueries
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.patchlog.log import EntryLines, PatchLog, versions
from commonplace.patchlog.rdf_patch import ADDITION, REMOVAL

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
"""Maximum time to wait for another thread that looks through much of the log."""

SORTED_TOUCHES = 10_000
"""Minimum number of touches that are sorted in among the others: before, each is found in a table of its own."""

SEARCHED_PART = 40
"""How many times as long as a look at one touch a search for those of one thing takes."""

SORTED_VERSIONS = 1_000
"""Minimum number of versions whose touches are sorted in, however few: the next start need not read them again."""

FORM = 1
"""Number of the form of the file: another form has another name, and is not read."""

_RETRY_AFTER = 2
_HASH_BYTES, _VERSION_BYTES, _START_BYTES, _LENGTH_BYTES = 16, 4, 6, 4
_TOUCH_BYTES = _HASH_BYTES + _VERSION_BYTES + _START_BYTES + _LENGTH_BYTES
_RUN = re.compile(rb"^[AD] <([^>#\n]*)[^\n]*+\n(?:[AD] <\1[>#][^\n]*+\n){0,1000}+", re.MULTILINE)
"""Matches lines about one thing that follow one another; not too many, so that other threads get their turn."""


@dataclass(frozen=True, slots=True)
class _Touches:
    """Touches in order: the hash of a thing, a version, an offset and a length each."""

    in_order: bytes | mmap.mmap = b""
    first: int = 0
    """Offset of the first touch."""

    def __len__(self) -> int:
        return (len(self.in_order) - self.first) // _TOUCH_BYTES

    def of(self, thing: bytes) -> list[bytes]:
        """Return the touches of the thing of that hash, oldest first."""
        number = bisect_left(range(len(self)), thing, key=lambda one: self[one][:_HASH_BYTES])
        found: list[bytes] = []
        while (touch := self[number]).startswith(thing) and touch:
            found.append(touch)
            number += 1
        return found

    def __getitem__(self, number: int) -> bytes:
        start = self.first + number * _TOUCH_BYTES
        return self.in_order[start : start + _TOUCH_BYTES]

    def all(self) -> list[bytes]:
        """Return every touch."""
        return list(self.each())

    def each(self) -> Iterator[bytes]:
        """Yield every touch, in order."""
        whole = self.in_order[self.first :]
        return (whole[at : at + _TOUCH_BYTES] for at in range(0, len(whole), _TOUCH_BYTES))


class ThingVersions:
    """The touches of one log. Safe to share between threads."""

    def __init__(self, log: PatchLog, directory: Path | None = None, *, keeps: bool = True) -> None:
        """Use the file in a directory, if there is one; one that is made is kept there where this `keeps` any."""
        self.log = log
        self._directory = directory
        self._keeps = keeps and directory is not None
        self._sorted = _Touches()
        self._sorted_version = EMPTY
        self._recent: dict[bytes, list[bytes]] = defaultdict(list)
        self._recent_touches = 0
        self._version = EMPTY
        self._opened = False
        self._lock = Lock()

    def history(self, iri: str) -> list[Version]:
        """Return the versions that touched statements about a thing or its fragments, oldest first.

        Raises `TooManyQueries` while another thread looks through much of the log for the first time.
        """
        return list(dict.fromkeys(part.version for part in self.parts(iri)))

    def last(self, iris: Iterable[str], until: Version) -> dict[str, Version]:
        """Return the last version up to that one which touched each of some things, of those that one did.

        The IRIs have no fragments. It costs a look at every touch for many things, a search for each of few. Raises as
        `history` does.
        """
        return {iri: last for iri, (_, last) in self.first_and_last(iris, until).items()}

    def first_and_last(self, iris: Iterable[str], until: Version) -> dict[str, tuple[Version, Version]]:
        """Return the first and the last version up to that one which touched each of some things, as `last` does."""
        wanted = {_hash_of(iri.encode()): iri for iri in iris}
        found: dict[str, tuple[Version, Version]] = {}
        with self._followed():
            few = len(wanted) * SEARCHED_PART < len(self._sorted)
            touches = chain.from_iterable(map(self._sorted.of, wanted)) if few else self._sorted.each()
            recent = chain.from_iterable(self._recent.get(thing, ()) for thing in wanted)
            for touch in chain(touches, recent):  # those of one thing by version
                iri = wanted.get(touch[:_HASH_BYTES])
                if iri is not None and (version := _version_of(touch)) <= until:
                    found[iri] = (found[iri][0] if iri in found else version, version)
        return found

    def parts(self, iri: str) -> list[EntryLines]:
        """Return where the log speaks of a thing or its fragments, oldest first. Raises as `history` does."""
        thing, fragment, _ = iri.partition("#")
        touches = self._touches(_hash_of(thing.encode()))
        found = [_part_of(touch) for touch in touches]
        if not fragment or not found:
            return found
        needles = [b" <" + iri.encode() + end for end in (b">", b"#")]
        texts = self.log.parts(found)
        return [part for part, text in zip(found, texts, strict=True) if any(needle in text for needle in needles)]

    def lines(self, iri: str) -> Iterator[tuple[Version, bytes]]:
        """Return the lines of the log about a thing and its fragments, by version, oldest first; each begins with its
        operation. Raises as `history` does."""
        parts = self.parts(iri)
        last, lines = EMPTY, b""
        for part, text in zip(parts, self.log.parts(parts), strict=True):
            if part.version != last and lines:
                yield last, lines
                lines = b""
            last, lines = part.version, lines + text
        if lines:
            yield last, lines

    def changes(self, iri: str) -> Iterator[tuple[Version, ChangeSet]]:
        """Return what each version changed of a thing and its fragments, oldest first. Raises as `history` does."""
        return ((version, change_in(lines)) for version, lines in self.lines(iri))

    def follow(self) -> None:
        """Take in the newest entries of the log, so that the next question need not wait for them."""
        with self._lock:
            self._follow()

    def all(self) -> Iterator[tuple[Path, Version]]:
        """Return each file kept of this log, by its name, and its version."""
        if self._directory is None:
            return
        for path in self._directory.glob(f"*.touches-{FORM}"):
            digits = path.name.partition("-")[0]
            number = Version(int(digits)) if digits.isdecimal() else EMPTY
            if EMPTY < number <= self.log.head() and path.name == self._name(number):
                yield path, number

    def fault_of(self, path: Path, version: Version) -> str | None:
        """Return what is wrong with a file of that version, None when it is what was written."""
        return sealed_fault(path, self.log, version)

    def _touches(self, thing: bytes) -> list[bytes]:
        with self._followed():
            return [*self._sorted.of(thing), *self._recent.get(thing, ())]

    @contextmanager
    def _followed(self) -> Iterator[None]:
        """Hold the touches for a block, those of the newest entries included."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            why = Message(
                "the history of things is being read from the log: ask again in %(retry_after)s s",
                retry_after=_RETRY_AFTER,
            )
            raise TooManyQueries(why, own=False, retry_after=_RETRY_AFTER)
        try:
            self._follow()
            yield
        finally:
            self._lock.release()

    def _follow(self) -> None:
        if not self._opened:
            self._opened = True
            self._open()
        for version in versions(self.log, self._version):
            self._take(version)

    def _take(self, version: Version) -> None:
        """Take in one version."""
        touches = 0
        with self.log.body(version) as (text, start, end):
            for run in _RUN.finditer(cast(bytes, text), start, end):
                thing = _hash_of(run[1])
                self._recent[thing].append(_touch(thing, EntryLines(version, run.start() - start, run.end() - start)))
                touches += 1
        self._recent_touches += touches
        self._version = version
        if self._recent_touches >= SORTED_TOUCHES or version - self._sorted_version >= SORTED_VERSIONS:
            self._sort()

    def _sort(self) -> None:
        """Sort the recent touches in among the others, and keep them all."""
        touches = self._sorted.all()
        for several in self._recent.values():
            touches += several
        touches.sort()
        self._sorted, self._sorted_version = _Touches(b"".join(touches)), self._version
        self._recent.clear()
        self._recent_touches = 0
        if self._keeps:
            self._keep(self._sorted)

    def _keep(self, touches: _Touches) -> None:
        """Write the touches to their file, which then is read in place of memory, and delete those of before."""
        assert self._directory is not None
        path = self._directory / self._name(self._version)
        before = [path for path, _ in self.all()]
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            write_sealed(path, LogPosition.of(self.log, self._version), [bytes(touches.in_order)])
            self._sorted = _read(path)
        except OSError as fault:
            log.warning("where the log speaks of what cannot be kept in %s: %s", path, fault)
            return
        for other in before:
            if other != path:
                with suppress(OSError):
                    other.unlink()

    def _open(self) -> None:
        """Begin with the newest file that is what was written."""
        for path, number in sorted(self.all(), key=lambda one: -one[1]):
            why = self.fault_of(path, number)
            try:
                if why is None:
                    self._sorted, self._version, self._sorted_version = _read(path), number, number
                    return
            except OSError as fault:
                why = str(fault)
            log.warning("%s is not used, but made again: %s", path, why)
            if self._keeps:
                with suppress(OSError):
                    path.unlink()

    def _name(self, version: Version) -> str:
        return f"{version:08d}-{self.log.header(version).id.removeprefix('urn:uuid:')}.touches-{FORM}"


def change_in(lines: bytes) -> ChangeSet:
    """Return the change that lines of the body of an entry make."""
    return ChangeSet(added=_quads(lines, ADDITION), removed=_quads(lines, REMOVAL))


def _quads(lines: bytes, operation: bytes) -> tuple[Quad, ...]:
    text = b"".join(line[len(operation) :] for line in lines.splitlines(keepends=True) if line.startswith(operation))
    return tuple(parse(text, format=RdfFormat.N_QUADS, lenient=True))


def _read(path: Path) -> _Touches:
    """Return the touches in a file, which the system reads as they are asked for. Raises OSError."""
    with path.open("rb") as file:
        first = len(file.readline())
        if first == path.stat().st_size:
            return _Touches()
        return _Touches(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), first)


def _touch(thing: bytes, part: EntryLines) -> bytes:
    return b"".join(
        (
            thing,
            part.version.to_bytes(_VERSION_BYTES),
            part.start.to_bytes(_START_BYTES),
            (part.end - part.start).to_bytes(_LENGTH_BYTES),
        )
    )


def _version_of(touch: bytes) -> Version:
    return Version(int.from_bytes(touch[_HASH_BYTES : _HASH_BYTES + _VERSION_BYTES]))


def _part_of(touch: bytes) -> EntryLines:
    start_at = _HASH_BYTES + _VERSION_BYTES
    length_at = start_at + _START_BYTES
    start = int.from_bytes(touch[start_at:length_at])
    return EntryLines(_version_of(touch), start, start + int.from_bytes(touch[length_at:]))


def _hash_of(iri: bytes) -> bytes:
    return hashlib.blake2b(iri, digest_size=_HASH_BYTES).digest()
