"""Open a home for reading: the log, the views that follow it, and its past.

A home is a directory: `log/` is the truth, `derived/` may be deleted at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Literal, TypeVar

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import (
    GraphKind,
    check_on_disk,
    end_on_disk,
    graph_elsewhere,
    open_graph,
    open_graph_for_reading,
    share_on_disk,
)
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.health import WRITING, Health
from commonplace.derived.page_index import PageIndex
from commonplace.derived.page_texts import PageTexts
from commonplace.derived.past_states import PastStates
from commonplace.derived.sealed import LogPosition, NotSealed
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.lifecycle import Searching
from commonplace.derived.thing_versions import ThingVersions
from commonplace.derived.workers.worker import Views
from commonplace.errors import (
    CommonplaceError,
    GraphUnreachable,
    HomeUnusable,
    LogUnreachable,
    Message,
    NoLibrary,
    NoRoom,
    NotFound,
    ReadOnly,
    Stopped,
)
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.model.quad_text import QuadText
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.opening import log_address, open_log, open_shared, open_store
from commonplace.patchlog.shared_log import BASE_IRI

logger = logging.getLogger(__name__)

T = TypeVar("T")

GRAPH_ELSEWHERE = "the graph in the engine"
"""Name by which `Health` tells that an engine elsewhere does not answer."""

Access = Literal["create", "write", "read"]
"""What a process may do with a home: make it when it is not there; write to it; or only read, and leave no trace."""


class Library:
    """One home. Safe to share between threads; sees what other processes commit."""

    def __init__(
        self,
        log: PatchLog,
        minter: Minter,
        graph: Graph,
        checkpoints: Checkpoints,
        *,
        past: PastStates | None = None,
        things: ThingVersions | None = None,
        search: Path | None = None,
        derived: Path | None = None,
        at_once: bool = True,
        follows: bool = True,
    ) -> None:
        """Keep search indexes in the directory `search`, and other files in `derived`, if given; `at_once` is that of
        `open`. Without `follows` the graph stays where it is until it is read."""
        self.log = log
        self.derived = derived
        """Where derived files may be written, None where none may."""
        self.minter = minter
        self.checkpoints = checkpoints
        self.graph = graph
        self._past = past or PastStates(minter.base, checkpoints)
        self.health = Health()
        self.searching = Searching(graph, log, minter, search, self.health)
        self.things = things or ThingVersions(log)
        """Which versions touched which things."""
        self.texts = PageTexts(log, self.health)
        """The pages of the texts of works."""
        self.page_index = PageIndex(self.texts)
        """Which of these texts, and which of their pages, hold which words."""
        self._at_once = at_once
        self._following = RLock()
        if follows:
            self.follow()

    @classmethod
    def open(
        cls,
        home: Path,
        base: str | None,
        graph: GraphKind = "memory",
        *,
        access: Access = "create",
        at_once: bool = True,
        checks_later: bool = False,
        shared: str | None = None,
    ) -> Library:
        """Open the home in that directory. `shared` is the address of the log where several servers share it; the home
        keeps a copy then.

        `base` is what its IRIs begin with; None for a home that is there, which knows. Without `at_once` a graph in
        memory takes in a big change that this process writes only when it is next read: for a command, which mostly
        ends before that, and the graph with it. Who `checks_later` calls `check_graph` when there is time for that.

        Raises `NoLibrary` when there is none and `access` does not create it, `HomeUnusable` when it was made for
        another base IRI or cannot be read, `LogDamaged` when its log is not what was written, and `LogUnreachable` when
        a shared log does not answer and there is no copy of it.
        """
        if access != "create" and not is_library(home, shared):
            raise NoLibrary.at(home)
        try:
            if shared is None:
                log = open_log(log_address(home / "log"), create=access == "create", mend=access != "read")
            else:
                log, base = _followed(shared, home, base)
            base = _settled_base(home / "log" / "base-iri", base, keep=access != "read" or shared is not None)
        except OSError as fault:
            raise HomeUnusable(f"the home {home} cannot be used: {fault}") from fault
        derived = home / "derived"
        origin_of = partial(LogPosition.of, log)
        if access == "read":
            view = open_graph_for_reading(graph, base, derived / "graph", origin_of, log.head())
        else:
            view = open_graph(graph, base, derived / "graph", origin_of, checks_later=checks_later)
        at_once = at_once or graph == "disk"
        checkpoints = Checkpoints(derived / "checkpoints", log, throws_away=access != "read")
        things = ThingVersions(log, derived / "things", keeps=access != "read")
        library = cls(
            log,
            Minter(base),
            view,
            checkpoints,
            things=things,
            search=derived / "search",
            derived=None if access == "read" else derived,
            at_once=at_once,
        )
        if access != "read":
            with suppress(NoRoom, ReadOnly, LogUnreachable), library.writing():
                pass  # where the log cannot be written to this is known from now on
        return library

    def follow(self) -> Version:
        """Let the graph catch up with the log, and return the head. To read, ask `newest`, which does not wait."""
        head = self.log.head()
        if self.graph.version < head:
            with self._following:
                self._fill(head)
        return head

    def newest(self) -> Version:
        """Return the newest version that can be read now: the head, unless another thread is bringing it in."""
        head = self.log.head()
        if self.graph.version < head and self._following.acquire(blocking=self.graph.version == EMPTY):
            try:
                self._fill(head)
            finally:
                self._following.release()
        return self.graph.version

    def reached(self, version: Version, seconds: float) -> Version:
        """Return the newest version once it is at least that one, and in any case after that many seconds."""
        if version > self.graph.version:
            self.log.wait(Version(version - 1), seconds)
            self.follow()
        return self.graph.version

    def _fill(self, head: Version) -> None:
        """Bring the graph to the head; one on disk goes on in memory when its disk fails."""
        try:
            self.checkpoints.fill(self.graph, head)
        except (OSError, RuntimeError) as fault:
            if not self.graph.leave_disk():
                raise
            self.health.failed("the graph on disk", fault)
            self.checkpoints.fill(self.graph, head)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold other writers off while a block appends to the log; what keeps it from being written is noted.

        Raises `NoRoom` and `ReadOnly`.
        """
        try:
            with self.log.writing():
                yield
        except (NoRoom, ReadOnly, LogUnreachable) as fault:
            self.health.cannot_write(fault)
            raise

    @contextmanager
    def keeping_up(self) -> Iterator[None]:
        """Take in what other servers append to a shared log, until the block ends."""

        def told(fault: CommonplaceError | None) -> None:
            if fault is None:
                self.health.passed(WRITING)
            else:
                self.health.cannot_write(fault)

        with self.log.keeping_up(told):
            yield

    @contextmanager
    def applying(self, version: Version, change: ChangeSet) -> Iterator[None]:
        """Apply a change to the graph at the end of a block that appends its entry to the log.

        The graph takes it in without reading it back from the log. Readers meanwhile read the state before, and do not
        wait. Once the log has the entry the change is made: a graph that fails then is left to catch up.
        """
        at_once = self._at_once or not isinstance(change.added, QuadText)
        logged = False
        try:
            with self._following:
                if at_once and self.graph.version + 1 == version:
                    with self.graph.applying(version, change), self.searching.early.beside(version, change):
                        yield
                        logged = True
                else:
                    yield  # the log has it then, and who reads follows the log
                    logged = True
            self.health.passed(WRITING)
            if at_once:
                self.follow()
        except Exception as fault:
            if not logged:
                raise
            self.graph.leave_disk()
            self.health.failed("the graph", fault)
        else:
            self.health.passed("the graph")

    def keep_checkpoint(self) -> None:
        """Write a checkpoint where one is worth its space; what keeps it from being written is no fault of a change."""
        with self.health.tolerating("the checkpoint"):
            self.checkpoints.keep(self.graph)

    def check_graph(self, stops: Callable[[], bool]) -> None:
        """Read the files of a graph on disk that were believed when it was opened; where one is not what was written
        the graph goes on in memory."""
        try:
            check_on_disk(self.graph, stops)
        except (OSError, NotSealed) as fault:
            with self._following:
                if self.graph.leave_disk():
                    self.health.failed("the graph on disk", fault)
                    self.checkpoints.fill(self.graph, self.log.head())

    def end(self) -> None:
        """Note that this process ends as it should; nothing is read or written afterwards."""
        with suppress(OSError):
            end_on_disk(self.graph)

    def renew_graph(self, go_on: Callable[[], object]) -> None:
        """Make the graph anew where many statements were removed from it, while others read and write.

        `go_on` is called now and then, and raises `Stopped` to end that. What keeps it from being made is no fault.
        """
        with self.health.tolerating("the graph without what was removed"), suppress(Stopped):
            self.graph.renew(self.checkpoints.fill, go_on)

    def prepare_history(self) -> None:
        """Make what the next start and who asks for the past will need: a checkpoint, and the history of things."""
        self.keep_checkpoint()
        self.things.follow()

    def read(self, run: Callable[[Snapshot], T], at: Version | None = None) -> T:
        """Return what a function returns for one snapshot: the newest, or that of version `at`.

        It may be called again when a write comes between. Raises `NotFound` for a version there is not.
        """
        try:
            found = self.graph_at(at).read(run)
        except GraphUnreachable as fault:
            self.health.failed(GRAPH_ELSEWHERE, fault)
            raise
        except RuntimeError as fault:  # as the engine says that a file of the graph on disk is damaged
            if not str(fault).startswith("Corruption") or not self.graph.leave_disk():
                raise
            self.health.failed("the graph on disk", fault)
            return self.graph_at(at).read(run)
        if self.graph.address is not None:
            self.health.passed(GRAPH_ELSEWHERE)
        return found

    def graph_at(self, at: Version | None = None) -> Graph:
        """Return the graph at the newest version, or at version `at`. Raises `NotFound` for a version there is not."""
        if at is not None and 0 <= at < self.graph.version:
            return self._past.at(at)  # wherever the head is
        head = self.newest()
        if at is not None and at > head:
            head = self.follow()
        if at is None or at == head:
            return self.graph
        if not 0 <= at < head:
            raise NotFound(Message("there is no version %(at)s: the newest is %(head)s", at=at, head=head))
        return self._past.at(at)

    def worker_views(self) -> Views:
        """Return what a worker process reads: the log, and the graph for as long as memory is shared."""
        address = self.graph.address
        view = self.graph if address is None else graph_elsewhere(self.minter.base, address)
        copies = self.derived / "graph.copies" if self.derived else None
        if copies and not share_on_disk(self.graph, copies, partial(LogPosition.of, self.log)):
            copies = None
        return Views(self.minter.base, self.log, self.checkpoints, view, copies=copies)

    def search(self, *, newest: bool = False) -> SearchIndex:
        """Return the search index at the newest version that can be read, opened or built when first asked for.

        While it is built anew after a big change, the index before is returned; with `newest` the call waits for the
        head.
        """
        return self.searching.at(self.follow() if newest else self.newest(), newest=newest)


