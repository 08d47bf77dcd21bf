"""Say in words which rules a change would break, by the names of the things that would break them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.statement_labels import name_of
from commonplace.model.minter import Minter
from commonplace.web.pages.words.called import called_in
from commonplace.web.pages.words.sentences import translated
from commonplace.web.pages.words.wording import address_of

BrokenRules = dict[str, list[tuple[str, str]]]
"""What rules say, each with the names and addresses of the things that would break it; an address may be empty."""

_PLACED = re.compile(r"(?P<iri>https?://\S+)(?: \S+)?: (?P<why>.+)", re.DOTALL)
_WITH_VALUE = re.compile(r"(?P<message>.+?[.!]) \(.*\)", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[^\W\d_])")
_TERM = re.compile(r"\b[a-z]+:[A-Za-z]")
"""A term of the data, as `cp:describedBy`: a sentence that has one is for whoever writes the data as RDF."""


def rules_in_words(snapshot: Snapshot, breaks: Iterable[str], minter: Minter, language: str) -> BrokenRules:
    """Return the rules of a report (`IRI property: message`) in words, in the order of their first breach."""
    found: BrokenRules = {}
    for text in breaks:
        placed = _PLACED.fullmatch(text)
        things = found.setdefault(_rule(placed["why"] if placed else text, language), [])
        if placed and (thing := _named(snapshot, placed["iri"], minter, language)) not in things:
            things.append(thing)
    return found


def places_in_words(
    snapshot: Snapshot, errors: Sequence[tuple[str, str]], minter: Minter, language: str
) -> BrokenRules | None:
    """Return the rules that a refused change would break, from its errors; None where one of these is of no rule."""
    texts = [f"{where}: {why}" for where, why, *_ in errors]
    ours = all(_PLACED.fullmatch(text) for text in texts)
    return rules_in_words(snapshot, texts, minter, language) if texts and ours else None


def _rule(message: str, language: str) -> str:
    """Return what a rule says, without the value and without how it is obeyed in RDF."""
    valued = _WITH_VALUE.fullmatch(message)
    said = translated(valued["message"] if valued else message, language)
    plain = [one for one in _SENTENCE.split(said) if not _TERM.search(one)]
    return " ".join(plain) or said


def _named(snapshot: Snapshot, iri: str, minter: Minter, language: str) -> tuple[str, str]:
    node = NamedNode(iri)
    name = called_in(snapshot, node, minter, language) or name_of(snapshot, node, minter, language)
    return name or minter.key(iri), address_of(iri)
