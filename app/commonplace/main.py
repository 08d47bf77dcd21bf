"""Build the program and wire its parts.

No part imports this; a server does: `uvicorn --factory commonplace.main:create`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from commonplace.commit import Committer
from commonplace.curation.duplicates.candidates import move_similar, similar_works
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Update
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.handed import HandedSearch
from commonplace.derived.thing_versions import ThingVersions
from commonplace.derived.workers.apart import Step
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Call, Reply
from commonplace.derived.workers.pool import Lane, WorkerPool
from commonplace.derived.workers.worker import MakeTasks, Task, Views
from commonplace.derived.workers.zygote import Forked, forked, forked_early, may_fork
from commonplace.errors import Stopped
from commonplace.exchange import small_files, works_known
from commonplace.exchange.annotations import Annotations
from commonplace.exchange.authorities import Authorities, authorities_client, services_of
from commonplace.exchange.bulk import BulkEdits
from commonplace.exchange.by_doi import fetcher_of
from commonplace.exchange.compared_queues import duplicates_queue, suggestions_queue
from commonplace.exchange.deletions import Deletions
from commonplace.exchange.edits import Edits
from commonplace.exchange.foreign_citations import ForeignCitations
from commonplace.exchange.jobs import ImportJobs
from commonplace.exchange.merges import Merges
from commonplace.exchange.pins import Pins
from commonplace.exchange.prisma import PrismaCounts
from commonplace.exchange.queues import Queues
from commonplace.exchange.restoring import Restoring
from commonplace.exchange.texts import Texts
from commonplace.exchange.tool_decisions import ToolDecisions
from commonplace.exchange.updates import Updates
from commonplace.home.opening import (
    Home,
    new_home_notice,
    open_home,
    sessions_of,
    tokens_of,
    unreachable_base,
    webhooks_of,
)
from commonplace.home.webhooks.dispatching import Persistence, Webhooks
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.library import Library
from commonplace.library.citation_counts import incremental_citation_counts
from commonplace.library.creators import incremental_creators
from commonplace.library.handing_over import HandingOver
from commonplace.library.harvest import Harvest
from commonplace.library.incremental import Incremental
from commonplace.library.kept_states import incremental_states
from commonplace.library.lists import Lists
from commonplace.library.much_cited import incremental_much_cited, read_ahead
from commonplace.library.named_queries import load_queries
from commonplace.library.placed_maps import PlacedMaps
from commonplace.library.preparation import PREPARED, Preparation
from commonplace.library.queues.done import SolvedItems
from commonplace.library.self_description import SelfDescription
from commonplace.library.suggestions.naming import Naming
from commonplace.library.suggestions.suggesting import Suggestions
from commonplace.library.totals import incremental_size, incremental_totals
from commonplace.library.words_in_texts import index_texts
from commonplace.library.work_texts import texts_to_search
from commonplace.library.works_discussing import evidence_that_discusses
from commonplace.library.zotero_list import ZoteroLists
from commonplace.model.change import ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.processes.garbage_collection import collect_all, rarely_collected
from commonplace.processes.memory import give_back_memory
from commonplace.settings import QUERIES, SHIPPED_ONTOLOGY, Settings
from commonplace.web import in_workers
from commonplace.web.app import Application, completed_routes, create_app, shared_routes
from commonplace.web.context import Context
from commonplace.web.http.public_address import Address
from commonplace.web.pages.rendering import compile_pages
from commonplace.web.sparql import carrying, graph_content

log = logging.getLogger(__name__)

GIVE_BACK_SECONDS = 15.0
"""Time between two moments at which the server gives back memory, which takes some milliseconds, but for a graph from
which much was removed."""

FIRST_PAGES_SECONDS = 5.0
"""Time after the start of a large library for which what was prepared is not read here, nor the graph checked: who asks
first has the processors."""

PREPARING_SECONDS = 1_800.0
"""Maximum time that this process, and the writing of the whole search index, wait until lists and counts are prepared.
At a million works each takes gigabytes and ten minutes of a core, and lists are asked for first."""


def create() -> Application:
    """Return the application over the home that the settings name. Raises `CommonplaceError` when it cannot open."""
    settings = Settings()
    with rarely_collected():
        shared_routes()  # which the processes that are forked have, too
    early = forked_early() if settings.graph == "disk" and may_fork() else None
    home = open_home(settings, checks_later=True)
    workers = _workers(home.library, settings, early)  # first: they are forked while this process has one thread
    sys.stderr.write(new_home_notice(home, settings))
    if warning := unreachable_base(home.library.minter.base, settings):
        sys.stderr.write(f"{warning}.\n")
    described = home.library.graph.address is None  # in an engine that all read no description can come and go
    return application(home, settings, workers=workers, described=described)


def application(
    home: Home,
    settings: Settings,
    *,
    workers: WorkerPool,
    fetcher: Callable[[], DoiFetcher] | None = None,
    queries: Path = QUERIES,
    described: bool = True,
) -> Application:
    """Return the application over an open home.

    `workers` answer SPARQL and are closed with the application. `fetcher` makes what fetches by DOI, by default
    from the agencies that the settings name. `queries` is the folder of named queries. Where the library is not
    `described`, queries find no named graphs but those that were written.
    """
    context = _context(
        home,
        settings,
        workers=workers,
        fetcher=fetcher or partial(fetcher_of, settings),
        queries=queries,
        described=described,
    )
    _let_workers_help(context)
    tasks = partial(_tasks, settings=settings, queries=queries, described=described)
    return create_app(context=context, lifespan=partial(_running, context, tasks))


def _context(
    home: Home,
    settings: Settings,
    *,
    workers: WorkerPool,
    fetcher: Callable[[], DoiFetcher],
    queries: Path,
    described: bool,
) -> Context:
    """Return what the routes work with, over an open home; see `application`."""
    library, committer = home.library, home.committer
    states = incremental_states(library.log, library.minter)
    named, edits = load_queries(queries), Edits(library, committer, states)
    similar = Incremental(
        library.log,
        partial(similar_works, minter=library.minter),
        partial(move_similar, minter=library.minter),
    )
    counts = incremental_citation_counts(library.log, library.minter)
    suggestions = Suggestions(Naming(library.texts, library.page_index))
    harvest = Harvest(library.log, library.things, library.minter)
    compared = duplicates_queue(library, similar), suggestions_queue(library, suggestions, states)
    return Context(
        library=library,
        committer=committer,
        tokens=home.tokens,
        sessions=home.sessions,
        webhooks=Webhooks(library, home.webhooks, _persistence(settings)),
        jobs=ImportJobs(library, committer, fetcher, partial(_ask, workers), workers.handing_on),
        updates=Updates(library, committer, partial(_work_out, library, workers)),
        edits=edits,
        annotations=Annotations(library, committer),
        authorities=Authorities(library, edits, services_of(settings), partial(authorities_client, settings)),
        decisions=ToolDecisions(library, committer),
        foreign_citations=ForeignCitations(
            library, committer, settings.opencitations_url, partial(authorities_client, settings)
        ),
        bulk=BulkEdits(library, committer),
        deletions=Deletions(library, committer),
        texts=Texts(library, committer),
        restoring=Restoring(library, committer),
        merges=Merges(library, committer),
        pins=Pins(library, committer),
        queues=Queues(library, SHIPPED_ONTOLOGY / "shapes.ttl", *compared),
        solved=SolvedItems(library.log, library.minter),
        prisma=PrismaCounts(library),
        workers=workers,
        queries=named,
        ontology=SHIPPED_ONTOLOGY,
        description=SelfDescription(library.log, library.minter, named.values(), in_graphs=described),
        lists=Lists(library.log),
        totals=incremental_totals(library.log, library.minter),
        size=incremental_size(library.log),
        similar=similar,
        suggestions=suggestions,
        creators=incremental_creators(library.log),
        citation_counts=counts,
        much_cited=incremental_much_cited(library.log, library.minter, counts),
        states=states,
        placed_maps=PlacedMaps(library.log),
        harvest=harvest,
        zotero=ZoteroLists(harvest, library.things, library.minter),
        contact=settings.contact,
        title=settings.title,
        question=settings.question,
        address=Address(
            base=settings.base_iri if "base_iri" in settings.model_fields_set else None,
            hosts=settings.allowed_hosts,
            proxies=settings.trusted_proxies,
        ),
        import_bytes=settings.import_bytes,
        cache_bytes=settings.cache_bytes,
    )


@asynccontextmanager
async def _running(context: Context, tasks: MakeTasks, app: FastAPI) -> AsyncIterator[None]:
    """Start the workers and the making of the search index; stop them, and the imports on their way, at the end."""
    library, workers = context.library, context.workers
    stopping = Event()
    workers.start(tasks)
    context.webhooks.start()
    beside = [
        asyncio.create_task(run_in_threadpool(_prepare, context, stopping), name="to prepare what is asked for first"),
        asyncio.create_task(_giving_back_memory(library, stopping), name="to give back memory"),
    ]
    for task in beside:
        task.add_done_callback(_tell_fault)
    with library.keeping_up():
        yield
    stopping.set()
    await app.state.assistants.close()
    for task in beside:
        task.cancel()
    workers.close()
    await run_in_threadpool(context.webhooks.close)
    await run_in_threadpool(context.jobs.close)
    context.drafts.close()
    await run_in_threadpool(context.queue_counts.close)
    await run_in_threadpool(library.searching.early.close)
    await run_in_threadpool(library.end)


def _tell_fault(task: asyncio.Task[None]) -> None:
    """Log what has ended a task beside the requests, which nobody waits for: they are answered without it."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error(
            "the server has ceased %s: requests are answered without it. Mend the cause, and start the server again",
            task.get_name(),
            exc_info=fault,
        )


