"""Which things a list holds, in what order, and one page of it.

A `Selection` gathers SPARQL patterns on `?thing`; what a client sends enters as RDF terms that the
engine's own writer serialises, never as text. Pages are keyset pages: a cursor names the last thing seen and
its sort value, so a page never repeats or skips what was there all along.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from operator import itemgetter

from pyoxigraph import Literal, NamedNode

from app.derived.graph import PROLOGUE, Snapshot, values_clause
from app.derived.search_text import without_marks
from app.derived.tables import rows, text_and_language, tsv
from app.errors import BadRequest

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order: the pattern that binds `?value` for `?thing` (one value), and its direction.

    `folded` is whether values are compared without case and accents, as text should be.
    """

    pattern: str
    descending: bool = False
    folded: bool = False


@dataclass(slots=True)
class Selection:
    """Patterns on `?thing`, all of which must hold."""

    patterns: list[str]
    ranked: list[NamedNode] | None = None
    """When set, only these things, and (unless another order is asked for) in this order."""

    def where(self, pattern: str, **values: NamedNode | Literal) -> None:
        """Add a pattern, with values for its variables."""
        self.patterns += [f"VALUES ?{name} {{ {value} }}" for name, value in values.items()]
        self.patterns.append(pattern)

    def among(self, things: Iterable[NamedNode]) -> None:
        """Only these things."""
        self.patterns.append(values_clause("thing", things))

    def without(self, things: Iterable[NamedNode]) -> None:
        """Not these things."""
        self.patterns.append(f"MINUS {{ {values_clause('thing', things)} }}")

    def _body(self) -> str:
        ranked = [values_clause("thing", self.ranked)] if self.ranked is not None else []
        return "\n".join(ranked + self.patterns)

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
        if order is None and self.ranked is not None:
            return self._ranked_page(state, limit, cursor)
        order = order or Order("BIND('' AS ?value)")
        sorts = self._sort_values(state, order)
        total = len(sorts)
        last = read_cursor(cursor) if cursor else None
        found = _after(sorts, last, descending=order.descending) if last else list(sorts.items())
        if order.descending:
            found.sort()
            found.sort(key=itemgetter(1), reverse=True)  # equal ones stay in the order of their IRIs
            first = found[: limit + 1]
        else:
            first = nsmallest(limit + 1, found, key=itemgetter(1, 0))
        shown = first[:limit]
        following = write_cursor(shown[-1][1], shown[-1][0]) if len(first) > limit and shown else None
        return PageOfThings([NamedNode(iri) for iri, _ in shown], total, following)

    def _sort_values(self, state: Snapshot, order: Order) -> dict[str, str]:
        """What each thing is sorted by: the least of its values, or nothing.

        Read as a table and compared here: the engine takes many times as long to group and sort as to find.
        """
        text = f"{PROLOGUE}SELECT ?thing ?value WHERE {{\n{self._body()}\nOPTIONAL {{ {order.pattern} }} }}"
        least: dict[str, str] = {}
        for thing, term in rows(tsv(state.query(text))):
            if not thing.startswith("<"):
                continue
            said = text_and_language(term)
            value = said[0] if said else ""
            if order.folded:
                value = without_marks(value)
            iri = thing[1:-1]
            if value < least.setdefault(iri, value):
                least[iri] = value
        return least

    def _ranked_page(self, state: Snapshot, limit: int, cursor: str | None) -> PageOfThings:
        things = self.everything(state)
        start = 0
        if cursor:
            last = read_cursor(cursor)[1]
            start = next((n + 1 for n, thing in enumerate(things) if thing.value == last), len(things))
        shown = things[start : start + limit]
        more = start + limit < len(things)
        return PageOfThings(shown, len(things), write_cursor("", shown[-1].value) if more else None)


@dataclass(frozen=True, slots=True)
class PageOfThings:
    """The IRIs of one page, how many there are on all pages, and the cursor of the next."""

    things: Sequence[NamedNode]
    total: int
    cursor: str | None


def _after(sorts: Mapping[str, str], last: tuple[str, str], *, descending: bool) -> list[tuple[str, str]]:
    """The things that come after the last one seen, which is its sort value and its IRI."""
    value, thing = last
    if descending:
        return [(iri, sort) for iri, sort in sorts.items() if sort < value or (sort == value and iri > thing)]
    return [(iri, sort) for iri, sort in sorts.items() if sort > value or (sort == value and iri > thing)]


def count_of(state: Snapshot, text: str) -> int:
    """The integer that a query with one row and one column answers."""
    value = state.select(text)[0][0]
    return int(value.value) if isinstance(value, Literal) else 0


def write_cursor(value: str, thing: str) -> str:
    """An opaque cursor for what follows that thing."""
    return base64.urlsafe_b64encode(json.dumps([value, thing]).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str) -> tuple[str, str]:
    """The sort value and thing in a cursor. Raises `BadRequest` when it is not one of ours."""
    try:
        value, thing = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, str) and isinstance(thing, str):
            (value + thing).encode()  # a lone surrogate is no text that an RDF term could hold
            return value, thing
    except (ValueError, TypeError, binascii.Error):
        pass
    raise _not_ours()


def write_position(position: int) -> str:
    """An opaque cursor for what follows that position, for lists that are counted and not sorted."""
    return write_cursor(str(position), "")


def read_position(cursor: str) -> int:
    """The position in such a cursor. Raises `BadRequest` when it is not one of ours."""
    position = read_cursor(cursor)[0]
    if not re.fullmatch(r"[0-9]{1,18}", position):
        raise _not_ours()
    return int(position)


def _not_ours() -> BadRequest:
    return BadRequest("this cursor is not one we gave: start again without it", [("cursor", "cannot be read")])
