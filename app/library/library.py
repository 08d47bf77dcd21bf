"""A home opened for reading: the log, the views that follow it, and its past.

A home is a directory: `log/` is the truth, `derived/` may be deleted at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, RLock
from typing import Literal, TypeVar

from app.derived.checkpoints import Checkpoints
from app.derived.graph import Snapshot
from app.derived.graph_embedded import EmbeddedGraph
from app.derived.past import PastStates
from app.derived.reader_process import Views
from app.derived.search import SearchIndex
from app.derived.search_files import SearchFiles, emptied, write_part
from app.errors import Cancelled, CommonplaceError, HomeUnusable, NotFound
from app.model.change import EMPTY, Entry, Version
from app.model.minter import Minter
from app.model.quad_text import QuadText
from app.patchlog.file_log import FileLog
from app.patchlog.log import PatchLog, versions

Answer = TypeVar("Answer")
GraphKind = Literal["memory", "disk"]

FILED_STATEMENTS = 200_000
"""From so many statements on, the search index is kept in files: below, it is built in a second or two."""

REBUILT_BYTES = 20_000_000
"""A change longer than this is not looked through for what it touched: the search index is built anew."""

logger = logging.getLogger(__name__)


class Library:
    """One home. Safe to share between threads; sees what other processes commit."""

    def __init__(
        self,
        log: PatchLog,
        minter: Minter,
        graph: EmbeddedGraph,
        checkpoints: Checkpoints,
        *,
        search: Path | None = None,
        at_once: bool = True,
    ) -> None:
        """`search` is the directory where search indexes are kept, if they are; `at_once`: see `open`."""
        self.log = log
        self.minter = minter
        self.checkpoints = checkpoints
        self.graph = graph
        self._past = PastStates(minter.base, checkpoints)
        self._search: SearchIndex | None = None
        self._search_files = SearchFiles(search, log) if search else None
        self._building = False
        self.write_search: Callable[[Path], Version] | None = None
        """Writes the parts of the search index of the newest state to a directory, and answers the version, in
        other processes (`app.derived.search_files`); raises OSError or `CommonplaceError`. None: it is done here."""
        self._at_once = at_once
        self._following = RLock()
        self._searching = Lock()
        self.follow()

    @classmethod
    def open(cls, home: Path, base: str, graph: GraphKind = "memory", *, at_once: bool = True) -> Library:
        """Open the home in that directory, creating it when absent.

        Without `at_once` a graph in memory takes in a big change that this process writes only when it is next
        read: for a command, which mostly ends before that, and the graph with it.

        Raises `HomeUnusable` when it was made for another base IRI or cannot be written, and
        `LogDamaged` when its log is not what was written.
        """
        try:
            log = FileLog(home / "log")
            _fix_base(home / "log" / "base-iri", base)
            derived = home / "derived"
            derived.mkdir(exist_ok=True)
        except OSError as fault:
            raise HomeUnusable(f"the home {home} cannot be used: {fault}") from fault
        view = _disk_graph(base, derived / "graph") if graph == "disk" else EmbeddedGraph.in_memory(base)
        if view.version > log.head():
            view.clear()  # it has versions that the log has lost, or another log's
        at_once = at_once or graph == "disk"
        checkpoints = Checkpoints(derived / "checkpoints", log)
        return cls(log, Minter(base), view, checkpoints, search=derived / "search", at_once=at_once)

    def follow(self) -> Version:
        """Let the graph catch up with the log; answers the head. Readers ask `newest`, which does not wait."""
        head = self.log.head()
        if self.graph.version < head:
            with self._following:
                self.checkpoints.fill(self.graph, head)
        return head

    def newest(self) -> Version:
        """The newest version that can be read now: the head, unless another thread is bringing it in."""
        head = self.log.head()
        if self.graph.version < head and self._following.acquire(blocking=self.graph.version == EMPTY):
            try:
                self.checkpoints.fill(self.graph, head)
            finally:
                self._following.release()
        return self.graph.version

    @contextmanager
    def leading(self) -> Iterator[None]:
        """Held from appending until `take` is done: readers meanwhile read the state before, and do not wait."""
        with self._following:
            yield

    def take(self, entry: Entry) -> None:
        """Let the graph take in an entry this process has appended, without reading it back from the log."""
        if not self._at_once and isinstance(entry.change.added, QuadText):
            return  # the log has it, and who reads follows the log
        with self._following:
            if self.graph.version + 1 == entry.version:
                self.graph.apply(entry.version, entry.change)
        self.follow()

    def read(self, run: Callable[[Snapshot], Answer], at: Version | None = None) -> Answer:
        """Run a function on one unchanging state: the newest, or that of version `at`.

        It may be run again when a write came between; raises `NotFound` for a version there is not.
        """
        return self.graph_at(at).read(run)

    def graph_at(self, at: Version | None = None) -> EmbeddedGraph:
        """The graph of the newest state, or of version `at`. Raises `NotFound` for a version there is not."""
        head = self.newest()
        if at is not None and at > head:
            head = self.follow()
        if at is None or at == head:
            return self.graph
        if not 0 <= at < head:
            raise NotFound(f"there is no version {at}: the newest is {head}")
        return self._past.at(at)

    def reader_views(self) -> Views:
        """What a process that answers queries reads: the same log, and the graph for as long as memory is shared."""
        if not isinstance(self.log, FileLog):
            raise TypeError("only a home in files can be read by other processes")
        return Views(self.minter.base, self.log, self.checkpoints, self.graph)

    def search(self, *, newest: bool = False) -> SearchIndex:
        """The search index at the head, opened or built when first asked for.

        While it is built anew after a big change, it answers as before; who wants the `newest` waits.
        """
        head = self.follow()
        found = self._search
        if found is not None and (found.applied_version >= head or (self._building and not newest)):
            return found
        with self._searching:
            if self._search is None:
                self._search = self._first_search(head)
            if self._search.applied_version < head:
                self._advance(self._search, head)
            return self._search

    def prepare_search(self) -> None:
        """Have the search index of a large library ready before it is asked; that of a small one is soon made."""
        if self._search is None and self._is_large():
            with suppress(Cancelled):
                self.search()

    def _is_large(self) -> bool:
        return self.graph.read(lambda state: state.size >= FILED_STATEMENTS)

    def _first_search(self, head: Version) -> SearchIndex:
        index = SearchIndex()
        kept = self._search_files.newest(head) if self._search_files else None
        try:
            if kept:
                index.open(kept[1], kept[0])
        except (OSError, ValueError):
            logger.warning("the search index kept in files is damaged; it is built anew")
        if index.applied_version == EMPTY:
            self._build(index)
        return index

    def _advance(self, index: SearchIndex, head: Version) -> None:
        """Bring the search index to the head: by what was touched since, or by building it anew."""
        touched: set[str] = set()
        for number in versions(self.log, Version(index.applied_version)):
            if not index.takes_in(touched) or self.log.header(number).body_length > REBUILT_BYTES:
                self._build(index)
                return
            touched |= self.log.entry(number).change.touched()
        self.graph.read(lambda state: index.update(state, self.minter, touched, state.version))

    def _build(self, index: SearchIndex) -> None:
        """Build the search index anew: a large one in files, by other processes where there are such."""
        self._building = True
        try:
            if not (self._is_large() and self._search_files and self._build_in_files(index, self._search_files)):
                self.graph.read(lambda state: index.rebuild(state, self.minter, state.version))
        finally:
            self._building = False

    def _build_in_files(self, index: SearchIndex, files: SearchFiles) -> bool:
        """Whether the index could be built in files, and opened from them."""
        try:
            with files.writing() as (place, keep):
                keep((self.write_search or self._write_search)(place))
            kept = files.newest(self.log.head())
            if kept:
                index.open(kept[1], kept[0])
        except Cancelled:
            raise  # the server stops
        except (OSError, ValueError, CommonplaceError) as fault:
            logger.warning("the search index cannot be kept in files, and is built in memory: %s", fault)
            return False
        return kept is not None

    def _write_search(self, directory: Path) -> Version:
        def write(state: Snapshot) -> Version:
            emptied(directory)  # of what a first try left, when a write came between
            write_part(state, self.minter, directory, 0, 1)
            return state.version

        return self.graph.read(write)


def _fix_base(path: Path, base: str) -> None:
    """A home's IRIs are in its log: its base cannot change once it is made."""
    if not path.exists():
        path.write_text(base + "\n")
    found = path.read_text().strip()
    if found != base:
        raise HomeUnusable(
            f"this home was made with BASE_IRI {found} and its IRIs are in its log; "
            f"set COMMONPLACE_BASE_IRI={found}, or import an export of it into a new home (asked for: {base})"
        )


def _disk_graph(base: str, directory: Path) -> EmbeddedGraph:
    try:
        return EmbeddedGraph.on_disk(base, directory)
    except OSError:
        # Another process serves this home and holds the on-disk graph; a graph of our own answers the same.
        return EmbeddedGraph.in_memory(base)