def _prepare(context: Context, stopping: Event) -> None:
    """Make what the first questions and the first import need, before they come."""
    library = context.library
    graph = library.graph_at()
    preparation = preparation_of(context, library.derived and library.derived / PREPARED)
    has_file = preparation.begin(graph)
    makes_none = has_file or not in_workers.is_large(context, graph)
    if has_file and stopping.wait(FIRST_PAGES_SECONDS):
        return
    if makes_none:
        _read_prepared(context, graph)
    library.check_graph(stopping.is_set)
    library.prepare_history()
    one_by_one: AbstractContextManager[None] = nullcontext()
    if not makes_none:  # a process beside reads the whole graph for a file: if it is in time, this one need not
        if context.workers.until_prepared(PREPARING_SECONDS):
            one_by_one = context.workers.preparing_nothing()
        if stopping.is_set():
            return
        preparation.begin(graph)
        _read_prepared(context, graph)
    with one_by_one:
        library.searching.prepare(library.newest())
        works_known.prepare_imports(library, partial(_ask, context.workers))
    index_texts(library.read(texts_to_search), library.page_index, lambda: not stopping.is_set())


def _read_prepared(context: Context, graph: Graph) -> None:
    """Read what the server itself answers from, out of the file where there is one, with the templates of pages."""
    context.states.of(graph)
    if context.size.of(graph).value >= in_workers.SMALL_STATEMENTS:
        compile_pages()
        context.lists.of(graph, *evidence_that_discusses(context.minter))
    read_ahead(context.much_cited, context.citation_counts, graph)


