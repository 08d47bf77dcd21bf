"""Select the things of a list, and put them in order.

A `Selection` gathers SPARQL patterns on `?thing`. Values from a client enter them as RDF terms that the engine
serialises, never as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from sys import intern

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, text_and_language, tsv
from commonplace.derived.search.text import without_marks
from commonplace.library.sorted_list import PageOfThings, RankedList, SortedList
from commonplace.model.namespaces import RDF

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 1000

_THING = re.compile(r"(?<!\S)\?thing\b")
"""The variable where it stands in a pattern: a space comes before it, and no IRI has one."""

Reach = Callable[[Snapshot, NamedNode | BlankNode], Iterable[NamedNode]]
"""Return the things whose membership or place in a list follows from statements about another node."""


Values = Callable[[Snapshot, Collection[str]], Mapping[str, str]]
"""Return the values that things are sorted by, by their IRIs."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order: the pattern that binds one `?value` for `?thing`, and its direction.

    With `folded`, values are compared without case and accents, as text should be. `reach` is needed where the
    pattern reads more than statements with the thing as their subject or object. `values` gives the values where no
    pattern can.
    """

    pattern: str
    descending: bool = False
    folded: bool = False
    reach: Reach | None = None
    values: Values | None = None


ONE_BY_ONE = 5_000
"""Maximum number of things that are read one by one, some 0.1 ms each, where the engine would begin with all there are.
"""

BY_IRI = Order("BIND('' AS ?value)")
"""The order by IRI: all values are equal, and things with equal values stand by IRI."""


@dataclass(slots=True)
class Selection:
    """Patterns on `?thing`, all of which must hold."""

    patterns: list[str] = field(default_factory=list)
    ranked: list[NamedNode] | None = None
    """When set, only these things are selected, in this order unless another is asked for."""
    kind: NamedNode | None = None
    """When set, only things of this class are selected."""
    reach: Reach | None = None
    """As that of an `Order`: needed where a pattern reads more than statements with the thing as subject or object."""
    repeats: bool = False
    """Whether a thing may fit the patterns several times."""
    named_by: frozenset[NamedNode] | None = None
    """When set, the only properties of others that make a thing selected which they lead to: a change that names it
    otherwise, as it does each class and state, leaves it where it is. Needed where there is no `kind` to tell."""

    def where(self, pattern: str, **values: NamedNode | Literal) -> None:
        """Add a pattern, with values for its variables."""
        self.patterns += [f"VALUES ?{name} {{ {value} }}" for name, value in values.items()]
        self.patterns.append(pattern)

    def _body(self) -> str:
        ranked = [values_clause("thing", self.ranked)] if self.ranked is not None else []
        kind = [f"?thing a {self.kind} ."] if self.kind is not None else []
        return "\n".join(ranked + kind + self.patterns)

    def total(self, snapshot: Snapshot) -> int:
        """Return the number of things."""
        text = f"{PROLOGUE}SELECT (COUNT(DISTINCT ?thing) AS ?total) WHERE {{\n{self._body()}\n}}"
        return count_of(snapshot, text)

    def everything(self, snapshot: Snapshot) -> list[NamedNode]:
        """Return all things, by IRI, or by rank when they are ranked."""
        text = f"{PROLOGUE}SELECT DISTINCT ?thing WHERE {{\n{self._body()}\n}} ORDER BY STR(?thing)"
        found = [node for row in snapshot.select(text) if isinstance(node := row["thing"], NamedNode)]
        if self.ranked is None:
            return found
        inside = set(found)
        return [thing for thing in self.ranked if thing in inside]

    def page(self, snapshot: Snapshot, order: Order | None, limit: int, cursor: str | None) -> PageOfThings:
        """Return one page; without an order by rank when the things are ranked, else by IRI."""
        descending = order is not None and order.descending
        return self.sorted(snapshot, order).page(limit, cursor, descending=descending)

    def sorted(self, snapshot: Snapshot, order: Order | None) -> SortedList | RankedList:
        """Return all things in order, whatever its direction; without an order as `page` does."""
        if order is None and self.ranked is not None:
            return RankedList([intern(thing.value) for thing in self.everything(snapshot)])
        return SortedList.of(self._sort_values(snapshot, order or BY_IRI))

    def sorted_of(self, snapshot: Snapshot, order: Order, things: Iterable[str]) -> SortedList:
        """Return those of some things, by their IRIs, that are selected, in order; no other is looked at."""
        some = replace(self, ranked=[NamedNode(iri) for iri in things])
        return SortedList.of(some._sort_values(snapshot, order))

    def _sort_values(self, snapshot: Snapshot, order: Order) -> dict[str, str]:
        """Return the value that each thing is sorted by: the least it has, or an empty one.

        The engine answers a table, which is grouped here: it takes many times as long to group and sort as to find.
        Of some things that are named it begins with all there are, where the pattern leads on to others: these are
        read one by one.
        """
        leads_on = order.reach is not None and order.values is None
        if self.ranked is not None and leads_on and snapshot.is_near and len(self.ranked) <= ONE_BY_ONE:
            alone = replace(self, ranked=None)
            each = {thing.value: alone.sort_value(snapshot, order, thing) for thing in self.ranked}
            return {iri: value for iri, value in each.items() if value is not None}
        body = f"{{ SELECT DISTINCT ?thing WHERE {{\n{self._body()}\n}} }}" if self.repeats else self._body()
        text = f"{PROLOGUE}SELECT ?thing ?value WHERE {{\n{body}\nOPTIONAL {{ {order.pattern} }} }}"
        least: dict[str, str] = {}
        for thing, term in rows(tsv(snapshot.query(text))):
            if not thing.startswith("<"):
                continue
            value = _compared(term, order)
            iri = thing[1:-1]
            if value < least.setdefault(iri, value):
                least[iri] = value
        return least if order.values is None else dict(order.values(snapshot, least))

    def sort_value(self, snapshot: Snapshot, order: Order, thing: NamedNode) -> str | None:
        """Return the value that one thing is sorted by; None when it is not in the selection.

        Its IRI is written where the variable stands, so that the engine begins there: with the variable bound by
        VALUES it would begin with all things.
        """
        if self.kind is not None and not snapshot.contains(Quad(thing, RDF["type"], self.kind)):
            return None
        body = f"{self._body()}\nOPTIONAL {{ {order.pattern} }}"
        text = f"{PROLOGUE}SELECT ?value WHERE {{\n{_THING.sub(lambda _: str(thing), body)} }}"
        least = min((_compared(term, order) for (term,) in rows(tsv(snapshot.query(text)))), default=None)
        if least is None or order.values is None:
            return least
        return order.values(snapshot, [thing.value])[thing.value]


def _compared(term: str, order: Order) -> str:
    """Return a term as it is compared."""
    said = text_and_language(term)
    value = said[0] if said else ""
    return without_marks(value) if order.folded else value


def count_of(snapshot: Snapshot, text: str) -> int:
    """Return the integer that is the whole answer of a query."""
    value = snapshot.select(text)[0][0]
    return int(value.value) if isinstance(value, Literal) else 0
