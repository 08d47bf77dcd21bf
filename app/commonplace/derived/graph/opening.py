"""Make graphs: the one place that knows which engines there are."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Literal

from pyoxigraph import Store

from commonplace.derived.graph.disk_mark import DiskMark, OriginOf
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.graph import Graph
from commonplace.derived.sealed import NotSealed
from commonplace.model.change import EMPTY, Version

log = logging.getLogger(__name__)

GraphKind = Literal["memory", "disk"]
"""Where a home's graph is kept."""


def new_graph(base: str) -> Graph:
    """Return an empty graph in memory, which resolves relative IRIs against `base`."""
    return EmbeddedGraph.in_memory(base)


def open_graph(kind: GraphKind, base: str, directory: Path, origin_of: OriginOf) -> Graph:
    """Return the graph of a home: an empty one in memory, or the one on disk that is kept in a directory.

    A graph on disk that is not what was written, or is of another log, is thrown away. It belongs to the first process
    that opens it; another process is given one in memory, which answers alike. So is a process that cannot write there.
    """
    if kind == "memory" or is_held(directory):
        return new_graph(base)
    mark = DiskMark(directory, origin_of)
    why = ""
    try:
        return EmbeddedGraph.on_disk(base, directory, mark)
    except (OSError, RuntimeError, NotSealed) as fault:
        why = str(fault)  # and nothing more is kept, or the engine would hold the directory open
    try:
        if any(word in why for word in _NOT_ITS_FAULT):
            raise OSError(why)
        log.warning("the graph in %s is thrown away, and made again: %s", directory, why)
        _throw_away(directory)
        mark.remove()
        return EmbeddedGraph.on_disk(base, directory, mark)
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


def open_graph_for_reading(base: str, directory: Path, origin_of: OriginOf, head: Version) -> Graph:
    """Return the graph on disk where it holds that version and nobody else has it open, else an empty one in memory.

    Nothing is written.
    """
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
