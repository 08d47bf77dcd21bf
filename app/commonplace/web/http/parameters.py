"""Query parameters: those that many addresses have in common, and the refusal of those an address does not have."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Request
from fastapi.routing import APIRoute

from commonplace.errors import BadRequest
from commonplace.library.selection import MAXIMUM_LIMIT
from commonplace.model.change import Version

At = Annotated[int | None, Query(ge=1, description="the version to answer from; default the newest")]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="how many items a page holds at most")]
Cursor = Annotated[str | None, Query(description="from `next` of the page before; opaque")]
Search = Annotated[str | None, Query(description="words to search for; accents, case and hyphens do not matter")]

REPEATABLE = frozenset({"kind"})
"""Query parameters that may be given more than once."""


def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not have, or one given twice: no filter may be ignored in silence.

    Raises `BadRequest` that lists the parameters there are.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = {field.alias for field in route.dependant.query_params}
    known |= {extra["name"] for extra in (route.openapi_extra or {}).get("parameters", ())}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        choices = ", ".join(sorted(known)) or "none"
        raise BadRequest(
            f"there is no parameter {', '.join(unknown)} here; there are: {choices}",
            [(name, "unknown parameter") for name in unknown],
        )
    repeated = sorted({name for name in request.query_params if len(request.query_params.getlist(name)) > 1})
    if once := [name for name in repeated if name not in REPEATABLE]:
        raise BadRequest(
            f"{', '.join(once)} can be given once only: of several values all but one would be ignored",
            [(name, "given more than once") for name in once],
        )


def version_of(text: str | None) -> Version | None:
    """Return the version that a client gives as text. Raises `BadRequest` when it is not a positive integer."""
    if text is None:
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,999}", text, re.ASCII):
        raise BadRequest(f"{text!r} is not a version", [("at", "use a positive whole number, as in the ETag")])
    return Version(int(text))
