"""Answer with one thing, with a page of a list, or with bytes: each from one version, with its ETag."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from fastapi import Request, Response
from pyoxigraph import NamedNode, RdfFormat, Triple

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.rdf_text import statements_text
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.index import SearchIndex
from commonplace.errors import BadRequest, CommonplaceError, Message, NotFound
from commonplace.library import Library
from commonplace.library.cursors import after, write_cursor
from commonplace.library.description import describe
from commonplace.library.last_changes import LastChanges, newest_first
from commonplace.library.lists import Listed, listed
from commonplace.library.schemas import ApiModel, Page
from commonplace.library.selection import BY_IRI, Order, Selection
from commonplace.library.work_lists import Chosen
from commonplace.model.change import Version
from commonplace.model.minter import Kind, Minter
from commonplace.web.context import Context, context_of
from commonplace.web.discovery.atom import ATOM, NEVER, write_feed
from commonplace.web.discovery.list_feeds import list_feed
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import (
    OF_THINGS,
    Representation,
    answer,
    choose,
    choose_of_list,
    etag,
    not_modified,
    unchanged,
)
from commonplace.web.http.parameters import Paging
from commonplace.web.http.problems import Gone

T = TypeVar("T")


def versioned(
    request: Request,
    form: Representation,
    at: int | None,
    make: Callable[[Snapshot], bytes],
    *,
    node: NamedNode | None = None,
    finish: Callable[[Response], None] | None = None,
    described: bool = False,
) -> Response:
    """Return what `make` makes of the snapshot of version `at` or the newest; 304 when the client has it.

    `node` is the thing that the answer is of; `finish` adds to the response. A `described` snapshot holds the graphs in
    which the library describes itself. Conditions count only where the answer would be 200 (RFC 9110, 13.2.1), so it is
    made first. Raises `Gone` where the thing was deleted, and what `make` raises.
    """
    context = context_of(request)
    version = Version(at) if at is not None else None
    graph = context.library.graph_at(version)

    def make_one(snapshot: Snapshot) -> tuple[bytes, Version]:
        return make(snapshot), snapshot.version

    try:
        body, made = graph.read_described(context.description.quads, make_one) if described else graph.read(make_one)
    except NotFound as fault:
        if node is None:
            raise
        raise deleted(context.library, node, at, fault) from fault
    if not_modified(request, etag(made, form.name)):
        return unchanged(form, made, past=at is not None)
    response = answer(body, form, made, past=at is not None)
    if finish:
        finish(response)
    return response


def unversioned(request: Request, body: bytes, form: Representation) -> Response:
    """Return an answer that the program gives at every version alike; 304 when the client has it."""
    return answered(request, body, form, context_of(request).library.newest())


def answered(request: Request, body: bytes, form: Representation, version: Version, *, past: bool = False) -> Response:
    """Return an answer of a version, which never changes where it is `past`; 304 when the client has it."""
    if not_modified(request, etag(version, form.name)):
        return unchanged(form, version, past=past)
    return answer(body, form, version, past=past)


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A page of a list that is held whole: its things, and the address of the next page, if there is one."""

    items: Sequence[T]
    next: str | None

    def link(self, response: Response) -> None:
        """Say in `Link` where the next page is."""
        if self.next:
            response.headers["Link"] = f'<{self.next}>; rel="next"'


def part(request: Request, items: Sequence[T], name: Callable[[T], str], limit: int, cursor: str | None) -> Slice[T]:
    """Return one page of a list held whole; `name` tells its things apart. Raises `BadRequest` for a strange cursor."""
    start = after(cursor, items, name)
    shown = items[start : start + limit]
    if start + limit >= len(items):
        return Slice(shown, None)
    following = write_cursor(name(shown[-1]), str(start + limit))
    return Slice(shown, str(asked_url(request).include_query_params(cursor=following)))


def rdf_text(triples: Sequence[Triple], format: RdfFormat, minter: Minter) -> bytes:
    """Return triples in an RDF syntax, with the prefixes of the library."""
    return statements_text(triples, format, minter.prefixes())


