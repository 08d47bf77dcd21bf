"""What a query from outside may not do: reach out. SERVICE and LOAD are refused by token.

The engine has no switch for federation, and its parser is laxer than SPARQL's grammar: it takes
`SERVICE:x`, `SERVICESILENT<…>`, `trueSERVICE<…>`; it reads `<` as *less than* where that fits and
an IRI where that fits. A look at words alone can be led astray: what it takes for a string may be
code to the engine. So a text in which one of the words occurs at all is cut into tokens, judged,
and *written anew* so that it can be read in one way only: comments gone, strings on one line, every
odd character of an IRI escaped. What was judged is then what the engine reads. The word inside a
string, an IRI, a comment, a local name, a label or a variable is innocent.

A text without the words, which is nearly every text, is left as it is.
"""

from __future__ import annotations

import re

from app.errors import QueryRefused

_WORDS = re.compile(r"service|load", re.IGNORECASE)
_BEFORE_COLON = re.compile(r"(?:^|\.)(?:true|false)?(?:service|load)", re.IGNORECASE)
"""Where the engine could split a prefix into a keyword and the default prefix: at its start, and after a dot."""

_AFTER_DOT = re.compile(r"\.(?:service|load)", re.IGNORECASE)
"""Where the engine could split a local name or a label: it takes a second dot in one for the end of a statement."""

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
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


def guarded(text: str) -> str:
    """The text to give the engine: the same query, unable to reach out.

    Raises `QueryRefused`, with line and column, for a SERVICE or LOAD keyword, and for text
    near such a word that cannot be told apart.
    """
    if not _WORDS.search(text) and not _WORDS.search(_ESCAPE.sub(_unescaped, text)):
        return text
    written: list[str] = []
    position = 0
    brackets: list[str] = []
    operand = False  # whether something that can be compared ends right here
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _refusal(text, position, f"{text[position]!r} has no meaning here", "remove it, or close the string")
        if token.lastgroup == "iri" and operand and brackets[-1:] == ["("]:
            written.append("< ")  # `(?a<2&&?a>0)`: less than; with the space it is no IRI to the engine either
            position, operand = position + 1, False
            continue
        _judge(text, token)
        written.append(_rewritten(token))
        _nest(brackets, token)
        operand = token.lastgroup in _OPERANDS or token[0] == ")"
        position = token.end()
    return "".join(written)


def _nest(brackets: list[str], token: re.Match[str]) -> None:
    """Keep the brackets that are open."""
    if token.lastgroup == "mark" and token[0] in "([{":
        brackets.append(token[0])
    elif token.lastgroup == "mark" and token[0] in ")]}" and brackets:
        brackets.pop()


def _judge(text: str, token: re.Match[str]) -> None:
    kind = token.lastgroup
    if kind == "word" and _WORDS.search(token[0]):
        what = "LOAD" if "LOAD" in token[0].upper() else "SERVICE"
        why = f"{what} is not answered here: this endpoint does not reach out to other servers"
        raise _refusal(text, token.start(), why, f"remove {what}")
    if kind in ("prefixed", "blank") and _AFTER_DOT.search(token[0].partition(":")[2]):
        why = f"{token[0]!r} could be read as a name, a full stop, and a keyword that is not answered here"
        raise _refusal(text, token.start(), why, "put a space before the full stop, or write the IRI in full")
    if kind == "prefixed" and token["prefix"] and _BEFORE_COLON.search(token["prefix"]):
        why = f"the prefix {token['prefix']!r} could be read as a keyword that is not answered here"
        raise _refusal(text, token.start(), why, "give the prefix another name")


def _rewritten(token: re.Match[str]) -> str:
    kind, value = token.lastgroup, token[0]
    if kind in ("space", "comment"):
        return "\n"
    if kind == "iri":
        inside = _ESCAPE.sub(_unescaped, value[1:-1])
        return f"<{_PLAIN_IN_IRI.sub(lambda match: _escaped(match[0]), inside)}>"
    if kind == "long":
        return f'"{_one_line(value[3:-3])}"'
    return value


def _one_line(inside: str) -> str:
    """The inside of a long string as that of a short one in double quotes; escapes stay as they are."""
    return re.sub(
        r'\\.|["\n\r]',
        lambda match: match[0].translate(_ODD_IN_STRING) if len(match[0]) == 1 else match[0],
        inside,
        flags=re.DOTALL,
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"


def _refusal(text: str, at: int, why: str, remedy: str) -> QueryRefused:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return QueryRefused(why, [(f"line {line}, column {column}", remedy)])
