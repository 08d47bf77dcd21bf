"""Compare cases dimension by dimension: what is stated of each, how surely and where, and what is not, and why.

Rows and columns are chosen, folded and sorted here, so that JSON, table and page show one and the same comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.comparison_schemas import (
    CellState,
    ComparedCell,
    ComparedColumn,
    ComparedRow,
    ComparedValue,
    Comparison,
    Dimension,
    DimensionGroup,
    Study,
    ValueSource,
)
from commonplace.library.headings import case_of
from commonplace.library.labels import in_language
from commonplace.library.schemas import Case, Characteristic, Link
from commonplace.library.states import States
from commonplace.library.value_order import Place, place_of
from commonplace.model.case_dimensions import DIMENSIONS, TEXT_DIMENSIONS
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF

MOST_CASES = 500
"""Maximum number of cases in one comparison: more are no table that anybody reads."""

GROUPS: Mapping[DimensionGroup, tuple[Dimension, ...]] = {
    "setting": ("country", "place", "context", "sector", "activity"),
    "lead": ("initiator", "leader"),
    "forms": ("form", "possible_form"),
    "professionals": ("professional_role", "skill"),
    "conditions": ("challenge", "enabling_condition"),
}
"""The dimensions by what they are about, in the order of the columns."""

NAMES = tuple(name for names in GROUPS.values() for name in names)
"""Every dimension, in the order of the columns."""

_CERTAINTIES = ("high", "moderate", "low")


@dataclass(frozen=True, slots=True)
class Choices:
    """What is compared, and how it is shown."""

    cases: tuple[NamedNode, ...] = ()
    """None means all."""
    dimensions: tuple[str, ...] = ()
    """None means all."""
    fold: tuple[str, ...] = ()
    """Groups of dimensions that are one column each."""
    group: str | None = None
    """`study`, `source` or a dimension: cases that have it in common are one row."""
    sort: str = "label"
    """`label` or a dimension, with `-` before it for the reverse."""
    transpose: bool = False
    language: str = "en"
    """Language in which cases and concepts are named, where they have a name in it."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A value of a case with what is said of it."""

    label: str
    iri: str | None
    stated: bool
    sources: tuple[ValueSource, ...]


@dataclass(slots=True)
class _ComparedCases:
    """The cases that are compared, and what tells why a cell is empty."""

    snapshot: Snapshot
    minter: Minter
    states: States
    cases: Sequence[Case]
    found: dict[tuple[str, str], list[_Found]] = field(default_factory=dict)
    """What is known by case, by its key, and dimension."""
    in_use: dict[str, frozenset[str]] = field(default_factory=dict)
    """By dimension, the concepts that any case of the library has as a value of it."""
    study_of: dict[str, str] = field(default_factory=dict)
    """By the key of a case, the first of the cases that nothing tells apart from it."""

    def told_apart(self, cases: Iterable[Case]) -> int:
        """Return the number of cases, as far as their sources tell them apart."""
        return len({self.study_of[case.key] for case in cases})


def compare(snapshot: Snapshot, minter: Minter, states: States, choices: Choices) -> Comparison:
    """Return the comparison. Raises `NotFound` for a case that is not there."""
    every = every_case(snapshot, minter)
    nodes = choices.cases or tuple(map(NamedNode, every))
    reading = _read(snapshot, minter, states, nodes[:MOST_CASES], choices.language)
    columns = _columns(choices)
    rows = [_row(reading, label, cases, columns) for label, cases in _folded(reading, choices)]
    studies = _studies(reading)
    places = {case.key: number for number, study in enumerate(studies, 1) for case in study.cases}
    rows = [
        row.model_copy(update={"study": numbers.pop()})
        if len(numbers := {places.get(case.key) for case in row.cases}) == 1 and numbers != {None}
        else row
        for row in rows
    ]
    return Comparison(
        columns=columns,
        rows=rows,
        studies=studies,
        cases=len(reading.cases),
        told_apart=reading.told_apart(reading.cases),
        total=len(every),
        transpose=choices.transpose,
        complete="complete" if len(nodes) <= MOST_CASES else "truncated",
        version=snapshot.version,
    )


