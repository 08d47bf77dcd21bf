"""Keep what is known of the works of each open library from one import to the next, and from one start to the next."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from commonplace.curation.known_works import KnownWorks
from commonplace.curation.known_works_file import MOST_WORKS, WorksFile, file_of, newest_files
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.sealed import LogPosition
from commonplace.derived.workers.messages import Call, Reply
from commonplace.errors import CommonplaceError
from commonplace.exchange.small_files import Ask
from commonplace.library import Library
from commonplace.library.changes import changes_between
from commonplace.library.incremental import MOVED_QUADS, Incremental
from commonplace.model.change import EMPTY, Version

log = logging.getLogger(__name__)

FILED_WORKS = 2_000
"""Minimum number of works that are kept in a file: fewer are read in some hundredths of a second."""

PREPARED_BYTES = 4_000_000
"""Minimum size of the log of a library whose works are read, or their file opened, before an import asks for them."""

TASK = "read works"
"""Name of what a worker does: see `read_in_worker`."""

SECONDS = 3_600.0
"""Maximum time for it: of 100,000 works it takes six seconds of processor."""

_KNOWN: WeakKeyDictionary[Library, Incremental[KnownWorks]] = WeakKeyDictionary()
"""What was known of the works of each library at its last import: the next begins with it."""


def known_works(library: Library, snapshot: Snapshot) -> KnownWorks | None:
    """Return what is known of the works of a state; None when the library has moved on from it."""
    found = _kept(library).of(library.graph)
    return found.value if found.version == snapshot.version else None


def prepare_imports(library: Library, ask: Ask) -> None:
    """Know the works of a library before the first import asks, where it takes long to read them.

    A worker reads them, where `ask` finds one, so that this process goes on sharing the graph with it.
    """
    if library.log.size(EMPTY, library.newest()) < PREPARED_BYTES:
        return
    kept = _kept(library)
    if library.derived is not None and library.graph.read(lambda snapshot: _from_file(library, snapshot)) is None:
        given = {"directory": str(library.derived)}
        try:
            ask(Call(task=TASK, given=given, version=library.newest(), seconds=SECONDS), "imports")
        except CommonplaceError as fault:
            log.warning("the server reads all works itself, because a worker did not: %s", fault)
    kept.of(library.graph)


def read_in_worker(library: Library, call: Call) -> Reply:
    """Keep what is known of the works of a library in a file, below the directory that a call names."""
    known = library.graph.read(lambda snapshot: (snapshot.version, KnownWorks.of(snapshot, library.minter)))
    _filed(library, Path(call.given["directory"]), *known)
    return Reply(given={})


def _kept(library: Library) -> Incremental[KnownWorks]:
    kept = _KNOWN.get(library)
    if kept is None:
        minter = library.minter
        kept = _KNOWN[library] = Incremental(
            library.log, partial(_make, library), lambda known, of, changes: known.move(of, changes, minter)
        )
    return kept


def _make(library: Library, snapshot: Snapshot) -> KnownWorks:
    """Return what is known of the works of a state: from the file, if it is of a state near this one, or read anew."""
    return _from_file(library, snapshot) or _filed(
        library, library.derived, snapshot.version, KnownWorks.of(snapshot, library.minter)
    )


def _from_file(library: Library, snapshot: Snapshot) -> KnownWorks | None:
    if library.derived is None:
        return None
    for path, origin in newest_files(library.derived / "known-works"):
        if not EMPTY < origin.version <= snapshot.version or origin != LogPosition.of(library.log, origin.version):
            continue  # of another log, or of versions to come
        changes = changes_between(library.log, origin.version, snapshot.version, MOVED_QUADS)
        if changes is not None:
            try:
                return KnownWorks(WorksFile(path), library.minter).move(snapshot, changes, library.minter)
            except (OSError, ValueError) as fault:
                log.warning("%s is not used: %s", path, fault)
    return None


def _filed(library: Library, directory: Path | None, version: Version, known: KnownWorks) -> KnownWorks:
    """Return what is known, kept in a file from now on where there are many works and a place for it."""
    if directory is None or not FILED_WORKS <= len(known) < MOST_WORKS:
        return known
    path = file_of(directory / "known-works", origin := LogPosition.of(library.log, version))
    try:
        known.write(path, origin, library.minter)
        return KnownWorks(WorksFile(path), library.minter)
    except OSError as fault:
        log.warning("what imports look works up by cannot be kept in %s: %s", path, fault)
        return known
