"""Tell how far two works agree, part by part, and how likely they are one by that."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from commonplace.curation.duplicates import people as names
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.places import Agreement, compare_pages, compare_volumes
from commonplace.curation.duplicates.titles import Title, TitlePair, compare_titles
from commonplace.curation.duplicates.venues import Agreement as VenueAgreement
from commonplace.curation.duplicates.venues import compare_venues
from commonplace.curation.duplicates.weights import WEIGHTS

ALIKE = 80.0
"""Minimum likeness of the letters of titles, of 100, for two works to be related by them."""


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


def have_one_range(one: Particulars, other: Particulars) -> bool:
    """Return whether first and last page of two works are the same, and are two."""
    return one.pages == other.pages and one.pages.first != one.pages.last != ""


def signs_of(one: Particulars, other: Particulars) -> Signs | None:
    """Return how far two works agree; None where nothing of note does."""
    title = compare_titles(one.title, other.title)
    shared = one.identifiers & other.identifiers
    identifier = any(not text.startswith("issn:") for text in shared)
    doi: Agreement = "unknown"
    if one.doi and other.doi:
        doi = "same" if one.doi == other.doi else "other"
    same_range = have_one_range(one, other)
    alike = title.likeness != "other" or title.ratio >= ALIKE or title.shares_most
    if not alike and not same_range and doi != "same" and not identifier:
        return None
    page = compare_pages(one.pages, other.pages)
    volume, issue = compare_volumes(one.volume, other.volume), compare_volumes(one.issue, other.issue)
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
