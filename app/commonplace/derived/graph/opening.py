"""Make graphs: the one place that knows which engines there are."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pyoxigraph import Store

from commonplace.derived.graph.disk_copies import DiskCopies
from commonplace.derived.graph.disk_graph import DiskGraph
from commonplace.derived.graph.disk_mark import DiskMark, OriginOf
from commonplace.derived.graph.disk_reader import DiskReader
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.graph import Fill, Graph, OwnCopy
from commonplace.derived.graph.remote.engine import SparqlEngine
from commonplace.derived.graph.remote.graph import RemoteGraph
from commonplace.derived.graph.remote.keeper import Keeper
from commonplace.derived.sealed import NotSealed
from commonplace.errors import GraphUnreachable, HomeUnusable, NotFound
from commonplace.model.change import EMPTY, Version

log = logging.getLogger(__name__)

GraphKind = Literal["memory", "disk"] | str
"""Where a home's graph is kept: in memory, on disk, or in a SPARQL 1.1 engine, by the address of its queries and, after
a space, that of its updates where it is another one."""


def new_graph(base: str) -> Graph:
    """Return an empty graph in memory, which resolves relative IRIs against `base`."""
    return EmbeddedGraph.in_memory(base)


def open_graph(
    kind: GraphKind, base: str, directory: Path, origin_of: OriginOf, *, checks_later: bool = False
) -> Graph:
    """Return the graph of a home: an empty one in memory, or the one on disk that is kept in a directory.

    Where the process `checks_later`, by `check_on_disk`, files that the process before had read are believed until then
    if that ended as it should.

    A graph on disk that is not what was written, or is of another log, is thrown away. It belongs to the first process
    that opens it; another process is given one in memory, which answers alike. So is a process that cannot write there.
    """
    if is_address(kind):
        return _open_remote(kind, base, directory, origin_of)
    if kind == "memory" or is_held(directory):
        return new_graph(base)
    mark = DiskMark(directory, origin_of)
    why = ""
    try:
        return DiskGraph.opened(base, directory, mark, believes=checks_later)
    except (OSError, RuntimeError, NotSealed) as fault:
        why = str(fault)  # and nothing more is kept, or the engine would hold the directory open
    try:
        if any(word in why for word in _NOT_ITS_FAULT):
            raise OSError(why)
        log.warning("the graph in %s is thrown away, and made again: %s", directory, why)
        _throw_away(directory)
        mark.remove()
        return DiskGraph.opened(base, directory, mark)
    except (OSError, RuntimeError, NotSealed) as fault:
        log.warning("the graph in %s is not used, and kept in memory: %s", directory, fault)
    return new_graph(base)


_NOT_ITS_FAULT = ("lock", "No space left", "Disk quota", "Read-only", "Permission denied", "File too large")
"""Parts of the engine's messages when it cannot open a graph with which nothing is wrong."""


def _throw_away(directory: Path) -> None:
    """Delete a graph on disk. Raises OSError when a process has it open, be it in a container of its own."""
    try:
        Store(str(directory))
    except (OSError, RuntimeError) as fault:
        if "lock" in str(fault):
            raise OSError(str(fault)) from fault
    shutil.rmtree(directory, ignore_errors=not directory.exists())


def is_address(kind: GraphKind) -> bool:
    """Return whether a graph is kept in an engine at an address."""
    return "://" in kind


def graph_elsewhere(base: str, address: str | None) -> Graph:
    """Return what a process reads that does not keep the graph up to date: the engine at an address, or an empty graph
    in memory of its own where there is none."""
    return new_graph(base) if address is None else RemoteGraph(base, SparqlEngine(address))


def share_on_disk(graph: Graph, directory: Path, origin_of: OriginOf) -> bool:
    """Let other processes read a graph on disk by copies that are kept in a directory; return whether it is on disk.

    It goes on in memory where its disk fails: then they do, too.
    """
    if not isinstance(graph, DiskGraph) or not graph.is_durable:
        return False
    try:
        graph.share(DiskCopies(directory, origin_of))
    except (OSError, RuntimeError) as fault:
        log.warning("the graph on disk cannot be copied for those that read it, which keep it in memory: %s", fault)
        return False
    return True


