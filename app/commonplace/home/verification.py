"""Delete derived files, and check the log and all that is derived from it against one another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pyoxigraph import Quad

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import fault_of_graph, new_graph
from commonplace.derived.sealed import LogPosition, fault_of_sealed
from commonplace.derived.search.files import SearchFiles
from commonplace.home.checking import checked, in_words
from commonplace.library import Library
from commonplace.library.preparation import PREPARED
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import versions

SHOWN = 5
"""Maximum number of differing statements that a finding lists."""


def clear_derived(home: Path) -> None:
    """Delete everything a home derives from its log."""
    shutil.rmtree(home / "derived", ignore_errors=True)


def findings(library: Library, home: Path, shapes: Path) -> Iterator[str]:
    """Return the faults that are found, a line each; none when all is well. Nothing is written.

    The log: checksums, chain, attachments, every change net against the state it met. What is derived: whether it is
    what was written, and the graph and each checkpoint against a replay of the log from nothing. The data, as that
    replay has them: the rules (`commonplace.home.checking`).
    """
    damage = list(library.log.check())
    yield from damage
    if damage:
        return
    yield from _unsound(library, home)
    head = library.follow()
    replayed = new_graph(library.minter.base)
    kept = {number: path for path, number in library.checkpoints.all()}
    for version in versions(library.log):
        change = library.log.entry(version).change
        if change.net(lambda quad: replayed.read(lambda snapshot: snapshot.contains(quad))) != _as_set(change):
            yield f"version {version}: the log's change is not net against the version before it"
        replayed.apply(version, change)
        if version in kept and library.checkpoints.holds(kept[version], version):
            yield from _differences(f"the checkpoint {kept[version].name}", _load(library, version, kept), replayed)
    if head:
        yield from _differences("the graph", library.graph, replayed)
    found = replayed.read(lambda snapshot: checked(snapshot, shapes, library.minter, library.texts))
    yield from (in_words(breach, library.minter) for breach in found.breaches)


def _unsound(library: Library, home: Path) -> Iterator[str]:
    """Return the derived files that are not as they were written."""
    graph = home / "derived" / "graph"
    found = [(path, library.checkpoints.fault_of(path, version)) for path, version in library.checkpoints.all()]
    found.append((graph, fault_of_graph(graph, partial(LogPosition.of, library.log))))
    indexes = SearchFiles(home / "derived" / "search", library.log)
    found += [(path, indexes.fault_of(path, version)) for path, version in indexes.all()]
    found += [(path, library.things.fault_of(path, version)) for path, version in library.things.all()]
    found += [(path, fault_of_sealed(path)) for path in (home / "derived" / "known-works").glob("*.known-*")]
    found += [(path, fault_of_sealed(path)) for path in (home / "derived" / PREPARED).glob("*.prepared")]
    for path, why in found:
        if why is not None:
            yield f"{path}: {why} (it is not used, and made again from the log)"


def _as_set(change: ChangeSet) -> ChangeSet:
    return ChangeSet(tuple(dict.fromkeys(change.added)), tuple(dict.fromkeys(change.removed)))


def _load(library: Library, version: Version, kept: dict[Version, Path]) -> Graph:
    graph = new_graph(library.minter.base)
    graph.load_checkpoint(kept[version], version)
    return graph


def _differences(name: str, view: Graph, replayed: Graph) -> Iterator[str]:
    has = view.read(lambda snapshot: set(snapshot.quads()))
    should = replayed.read(lambda snapshot: set(snapshot.quads()))
    for what, quads in (("lacks", should - has), ("has too much", has - should)):
        if quads:
            shown = "; ".join(str(quad) for quad in _some(quads))
            yield f"{name} {what}: {len(quads)} statements, such as {shown} (run `commonplace rebuild`)"


def _some(quads: set[Quad]) -> list[Quad]:
    return sorted(quads, key=str)[:SHOWN]
