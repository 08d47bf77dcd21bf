"""Read the works that a page names, so that it can say who wrote what and when in place of their keys."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.schemas import Work
from commonplace.library.works import read_works_ahead, work_of
from commonplace.model.minter import Minter

MOST = 300
"""Maximum number of works that one page reads to name them; it names the others by their keys."""


def works_named(snapshot: Snapshot, minter: Minter, iris: Iterable[str]) -> dict[str, Work]:
    """Return works by their IRIs; those that are not there, or are too many, are left out."""
    found: dict[str, Work] = {}
    kinds = ((iri, minter.kind_and_key(iri)) for iri in list(dict.fromkeys(iris))[:MOST])
    works = {iri: NamedNode(iri) for iri, named in kinds if named is not None and named[0] == "work"}
    read_works_ahead(snapshot, works.values())
    for iri, node in works.items():
        try:
            found[iri] = work_of(snapshot, node, minter, evidence=False)
        except NotFound:  # it is in a preview only, or was deleted since
            continue
    return found
