"""Put right names that people write against BibTeX's rules: where their parts are, and where a list is cut.

BibTeX takes the suffix only from between two commas, splits words at a tie and at the space after a macro,
and knows no mark between names but `and`. What is put right here is reported, unless nothing else was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from commonplace.errors import Message
from commonplace.model.bibtex_terms import CAPITAL_PARTICLES, DEGREE, ET_AL, NAME_SUFFIXES

_ACCENT = r"\\(?:['`^\"~=.]|[uvHcdbkrthGU](?![A-Za-z]))"
_SPLIT_ACCENT = re.compile(
    rf"{_ACCENT}[ \t\r\n]*(?:{_ACCENT}[ \t\r\n]*)*(?:\{{[^{{}}]*\}}|\\[ij](?![A-Za-z])|[^\W\d_])"
)
LONGEST_NAME = 1000
"""Maximum length of a name, in characters, that is looked through for letters cut in two."""

_GAP_OR_TIE = re.compile(r"\\~|\\[A-Za-z]+[ \t\r\n]|\\['`^\"=.][ \t\r\n]")
_GROUP = re.compile(r"\{[^{}]*\}")
_SPLIT_LETTER = re.compile(
    r"\\([ijoOlL]|ae|AE|oe|OE|aa|AA|ss|dh|DH|dj|DJ|ng|NG|th|TH)[ \t\r\n]+"
    r"(?=[a-z])(?!(?:and|von|van|de|del|der|den|di|da|du|la|le|zu)\b)"
)
_BRACED_CAPITAL = re.compile(r"\{[^\W\d_a-z]\}")
_INITIALS = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ]\.[-–]?)+|[A-Z]{1,3}(?:-[A-Z])?")
"""`A.J.S.`, `J.-P.`, or `AJS`, as Scopus and Vancouver have them."""

_FOREIGN_AND = re.compile(r"\s+(?:\\?&|und|et|och|og)\s+")
AMPERSAND = re.compile(r"(?<=\s)\\?&(?=\s)")
_BODY = re.compile(
    r"(?i)\b(?:company|co|sons|bros|brothers|partners|associates|inc|ltd|llc|gmbh|ag|press|verlag|publish\w*|universit\w*|"
    r"institut\w*|department|dept|ministry|office|agency|society|association|college|school|group|of|for|the)\b"
)
"""Words of bodies, whose names may have an `&`."""

_TRAILING_ET_AL = re.compile(r"[\s~]+et\.?[\s~]+al\.?\s*$", re.IGNORECASE)
_ENTITY = re.compile(r"&#?\w+;")
_AND_BEFORE = re.compile(r"\s*(?:and\s+|\\?&\s*)", re.IGNORECASE)

Words = Sequence[str]


class Split(NamedTuple):
    """Hold first, von, last and jr of a name in raw words; `why` where BibTeX would not look for them there."""

    first: Words
    von: Words
    last: Words
    jr: Words
    why: str | None = None


def without_gaps(text: str) -> str:
    r"""Return the name with braces around letters that BibTeX would cut in two: `Mu\~noz`, `Erd\H os`, `Garc\'\i a`."""
    if len(text) > LONGEST_NAME or not _GAP_OR_TIE.search(text):
        return text
    text = _SPLIT_ACCENT.sub(lambda found: f"{{{found[0]}}}" if re.search(r"[~\s]", found[0]) else found[0], text)
    return _SPLIT_LETTER.sub(r"{\\\1}", text)


def set_right(split: Split, commas: int) -> Split:
    """Return the parts of a name that was split by BibTeX's rules, with that many commas, as they were meant."""
    first, von, last, jr, _ = split
    if not commas and last and last[-1].endswith(".") and (count := _initials_at_end([*first, *von, *last])):
        words = [*(() if von else first), *last]
        if count < len(words):
            given = [*(first if von else ()), *words[-count:]]
            return Split(given, von, words[:-count], jr, "initials stand last; they were read as the given name")
    if commas and von and not _begins_small(von[0]) and von[0].lower() not in CAPITAL_PARTICLES:
        von, last = (), [*von, *last]  # Ortega y Gasset, García de la Torre: a family name of several words
    capital = next((place for place, word in enumerate(von) if _BRACED_CAPITAL.match(word)), None)
    if capital is not None:
        von, last = von[:capital], [*von[capital:], *last]
    if commas == 2 and not _is_suffix(jr) and (_is_suffix(first) or DEGREE.fullmatch(" ".join(first))):
        return Split(jr, von, last, first, "the suffix stands last; it was read as a suffix, not as a given name")
    if commas == 2 and jr and not _is_suffix(jr) and not DEGREE.fullmatch(" ".join(jr)) and jr[0][0] != "{":
        return Split(
            first,
            von,
            last,
            jr,
            Message("%(suffix)r stands where a suffix does, and was read as one", suffix=" ".join(jr)),
        )
    if not jr and len(last) > 1 and commas and _is_suffix(last[-1:]):
        return Split(first, von, last[:-1], last[-1:])
    return split if last is split.last else Split(first, von, last, jr)


def without_suffix(text: str, first: Words, last: Words, commas: int) -> tuple[str, str, str | None] | None:
    """Return a name before its suffix, the suffix, and what is wrong: `Guy Steele, Jr.`, `Guy Steele Jr.`."""
    if commas == 1 and _is_suffix(first) and (rest := text.rpartition(",")[0]).strip():
        return rest, first[0], "a suffix where the given name should be; the name was read in reading order"
    if not commas and _is_suffix(last[-1:]) and (first or len(last) > 1):
        return text.rstrip()[: -len(last[-1])], last[-1], None
    return None


