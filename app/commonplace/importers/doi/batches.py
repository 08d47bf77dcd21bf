"""Cut lists of DOIs into portions that fit into one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_CHARACTERS = 3_500
"""Of DOIs in one address, so that no server or proxy on the way finds it too long."""


def batches(dois: Sequence[str], most: int) -> Iterator[list[str]]:
    """Yield portions in the order given, of at most that many DOIs: the same list gives the same portions."""
    portion: list[str] = []
    size = 0
    for doi in dois:
        length = len(doi.encode()) + 20
        if portion and (len(portion) == most or size + length > _CHARACTERS):
            yield portion
            portion, size = [], 0
        portion.append(doi)
        size += length
    if portion:
        yield portion