def is_library(home: Path, shared: str | None = None) -> bool:
    """Answer whether there is a library in that directory, or at the address of a shared log.

    Raises what `open_store` does, and `LogUnreachable`.
    """
    if (home / "log" / "base-iri").is_file() or any((home / "log" / "segments").glob("*.rdfp")):
        return True
    if shared is None:
        return False
    store = open_store(shared)
    try:
        return store.document(BASE_IRI) is not None
    finally:
        store.close()


def _followed(shared: str, home: Path, base: str | None) -> tuple[PatchLog, str | None]:
    """Open a shared log with its copy in a home; return it as it is now, and what its IRIs begin with.

    Where it does not answer, the log is as the copy has it. Raises `LogUnreachable` where there is none, and
    `HomeUnusable` where the log was begun with another base.
    """
    log = open_shared(shared, home / "log")
    try:
        log.refuse_other()
        found = log.base_iri(base)
        log.take_in()
        if base not in (None, found):
            raise HomeUnusable(
                f"the log at {log.name} was begun with BASE_IRI {found}: leave the setting out, "
                f"or set COMMONPLACE_BASE_IRI={found} (asked for: {base})"
            )
    except LogUnreachable as fault:
        if not log.head():
            raise
        logger.warning("%s", fault.detail)
        return log, base
    except BaseException:
        log.store.close()
        raise
    return log, found


def _settled_base(path: Path, base: str | None, *, keep: bool) -> str:
    """Return the base IRI of a home; its log holds IRIs that begin with it, so it cannot change once the home is made.

    A home that does not say so yet is told `base`, for ever, where it may be written to.
    """
    found = path.read_text().strip() if path.exists() else None
    if found is None:
        if base is None:
            raise HomeUnusable(f"{path} is not there, which says what the library's IRIs begin with: set BASE_IRI")
        if keep:
            path.write_text(base + "\n")
        return base
    if base not in (None, found):
        raise HomeUnusable(
            f"this home was made with BASE_IRI {found} and its IRIs are in its log; leave the setting out, "
            f"or set COMMONPLACE_BASE_IRI={found}, or import an export of it into a new home (asked for: {base})"
        )
    return found
