"""Gather statements into dictionaries, from which search makes its documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from sys import intern

from commonplace.derived.graph.sparql_tsv import rows, text_and_language

Facts = Mapping[str, Sequence[str]]
"""What is said of one thing: property IRI to its values, each an IRI or a literal's text."""

NO_FACTS: Facts = {}

FactRow = tuple[str, str, str, str]
"""One fact: the subject's IRI, the property's, the value, and its language or nothing."""


def read_facts(tables: Iterable[bytes]) -> dict[str, dict[str, list[str]]]:
    """Return the facts of each subject in tables of subject, property and value, as `gathered` does.

    Those of blank nodes, and values that are blank nodes or triple terms, are left out.
    """
    return gathered(_said(tables))


def gathered(said: Iterable[FactRow]) -> dict[str, dict[str, list[str]]]:
    """Return the facts of each subject, the values of a property English first, then by the alphabet."""
    found: dict[str, dict[str, list[str]]] = {}
    several: list[list[str]] = []
    translated: dict[tuple[str, str], list[str]] = {}
    before = ""
    of_thing: dict[str, list[str]] = {}
    for thing, name, value, language in said:
        if language and not language.lower().startswith("en"):
            translated.setdefault((thing, name), []).append(value)
            continue
        if thing != before:  # what is said of one subject stands together, mostly
            before, of_thing = thing, found.setdefault(thing, {})
        values = of_thing.get(name)
        if values is None:
            of_thing[name] = [value]
        else:
            values.append(value)
            if len(values) == 2:
                several.append(values)
    put_in_order(found, several, translated)
    return found


def put_in_order(
    found: dict[str, dict[str, list[str]]],
    several: Iterable[list[str]],
    translated: Mapping[tuple[str, str], list[str]],
) -> None:
    """Sort what is found several times, and put what is in other languages, of subject and property, after it."""
    for values in several:
        values.sort()
    for (thing, name), values in translated.items():
        found.setdefault(thing, {}).setdefault(name, []).extend(sorted(values))


def _said(tables: Iterable[bytes]) -> Iterator[FactRow]:
    for thing, name, term in chain.from_iterable(map(rows, tables)):
        said = text_and_language(term)
        if said is not None and thing[0] != "_":
            yield thing[1:-1], intern(name[1:-1]), *said
