"""Read the engine's answers as tables of plain text.

The engine writes a table without the interpreter's lock, which it needs to make an object of each term
(`docs/performance.md` has the figures). The tables are SPARQL 1.1 Query Results TSV: one row a line, terms as in
Turtle, tabs and line ends escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def tsv(answer: QuerySolutions | QueryTriples | QueryBoolean) -> bytes:
    """Return the rows of a SELECT as TSV, with a line of names first. Raises `TypeError` for any other query."""
    if not isinstance(answer, QuerySolutions):
        raise TypeError("a SELECT query answers rows")
    return answer.serialize(format=QueryResultsFormat.TSV) or b""


def rows(table: bytes) -> Iterator[list[str]]:
    """Return the terms of each row, as they are written; a term without a value is empty."""
    return (line.split("\t") for line in table.decode().split("\n")[1:-1])


def text_and_language(term: str) -> tuple[str, str] | None:
    """Return the text of an IRI or literal, as in Turtle or N-Triples, with its language, or an empty one.

    Returns None for other terms and for no term.
    """
    if term.startswith("<"):
        return (term[1:-1], "") if term[1] != "<" else None
    if not term.startswith('"'):
        return (term, "") if term and term[0] != "_" else None  # a number or a truth value
    end = len(term) - 1 if term[-1] == '"' else term.rindex('"')
    text, rest = term[1:end], term[end + 1 :]
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, text)
    return text, rest[1:] if rest.startswith("@") else ""


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _UNESCAPED.get(match[3], match[3])
