"""Make citation keys for the entries of a file that have none, and for those that share one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from commonplace.model.citation_key import MadeKeys, author_year
from commonplace.model.record import ReadEntry


class OwnKeys:
    """The keys under which the entries of one file can stand beside one another: `same`, `same-2`, `same-3`."""

    def __init__(self, given: Iterable[str]) -> None:
        """Take all keys of the file, `given`, none of which is made for another entry."""
        self._taken = set(given)
        self._seen: set[str] = set()
        self._next: dict[str, int] = {}

    def of(self, key: str) -> str | None:
        """Return the key for the next entry that has that one; None where no entry before it has."""
        if key not in self._seen:
            self._seen.add(key)
            return None
        number = self._next.get(key, 2)
        while f"{key}-{number}" in self._taken:
            number += 1
        self._next[key] = number + 1
        return f"{key}-{number}"


def with_keys(entries: Iterable[ReadEntry], given: Iterable[str | None]) -> Iterator[ReadEntry]:
    """Yield the entries of one file, with an author–year key in each record whose entry has no key.

    `given` are the keys that entries of the file do have, wherever they stand in it: none of them is made a second
    time, in whatever case it is written, as BibTeX takes two keys that differ in case for one. An entry whose key
    another before it has gets an `own_key` beside it.
    """
    listed = list(given)
    keys = [key for key in listed if key]
    if keys and len(set(keys)) == len(listed):  # each has one of its own, as in nearly every file
        yield from entries
        return
    taken = {key.casefold() for key in keys}
    made = MadeKeys(taken.__contains__)
    own = OwnKeys(keys)
    for entry in entries:
        if entry.key is None and entry.record is not None:
            key = made.free(author_year(entry.record))
            taken.add(key)
            entry = entry._replace(record=replace(entry.record, key=key, key_is_made=True))
        elif entry.key is not None and (other := own.of(entry.key)) is not None:
            entry = entry._replace(own_key=other)
        yield entry
