"""Compare what a table says of a thing with what the library says of it, in numbers that mean something.

A likeness is a number from 0 to 100: 100 says that two texts are equal but for case, accents and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from commonplace.curation.duplicates.titles import compare_titles, title_of
from commonplace.curation.people_matching import compatible
from commonplace.exchange.reconciliation.properties import Comparison, Entity
from commonplace.importers.bibtex.name_list import read_name
from commonplace.model.identifiers import doi_key, normal_doi, normal_isbn, normal_issn, normal_orcid
from commonplace.model.match_key import isbn_stem, title_key
from commonplace.model.minter import slug
from commonplace.model.names import Name

OTHER_NAME = 97.0
"""Likeness of a text that is another recorded name of a thing: an abbreviation, or a label that is not preferred."""

INITIALS = 80.0
"""Likeness of a name whose given names are initials of a person's: others may have those, too."""

FAMILY = 55.0
"""Likeness of a family name alone, which brothers and strangers share."""

ANOTHER_PERSON = 25.0
"""Likeness of a name with the family name of a person, and given names that cannot be that person's."""

_TITLES = {"near": 93.0, "cut": 90.0, "subtitle": 85.0}
"""Likeness of titles that are not equal, by how they are alike (`commonplace.curation.duplicates.titles`)."""

UNLIKE_TITLES, UNLIKE_TEXTS = 0.65, 0.9
"""What the likeness of letters counts where titles are of different works, as far as is known, and of other texts."""


def name_likeness(asked: str, entity: Entity) -> float:
    """Return how like a text is to the names of an entity."""
    key = title_key(asked)
    if any(title_key(name) == key for name in entity.main):
        return 100.0
    if any(title_key(name) == key for name in entity.others):
        return OTHER_NAME
    if entity.type.id == "person":
        return _person_likeness(asked, entity)
    like = _title_likeness if entity.type.id == "work" else text_likeness
    return max(like(asked, name) for name in (*entity.main, *entity.others))


def _person_likeness(asked: str, entity: Entity) -> float:
    name = person_name(asked)
    if name is None:
        return 0.0
    full = slug(name.full)
    if full in {slug(one) for one in entity.main}:
        return 100.0
    if full in {slug(one) for one in entity.others}:
        return OTHER_NAME
    family = slug(" ".join(part for part in (name.particles, name.family or name.literal) if part))
    if entity.family and family == slug(entity.family):
        if not (name.given and entity.given):
            return FAMILY
        return INITIALS if compatible(slug(name.given), slug(entity.given)) else ANOTHER_PERSON
    return UNLIKE_TEXTS * max(fuzz.ratio(full, slug(one)) for one in (*entity.main, *entity.others))


@lru_cache(maxsize=4096)
def person_name(text: str) -> Name | None:
    """Return a person's name as it is read, family name first or last; None where it is none."""
    return read_name(text).name


def _title_likeness(asked: str, name: str) -> float:
    one, other = title_of(asked), title_of(name)
    if one is None or other is None:
        return 0.0
    pair = compare_titles(one, other)
    if pair.likeness == "equal":
        return 100.0
    if pair.likeness in _TITLES:
        return _TITLES[pair.likeness]
    return UNLIKE_TITLES * fuzz.token_sort_ratio(one.text, other.text)


def text_likeness(asked: str, held: str) -> float:
    """Return how like two texts are, the order of words aside."""
    one, other = title_key(asked), title_key(held)
    if one == other:
        return 100.0
    return UNLIKE_TEXTS * max(
        fuzz.ratio(one, other), fuzz.token_sort_ratio(one.replace("-", " "), other.replace("-", " "))
    )


def value_likeness(compared: Comparison, asked: str, held: str) -> float | None:
    """Return how like two values of a property are; None where the one asked for is no such value."""
    if compared in _NORMAL:
        normal = _NORMAL[compared]
        try:
            one = normal(asked)
        except ValueError:
            return None
        try:
            return 100.0 if one == normal(held) else 0.0
        except ValueError:
            return 0.0
    if compared == "year":
        return _year_likeness(asked, held)
    if compared == "exact":
        return 100.0 if title_key(asked) == title_key(held) else 0.0
    return text_likeness(asked, held)


def _year_likeness(asked: str, held: str) -> float | None:
    """Return 100 for one year, 50 for years side by side: works appear online before they appear in print."""
    found = re.search(r"-?\d{1,4}", asked)
    if found is None or not held.lstrip("-").isdecimal():
        return None
    return {0: 100.0, 1: 50.0}.get(abs(int(found[0]) - int(held)), 0.0)


_NORMAL: dict[Comparison, Callable[[str], str]] = {
    "doi": lambda text: doi_key(normal_doi(text)),
    "isbn": lambda text: isbn_stem(normal_isbn(text)),
    "issn": normal_issn,
    "orcid": normal_orcid,
}


def identifiers_in(text: str) -> list[Comparison]:
    """Return the kinds of identifier that a text may be."""
    found: list[Comparison] = []
    for compared, normal in _NORMAL.items():
        try:
            normal(text)
        except ValueError:
            continue
        found.append(compared)
    return found


def weighed(parts: Sequence[tuple[float, float]]) -> float:
    """Return the mean of some likenesses, each with its weight; 0 of none."""
    weight = sum(of for _, of in parts)
    return sum(likeness * of for likeness, of in parts) / weight if weight else 0.0