def every_case(snapshot: Snapshot, minter: Minter) -> list[str]:
    """Return the IRIs of all cases, sorted."""
    kind = minter.term("Case")
    return sorted(
        t.subject.value for t in snapshot.triples(None, RDF["type"], kind) if isinstance(t.subject, NamedNode)
    )


def _columns(choices: Choices) -> list[ComparedColumn]:
    wanted = [name for name in NAMES if name in choices.dimensions or not choices.dimensions]
    columns = []
    for group, names in GROUPS.items():
        inside = [name for name in names if name in wanted]
        if group in choices.fold and inside:
            columns.append(ComparedColumn(name=group, folded=True, dimensions=inside))
        else:
            columns += [ComparedColumn(name=name, folded=False, dimensions=[name]) for name in inside]
    return columns


def _read(
    snapshot: Snapshot, minter: Minter, states: States, nodes: Sequence[NamedNode], language: str
) -> _ComparedCases:
    cases = in_language(snapshot, [case_of(snapshot, node, minter) for node in nodes], language)
    reading = _ComparedCases(snapshot, minter, states, cases)
    for name in NAMES:
        used = snapshot.triples(None, minter.term(DIMENSIONS[name])) if name in DIMENSIONS else ()
        reading.in_use[name] = frozenset(t.object.value for t in used if isinstance(t.object, NamedNode))
    for case in cases:
        together = [case.key, *(link.key for link in case.described_together_with or ())]
        reading.study_of[case.key] = min(together)
        for name in NAMES:
            reading.found[case.key, name] = _found(case, name)
    return reading


def _found(case: Case, name: str) -> list[_Found]:
    """Return the values of a case in a dimension, those that are stated first."""
    said = [one for one in case.characteristics if one.dimension == name]
    if name in TEXT_DIMENSIONS:
        text = getattr(case, name)
        sources = tuple(_source(case, one) for one in said)
        return [_Found(text, None, True, sources)] if text else []
    links = {link.iri: link for link in case.dimensions.get(name, ())}
    found = [_Found(link.label or link.key, iri, True, _sources(case, said, iri)) for iri, link in links.items()]
    at_large = {link.iri: link for one in said for link in one.values or () if link.iri not in links}
    found += [_Found(link.label or link.key, iri, False, _sources(case, said, iri)) for iri, link in at_large.items()]
    return found


def _sources(case: Case, said: Iterable[Characteristic], iri: str) -> tuple[ValueSource, ...]:
    return tuple(_source(case, one) for one in said if any(link.iri == iri for link in one.values or ()))


def _source(case: Case, one: Characteristic) -> ValueSource:
    return ValueSource(
        case=case.key,
        iri=one.iri,
        work=one.source,
        directness=one.directness,
        certainty=one.certainty,
        locator=one.locator,
        quote=one.quote,
        note=one.note,
    )