def is_in_this_memory(graph: Graph) -> bool:
    """Return whether a graph is nowhere but in the memory of its process."""
    return isinstance(graph, EmbeddedGraph) and not isinstance(graph, DiskGraph)


def without_locks(graph: Graph) -> Graph:
    """Return a graph in memory for a process that was forked while no thread was reading or changing it."""
    assert isinstance(graph, EmbeddedGraph)
    return graph.without_locks()


def check_on_disk(graph: Graph, stops: Callable[[], bool]) -> None:
    """Read the files of a graph on disk that were believed when it was opened, unless it is told to stop.

    Raises `NotSealed` where one is not what was written, and OSError.
    """
    if isinstance(graph, DiskGraph):
        graph.check(stops)


def end_on_disk(graph: Graph) -> None:
    """Note, at the end of a process, that the files of a graph on disk are what was written. Raises OSError."""
    if isinstance(graph, DiskGraph):
        graph.end()


def reader_on_disk(base: str, directory: Path, origin_of: OriginOf, fill: Fill) -> OwnCopy:
    """Return what a process reads a graph on disk by, of which another process keeps copies in a directory."""
    return DiskReader(base, DiskCopies(directory, origin_of), fill)


def _open_remote(addresses: str, base: str, directory: Path, origin_of: OriginOf) -> Graph:
    """Return the graph in an engine, to be brought up to date by this process unless another one of the home does.

    Raises `GraphUnreachable`, and `HomeUnusable` for an engine that holds what this home did not write.
    """
    keeper = Keeper(directory.with_suffix(".keeper"))
    try:
        if not keeper.begins():
            return graph_elsewhere(base, addresses)
    except OSError as fault:
        log.warning("this process only reads the graph in the engine, because the home cannot be written to: %s", fault)
        return graph_elsewhere(base, addresses)
    graph = RemoteGraph(base, SparqlEngine(addresses), origin_of, keeper)
    state = graph.look()
    try:
        is_ours = state.version == EMPTY or state.origin == origin_of(state.version).id
    except NotFound:
        is_ours = False
    if not is_ours:
        keeper.end()
        raise HomeUnusable(
            f"the engine at {graph} holds version {state.version} of another library: give COMMONPLACE_GRAPH an empty "
            "dataset, or empty this one"
        )
    if state.keeper not in ("", keeper.id):
        log.warning("what the engine at %s holds was written by another home, and is made again from the log", graph)
        graph.clear()
    return graph


def open_graph_for_reading(kind: GraphKind, base: str, directory: Path, origin_of: OriginOf, head: Version) -> Graph:
    """Return the graph on disk where it holds that version and nobody else has it open, else an empty one in memory; or
    the graph in an engine at an address, if it holds that version.

    Nothing is written.
    """
    if is_address(kind):
        remote = RemoteGraph(base, SparqlEngine(kind))
        try:
            return remote if remote.look().version == head else new_graph(base)
        except GraphUnreachable as fault:
            log.warning("%s. Meanwhile the log is read into memory.", fault.detail)
            return new_graph(base)
    try:
        if directory.is_dir() and not is_held(directory) and DiskMark(directory, origin_of).read() == head > EMPTY:
            return EmbeddedGraph.read_only(base, directory, head)
    except (OSError, RuntimeError, NotSealed) as fault:
        log.debug("the graph in %s is not read: %s", directory, fault)
    return new_graph(base)


def fault_of_graph(directory: Path, origin_of: OriginOf) -> str | None:
    """Return why the graph on disk cannot be used; None when it is as it was written, is not there, or is in use."""
    if not directory.is_dir() or is_held(directory):
        return None
    try:
        DiskMark(directory, origin_of).read()
    except (OSError, NotSealed) as fault:
        return str(fault)
    return None


def is_held(directory: Path) -> bool:
    """Return whether a process has the graph in a directory open: it holds the lock of the engine's `LOCK` file."""
    try:
        inode = (directory / "LOCK").stat().st_ino
        locks = Path("/proc/locks").read_text().split()
    except OSError:
        return False
    return any(word.endswith(f":{inode}") for word in locks)
