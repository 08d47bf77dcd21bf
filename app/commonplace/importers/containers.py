"""Settle what a work appeared in, where formats say it in several places: proceedings and conference, short titles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_MEETING = re.compile(
    r"\b(?:conf(?:\.|erence|érence|erencia|erenza)?|symposi(?:um|a)|workshop|congress|congrès|congreso|meeting|"
    r"colloqui(?:um|a)|convention|seminar|summit|tagung|kongress|konferenz)\b",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(r"\b(?:proc(?:\.|eedings)?|lecture notes|transactions|advances in|actes|atti)\b", re.I)


class Conference(NamedTuple):
    """The title of the proceedings and the name of the conference, each None where it is not known."""

    proceedings: str | None
    name: str | None


def conference(proceedings: str | None, name: str | None) -> Conference:
    """Return what is the title of the proceedings and what the name of the conference.

    Few programs tell the two apart: where only a name is given it is the title too, and the name of a conference
    where it sounds like one.
    """
    if name is None or name == proceedings:
        return Conference(proceedings, None)
    if proceedings is not None:
        return Conference(proceedings, name)
    return Conference(name, None if _PUBLICATION.search(name) or not _MEETING.search(name) else name)


class ShortTitle(NamedTuple):
    """The short title of a journal, None where there is none, and the others that were given, each with its place."""

    title: str | None
    others: list[tuple[str, str]]


def short_title(whole: str | None, given: Iterable[tuple[str, str]], known: str | None = None) -> ShortTitle:
    """Return the first of some short titles, given as pairs of place and text, that is not the whole title.

    `known` is the short title where it is known already.
    """
    others: list[tuple[str, str]] = []
    for place, text in given:
        if known is None and text != whole:
            known = text
        elif text not in (whole, known):
            others.append((place, text))
    return ShortTitle(known, others)
