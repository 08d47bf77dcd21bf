"""The weights by which what two works have in common is summed up to a score, and how they were found.

The score is a chance, in percent: the sum of the weights of all signs that hold, put through the logistic function.
The weights were set by hand on the records of a systematic review and on hard pairs that persons judged, with copies
damaged as databases damage them. `python -m benchmarks.learn_duplicates` learns them anew by logistic regression: on
these records what it learns is within 0.7 of each weight here, and the rounder ones are kept, so that records of
another kind (lists of conference papers, say, which have no pages) are not judged by what those happen to have.
`docs/benchmarks.md` has how true the scores are.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "always": -3.5,
    "title equal": 4.0,
    "title near": 3.0,
    "title cut": 3.0,
    "title subtitle": 2.0,
    "title begun": 1.0,
    "title more": -1.5,
    "title other": -3.0,
    "title long": 1.0,
    "title short": -2.0,
    "title short and nothing else": -3.0,
    "people same": 3.0,
    "people some": -0.8,
    "people none": -4.0,
    "people unknown": -0.7,
    "year same": 1.0,
    "year next": -0.3,
    "year other": -3.0,
    "venue same": 1.0,
    "venue alike": 0.3,
    "venue other": -1.2,
    "volume same": 1.0,
    "volume other": -1.5,
    "issue same": 1.0,
    "page same": 3.0,
    "page other": -2.5,
    "DOI same": 5.0,
    "DOI other": -1.5,
    "identifier same": 5.0,
    "type other": -0.5,
}
"""The weight of each sign, in natural logarithms of odds."""

PROPOSED = 50.0
"""Minimum score of two works that are proposed as one: more likely one than two."""
