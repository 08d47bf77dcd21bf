"""Read the raw value of a name field as a list of `Name`, split before any LaTeX is decoded.

Sources: BibTeX's rules for First, von, Last and Jr as "Tame the BeaST" (section 11) describes
them, through bibtexparser; the BibLaTeX 3.20 manual, section 3.4 (extended name format).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)

from commonplace.errors import Message
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.bibtex.name_repairs import (
    AMPERSAND,
    Split,
    Words,
    before_et_al,
    commas_outside,
    family_and_suffix,
    is_et_al,
    may_be_several,
    set_right,
    several,
    two_of_a_list,
    without_gaps,
    without_suffix,
)
from commonplace.importers.bibtex.parser_faults import fault_of_name
from commonplace.model.bibtex_terms import NAME_SUFFIXES
from commonplace.model.names import Name

_AND = re.compile(r"[ \t\r\n][ \t\r\n]*[aA][nN][dD][ \t\r\n]+")  # begins with one of few: searched fast
_BRACE_OR_AND = re.compile(r"[{}]|[ \t\r\n]+and[ \t\r\n]+", re.IGNORECASE)
_BALANCED = re.compile(r"[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+\}[^{}]*+)*+")
_AND_AT_END = re.compile(r"^and[ \t\r\n]+|[ \t\r\n]+and$|^and$", re.IGNORECASE)
_WORD_BREAK = re.compile(r"[ \t\r\n~]+")
_EXTENDED = re.compile(r"\"?\s*(?:family|given|prefix|suffix|useprefix|id)(?:-i)?\s*=", re.IGNORECASE)
_EXTENDED_PART = re.compile(
    r"\s*\"?\s*(?P<key>[A-Za-z-]+)\s*=\s*(?:\{(?P<braced>(?:[^{}]|\{[^{}]*\})*)\}|\"(?P<quoted>[^\"]*)\"|(?P<bare>(?:[^,{}]|\{[^{}]*\})*))\s*\"?\s*(?:,|$)"
)
_LETTERS = r"(?!(?i:and)(?![^ ]))[^\W\d_](?:[^\W\d_]|[.'-](?!['-]))*+"
_USUAL_NAME = re.compile(rf"({_LETTERS}(?: {_LETTERS})*+), ({_LETTERS}(?: {_LETTERS})*+)")
"""What most names are: family and given name, all letters. No `and` is a word in it, and nothing is LaTeX."""
_DROPPED = re.compile(r"useprefix\s*=\s*[{\"]?false\b", re.IGNORECASE)
"""BibLaTeX's word for a particle that is left out where the family name stands alone."""

_TWO_WORDS_EACH = re.compile(r"[^\s,{}~]+[\s~]+[^,{}]*, *[^\s,{}~]+[\s~]+[^,{}]*")
"""Several words on both sides of the one comma."""

_PARTS = {"family": "family", "given": "given", "prefix": "particle", "suffix": "suffix"}
_IGNORED = frozenset({"useprefix", "family-i", "given-i", "prefix-i", "suffix-i", "hash", "id", "nameid"})


class ReadName(NamedTuple):
    """Hold one name, None where nothing was left of it, with what went wrong and the macros that were not known."""

    name: Name | None
    why: str | None = None
    unknown: tuple[str, ...] = ()


class NameList(NamedTuple):
    """Hold the names of a field; `more` when it ends in `and others`. Faults are pairs of raw name and reason."""

    names: tuple[Name, ...]
    more: bool
    faults: tuple[tuple[str, str], ...]


def read_names(raw: str) -> NameList:
    """Return the names in a raw name field. Never raises: what cannot be split is kept whole and reported."""
    names: list[Name] = []
    faults: list[tuple[str, str]] = []
    parts = _split(raw)
    more = bool(parts) and parts[-1].lower() == "others"
    if more:
        parts.pop()
    elif parts and " al" in parts[-1].replace("~", " "):
        more = _take_et_al(parts, faults)
    for part in _each(parts, faults):
        read = read_name(part)
        if read.name is not None:
            names.append(read.name)
        if read.why:
            faults.append((part, read.why))
        if read.unknown:
            faults.append(
                (part, Message("unknown macro %(macros)s; the text was kept", macros=", ".join(read.unknown)))
            )
    return NameList(tuple(names), more, tuple(faults))


def _take_et_al(parts: list[str], faults: list[tuple[str, str]]) -> bool:
    """Take an `et al.` off the end of the list; whether there was one."""
    last = parts.pop()
    rest = "" if is_et_al(last) else before_et_al(last)
    if rest:
        parts.append(rest)
    if rest == last:
        return False
    faults.append((last, "'et al.' was read as 'and others'"))
    return True