async def _giving_back_memory(library: Library, stopping: Event) -> None:
    """Look for what requests and changes have left behind, and give the memory back to the system, now and then."""

    def go_on() -> None:
        if stopping.is_set():
            raise Stopped("the server stops")

    while True:
        await asyncio.sleep(GIVE_BACK_SECONDS)
        await run_in_threadpool(library.renew_graph, go_on)
        await run_in_threadpool(collect_all)
        await run_in_threadpool(give_back_memory)


def _persistence(settings: Settings) -> Persistence:
    """Return how long webhooks are told, as the settings say."""
    return Persistence(settings.webhook_waits, settings.webhook_seconds, settings.webhook_private)


def _workers(library: Library, settings: Settings, early: Forked | None) -> WorkerPool:
    """Return the workers, forked from this process where it may: with one thread, and a graph that they can share.

    `early` is the zygote that was forked before a graph on disk was opened; without such a graph it is not needed.
    """
    limits = QueryLimits(
        seconds=settings.query_seconds,
        rows=settings.query_rows,
        bytes=settings.query_bytes,
        memory=settings.query_memory,
        workers=settings.query_workers,
    )
    views = library.worker_views()
    zygote = early
    if views.copies is None:
        if early is not None:
            early.end()
        zygote = forked(views) if may_fork() else None
    return WorkerPool(views, limits, zygote)


