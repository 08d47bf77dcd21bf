"""Write names as BibTeX reads them: `van Eijk, Carola`, `{Oude Vrielink}, Mirjan`, `{World Bank}`.

A name is written so that BibTeX's own rules split it the same way again. What they cannot say (a particle with a
capital, one that is dropped) is said beside the names, in an annotation (`commonplace.model.name_annotations`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from commonplace.exporters.latex_text import escape
from commonplace.model import name_annotations
from commonplace.model.bibtex_terms import CAPITAL_PARTICLES, DEGREE, ET_AL, NAME_SUFFIXES
from commonplace.model.names import Name

_AND = re.compile(r"(?i)\b(and\b|et(?=\.?\s+al\b))")
_RESERVED = frozenset({"and", "others"})


def name_list(names: Iterable[Name], more: bool = False) -> str:
    """Return the names joined with `and`, ending in `and others` when there are `more`."""
    written = [bibtex_name(name) for name in names]
    return " and ".join([*written, "others"] if more else written)


def annotation(names: Sequence[Name]) -> str:
    """Return what `name_list` does not say of the names, as the value of an annotation; empty when it says all."""
    if not any(
        name.particles or name.comma_suffix or name.static_ordering or "," in (name.family or "") for name in names
    ):
        return ""
    return name_annotations.written([list(_unsaid(name)) for name in names])


def _unsaid(name: Name) -> Iterator[tuple[str, str]]:
    if name.family and not name.suffix and _ends_in_suffix(name.family):
        yield "family", name.family
    if name.dropping_particle:
        yield "dropping-particle", name.dropping_particle
    if name.particle and (name.dropping_particle or not _reads_as_particle(name.particle)):
        yield "non-dropping-particle", name.particle
    if name.comma_suffix:
        yield "comma-suffix", ""
    if name.static_ordering:
        yield "static-ordering", ""


def bibtex_name(name: Name) -> str:
    """Return one name in a form that splits into the same parts, as far as BibTeX can say them."""
    if name.literal:
        braced = "{" + escape(name.literal) + "}"
        return "{" + braced + "}" if ET_AL.fullmatch(braced) else braced
    family, particles = name.family or "", name.particles or ""
    if not (name.given or particles or name.suffix):
        return _single(family)
    small = particles if _reads_as_particle(particles) else _leading_particle(particles)
    rest = particles[len(small) :].strip()
    last = " ".join(part for part in (small, _family(f"{rest} {family}" if rest else family)) if part)
    given = _given(name) if name.given else "{}"
    return ", ".join([last, _suffix(name.suffix), given] if name.suffix else [last, given])


def _leading_particle(particles: str) -> str:
    """Return the words at the beginning that BibTeX takes for a particle, where not all are: `de` of `de La`."""
    words = particles.split(" ")
    count = next((place for place, word in enumerate(words) if not _begins_small(word)), len(words))
    leading = " ".join(words[:count])
    return leading if leading and _reads_as_particle(leading) else ""


def _ends_in_suffix(family: str) -> bool:
    before, _, after = family.rpartition(",")
    return bool(before) and after.strip() in NAME_SUFFIXES


def _single(family: str) -> str:
    """Return a name without parts: spaces and commas in braces, so that it stays one word."""
    if family.lower() in _RESERVED:
        return "{" + family[0] + "}" + family[1:]
    return escape(family).replace(" ", "{ }").replace(",", "{,}").replace(";", "{;}")


def _family(family: str) -> str:
    escaped = escape(family)
    plain = escaped == family and not re.search(r"[\s,;]", family) and family.lower() not in _RESERVED
    return family if plain else "{" + escaped + "}"


def _words(text: str) -> str:
    return _AND.sub(r"{\1}", escape(text).replace(",", "{,}").replace(";", "{;}"))


def _suffix(suffix: str) -> str:
    """Return a suffix, in braces where it does not look like one, so that it is not taken for a name."""
    written = _words(suffix)
    return written if suffix in NAME_SUFFIXES or DEGREE.fullmatch(suffix) else f"{{{written}}}"


def _given(name: Name) -> str:
    """Return a given name, in braces where it would be taken for a suffix."""
    given = name.given or ""
    taken = given in NAME_SUFFIXES or (name.suffix and DEGREE.fullmatch(given))
    return "{" + given + "}" if taken else _words(given)


def _reads_as_particle(particle: str) -> bool:
    """Return whether BibTeX takes the words before a family name for a particle: their first letter is small.

    One with a capital may stand before it, where it is known to be a particle (`Von der`).
    """
    words = particle.split(" ")
    known = _begins_small(words[0]) or words[0].lower() in CAPITAL_PARTICLES
    return known and _begins_small(words[-1]) and escape(particle) == particle and not re.search(r"[,;]", particle)


def _begins_small(word: str) -> bool:
    return next((char.islower() for char in word if char.isalpha()), False)
