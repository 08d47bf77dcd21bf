"""Answer every list as a table (CSV), made of what it answers in JSON: a row for each item, a column for each member.

A list is asked for so by the suffix `.csv`, by `.excel.csv` (with the mark by which Excel knows UTF-8), or by `Accept`.
Without `limit` a table is whole, and all of it is from one version. No cell is taken for a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args
from urllib.parse import quote, urlencode

import httpx
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from commonplace.errors import TooLarge
from commonplace.model.table_text import BYTE_ORDER_MARK, table_row
from commonplace.web.asked_within import Answered, ask_within
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import CSV, HTML, JSON, NotAcceptable, Representation, best, not_modified
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import each_route

EXCEL = Representation("excel", CSV.media_type, ".excel.csv")
"""A table that begins with the mark by which Excel knows UTF-8."""

MOST_BYTES = 256_000_000
"""Maximum size of the answers in JSON that one table is made of."""

TRIES = 3
"""Maximum number of times that a table is begun anew because the library has moved on while it was made."""

_KEPT = ("cache-control", "commonplace-version", "commonplace-complete")
"""Headers of an answer in JSON that its table has, too."""

_REFUSING = ("retry-after", "www-authenticate", "allow", "commonplace-version")
"""Headers of a refusal that count for its table, too."""

_NAMES = ("label", "title", "name", "key", "id", "iri")
"""Members by which a thing within an item is told in one cell; the first that it has counts."""


@dataclass(frozen=True, slots=True)
class ListShape:
    """What a route answers that is a list: the members of an item, and the greatest number of items on a page."""

    columns: tuple[str, ...]
    most: int | None


class TableRoutes(BaseRoute):
    """The tables of all lists, as one route: what asks for no table is let by at once."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Offer tables of those of the routes that answer lists, where there is no table at the address already."""
        known = [
            one
            for context in iter_route_contexts(each_route(routes))
            if isinstance(one := context.original_route, APIRoute)
        ]
        taken = {route.path for route in known}
        self._routes = [
            route
            for route in known
            if "GET" in (route.methods or ()) and f"{route.path}{CSV.suffix}" not in taken and route.include_in_schema
        ]

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of the lists, as OpenAPI has them."""
        return frozenset(route.path_format for route in self._routes if list_of(route) is not None)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request asks for the table of a list."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return Match.NONE, {}
        form, path = _form(scope)
        if form is None:
            return Match.NONE, {}
        for route in self._routes:
            found, child = route.matches({**scope, "path": path})
            if found is Match.FULL and (one := list_of(route)) is not None:
                return found, {**child, "table": (one, form, path), "route": route}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **parameters: Any) -> Any:
        """Raise, since tables have the names of their lists."""
        raise NoMatchFound(name, parameters)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the table that a request asks for."""
        one, form, path = scope["table"]
        request = Request(scope, receive, send)
        response = await _answer(request, one, form, path)
        await response(scope, receive, send)


def list_of(route: APIRoute) -> ListShape | None:
    """Return what a route lists, None where it answers no page of a list. That reads the signature of its endpoint."""
    model = route.response_model
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        return None
    if not {"items", "total", "next"} <= model.model_fields.keys():
        return None
    (item,) = get_args(model.model_fields["items"].annotation) or (None,)
    item = getattr(item, "__origin__", item)  # what is annotated, without that
    names = item.model_fields if isinstance(item, type) and issubclass(item, BaseModel) else {}
    columns = tuple(one.serialization_alias or one.alias or name for name, one in names.items())
    return ListShape(columns, most_of_a_page(route.dependant))


def most_of_a_page(dependant: Dependant) -> int | None:
    """Return the greatest `limit` that a route takes; None where it takes none."""
    for parameter in dependant.query_params:
        infos: Mapping[str, FieldInfo] = {parameter.alias: parameter.field_info}
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            infos = annotation.model_fields
        if info := infos.get("limit"):
            return next((int(most) for one in info.metadata if (most := getattr(one, "le", None))), None)
    return None


def _form(scope: Scope) -> tuple[Representation | None, str]:
    """Return the form of a table that is asked for, None where none is, and the path of its list."""
    path: str = scope["path"]
    for form in (EXCEL, CSV):
        if path.endswith(form.suffix):
            return form, path.removesuffix(form.suffix)
    accept = Headers(scope=scope).get("accept", "")
    if CSV.media_type not in accept.lower():
        return None, path
    try:
        return (CSV if best(accept, (JSON, HTML, CSV)) is CSV else None), path
    except NotAcceptable:
        return None, path


