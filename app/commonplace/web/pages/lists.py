"""Show a page of a list: the same things, in the same order, as the API answers at the same address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.schemas import ApiModel
from commonplace.web import answers
from commonplace.web.context import context_of
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.parameters import Paging
from commonplace.web.pages.rendering import versioned_page


@dataclass(frozen=True, slots=True)
class ShownList:
    """One page of a list: its things, how many there are on all pages, and where the list goes on and begins."""

    things: Sequence[NamedNode]
    items: Sequence[ApiModel]
    total: int
    next: str | None
    first: str | None
    coverage: Mapping[str, int] | None


def list_page(
    request: Request,
    template: str,
    listing: answers.Listing,
    paging: Paging,
    q: str | None,
    add: Callable[[Snapshot, ShownList], Mapping[str, object]] = lambda *_: {},
) -> Response:
    """Return one page of a list made from a template, which gets it as `listed`, and what `add` returns.

    Raises `BadRequest` as `answers.page` does.
    """
    context = context_of(request)
    ready = answers.ready_list(context, listing, paging, q)
    following: list[str | None] = [None]

    def make(snapshot: Snapshot) -> dict[str, object]:
        whole = ready(snapshot)
        found = whole.page(listing.order, paging.limit, paging.cursor)
        following[0] = answers.next_address(request, found.cursor)
        first = str(asked_url(request).remove_query_params("cursor")) if paging.cursor else None
        listed = ShownList(
            found.things,
            [listing.read(snapshot, node) for node in found.things],
            found.total,
            following[0],
            first,
            whole.coverage,
        )
        return {"listed": listed, "asked": q or "", **add(snapshot, listed)}

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return versioned_page(request, template, paging.at, make, finish=link)
