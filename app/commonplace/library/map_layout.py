"""Place linked things on a plane, and put into one community what is linked among itself.

Both follow from the things and links alone, with a fixed seed, so that a map is the same for everybody.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random

import rustworkx

SEED = 20_200_401
"""Seed of all that is drawn by lot."""

ROUNDS = 12
"""Maximum number of times that each thing takes the community of most of its neighbours; it settles sooner."""

WORK = 40_000_000
"""Number of pairs of things that a layout may look at: some seconds."""

Places = list[tuple[float, float]]
Pairs = Sequence[tuple[int, int]]


def communities(number: int, pairs: Pairs) -> list[int]:
    """Return the community of each of a `number` of things, by label propagation; 0 is the largest."""
    neighbours = _neighbours(number, pairs)
    community = list(range(number))
    order = list(range(number))
    lot = Random(SEED)
    for _ in range(ROUNDS):
        lot.shuffle(order)
        moved = 0
        for one in order:
            if not neighbours[one]:
                continue
            counts: dict[int, float] = defaultdict(float)
            for other in neighbours[one]:
                counts[community[other]] += 1 / math.sqrt(len(neighbours[other]))  # what all cite joins nobody
            best = max(counts, key=lambda label: (round(counts[label], 9), label == community[one], -label))
            moved += best != community[one]
            community[one] = best
        if not moved:
            break
    sizes = Counter(community)
    rank = {label: place for place, label in enumerate(sorted(sizes, key=lambda label: (-sizes[label], label)))}
    return [rank[label] for label in community]


def network_places(number: int, pairs: Pairs, community: Sequence[int]) -> Places:
    """Return a place for each thing, from -1 to 1: near what it is linked to, unlinked parts beside one another."""
    graph: rustworkx.PyGraph[int, None] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(number))
    graph.add_edges_from([(one, other, None) for one, other in pairs])
    parts = sorted((sorted(part) for part in rustworkx.connected_components(graph)), key=lambda p: (-len(p), p))
    placed: list[tuple[list[int], Places]] = []
    for part in parts:
        inner = {one: place for place, one in enumerate(part)}
        within = [(inner[one], inner[other]) for one, other in pairs if one in inner]
        placed.append((part, _part_places(len(part), within, [community[one] for one in part])))
    return _evened(_side_by_side(number, placed))


def year_places(years: Sequence[int | None], pairs: Pairs, network: Places) -> Places:
    """Return a place for each thing: x is its year, or the mean of those of its neighbours; y spreads a year's things.

    Things without a year stand above those that have one, in the order of the network; those that have no neighbour
    with a year either are spread over all years.
    """
    neighbours = _neighbours(len(years), pairs)
    known = [year for year in years if year is not None]
    undated = [one for one, near in enumerate(neighbours) if all(years[other] is None for other in [one, *near])]
    first, last = min(known, default=0), max(known, default=0)
    anywhere = {one: first + (last - first) * (n + 0.5) / len(undated) for n, one in enumerate(undated)}
    columns: dict[tuple[bool, int], list[int]] = defaultdict(list)
    across: list[float] = []
    for one, year in enumerate(years):
        near = [there for other in neighbours[one] if (there := years[other]) is not None]
        x = float(year) if year is not None else sum(near) / len(near) if near else anywhere[one]
        across.append(x)
        columns[year is None, round(x)].append(one)
    tallest = max((len(column) for (without, _), column in columns.items() if not without), default=0)
    places: Places = [(0.0, 0.0)] * len(years)
    for (without, _), column in columns.items():
        column.sort(key=lambda one: (network[one][1], one))
        for place, one in enumerate(column):
            y = tallest / 2 + 2 + place if without else place - (len(column) - 1) / 2
            places[one] = (round(across[one], 3), round(y, 3))
    return places


def _neighbours(number: int, pairs: Pairs) -> list[list[int]]:
    found: list[set[int]] = [set() for _ in range(number)]
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return [sorted(some) for some in found]


def _part_places(number: int, pairs: Pairs, community: Sequence[int]) -> Places:
    """Return places for the things of one part: communities first, and then each thing from where its own stands."""
    if number == 1:
        return [(0.0, 0.0)]
    names = sorted(set(community))
    middles = dict(zip(names, _groups(names, pairs, community), strict=True))
    lot = Random(SEED)
    spread = 0.5 / math.sqrt(len(names))
    start: dict[int, tuple[float, float]] = {}
    for one, name in enumerate(community):
        x, y = middles[name]
        start[one] = (x + spread * lot.uniform(-1, 1), y + spread * lot.uniform(-1, 1))
    graph: rustworkx.PyGraph[int, None] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(number))
    graph.add_edges_from([(one, other, None) for one, other in pairs])
    times = max(8, min(200, WORK // (number * number)))
    found = rustworkx.spring_layout(graph, pos=start, k=1.2 / math.sqrt(number), num_iter=times, scale=1, seed=SEED)
    return [(float(found[one][0]), float(found[one][1])) for one in range(number)]


def _groups(names: Sequence[int], pairs: Pairs, community: Sequence[int]) -> Places:
    """Return a place for each community: near those that it has many links to."""
    place = {name: number for number, name in enumerate(names)}
    weights: Counter[tuple[int, int]] = Counter()
    for one, other in pairs:
        ends = sorted((place[community[one]], place[community[other]]))
        if ends[0] != ends[1]:
            weights[ends[0], ends[1]] += 1
    if not weights:
        return [(0.0, 0.0)] * len(names)
    graph: rustworkx.PyGraph[int, float] = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from([(one, other, math.log1p(count)) for (one, other), count in sorted(weights.items())])
    found = rustworkx.spring_layout(graph, weight_fn=lambda weight: weight, num_iter=200, scale=1, seed=SEED)
    return [(float(found[one][0]), float(found[one][1])) for one in range(len(names))]


def _side_by_side(number: int, placed: Sequence[tuple[Sequence[int], Places]]) -> Places:
    """Return the places of all parts: the largest in the middle, the others in rows beneath; area is number."""
    sizes = [2 * math.sqrt(len(part)) if len(part) > 1 else 1.0 for part, _ in placed]
    width = max([*sizes[:1], math.sqrt(sum(size * size for size in sizes[1:]))], default=1.0)
    found: Places = [(0.0, 0.0)] * number
    left, top, tall = 0.0, 0.0, 0.0
    for (part, places), size in zip(placed, sizes, strict=True):
        if left and left + size > width:
            left, top, tall = 0.0, top - tall - 1.0, 0.0
        for one, (x, y) in zip(part, _fitted(places), strict=True):
            found[one] = (left + (x + 1) * size / 2, top - (1 - y) * size / 2)
        left, tall = left + size + 1.0, max(tall, size)
    return [(round(x, 4), round(y, 4)) for x, y in _fitted(found)]


def _evened(places: Places) -> Places:
    """Return places half way to where they would stand if things were spread evenly, each way, in their order.

    A few far things leave little room for the many in the middle, whose names cannot be read then.
    """
    if len(places) < 3:
        return places
    evened: list[list[float]] = []
    for axis in (0, 1):
        order = sorted(range(len(places)), key=lambda one: (places[one][axis], one))
        low, high = places[order[0]][axis], places[order[-1]][axis]
        moved = [0.0] * len(places)
        for rank, one in enumerate(order):
            even = low + (high - low) * rank / (len(places) - 1)
            moved[one] = round((places[one][axis] + even) / 2, 4)
        evened.append(moved)
    return list(zip(*evened, strict=True))


def _fitted(places: Places) -> Places:
    """Return places moved and scaled alike so that they fill -1 to 1 in the longer direction."""
    if not places:
        return []
    lows = [min(place[axis] for place in places) for axis in (0, 1)]
    highs = [max(place[axis] for place in places) for axis in (0, 1)]
    half = max(highs[0] - lows[0], highs[1] - lows[1]) / 2 or 1.0
    middle = [(lows[axis] + highs[axis]) / 2 for axis in (0, 1)]
    return [((x - middle[0]) / half, (y - middle[1]) / half) for x, y in places]


def pairs_of(ids: Mapping[str, int], ends: Sequence[tuple[str, str]]) -> Pairs:
    """Return links as pairs of numbers, each pair once, in order."""
    return sorted({tuple(sorted((ids[one], ids[other]))) for one, other in ends})  # type: ignore[misc]  # pairs of two