def thing(
    request: Request,
    kind: Kind,
    key: str,
    at: int | None,
    read: Callable[[Snapshot, NamedNode], ApiModel],
    offered: Sequence[Representation] = OF_THINGS,
    suffix: str | None = None,
    write: Callable[[Snapshot, NamedNode, Representation], bytes] | None = None,
    links: Callable[[ApiModel], str] | None = None,
) -> Response:
    """Return one thing in the form asked for; `write` makes those that are neither JSON nor RDF.

    `links` gives the value of its `Link` header. Raises `Gone` or `NotFound` when the version has no such thing.
    """
    context = context_of(request)
    form = choose(request, offered, suffix)
    node = context.minter.thing(kind, key)

    def make(snapshot: Snapshot) -> bytes:
        shown = read(snapshot, node)  # raises NotFound in every form alike
        linked[:] = [links(shown)] if links else []
        if form.rdf is not None:
            return rdf_text(describe(snapshot, [node], context.minter), form.rdf, context.minter)
        if form.name == "json" or write is None:
            return shown.json_bytes()
        return write(snapshot, node, form)

    def link(response: Response) -> None:
        if linked:
            response.headers["Link"] = linked[0]

    linked: list[str] = []
    return versioned(request, form, at, make, node=node, finish=link)


def deleted(library: Library, node: NamedNode, at: int | None, fault: NotFound) -> CommonplaceError:
    """Return the error for a thing that was not found: `fault` itself where there never was one."""
    if not library.things.history(node.value):
        return fault
    return missing(library, node, None if at is None else Version(at))


