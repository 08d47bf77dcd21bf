"""Tell which statements can matter to the answer of a query, so that a change of others leaves the answer as it is.

An answer can only change if a statement that was added or removed matches one of the triple patterns of the query:
those of optional, negated and nested parts, of paths and of filters among them. Every doubt is decided for *it may
matter*: a text that this reader takes for something else than the engine does would make an answer wrong.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad
from rdflib import BNode, Literal, URIRef, Variable
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

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

_STEPS_ALONE = frozenset(("PathAlternative", "PathSequence", "PathElt"))
_STEPS = _STEPS_ALONE | {"PathEltOrInverse"}
_ESCAPED = "\\u"
"""What a character may be written as anywhere, also the end of a string; who reads it when differs."""

_NUMBERED = "n:"
"""Beginning of what stands for an IRI in a template."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BELOW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./#-]*")


class Template(NamedTuple):
    """A query without what it is about: each IRI is a number (`<n:0>`, `<n:1>` …), each literal the same one."""

    text: str
    iris: tuple[str, ...]
    """The IRIs by their numbers."""


def patterns_of(text: str, base: str) -> Patterns | None:
    """Return the patterns of a query; None where its answer may follow from anything, or the text is in doubt.

    Relative IRIs are below `base`, which ends in `/`.
    """
    template = template_of(text, base)
    patterns = None if template is None else patterns_of_template(template.text)
    return None if template is None or patterns is None else filled(patterns, template.iris)


def template_of(text: str, base: str) -> Template | None:
    """Return the template of a query, which many queries share; None where nothing may be said of its patterns."""
    if len(text) > TEXT_CHARACTERS or _ESCAPED in text.lower() or may_name_graphs(text):
        return None
    try:
        return _Templating(base).made(tokens(text))
    except (Undecided, QueryRefused):
        return None


def patterns_of_template(text: str) -> Patterns | None:
    """Return the patterns of a template, which takes milliseconds; None where anything may match."""
    try:
        reading = _Reading()
        reading.read(parseQuery(text))
    except (Undecided, RecursionError):
        return None
    except Exception:  # the parser raises whatever it meets
        return None
    named = Counter(token.text for token in tokens(text) if token.kind in ("iri", "variable"))
    if any(reading.seen[name.replace("$", "?")] < times for name, times in named.items()):
        return None  # a part of the text is not in the tree
    return frozenset(reading.patterns)


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

    def made(self, all_tokens: Iterable[SparqlToken]) -> Template:
        """Return the template. Raises `Undecided` where an IRI follows from elsewhere, or a word makes the answer one
        of the moment."""
        text = "".join(map(self._part, all_tokens))
        return Template(" ".join(text.split()), tuple(self._iris))

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


class _Reading:
    """The patterns found so far in the tree of a template, and how often each IRI and variable was met."""

    def __init__(self) -> None:
        self.patterns: set[Pattern] = set()
        self.seen: Counter[str] = Counter()

    def read(self, node: object) -> None:
        """Read what lies below a node of the tree, whatever stands between."""
        if isinstance(node, CompValue):
            self._read_part(node)
        elif isinstance(node, URIRef):
            self.seen[f"<{node}>"] += 1
        elif isinstance(node, Literal):
            self.seen[f"<{node.datatype}>"] += 1
        elif isinstance(node, Variable):
            self.seen[f"?{node}"] += 1
        elif isinstance(node, Iterable) and not isinstance(node, str):
            for part in node:
                self.read(part)

    def _read_part(self, node: CompValue) -> None:
        for name, part in node.items():
            self.read(part)
            if name == "triples":
                for block in part:
                    self._take(list(block))

    def _take(self, terms: list[object]) -> None:
        """Take the patterns of a list of subject, verb, object, subject …"""
        if len(terms) % 3:
            raise Undecided
        for at in range(0, len(terms), 3):
            subject, verb, object = terms[at : at + 3]
            ends = self._term(subject), self._term(object)
            if isinstance(verb, URIRef | Variable):
                self.patterns.add((ends[0], self._term(verb), ends[1]))
                continue
            path = _PathReading(self._term)
            path.read(verb)
            if path.may_be_empty and ends == (None, None):
                raise Undecided  # it leads from every node of the graph to itself
            if path.is_one_step:
                self.patterns.add((ends[0], path.predicates.pop(), ends[1]))
            else:
                self.patterns.update((None, predicate, None) for predicate in path.predicates)

    def _term(self, term: object) -> str | None:
        """Return the IRI that a term is; None for what a variable may be. The engine may write a literal otherwise."""
        if isinstance(term, URIRef):
            return str(term)
        if isinstance(term, Variable | BNode | Literal):
            return None
        if isinstance(term, CompValue) and term.name == "literal":
            return None
        raise Undecided


def _part(node: CompValue, name: str) -> str:
    """Return a part of a node of the tree that is a text; an empty one where it is not there."""
    return str(node[name]) if name in node else ""


class _PathReading:
    """The predicates that a path goes along, None for all but some; whether it may have no step, or has just one."""

    def __init__(self, term: Callable[[object], str | None]) -> None:
        self._term = term
        self.predicates: set[str | None] = set()
        self.may_be_empty = False
        self.is_one_step = True

    def read(self, path: object) -> None:
        """Read a path, or a part of it."""
        if not isinstance(path, CompValue):
            self.predicates.add(self._term(path))
            return
        if path.name == "PathNegatedPropertySet":
            self.predicates.add(None)
            self.is_one_step = False
            return
        if path.name not in _STEPS or set(path.keys()) - {"part", "mod"} or "part" not in path:
            raise Undecided
        inside = path["part"]
        parts = [inside] if isinstance(inside, URIRef | CompValue) else list(inside)
        modifier = _part(path, "mod")
        self.may_be_empty |= modifier in ("*", "?")
        self.is_one_step &= path.name in _STEPS_ALONE and not modifier and len(parts) == 1
        for part in parts:
            self.read(part)


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
