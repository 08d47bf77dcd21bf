"""Names as people write them against BibTeX's rules: where their parts are, and where a list of them is cut.

BibTeX takes the suffix only from between two commas, splits words at a tie and at the space after a macro,
and knows no mark between names but `and`. What is put right here is reported, unless nothing else was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from commonplace.model.bibtex_terms import CAPITAL_PARTICLES, DEGREE, ET_AL, NAME_SUFFIXES

_ACCENT = r"\\(?:['`^\"~=.]|[uvHcdbkrthGU](?![A-Za-z]))"
_SPLIT_ACCENT = re.compile(
    rf"{_ACCENT}[ \t\r\n]*(?:{_ACCENT}[ \t\r\n]*)*(?:\{{[^{{}}]*\}}|\\[ij](?![A-Za-z])|[^\W\d_])"
)
LONGEST_NAME = 1000
"""Names of more characters than this are not looked through for letters cut in two."""

_GAP_OR_TIE = re.compile(r"\\~|\\[A-Za-z]+[ \t\r\n]|\\['`^\"=.][ \t\r\n]")
_GROUP = re.compile(r"\{[^{}]*\}")
_SPLIT_LETTER = re.compile(
    r"\\([ijoOlL]|ae|AE|oe|OE|aa|AA|ss|dh|DH|dj|DJ|ng|NG|th|TH)[ \t\r\n]+"
    r"(?=[a-z])(?!(?:and|von|van|de|del|der|den|di|da|du|la|le|zu)\b)"
)
_BRACED_CAPITAL = re.compile(r"\{[^\W\d_a-z]\}")
_TRAILING_ET_AL = re.compile(r"[\s~]+et\.?[\s~]+al\.?\s*$", re.IGNORECASE)
_ENTITY = re.compile(r"&#?\w+;")
_AND_BEFORE = re.compile(r"\s*(?:and\s+|\\?&\s*)", re.IGNORECASE)

Words = Sequence[str]


class Split(NamedTuple):
    """First, von, last and jr of a name in raw words; `why` when they do not stand where BibTeX looks for them."""

    first: Words
    von: Words
    last: Words
    jr: Words
    why: str | None = None


def without_gaps(text: str) -> str:
    r"""The name with braces around letters that BibTeX would cut in two: `Mu\~noz`, `Erd\H os`, `Garc\'\i a`."""
    if len(text) > LONGEST_NAME or not _GAP_OR_TIE.search(text):
        return text
    text = _SPLIT_ACCENT.sub(lambda found: f"{{{found[0]}}}" if re.search(r"[~\s]", found[0]) else found[0], text)
    return _SPLIT_LETTER.sub(r"{\\\1}", text)


def set_right(split: Split, commas: int) -> Split:
    """The parts of a name that was split by BibTeX's rules, with that many commas, as they were meant."""
    first, von, last, jr, _ = split
    if commas and von and not _begins_small(von[0]) and von[0].lower() not in CAPITAL_PARTICLES:
        von, last = (), [*von, *last]  # Ortega y Gasset, García de la Torre: a family name of several words
    capital = next((place for place, word in enumerate(von) if _BRACED_CAPITAL.match(word)), None)
    if capital is not None:
        von, last = von[:capital], [*von[capital:], *last]
    if commas == 2 and not _is_suffix(jr) and (_is_suffix(first) or DEGREE.fullmatch(" ".join(first))):
        return Split(jr, von, last, first, "the suffix stands last; it was read as a suffix, not as a given name")
    if not jr and len(last) > 1 and commas and _is_suffix(last[-1:]):
        return Split(first, von, last[:-1], last[-1:])
    return split if last is split.last else Split(first, von, last, jr)


def without_suffix(text: str, first: Words, last: Words, commas: int) -> tuple[str, str, str | None] | None:
    """A name in reading order before its suffix, the suffix, and what is wrong: `Guy Steele, Jr.`, `Guy Steele Jr.`."""
    if commas == 1 and _is_suffix(first) and (rest := text.rpartition(",")[0]).strip():
        return rest, first[0], "a suffix where the given name should be; the name was read in reading order"
    if not commas and _is_suffix(last[-1:]) and (first or len(last) > 1):
        return text.rstrip()[: -len(last[-1])], last[-1], None
    return None


def family_and_suffix(family: str) -> tuple[str, str | None]:
    """The decoded text `King, Jr.`, which was in braces, as its two parts."""
    before, comma, after = family.rpartition(",")
    return (before.strip(), after.strip()) if comma and after.strip() in NAME_SUFFIXES else (family, None)


def is_et_al(part: str) -> bool:
    """Whether what stands between two `and`s says that there are others."""
    return ET_AL.fullmatch(part) is not None


def before_et_al(part: str) -> str:
    """The name without an `et al.` at its end."""
    return _TRAILING_ET_AL.sub("", part)


def several(part: str) -> list[str] | None:
    """The names in what should be one, where they are separated by semicolons, commas or `&`; None for one name."""
    if "," not in part and ";" not in part:
        return None
    for mark in (";", "&"):
        pieces = [_AND_BEFORE.sub("", piece, count=1).strip(" \t\r\n,") for piece in _cut(part, mark)]
        pieces = [piece for piece in pieces if piece]
        if len(pieces) > 1 and (mark == ";" or all(len(list(_cut(piece, ","))) == 2 for piece in pieces)):
            return pieces
    return _between_commas(part)


def _between_commas(part: str) -> list[str] | None:
    pieces = [piece.strip() for piece in _cut(part, ",")]
    pieces = [_AND_BEFORE.sub("", piece) if number else piece for number, piece in enumerate(pieces)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) < (2 if part.endswith(",") else 3) or any(
        piece in NAME_SUFFIXES or DEGREE.fullmatch(piece) for piece in pieces
    ):
        return None
    if all(re.search(r"[\s~]", piece) for piece in pieces) and (len(pieces) > 3 or _all_initialled(pieces)):
        return pieces
    if len(pieces) > 3 and len(pieces) % 2 == 0:
        return [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
    return None


def _all_initialled(pieces: Sequence[str]) -> bool:
    return all(re.match(r"[^\W\d_]\.", piece) for piece in pieces)


def _cut(text: str, mark: str) -> Iterator[str]:
    """The text between the marks that stand in no braces and end no entity."""
    entities = [found.span() for found in _ENTITY.finditer(text)] if "&" in text else []
    depth, start = 0, 0
    for position, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char != mark or depth or any(begin <= position < end for begin, end in entities):
            continue
        if mark != "&" or text[position + 1 : position + 2].isspace():
            yield text[start:position].rstrip("\\") if mark == "&" else text[start:position]
            start = position + 1
    yield text[start:]


def commas_outside(text: str) -> int:
    """How many commas stand in no braces."""
    while "," in text and (bare := _GROUP.sub("", text)) != text:
        text = bare
    return text.count(",")


def _is_suffix(words: Words) -> bool:
    return len(words) == 1 and words[0] in NAME_SUFFIXES


def _begins_small(word: str) -> bool:
    """Whether the first letter that a reader sees is small; a macro's name is none."""
    bare = re.sub(r"\\[A-Za-z]+\s*|\\.", "", word)
    return next((char.islower() for char in bare if char.isalpha()), False)
