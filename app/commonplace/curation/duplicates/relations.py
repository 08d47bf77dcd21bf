"""Tell in which relation two works are that are not one: an edition, a part, a review …, and why."""

from __future__ import annotations

import re

from commonplace.curation.duplicates.because import Because, Lacking
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reasons import quoted
from commonplace.curation.duplicates.signs import ALIKE, Signs
from commonplace.curation.duplicates.venues import in_registry, kinds_differ, may_be_two_venues, two_meetings
from commonplace.errors import Message
from commonplace.model.match_key import PARTS
from commonplace.model.type_words import one_of_type

RELATIONS: dict[str, str] = {
    "edition": "another edition",
    "part": "another part, number or year of one work",
    "version": "another version of one text: preprint, conference paper, article, or printed again",
    "translation": "a translation",
    "correction": "one corrects or retracts the other",
    "reply": "one replies to the other or comments on it",
    "review": "one reviews the other",
    "chapter": "one is a chapter of the other",
    "supplement": "one is the data or a supplement of the other",
}
"""Relations in which two works may be proposed, and what each means."""

BOOKS = frozenset(("book", "collection", "report", "thesis", "classic"))
DATA = frozenset(("dataset", "software", "figure", "graphic", "component"))
REVIEWS = frozenset(("review", "review-book"))
ARTICLES = frozenset(("article-journal", "article-magazine", "article-newspaper"))

VERSION_YEARS = 2
"""Maximum years between a conference paper and its article, where their titles differ in some words."""

REVIEW_YEARS = 3
"""Maximum years between a book and its review, where nothing but the title relates them."""

_VERSION = re.compile(r"(?:[./]?v\d+|\.version\d+)$")


