"""Keep what is known of the works of a large library in a file, so that a start need not read every work.

The file is derived, and sealed (`commonplace.derived.sealed`): `derived/known-works/{version}-{id}.known-{form}`. It
has a line of JSON with four numbers, and then arrays of numbers of eight bytes: the entries of all indexes in order,
each the hash of a name and the number of a work; where the text of each work begins (its key, and its IRI where that
does not follow from the key); the work of each alternative key, and where its text begins. The texts follow. The system
reads of it what is asked for.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from commonplace.derived.sealed import LogPosition, check_sealed, replace_sealed, whole_files

Kind = Literal["key", "alternative", "title", "doi", "identifier", "block"]
"""What a name is looked up as."""

FORM = f"1-{sys.byteorder}"
"""Form of the file: one of another form has another name, and is not read."""

_NUMBER_BITS = 24
_HASH_BYTES = 5
_ITEM = 8
_LONGEST_LINE = 400
MOST_WORKS = 1 << _NUMBER_BITS
"""Maximum number of works of a file; a larger library is read at each start."""


def place_of(kind: Kind, name: str) -> int:
    """Return the number under which a name of that kind is entered: equal in every process."""
    text = f"{kind}\n{name}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=_HASH_BYTES).digest())


class WorksFile:
    """The works of one state, in a file. Names are entered by a hash, so that another work may rarely be found, too."""

    def __init__(self, path: Path) -> None:
        """Open a file that was found to be whole. Raises OSError and ValueError."""
        with path.open("rb") as file:
            file.readline(_LONGEST_LINE)
            entries, self.works, alternatives = json.loads(file.readline(_LONGEST_LINE))
            start = file.tell()
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        parts = []
        for count in (entries, self.works + 1, alternatives, alternatives + 1):
            parts.append(whole[start : start + count * _ITEM].cast("Q"))
            start += count * _ITEM
        self._entries, self._texts, self._owners, self._alternative_texts = parts
        self._text = whole[start:]

    def numbers(self, place: int) -> Iterator[int]:
        """Yield the numbers that are entered under a place, in order."""
        at = bisect_left(self._entries, place << _NUMBER_BITS)
        while at < len(self._entries) and self._entries[at] >> _NUMBER_BITS == place:
            yield self._entries[at] & (MOST_WORKS - 1)
            at += 1

    def work(self, number: int) -> tuple[str, str]:
        """Return the key of a work, and its IRI, which is empty where it follows from the key."""
        key, _, iri = self._said(self._texts, number).partition("\0")
        return key, iri

    def keys(self, place: int) -> list[str]:
        """Return the keys of the works that are entered under a place."""
        return [self.work(number)[0] for number in self.numbers(place)]

    def iri(self, key: str) -> str | None:
        """Return the IRI of the work of that key, empty where it follows from the key; None where there is none."""
        works = map(self.work, self.numbers(place_of("key", key)))
        return next((iri for there, iri in works if there == key), None)

    def of_alternative(self, alternative: str) -> str | None:
        """Return the key of the work that has an alternative key; None where none has."""
        for number in self.numbers(place_of("alternative", alternative)):
            if self._said(self._alternative_texts, number) == alternative:
                return self.work(self._owners[number])[0]
        return None

    def _said(self, starts: memoryview, number: int) -> str:
        return bytes(self._text[starts[number] : starts[number + 1]]).decode(errors="surrogatepass")


def file_of(directory: Path, origin: LogPosition) -> Path:
    """Return the path of the file of a version of a log."""
    return directory / f"{origin.version:08d}-{origin.id.removeprefix('urn:uuid:')}.known-{FORM}"


def write_works(
    path: Path,
    origin: LogPosition,
    works: Iterable[tuple[str, str]],
    alternatives: Iterable[tuple[str, int]],
    entries: Iterable[tuple[int, int]],
) -> None:
    """Write the file of works: key and IRI of each, alternative keys and the numbers of their works, and entries, each
    a place and the number of a work or alternative key. The other files of the directory go. Raises OSError."""
    text: list[bytes] = []
    starts = _starts(("\0".join(filter(None, work)) for work in works), text, 0)
    named = list(alternatives)
    owners = array("Q", (number for _, number in named))
    alternative_starts = _starts((name for name, _ in named), text, starts[-1])
    ordered = array("Q", sorted(place << _NUMBER_BITS | number for place, number in entries))
    counts = json.dumps([len(ordered), len(starts) - 1, len(owners)]).encode() + b"\n"
    arrays = [part.tobytes() for part in (ordered, starts, owners, alternative_starts)]
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_sealed(path, "*.known-*", origin, [counts, *arrays, *text])


def _starts(said: Iterable[str], text: list[bytes], start: int) -> array[int]:
    """Add texts to others, and return where each begins, and where the last ends."""
    starts = array("Q", [start])
    for one in said:
        text.append(one.encode(errors="surrogatepass"))
        starts.append(starts[-1] + len(text[-1]))
    return starts


def newest_files(directory: Path) -> Iterator[tuple[Path, LogPosition]]:
    """Yield the files that are what was written, and what each is derived from, the newest first; others go."""
    return whole_files(sorted(directory.glob(f"*.known-{FORM}"), reverse=True), check_sealed)
