"""Keep what is known of the works of each open library from one import to the next, and from one start to the next."""

from __future__ import annotations

import logging
from functools import partial
from weakref import WeakKeyDictionary

from commonplace.curation.known_works import KnownWorks
from commonplace.curation.known_works_file import MOST_WORKS, WorksFile, file_of, newest_files
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.sealed import LogPosition
from commonplace.library import Library
from commonplace.library.changes import changes_between
from commonplace.library.incremental import MOVED_QUADS, Incremental
from commonplace.model.change import EMPTY

log = logging.getLogger(__name__)

FILED_WORKS = 2_000
"""Minimum number of works that are kept in a file: fewer are read in some hundredths of a second."""

PREPARED_BYTES = 4_000_000
"""Minimum size of the log of a library whose works are read, or their file opened, before an import asks for them."""

_KNOWN: WeakKeyDictionary[Library, Incremental[KnownWorks]] = WeakKeyDictionary()
"""What was known of the works of each library at its last import: the next begins with it."""


def known_works(library: Library, snapshot: Snapshot) -> KnownWorks | None:
    """Return what is known of the works of a state; None when the library has moved on from it."""
    found = _kept(library).of(library.graph)
    return found.value if found.version == snapshot.version else None


def prepare_imports(library: Library) -> None:
    """Know the works of a library before the first import asks, where it takes long to read them."""
    if library.log.size(EMPTY, library.newest()) >= PREPARED_BYTES:
        _kept(library).of(library.graph)


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
    return _from_file(library, snapshot) or _filed(library, snapshot, KnownWorks.of(snapshot, library.minter))


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


def _filed(library: Library, snapshot: Snapshot, known: KnownWorks) -> KnownWorks:
    """Return what is known, kept in a file from now on where there are many works and a place for it."""
    if library.derived is None or not FILED_WORKS <= len(known) < MOST_WORKS:
        return known
    path = file_of(library.derived / "known-works", origin := LogPosition.of(library.log, snapshot.version))
    try:
        known.write(path, origin, library.minter)
        return KnownWorks(WorksFile(path), library.minter)
    except OSError as fault:
        log.warning("what imports look works up by cannot be kept in %s: %s", path, fault)
        return known
