"""Answer in the forms of Zotero's web API: its parameters, its formats, and the headers that page through a list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.zotero_documents import DEFAULT_STYLE, RECORD_FORMATS, ZoteroDocuments, checked_included
from commonplace.library.zotero_list import ZoteroItem, ZoteroList
from commonplace.library.zotero_selection import ItemFilters
from commonplace.model.change import Version
from commonplace.model.zotero_terms import NOTE
from commonplace.web.context import Context, context_of
from commonplace.web.discovery.addresses import address_of_iri
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import JSON, RECORDS, Representation, answer, not_modified, unchanged
from commonplace.web.http.parameters import At

PLACE = "/zotero"
"""Where the API begins: what a program calls its endpoint, or base address."""

LIBRARY = f"{PLACE}/users/0"
"""Address of the library. Zotero's own server within the program calls the library of its user by 0, too."""

API_VERSION = "3"
DEFAULT_LIMIT, MAXIMUM_LIMIT = 25, 100
"""Number of objects of an answer, by default and at most, which are those of Zotero's web API."""

T = TypeVar("T")
AS_JSON = Literal["json"]
OF_LISTS = Literal["json", "keys", "versions"]
OF_ITEM = Literal["json", "bibtex", "ris", "csljson", "bib"]
OF_ITEMS = Literal[OF_LISTS, OF_ITEM]
"""Formats of the addresses of each kind, by the names that `format` takes."""

_TEXT = Representation("keys", "text/plain", ".txt")
_HTML = Representation("bib", "text/html", ".html")
_VERSIONS = Representation("versions", "application/json", ".json")
_OF_RECORDS = {form.format: form for form in RECORDS}
_FORMS: dict[str, Representation] = {
    "json": JSON,
    "keys": _TEXT,
    "versions": _VERSIONS,
    "bib": _HTML,
    "bibtex": _OF_RECORDS["bibtex"],
    "ris": _OF_RECORDS["ris"],
    "csljson": _OF_RECORDS["csl-json"],
}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "csljson": {"type": "array", "items": {"type": "object"}},
    "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
}
"""Schemas of the formats that are JSON and no objects of Zotero."""
_STYLE = re.compile(r"[\w.+-]+\Z")

Bytes = tuple[bytes, Version]
"""What is answered, and the version of it, which is that of the library or of one object."""