def _each(parts: Sequence[str], faults: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the names one by one, those too that stand between two `and`s with another mark between them."""
    for part in parts:
        found = None
        if may_be_several(part) and not _EXTENDED.match(part):
            found = several(part)
        elif _TWO_WORDS_EACH.fullmatch(part) and part is not parts[-1]:
            found = two_of_a_list(part, parts[-1])
        if found:
            faults.append((part, Message("no 'and' between these names; read as %(count)s names", count=len(found))))
        yield from found or (part,)


def cut_at_ands(raw: str) -> list[str]:
    """Return what stands between the `and`s of a list of names; some may be within a name: see `read_name_alone`."""
    return _AND.split(raw) if "\n" in raw or "\t" in raw else raw.split(" and ")


def read_name_alone(part: str) -> Name | None:
    """Return the one name in such a part; None where it is not one whole name, or anything is to be reported."""
    text = part.strip(" \t\r\n")
    if (usual := _usual_name(text)) is not None:
        return usual
    if text.lower() == "others" or " al" in text.replace("~", " ") or may_be_several(text):
        return None
    if _TWO_WORDS_EACH.fullmatch(text):
        return None
    if _AND.search(text) or _AND_AT_END.search(text):
        return None
    if "\\{" in text or "\\}" in text or ("{" in text and not _BALANCED.fullmatch(text)):
        return None
    read = read_name(text)
    return None if read.why or read.unknown else read.name


def _usual_name(text: str) -> Name | None:
    """Return what `read_name` says of nearly all names, found in a tenth of the time; None for any other."""
    found = _USUAL_NAME.fullmatch(text)
    if found is None or " al" in text:
        return None
    family, given = found.groups()
    *before, last = family.split(" ")
    if before and " " in given:  # two words each: perhaps two names
        return None
    if given in NAME_SUFFIXES or last in NAME_SUFFIXES or any(map(_is_lower, before)):
        return None
    return Name(family=family, given=given)


def _split(raw: str) -> list[str]:
    raw = raw.strip(" \t\r\n")
    if not raw:
        return []
    # The library goes letter by letter; where no brace is escaped a search says the same.
    parts = split_multiple_persons_names(raw) if "\\{" in raw or "\\}" in raw else _between_ands(raw)
    # `A and and B`, `A and`: the empty name between is a fault of its own.
    result: list[str] = []
    for part in parts:
        result.extend(_without_and(part))
    return result


@lru_cache(maxsize=65536)
def _without_and(part: str) -> tuple[str, ...]:
    stripped = part.strip(" \t\r\n")
    trimmed = _AND_AT_END.sub("", stripped)
    return (trimmed, "") if trimmed != stripped else (stripped,)


def _between_ands(raw: str) -> list[str]:
    """Return the text between the `and`s that stand in no braces."""
    pieces = _AND.split(raw)
    if "{" not in raw or all("{" not in piece or _BALANCED.fullmatch(piece) for piece in pieces):
        return pieces
    parts: list[str] = []
    depth, start = 0, 0
    for found in _BRACE_OR_AND.finditer(raw):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth = max(depth - 1, 0)
        elif not depth:
            parts.append(raw[start : found.start()])
            start = found.end()
    return [*parts, raw[start:]]


@lru_cache(maxsize=65536)
def read_name(raw: str) -> ReadName:
    """Return one name in any of BibTeX's three forms, BibLaTeX's extended form, or braces for a body."""
    text = raw.strip(" \t\r\n,") if raw.count(",") == 1 and raw.rstrip().endswith(",") else raw.strip(" \t\r\n")
    if not text:
        return ReadName(None, "an empty name between two 'and's")
    if text[0] == "{" and _whole(text):
        inner = decode(text)
        return ReadName(
            Name(literal=inner.text) if inner.text else None, None if inner.text else "an empty name", inner.unknown
        )
    if _EXTENDED.match(text):
        return _extended(text)
    if "&" in text and "," not in text and AMPERSAND.search(text):
        whole = decode(text)
        return ReadName(Name(literal=whole.text), "an '&' in the name of one; taken for that of a body", whole.unknown)
    if "{" not in text and "\\" not in text and "}" not in text:
        sections = [[word for word in _WORD_BREAK.split(section) if word] for section in text.split(",")]
        if len(sections) > 3:
            return _too_many_commas(text)
        return _meant(raw, text, _plain_parts(sections), len(sections) - 1)
    return _braced(raw, without_gaps(text) if "\\" in text else text)


def _whole(text: str) -> bool:
    """Return whether one pair of braces holds all of `text`."""
    depth = 0
    for position, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth == 0:
            return position == len(text) - 1
    return False


def _too_many_commas(text: str) -> ReadName:
    return ReadName(Name(literal=decode(text).text), "more than two commas, so it cannot be split; kept whole")


def _plain_parts(sections: list[list[str]]) -> Split:
    """Return first, von, last and jr of a name without LaTeX. A script without case has no particles."""
    if len(sections) == 1:
        words = sections[0]
        lower = [i for i, word in enumerate(words[:-1]) if _is_lower(word)]
        if not lower:
            return Split(words[:-1], (), words[-1:], ())
        return Split(words[: lower[0]], words[lower[0] : lower[-1] + 1], words[lower[-1] + 1 :], ())
    words, first = sections[0], sections[-1]
    jr = sections[1] if len(sections) == 3 else []
    lower = [i for i, word in enumerate(words[:-1]) if _is_lower(word)]
    cut = lower[-1] + 1 if lower else 0
    return Split(first, words[:cut], words[cut:], jr)


def _is_lower(word: str) -> bool:
    for char in word:
        if char.isalpha():
            return char.islower()
    return False


def _braced(raw: str, text: str) -> ReadName:
    why = None
    try:
        parts = parse_single_name_into_parts(text, strict=True)
    except InvalidNameError as fault:
        if "comma" in fault.reason.lower() and text.count(",") > 2:
            return _too_many_commas(text)
        why = Message("%(why)s; read as well as it could be", why=fault_of_name(fault.reason))
        parts = parse_single_name_into_parts(text, strict=False)
    read = _meant(raw, text, Split(parts.first, parts.von, parts.last, parts.jr), commas_outside(text))
    return ReadName(read.name, why or read.why, read.unknown)


def _meant(raw: str, text: str, split: Split, commas: int) -> ReadName:
    """Return the name of those parts, with a suffix where there is one."""
    if (before := without_suffix(text, split.first, split.last, commas)) is not None:
        rest, suffix, why = before
        read = read_name(rest)
        if read.name is not None and read.name.family and not read.name.suffix:
            return ReadName(replace(read.name, suffix=suffix), why or read.why, read.unknown)
    right = set_right(split, commas)
    read = _assembled(raw, right.first, right.von, right.last, right.jr)
    braced = len(right.last) == 1 and right.last[0][0] == "{"
    if braced and read.name is not None and read.name.family and "," in read.name.family and not read.name.suffix:
        family, ending = family_and_suffix(read.name.family)
        read = ReadName(replace(read.name, family=family, suffix=ending), read.why, read.unknown)
    return ReadName(read.name, right.why or read.why, read.unknown)


def _assembled(raw: str, first: Words, von: Words, last: Words, jr: Words) -> ReadName:
    unknown: list[str] = []
    texts: list[str | None] = []
    for words in (first, von, last, jr):
        decoded = decode(" ".join(words)) if words else None
        unknown.extend(decoded.unknown if decoded else ())
        # A tie within a name separates words like any space; a space that was braced is one too.
        texts.append(decoded.text.replace("\u00a0", " ").strip() or None if decoded else None)
    return _named(raw, texts[2], texts[0], texts[1], texts[3], tuple(unknown))


def _named(
    raw: str, family: str | None, given: str | None, particle: str | None, suffix: str | None, unknown: tuple[str, ...]
) -> ReadName:
    if family:
        return ReadName(Name(family=family, given=given, particle=particle, suffix=suffix), None, unknown)
    single = " ".join(part for part in (given, particle, suffix) if part)
    if not single:
        return ReadName(None, "a name without any text", unknown)
    return ReadName(
        Name(family=single), Message("no family name in %(raw)r; the name was taken as a single one", raw=raw), unknown
    )


def _extended(text: str) -> ReadName:
    parts: dict[str, str] = {}
    unknown: list[str] = []
    ignored: list[str] = []
    position = 0
    while position < len(text):
        found = _EXTENDED_PART.match(text, position)
        if not found:
            return ReadName(Name(literal=decode(text).text), "an extended name that cannot be split; kept whole")
        key = found["key"].lower()
        value = decode(found["braced"] or found["quoted"] or found["bare"] or "")
        unknown.extend(value.unknown)
        if key in _PARTS:
            parts[_PARTS[key]] = value.text.strip().strip('"')
        elif key not in _IGNORED:
            ignored.append(key)
        position = found.end()
    family, given, particle, suffix = (parts.get(key) or None for key in ("family", "given", "particle", "suffix"))
    read = _named(text, family, given, particle, suffix, tuple(unknown))
    if read.name is not None and particle and _DROPPED.search(text):
        read = read._replace(name=replace(read.name, particle=None, dropping_particle=particle))
    why = (
        Message("parts of the name that have no place in a record: %(parts)s", parts=", ".join(ignored))
        if ignored
        else read.why
    )
    return ReadName(read.name, why, read.unknown)