@dataclass(slots=True)
class _Table:
    """The pages of a list, as far as they have been read."""

    first: Answered
    items: list[Mapping[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    """Where the page after those begins; None where there is none."""


class _MovedOn(Exception):
    """The library has a newer version than that of the pages that were read before."""


async def _answer(request: Request, one: ListShape, form: Representation, path: str) -> Response:
    for _ in range(TRIES):
        try:
            table = await _read(request, one, path)
        except _MovedOn:
            continue
        if table.first.status != 200:
            return _refusal(request, form, table.first)
        return _written(request, one, form, table)
    raise HttpProblem(
        503, "others write faster than this table is read: ask for it with at=", headers={"Retry-After": "1"}
    )


async def _read(request: Request, one: ListShape, path: str) -> _Table:
    """Return the page that is asked for, or without `limit` all of them."""
    asked = dict.fromkeys(request.query_params)  # in their order; a name that is repeated keeps all its values
    given = [(name, value) for name in asked for value in request.query_params.getlist(name)]
    whole = "limit" not in asked and one.most is not None
    pairs = [*given, ("limit", str(one.most))] if whole else given
    table, room = _Table(Answered()), MOST_BYTES
    while True:
        query = [pair for pair in pairs if pair[0] != "cursor" or table.cursor is None]
        query += [("cursor", table.cursor)] if table.cursor else []
        found = await ask_within(request, f"{quote(path)}?{urlencode(query)}", JSON.media_type, room)
        room -= len(found.body)
        if not table.first.status:
            table.first = found
        if found.status != 200:
            table.first = found
            return table
        if found.headers.get("commonplace-version") != table.first.headers.get("commonplace-version"):
            raise _MovedOn
        page = json.loads(found.body)
        table.items += page["items"]
        following = page.get("next")
        table.cursor = httpx.URL(following).params.get("cursor") if following else None
        if table.cursor is None or not whole:
            return table
        if room <= 0:
            raise TooLarge("the table is too long for one answer: ask for pages of it", [("limit", "give one")])


def _refusal(request: Request, form: Representation, found: Answered) -> Response:
    """Return an answer that is no list, as it came: a problem names the address that was asked for."""
    headers = {name: found.headers[name] for name in _REFUSING if name in found.headers}
    if request.url.path.endswith(form.suffix) and (moved := found.headers.get("location")):
        path, mark, query = moved.partition("?")
        headers["Location"] = f"{path}{form.suffix}{mark}{query}"
    body = found.body
    if (problem := dict(found.problem())) and "instance" in problem:
        body = json.dumps({**problem, "instance": asked_url(request).path}, ensure_ascii=False).encode()
    return Response(body, found.status, headers, media_type=found.headers.get("content-type"))


def _written(request: Request, one: ListShape, form: Representation, table: _Table) -> Response:
    first = table.first.headers
    tag = first.get("etag", "").replace(f";{JSON.name}", f";{form.name}")
    kept = {
        "Vary": "Accept",
        **{name: first[name] for name in _KEPT if name in first},
        **({"ETag": tag} if tag else {}),
    }
    if tag and not_modified(request, tag):
        return Response(status_code=304, headers=kept)
    text = "".join(map(table_row, _rows(table.items, one.columns)))
    body = (BYTE_ORDER_MARK if form is EXCEL else "") + text
    response = Response(body.encode(errors="replace"), media_type=form.media_type, headers=kept)
    if table.cursor:
        following = asked_url(request).include_query_params(cursor=table.cursor)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _rows(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the header, then a row for each item; members that the list has beyond its description come last."""
    names = list(dict.fromkeys([*columns, *(name for item in items for name in item)]))
    yield names
    for item in items:
        yield [cell_of(item.get(name)) for name in names]


def cell_of(value: object) -> str:
    """Return a value of JSON as one cell: several with `; ` between them, a thing by its name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(map(cell_of, value))
    if isinstance(value, Mapping):
        return _thing(value)
    return str(value)


def _thing(value: Mapping[str, Any]) -> str:
    if "literal" in value or "family" in value:
        family = " ".join(filter(None, (value.get("particle"), value.get("family") or value.get("literal"))))
        return ", ".join(filter(None, (family, value.get("given"), value.get("suffix"))))
    if isinstance(value.get("label"), str) and isinstance(value.get("key"), str):
        return f"{value['label']} [{value['key']}]"
    if name := next((value[name] for name in _NAMES if isinstance(value.get(name), str)), None):
        return str(name)
    if all(isinstance(inner, str | int | float) for inner in value.values()):
        return "; ".join(f"{name}: {inner}" for name, inner in value.items())
    return json.dumps(value, ensure_ascii=False)
