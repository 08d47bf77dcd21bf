"""Find the things that a text may mean, by the library's own search, which wants every word of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from commonplace.derived.search.index import SearchIndex
from commonplace.exchange.reconciliation.asked import GivenEntity, Query
from commonplace.exchange.reconciliation.properties import IDENTIFYING, PROPERTIES

EACH_SEARCH = 12
"""Maximum number of things of one search that are looked at: what bears the whole text as its name comes first."""

MOST_WORDS = 12
"""Maximum number of words of a text of which one may be missing or misspelled."""

LONGEST_WORDS = 3
"""Number of the longest words that are looked for by themselves when no more of a text is found."""

SHORTEST_BEGINNING = 4
"""Minimum letters of the beginning of a word that is looked for when no word is found."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def candidates_of(index: SearchIndex, query: Query) -> dict[str, None]:
    """Return the IRIs of the things that a query may mean, in the order in which they are found."""
    found: dict[str, None] = {}
    for text in _identifiers(query):
        found |= _found(index, text, query.types)
    kinds = query.types if query.type_strict != "should" else [*PROPERTIES_OF_ALL]
    for text in _texts(query):
        found |= _likest(index, text, kinds)
    return found


def _likest(index: SearchIndex, text: str, kinds: Sequence[str]) -> dict[str, None]:
    """Return what has most of a text, kind by kind: less of it is looked for only where no kind has more."""
    for asked in _ever_less(text):
        if hits := {iri: None for kind in kinds for iri in _found(index, asked, [kind])}:
            return hits
    return {iri: None for kind in kinds for iri in _begun(index, text, kind)}


PROPERTIES_OF_ALL = tuple(dict.fromkeys(kind for one in PROPERTIES.values() for kind in one.patterns))
"""Every type that has properties, which all have."""


def _identifiers(query: Query) -> Iterator[str]:
    for given in query.properties:
        if PROPERTIES[given.pid].compared in IDENTIFYING:
            yield from (str(one) for one in given.values[:3] if not isinstance(one, GivenEntity))


def _texts(query: Query) -> list[str]:
    """Return what to search for: the text, else the title, else the names that the properties give."""
    if query.text:
        return [query.text]
    given = {one.pid: one.values for one in query.properties}
    for pid in ("title", "name", "label", "other-name", "key"):
        if given.get(pid):
            return [str(one) for one in given[pid][:3] if not isinstance(one, GivenEntity)]
    named = [
        one.name if isinstance(one, GivenEntity) else str(one)
        for pid, values in given.items()
        if PROPERTIES[pid].of is not None
        for one in values
    ]
    return [text for text in named if text][:3]


def _found(index: SearchIndex, text: str, kinds: Iterable[str], *, typing: bool = False) -> dict[str, None]:
    hits = index.search(text.replace('"', " "), kinds=kinds, limit=EACH_SEARCH, typing=typing).hits
    return dict.fromkeys(hit.iri for hit in hits)


def _ever_less(text: str) -> Iterator[str]:
    """Yield a text; then it with one word left out, the shortest first; then its longest words, each alone."""
    yield text
    words = _WORD.findall(text)
    by_length = sorted(range(len(words)), key=lambda place: (len(words[place]), place))
    if 2 < len(words) <= MOST_WORDS:
        for place in by_length:
            yield _joined(words, without=place)
    if len(words) > 1:
        for place in reversed(by_length[-LONGEST_WORDS:]):
            yield words[place]


def _joined(words: Sequence[str], *, without: int) -> str:
    return " ".join(word for place, word in enumerate(words) if place != without)


def _begun(index: SearchIndex, text: str, kind: str) -> dict[str, None]:
    """Return what has a word that begins as the longest of a text, of which nothing else is found."""
    longest = max(_WORD.findall(text), key=len, default="")
    beginning = longest[: max(SHORTEST_BEGINNING, len(longest) // 2)]
    return _found(index, beginning, [kind], typing=True) if len(beginning) >= SHORTEST_BEGINNING else {}
