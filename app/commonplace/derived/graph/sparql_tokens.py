"""Cut SPARQL text into tokens, each with a way to write it that can be read in one way only.

The engine's parser is laxer than SPARQL's grammar: it reads `<` as *less than* where that fits and
an IRI where that fits, and a keyword out of a prefix. So whoever judges or cuts a text writes it
anew from these tokens: comments gone, strings on one line, every odd character of an IRI escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from commonplace.errors import QueryRefused

ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL = r"(?:[\w:%]|\\.)(?:[\w.:%-]|\\.)*"
_TOKEN = re.compile(
    rf"""
    (?P<space>[\x20\t\r\n]+)
  | (?P<comment>\#[^\r\n]*)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<long>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*''')
  | (?P<string>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<blank>_:[\w.-]*)
  | (?P<number>[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<prefixed>(?P<prefix>[^\W\d_][\w.-]*)?:(?:{_LOCAL})?)
  | (?P<word>[^\W\d]\w*)
  | (?P<mark>[{{}}()\[\]<>=!&|+\-*/^.,;~?:])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERANDS = frozenset(("variable", "number", "string", "long", "language", "prefixed", "word"))
_PLAIN_IN_IRI = re.compile(r"[^A-Za-z0-9:/._~\\-]")
_ODD_IN_STRING = str.maketrans({'"': '\\"', "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class SparqlToken:
    """One token: its kind, its text, how to write it, and where it begins (characters from the start).

    Kinds: `space`, `comment`, `iri`, `long` and `string` (literals), `variable`, `language`, `blank`,
    `number`, `prefixed`, `word`, `mark` (one character).
    """

    kind: str
    text: str
    written: str
    start: int
    prefix: str | None = None
    """The part of a prefixed name before its colon."""


def tokens(text: str) -> Iterator[SparqlToken]:
    """Return the tokens of a query or update, in order. Raises `QueryRefused` with line and column at what is none."""
    position = 0
    brackets: list[str] = []
    operand = False  # whether something that can be compared ends right here
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise refusal(text, position, f"{text[position]!r} has no meaning here", "remove it, or close the string")
        kind = found.lastgroup or ""
        if kind == "iri" and operand and brackets[-1:] == ["("]:
            # `(?a<2&&?a>0)`: less than; with the space it is no IRI to the engine either
            yield SparqlToken("mark", "<", "< ", position)
            position, operand = position + 1, False
            continue
        yield SparqlToken(kind, found[0], _written(kind, found[0]), position, found["prefix"])
        _nest(brackets, kind, found[0])
        operand = kind in _OPERANDS or found[0] == ")"
        position = found.end()


def refusal(text: str, at: int, why: str, remedy: str) -> QueryRefused:
    """Return the error for what stands at a character: the reason, its line and column, and the remedy."""
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return QueryRefused(why, [(f"line {line}, column {column}", remedy)])


def unescaped(text: str) -> str:
    r"""Return the text with `\uXXXX` and `\UXXXXXXXX` replaced by the characters they stand for."""
    return ESCAPE.sub(_character, text)


def _nest(brackets: list[str], kind: str, text: str) -> None:
    """Keep the brackets that are open."""
    if kind == "mark" and text in "([{":
        brackets.append(text)
    elif kind == "mark" and text in ")]}" and brackets:
        brackets.pop()


def _written(kind: str, text: str) -> str:
    if kind in ("space", "comment"):
        return "\n"
    if kind == "iri":
        return f"<{_PLAIN_IN_IRI.sub(lambda match: _escaped(match[0]), unescaped(text[1:-1]))}>"
    if kind == "long":
        return f'"{_one_line(text[3:-3])}"'
    return text


def _one_line(inside: str) -> str:
    """Return the inside of a long string as that of a short one in double quotes; escapes stay as they are."""
    return re.sub(
        r'\\.|["\n\r]',
        lambda match: match[0].translate(_ODD_IN_STRING) if len(match[0]) == 1 else match[0],
        inside,
        flags=re.DOTALL,
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
