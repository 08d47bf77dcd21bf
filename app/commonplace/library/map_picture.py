"""Draw the map of the library as a picture of a bounded length: dots, lines between them, labels, and a scale of years.

Places are parts of the width and height of the picture, from its upper left corner, so that it fills whatever it is
shown in. The program that moves the map (`map-drawing.js`) places things by the same rule.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commonplace.library.map_labels import SIZES, PlacedLabel, Spot, placed_labels
from commonplace.library.map_reading import LinkBetween, LinkedThing
from commonplace.library.map_schemas import Layout
from commonplace.library.placed_maps import PlacedMap

if TYPE_CHECKING:
    from commonplace.library.map_layout import Places

MOST_LINES = 2_500
"""Maximum number of lines between dots: a line takes some fourteen bytes, and more are not told apart."""

MOST_LINKS = 300
"""Maximum number of dots that lead to a page; the list has a link for each thing."""

MANY = 400
"""Minimum number of things whose map has small dots and few labels."""

GROUPS = 7
"""Number of groups that have a colour each: more are not told apart."""

SIDE, TOP, BOTTOM, BOTTOM_OF_YEARS = 0.04, 0.05, 0.05, 0.1
"""Minimum margins in parts of width and height; below a map by year there is the scale of years."""

FEW = 0.4
"""How much wider margins are, divided by the number of things: few things keep together."""

STEPS = (1, 5, 10, 50, 100, 500)
"""Numbers of years between two marks of the scale: each is a multiple of the one before."""

_LARGE = 5.0
"""Minimum radius of a dot that no label may lie over where there are many, in pixels."""

_YEAR_WIDTH = 48.0
"""Minimum distance of two marks of the scale, in pixels."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A thing on the picture: its place, the width of its dot in pixels, its group, and whether it is marked."""

    thing: LinkedThing
    x: float
    y: float
    across: int
    group: int
    marked: bool = True

    @property
    def radius(self) -> float:
        """Return half its width."""
        return self.across / 2


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """A link on the picture: its ends by number, and whether it is in doubt."""

    source: int
    target: int
    doubtful: bool


@dataclass(frozen=True, slots=True)
class YearMark:
    """A mark of the scale of years: its place in parts of the width, and the size of label that it is shown from."""

    year: int
    x: float
    size: int


@dataclass(frozen=True, slots=True)
class MapPicture:
    """What is drawn. The dots come in the order of the things, those with most links first."""

    dots: Sequence[Dot]
    lines: Sequence[DrawnLink]
    labels: Sequence[PlacedLabel]
    years: Sequence[YearMark]
    links: int
    """Number of links between the things; there may be fewer `lines`."""

    @property
    def many(self) -> bool:
        """Return whether there are so many things that they are drawn small."""
        return len(self.dots) >= MANY


def map_picture(placed: PlacedMap, found: Collection[int] | None = None) -> MapPicture:
    """Return the picture of a map. If a search `found` some things, by number, those alone have colour and labels."""
    things = placed.linked.things
    most = max((thing.links for thing in things), default=1) or 1
    many = len(things) >= MANY
    dots = []
    for number, (thing, (x, y)) in enumerate(zip(things, spread(placed.places, placed.layout), strict=True)):
        group = min(placed.community[number], GROUPS)
        dots.append(Dot(thing, x, y, width_of_dot(thing, most, many=many), group, found is None or number in found))
    numbers = {thing.iri: number for number, thing in enumerate(things)}
    lines = [
        DrawnLink(numbers[link.source], numbers[link.target], _is_doubtful(link))
        for link in placed.linked.links
        if link.source != link.target
    ]
    drawn = lines if len(lines) <= MOST_LINES else list(_strongest(lines, placed.community))
    labels = placed_labels(
        [number for number, dot in enumerate(dots) if dot.marked],
        lambda number: things[number].label or things[number].key,
        [Spot(dot.x, dot.y, dot.radius) for dot in dots],
        lambda area: area / (11_000 if many else 5_000),
        _LARGE if many else 0.0,
    )
    years = list(_year_marks(placed)) if placed.layout == "year" else []
    return MapPicture(dots, drawn, labels, years, len(lines))


def width_of_dot(thing: LinkedThing, most: int, *, many: bool) -> int:
    """Return the width of a dot in pixels; `most` is the number of links of the thing that has most.

    The side of the square of a concept is such that it covers as much as the circle of a work.
    """
    least, more = (1.5, 9.5) if many else (3.0, 10.0)
    radius = least + more * math.sqrt(thing.links / most)
    return round(2 * radius if thing.kind == "work" else math.sqrt(math.pi) * radius)


def spread(places: Places, layout: Layout) -> list[tuple[float, float]]:
    """Return places in parts of the width and height of a picture, within its margins."""
    wider = FEW / (len(places) + 1)
    side, top, bottom = SIDE + wider, TOP + wider, (BOTTOM_OF_YEARS if layout == "year" else BOTTOM) + wider
    xs, ys = [x for x, _ in places], [y for _, y in places]
    left, right, low, high = (min(xs), max(xs), min(ys), max(ys)) if places else (0.0, 0.0, 0.0, 0.0)
    return [
        (
            side + (1 - 2 * side) * ((x - left) / (right - left) if right > left else 0.5),
            top + (1 - top - bottom) * ((high - y) / (high - low) if high > low else 0.5),
        )
        for x, y in places
    ]


def things_with(placed: PlacedMap, words: str) -> frozenset[int]:
    """Return the numbers of the things whose label, title and key have all of the words, without case and accents."""
    asked = _plain(words).split()
    return frozenset(
        number
        for number, thing in enumerate(placed.linked.things)
        if asked and all(word in _plain(f"{thing.label} {thing.title or ''} {thing.key}") for word in asked)
    )


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in split if not unicodedata.category(letter).startswith("M")).lower()


def _is_doubtful(link: LinkBetween) -> bool:
    return link.confirmation not in (None, "confirmed", "high")


def _strongest(lines: Sequence[DrawnLink], community: Sequence[int]) -> Iterator[DrawnLink]:
    """Yield `MOST_LINES` lines: of each thing that to what has most links, first of those in its own group.

    Of each thing one line comes before a second of any.
    """
    near: list[list[int]] = [[] for _ in community]
    for place, line in enumerate(lines):
        near[line.source].append(place)
        near[line.target].append(place)
    for number, places in enumerate(near):
        others = {place: lines[place].target + lines[place].source - number for place in places}
        places.sort(key=lambda place: (community[others[place]] != community[number], others[place]))
    seen: set[int] = set()
    for turn in range(max(map(len, near), default=0)):
        for places in near:
            if turn < len(places) and places[turn] not in seen:
                seen.add(places[turn])
                yield lines[places[turn]]
                if len(seen) == MOST_LINES:
                    return


def _year_marks(placed: PlacedMap) -> Iterator[YearMark]:
    """Yield the marks of the scale of years, each from the size at which there is room for it."""
    years = [thing.year for thing in placed.linked.things if thing.year is not None]
    across = [x for x, _ in placed.places]
    if not years or max(across) <= min(across):
        return
    left, right = min(across), max(across)
    side = SIDE + FEW / (len(across) + 1)
    shown: set[int] = set()
    for size, (width, _) in enumerate(SIZES):
        apart = (1 - 2 * side) * width / (right - left)
        step = next((step for step in STEPS if step * apart >= _YEAR_WIDTH), STEPS[-1])
        for year in range(math.ceil(min(years) / step) * step, max(years) + 1, step):
            if year not in shown:
                shown.add(year)
                yield YearMark(year, side + (1 - 2 * side) * (year - left) / (right - left), size)