def family_and_suffix(family: str) -> tuple[str, str | None]:
    """Return the decoded text `King, Jr.`, which was in braces, as its two parts."""
    before, comma, after = family.rpartition(",")
    return (before.strip(), after.strip()) if comma and after.strip() in NAME_SUFFIXES else (family, None)


def is_et_al(part: str) -> bool:
    """Return whether the text between two `and`s says that there are others."""
    return ET_AL.fullmatch(part) is not None


def before_et_al(part: str) -> str:
    """Return the name without an `et al.` at its end."""
    return _TRAILING_ET_AL.sub("", part)


def several(part: str) -> list[str] | None:
    """Return the names in what should be one, where another mark than `and` stands between them; None for one name."""
    if "," not in part and ";" not in part:
        return _between_words(part)
    for mark in (";", "&"):
        pieces = [_AND_BEFORE.sub("", piece, count=1).strip(" \t\r\n,") for piece in _cut(part, mark)]
        pieces = [piece for piece in pieces if piece]
        if len(pieces) > 1 and (mark == ";" or all(len(list(_cut(piece, ","))) == 2 for piece in pieces)):
            return pieces
    return _between_commas(part)


def may_be_several(part: str) -> bool:
    """Return whether `several` is worth asking: there is a mark in the text that separates names elsewhere."""
    if ";" in part or "&" in part or " und " in part or " et " in part or " och " in part or " og " in part:
        return True
    return part.count(",") > 1


def two_of_a_list(part: str, last: str) -> list[str] | None:
    """Return `Jane Doe, Ann Roe` as two names where the list ends in one without a comma (`and Ed Poe`); else None.

    By itself it may be a family name of two words and a given name of two.
    """
    pieces = [piece.strip() for piece in part.split(",")]
    if len(pieces) != 2 or "," in last or "{" in part:
        return None
    if all(map(_ends_in_initials, (*pieces, last))):
        return [_with_comma(piece) for piece in pieces]
    return pieces if all(map(_is_whole_name, (*pieces, last))) and not _is_suffix([pieces[1]]) else None


def _between_words(part: str) -> list[str] | None:
    """Return the names on both sides of `&` or a foreign *and*, where each side is a whole name."""
    pieces = [piece.strip() for piece in _FOREIGN_AND.split(part)] if "{" not in part else [part]
    if len(pieces) < 2 or not all(map(_is_whole_name, pieces)) or _BODY.search(part):
        return None
    return pieces


def _is_whole_name(piece: str) -> bool:
    """Return whether the text is a given and a family name in reading order: two words, none of them small."""
    words = _GROUP.sub("G", piece).split()
    return len(words) > 1 and not any(map(_begins_small, words)) and words[0].lower() not in CAPITAL_PARTICLES


def _between_commas(part: str) -> list[str] | None:
    pieces = [piece.strip() for piece in _cut(part, ",")]
    pieces = [_AND_BEFORE.sub("", piece) if number else piece for number, piece in enumerate(pieces)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > 2 and all(
        map(_ends_in_initials, pieces)
    ):  # of two, the second may be a given name: `Ruiz Q., Ana M.`
        return [_with_comma(piece) for piece in pieces]
    if len(pieces) < (2 if part.endswith(",") else 3) or any(
        piece in NAME_SUFFIXES or DEGREE.fullmatch(piece) for piece in pieces
    ):
        return None
    if all(map(_is_whole_name, pieces)) or (len(pieces) > 3 and all(" " in _GROUP.sub("", piece) for piece in pieces)):
        return [_with_comma(piece) if _ends_in_initials(piece) else piece for piece in pieces]
    if len(pieces) > 3 and len(pieces) % 2 == 0:
        return [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
    return None


def _initials_at_end(words: Words) -> int:
    """Return how many words at the end are initials, 0 where all are, or the first is one."""
    count = 0
    while count < len(words) and _INITIALS.fullmatch(words[-1 - count]) and words[-1 - count] not in NAME_SUFFIXES:
        count += 1
    return 0 if count == len(words) or _INITIALS.fullmatch(words[0]) else count


def _ends_in_initials(piece: str) -> bool:
    return _initials_at_end(piece.replace("~", " ").split()) > 0


def _with_comma(piece: str) -> str:
    """Return `Hamilton A. J.` as `Hamilton, A. J.`."""
    words = piece.replace("~", " ").split()
    count = _initials_at_end(words)
    return f"{' '.join(words[:-count])}, {' '.join(words[-count:])}"


def _cut(text: str, mark: str) -> Iterator[str]:
    """Return the text between the marks that stand in no braces and end no entity."""
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
    """Count the commas that stand in no braces."""
    while "," in text and (bare := _GROUP.sub("", text)) != text:
        text = bare
    return text.count(",")


def _is_suffix(words: Words) -> bool:
    return len(words) == 1 and words[0] in NAME_SUFFIXES


def _begins_small(word: str) -> bool:
    """Return whether the first letter that a reader sees is small; a macro's name is none."""
    bare = re.sub(r"\\[A-Za-z]+\s*|\\.", "", word)
    return next((char.islower() for char in bare if char.isalpha()), False)
