"""Citation keys for the entries of a file that have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from commonplace.model.citation_key import MadeKeys, author_year
from commonplace.model.record import ReadEntry


def with_keys(entries: Iterable[ReadEntry], given: Iterable[str | None]) -> Iterator[ReadEntry]:
    """Yield the entries of one file, with an author–year key in each record whose entry has no key.

    `given` are the keys that entries of the file do have, wherever they stand in it: none of them is made a second
    time, in whatever case it is written, as BibTeX takes two keys that differ in case for one.
    """
    taken = {key.casefold() for key in given if key}
    made = MadeKeys(taken.__contains__)
    for entry in entries:
        if entry.key is None and entry.record is not None:
            key = made.free(author_year(entry.record))
            taken.add(key)
            entry = entry._replace(record=replace(entry.record, key=key, key_is_made=True))
        yield entry
