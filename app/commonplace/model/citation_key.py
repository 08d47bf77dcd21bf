"""Make citation keys for works whose source has none, of family name and year: `larsen1999`, `larsen1999a`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from commonplace.model.minter import slug
from commonplace.model.record import Record

LONGEST_NAME = 40
"""Maximum number of characters before the year: a key is typed by hand."""

TITLE_WORDS = 3
"""Maximum number of words that a title, or the name of a body, gives to a key."""

_SMALL = frozenset("a an and at by de der des die du en et for from in la le les of on the to und une with".split())


def author_year(record: Record) -> str:
    """Return the key that follows from a record: the family name of its first author or editor, and its year.

    A body, or a work without people, gives the first words of its name or title that say something. All is ASCII, in
    lower case. Two records may give one key: see `MadeKeys`.
    """
    return _name(record)[:LONGEST_NAME] + (str(record.year) if record.year is not None else "")


def with_made_key(record: Record) -> Record:
    """Return the record under its author–year key, marked as one that its source does not have."""
    return replace(record, key=author_year(record), key_is_made=True)


class MadeKeys:
    """Author–year keys that nothing else has: `larsen1999`, then `larsen1999a`, `larsen1999b` … `larsen1999aa`."""

    def __init__(self, is_taken: Callable[[str], bool]) -> None:
        """Ask `is_taken` whether something has a key, the keys made here included once they are in use."""
        self._is_taken = is_taken
        self._next: dict[str, int] = {}

    def free(self, key: str) -> str:
        """Return an author–year key, with the first letters behind it that make it one nothing has."""
        number = self._next.get(key, 0)
        while self._is_taken(made := f"{key}{_ending(key, number)}"):
            number += 1
        self._next[key] = number
        return made


def _ending(key: str, number: int) -> str:
    """Return what tells apart the keys of one name and year: nothing, then `a` to `z`, `aa` to `zz` …"""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"-{letters}" if letters and not key[-1:].isdecimal() else letters


def _name(record: Record) -> str:
    names = record.names("author") or record.names("editor") or record.names("contributor")
    if names and (body := names[0].literal):
        return _first_words(body)
    if names and (family := names[0].family or names[0].given):
        return slug(family).replace("-", "")
    if record.title:
        return _first_words(record.title)
    return slug(record.doi or "untitled").replace("-", "")


def _first_words(text: str) -> str:
    words = slug(text).split("-")
    telling = [word for word in words if word not in _SMALL] or words
    return "".join(telling[:TITLE_WORDS])