def _studies(reading: _ComparedCases) -> list[Study]:
    """Return the cases that nothing tells apart, by study."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in reading.cases:
        groups[reading.study_of[case.key]].append(case)
    return [
        Study(
            cases=[_link(case) for case in cases],
            works=list({work.iri: work for case in cases for work in case.described_by or ()}.values()),
        )
        for _, cases in sorted(groups.items())
        if len(cases) > 1
    ]


def _link(case: Case) -> Link:
    return Link(iri=case.iri, key=case.key, label=case.label)


def _folded(reading: _ComparedCases, choices: Choices) -> list[tuple[str | None, list[Case]]]:
    """Return the label and cases of each row, sorted by value; rows that lack what they are sorted by come last.

    Of several values the first in the order decides.
    """
    groups: dict[str, list[Case]] = {}
    labels: dict[str, str | None] = {}
    for case in reading.cases:
        for name, label in _belongs_to(reading, case, choices.group):
            groups.setdefault(name, []).append(case)
            labels.setdefault(name, label)
    if choices.group == "study":
        labels = {name: "; ".join(case.label for case in cases) for name, cases in groups.items()}
    rows = [(labels[name], cases) for name, cases in groups.items()]
    by, reverse = choices.sort.removeprefix("-"), choices.sort.startswith("-")

    def place(row: tuple[str | None, list[Case]]) -> Place | None:
        label, cases = row
        if by == "label":
            return place_of(label) if label is not None else None
        stated = [place_of(one.label) for case in cases for one in reading.found[case.key, by] if one.stated]
        return (max if reverse else min)(stated, default=None)

    rows.sort(key=lambda row: (place_of(row[0] or ""), row[1][0].key))
    rows.sort(key=lambda row: place(row) or (), reverse=reverse)
    return sorted(rows, key=lambda row: place(row) is None)


def _belongs_to(reading: _ComparedCases, case: Case, group: str | None) -> list[tuple[str, str | None]]:
    """Return the rows that a case belongs to, each by a name and its label: one, or one for each of its values."""
    if group is None:
        return [(case.key, case.label)]
    if group == "study":
        return [(reading.study_of[case.key], case.label)]
    if group == "source":
        return [(work.key, work.label or work.key) for work in case.described_by or ()] or [("", None)]
    stated = [one for one in reading.found[case.key, group] if one.stated]
    return [(one.iri or one.label, one.label) for one in stated] or [("", None)]


def _row(
    reading: _ComparedCases, label: str | None, cases: Sequence[Case], columns: Sequence[ComparedColumn]
) -> ComparedRow:
    return ComparedRow(
        label=label,
        cases=[_link(case) for case in cases],
        told_apart=reading.told_apart(cases),
        affected=True if any(case.affected_by for case in cases) else None,
        cells=[_cell(reading, cases, column) for column in columns],
    )


def _cell(reading: _ComparedCases, cases: Sequence[Case], column: ComparedColumn) -> ComparedCell:
    """Return the cell of some cases in a column."""
    if not column.folded:
        (name,) = column.dimensions
        values = _values(reading, cases, name)
        return ComparedCell(state=_state(reading, cases, name, values), values=values)
    states = [_state(reading, cases, name, _values(reading, cases, name)) for name in column.dimensions]
    return ComparedCell(state=_in_one(states), stated=states.count("stated"), of=len(states))


def _values(reading: _ComparedCases, cases: Sequence[Case], name: str) -> list[ComparedValue]:
    """Return the values of some cases, those of most cases first."""
    having: dict[tuple[str, bool], list[tuple[Case, _Found]]] = defaultdict(list)
    for case in cases:
        for one in reading.found[case.key, name]:
            having[one.iri or one.label, one.stated].append((case, one))
    values = [_value(reading, found) for found in having.values()]
    return sorted(values, key=lambda one: (not one.stated, -one.cases, place_of(one.label)))


def _value(reading: _ComparedCases, having: Sequence[tuple[Case, _Found]]) -> ComparedValue:
    first = having[0][1]
    sources = [source for _, found in having for source in found.sources]
    best = min(sources, key=_strength, default=None)
    return ComparedValue(
        label=first.label,
        iri=first.iri,
        stated=first.stated,
        cases=reading.told_apart(case for case, _ in having),
        directness=best.directness if best else None,
        certainty=best.certainty if best else None,
        sources=sources,
    )


def _strength(source: ValueSource) -> tuple[int, bool]:
    certainty = source.certainty
    return _CERTAINTIES.index(certainty) if certainty in _CERTAINTIES else len(
        _CERTAINTIES
    ), source.directness != "direct"


def _state(reading: _ComparedCases, cases: Sequence[Case], name: str, values: Sequence[ComparedValue]) -> CellState:
    if values:
        return "stated" if any(one.stated for one in values) else "uncertain"
    return _in_one([_why_empty(reading, case, name) for case in cases])


def _in_one(states: Sequence[CellState]) -> CellState:
    """Return the state of several together: the best that any has; of different reasons for nothing, the widest."""
    for best in ("stated", "uncertain"):
        if best in states:
            return best
    return states[0] if len(set(states)) == 1 else "not-stated"


def _why_empty(reading: _ComparedCases, case: Case, name: str) -> CellState:
    works = [work.iri for work in case.described_by or ()]
    values = reading.in_use[name]
    if works and values and all(reading.states.of_work(work, value) == "silent" for work in works for value in values):
        return "silent"
    return "not-stated" if any(reading.found[case.key, one] for one in NAMES) else "unread"
