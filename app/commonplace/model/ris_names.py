"""Read and write names on a line of RIS: `van Eijk, Carola`, `King, Martin Luther, Jr.`, a body without any comma.

RIS cannot say everything; `written` and `read` are each other's inverse wherever they can be, and the exporter adds
the parts of a name where `read(written(name))` is not the name. EndNote XML, NBIB and MODS write names alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import NamedTuple

from commonplace.errors import Message
from commonplace.model.bibtex_terms import DEGREE, NAME_SUFFIXES
from commonplace.model.json_text import read_json
from commonplace.model.names import Name

_INITIALS = r"(?:[^\W\d_a-z]\.?[-\s]?){1,4}"
_INITIALLED = re.compile(
    rf"(?P<family>[^\W\d_][^\d,;()&]*?) (?P<given>{_INITIALS})(?: (?P<suffix>Jr\.?|Sr\.?|2nd|3rd|4th|II|III))?"
)
_ONLY_INITIALS = re.compile(_INITIALS)
_AND = re.compile(r"\s+(?:and|&)\s+")
_BODY_WORDS = frozenset(
    "agency alliance association authority bank board bureau center centre club college commission committee company "
    "consortium corporation council department division federation force foundation group hospital institute "
    "institution laboratory ministry museum network office organisation organization party press program programme "
    "project school section service services society study team trial trials trust union university".split()
)
_MOST_FAMILY_WORDS = 4
_AMBIGUOUS = frozenset("AB AG AS BV EC EU GB HQ IT KG NV NZ OY SA SE SPA UK UN US USA".split())
"""Ends of the names of bodies (`Greenpeace UK`, `Bayer AG`) that may be a person's initials too."""


class ReadNames(NamedTuple):
    """The names on one line, and what had to be assumed of it (None where nothing had to)."""

    names: tuple[Name, ...]
    why: str | None = None


def written(name: Name) -> str:
    """Return the name as RIS prints it. A single name ends in a comma, so that it is not taken for a body."""
    if name.literal:
        return name.literal
    last = " ".join(part for part in (name.particles, name.family) if part)
    if name.suffix:
        return f"{last}, {name.given or ''}, {name.suffix}"
    return f"{last}, {name.given}" if name.given else f"{last},"


def read(text: str) -> Name:
    """Return the name on a line; small words before the family name are its particle.

    A comma at the end of several words says, as in EndNote, that they name a body. Raises `ValueError` when empty.
    """
    text = text.strip()
    if "," not in text:
        if not text:
            raise ValueError("an empty name")
        return Name(literal=text)
    last, given, suffix = ([part.strip() for part in text.split(",", 2)] + ["", ""])[:3]
    words = last.split()
    small = [i for i, word in enumerate(words[:-1]) if word[0].islower()]
    cut = small[-1] + 1 if small and small[0] == 0 else 0
    family = " ".join(words[cut:])
    if not family or (len(words) > 1 and not cut and not given and not suffix):
        bare = text.strip(" ,")
        return Name(literal=bare) if bare else read("")
    return Name(family=family, particle=" ".join(words[:cut]) or None, given=given or None, suffix=suffix or None)


def read_line(text: str, *, initialled: bool = False) -> ReadNames:
    """Return the names on a line that should have one, as RIS, EndNote XML and MODS have them.

    Several names between semicolons, commas or `and` are read as several. A name without a comma is a person where
    it ends in initials (`Doe J`), and a body otherwise; `initialled` is whether the source is known to write people
    so, and the initials may then be ones that bodies end in too. Raises `ValueError` when the line is empty.
    """
    text = text.strip().strip(";").strip()
    pieces = several(text)
    if pieces is None:
        return _read_one(text, initialled)
    read_pieces = [_read_one(piece, initialled) for piece in pieces]
    names = tuple(name for piece in read_pieces for name in piece.names)
    why = Message("several names on one line: read as %(count)s names", count=len(names))
    also = sorted({piece.why for piece in read_pieces if piece.why})
    return ReadNames(names, "; ".join([why, *also]))


