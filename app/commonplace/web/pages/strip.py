"""Lay out the strip of works: one mark for each work in order of year, or one column for each span of years.

Filled is direct, outlined indirect; height is certainty. A dash is *read and silent*, a ring *unread*. Where there are
more works than a reader tells apart, the same marks are stacked by span of years, and their heights are numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.strips import MarkedWork, marked_works
from commonplace.library.works_by_year import WorksByYear, YearOfWorks
from commonplace.model.minter import Minter

WIDTH, GROUND, TOP = 720.0, 44.0, 2.0
"""Width of the drawing, and heights of the line that marks stand on and of the tallest mark, in its own units."""

MOST_MARKS = 120
"""Maximum number of works that have a mark each; of more there are columns."""

MOST_COLUMNS = 60
"""Maximum number of columns: more are too thin to be pointed at."""

_HEIGHTS = {"high": 32.0, "moderate": 22.0, "low": 13.0}
_DISCUSSING = ("discusses", "supports", "contradicts", "mixed")


@dataclass(frozen=True, slots=True)
class WorkMark:
    """One work: where its mark stands, and how it looks."""

    work: MarkedWork
    x: float
    width: float
    height: float
    shape: str
    """`direct`, `indirect`, `silent` or `unread`."""

    @property
    def y(self) -> float:
        """Return the upper edge."""
        return GROUND - self.height

    @property
    def middle(self) -> float:
        """Return the middle of the mark."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class YearColumn:
    """The works of some years: how many discuss the point, directly or not, are silent, and are unread."""

    first: int
    last: int
    x: float
    width: float
    counts: Mapping[str, int]
    direct: float
    """Heights above the ground."""
    indirect: float
    silent: float
    """Height below the ground."""
    unread: float

    @property
    def years(self) -> str:
        """Return the span as `/works` takes it."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class YearTick:
    """A year under the strip."""

    x: float
    year: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Strip:
    """What is drawn: marks, or columns where there are too many works for that."""

    marks: Sequence[WorkMark] = ()
    columns: Sequence[YearColumn] = ()
    ticks: Sequence[YearTick] = ()
    without_year: int = 0
    """Number of works that have no year, and so no place in columns."""
    counts: Mapping[str, int] = field(default_factory=dict)
    ground: float = GROUND
    width: float = WIDTH

    @property
    def height(self) -> float:
        """Return the height of the whole drawing."""
        return GROUND + (30.0 if self.columns else 18.0)


def strip_of(works: Sequence[MarkedWork]) -> Strip:
    """Return the strip of works, which come in order of year."""
    counts = Counter(work.state for work in works)
    if len(works) <= MOST_MARKS:
        return _in_marks(works, counts)
    dated: dict[int, Counter[str]] = {}
    for work in works:
        if work.year is not None:
            dated.setdefault(work.year, Counter())[shape_of(work)] += 1
    return _in_columns(dated, len(works), counts)


def strip_of_years(years: Iterable[YearOfWorks]) -> Strip:
    """Return the strip of works that were counted by year."""
    counts: Counter[str] = Counter()
    dated: dict[int, Counter[str]] = {}
    for one in years:
        counts.update(one.works)
        if one.year is not None:
            said = sum(one.works.get(state, 0) for state in _DISCUSSING)
            shapes = {name: one.works.get(name, 0) for name in ("silent", "unread")}
            dated[one.year] = Counter(direct=one.direct, indirect=said - one.direct, **shapes)
    return _in_columns(dated, counts.total(), counts)


def drawn(
    snapshot: Snapshot,
    minter: Minter,
    about: Sequence[NamedNode],
    works: WorksByYear,
    named: int,
    states: Iterable[str] = ("silent", "unread"),
) -> tuple[Strip, list[MarkedWork]]:
    """Return the strip of all works, and the works that are named: all, or of very many the first of some states.

    `about` are the concept and its narrower ones, or the claim; `named` is how many of each state there are at most.
    """
    if works.read.total <= MOST_MARKS:
        marked = marked_works(snapshot, minter, about, works.read, map(NamedNode, works.by_year.things))
        return strip_of(marked), marked
    first = [work for state in states for work in works.first(state, named)] if named else []
    return strip_of_years(works.years()), marked_works(snapshot, minter, about, works.read, first)


def shape_of(work: MarkedWork) -> str:
    """Return how a work is marked."""
    if work.state in _DISCUSSING:
        return "direct" if work.directness == "direct" else "indirect"
    return "silent" if work.state == "silent" else "unread"


def _in_marks(works: Sequence[MarkedWork], counts: Mapping[str, int]) -> Strip:
    step = min(WIDTH / max(len(works), 1), 36.0)
    width = min(10.0, step * 0.55)
    marks = [
        WorkMark(
            work=work,
            x=round(place * step + (step - width) / 2, 1),
            width=round(width, 1),
            height=_HEIGHTS.get(work.certainty or "low", 13.0) if work.state in _DISCUSSING else 0.0,
            shape=shape_of(work),
        )
        for place, work in enumerate(works)
    ]
    return Strip(marks=marks, ticks=_ticks([(mark.middle, mark.work.year) for mark in marks]), counts=counts)


def _in_columns(dated: Mapping[int, Counter[str]], works: int, counts: Mapping[str, int]) -> Strip:
    """Return the strip of that many works, some of which are counted by year and shape."""
    if not dated:
        return Strip(without_year=works, counts=counts)
    first, last = min(dated), max(dated)
    years = max(1, -(-(last - first + 1) // MOST_COLUMNS))
    spans: dict[int, Counter[str]] = {}
    for year, shapes in dated.items():
        spans.setdefault((year - first) // years, Counter()).update(shapes)
    number = (last - first) // years + 1
    step = WIDTH / number
    above = max((c["direct"] + c["indirect"] for c in spans.values()), default=0) or 1
    below = max((c["silent"] for c in spans.values()), default=0) or 1
    most = max((c["unread"] for c in spans.values()), default=0) or 1
    columns = []
    for place, found in sorted(spans.items()):
        direct = (GROUND - TOP) * found["direct"] / above
        columns.append(
            YearColumn(
                first=first + place * years,
                last=min(first + (place + 1) * years - 1, last),
                x=round(place * step + step * 0.1, 1),
                width=round(step * 0.8, 1),
                counts=found,
                direct=round(direct, 1),
                indirect=round((GROUND - TOP) * found["indirect"] / above, 1),
                silent=round(10.0 * found["silent"] / below, 1),
                unread=round(step * 0.8 * found["unread"] / most, 1),
            )
        )
    without_year = works - sum(shapes.total() for shapes in dated.values())
    ticks = _ticks([(column.x + column.width / 2, column.first) for column in columns])
    return Strip(columns=columns, ticks=ticks, without_year=without_year, counts=counts)


def _ticks(places: Sequence[tuple[float, int | None]]) -> list[YearTick]:
    """Return years for some places, none twice and none nearer to the one before than a reader can tell apart."""
    ticks: list[YearTick] = []
    seen: set[int] = set()
    for x, year in places:
        if year is None or year in seen:
            continue
        seen.add(year)
        if ticks and x - ticks[-1].x < 42:
            continue
        ticks.append(YearTick(round(x, 1), year, "middle"))
    return [YearTick(t.x, t.year, "start" if t.x < 16 else "end" if t.x > WIDTH - 16 else "middle") for t in ticks]