class _Parameters(BaseModel):
    """Parameters of every address: those that Zotero's programs send with any request, and the version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal["1", "2", "3"] | None = Field(default=None, description="version of the API; it is 3 whatever is asked")
    key: str | None = Field(default=None, description="of Zotero's own server; it is not looked at")
    locale: str | None = Field(default=None, description="language of labels; there are none")
    limit: Annotated[
        int | None, Query(ge=1, le=10**6, description="of lists; some programs send it with any request")
    ] = None
    at: At = None


class JsonParameters(_Parameters):
    """Parameters of an address that answers in JSON only."""

    format: AS_JSON = Field(default="json", description="form of the answer, which is json")


class _Records(_Parameters):
    """Parameters of what is answered as records, too."""

    include: str = Field(default="data", description="with json: data, bib, bibtex, ris, csljson, with commas")
    style: str = Field(default=DEFAULT_STYLE, description="citation style of bib, by its name or address")
    linkwrap: str | None = Field(default=None, description="addresses in bib are links in any case")


class Single(_Records):
    """Parameters of one item."""

    format: OF_ITEM = Field(default="json", description="form of the answer")


class DeletedParameters(JsonParameters):
    """Parameters of what is there no longer."""

    since: int = Field(ge=0, description="what went after that version", json_schema_extra={"example": 1})


class _ListParameters(_Parameters):
    """Parameters of a list."""

    limit: Annotated[int | None, Query(ge=1, le=10**6, description=f"objects of a page, {MAXIMUM_LIMIT} at most")] = (
        None
    )
    start: Annotated[int, Query(ge=0, le=10**9, description="place of the first object, from 0")] = 0
    since: int = Field(default=0, ge=0, description="only what changed after that version")
    sort: str | None = Field(default=None, description="lists of this kind have one order, by name")
    direction: Literal["asc", "desc"] = Field(default="asc", description="the order, or its reverse")
    q: str | None = Field(default=None, description="a part of the name")
    qmode: Literal["contains", "startsWith", "titleCreatorYear", "everything"] = Field(
        default="contains", description="which part"
    )


class CollectionsParameters(_ListParameters):
    """Parameters of a list of collections."""

    format: OF_LISTS = Field(default="json", description="form of the answer")


class Tags(_ListParameters):
    """Parameters of a list of tags, which have neither key nor version in Zotero."""

    format: AS_JSON = Field(default="json", description="form of the answer, which is json")


class Items(_Records, ItemFilters):
    """Parameters of a list of items."""

    format: OF_ITEMS = Field(default="json", description="form of the answer")
    limit: Annotated[int | None, Query(ge=1, le=10**6, description=f"items of a page, {MAXIMUM_LIMIT} at most")] = None
    start: Annotated[int, Query(ge=0, le=10**9, description="place of the first item, from 0")] = 0
    includeTrashed: str | None = Field(default=None, description="nothing is in the trash")

    def filters(self) -> ItemFilters:
        """Return the filters without the other parameters."""
        return ItemFilters(**{name: getattr(self, name) for name in ItemFilters.model_fields})


def contents_of(formats: object, one: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for OpenAPI the media types of formats, with the schema of each; `one` is that of an answer in JSON."""
    schemas: dict[str, list[dict[str, Any]]] = {}
    for name in get_args(formats):
        schemas.setdefault(_FORMS[name].media_type, []).append({"json": one, **_SCHEMAS}.get(name, {"type": "string"}))
    return {
        media_type: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}
        for media_type, found in schemas.items()
    }


def style_of(given: str) -> str:
    """Return the name of a style, given by its name or its address. Raises `BadRequest` for what is neither."""
    found = _STYLE.search(given)
    if found is None:
        raise BadRequest(f"{given!r} is no name of a style", [("style", "such as apa")])
    return found[0]


def answered(
    request: Request,
    format: str,
    at: int | None,
    make: Callable[[ZoteroDocuments], Bytes],
    finish: Callable[[Response], None] | None = None,
) -> Response:
    """Return what `make` makes of the version asked for or the newest, with the headers of the API.

    304 where the client has it, by its ETag, or by `If-Modified-Since-Version` with the version of what it asks for.
    """
    context, form = context_of(request), _FORMS[format]
    graph = context.library.graph_at(None if at is None else Version(at))
    states = context.states.ready(graph)

    def read(snapshot: Snapshot) -> tuple[Bytes, Version]:
        return make(_documents(request, context, snapshot, context.zotero.at(snapshot, states))), snapshot.version

    (body, modified), version = graph.read(read)
    since = request.headers.get("if-modified-since-version", "")
    had = since.isascii() and since.isdecimal() and len(since) < 20 and modified <= int(since)
    tag = f'"{version};{form.name}"'
    if had or not_modified(request, tag):
        response = unchanged(form, version, past=at is not None)
    else:
        response = answer(body, form, version, past=at is not None)
        if finish:
            finish(response)
    response.headers["Last-Modified-Version"] = str(modified)
    response.headers["Zotero-API-Version"] = API_VERSION
    return response


def list_before(request: Request, since: int, at: int | None) -> ZoteroList | None:
    """Return the list that a copy of version `since` was made from; None where nothing is of a version after it, up to
    `at` or the newest, and where nothing was there yet."""
    context = context_of(request)
    if not 0 < since < (context.library.newest() if at is None else at):
        return None
    graph = context.library.graph_at(Version(since))
    states = context.states.ready(graph)
    return graph.read(lambda snapshot: context.zotero.at(snapshot, states))


def _documents(request: Request, context: Context, snapshot: Snapshot, listed: ZoteroList) -> ZoteroDocuments:
    base = str(request.base_url)
    return ZoteroDocuments(
        snapshot,
        listed,
        context.minter,
        context.library.log,
        context.title_at(snapshot),
        f"{base.rstrip('/')}{LIBRARY}",
        lambda iri: base if iri == context.minter.base else address_of_iri(base, iri, context.minter),
    )


