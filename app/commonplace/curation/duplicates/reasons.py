"""Say in words what speaks for two works being one, and against it."""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.curation.duplicates.because import Because, Lacking
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.people import shared_names
from commonplace.curation.duplicates.signs import Signs
from commonplace.curation.duplicates.titles import TitlePair
from commonplace.errors import Message
from commonplace.model.type_words import type_words

SHOWN = 6
"""Maximum number of names, or of words, that a reason names."""


def reasons(signs: Signs, one: Particulars, other: Particulars) -> Iterator[str]:
    """Yield the reasons, in words, that speak for two works being one, and against it."""
    yield _title_in_words(signs.title)
    yield from _people_in_words(signs, one, other)
    yield from _year_in_words(one, other)
    yield from _place_in_words(signs, one, other)
    if signs.doi == "same":
        yield Message(Because.DOI_SAME, doi=one.doi)
    elif signs.doi != "unknown":
        yield Message(Because.DOIS, doi=one.doi, other=other.doi)
    for text in sorted(one.identifiers & other.identifiers):
        scheme, _, number = text.partition(":")
        if scheme == "arxiv":
            yield Message(Because.ARXIV_SAME, number=number)
        else:
            yield Message(Because.IDENTIFIER_SAME, scheme=scheme.upper(), number=number)
    if one.type != other.type:
        yield Message(Because.TYPES, type=type_words(one.type), type2=type_words(other.type))


def _place_in_words(signs: Signs, one: Particulars, other: Particulars) -> Iterator[Message]:
    """Yield what venue, volume, issue and page say."""
    if signs.venue == "same":
        yield Message(Because.VENUE_SAME)
    elif signs.venue != "unknown":
        template = Because.VENUES if signs.venue == "other" else Because.VENUES_ALIKE
        yield Message(template, venue=one.venue, other=other.venue)
    if signs.volume == "same":
        yield Message(Because.VOLUME_SAME, volume=one.volume)
    elif signs.volume != "unknown":
        yield Message(Because.VOLUMES, volume=one.volume, other=other.volume)
    if signs.issue == "same":
        yield Message(Because.ISSUE_SAME, issue=one.issue)
    elif signs.issue != "unknown":
        yield Message(Because.ISSUES, issue=one.issue, other=other.issue)
    if signs.page == "same":
        yield Message(Because.PAGE_SAME, page=one.pages.first or other.pages.first)
    elif signs.page == "other":
        yield Message(Because.PAGES, page=one.pages.first, other=other.pages.first)


def _title_in_words(title: TitlePair) -> Message:
    match title.likeness:
        case "equal":
            return Message(Because.TITLE_SAME)
        case "near":
            return Message(Because.TITLE_NEAR, ratio=f"{title.ratio:.0f}")
        case "cut":
            return Message(Because.TITLE_CUT)
        case "subtitle":
            return Message(Because.TITLE_SUBTITLE)
        case "begun" | "more":
            return Message(Because.TITLE_MORE, words=quoted(title.lacking[0] + title.lacking[1]))
        case "other":
            return Message(Because.TITLE_OTHER, ratio=f"{title.ratio:.0f}")


def _people_in_words(signs: Signs, one: Particulars, other: Particulars) -> Iterator[Message]:
    if signs.people == "unknown":
        yield Message(Because.PEOPLE_UNKNOWN)
    elif signs.people == "none":
        yield Message(Because.PEOPLE_OTHER)
    elif words := one.people.words & other.people.words:
        shared = shared_names(words, one.names, other.names)
        named = ", ".join(shared[:SHOWN]) + (" …" if len(shared) > SHOWN else "")
        yield Message(Because.PEOPLE_SAME, names=named)
    else:
        yield Message(Because.PEOPLE_ALIKE)


def _year_in_words(one: Particulars, other: Particulars) -> Iterator[Message]:
    if one.year is None or other.year is None:
        yield Message(Because.YEAR_UNKNOWN)
    elif one.year == other.year:
        yield Message(Because.YEAR_SAME, year=one.year)
    else:
        yield Message(Because.YEARS, year=one.year, other=other.year)


def quoted(words: tuple[str, ...]) -> str:
    """Return the first of some words in quotation marks, or that there are none."""
    shown = " ".join(words[:SHOWN])
    return f"{shown!r}" if shown else Message(Lacking.WORDS)
