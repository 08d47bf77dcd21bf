"""Serve `/robots.txt` and the site maps, by which search engines find every thing that has a page here.

Sources: RFC 9309 (robots), the sitemaps.org protocol 0.9: at most 50,000 addresses in a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from fastapi import Depends, Request, Response

from commonplace.errors import Message, NotFound
from commonplace.library.lists import Listed
from commonplace.library.selection import Order
from commonplace.library.totals import by_name
from commonplace.library.work_lists import WorkFilters, order_of, select_works
from commonplace.web import answers
from commonplace.web.api.reading.things import COLLECTIONS
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import address_of_iri
from commonplace.web.discovery.unapi import XML
from commonplace.web.http.asked_address import root_of
from commonplace.web.http.negotiation import Representation
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["discovery"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

TEXT = Representation("text", "text/plain", ".txt")

PART = 50_000
"""Maximum number of addresses in a part of the site map, as the protocol has it."""

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

LISTS = ("works", *(collection.plural for collection in COLLECTIONS))
"""Lists whose things are in the site map."""

_NAME = re.compile(rf"({'|'.join(LISTS)})-([1-9][0-9]{{0,8}})")

_NOT_CRAWLED = ("/sparql", "/graph-store", "/export", "/queries/", "/suggestions", "/find", "/duplicates", "/imports")
_PARAMETERS = ("at", "cursor", "style", "original")
"""Parameters that make other addresses of what is found without them, and so many that a crawler never ends."""

_XML_ANSWER = {"content": {XML.media_type: {"schema": {"type": "string"}}}}


@router.get(
    "/robots.txt",
    response_class=Response,
    responses={200: {"content": {TEXT.media_type: {"schema": {"type": "string"}}}}},
    summary="Where crawlers are welcome",
)
def robots(request: Request) -> Response:
    """Answer with the rules for crawlers: all pages, but no question whose answers have no end."""
    root = root_of(request)
    rules = [f"Disallow: {root}{path}" for path in _NOT_CRAWLED]
    rules += [f"Disallow: {root}/*{sign}{name}=" for name in _PARAMETERS for sign in "?&"]
    lines = ["User-agent: *", *rules, "", f"Sitemap: {request.base_url}sitemap.xml", ""]
    return answers.unversioned(request, "\n".join(lines).encode(), TEXT)


@router.get("/sitemap.xml", response_class=Response, responses={200: _XML_ANSWER}, summary="The parts of the site map")
@costly(Cost(when=in_large_library))
def site_map(request: Request, context: ContextDep) -> Response:
    """Answer with the addresses of the parts, each with at most 50,000 addresses of things."""
    graph, base = context.library.graph_at(), str(request.base_url)
    venues = len(_listed(context, "venues").things)
    counted = context.totals.of(graph)
    totals = by_name(counted.value, context.minter, venues=venues)
    parts = [f"{name}-{part + 1}" for name in LISTS for part in range(-(-totals[name] // PART))]
    changed = context.library.log.header(counted.version).at.isoformat() if counted.version else None
    addresses = (f"{base}sitemap/{name}.xml" for name in parts)
    body = _document("sitemapindex", "sitemap", addresses, changed)
    return answers.answered(request, body, XML, counted.version)


@router.get(
    "/sitemap/{name}.xml", response_class=Response, responses={200: _XML_ANSWER}, summary="One part of the site map"
)
@costly(Cost(when=in_large_library))
def part_of_site_map(request: Request, context: ContextDep, name: str) -> Response:
    """Answer with the addresses of things of one kind, in the order of their list."""
    nothing = NotFound(Message("the site map has no part %(name)r: /sitemap.xml has the names of all", name=name))
    found = _NAME.fullmatch(name)
    if not found:
        raise nothing
    plural, start = found[1], (int(found[2]) - 1) * PART
    listed = _listed(context, plural)
    if start and start >= len(listed.things):
        raise nothing
    base = str(request.base_url)
    shown = (address_of_iri(base, iri, context.minter) for iri in listed.things.things[start : start + PART])
    # a book that has chapters is a venue too, and stands among the works
    own = (address for address in shown if address.startswith(f"{base}{plural}/"))
    return answers.answered(request, _document("urlset", "url", own), XML, listed.version)


def _listed(context: Context, plural: str) -> Listed:
    """Return a list, which is kept in order and moved along with each write."""
    graph = context.library.graph_at()
    if plural == "works":
        every = WorkFilters()
        return context.lists.of(
            graph,
            ("works", every),
            lambda snapshot: select_works(snapshot, context.minter, every, None),
            order_of(None, searching=False),
        )
    collection = next(one for one in COLLECTIONS if one.plural == plural)
    order: Order | None = collection.order
    return context.lists.of(graph, plural, lambda _: collection.select(None), order)


def _document(root: str, item: str, addresses: Iterable[str], changed: str | None = None) -> bytes:
    """Return addresses as XML of the protocol; `changed` is when what they lead to last changed."""
    modified = f"<lastmod>{changed}</lastmod>" if changed else ""
    lines = [f"<{item}><loc>{escape(address)}</loc>{modified}</{item}>" for address in addresses]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
    return (head + "\n".join(lines) + f"\n</{root}>\n").encode()
