"""Learn from judged works which terms speak for a concept: a linear classifier over weighted terms.

The classifier is a support vector machine with squared hinge loss, trained by dual coordinate descent (Hsieh et al.
2008, algorithm 1, which LIBLINEAR uses too); terms are weighted by TF-IDF. With the few hundred works that a person
judges it takes a tenth of a second, and ranks as well as the libraries do that would bring 270 MB with them
(`docs/dependencies.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from operator import mul
from random import Random

Vector = Mapping[int, float]
"""Weight of each term, of length 1."""

PENALTY = 1.0
"""What a judged work on the wrong side costs; the two sides weigh equally, however many works each has."""

PASSES = 15
"""Maximum number of times that all judged works are gone through."""

ENOUGH = 1e-3
"""Change of a multiplier below which training is done."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How telling each term is: the logarithm of how few works have it. Terms of a single work are left out."""

    rarity: Mapping[int, float]

    @classmethod
    def of(cls, works: Iterable[Iterable[int]], count: int) -> Weights:
        """Return the weights in so many works, given the different terms of each."""
        frequency: Counter[int] = Counter()
        for terms in works:
            frequency.update(terms)
        return cls({term: log((1 + count) / number) for term, number in frequency.items() if number > 1})

    def vector(self, counts: Mapping[int, int]) -> Vector:
        """Return the weighted terms of a text."""
        rarity = self.rarity
        weighed = {
            term: (1 + log(number)) * rarity[term] if number > 1 else rarity[term]
            for term, number in counts.items()
            if term in rarity
        }
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}


@dataclass(frozen=True, slots=True)
class Classifier:
    """What was learnt: how much each term speaks for the concept, or against it."""

    weights: Mapping[int, float]
    bias: float

    def score(self, terms: Iterable[int], numbers: Iterable[int], weights: Weights) -> float:
        """Return how clearly a work belongs: more than 0 on the side of those that discuss the concept.

        `terms` are those of its text and `numbers` how often each stands there. It equals the product of what was
        learnt and the work's vector, which need not be made.
        """
        rarity, learnt = weights.rarity, self.weights
        product = square = 0.0
        for term, number in zip(terms, numbers, strict=True):
            rare = rarity.get(term)
            if rare is not None:
                weight = rare if number == 1 else (1 + log(number)) * rare
                square += weight * weight
                if term in learnt:
                    product += learnt[term] * weight
        return self.bias + product / (sqrt(square) or 1.0)

    def reasons(self, vector: Vector, most: int) -> list[int]:
        """Return the terms of a work that speak most for the concept, the clearest first."""
        weights = self.weights
        spoken = [(weights[term] * weight, term) for term, weight in vector.items() if weights.get(term, 0.0) > 0]
        return [term for _, term in sorted(spoken, reverse=True)[:most]]


def learn(wanted: Sequence[Vector], others: Sequence[Vector]) -> Classifier:
    """Return a classifier that parts works that discuss the concept from works that do not; each side has some."""
    works = [*wanted, *others]
    sides = [1.0] * len(wanted) + [-1.0] * len(others)
    costs = [PENALTY * len(works) / (2 * len(wanted if side > 0 else others)) for side in sides]
    # A constant feature of every work stands for the bias.
    lengths = [sum(x * x for x in work.values()) + 1 + 1 / (2 * cost) for work, cost in zip(works, costs, strict=True)]
    multipliers = [0.0] * len(works)
    places: dict[int, int] = {}  # of terms in the list of weights: to look each up by its number takes twice as long
    rows = [[places.setdefault(term, len(places)) for term in work] for work in works]
    values = [list(work.values()) for work in works]
    weights = [0.0] * len(places)
    bias = 0.0
    order, shuffle = list(range(len(works))), Random(0).shuffle
    for _ in range(PASSES):
        shuffle(order)
        largest = 0.0
        for at in order:
            side, multiplier = sides[at], multipliers[at]
            reached = bias + sum(map(mul, map(weights.__getitem__, rows[at]), values[at]))
            slope = side * reached - 1 + multiplier / (2 * costs[at])
            multipliers[at] = max(multiplier - slope / lengths[at], 0.0)
            step = (multipliers[at] - multiplier) * side
            if step:
                bias += step
                for place, x in zip(rows[at], values[at], strict=True):
                    weights[place] += step * x
                largest = max(largest, abs(step))
        if largest < ENOUGH:
            break
    return Classifier(dict(zip(places, weights, strict=True)), bias)