def _tasks(views: Views, *, settings: Settings, queries: Path, described: bool) -> Mapping[str, Task]:
    """Return what workers do beside answering queries, by name: read graphs, and answer requests as the server would.

    Called in the process that workers are forked from.
    """
    search = HandedSearch()
    things = ThingVersions(views.log, views.checkpoints.directory.parent / "things", keeps=False)
    library = Library(
        views.log, Minter(views.base), views.graph, views.checkpoints, past=views.past, things=things, follows=False
    )
    library.searching = search
    tokens = tokens_of(settings)
    context = _context(
        Home(
            library,
            Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl"),
            tokens,
            sessions_of(settings, tokens),
            webhooks_of(settings),
        ),
        settings,
        workers=WorkerPool(views, QueryLimits()),  # which are never started
        fetcher=partial(fetcher_of, settings),
        queries=queries,
        described=described,
    )
    views.describe = context.description.quads
    preparation = preparation_of(context, views.checkpoints.directory.parent / PREPARED)
    preparation.begin(views.graph)
    views.prepare = partial(_prepare_lists, context, preparation, views)
    views.lacks = lambda: (
        context.size.of(context.library.graph).value >= in_workers.SMALL_STATEMENTS
        and preparation.lacks(context.library.graph)
    )
    handing_over = HandingOver(preparation)
    views.read, views.prepared, views.take = partial(_read, handing_over), handing_over.changed, handing_over.take
    app = create_app(context=context, in_worker=True)
    return {
        graph_content.TASK: graph_content.read_in_worker,
        small_files.TASK: small_files.read_in_worker,
        in_workers.TASK: in_workers.RequestAnswerer(app.routed, search, context.kept_counts),
        carrying.TASK: carrying.read_in_worker,
        works_known.TASK: partial(works_known.read_in_worker, library),
    }


def preparation_of(context: Context, directory: Path | None) -> Preparation:
    """Return what prepares what the routes answer from, and keeps it in a directory, if given."""
    return Preparation(
        log=context.library.log,
        minter=context.minter,
        directory=directory,
        lists=context.lists,
        size=context.size,
        totals=context.totals,
        states=context.states,
        creators=context.creators,
        counts=context.citation_counts,
        much_cited=context.much_cited,
        placed_maps=context.placed_maps,
    )


def _read(handing_over: HandingOver) -> Iterator[bool]:
    """Load what workers need beside what was prepared, and read that, where it is in a file."""
    carrying.load_reader()
    yield False
    yield from handing_over.read()
    for _ in completed_routes():
        yield False


def _prepare_lists(context: Context, preparation: Preparation, views: Views) -> Iterator[Step]:
    """Make what is asked for most, of a library where that takes long, before workers are forked: each moves it along
    from there."""
    carrying.load_reader()
    yield False
    graph = context.library.graph
    if views.reader is not None:
        yield preparation.begin(graph)  # with a later file, where a process like this has written one since
    if context.size.of(graph).value < in_workers.SMALL_STATEMENTS:
        return
    compile_pages()
    yield False
    yield from preparation.steps(graph)
    if views.reader is None:  # else this process prepares for another, which completes its own
        for _ in completed_routes():
            yield False


def _let_workers_help(context: Context) -> None:
    """Let worker processes write the search index of the library, and its health tell of them."""
    library, workers = context.library, context.workers
    workers.health = library.health
    library.searching.size = lambda: context.size.of(library.graph).value

    def write_parts(directory: Path) -> Version:
        workers.until_prepared(PREPARING_SECONDS)
        return workers.wait_for(workers.search.write(directory, library.newest(), library.searching.size()))

    def write_change(directory: Path, change: BigChange) -> None:
        if change.text is None:  # it was logged before this server has started, and most is read from the graph
            workers.until_prepared(PREPARING_SECONDS)
        workers.wait_for(workers.search.write_change(directory, change, library.searching.size()))

    library.searching.write_parts = write_parts
    library.searching.early.write = write_change


def _ask(workers: WorkerPool, call: Call, client: str) -> Reply | None:
    """Let a worker do what a call says, for another thread than the event loop's; None where there are no workers."""
    return workers.wait_for(workers.call(call, client, Lane.QUERIES)) if workers.are_there else None


def _work_out(library: Library, workers: WorkerPool, update: Update) -> tuple[ChangeSet, Version]:
    """Return what an update changes, worked out by a worker process, and the version it was worked out on."""
    return workers.work_out(update, library.newest())
