"""Choose the passage of a work that speaks most for a suggestion, with the words that led to it as they stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commonplace.library.suggestions.terms import language_of_text, places_of, tokens

MAXIMUM_PASSAGE = 300
"""Maximum length of a passage, in characters."""

_SENTENCE = re.compile(r"[^.!?…]+(?:[.!?…]+(?!\s|$)[^.!?…]*)*[.!?…]*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a work, the part that it stands in (`title`, `abstract`, `keywords`), and the words that count.

    One in the kept text of the work has its `page` as the locator, too; it says on how many pages there are such words,
    and what stands `around` the quote.
    """

    quote: str
    locator: str
    because: tuple[str, ...]
    page: int | None = None
    named_on_pages: int | None = None
    around: str = ""


def passage_of(parts: Mapping[str, str], reasons: Sequence[Sequence[str]], language: str | None = None) -> Passage:
    """Return the sentence of a text in which most of the reasons stand, the first ones before others.

    `parts` are texts by name, at least one; a reason is one term, as the stems of its words, in
    the language of the text, which is told from its words where it is not given.
    """
    language = language or language_of_text(" ".join(parts.values()))
    because: dict[str, str] = {}
    best: tuple[float, str, str] = (-1.0, *next((text[:MAXIMUM_PASSAGE], name) for name, text in parts.items()))
    for name, text in parts.items():
        read = tokens(text, language)
        places = [
            (1 / (1 + rank), start, end)
            for rank, reason in enumerate(reasons)
            for start, end in places_of(reason, read)
        ]
        for _, start, end in places:
            because.setdefault(text[start:end].lower(), text[start:end])
        for sentence in _SENTENCE.finditer(text):
            weight = sum(w for w, start, _ in places if sentence.start() <= start < sentence.end())
            if weight > best[0]:
                best = (weight, _cut(text, sentence, [start for _, start, _ in places]), name)
    return Passage(best[1], best[2], tuple(because.values()))


def _cut(text: str, sentence: re.Match[str], places: Sequence[int]) -> str:
    """Return a sentence, or the part of a long one around the first place in it, cut between words."""
    whole = sentence[0].strip()
    if len(whole) <= MAXIMUM_PASSAGE:
        return whole
    first = next((place for place in sorted(places) if sentence.start() <= place < sentence.end()), sentence.start())
    start = max(sentence.start(), first - MAXIMUM_PASSAGE // 3)
    if start > sentence.start():
        start = text.find(" ", start) + 1
    end = min(start + MAXIMUM_PASSAGE, sentence.end())
    return text[start : end if end == sentence.end() else text.rfind(" ", start, end)].strip()
