"""Codes of the data that stand as they are in what a page shows to people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS

_HIDDEN = "//script | //style | //code | //pre | //kbd | //textarea | //svg | //*[@class='Z3988']"
_NAMES = {one for one in (*FABIO_CLASS, *BY_CSL) if "-" in one or "_" in one}
_NAMES |= {"container-title", "reference-set", "not-stated", "not-found", "no-text", "machine-reviewed", "cited-by"}
_WORD = re.compile(r"(?<![\w/.@:#?&=-])[A-Za-z][\w-]*(?![\w/@=-])")
_SNAKE = re.compile(r"[a-z]+[a-z0-9]*(?:_[a-z0-9]+)+")
_CAMEL = re.compile(r"[a-z]+[A-Z]\w*")
_ISO = re.compile(r"[A-Z]{2}(?:-[A-Z]{2,3})?|(?:en|fr|nl|pt)(?:-[A-Z]{2})?")


def raw_codes(page: str, allowed: frozenset[str] = frozenset()) -> set[str]:
    """Return names of types, roles and fields, and codes of languages and countries, that a page shows as they are."""
    return {code for text in _texts(page) for code in _codes(text) if code not in allowed}


def _texts(page: str) -> Iterator[str]:
    root: Any = html.fromstring(page)
    for node in root.xpath(_HIDDEN):
        node.text = None
        for child in list(node):
            node.remove(child)
    for text in root.xpath("//body//text() | //body//@placeholder | //body//@aria-label"):
        yield " ".join(str(text).split())


def _codes(text: str) -> Iterator[str]:
    if _ISO.fullmatch(text):
        yield text
    for word in _WORD.findall(text):
        if word in _NAMES or _SNAKE.fullmatch(word) or _CAMEL.fullmatch(word):
            yield word
