"""Read what can be read of an entry that is broken: no closing brace, no comma, no equals sign.

Where the strict splitter gives up, this goes field by field: each `name = value` counts whose
value is closed; one that is not ends where a field starts on a new line, or a common one after a
comma. A value that is closed only because a later brace or quote closes it, with other fields in it,
ends where the first of them begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from commonplace.importers.bibtex.braces import TYPE

_HEAD = re.compile(rf"@\s*(?P<type>{TYPE}+)\s*[{{(]\s*(?P<key>[^\s,={{}}\"]*)\s*(?P<comma>,?)")
_FIELD = re.compile(r"(?:^|(?<=[\s,{(\"}]))(?P<name>[A-Za-z][\w:+./-]*)\s*=\s*(?=\S)")
_COMMON = (
    "abstract|address|author|booktitle|chapter|date|doi|edition|editor|eprint|isbn|issn|issue|journal|journaltitle|"
    "keywords|month|note|number|pages|publisher|school|series|title|url|volume|year"
)
_NEXT_FIELD = re.compile(rf"\n\s*[A-Za-z][\w:+./-]*\s*=\s*[{{\"\w]|,\s*(?:{_COMMON})\s*=\s*[{{\"\w]", re.IGNORECASE)
_SWALLOWED = re.compile(
    rf",\s*\n\s*(?:{_COMMON})\s*=\s*[{{\"\d]|(?<=[}}\"])\s*,\s*(?:{_COMMON})\s*=\s*[{{\"]", re.IGNORECASE
)
_QUOTED_ENTRY = re.compile(r"@\s*\w+\s*\{")
_BARE = re.compile(r"[^\s,#{}\"()]+")
_MARK = re.compile(r"[{}\"]")


@dataclass(frozen=True, slots=True)
class Salvage:
    """Hold what a broken entry still says. `fields` are value expressions in the order they stand."""

    entry_type: str
    key: str
    fields: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]


def salvage(raw: str) -> Salvage | None:
    """Return what can be read of a broken entry, None when it does not even begin as one."""
    head = _HEAD.match(raw)
    if not head:
        return None
    key = head["key"]
    position = head.end()
    # `@book{title = {…}}` has no key: what looked like one is the first field's name.
    if not head["comma"] and raw[position : position + 1] == "=":
        key, position = "", head.start("key")
    fields: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    while found := _FIELD.search(raw, position):
        between = raw[position : found.start()].strip(" \t\n,")
        if between:
            faults.append(("", between))
        value, position, closed = _value(raw, found.end())
        if not closed:
            faults.append((found["name"], value))
        fields.append((found["name"], value if closed else "{" + _balanced(value) + "}"))
    rest = raw[position:].strip(" \t\n,})")
    if rest:
        faults.append(("", rest))
    return Salvage(head["type"].lower(), key, tuple(fields), tuple(faults))


def swallows(value: str) -> bool:
    """Return whether a value runs on over the fields after it, because a brace or quote of its own is missing."""
    return _swallowed(value, 0, len(value)) is not None


def _swallowed(raw: str, start: int, end: int) -> int | None:
    """Return where in a value another field begins; None where none does, or the value shows an entry of its own."""
    found = _SWALLOWED.search(raw, start, end)
    if found is None or _QUOTED_ENTRY.search(raw, start, found.start()):
        return None
    return found.start()


def _value(raw: str, start: int) -> tuple[str, int, bool]:
    """Return the value expression at `start`, where it ends, and whether it was closed."""
    position, closed = _part(raw, start)
    while closed:
        joint = re.compile(r"\s*#\s*").match(raw, position)
        if not joint:
            return raw[start:position], position, True
        position, closed = _part(raw, joint.end())
    return raw[start:position].strip().rstrip(",").lstrip('{"').strip(), position, False


def _part(raw: str, start: int) -> tuple[int, bool]:
    opener = raw[start : start + 1]
    if opener not in ("{", '"'):
        found = _BARE.match(raw, start)
        return (found.end(), True) if found else (start + 1, False)
    end, closed = _delimited(raw, start, opener)
    cut = _swallowed(raw, start, end) if closed else None
    return (end, closed) if cut is None else (cut, False)


def _delimited(raw: str, start: int, opener: str) -> tuple[int, bool]:
    depth = 0
    for found in _MARK.finditer(raw, start + (opener == '"')):
        if found[0] == '"':
            if opener == '"' and depth == 0:
                return found.end(), True
            continue
        depth += 1 if found[0] == "{" else -1
        if opener == "{" and depth == 0:
            return found.end(), True
        if depth < 0:
            break
    following = _NEXT_FIELD.search(raw, start)
    return (following.start() if following else len(raw)), False


def _balanced(value: str) -> str:
    """Return the value without the braces that have no partner."""
    if value.count("{") == value.count("}"):
        return value
    return value.replace("{", "").replace("}", "")
