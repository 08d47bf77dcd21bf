"""Make the keys by which Zotero's programs know things: eight characters that stay the same for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Characters of Zotero's keys: digits and capitals without those that are taken for others (0, 1, O)."""

LENGTH = 8


def zotero_key(name: str, attempt: int = 0) -> str:
    """Return the key of a thing named `work/ostrom1996`; another for each further attempt at one that is free."""
    number = int.from_bytes(hashlib.sha256(f"{name}#{attempt}".encode()).digest()[:8])
    made = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        made += ALPHABET[place]
    return made


def zotero_keys(
    names: Collection[str], first: Callable[[], Mapping[str, int]], key: Callable[[str, int], str] = zotero_key
) -> dict[str, str]:
    """Return a key for each name, no two alike.

    Where names share a key it is that of the one that was there `first` (the version that made each): so a key stays
    with its thing whatever comes later, as long as `names` has everything that ever was.
    """
    made = {name: key(name, 0) for name in names}
    if len(set(made.values())) == len(made):  # as good as always
        return made
    made.clear()
    taken: set[str] = set()
    ages = first()
    for name in sorted(names, key=lambda name: (ages.get(name, 0), name)):
        attempt = 0
        while (tried := key(name, attempt)) in taken:
            attempt += 1
        taken.add(tried)
        made[name] = tried
    return made
