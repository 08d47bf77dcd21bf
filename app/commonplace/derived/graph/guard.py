"""Refuse what reaches outside in a query or update: SERVICE and LOAD, found by token.

The engine has no switch for federation, and its parser is laxer than SPARQL's grammar: it takes
`SERVICE:x`, `SERVICESILENT<…>`, `trueSERVICE<…>`. A look at words alone can be led astray: what it
takes for a string may be code to the engine. So a text in which one of the words occurs at all is
cut into tokens, judged, and *written anew* so that it can be read in one way only
(`commonplace.derived.graph.sparql_tokens`). The engine then reads what was judged. The word inside a
string, an IRI, a comment, a local name, a label or a variable is innocent.

A text without the words, as nearly every text is, is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import Literal, Quad, Triple

from commonplace.derived.graph.sparql_tokens import SparqlToken, refusal, tokens, unescaped
from commonplace.errors import BadRequest

PLACE_CHARACTERS = 300
"""Maximum length of a statement that is shown to say where a fault is: one may be a megabyte."""

_WORDS = re.compile(r"service|load", re.IGNORECASE)
_IN_ASCII = ("service", "load")
_GRAPH_WORDS = re.compile(r"graph|from|\\u", re.IGNORECASE)
"""Matches those words, or an escape that could hide one."""
_GRAPH_IN_ASCII = ("graph", "from", "\\u")

_BEFORE_COLON = re.compile(r"(?:^|\.)(?:true|false)?(?:service|load)", re.IGNORECASE)
"""Matches a prefix that the engine could split into a keyword and the default prefix: at its start, and after a dot."""

_AFTER_DOT = re.compile(r"\.(?:service|load)", re.IGNORECASE)
"""Matches a name or label that the engine could split: it takes a second dot in one for the end of a statement."""


def guarded(text: str) -> str:
    """Return the text to give the engine: the query as it was, unable to reach out.

    Raises `QueryRefused`, with line and column, for a SERVICE or LOAD keyword, and for text
    near such a word that cannot be told apart.
    """
    if not _has(text, _IN_ASCII, _WORDS) and ("\\" not in text or not _WORDS.search(unescaped(text))):
        return text
    return "".join(token.written for token in judged(text))


def judged(text: str) -> list[SparqlToken]:
    """Return the tokens of a text, none of which reaches out. Raises as `guarded` does."""
    found = list(tokens(text))
    for token in found:
        _judge(text, token)
    return found


def may_name_graphs(text: str) -> bool:
    """Return whether a query may see a named graph: without the words GRAPH and FROM it cannot."""
    return _has(text, _GRAPH_IN_ASCII, _GRAPH_WORDS)


def _has(text: str, in_ascii: Iterable[str], words: re.Pattern[str]) -> bool:
    """Return whether a pattern of words matches; in ASCII these are looked for, which takes a tenth of the time."""
    if not text.isascii():
        return bool(words.search(text))
    lower = text.lower()
    return any(word in lower for word in in_ascii)


def refuse_rdf_12(quads: Iterable[Quad]) -> None:
    """Raise `BadRequest` for what only RDF 1.2 has, which other RDF tools could not read from our exports."""
    for quad in quads:
        if isinstance(quad.object, Triple) or (isinstance(quad.object, Literal) and quad.object.direction):
            why = "triple terms and base directions are RDF 1.2; RDF 1.1 is kept here"
            raise BadRequest(why, [(str(quad)[:PLACE_CHARACTERS], "RDF 1.2")])


def _judge(text: str, token: SparqlToken) -> None:
    if token.kind == "word" and _WORDS.search(token.text):
        what = "LOAD" if "LOAD" in token.text.upper() else "SERVICE"
        why = f"{what} is not answered here: this endpoint does not reach out to other servers"
        raise refusal(text, token.start, why, f"remove {what}")
    if token.kind in ("prefixed", "blank") and _AFTER_DOT.search(token.text.partition(":")[2]):
        why = f"{token.text!r} could be read as a name, a full stop, and a keyword that is not answered here"
        raise refusal(text, token.start, why, "put a space before the full stop, or write the IRI in full")
    if token.kind == "prefixed" and token.prefix and _BEFORE_COLON.search(token.prefix):
        why = f"the prefix {token.prefix!r} could be read as a keyword that is not answered here"
        raise refusal(text, token.start, why, "give the prefix another name")
