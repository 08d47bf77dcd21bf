"""What every route needs at hand: the library, the queries, and how a versioned answer is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from starlette.types import Scope

from commonplace.commit import Committer
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.workers.pool import Readers
from commonplace.errors import BadRequest, CommonplaceError, NotFound
from commonplace.exchange.jobs import ImportJobs
from commonplace.exchange.updates import Updates
from commonplace.home.tokens import Tokens
from commonplace.library import Library
from commonplace.library.description import describe
from commonplace.library.incremental import Kept
from commonplace.library.lists import Listed, Lists, listed
from commonplace.library.named_queries import NamedQuery
from commonplace.library.schemas import Page, Shape
from commonplace.library.selection import DEFAULT_LIMIT, MAXIMUM_LIMIT, Order, Selected
from commonplace.library.self_description import SelfDescription
from commonplace.library.totals import Totals
from commonplace.model.change import Version
from commonplace.model.minter import Kind, Minter
from commonplace.web.http.negotiation import OF_THINGS, Representation, answer, choose, etag, not_modified, unchanged
from commonplace.web.http.problems import Gone

Made = TypeVar("Made")

At = Annotated[int | None, Query(ge=1, description="the version to answer from; default the newest")]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="how many items a page holds at most")]
Cursor = Annotated[str | None, Query(description="from `next` of the page before; opaque")]
Search = Annotated[str | None, Query(description="words to search for; accents, case and hyphens do not matter")]


@dataclass(frozen=True, slots=True)
class Context:
    """What a route works with."""

    library: Library
    committer: Committer
    queries: Mapping[str, NamedQuery]
    ontology: Path
    """The folder of our ontology's files."""
    tokens: Tokens
    jobs: ImportJobs
    description: SelfDescription
    """What the library says of itself, at any version."""
    lists: Lists
    """The lists that were asked for."""
    totals: Kept[Totals]
    """How many things there are of each class."""
    size: Kept[int]
    """How many statements there are."""
    import_bytes: int
    """The largest file an import takes, and the largest graph."""
    updates: Updates
    readers: Readers
    """What answers SPARQL."""

    @property
    def minter(self) -> Minter:
        """Names of things in this library."""
        return self.library.minter

    def version_of(self, given: str | None) -> Version | None:
        """The version a client gives as text. Raises `BadRequest` when it is not a positive integer."""
        if given is None:
            return None
        if not re.fullmatch(r"0*[1-9][0-9]{0,999}", given, re.ASCII):
            raise BadRequest(f"{given!r} is not a version", [("at", "use a positive whole number, as in the ETag")])
        return Version(int(given))

    def who_asks(self, scope: Scope, authorization: bytes) -> str:
        """Who asks, for the queue: a token by its name, anyone else by address."""
        scheme, _, text = authorization.decode("latin-1").partition(" ")
        token = self.tokens.holder(text.strip()) if scheme.lower() == "bearer" else None
        if token is not None:
            return f"token {token.name}"
        return str((scope.get("client") or ("",))[0])

    def versioned(
        self,
        request: Request,
        form: Representation,
        at: int | None,
        make: Callable[[Snapshot], bytes],
        *,
        finish: Callable[[Response], None] | None = None,
        described: bool = False,
    ) -> Response:
        """Answer from one state (with the library's description in it), with its ETag; 304 when the client has it.

        Conditions count only where the answer would be 200 (RFC 9110, 13.2.1), so it is made first.
        """
        version = Version(at) if at is not None else None
        graph = self.library.graph_at(version)

        def read(state: Snapshot) -> tuple[bytes, Version]:
            return make(state), state.version

        body, made = graph.read_described(self.description.quads, read) if described else graph.read(read)
        if not_modified(request, etag(made, form.name)):
            return unchanged(form, made, past=at is not None)
        response = answer(body, form, made, past=at is not None)
        if finish:
            finish(response)
        return response

    def rdf(self, triples: Sequence[Triple], format: RdfFormat) -> bytes:
        """Triples in an RDF syntax, with our prefixes."""
        return serialize(triples, None, format, prefixes=self.minter.prefixes()) or b""

    def thing(
        self,
        request: Request,
        kind: Kind,
        key: str,
        at: int | None,
        shape: Callable[[Snapshot, NamedNode], Shape],
        offered: Sequence[Representation] = OF_THINGS,
        suffix: str | None = None,
        write: Callable[[Snapshot, NamedNode, Representation], bytes] | None = None,
    ) -> Response:
        """One thing in the form asked for; `write` makes those that are neither JSON nor RDF."""
        form = choose(request, offered, suffix)
        node = self.minter.thing(kind, key)

        def make(state: Snapshot) -> bytes:
            shown = shape(state, node)  # raises NotFound in every form alike
            if form.rdf is not None:
                return self.rdf(describe(state, [node], self.minter), form.rdf)
            if form.name == "json" or write is None:
                return shown.json_bytes()
            return write(state, node, form)

        try:
            return self.versioned(request, form, at, make)
        except NotFound as fault:
            version = None if at is None else Version(at)
            if version is not None and version > self.library.newest():
                raise  # there is no such version of anything
            if self.library.log.history(node.value):
                raise self.missing(node, version) from fault
            raise

    def missing(self, node: NamedNode, version: Version | None) -> CommonplaceError:
        """Why a thing is not there: `Gone` with the version that still has it, or `NotFound`."""
        history = self.library.log.history(node.value)
        if not history:
            return NotFound(f"there is no {node.value}, and there never was")
        last = history[-1]
        if version is not None and version < last:
            return NotFound(f"there is no {node.value} at version {version}; versions {history} touched it")
        return Gone(
            f"{node.value} was deleted by version {last}; version {last - 1} has it",
            [("at", f"{node.value}?at={last - 1}")],
        )

    def page(
        self,
        request: Request,
        at: int | None,
        of: Hashable,
        select: Callable[[Snapshot, list[NamedNode] | None], Selected],
        shape: Callable[[Snapshot, NamedNode], Shape],
        order: Order | None,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
        q: str | None = None,
        kinds: Sequence[Kind] = (),
    ) -> Response:
        """One page of a list, in JSON or RDF, with the address of the next.

        `of` stands for what `select` selects, as in `Lists.of`.
        """
        form = choose(request, OF_THINGS)
        following: list[str | None] = [None]

        def make(state: Snapshot, listed: Listed) -> bytes:
            found = listed.page(order, limit, cursor)
            following[0] = str(request.url.include_query_params(cursor=found.cursor)) if found.cursor else None
            if form.rdf is not None:
                return self.rdf(describe(state, found.things, self.minter), form.rdf)
            return Page[Shape](
                items=[shape(state, node) for node in found.things],
                total=found.total,
                complete="complete",
                version=state.version,
                next=following[0],
                coverage=listed.selected.coverage,
            ).json_bytes()

        def link(response: Response) -> None:
            if following[0]:
                response.headers["Link"] = f'<{following[0]}>; rel="next"'

        version = Version(at) if at is not None else None
        name = of if q is None else (of, q, self._index_version(at))
        at_hand = self.with_list(version, name, lambda state: select(state, self._ranked(q, kinds)), order)
        return self.versioned(request, form, at, lambda state: make(state, at_hand(state)), finish=link)

    def with_list(
        self, at: Version | None, of: Hashable, select: Callable[[Snapshot], Selected], order: Order | None
    ) -> Callable[[Snapshot], Listed]:
        """The list at a state that is about to be read: the one kept, or when a write came between, made from it."""
        kept = self.lists.of(self.library.graph_at(at), of, select, order)
        return lambda state: kept if kept.version == state.version else listed(state, select, order)

    def _index_version(self, at: int | None) -> int:
        """The version that a search finds things of. Raises `BadRequest` when an earlier one is asked for."""
        if at is not None and at != self.library.follow():
            raise BadRequest("q searches the newest version only: leave out at, or q", [("q", "given with at")])
        return self.library.search().applied_version

    def _ranked(self, q: str | None, kinds: Sequence[Kind]) -> list[NamedNode] | None:
        if q is None:
            return None
        index = self.library.search()
        return [NamedNode(iri) for kind in kinds for iri in index.matching_iris(q, kind)]


def context_of(request: Request) -> Context:
    """The context of the application that a request came to."""
    return cast(Context, request.app.state.context)


REPEATABLE = frozenset({"kind"})
"""Query parameters that may be given more than once."""

ContextDep = Annotated[Context, Depends(context_of)]


def only_known_parameters(request: Request) -> None:
    """Refuse a parameter the route does not have, or one given twice: no filter may be ignored in silence."""
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
