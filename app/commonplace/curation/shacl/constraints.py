"""Check the constraints of SHACL Core (SHACL, section 4), each by a function.

Each takes what it is about first, and then the data, a focus node and the values of it, so that `functools.partial`
makes a check of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from commonplace.curation.shacl.data import Data
from commonplace.derived.graph.snapshot import Term
from commonplace.model.json_text import read_json
from commonplace.model.namespaces import RDF, SH, XSD

ValueNodes = Sequence[Term]
Path = Callable[[Data, Term], ValueNodes]
"""Return the values that a focus node has."""
Check = Callable[[Data, Term, ValueNodes], bool]
"""Answer whether a focus node and its values keep one constraint."""
Shape = Callable[[Data, Term], bool]
"""Answer whether a node keeps a shape."""


class Unsure(Exception):
    """Raised by a check that needs a part of SHACL which is not here."""


def unsure(data: Data, node: Term, values: ValueNodes) -> bool:
    """Raise `Unsure`, as a check."""
    raise Unsure


def follow(predicate: NamedNode, data: Data, node: Term) -> ValueNodes:
    """Return the objects of a property."""
    return data.about(node).get(predicate, ())


def follow_unsure(data: Data, node: Term) -> ValueNodes:
    """Raise `Unsure`, as a path."""
    raise Unsure


def each(shape: Shape, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value keeps a shape."""
    return all(shape(data, value) for value in values)


def any_of(shapes: Sequence[Shape], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value keeps one of some shapes."""
    return all(any(shape(data, value) for shape in shapes) for value in values)


def all_of(shapes: Sequence[Shape], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value keeps all of some shapes."""
    return all(shape(data, value) for value in values for shape in shapes)


def none(shape: Shape, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether no value keeps a shape."""
    return not any(shape(data, value) for value in values)


def is_in(allowed: frozenset[Term], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value is one of those allowed."""
    return allowed.issuperset(values)


def languages_in(tags: Sequence[str], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value has one of some languages; the tags are in lower case."""
    return all(isinstance(value, Literal) and _is_language(value.language, tags) for value in values)


def _is_language(language: str | None, tags: Sequence[str]) -> bool:
    said = (language or "").lower()
    return bool(said) and any(said == tag or said.startswith(f"{tag}-") for tag in tags)


def unique_languages(data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether no two values are in one language."""
    tags = [value.language.lower() for value in values if isinstance(value, Literal) and value.language]
    return len(tags) == len(set(tags))


def qualified_at_least(shape: Shape, count: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Return whether the number of values that keep a shape is within bounds."""
    return sum(1 for value in values if shape(data, value)) >= count


def qualified_at_most(shape: Shape, count: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether no more values than that keep a shape."""
    return sum(1 for value in values if shape(data, value)) <= count


def matches(pattern: re.Pattern[str], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value has a match of a pattern in its text."""
    return all(not isinstance(value, BlankNode | Triple) and pattern.search(value.value) for value in values)


def at_least(count: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Return whether the number of values is within bounds."""
    return len(values) >= count


def at_most(count: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether there are no more values than that."""
    return len(values) <= count


def of_length(count: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Return whether the length of each value's text is within bounds."""
    return all(not isinstance(value, BlankNode | Triple) and len(value.value) >= count for value in values)


def from_number(least: int, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether all are whole numbers from one on. Raises `Unsure` for other numbers."""
    for value in values:
        if not isinstance(value, Literal) or value.datatype != XSD["integer"] or not _is_integer(value.value):
            raise Unsure
        if int(value.value) < least:
            return False
    return True


def of_class(wanted: Term, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value is of a class."""
    return all(wanted in data.classes(value) for value in values)


def of_kind(kinds: tuple[type, ...], data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value is of one of some kinds of terms."""
    return all(isinstance(value, kinds) for value in values)


def of_datatype(wanted: NamedNode, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether each value is a literal of a datatype. Raises `Unsure` for one of an unusual form."""
    is_usual = _FORMS.get(wanted)
    for value in values:
        if not isinstance(value, Literal) or value.datatype != wanted:
            return False
        if is_usual is not None and not is_usual(value.value):
            raise Unsure
    return True


def has(wanted: Term, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether one of the values is the one wanted."""
    return wanted in values


def disjoint(predicate: NamedNode, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether no value is a value of another property, too."""
    others = data.about(node).get(predicate)
    return not others or set(others).isdisjoint(values)


def equals(predicate: NamedNode, data: Data, node: Term, values: ValueNodes) -> bool:
    """Answer whether the values are those of another property."""
    return set(data.about(node).get(predicate, ())) == set(values)


def _is_integer(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9]{1,15}", text))


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_date_time(text: str) -> bool:
    usual = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
    try:
        return bool(re.fullmatch(usual, text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except ValueError:
        return False
    return True


_FORMS: dict[NamedNode, Callable[[str], object]] = {
    XSD["integer"]: _is_integer,
    XSD["gYear"]: re.compile(r"-?[0-9]{4}").fullmatch,
    XSD["gYearMonth"]: re.compile(r"-?[0-9]{4}-(0[1-9]|1[0-2])").fullmatch,
    XSD["date"]: _is_date,
    XSD["dateTime"]: _is_date_time,
    XSD["boolean"]: re.compile("true|false").fullmatch,
    RDF["JSON"]: _is_json,
}
"""Of datatypes whose literals can be ill-formed, what answers whether a text is well-formed beyond doubt."""

KINDS: dict[Term, tuple[type, ...]] = {
    SH["IRI"]: (NamedNode,),
    SH["Literal"]: (Literal,),
    SH["BlankNode"]: (BlankNode,),
    SH["BlankNodeOrIRI"]: (BlankNode, NamedNode),
    SH["BlankNodeOrLiteral"]: (BlankNode, Literal),
    SH["IRIOrLiteral"]: (NamedNode, Literal),
}
"""The values of `sh:nodeKind`."""


def holds_of_nothing(check: Check) -> bool:
    """Return whether a constraint holds of any node that has no value."""
    made_of = check.func if isinstance(check, partial) else check
    return made_of not in (at_least, has, qualified_at_least, equals, unsure)
