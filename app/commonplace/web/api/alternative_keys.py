"""Redirect the addresses of a work under an alternative key to those under its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from commonplace.derived.graph.records import work_of_alternative_key
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.web.context import context_of
from commonplace.web.http.negotiation import OF_WORKS, split_suffix
from commonplace.web.http.parameters import version_of
from commonplace.web.http.problems import Gone
from commonplace.web.in_workers import WorkerRoute

MOVED: dict[int | str, dict[str, Any]] = {
    301: {"description": "The key is an alternative one of the work; `Location` is the same address with its own"}
}


class WorkRoute(WorkerRoute):
    """A route whose path has the key of a work: where no work has that key, one may have it as an alternative key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which answers 301 instead of 404 or 410 where it can."""
        answer = super().get_route_handler()

        async def answer_or_redirect(request: Request) -> Response:
            try:
                return await answer(request)
            except (NotFound, Gone):
                address = await run_in_threadpool(_address_under_own_key, request)
                if address is None:
                    raise
                return RedirectResponse(address, status_code=301)

        return answer_or_redirect


def _address_under_own_key(request: Request) -> str | None:
    """Return the address asked for with the work's own key in the place of an alternative one; None for no such key."""
    given = request.path_params.get("key")
    if given is None:
        return None
    context = context_of(request)
    version = version_of(request.query_params.get("at"))

    def own_key(state: Snapshot, key: str) -> str | None:
        work = work_of_alternative_key(state, key, context.minter)
        return context.minter.key(work.value) if work else None

    with_suffix = split_suffix(given, OF_WORKS)
    for key, suffix in dict.fromkeys(((given, None), with_suffix)):  # a key may end in what looks like a suffix
        own = context.library.read(lambda state, key=key: own_key(state, key), version)  # type: ignore[misc]
        if own is not None:
            rest = request.scope["path"].removeprefix(f"/works/{given}")
            query = f"?{request.url.query}" if request.url.query else ""
            return f"{request.scope.get('root_path', '')}/works/{quote(own, safe='')}{suffix or ''}{rest}{query}"
    return None