def missing(library: Library, node: NamedNode, version: Version | None) -> CommonplaceError:
    """Return the error for a thing that is not there: `Gone` naming the version that still has it, or `NotFound`."""
    newest = library.newest()
    if version is not None and version > newest:
        return NotFound(Message("there is no version %(at)s: the newest is %(head)s", at=version, head=newest))
    history = library.things.history(node.value)
    if not history:
        return NotFound(Message("there is no %(thing)s, and there never was", thing=node.value))
    last = history[-1]
    if version is None and (into := library.read(lambda snapshot: survivor_of(snapshot, node, library.minter))) != node:
        return Gone(
            Message("%(thing)s was merged into %(now)s, which it is now", thing=node.value, now=into.value),
            [("key", Message("use %(now)s", now=into.value))],
        )
    if version is not None and version < last:
        return NotFound(
            Message(
                "there is no %(thing)s at version %(version)s; versions %(history)s touched it",
                thing=node.value,
                version=version,
                history=history,
            )
        )
    kind, key = library.minter.kind_and_key(node.value) or ("thing", node.value)
    return Gone(
        Message(
            "the %(kind)s %(key)r was deleted by version %(last)s; version %(before)s has it",
            kind=Message(kind),
            key=key,
            last=last,
            before=last - 1,
        ),
        [("at", f"{node.value}?at={last - 1}")],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that is offered page by page: its selection, its order, and the function that reads each thing."""

    name: Hashable
    """Name of what `select` selects, as in `Lists.of`."""
    select: Callable[[Snapshot, list[NamedNode] | None], Selection]
    """Return what is selected from a snapshot, of the things that a search found when there was one."""
    read: Callable[[Snapshot, NamedNode], ApiModel]
    order: Order | None
    kinds: Sequence[Kind]
    """Kinds of things that a search looks for."""
    choose: Callable[[Graph], Callable[[Snapshot], Chosen | None]] | None = None
    """Return what chooses from the selection, at a snapshot of the graph, by what works say."""
    read_ahead: Callable[[Snapshot, Sequence[NamedNode]], None] = lambda snapshot, things: None
    """Reads what `read` needs of all the things of a page, where the graph is far away."""


def page(request: Request, listing: Listing, paging: Paging, q: str | None = None) -> Response:
    """Return one page of a list, in JSON or RDF or as a feed, with the address of the next; with `q`, of what a search
    finds.

    Raises `BadRequest` for a search in an earlier version, and what `listing.select` raises.
    """
    context = context_of(request)
    form = ATOM if request.url.path.endswith(ATOM.suffix) else choose_of_list(request, OF_THINGS)
    following: list[str | None] = [None]
    changes = LastChanges(context.library.things, context.minter)
    if form is ATOM and q is None and "sort" not in request.query_params:
        listing = replace(listing, order=newest_first(changes))  # who reads a feed reads its first page

    def make(snapshot: Snapshot, listed: Listed) -> bytes:
        found = listed.page(listing.order, paging.limit, paging.cursor)
        following[0] = next_address(request, found.cursor)
        if form.rdf is not None:
            return rdf_text(describe(snapshot, found.things, context.minter), form.rdf, context.minter)
        listing.read_ahead(snapshot, found.things)
        items = [listing.read(snapshot, node) for node in found.things]
        if form is ATOM:
            last = changes.of(snapshot, [node.value for node in found.things])
            times = (context.library.log.header(version).at if version else NEVER for version in last.values())
            dated = zip(items, times, strict=True)
            return write_feed(list_feed(request, context.title_at(snapshot), dated, following[0], context.minter))
        return Page[ApiModel](
            items=items,
            total=found.total,
            complete="complete",
            version=snapshot.version,
            next=following[0],
            coverage=listed.coverage,
            extent=listed.extent,
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    ready = ready_list(context, listing, paging, q)
    return versioned(request, form, paging.at, lambda snapshot: make(snapshot, ready(snapshot)), finish=link)


def next_address(request: Request, cursor: str | None) -> str | None:
    """Return the address of the page of a list that begins after a cursor; None for none."""
    return str(asked_url(request).include_query_params(cursor=cursor)) if cursor else None


def ready_list(
    context: Context, listing: Listing, paging: Paging, q: str | None = None
) -> Callable[[Snapshot], Listed]:
    """Return a function from the snapshot about to be read to the whole list; with `q`, of what a search finds.

    Raises `BadRequest` for a search in an earlier version, and what `listing.select` raises.
    """
    index = None if q is None else searched(context.library, paging.at)

    def select(snapshot: Snapshot) -> Selection:
        return listing.select(snapshot, None if q is None else ranked(context.library, q, listing.kinds))

    graph = context.library.graph_at(paging.version)
    chosen_at = listing.choose(graph) if listing.choose else None
    ready: Callable[[Snapshot], Listed]
    if index is not None and index.applied_version != graph.version:  # it may find more when it has caught up
        ready = partial(listed, select=select, order=listing.order)
    else:
        name = listing.name if q is None else (listing.name, q)
        ready = context.lists.ready(graph, name, select, listing.order)

    def chosen_list(snapshot: Snapshot) -> Listed:
        chosen = chosen_at(snapshot) if chosen_at else None
        if chosen is None:
            return ready(snapshot)
        if chosen.are_few:
            selection = listing.select(snapshot, None)
            things = selection.sorted_of(snapshot, listing.order or BY_IRI, chosen.pick.things)
            return Listed(snapshot.version, selection, things, None, chosen.coverage, chosen.extent)
        return replace(ready(snapshot), pick=chosen.pick, coverage=chosen.coverage, extent=chosen.extent)

    return chosen_list


def searched(library: Library, at: int | None) -> SearchIndex:
    """Return the search index, which knows the newest version only. Raises `BadRequest` for an earlier one."""
    if at is not None and at != library.newest():
        raise BadRequest("q searches the newest version only: leave out at, or q", [("q", "given with at")])
    return library.search()


def words(q: str) -> str:
    """Return the words to search for. Raises `BadRequest` where there are none."""
    if not q.strip():
        raise BadRequest("q is empty", [("q", "give words to search for, or leave it out")])
    return q


def ranked(library: Library, q: str, kinds: Sequence[Kind]) -> list[NamedNode]:
    """Return the things of those kinds that a search finds, kind by kind, best first. Raises `BadRequest`."""
    index, q = library.search(), words(q)
    return [NamedNode(iri) for kind in kinds for iri in index.matching_iris(q, kind)]
