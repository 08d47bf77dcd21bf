"""The picture of the map: labels that do not lie over one another at any size, and a bounded number of lines."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest

from commonplace.library.map_labels import (
    LETTERS,
    MOST_LETTERS,
    SIZES,
    PlacedLabel,
    Spot,
    placed_labels,
    shortened,
    width_of,
)
from commonplace.library.map_picture import MOST_LINES, STEPS, map_picture, things_with
from commonplace.library.map_reading import LinkBetween, Linked, LinkedThing
from commonplace.library.map_schemas import Layout
from commonplace.library.placed_maps import PlacedMap
from commonplace.model.change import Version


def covered(label: PlacedLabel, spot: Spot, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return where the letters of a label begin and end, across and down, at a size."""
    x, y, width = spot.x * size[0], spot.y * size[1], width_of(label.text)
    if label.side in ("above", "below"):
        down = y + spot.radius if label.side == "below" else y - spot.radius - LETTERS
        return x - width / 2, x + width / 2, down, down + LETTERS
    left = x + spot.radius if label.side == "right" else x - spot.radius - width
    return left, left + width, y - LETTERS / 2, y + LETTERS / 2


@pytest.mark.parametrize("seed", range(5))
def test_no_label_lies_over_another_at_any_size(seed: int) -> None:
    lot = Random(seed)
    spots = [Spot(lot.uniform(0.04, 0.96), lot.uniform(0.05, 0.95), lot.uniform(2, 12)) for _ in range(200)]
    names = [
        "Ó Conaill 1999",
        "co-production of public services",
        "王 2020",
        "Zhang",
        "Организация",
        "van der Meer 2001",
    ]
    labels = placed_labels(list(range(200)), lambda one: names[one % 6], spots, lambda area: area / 4_000, large=9.0)
    assert {label.size for label in labels} == set(range(len(SIZES)))
    wider = [*enumerate(SIZES), (len(SIZES) - 1, (1_400.0, 900.0)), (1, (700.0, 470.0)), (0, (343.0, 429.0))]
    for size, area in wider:
        shown = [covered(label, spots[label.number], area) for label in labels if label.size <= size]
        for one, other in combinations(shown, 2):
            across = min(one[1], other[1]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[2], other[2])
            assert across <= 0 or down <= 0, (area, one, other)
        assert all(left >= 0 and right <= area[0] for left, right, _, _ in shown)


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("co-production", "co-production"),
        ("low professionalisation of the  third sector", "low professionalisation of the…"),
        ("Ministry of Health, and of Social Affairs", "Ministry of Health, and of…"),
        ("Donaudampfschifffahrtsgesellschaftskapitän", "Donaudampfschifffahrtsgesellsch…"),
        ("x" * MOST_LETTERS, "x" * MOST_LETTERS),
    ],
)
def test_a_long_label_is_cut_after_a_word(label: str, short: str) -> None:
    assert shortened(label) == short
    assert len(short) <= MOST_LETTERS


def a_map(things: int, links: int, layout: Layout = "network") -> PlacedMap:
    """Return a map of works that are linked by lot; the first have most links."""
    lot = Random(1)
    ends = {(lot.randrange(things), int(things * lot.random() ** 3)) for _ in range(links)}
    pairs = sorted((one, other) for one, other in ends if one != other)
    iris = [f"https://example.org/id/work/w{number}" for number in range(things)]
    works = [
        LinkedThing(iri, "work", f"w{number}", things - number, f"Écrivain {number}", year=1950 + number % 70)
        for number, iri in enumerate(iris)
    ]
    between = [LinkBetween(iris[one], iris[other], "cites", "confirmed") for one, other in pairs]
    places = [(float(work.year or 0), lot.random()) for work in works]
    groups = [number % 9 for number in range(things)]
    return PlacedMap(Linked(works, between, things), groups, places, layout, Version(1))


def test_of_very_many_links_each_thing_has_a_line_and_there_are_no_more_than_fit() -> None:
    placed = a_map(2_000, 12_000)
    picture = map_picture(placed)
    assert (picture.links, len(picture.lines)) == (len(placed.linked.links), MOST_LINES)
    linked = {end for link in placed.linked.links for end in (link.source, link.target)}
    drawn = {placed.linked.things[end].iri for line in picture.lines for end in (line.source, line.target)}
    assert drawn == linked
    few = map_picture(a_map(50, 120))
    assert len(few.lines) == few.links


def test_dots_are_larger_the_more_links_and_groups_beyond_the_seventh_look_alike() -> None:
    picture = map_picture(a_map(90, 200))
    widths = [dot.across for dot in picture.dots]
    assert widths == sorted(widths, reverse=True)
    assert {dot.group for dot in picture.dots} == set(range(8))
    assert (min(d.x for d in picture.dots), max(d.x for d in picture.dots)) == pytest.approx((0.0444, 0.9556), abs=1e-4)
    assert (min(d.y for d in picture.dots), max(d.y for d in picture.dots)) == pytest.approx((0.0544, 0.9456), abs=1e-4)


def test_what_a_search_finds_alone_is_marked_and_labelled() -> None:
    placed = a_map(90, 200)
    found = things_with(placed, "ecrivain 7")
    assert found == {number for number in range(90) if "7" in str(number)}
    picture = map_picture(placed, found)
    assert {number for number, dot in enumerate(picture.dots) if dot.marked} == found
    assert {label.number for label in picture.labels} <= found
    assert things_with(placed, "  ") == frozenset()


def test_marks_of_years_stay_where_a_picture_grows() -> None:
    marks = map_picture(a_map(300, 900, "year")).years
    assert len({mark.year for mark in marks}) == len(marks)
    for size, (width, _) in enumerate(SIZES):
        shown = sorted(mark.x * width for mark in marks if mark.size <= size)
        assert shown
        assert all(right - left >= 40 for left, right in pairwise(shown))
    assert all(mark.year % STEPS[1] == 0 for mark in marks)
