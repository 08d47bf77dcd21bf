"""Read the triple patterns of a query from the tree that a parser makes of it (see `query_patterns`).

Apart from these because the parser takes a tenth of a second to load, for which a start need not wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from rdflib import BNode, Literal, URIRef, Variable
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from commonplace.derived.graph.query_patterns import Pattern, Patterns, Undecided, filled, template_of
from commonplace.derived.graph.sparql_tokens import tokens

_STEPS_ALONE = frozenset(("PathAlternative", "PathSequence", "PathElt"))
_STEPS = _STEPS_ALONE | {"PathEltOrInverse"}


def patterns_of(text: str, base: str) -> Patterns | None:
    """Return the patterns of a query; None where its answer may follow from anything, or the text is in doubt.

    Relative IRIs are below `base`, which ends in `/`.
    """
    template = template_of(text, base)
    patterns = None if template is None else patterns_of_template(template.text)
    return None if template is None or patterns is None else filled(patterns, template.iris)


def patterns_of_template(text: str) -> Patterns | None:
    """Return the patterns of a template, which takes milliseconds; None where anything may match."""
    try:
        reading = _PatternReading()
        reading.read(parseQuery(text))
    except (Undecided, RecursionError):
        return None
    except Exception:  # the parser raises whatever it meets
        return None
    named = Counter(token.text for token in tokens(text) if token.kind in ("iri", "variable"))
    if any(reading.seen[name.replace("$", "?")] < times for name, times in named.items()):
        return None  # a part of the text is not in the tree
    return frozenset(reading.patterns)


class _PatternReading:
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