def items_answer(request: Request, asked: Items, choose: Callable[[ZoteroDocuments], Sequence[ZoteroItem]]) -> Response:
    """Return a page of a list of items, in the format asked for. Raises `BadRequest`."""
    include, style = checked_included(asked.include), style_of(asked.style)
    page = ZoteroPage(request, asked.start, _limit(asked.format, asked.limit))

    def make(documents: ZoteroDocuments) -> Bytes:
        chosen = choose(documents)
        if asked.format in (*RECORD_FORMATS, "bib"):
            chosen = [item for item in chosen if item.type != NOTE]
        shown = page.of(chosen)
        if asked.format == "keys":
            body = "".join(f"{item.key}\n" for item in shown).encode()
        elif asked.format == "versions":
            body = json_bytes({item.key: item.version for item in shown})
        elif asked.format == "json":
            body = json_bytes([documents.item(item, include, style) for item in shown])
        elif asked.format == "bib":
            body = documents.formatted(shown, style)
        else:
            body = documents.records(shown, asked.format)
        return body, documents.snapshot.version

    return answered(request, asked.format, asked.at, make, page.tell)


def list_answer(
    request: Request,
    asked: CollectionsParameters | Tags,
    choose: Callable[[ZoteroDocuments], Sequence[T]],
    document: Callable[[ZoteroDocuments, T], dict[str, Any]],
) -> Response:
    """Return a page of a list of collections or tags."""
    page = ZoteroPage(request, asked.start, _limit(asked.format, asked.limit))

    def make(documents: ZoteroDocuments) -> Bytes:
        chosen = choose(documents)
        shown = [document(documents, one) for one in page.of(chosen[::-1] if asked.direction == "desc" else chosen)]
        if asked.format == "keys":
            body = "".join(f"{one['key']}\n" for one in shown).encode()
        elif asked.format == "versions":
            body = json_bytes({one["key"]: one["version"] for one in shown})
        else:
            body = json_bytes(shown)
        return body, documents.snapshot.version

    return answered(request, asked.format, asked.at, make, page.tell)


class ZoteroPage:
    """A page of a list: which objects are on it, and the headers that say how many there are and where others are."""

    def __init__(self, request: Request, start: int, limit: int | None) -> None:
        """Begin at a place of the list; without a limit the page has the rest of it."""
        self._request = request
        self._start = start
        self._limit = limit
        self._total = 0

    def of(self, listed: Sequence[T]) -> Sequence[T]:
        """Return what of a list is on the page."""
        self._total = len(listed)
        return listed[self._start : None if self._limit is None else self._start + self._limit]

    def tell(self, response: Response) -> None:
        """Add the headers."""
        response.headers["Total-Results"] = str(self._total)
        if self._limit is None:
            return
        last = (self._total - 1) // self._limit * self._limit if self._total else 0
        places = {"first": 0} if self._start else {}
        if self._start:
            places["prev"] = max(0, self._start - self._limit)
        if self._start + self._limit < self._total:
            places |= {"next": self._start + self._limit, "last": last}
        if places:
            links = (f'<{self._address(start)}>; rel="{name}"' for name, start in places.items())
            response.headers["Link"] = ", ".join(links)

    def _address(self, start: int) -> str:
        url = asked_url(self._request)
        url = url.replace(path=url.path.replace(f"{PLACE}{PLACE}/", f"{PLACE}/", 1))
        return str(url.include_query_params(start=start) if start else url.remove_query_params("start"))


def json_bytes(value: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode(errors="surrogatepass")


def _limit(format: str, given: int | None) -> int | None:
    """Return how many objects a page has; None for all, which keys and versions are without a limit."""
    if given is None:
        return None if format in ("keys", "versions") else MAXIMUM_LIMIT if format == "bib" else DEFAULT_LIMIT
    if format in ("keys", "versions"):
        return given
    return min(given, MAXIMUM_LIMIT)
