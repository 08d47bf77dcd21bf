"""Redirect the addresses of what was merged into another thing, and of works under their alternative keys."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.named_things import known_thing
from commonplace.model.minter import Kind
from commonplace.web.context import context_of
from commonplace.web.http.negotiation import OF_THINGS, OF_WORKS, split_suffix
from commonplace.web.http.parameters import version_of
from commonplace.web.http.problems import Gone
from commonplace.web.in_workers import WorkerRoute

MOVED: dict[int | str, dict[str, Any]] = {
    301: {
        "description": "The thing was merged into another, or the key is an alternative one of a work; `Location` is "
        "the address with the key of what it is now"
    }
}

_KINDS: dict[str, tuple[Kind, ...]] = {
    "works": ("work",),
    "people": ("person",),
    "organizations": ("organization",),
    "venues": ("venue", "work"),
    "concepts": ("concept",),
    "claims": ("claim",),
    "cases": ("case",),
}
"""Kinds of things below each address."""

DESK = "/desk"
"""Start of the addresses where things are edited; their collections come after it."""


class MovedRoute(WorkerRoute):
    """A route whose path has the key of a thing: where nothing has that key, it may lead to what has it now."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which answers 301 instead of 404 or 410 where it can."""
        answer = super().get_route_handler()

        async def answer_or_redirect(request: Request) -> Response:
            try:
                return await answer(request)
            except (NotFound, Gone):
                address = await run_in_threadpool(address_now, request)
                if address is None:
                    raise
                return self.lead(request, address)

        return answer_or_redirect

    def lead(self, request: Request, address: str) -> Response:
        """Return the redirection of a request to the address of what it asked for."""
        return moved(address)


def moved(address: str) -> Response:
    """Return the redirection to an address. Caches ask each time: un-merging gives the address its own thing back."""
    return RedirectResponse(address, status_code=301, headers={"Cache-Control": "no-cache"})


def merged_into(request: Request, old: str, new: str) -> bool:
    """Return whether the thing of a key, of the kind that a request is for, was merged into that of another key."""
    context, (_, plural) = context_of(request), _collection(request)

    def is_now(snapshot: Snapshot, node: NamedNode) -> bool:
        there = known_thing(snapshot, context.minter, node)
        return there is not None and there != node and context.minter.key(there.value) == new

    nodes = [context.minter.thing(kind, old) for kind in _KINDS.get(plural, ())]
    were_there = [node for node in nodes if context.library.things.history(node.value)]
    return context.library.read(lambda snapshot: any(is_now(snapshot, node) for node in were_there))


def _collection(request: Request) -> tuple[str, str]:
    """Return what stands before the collection in the path of a request, `/desk` or nothing, and the collection."""
    path: str = request.scope["path"]
    before = DESK if path.startswith(f"{DESK}/") else ""
    return before, path.removeprefix(before).split("/")[1]


def address_now(request: Request) -> str | None:
    """Return the address asked for with the key of what has it now in the place of the key; None for no such thing."""
    given = request.path_params.get("key")
    before, plural = _collection(request)
    if given is None or plural not in _KINDS:
        return None
    context = context_of(request)
    version = version_of(request.query_params.get("at"))

    def key_now(snapshot: Snapshot, key: str) -> str | None:
        for kind in _KINDS[plural]:
            node = context.minter.thing(kind, key)
            there = known_thing(snapshot, context.minter, node)
            if there is not None and there != node:
                return context.minter.key(there.value)
        return None

    with_suffix = split_suffix(given, OF_WORKS if plural == "works" else OF_THINGS)
    for key, suffix in dict.fromkeys(((given, None), with_suffix)):  # a key may end in what looks like a suffix
        own = context.library.read(lambda snapshot, key=key: key_now(snapshot, key), version)  # type: ignore[misc]
        if own is not None:
            rest = request.scope["path"].removeprefix(f"{before}/{plural}/{given}")
            query = f"?{request.url.query}" if request.url.query else ""
            return f"{before}/{plural}/{quote(own, safe='')}{suffix or ''}{rest}{query}"
    return None