def relation_of(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    """Return the relation of two works and why they are not one: both empty where they may be one.

    The relation alone is empty where they are plainly two works that nothing relates.
    """
    if _are_paper_and_article(signs, one, other):
        return (
            "version",
            Message(Because.PAPER_AND_ARTICLE, place=_place(one), other=_place(other)),
        )
    for rule in (_by_title, _by_type, _by_edition, _by_language, _by_identifiers, _by_people, _by_place, _by_year):
        relation, why = rule(signs, one, other)
        if why:
            related = relation and (
                signs.title.likeness not in ("other", "more", "begun") or signs.title.ratio >= ALIKE
            )
            return (relation if related or relation in ("correction", "reply", "review", "supplement") else ""), why
    return "", ""


def _are_paper_and_article(signs: Signs, one: Particulars, other: Particulars) -> bool:
    """Return whether one work is a conference paper and the other an article that it may have grown into.

    Titles that are as good as equal are left to the other rules: lists of papers name one venue in many ways.
    """
    if signs.title.likeness in ("equal", "near", "cut", "subtitle") or signs.title.mark or not signs.title.shares_most:
        return False
    if signs.same_place or signs.doi == "same" or signs.identifier or signs.people != "same":
        return False
    apart = {one.type, other.type} & ARTICLES and "paper-conference" in (one.type, other.type)
    if not apart and not kinds_differ(one.venue, other.venue):
        return False
    return (signs.years or 0) <= VERSION_YEARS and bool(one.people.first & other.people.first)


def _place(work: Particulars) -> str:
    """Return where a work came out, and when, as far as it is known."""
    return " ".join(filter(None, (work.venue, str(work.year or "")))) or Message(Lacking.PLACE)


def _by_title(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    mark, (ours, theirs) = signs.title.mark, signs.title.lacking
    begins = one.pages.first == other.pages.first or mark != "number"
    if not mark or (signs.same_place and begins and signs.people == "same" and mark not in ("correction", "reply")):
        return "", ""
    if mark == "number":
        related = signs.people == "same" and (signs.title.ratio >= ALIKE or signs.title.likeness != "other")
        return ("part" if related else ""), Message(Because.TITLE_NUMBERS, words=quoted(ours), others=quoted(theirs))
    if signs.people == "none" and mark in ("correction", "supplement"):
        return "", Message(Because.PEOPLE_OTHER)
    alike = signs.title.likeness in ("near", "cut", "subtitle", "begun", "more") or signs.title.ratio >= ALIKE
    return (mark if alike else ""), Message(Because.TITLE_ALONE, words=quoted(ours + theirs))


def _by_type(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    types = {one.type, other.type}
    if len(types) == 1 or signs.same_place:
        return "", ""
    why = Message(Because.TYPE_AND_OTHER, type=one_of_type(one.type), type2=one_of_type(other.type))
    alike = signs.title.likeness in ("equal", "near", "subtitle")
    if types & DATA and types - DATA:
        return ("supplement" if signs.people in ("same", "some") else ""), why
    alike = alike and not signs.is_short and (signs.years or 0) <= REVIEW_YEARS
    if types & REVIEWS and types - REVIEWS:
        return ("review" if alike else ""), why
    if types & PARTS and types & BOOKS and "paper-conference" not in types:
        return ("chapter" if alike and signs.people != "none" else ""), why
    if types & {"book", "collection"} and types & ARTICLES:
        return ("review" if alike else ""), why
    return "", ""


def _by_edition(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if one.edition and other.edition and one.edition != other.edition:
        return "edition", Message(Because.EDITIONS, edition=one.edition, other=other.edition)
    if "book" in (one.type, other.type) and (one.edition or other.edition) and signs.years not in (0, None):
        return (
            "edition",
            Message(
                Because.EDITION_AND_YEAR,
                edition=one.edition or other.edition,
                year=_year(one if one.edition else other),
            ),
        )
    return "", ""


def _by_language(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if one.language and other.language and one.language != other.language and not signs.same_place:
        return ("" if signs.people == "none" else "translation"), Message(
            Because.LANGUAGES, language=one.language, language2=other.language
        )
    return "", ""


def _by_identifiers(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if signs.doi == "other" and not signs.identifier:
        why = Message(Because.DOIS, doi=one.doi, other=other.doi)
        bare = [_VERSION.sub("", doi) for doi in (one.doi, other.doi)]
        if bare[0] == bare[1]:
            return "version", why
        if _is_printed_once(signs, is_one_agency=one.doi.partition("/")[0] == other.doi.partition("/")[0]):
            return "", ""
        return _version_if_alike(signs), why
    for scheme in ("pmid:", "arxiv:"):
        ours, theirs = ({text for text in work.identifiers if text.startswith(scheme)} for work in (one, other))
        if ours and theirs and not ours & theirs and not signs.same_place:
            return _version_if_alike(signs), Message(Because.IDENTIFIERS, identifier=min(ours), other=min(theirs))
    return "", ""


def _is_printed_once(signs: Signs, *, is_one_agency: bool) -> bool:
    """Return whether two works are at one place, so that one work must have two DOIs, or one of them is a slip."""
    if is_one_agency:
        alike = signs.title.likeness in ("equal", "near") and signs.people == "same"
        return alike and signs.same_place and signs.volume == "same"
    if signs.same_place:
        return signs.people != "none"
    alike = signs.title.likeness in ("equal", "near") and signs.people == "same"
    return alike and signs.page == "same" and signs.years == 0 and signs.volume != "other"


def _by_people(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    # on one page two notes of two people may stand under one short title
    is_one_place = signs.same_place and signs.title.likeness != "other" and not signs.is_short
    if signs.people == "none" and not is_one_place and signs.doi != "same":
        return "", Message(Because.PEOPLE_NONE_SHARED)
    return "", ""


def _by_place(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if signs.same_place or signs.doi == "same" or signs.identifier:
        return "", ""
    apart = "other" in (signs.page, signs.volume, signs.issue)
    if signs.venue == "other" and apart:
        return _version_if_alike(signs), Message(Because.TWO_PLACES, venue=one.venue, other=other.venue)
    if in_registry(one.venue, other.venue):
        return _version_if_alike(signs), Message(Because.TRIAL, venue=one.venue, other=other.venue)
    if kinds_differ(one.venue, other.venue):
        return _version_if_alike(signs), Message(Because.TWO_KINDS, venue=one.venue, other=other.venue)
    if apart and not _are_one_but_for_place(signs):
        return "", Message(Because.PAGES_OR_VOLUME)
    if signs.page == "other" and signs.years == 1 and signs.volume != "same":
        return _version_if_alike(signs), Message(Because.PAGES_AND_YEARS, year=one.year, other=other.year)
    if signs.page == "other" and "other" in (signs.volume, signs.issue):
        again = "" if signs.venue == "same" else _version_if_alike(signs)  # in one journal it is a column
        return again, Message(Because.VOLUME_AND_PAGES)
    if signs.years == 1 and signs.page != "same" and two_meetings(signs.venue, one.venue, other.venue):
        return _version_if_alike(signs), Message(Because.TWO_MEETINGS, venue=one.venue, other=other.venue)
    if signs.years == 1 and signs.page != "same" and may_be_two_venues(signs.venue, one.venue, other.venue):
        return _version_if_alike(signs), Message(Because.VENUES_AND_YEARS, year=one.year, other=other.year)
    return "", ""


def _are_one_but_for_place(signs: Signs) -> bool:
    """Return whether title and people are those of one work, so that a place of which databases differ may be a slip.

    A title that is cut, or has no subtitle, may be the beginning of another's: other pages then speak of two.
    """
    is_whole = signs.title.likeness in ("equal", "near")
    is_part = signs.title.likeness in ("cut", "subtitle") and signs.page != "other"
    return (is_whole or is_part) and signs.people == "same" and not signs.is_short


def _by_year(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if signs.years is None or signs.years < 2 or signs.same_place or signs.doi == "same" or signs.identifier:
        return "", ""
    return _version_if_alike(signs), Message(Because.YEARS, year=one.year, other=other.year)


def _version_if_alike(signs: Signs) -> str:
    """Return that works of one title and the same people are versions, but for titles that come again."""
    alike = signs.title.likeness in ("equal", "near", "cut", "subtitle")
    return "version" if alike and signs.people == "same" and not signs.is_short else ""


def _year(work: Particulars) -> str:
    return str(work.year) if work.year is not None else Message(Lacking.YEAR)
