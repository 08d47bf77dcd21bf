"""The engine's answers as plain text, read into dictionaries.

The engine writes a table of millions of terms in seconds, on another thread than the interpreter's;
making an object of each term and asking it for its text takes many times as long. The tables are
SPARQL 1.1 Query Results TSV: one row a line, terms as in Turtle, tabs and line ends escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from sys import intern

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

Facts = Mapping[str, Sequence[str]]
"""Of one thing: property IRI to its values, each an IRI or a literal's text."""

NO_FACTS: Facts = {}

_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def tsv(answer: QuerySolutions | QueryTriples | QueryBoolean) -> bytes:
    """The rows of a SELECT as TSV, with a line of names first."""
    if not isinstance(answer, QuerySolutions):
        raise TypeError("a SELECT query answers rows")
    return answer.serialize(format=QueryResultsFormat.TSV) or b""


def read_facts(tables: Iterable[bytes]) -> dict[str, dict[str, list[str]]]:
    """The facts of each subject in tables of subject, property and value: English first, then by the alphabet.

    Those of blank nodes, and values that are blank nodes or triple terms, are left out.
    """
    found: dict[str, dict[str, list[str]]] = {}
    several: list[list[str]] = []
    translated: dict[tuple[str, str], list[str]] = {}
    before = ""
    of_thing: dict[str, list[str]] = {}
    for line in _lines(tables):
        thing, name, term = line.split("\t")
        value, foreign = (term[1:-1], False) if term[0] == "<" else _value(term)
        if value is None or thing[0] == "_" or term.startswith("<<"):
            continue
        if foreign:
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


def _lines(tables: Iterable[bytes]) -> Iterator[str]:
    for table in tables:
        yield from table.decode().split("\n")[1:-1]


def _value(term: str) -> tuple[str | None, bool]:
    """The text of a term that is no IRI, and whether it is said to be in another language than English."""
    if term[0] == "_":
        return None, False
    if term[0] != '"':
        return term, False  # a number or a truth value
    end = len(term) - 1 if term[-1] == '"' else term.rindex('"')
    text, rest = term[1:end], term[end + 1 :]
    if "\\" in text:
        text = _ESCAPED.sub(lambda match: _UNESCAPED.get(match[1], match[1]), text)
    return text, rest.startswith("@") and not rest[1:].lower().startswith("en")
