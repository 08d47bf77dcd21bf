"""The engine's tables of statements as dictionaries, from which search makes its documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from sys import intern

from app.derived.tables import rows, text_and_language

Facts = Mapping[str, Sequence[str]]
"""Of one thing: property IRI to its values, each an IRI or a literal's text."""

NO_FACTS: Facts = {}


def read_facts(tables: Iterable[bytes]) -> dict[str, dict[str, list[str]]]:
    """The facts of each subject in tables of subject, property and value: English first, then by the alphabet.

    Those of blank nodes, and values that are blank nodes or triple terms, are left out.
    """
    found: dict[str, dict[str, list[str]]] = {}
    several: list[list[str]] = []
    translated: dict[tuple[str, str], list[str]] = {}
    before = ""
    of_thing: dict[str, list[str]] = {}
    for thing, name, term in chain.from_iterable(map(rows, tables)):
        said = text_and_language(term)
        if said is None or thing[0] == "_":
            continue
        value, language = said
        if language and not language.lower().startswith("en"):
            translated.setdefault((thing[1:-1], name[1:-1]), []).append(value)
            continue
        if thing != before:  # the rows of one subject stand together, mostly
            before, of_thing = thing, found.setdefault(thing[1:-1], {})
        name = intern(name[1:-1])
        values = of_thing.get(name)
        if values is None:
            of_thing[name] = [value]
        else:
            values.append(value)
            several.append(values)
    for values in several:
        values.sort()
    for (thing, name), values in translated.items():
        found.setdefault(thing, {}).setdefault(name, []).extend(sorted(values))
    return found
