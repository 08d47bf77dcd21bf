"""Which versions of the log touched which things: found without looking through the log.

Derived, in memory, and made from the log when it is first asked: a second of processor for 100,000 works. A thing is
known by a hash of its IRI, a touch takes twenty bytes.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import cast

from commonplace.errors import TooManyQueries
from commonplace.model.change import EMPTY, Version
from commonplace.patchlog.log import PatchLog, versions

WAIT_SECONDS = 1.0
"""Maximum time to wait for another thread that looks through much of the log."""

SORTED_TOUCHES = 10_000
"""Touches from this number on are sorted in among the others: before, each is found in a table of its own."""

_RETRY_AFTER = 2
_HASH_BYTES, _VERSION_BYTES = 16, 4
_TOUCH_BYTES = _HASH_BYTES + _VERSION_BYTES
_SUBJECT = re.compile(rb"^[AD] <([^>\n]*)>[^\n]*+(?:\n[AD] <\1>[^\n]*+){0,1000}+", re.MULTILINE)
"""Statements about one subject that follow one another; not too many, so that other threads get their turn."""


@dataclass(frozen=True, slots=True)
class _Touches:
    """Touches, a hash and a version each, in order."""

    in_order: bytes = b""

    def of(self, thing: bytes) -> list[Version]:
        """Return the versions that touched the thing of that hash, oldest first."""
        number = bisect_left(range(len(self.in_order) // _TOUCH_BYTES), thing, key=self._hash)
        found: list[Version] = []
        while self._hash(number) == thing:
            start = number * _TOUCH_BYTES + _HASH_BYTES
            found.append(Version(int.from_bytes(self.in_order[start : start + _VERSION_BYTES])))
            number += 1
        return found

    def _hash(self, number: int) -> bytes:
        return self.in_order[number * _TOUCH_BYTES : number * _TOUCH_BYTES + _HASH_BYTES]


class ThingVersions:
    """The touches of one log. Safe to share between threads."""

    def __init__(self, log: PatchLog) -> None:
        self._log = log
        self._sorted = _Touches()
        self._recent: dict[bytes, list[Version]] = defaultdict(list)
        self._recent_touches = 0
        self._version = EMPTY
        self._lock = Lock()

    def history(self, iri: str) -> list[Version]:
        """Return the versions that touched statements about a thing or its fragments, oldest first.

        Raises `TooManyQueries` while another thread looks through much of the log for the first time.
        """
        thing = _hash_of(iri.encode())
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            why = f"the history of things is being read from the log: ask again in {_RETRY_AFTER} s"
            raise TooManyQueries(why, own=False, retry_after=_RETRY_AFTER)
        try:
            self._follow()
            return [*self._sorted.of(thing), *self._recent.get(thing, ())]
        finally:
            self._lock.release()

    def follow(self) -> None:
        """Take in what the log has, so that who asks next need not wait for it."""
        with self._lock:
            self._follow()

    def _follow(self) -> None:
        for version in versions(self._log, self._version):
            self._take(version)

    def _take(self, version: Version) -> None:
        """Take in one version."""
        with self._log.body(version) as (text, start, end):
            subjects = (match[1] for match in _SUBJECT.finditer(cast(bytes, text), start, end))
            found = {_hash_of(iri) for subject in subjects for iri in {subject, subject.partition(b"#")[0]}}
        for thing in found:
            self._recent[thing].append(version)
        self._recent_touches += len(found)
        if self._recent_touches >= SORTED_TOUCHES:
            self._sort()
        self._version = version

    def _sort(self) -> None:
        """Sort the recent touches in among the others."""
        before = self._sorted.in_order
        touches = [before[at : at + _TOUCH_BYTES] for at in range(0, len(before), _TOUCH_BYTES)]
        for thing, several in self._recent.items():
            touches += [thing + one.to_bytes(_VERSION_BYTES) for one in several]
        touches.sort()
        self._sorted = _Touches(b"".join(touches))
        self._recent.clear()
        self._recent_touches = 0


def _hash_of(iri: bytes) -> bytes:
    return hashlib.blake2b(iri, digest_size=_HASH_BYTES).digest()
