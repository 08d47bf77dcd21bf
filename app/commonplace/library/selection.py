"""Which things a list holds and in what order.

A `Selection` gathers SPARQL patterns on `?thing`; what a client sends enters as RDF terms that the
engine's own writer serialises, never as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.derived.search.text import without_marks
from commonplace.library.sorted_list import PageOfThings, RankedList, SortedList
from commonplace.model.namespaces import RDF

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 1000

_THING = re.compile(r"(?<!\S)\?thing\b")
"""The variable where it stands in a pattern: before it is a space, and in an IRI there is none."""

Reach = Callable[[Snapshot, NamedNode | BlankNode], Iterable[NamedNode]]
"""Which things a list has otherwise, or elsewhere, when something is said of a node that is none of them."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order: the pattern that binds `?value` for `?thing` (one value), and its direction.

    `folded` is whether values are compared without case and accents, as text should be. `reach` is needed
    where the pattern reads more than statements with the thing as their subject or object.
    """

    pattern: str
    descending: bool = False
    folded: bool = False
    reach: Reach | None = None


BY_IRI = Order("BIND('' AS ?value)")
"""All are equal, and equal ones stand by IRI."""


@dataclass(slots=True)
class Selection:
    """Patterns on `?thing`, all of which must hold."""

    patterns: list[str] = field(default_factory=list)
    ranked: list[NamedNode] | None = None
    """When set, only these things, and (unless another order is asked for) in this order."""
    kind: NamedNode | None = None
    """When set, only things of this class."""
    reach: Reach | None = None
    """As of an `Order`: needed where a pattern reads more than statements with the thing as subject or object."""
    repeats: bool = False
    """Whether a thing may fit the patterns many times over."""
    listed: bool = False
    """Whether it is known only by naming what it holds: it can be made anew, but not be moved along with changes."""

    def where(self, pattern: str, **values: NamedNode | Literal) -> None:
        """Add a pattern, with values for its variables."""
        self.patterns += [f"VALUES ?{name} {{ {value} }}" for name, value in values.items()]
        self.patterns.append(pattern)

    def among(self, things: Iterable[NamedNode]) -> None:
        """Only these things."""
        self.listed = True
        self.patterns.append(values_clause("thing", things))

    def without(self, things: Iterable[NamedNode]) -> None:
        """Not these things."""
        self.listed = True
        self.patterns.append(f"MINUS {{ {values_clause('thing', things)} }}")

    def _body(self) -> str:
        ranked = [values_clause("thing", self.ranked)] if self.ranked is not None else []
        kind = [f"?thing a {self.kind} ."] if self.kind is not None else []
        return "\n".join(ranked + kind + self.patterns)

    def total(self, state: Snapshot) -> int:
        """How many things it holds."""
        text = f"{PROLOGUE}SELECT (COUNT(DISTINCT ?thing) AS ?total) WHERE {{\n{self._body()}\n}}"
        return count_of(state, text)

    def everything(self, state: Snapshot) -> list[NamedNode]:
        """All of it, by IRI (by rank, when ranked)."""
        text = f"{PROLOGUE}SELECT DISTINCT ?thing WHERE {{\n{self._body()}\n}} ORDER BY STR(?thing)"
        found = [node for row in state.select(text) if isinstance(node := row["thing"], NamedNode)]
        if self.ranked is None:
            return found
        inside = set(found)
        return [thing for thing in self.ranked if thing in inside]

    def page(self, state: Snapshot, order: Order | None, limit: int, cursor: str | None) -> PageOfThings:
        """One page. Without an order: by rank when ranked, else by IRI."""
        descending = order is not None and order.descending
        return self.sorted(state, order).page(limit, cursor, descending=descending)

    def sorted(self, state: Snapshot, order: Order | None) -> SortedList | RankedList:
        """All of it in order, whatever its direction; without an order as in `page`."""
        if order is None and self.ranked is not None:
            return RankedList([thing.value for thing in self.everything(state)])
        return SortedList.of(self._sort_values(state, order or BY_IRI))

    def _sort_values(self, state: Snapshot, order: Order) -> dict[str, str]:
        """What each thing is sorted by: the least of its values, or nothing.

        Read as a table and compared here: the engine takes many times as long to group and sort as to find.
        """
        body = f"{{ SELECT DISTINCT ?thing WHERE {{\n{self._body()}\n}} }}" if self.repeats else self._body()
        text = f"{PROLOGUE}SELECT ?thing ?value WHERE {{\n{body}\nOPTIONAL {{ {order.pattern} }} }}"
        least: dict[str, str] = {}
        for thing, term in rows(tsv(state.query(text))):
            if not thing.startswith("<"):
                continue
            value = _compared(term, order)
            iri = thing[1:-1]
            if value < least.setdefault(iri, value):
                least[iri] = value
        return least

    def sort_value(self, state: Snapshot, order: Order, thing: NamedNode) -> str | None:
        """What one thing is sorted by; None when it is not in the selection.

        Its IRI is written where the variable stands, so that the engine begins there: given a value
        of the variable, it still begins with all there are.
        """
        if self.kind is not None and not state.contains(Quad(thing, RDF["type"], self.kind)):
            return None
        body = f"{self._body()}\nOPTIONAL {{ {order.pattern} }}"
        text = f"{PROLOGUE}SELECT ?value WHERE {{\n{_THING.sub(lambda _: str(thing), body)} }}"
        return min((_compared(term, order) for (term,) in rows(tsv(state.query(text)))), default=None)


@dataclass(frozen=True, slots=True)
class Selected:
    """Which things a list has, and what is said of them all beside it."""

    selection: Selection
    coverage: dict[str, int] | None = None


def _compared(term: str, order: Order) -> str:
    """A term as it is compared."""
    said = text_and_language(term)
    value = said[0] if said else ""
    return without_marks(value) if order.folded else value


def count_of(state: Snapshot, text: str) -> int:
    """The integer that a query with one row and one column answers."""
    value = state.select(text)[0][0]
    return int(value.value) if isinstance(value, Literal) else 0
