"""Serve Zotero's web API at `/zotero`: items, their notes, collections and tags, to be read.

A write is answered 405 here: what changes the library is sent to its own API. What an answer costs grows with the
library, so workers answer for a large one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pyoxigraph import NamedNode
from starlette.types import Receive, Scope, Send

from commonplace.errors import NotFound
from commonplace.exchange.zotero_documents import Document, ZoteroDocuments, checked_included
from commonplace.library.zotero_list import ZoteroCollection, ZoteroItem, ZoteroTag
from commonplace.library.zotero_selection import selected
from commonplace.model.zotero_terms import NOTE
from commonplace.web.answers import ranked, searched
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, Endpoint, WorkerRoute, costly, in_large_library
from commonplace.web.zotero.answering import (
    AS_JSON,
    LIBRARY,
    OF_ITEM,
    OF_ITEMS,
    OF_LISTS,
    PLACE,
    Bytes,
    CollectionsParameters,
    DeletedParameters,
    Items,
    JsonParameters,
    Single,
    Tags,
    answered,
    contents_of,
    items_answer,
    json_bytes,
    list_answer,
    list_before,
    style_of,
)

ONLY_READ = "Zotero's web API is only read here: send what is new to POST /imports or POST /works, with a token"


class ReadOnlyRoute(WorkerRoute):
    """A route that refuses to be written to, and says where the library is written."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; 405 in words where it would write."""
        if scope["method"] not in (self.methods or ()):
            raise HttpProblem(405, f"{scope['method']} {scope['path']}: {ONLY_READ}", headers={"Allow": "GET, HEAD"})
        await super().handle(scope, receive, send)


router = Router(tags=["clients"], dependencies=[Depends(only_known_parameters)], route_class=ReadOnlyRoute)

ITEMS = Cost(when=in_large_library, kinds=("work",))
LISTS = Cost(when=in_large_library)
WENT = Cost()
"""Always in a worker: a past state of the library is read beside the newest, however small it is now."""

_OBJECT: dict[str, Any] = {"type": "object"}
_OBJECTS: dict[str, Any] = {"type": "array", "items": _OBJECT}


def _page(formats: object) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the answers of a list."""
    told = "A page; `Total-Results` and `Link` tell of the others"
    return {200: {"description": told, "content": contents_of(formats, _OBJECTS)}}


def _of_one(formats: object) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the answers about one object."""
    return {
        200: {"description": "The object", "content": contents_of(formats, _OBJECT)},
        404: {"description": "There is no object of that key"},
    }


_ITEMS, _LISTED, _TAGS = _page(OF_ITEMS), _page(OF_LISTS), _page(AS_JSON)
_ITEM, _ONE = _of_one(OF_ITEM), _of_one(AS_JSON)

AskedItems = Annotated[Items, Query()]
AskedList = Annotated[CollectionsParameters, Query()]
AskedTags = Annotated[Tags, Query()]
Within = Callable[[ZoteroDocuments], Sequence[ZoteroItem]]


def _serving(
    path: str, responses: dict[int | str, dict[str, Any]], cost: Cost, operation_id: str, summary: str
) -> Callable[[Endpoint], Endpoint]:
    """Serve an endpoint at a path below that of the library, which costs as much as that."""

    def serve(endpoint: Endpoint) -> Endpoint:
        named = router.get(f"{LIBRARY}/{path}", responses=responses, summary=summary, operation_id=operation_id)
        return named(costly(cost)(endpoint))

    return serve


def _items(request: Request, context: Context, asked: Items, within: Within) -> Response:
    """Return a page of those items that the parameters choose."""
    filters = asked.filters()
    found: Sequence[NamedNode] | None = None
    if filters.q is not None:
        searched(context.library, asked.at)
        found = ranked(context.library, filters.q, ITEMS.kinds)

    def choose(documents: ZoteroDocuments) -> Sequence[ZoteroItem]:
        among = within(documents)
        return selected(documents.listed, among, filters, documents.snapshot, found)

    return items_answer(request, asked, choose)


def _works(documents: ZoteroDocuments) -> list[ZoteroItem]:
    return [item for item in documents.listed.items.values() if item.type != NOTE]


def _item(documents: ZoteroDocuments, key: str) -> ZoteroItem:
    found = documents.listed.items.get(key)
    if found is None:
        gone = key in documents.listed.gone
        raise NotFound(f"the item {key!r} is there no longer" if gone else f"there is no item {key!r}")
    return found


def _collection(documents: ZoteroDocuments, key: str) -> ZoteroCollection:
    found = documents.listed.collections.get(key)
    if found is None:
        raise NotFound(f"there is no collection {key!r}")
    return found


