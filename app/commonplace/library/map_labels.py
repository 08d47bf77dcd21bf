"""Place labels beside the things on a map so that none lies over another, however large the map is shown.

A map is drawn without knowing how wide its reader's screen is: places are parts of its width and height, while letters
keep their size. So labels are placed for the smallest size first, and for each larger one labels are added to those
that are there. A label begins in the middle of its thing, so two that are apart at one size are apart at every larger.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

LETTERS = 12.0
"""Size of the letters of a label, in pixels."""

GAP = 4.0
"""Distance of a label from the edge of its thing, in pixels."""

MOST_LETTERS = 32
"""Maximum number of letters of a label; a longer one is cut at a word."""

SIZES = ((280.0, 350.0), (540.0, 360.0), (720.0, 480.0), (920.0, 610.0))
"""Widths and heights, in pixels, from which on a label of that number is shown; the style sheet says so too."""

CANDIDATES = 600
"""Maximum number of things that are tried for a label: those with fewer links get one when a reader comes nearer."""

LEADING = 10
"""Number of things whose labels may lie over small things: a map is found by the names of what has most links."""

LINE = 15.0
"""Height that a label takes, in pixels."""

SMALL_DOTS = 0.7
"""Part of their width that dots have at the smallest size."""

EDGE = 2.0
"""Minimum distance of a label from the edge of the map, in pixels."""

Side = Literal["right", "left", "below", "above"]
"""Side of a thing that its label is on; a free one is looked for in that order."""

_WIDTHS = {
    0.24: "ijl",
    0.28: "I",
    0.32: "!',.:;` ",
    0.36: "()/[\\]t|",
    0.40: "fr",
    0.44: "1{}",
    0.48: '-"^_',
    0.52: "*?",
    0.56: "aksvxyz",
    0.60: "57EFJLcehnou",
    0.64: "#$&023689PRSZbdgpq",
    0.68: "+4<=>BKTXY~",
    0.72: "ADV",
    0.76: "CGHNOQU",
    0.84: "w",
    0.88: "m",
    0.92: "M",
    1.0: "%@W…æœÆŒ©",
}
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_LOWER, _UPPER, _WIDE = 0.76, 1.0, 1.08
"""Widths of other letters, of capitals among them, and of Chinese and Japanese ones, in parts of their size."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A thing as labels see it: its place in parts of the width and height, and its radius in pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label: the number of its thing, its text, its side of the thing, and the size that it is shown from."""

    number: int
    text: str
    side: Side
    size: int


@dataclass(frozen=True, slots=True)
class _Box:
    """What a label covers, the middle of its thing included: its ends in pixels from that middle."""

    side: Side
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float

    def apart_from(self, other: _Box, size: tuple[float, float]) -> bool:
        """Return whether neither lies over the other at a size."""
        across, down = (other.x - self.x) * size[0], (other.y - self.y) * size[1]
        if across + other.left >= self.right or across + other.right <= self.left:
            return True
        return down + other.top >= self.bottom or down + other.bottom <= self.top

    def clear_of(self, spot: Spot, size: tuple[float, float]) -> bool:
        """Return whether it does not lie over a thing at a size."""
        across, down = (spot.x - self.x) * size[0], (spot.y - self.y) * size[1]
        if across - spot.radius >= self.right or across + spot.radius <= self.left:
            return True
        return down - spot.radius >= self.bottom or down + spot.radius <= self.top

    def within(self, size: tuple[float, float]) -> bool:
        """Return whether all of it is on the map at a size."""
        x, y = self.x * size[0], self.y * size[1]
        inside = x + self.left >= EDGE and x + self.right <= size[0] - EDGE
        return inside and y + self.top >= EDGE and y + self.bottom <= size[1] - EDGE


def shortened(label: str, most: int = MOST_LETTERS) -> str:
    """Return a label of `most` letters at most, cut after a word where one ends in its second half."""
    label = " ".join(label.split())
    if len(label) <= most:
        return label
    cut = label[: most - 1]
    end = cut.rfind(" ") if label[most - 1] != " " else most - 1
    return (cut[:end] if end >= most // 2 else cut).rstrip(" ,;:.–—-(") + "…"


def width_of(label: str) -> float:
    """Return an estimate of the width of a label in pixels, which is rather too wide."""
    return LETTERS * sum(map(_letter_width, label)) + 2.0


def placed_labels(
    order: Sequence[int],
    text: Callable[[int], str],
    spots: Sequence[Spot],
    room: Callable[[float], float],
    large: float,
) -> list[PlacedLabel]:
    """Return labels of things, those that come first in `order` before others, at each size.

    `text` gives the label of a thing, `room` the most labels that a number of square pixels is to have. No label lies
    over a thing in `order` whose radius is `large` or more. Where all things are in it, those of the first `LEADING`
    may lie over things smaller than their own.
    """
    candidates = [(number, shortened(text(number))) for number in order[:CANDIDATES]]
    large_spots = [(number, spots[number]) for number in order if spots[number].radius >= large]
    leading = LEADING if len(order) == len(spots) else 0
    boxes: list[_Box] = []
    placed: dict[int, PlacedLabel] = {}
    for number_of_size, size in enumerate(SIZES):
        part = SMALL_DOTS if number_of_size == 0 else 1.0
        obstacles = [(number, replace(spot, radius=part * spot.radius)) for number, spot in large_spots]
        for rank, (number, label) in enumerate(candidates):
            if len(placed) >= room(size[0] * size[1]):
                break
            if number in placed:
                continue
            box = _free_box(number, label, spots, boxes, obstacles, size)
            if box is None and rank < leading:
                larger = [(other, spot) for other, spot in obstacles if spot.radius >= part * spots[number].radius]
                box = _free_box(number, label, spots, boxes, larger, size)
            if box is not None:
                boxes.append(box)
                placed[number] = PlacedLabel(number, label, box.side, number_of_size)
    return list(placed.values())


def _free_box(
    number: int,
    label: str,
    spots: Sequence[Spot],
    taken: Sequence[_Box],
    obstacles: Sequence[tuple[int, Spot]],
    size: tuple[float, float],
) -> _Box | None:
    """Return what a label covers on the first side that is free at a size; None where none is."""
    for box in _boxes(spots[number], label):
        if (
            box.within(size)
            and all(box.apart_from(other, size) for other in taken)
            and all(other == number or box.clear_of(spot, size) for other, spot in obstacles)
        ):
            return box
    return None


def _boxes(spot: Spot, label: str) -> Iterator[_Box]:
    """Yield what a label covers on each side."""
    width, near = width_of(label), spot.radius + GAP
    yield _Box("right", spot.x, spot.y, 0.0, near + width, -LINE / 2, LINE / 2)
    yield _Box("left", spot.x, spot.y, -near - width, 0.0, -LINE / 2, LINE / 2)
    yield _Box("below", spot.x, spot.y, -width / 2, width / 2, 0.0, spot.radius + LINE + 1)
    yield _Box("above", spot.x, spot.y, -width / 2, width / 2, -spot.radius - LINE - 1, 0.0)


def _letter_width(letter: str) -> float:
    known = _WIDTH.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter):
        return 0.0
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _WIDTH:
        return _WIDTH[base]
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    return _UPPER if letter.isupper() else _LOWER
