"""Tell which statements can matter to the answer of a query, so that a change of others leaves the answer as it is.

An answer can only change if a statement that was added or removed matches one of the triple patterns of the query:
those of optional, negated and nested parts, of paths and of filters among them. Every doubt is decided for *it may
matter*: a text that this reader takes for something else than the engine does would make an answer wrong.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad

from commonplace.derived.graph.guard import may_name_graphs
from commonplace.derived.graph.sparql_tokens import SparqlToken, tokens
from commonplace.errors import QueryRefused

Pattern = tuple[str | None, str | None, str | None]
"""A triple pattern: the IRIs that subject, predicate and object must be, None where anything may match."""

Patterns = frozenset[Pattern]
"""The patterns of a query, one of which a statement must match to matter to its answer."""

TEXT_CHARACTERS = 10_000
"""Maximum length of a query that is read for its patterns: reading takes a millisecond for some thousands."""

CHANGED = 20_000
"""Maximum number of statements of a change that is compared with queries; a larger one matters to all."""

NOT_THE_GRAPH_ALONE = frozenset(("now", "rand", "uuid", "struuid", "bnode", "describe", "base", "service", "lateral"))
"""Words of a query whose answer follows from more than its patterns, or whose text needs more than itself."""

_ESCAPED = "\\u"
"""What a character may be written as anywhere, also the end of a string; who reads it when differs."""

_NUMBERED = "n:"
"""Beginning of what stands for an IRI in a template."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BELOW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./#-]*")


class QueryTemplate(NamedTuple):
    """A query without what it is about: each IRI is a number (`<n:0>`, `<n:1>` …), each literal the same one."""

    text: str
    iris: tuple[str, ...]
    """The IRIs by their numbers."""


def template_of(text: str, base: str) -> QueryTemplate | None:
    """Return the template of a query, which many queries share; None where nothing may be said of its patterns."""
    if len(text) > TEXT_CHARACTERS or _ESCAPED in text.lower() or may_name_graphs(text):
        return None
    try:
        return _Templating(base).made(tokens(text))
    except (Undecided, QueryRefused):
        return None


def filled(patterns: Patterns, iris: Sequence[str]) -> Patterns:
    """Return the patterns of a query from those of its template."""

    def iri(term: str | None) -> str | None:
        return iris[int(term.removeprefix(_NUMBERED))] if term is not None and term.startswith(_NUMBERED) else term

    return frozenset((iri(subject), iri(predicate), iri(object)) for subject, predicate, object in patterns)


class Undecided(Exception):
    """A part of a query may match more than a pattern says."""


class _Templating:
    """Makes a template of the tokens of a query."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._declaring: str | None = None
        self._iris: list[str] = []

    def made(self, all_tokens: Iterable[SparqlToken]) -> QueryTemplate:
        """Return the template. Raises `Undecided` where an IRI follows from elsewhere, or a word makes the answer one
        of the moment."""
        text = "".join(map(self._part, all_tokens))
        return QueryTemplate(" ".join(text.split()), tuple(self._iris))

    def _part(self, token: SparqlToken) -> str:
        """Return what stands in the template for a token."""
        match token.kind:
            case "space" | "comment":
                return " "
            case "string" | "long":
                return '"s"'
            case "number":
                return "1"
            case "iri":
                return self._named(self._absolute(token.text[1:-1]))
            case "prefixed":
                prefix, _, local = token.text.partition(":")
                if self._declaring is not None:
                    self._declaring = prefix
                    return ""
                if prefix not in self._prefixes or "\\" in local:
                    raise Undecided  # the engine may know it, and mean another IRI
                return self._named(self._prefixes[prefix] + local)
            case "word" if token.text.lower() in NOT_THE_GRAPH_ALONE:
                raise Undecided
            case "word" if token.text.lower() == "prefix":
                self._declaring = ""
                return ""
        return token.written

    def _named(self, iri: str) -> str:
        """Return what stands for an IRI; nothing for one that a prefix is declared with."""
        if self._declaring is not None:
            self._prefixes[self._declaring], self._declaring = iri, None
            return ""
        self._iris.append(iri)
        return f"<{_NUMBERED}{len(self._iris) - 1}>"

    def _absolute(self, iri: str) -> str:
        """Return an IRI in full. Raises `Undecided` where it takes more than to put it behind the base."""
        if _ABSOLUTE.match(iri):
            return iri
        if _BELOW.fullmatch(iri) and ".." not in iri:
            return self._base + iri
        raise Undecided


class ChangedStatements:
    """The statements that one version added or removed, as they are compared with patterns.

    Kept for many versions, and so as hashes: of each statement one for every pattern that it matches. Two that happen
    to be equal make a change matter that does not.
    """

    __slots__ = ("_matched",)

    def __init__(self, matched: array[int]) -> None:
        """Take the hashes of the patterns that a statement matches, rising."""
        self._matched = matched

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> ChangedStatements:
        """Return the statements of those quads, whatever graph they are in."""
        statements = {(_named(quad.subject), _named(quad.predicate), _named(quad.object)) for quad in quads}
        matched = {hash(pattern) for terms in statements for pattern in product(*({None, term} for term in terms))}
        return cls(array("q", sorted(matched)))

    def __len__(self) -> int:
        """Return the number of hashes, of eight bytes each."""
        return len(self._matched)

    def may_match(self, patterns: Patterns) -> bool:
        """Return whether any of the statements matches any of the patterns."""
        return any(self._has(hash(pattern)) for pattern in patterns)

    def _has(self, pattern: int) -> bool:
        place = bisect_left(self._matched, pattern)
        return place < len(self._matched) and self._matched[place] == pattern


def _named(term: object) -> str | None:
    return term.value if isinstance(term, NamedNode) else None
