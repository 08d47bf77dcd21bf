"""Find references that have a DOI and lead to no work, because the library does not hold what they refer to."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message
from commonplace.library.curation_schemas import Solution
from commonplace.library.queues.queue import Row, of_function
from commonplace.model.minter import Minter
from commonplace.model.relations import read_reference_json


def _dangling(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
    for triple in snapshot.triples(None, minter.term("referenceText")):
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, Literal):
            continue
        try:
            kept = read_reference_json(triple.object.value)
        except (ValueError, KeyError, TypeError):
            continue  # written by somebody else, in another form than the model's
        for one in kept:
            if one.doi:
                yield Row(
                    triple.subject,
                    detail=one.doi,
                    why=Message("reference %(number)s: %(text)s", number=one.number, text=one.text),
                )


def _calls(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    return [Solution(method="POST", address="/imports", bodies=[json.dumps({"dois": [row.detail]})])]


DANGLING_REFERENCES = of_function(
    "dangling-references",
    "References to works that are not here",
    "References of works that have a DOI, where the library does not hold what they refer to: import it, and the "
    "reference becomes a citation. (The list of what a work refers to has those without a DOI too.)",
    _dangling,
    _calls,
)
