"""List the RIS tags that mean the same in every reference type; `ris_types` has those that do not.

Source: the RIS format specification (Research Information Systems, 2001 and 2011 revisions).
RIS has no tag for much of a record; `FIELD` (a custom tag) carries it as `name: text`.
"""

from __future__ import annotations

import json
import re

FIELD = "C7"
"""Carries `name: text` for what RIS has no tag for; what others write there (an article's number) has no colon."""

DATE_TAGS = ("DA", "Y1", "PY", "PD")
"""Tags of the date of publication, the fullest first."""

ADDRESS_TAGS = ("DO", "M3")
"""Tags in which programs write a DOI."""

MAY_REPEAT = frozenset({"url", "note"})
"""Attributes whose tags may stand several times in a reference."""

SHORT_TITLES = ("JO", "JA", "J2", "JI", "J1")
"""Tags of the short title of what a work appeared in; the first is its title where no other tag says that."""

EPUB_DATE = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?/*")
"""What stands in `ET` of a journal article for the date on which it was online: EndNote has it so from PubMed."""

TRANSLATED = "TT"
"""Tag of a translated title."""

OTHER_TITLES = "other-titles"
"""Name that a `FIELD` has for the list of titles beside the one that a work is cited by, with their languages."""

RESERVED = frozenset({"csl-type", "name", "part-of", "available", "keywords", OTHER_TITLES})
"""Names that a `FIELD` has for what is no field of a record's `extra`."""


def field_name(name: str, *, reserved: bool) -> str:
    """Return how `FIELD` writes the name of a field, in quotes where it would be taken for something else.

    `reserved` is whether the plain name means something of its own to the reader.
    """
    plain = name and name == name.strip() and not any(mark in name for mark in ":\n\r")
    if plain and not reserved and name not in RESERVED and not name.startswith(("role ", "rich ", '"')):
        return name
    return json.dumps(name, ensure_ascii=False)


def split_field(text: str) -> tuple[str, str, bool] | None:
    """Return the name and text that a value of `FIELD` holds, and whether the name is in quotes; None for others."""
    if text.startswith('"'):
        try:
            name, end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            return None
        if isinstance(name, str) and text[end : end + 2] == ": ":
            return name, text[end + 2 :], True
        return None
    name, colon, value = text.partition(": ")
    return (name, value, False) if colon and name and not any(mark in name for mark in ":\n") else None