def _works_in(documents: ZoteroDocuments, key: str) -> list[ZoteroItem]:
    works = _collection(documents, key).works
    return [item for item in _works(documents) if item.iri in works]


def nothing(request: Request, asked: AskedList) -> Response:
    """Answer that there is none: no group, no saved search."""
    return list_answer(request, asked, lambda _: [], ZoteroDocuments.tag)


def no_items(request: Request, context: ContextDep, asked: AskedItems) -> Response:
    """Answer that there is no item: nothing in the trash, no publications of one's own."""
    return _items(request, context, asked, lambda _: [])


for _name in ("groups", "searches"):
    router.add_api_route(f"{LIBRARY}/{_name}", nothing, include_in_schema=False)
for _name in ("items/trash", "publications/items"):
    router.add_api_route(f"{LIBRARY}/{_name}", no_items, include_in_schema=False)


@_serving("items", _ITEMS, ITEMS, "list_zotero_items", "Works and notes, as items of Zotero")
def items(request: Request, context: ContextDep, asked: AskedItems) -> Response:
    """List all works, and accepted evidence as their notes."""
    return _items(request, context, asked, lambda documents: list(documents.listed.items.values()))


@_serving("items/top", _ITEMS, ITEMS, "list_zotero_top_items", "Works, as items of Zotero")
def top(request: Request, context: ContextDep, asked: AskedItems) -> Response:
    """List all works, without notes."""
    return _items(request, context, asked, _works)


@_serving("items/{key}", _ITEM, ITEMS, "get_zotero_item", "A work or a note, as an item of Zotero")
def item(request: Request, key: str, asked: Annotated[Single, Query()]) -> Response:
    """Answer with one work, or one piece of evidence as a note."""
    include, style = checked_included(asked.include), style_of(asked.style)

    def make(documents: ZoteroDocuments) -> Bytes:
        found = _item(documents, key)
        if asked.format == "json":
            return json_bytes(documents.item(found, include, style)), found.version
        if asked.format == "bib":
            return documents.formatted([found], style), found.version
        return documents.records([found], asked.format), found.version

    return answered(request, asked.format, asked.at, make)


@_serving("items/{key}/children", _ITEMS, ITEMS, "list_zotero_children", "The notes of a work")
def children(request: Request, context: ContextDep, key: str, asked: AskedItems) -> Response:
    """List the accepted evidence of a work, as notes."""

    def notes(documents: ZoteroDocuments) -> list[ZoteroItem]:
        of_work = documents.listed.notes.get(_item(documents, key).iri, ())
        return [documents.listed.items[note] for note in of_work]

    return _items(request, context, asked, notes)


@_serving("items/{key}/tags", _TAGS, LISTS, "list_zotero_tags_of_item", "The tags of a work")
def tags_of_item(request: Request, key: str, asked: AskedTags) -> Response:
    """List the concepts that a work discusses, and its keywords."""

    def choose(documents: ZoteroDocuments) -> list[ZoteroTag]:
        work = _item(documents, key).iri
        return [tag for tag in _tags(documents, asked) if work in tag.works]

    return list_answer(request, asked, choose, ZoteroDocuments.tag)


@_serving("collections", _LISTED, LISTS, "list_zotero_collections", "Concepts and cases, as collections of Zotero")
def collections(request: Request, asked: AskedList) -> Response:
    """List the concepts that works discuss, with those above them, and the cases that works describe."""
    return list_answer(request, asked, lambda documents: _collections(documents, asked), ZoteroDocuments.collection)


@_serving("collections/top", _LISTED, LISTS, "list_zotero_top_collections", "Collections that are in no other")
def top_collections(request: Request, asked: AskedList) -> Response:
    """List the collections that are in no other."""

    def choose(documents: ZoteroDocuments) -> list[ZoteroCollection]:
        return [one for one in _collections(documents, asked) if one.parent is None]

    return list_answer(request, asked, choose, ZoteroDocuments.collection)


@_serving("collections/{key}", _ONE, LISTS, "get_zotero_collection", "A concept or case, as a collection of Zotero")
def collection(request: Request, key: str, asked: Annotated[JsonParameters, Query()]) -> Response:
    """Answer with one collection."""

    def make(documents: ZoteroDocuments) -> Bytes:
        found = _collection(documents, key)
        return json_bytes(documents.collection(found)), found.version

    return answered(request, "json", asked.at, make)


@_serving("collections/{key}/collections", _LISTED, LISTS, "list_zotero_subcollections", "Collections within one")
def subcollections(request: Request, key: str, asked: AskedList) -> Response:
    """List the collections of the narrower concepts."""

    def choose(documents: ZoteroDocuments) -> list[ZoteroCollection]:
        above = _collection(documents, key)
        return [one for one in _collections(documents, asked) if one.parent == above.key]

    return list_answer(request, asked, choose, ZoteroDocuments.collection)


