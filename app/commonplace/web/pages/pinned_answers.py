"""Read what the pages of pins say beside an answer: what was asked, what was kept and what differs, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from commonplace.model.canonical_answer import entries_of
from commonplace.model.change import Version
from commonplace.web.context import Context
from commonplace.web.pages.adding import MOST_NAMED, Added, at_of
from commonplace.web.pages.words.answer_words import NO_WORDS, AnswerWords, iris_in
from commonplace.web.pages.words.asked_words import asked_words
from commonplace.web.pages.words.called import called_each
from commonplace.web.pages.words.languages import language_of

MOST_SHOWN = 200
"""Maximum number of entries of a kept answer that its page shows."""


def of_pin(context: Context, request: Request, answer: Any) -> Added:
    """Add the question in words, and whether it searches, which is answered at the newest version only."""
    address = answer.get("asks") or answer["address"]
    question = asked_words(context, address, language_of(request))
    return {"searches": _searches(address), "question": question}


def _searches(address: str) -> bool:
    """Return whether an address asks a search, which is answered at the newest version only."""
    return "q" in parse_qs(urlsplit(address).query)


def kept_in_words(context: Context, request: Request, answer: Any) -> Added:
    """Add what the answer of a pin has in it, in words: the first of many entries, and how many more there are."""
    entries = [(name, value) for name, value in entries_of(answer["kept"]).items() if name not in NO_WORDS]
    words = _words_of(context, request, [value for _, value in entries[:MOST_SHOWN]], None)
    shown = [words.entry(name, value) for name, value in entries[:MOST_SHOWN]]
    return {**of_pin(context, request, answer), "entries": shown, "more": len(entries) - len(shown)}


def difference_in_words(context: Context, request: Request, answer: Any) -> Added:
    """Add what differs between an answer that was kept and another, in words."""
    words = _words_of(context, request, answer["items"], at_of(request))
    node = context.minter.thing("pin", request.path_params["key"])
    pin = context.library.read(lambda snapshot: context.pins.read(snapshot, node))
    return {
        "differences": [words.difference(one) for one in answer["items"]],
        "pin": pin,
        "question": pin.title or asked_words(context, pin.asks, language_of(request)),
        "searches": _searches(pin.asks),
    }


def _words_of(context: Context, request: Request, entries: Sequence[Any], at: Version | None) -> AnswerWords:
    """Return what says entries of answers in words, with the names that the things in them have."""
    base, language = context.minter.base, language_of(request)
    things = list(dict.fromkeys(iris_in(entries, base)))[:MOST_NAMED]
    called = context.library.read(lambda s: called_each(s, things, context.minter, language), at)
    return AnswerWords(called, base, language)


def questions_of_pins(context: Context, request: Request, answer: Any) -> Added:
    """Add in words what each pinned answer was asked for, by its address."""
    language = language_of(request)
    return {"questions": {pin["asks"]: asked_words(context, pin["asks"], language) for pin in answer["items"]}}
