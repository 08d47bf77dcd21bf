"""Read the query parameters that many addresses have in common, and refuse those that an address does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from commonplace.errors import BadRequest, Message
from commonplace.library.selection import DEFAULT_LIMIT, MAXIMUM_LIMIT
from commonplace.model.change import Version

At = Annotated[int | None, Query(ge=1, description="the version to answer from; default the newest")]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="how many items a page holds at most")]
LabelLanguage = Annotated[
    str,
    AfterValidator(str.lower),
    Query(
        pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="tag of the language in which concepts, claims and cases are called, where they have a label in "
        "it; else `fr-CA` is answered as `fr`, and what has no label in either is called as in English",
    ),
]
Cursor = Annotated[str | None, Query(pattern="^[A-Za-z0-9_-]+$", description="from `next` of the page before; opaque")]


class Paging(BaseModel):
    """A page of a list at a version: a query-parameter model that others add to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
    at: At = None

    @property
    def version(self) -> Version | None:
        """Return the version to answer from; None is the newest."""
        return None if self.at is None else Version(self.at)


class Search(Paging):
    """A page of a list, or of the things in it that a search finds."""

    q: str | None = Field(
        default=None, min_length=1, description="words to search for; accents, case and hyphens do not matter"
    )


REPEATABLE = frozenset({"kind", "relations", "cases", "dimensions", "fold", "tag"})
"""Query parameters that may be given more than once."""


def _query_names(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters of a route and of what it depends on."""
    for field in dependant.query_params:
        yield from _names(field.field_info.annotation, field.alias)
    for one in dependant.dependencies:
        yield from _query_names(one)


async def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not have, or one given twice: no filter is ignored in silence.

    Raises `BadRequest` that lists the parameters there are. It is a coroutine, which needs no thread.
    """
    if not request.scope["query_string"]:
        return
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = set(_query_names(route.dependant))
    known |= {extra["name"] for extra in (route.openapi_extra or {}).get("parameters", ())}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        choices = ", ".join(sorted(known)) or Message("none")
        raise BadRequest(
            Message(
                "there is no parameter %(unknown)s here; there are: %(choices)s",
                unknown=", ".join(unknown),
                choices=choices,
            ),
            [(name, "unknown parameter") for name in unknown],
        )
    repeated = sorted({name for name in request.query_params if len(request.query_params.getlist(name)) > 1})
    if once := [name for name in repeated if name not in REPEATABLE]:
        raise BadRequest(
            Message(
                "%(once)s can be given once only: of several values all but one would be ignored", once=", ".join(once)
            ),
            [(name, "given more than once") for name in once],
        )


def _names(annotation: object, alias: str) -> Iterable[str]:
    """Return the parameters that a field of a route stands for: several when it is a query-parameter model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.model_fields
    return [alias]


def version_of(text: str | None) -> Version | None:
    """Return the version that a client gives as text. Raises `BadRequest` when it is not a positive integer."""
    if text is None:
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,999}", text, re.ASCII):
        raise BadRequest(
            Message("%(text)r is not a version", text=text), [("at", "use a positive whole number, as in the ETag")]
        )
    return Version(int(text.lstrip("0")))  # Python reads no more than some thousand digits