@_serving(
    "collections/{key}/items", _ITEMS, ITEMS, "list_zotero_items_of_collection", "Works and notes of a collection"
)
def items_of_collection(request: Request, context: ContextDep, key: str, asked: AskedItems) -> Response:
    """List the works that discuss a concept or describe a case, and their notes."""

    def with_notes(documents: ZoteroDocuments) -> list[ZoteroItem]:
        works, listed = _works_in(documents, key), documents.listed
        return [*works, *(listed.items[note] for work in works for note in listed.notes.get(work.iri, ()))]

    return _items(request, context, asked, with_notes)


@_serving("collections/{key}/items/top", _ITEMS, ITEMS, "list_zotero_top_items_of_collection", "Works of a collection")
def top_of_collection(request: Request, context: ContextDep, key: str, asked: AskedItems) -> Response:
    """List the works that discuss a concept or describe a case."""
    return _items(request, context, asked, lambda documents: _works_in(documents, key))


@_serving("collections/{key}/tags", _TAGS, LISTS, "list_zotero_tags_of_collection", "Tags of the works of a collection")
def tags_of_collection(request: Request, key: str, asked: AskedTags) -> Response:
    """List the tags of the works that discuss a concept or describe a case."""

    def choose(documents: ZoteroDocuments) -> list[ZoteroTag]:
        works = _collection(documents, key).works
        within = (tag._replace(works=tag.works & works) for tag in _tags(documents, asked))
        return [tag for tag in within if tag.works]

    return list_answer(request, asked, choose, ZoteroDocuments.tag)


@_serving("tags", _TAGS, LISTS, "list_zotero_tags", "Concepts discussed and keywords, as tags of Zotero")
def tags(request: Request, asked: AskedTags) -> Response:
    """List the names of the concepts that works discuss, and the keywords of works (`meta.type` 1)."""
    return list_answer(request, asked, lambda documents: _tags(documents, asked), ZoteroDocuments.tag)


@_serving("deleted", _ONE, WENT, "get_zotero_deleted", "Items, collections and tags that are there no longer")
def deleted(request: Request, asked: Annotated[DeletedParameters, Query()]) -> Response:
    """Answer with what went after a version, so that a copy of the library may follow: the keys of works and notes, the
    keys of collections, and the names of tags, which are those that the version had and the library has no more."""
    before = list_before(request, asked.since, asked.at)

    def make(documents: ZoteroDocuments) -> Bytes:
        listed = documents.listed
        went = {
            "items": sorted(key for key, version in listed.gone.items() if version > asked.since),
            "collections": sorted(before.collections.keys() - listed.collections.keys()) if before else [],
            "tags": sorted(before.tags.keys() - listed.tags.keys()) if before else [],
        }
        return json_bytes({**went, "searches": [], "settings": []}), documents.snapshot.version

    return answered(request, "json", asked.at, make)


@router.get(f"{PLACE}/keys/{{key}}", include_in_schema=False)
@router.get(
    f"{PLACE}/keys/current",
    responses=_ONE,
    summary="What a key of Zotero's web API may do here",
    operation_id="get_zotero_key",
)
def key_info(request: Request, asked: Annotated[JsonParameters, Query()]) -> Response:
    """Answer that everybody may read, and nobody may write here, whatever key is sent; it is not looked at."""
    may = {"library": True, "files": False, "notes": True, "write": False}

    def make(documents: ZoteroDocuments) -> Bytes:
        told: Document = {"key": "", "userID": 0, "username": documents.title, "access": {"user": may}}
        return json_bytes(told), documents.snapshot.version

    return answered(request, "json", asked.at, make)


for _route in [route for route in router.routes if isinstance(route, APIRoute)]:
    # pyzotero puts the path of its endpoint before the address of the next page, which has it already
    router.add_api_route(f"{PLACE}{_route.path}", _route.endpoint, include_in_schema=False)


def _collections(documents: ZoteroDocuments, asked: CollectionsParameters) -> list[ZoteroCollection]:
    return [one for one in documents.listed.collections.values() if one.version > asked.since and _has(one.name, asked)]


def _tags(documents: ZoteroDocuments, asked: Tags) -> list[ZoteroTag]:
    return [tag for tag in documents.listed.tags.values() if _has(tag.name, asked)]


def _has(name: str, asked: CollectionsParameters | Tags) -> bool:
    """Return whether a name has what is asked for in it."""
    q = (asked.q or "").casefold()
    return name.casefold().startswith(q) if asked.qmode == "startsWith" else q in name.casefold()
