"""Read lists of DOIs to ask for, from lines of text or values of JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from commonplace.errors import Message
from commonplace.model.identifiers import normal_doi

LONGEST_SHOWN = 200
"""Maximum number of characters of a place in a list that receipts repeat: no DOI comes near it."""

HALF_A_PAIR = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: no character, and nothing that UTF-8 can hold."""


@dataclass(frozen=True, slots=True)
class AskedDoi:
    """One DOI of a list, as it stands there; `line` counts from 1. An `error` says why it cannot be asked for."""

    text: str
    line: int
    error: str | None = None

    @classmethod
    def given(cls, value: object, line: int) -> AskedDoi:
        """Return one place of a list of JSON values: a text to ask for, or the reason why there is none."""
        if isinstance(value, JsonNumber) or not isinstance(value, str):
            return cls(
                shown(_as_json(value)),
                line,
                Message("%(kind)s, and not a DOI in quotation marks", kind=_kind_of(value)),
            )
        text = HALF_A_PAIR.sub("\ufffd", value)
        if text != value:
            return cls(shown(text), line, "not a DOI: it has half of a surrogate pair, which is no character")
        if not text.strip():
            return cls(text, line, "empty: there is no DOI to ask for")
        return cls(text, line)


class JsonNumber(str):
    """A number of a JSON document as it is written there: it may have more digits than any number type takes."""

    __slots__ = ()


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a number"


def _as_json(value: object) -> str:
    if isinstance(value, JsonNumber):
        return str(value)
    try:
        return json.dumps(value)
    except RecursionError:  # it was just not nested too deeply to be read
        return "…"


def shown(text: str) -> str:
    """Return a text as messages and receipts repeat it, cut where it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def read_doi_list(text: str) -> list[AskedDoi]:
    """Return the DOIs of a text: one on each line, or several with white space between; `#` begins a comment line."""
    asked: list[AskedDoi] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        words = [word for word in re.split(r"\s+", content) if word.strip(",;")]
        texts = words if len(words) > 1 and all(map(_is_doi, words)) else [content]
        asked += [AskedDoi.given(text, number) for text in texts]
    return asked


def _is_doi(text: str) -> bool:
    try:
        normal_doi(text)
    except ValueError:
        return False
    return True
