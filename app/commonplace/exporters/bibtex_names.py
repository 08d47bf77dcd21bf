"""Names as BibTeX reads them: `van Eijk, Carola`, `{Oude Vrielink}, Mirjan`, `{World Bank}`.

A name is written so that BibTeX's own rules split it the same way again. Only a particle
with a capital cannot be said in BibTeX; it takes BibLaTeX's extended name format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from commonplace.exporters.latex_text import escape
from commonplace.model.bibtex_terms import CAPITAL_PARTICLES, DEGREE, ET_AL, NAME_SUFFIXES
from commonplace.model.names import Name

_AND = re.compile(r"(?i)\b(and\b|et(?=\.?\s+al\b))")
_RESERVED = frozenset({"and", "others"})


def name_list(names: Iterable[Name], more: bool = False) -> str:
    """The names joined with `and`, ending in `and others` when there are `more`."""
    written = [bibtex_name(name) for name in names]
    return " and ".join([*written, "others"] if more else written)


def bibtex_name(name: Name) -> str:
    """One name in a form that splits into the same parts."""
    if name.literal:
        braced = "{" + escape(name.literal) + "}"
        return "{" + braced + "}" if ET_AL.fullmatch(braced) else braced
    family = name.family or ""
    if not (name.given or name.particle or name.suffix):
        return _single(family)
    if (name.particle and not _reads_as_particle(name.particle)) or _ends_in_suffix(family):
        return _extended(name)
    last = " ".join(part for part in (name.particle, _family(family)) if part)
    given = _given(name) if name.given else "{}"
    return ", ".join([last, _words(name.suffix), given] if name.suffix else [last, given])


def _ends_in_suffix(family: str) -> bool:
    before, _, after = family.rpartition(",")
    return bool(before) and after.strip() in NAME_SUFFIXES


def _single(family: str) -> str:
    """A name without parts: spaces and commas in braces, so that it stays one word."""
    if family.lower() in _RESERVED:
        return "{" + family[0] + "}" + family[1:]
    return escape(family).replace(" ", "{ }").replace(",", "{,}").replace(";", "{;}")


def _family(family: str) -> str:
    escaped = escape(family)
    plain = escaped == family and not re.search(r"[\s,;]", family) and family.lower() not in _RESERVED
    return family if plain else "{" + escaped + "}"


def _words(text: str) -> str:
    return _AND.sub(r"{\1}", escape(text).replace(",", "{,}").replace(";", "{;}"))


def _given(name: Name) -> str:
    """A given name that would be taken for a suffix is braced."""
    given = name.given or ""
    taken = given in NAME_SUFFIXES or (name.suffix and DEGREE.fullmatch(given))
    return "{" + given + "}" if taken else _words(given)


def _reads_as_particle(particle: str) -> bool:
    """BibTeX takes a word before the family name for a particle when its first letter is small.

    One with a capital may stand before it, where it is known to be a particle (`Von der`).
    """
    words = particle.split(" ")
    known = _begins_small(words[0]) or words[0].lower() in CAPITAL_PARTICLES
    return known and _begins_small(words[-1]) and escape(particle) == particle and not re.search(r"[,;]", particle)


def _begins_small(word: str) -> bool:
    return next((char.islower() for char in word if char.isalpha()), False)


def _extended(name: Name) -> str:
    parts = {"family": name.family, "given": name.given, "prefix": name.particle, "suffix": name.suffix}
    return ", ".join(f"{key}={{{escape(value)}}}" for key, value in parts.items() if value)
