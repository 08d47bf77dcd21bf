"""Compare two works: propose them as one work, as related works, or not at all, with the reasons in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from commonplace.curation.duplicates import people as names
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.places import Agreement, compare_pages, compare_volumes
from commonplace.curation.duplicates.titles import Title, TitlePair, compare_titles, plainly_other
from commonplace.curation.duplicates.venues import Agreement as VenueAgreement
from commonplace.curation.duplicates.venues import (
    compare_venues,
    in_registry,
    kinds_differ,
    may_be_two_venues,
    two_meetings,
)
from commonplace.curation.duplicates.weights import PROPOSED, WEIGHTS
from commonplace.model.match_key import PARTS

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

ALIKE = 80.0
"""Minimum likeness of the letters of titles, of 100, for two works to be related by them."""

VERSION_YEARS = 2
"""Maximum years between a conference paper and its article, where their titles differ in some words."""

REVIEW_YEARS = 3
"""Maximum years between a book and its review, where nothing but the title relates them."""

_VERSION = re.compile(r"(?:[./]?v\d+|\.version\d+)$")


class Compared(NamedTuple):
    """What a comparison of two works proposes: `same`, `relation` or nothing; which relation; and the reasons.

    `score` is the chance that they are one work, in percent.
    """

    proposes: str
    relation: str
    score: float
    reasons: tuple[str, ...]


class Signs(NamedTuple):
    """How far two works agree, part by part."""

    title: TitlePair
    people: names.Agreement
    years: int | None
    venue: VenueAgreement
    volume: Agreement
    page: Agreement
    doi: Agreement
    identifier: bool
    same_place: bool
    issue: Agreement
    same_range: bool
    """Whether first and last page are the same, and are two."""
    is_short: bool


NOTHING = Compared("", "", 0.0, ())


def compare(one: Particulars, other: Particulars) -> Compared:
    """Return what a comparison of two works proposes."""
    if not one.title.letters or not other.title.letters:
        return NOTHING
    if one.key == other.part_of or other.key == one.part_of:
        return NOTHING
    signs = signs_of(one, other)
    if signs is None:
        return NOTHING
    score = round(chance(signs, one, other), 1)
    relation, why = relation_of(signs, one, other)
    if why:
        if not relation:
            return NOTHING
        return Compared("relation", relation, min(score, PROPOSED), (why, *reasons(signs, one, other)))
    if score < PROPOSED:
        return NOTHING
    return Compared("same", "", score, tuple(reasons(signs, one, other)))


def is_plainly_other(one: Particulars, other: Particulars) -> bool:
    """Return whether the titles alone show that nothing is proposed: `compare` finds so, too, in ten times as long."""
    return (
        plainly_other(one.title, other.title, ALIKE)
        and not _have_one_range(one, other)
        and (not one.doi or one.doi != other.doi)
        and one.identifiers.isdisjoint(other.identifiers)
    )


def _have_one_range(one: Particulars, other: Particulars) -> bool:
    return one.pages == other.pages and one.pages.first != one.pages.last != ""


def signs_of(one: Particulars, other: Particulars) -> Signs | None:
    """Return how far two works agree; None where nothing of note does."""
    title = compare_titles(one.title, other.title)
    page = compare_pages(one.pages, other.pages)
    volume, issue = compare_volumes(one.volume, other.volume), compare_volumes(one.issue, other.issue)
    shared = one.identifiers & other.identifiers
    identifier = any(not text.startswith("issn:") for text in shared)
    doi: Agreement = "unknown"
    if one.doi and other.doi:
        doi = "same" if one.doi == other.doi else "other"
    same_range = _have_one_range(one, other)
    alike = title.likeness != "other" or title.ratio >= ALIKE or title.shares_most
    if not alike and not same_range and doi != "same" and not identifier:
        return None
    venue = "same" if shared and not identifier else compare_venues(one.venue, other.venue)
    people = names.compare_people(one.people, other.people)
    years = abs(one.year - other.year) if one.year is not None and other.year is not None else None
    same_place = page == "same" and (
        (volume == "same" and venue != "other")
        or (volume == "same" and years == 0 and len(one.pages.first) > 2)
        or (volume == "unknown" and venue in ("same", "alike") and years == 0)
    )
    if title.likeness == "other" and not same_range and len(one.pages.first) < 2:
        same_place = False
    if issue == "other" and (people != "same" or title.likeness == "other"):
        same_place = False
    return Signs(
        title=title,
        people=people,
        years=years,
        venue=venue,
        volume=volume,
        page=page,
        doi=doi,
        identifier=identifier,
        same_place=same_place,
        issue=issue,
        same_range=same_range,
        is_short=one.title.is_short or other.title.is_short,
    )


def names_of(signs: Signs, one: Particulars, other: Particulars) -> Iterator[str]:
    """Yield the names in `WEIGHTS` of all signs that hold."""
    yield "always"
    yield from _names_of_title(signs, one.title)
    yield f"people {signs.people}"
    if _in_one_issue(signs):
        yield "issue same"
    for name, said in (("venue", signs.venue), ("volume", signs.volume), ("page", signs.page), ("DOI", signs.doi)):
        if said != "unknown":
            yield f"{name} {said}"
    if signs.years is not None:
        yield "year same" if signs.years == 0 else "year next" if signs.years == 1 else "year other"
    if signs.identifier:
        yield "identifier same"
    if one.type != other.type:
        yield "type other"


def _names_of_title(signs: Signs, title: Title) -> Iterator[str]:
    yield f"title {signs.title.likeness}"
    if signs.is_short:
        yield "title short"
        if signs.people != "same" and signs.page != "same" and not _in_one_issue(signs):
            yield "title short and nothing else"
    elif signs.title.likeness in ("equal", "near") and title.is_long:
        yield "title long"


def _in_one_issue(signs: Signs) -> bool:
    return signs.volume == "same" and signs.issue == "same"


def chance(signs: Signs, one: Particulars, other: Particulars) -> float:
    """Return the chance, in percent, that two works are one."""
    total = sum(WEIGHTS[name] for name in names_of(signs, one, other))
    return 100 / (1 + math.exp(-total))


def relation_of(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    """Return the relation of two works and why they are not one: both empty where they may be one.

    The relation alone is empty where they are plainly two works that nothing relates.
    """
    if _are_paper_and_article(signs, one, other):
        return (
            "version",
            f"a conference paper and an article, {_places(one, other)}, that share most words of the title",
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


def _places(one: Particulars, other: Particulars) -> str:
    """Return where two works came out, and when, as far as it is known."""
    said = (" ".join(filter(None, (work.venue, str(work.year or "")))) for work in (one, other))
    return " and ".join(place or "nowhere named" for place in said)


def _by_title(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    mark, (ours, theirs) = signs.title.mark, signs.title.lacking
    begins = one.pages.first == other.pages.first or mark != "number"
    if not mark or (signs.same_place and begins and signs.people == "same" and mark not in ("correction", "reply")):
        return "", ""
    if mark == "number":
        related = signs.people == "same" and (signs.title.ratio >= ALIKE or signs.title.likeness != "other")
        return ("part" if related else ""), f"other numbers in their titles: {_quoted(ours)} and {_quoted(theirs)}"
    if signs.people == "none" and mark in ("correction", "supplement"):
        return "", "other people"
    alike = signs.title.likeness in ("near", "cut", "subtitle", "begun", "more") or signs.title.ratio >= ALIKE
    return (mark if alike else ""), f"the title of one alone says {_quoted(ours + theirs)}"


def _by_type(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    types = {one.type, other.type}
    if len(types) == 1 or signs.same_place:
        return "", ""
    why = f"one is a {one.type}, the other a {other.type}"
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
        return "edition", f"editions {one.edition} and {other.edition}"
    if "book" in (one.type, other.type) and (one.edition or other.edition) and signs.years not in (0, None):
        return (
            "edition",
            f"edition {one.edition or other.edition} of {_year(one if one.edition else other)}, and another year",
        )
    return "", ""


def _by_language(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if one.language and other.language and one.language != other.language and not signs.same_place:
        return ("" if signs.people == "none" else "translation"), f"languages {one.language} and {other.language}"
    return "", ""


def _by_identifiers(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if signs.doi == "other" and not signs.identifier:
        why = f"DOIs {one.doi} and {other.doi}"
        bare = [_VERSION.sub("", doi) for doi in (one.doi, other.doi)]
        if bare[0] == bare[1]:
            return "version", why
        if _is_printed_once(signs, is_one_agency=one.doi.partition("/")[0] == other.doi.partition("/")[0]):
            return "", ""
        return _version_if_alike(signs), why
    for scheme in ("pmid:", "arxiv:"):
        ours, theirs = ({text for text in work.identifiers if text.startswith(scheme)} for work in (one, other))
        if ours and theirs and not ours & theirs and not signs.same_place:
            return _version_if_alike(signs), f"{min(ours)} and {min(theirs)}"
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
        return "", "no person in common"
    return "", ""


def _by_place(signs: Signs, one: Particulars, other: Particulars) -> tuple[str, str]:
    if signs.same_place or signs.doi == "same" or signs.identifier:
        return "", ""
    apart = "other" in (signs.page, signs.volume, signs.issue)
    if signs.venue == "other" and apart:
        return _version_if_alike(signs), f"published in two places: {one.venue}, and {other.venue}"
    if in_registry(one.venue, other.venue):
        return _version_if_alike(signs), f"a registered trial: {one.venue}, and {other.venue}"
    if kinds_differ(one.venue, other.venue):
        return _version_if_alike(signs), f"one in a journal, one at a conference: {one.venue}, and {other.venue}"
    if apart and not _are_one_but_for_place(signs):
        return "", "other pages or another volume"
    if signs.page == "other" and signs.years == 1 and signs.volume != "same":
        return _version_if_alike(signs), f"other pages, and the years {one.year} and {other.year}"
    if signs.page == "other" and "other" in (signs.volume, signs.issue):
        again = "" if signs.venue == "same" else _version_if_alike(signs)  # in one journal it is a column
        return again, "another volume or issue, and other pages"
    if signs.years == 1 and signs.page != "same" and two_meetings(signs.venue, one.venue, other.venue):
        return _version_if_alike(signs), f"two meetings: {one.venue}, and {other.venue}"
    if signs.years == 1 and signs.page != "same" and may_be_two_venues(signs.venue, one.venue, other.venue):
        return _version_if_alike(signs), f"other venues, and the years {one.year} and {other.year}"
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
    return _version_if_alike(signs), f"years {one.year} and {other.year}"


def _version_if_alike(signs: Signs) -> str:
    """Return that works of one title and the same people are versions, but for titles that come again."""
    alike = signs.title.likeness in ("equal", "near", "cut", "subtitle")
    return "version" if alike and signs.people == "same" and not signs.is_short else ""


def reasons(signs: Signs, one: Particulars, other: Particulars) -> Iterator[str]:
    """Yield the reasons, in words, that speak for two works being one, and against it."""
    yield _title_in_words(signs.title)
    yield from _people_in_words(signs, one, other)
    yield from _year_in_words(one, other)
    if signs.venue == "other":
        yield f"other venues: {one.venue}, and {other.venue}"
    elif signs.venue != "unknown":
        yield "the same venue" if signs.venue == "same" else f"venues of like names: {one.venue}, and {other.venue}"
    if signs.volume != "unknown":
        yield f"the same volume, {one.volume}" if signs.volume == "same" else f"volumes {one.volume} and {other.volume}"
    if signs.issue != "unknown":
        yield f"the same issue, {one.issue}" if signs.issue == "same" else f"issues {one.issue} and {other.issue}"
    if signs.page == "same":
        yield f"the same page, {one.pages.first or other.pages.first}"
    elif signs.page == "other":
        yield f"pages {one.pages.first} and {other.pages.first}"
    if signs.doi != "unknown":
        yield f"the same DOI, {one.doi}" if signs.doi == "same" else f"DOIs {one.doi} and {other.doi}"
    for text in sorted(one.identifiers & other.identifiers):
        scheme, _, number = text.partition(":")
        yield f"the same {'arXiv number' if scheme == 'arxiv' else scheme.upper()}, {number}"
    if one.type != other.type:
        yield f"types {one.type} and {other.type}"


def _title_in_words(title: TitlePair) -> str:
    match title.likeness:
        case "equal":
            return "the same title"
        case "near":
            return f"titles that are {title.ratio:.0f} % alike"
        case "cut":
            return "titles that begin alike, and one is cut short"
        case "subtitle":
            return "the same title, but for a subtitle"
        case "begun" | "more":
            return f"titles of which one has more words: {_quoted(title.lacking[0] + title.lacking[1])}"
        case "other":
            return f"other titles, {title.ratio:.0f} % alike"


def _people_in_words(signs: Signs, one: Particulars, other: Particulars) -> Iterator[str]:
    if signs.people == "unknown":
        yield "no people to compare"
    elif signs.people == "none":
        yield "other people"
    else:
        shared = sorted(one.people.words & other.people.words)
        named = ", ".join(shared[:SHOWN]) + (" …" if len(shared) > SHOWN else "")
        yield f"people of the same name: {named}" if shared else "people of like names"


SHOWN = 6
"""Maximum number of names, or of words, that a reason names."""


def _year_in_words(one: Particulars, other: Particulars) -> Iterator[str]:
    if one.year is None or other.year is None:
        yield "no year to compare"
    else:
        yield f"the same year, {one.year}" if one.year == other.year else f"years {one.year} and {other.year}"


def _year(work: Particulars) -> str:
    return str(work.year) if work.year is not None else "no year"


def _quoted(words: tuple[str, ...]) -> str:
    shown = " ".join(words[:SHOWN])
    return f"{shown!r}" if shown else "nothing"