def several(text: str) -> list[str] | None:
    """Return the names on a line that has more than one; None for a single name."""
    for mark in (";", "\n"):
        pieces = [piece.strip() for piece in text.split(mark) if piece.strip()]
        if len(pieces) > 1 and (mark == ";" or all("," in piece for piece in pieces)):
            return pieces
    text = " ".join(text.split())
    if _AND.search(text):
        pieces = [piece.strip(" ,") for piece in _AND.split(text)]
        listed = [inner for piece in pieces for inner in (_between_commas(piece) or [piece])]
        if len(pieces) > 1 and all(_is_person(piece) for piece in listed):
            return listed
    return _between_commas(text)


def _is_person(text: str) -> bool:
    return text.count(",") == 1 or initialled_name(text) is not None


def _between_commas(text: str) -> list[str] | None:
    """Return the names of `Doe J, Roe RA` and of `Doe, J., Roe, R. A.`, which no single name looks like."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) < 2 or not all(pieces) or any(one in NAME_SUFFIXES or DEGREE.fullmatch(one) for one in pieces):
        return None
    if all(initialled_name(piece) for piece in pieces):
        return pieces
    if len(pieces) > 3 and len(pieces) % 2 == 0 and all(_ONLY_INITIALS.fullmatch(given) for given in pieces[1::2]):
        return [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
    inverted = [_inverted(piece) for piece in pieces]
    return [piece for piece in inverted if piece] if len(pieces) > 2 and all(inverted) else None


def _inverted(text: str) -> str | None:
    """Return `Doe, Jane` for `Jane Doe`; None for one word, and for what names a body."""
    words = text.split()
    first = next((place for place, word in enumerate(words) if place and word[0].islower()), len(words) - 1)
    if not first or any(word.lower() in _BODY_WORDS for word in words):
        return None
    return f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _read_one(text: str, initialled: bool) -> ReadNames:
    text = " ".join(text.split())
    if "," in text:
        return ReadNames((read(text),))
    if person := initialled_name(text, certain=initialled):
        return ReadNames((person,))
    return ReadNames((read(text),), "no comma in the name: read as the name of an organization")


def initialled_name(text: str, *, certain: bool = False) -> Name | None:
    """Return the person whose name is written `Doe J` or `King ML Jr`, None where it does not look so.

    With `certain`, initials count also that the names of bodies end in.
    """
    found = _INITIALLED.fullmatch(text)
    if found is None:
        return None
    family, given = found["family"], found["given"]
    words = family.split()
    is_body = any(word.lower().strip(".") in _BODY_WORDS for word in words) and not (certain and len(words) == 1)
    if is_body or len(words) > _MOST_FAMILY_WORDS:
        return None
    if words[-1].isupper() and len(given) > 1 and not certain:
        return None  # an acronym, or a name in capitals: `IBM UK`, `DOE JR`
    if not given.isupper() or (given in _AMBIGUOUS and not certain):
        return None
    person = read(f"{family}, {given}")
    return Name(family=person.family, given=person.given, particle=person.particle, suffix=found["suffix"])


def writes_initials(lines: Iterable[str]) -> bool:
    """Return whether people are written `Doe J` in a list of names, as the Web of Science, Scopus and PubMed do."""
    return any(initialled_name(" ".join(line.split())) for line in lines)


def needs_parts(text: str, name: Name) -> bool:
    """Return whether a reader would take a written name for another one, or for several."""
    try:
        return any(read_line(text, initialled=initialled).names != (name,) for initialled in (False, True))
    except ValueError:  # nothing but marks
        return True


def parts_field(text: str, name: Name) -> str:
    """Return what the exporter adds for a name that `text` alone does not say: its parts, in JSON."""
    said = {"written": text, **{part: value for part, value in asdict(name).items() if value}}
    return json.dumps(said, ensure_ascii=False)


def read_parts_field(text: str) -> tuple[str, Name]:
    """Return the line that a `parts_field` belongs to, and the name. Raises `ValueError` when it is not one."""
    try:
        parts = {str(key): value if value is True else str(value) for key, value in read_json(text).items()}
        return str(parts.pop("written")), Name(**parts)  # type: ignore[arg-type]
    except (AttributeError, KeyError, TypeError) as fault:
        raise ValueError(f"not the parts of a name: {text}") from fault
