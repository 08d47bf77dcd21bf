"""Serve works: their list, one of them in every form, and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.exchange.exports import format_works, write_originals, write_records
from commonplace.library.citation_schemas import Citation, References
from commonplace.library.citations import CitationEnd, citation_ends, citations_at, references_as_text
from commonplace.library.field_origins import origins_of
from commonplace.library.history_schemas import FieldOrigin
from commonplace.library.schemas import ApiModel, Page, Work
from commonplace.library.work_lists import Chosen, WorkFilters, chosen_works, order_of, select_works
from commonplace.library.works import read_works_ahead, work_of
from commonplace.model.change import Version
from commonplace.web import answers
from commonplace.web.api.exchange.export import Original, Style, bibliography_forms, original_answer
from commonplace.web.api.reading.alternative_keys import MOVED, MovedRoute
from commonplace.web.api.reading.provenance import provenance_of_fields
from commonplace.web.api.reading.work_addresses import READ_WORK
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import address_of
from commonplace.web.discovery.atom import ATOM
from commonplace.web.discovery.signposting import header, link_set, links_of_form, links_of_page
from commonplace.web.http.negotiation import (
    JSON,
    LINK_SET,
    OF_THINGS,
    OF_WORKS,
    RECORDS,
    Representation,
    choose,
    choose_of_list,
    split_suffix,
)
from commonplace.web.http.parameters import At, Cursor, Limit, Paging, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, costly, given, in_large_library

router = Router(tags=["works"], route_class=MovedRoute, dependencies=[Depends(only_known_parameters)])


class WorksQuery(Paging, WorkFilters):
    """Parameters of `/works`: filters, order, page and version."""

    sort: str | None = Field(default=None, description="key, title, year, author, -title, -year; relevance with q")


@router.get("/works", response_model=Page[Work], summary="Works, by what they discuss and how they are described")
@costly(Cost(when=in_large_library, kinds=("work",)))
def works(request: Request, context: ContextDep, asked: Annotated[WorksQuery, Query()]) -> Response:
    """List works. With `discusses` or `claim` the answer has `coverage`, all works counted by what they say, and
    `extent`, how far the reading has gone."""
    return answers.page(request, listing_of(context, asked), asked, asked.q)


def listing_of(context: Context, asked: WorksQuery, *, evidence: bool = True) -> answers.Listing:
    """Return the list of works that a request asks for; without `evidence` what they say is left out.

    Raises `BadRequest` for an order that there is not.
    """
    filters, much_cited = asked.alone(), context.much_cited_at(asked.at)

    def choose(graph: Graph) -> Callable[[Snapshot], Chosen | None]:
        states = context.states.ready(graph) if filters.ask_states else None
        return lambda snapshot: chosen_works(snapshot, context.minter, filters, states)

    return answers.Listing(
        name=("works", filters.without_states()),
        select=lambda snapshot, ranked: select_works(snapshot, context.minter, filters, ranked),
        choose=choose,
        read=lambda snapshot, node: work_of(
            snapshot,
            node,
            context.minter,
            evidence=evidence,
            evidence_at=much_cited(snapshot).evidence(snapshot, node) if evidence else None,
        ),
        order=order_of(asked.sort, searching=filters.q is not None),
        kinds=("work",),
        read_ahead=read_works_ahead,
    )


for _form in (*OF_THINGS, ATOM):
    router.add_api_route(f"/works{_form.suffix}", works, include_in_schema=False)


@router.get("/works/{key:path}/references", response_model=References, responses=MOVED, summary="What a work cites")
@router.get("/works/{key:path}/references.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def references(
    request: Request, context: ContextDep, key: str, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """List the works that a work cites, in the order of its references; ambiguous ones with every candidate.

    `as_text` has the references to works that are not in the library, as their source printed them.
    """
    return _citations(request, context, key, limit, cursor, at, outgoing=True)


@router.get("/works/{key:path}/citations", response_model=Page[Citation], responses=MOVED, summary="What cites a work")
@router.get("/works/{key:path}/citations.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def citations(
    request: Request, context: ContextDep, key: str, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """List the works of the library that cite a work; ambiguous citations that may mean it are included and marked."""
    return _citations(request, context, key, limit, cursor, at, outgoing=False)


def _citations(
    request: Request, context: Context, key: str, limit: int, cursor: str | None, at: int | None, *, outgoing: bool
) -> Response:
    if (whole := _ending(request, context, key, _last_word(request), at)) is not None:
        return work(request, context, whole, at=at)
    form, much_cited = choose_of_list(request, [JSON]), context.much_cited_at(at)
    node = context.minter.thing("work", key)

    def make(snapshot: Snapshot) -> bytes:
        if outgoing:
            found = citation_ends(snapshot, node, context.minter, outgoing=True)
        else:
            found = much_cited(snapshot).citing(snapshot, node)
        shown[:] = [answers.part(request, found, lambda end: end.key, limit, cursor)]
        page = Page[Citation](
            items=citations_at(snapshot, shown[0].items, context.minter),
            total=len(found),
            complete="complete",
            version=snapshot.version,
            next=shown[0].next,
        )
        if not outgoing:
            return page.json_bytes()
        kept = references_as_text(snapshot, node, context.minter)
        return References(**dict(page), as_text=kept, total_as_text=len(kept)).json_bytes()

    shown: list[answers.Slice[CitationEnd]] = []
    return answers.versioned(request, form, at, make, node=node, finish=lambda response: shown[0].link(response))


@router.get(
    "/works/{key:path}/provenance",
    response_model=Page[FieldOrigin],
    responses=MOVED,
    summary="Where each field of a work comes from",
)
def provenance(
    request: Request, context: ContextDep, key: str, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """List each value of each field, with the version it entered with, by whom and how, and the entry of the file.

    The answer is JSON, or PROV-O in an RDF syntax: by `Accept`, or by suffix (`provenance.ttl`).
    """
    if (whole := _ending(request, context, key, "provenance", at)) is not None:
        return work(request, context, whole, at=at)
    return _provenance(request, context, key, limit, cursor, at, None)


@router.get("/works/{key:path}/provenance.{suffix}", response_model=Page[FieldOrigin], include_in_schema=False)
def provenance_in_a_form(
    request: Request,
    context: ContextDep,
    key: str,
    suffix: str,
    limit: Limit = 50,
    cursor: Cursor = None,
    at: At = None,
) -> Response:
    """List the same values, in the form of the suffix."""
    whole = f"provenance.{suffix}"
    if f".{suffix}" not in {form.suffix for form in OF_THINGS} or _ending(request, context, key, whole, at) is not None:
        return work(request, context, f"{key}/{whole}", at=at)
    return _provenance(request, context, key, limit, cursor, at, f".{suffix}")


def _provenance(
    request: Request,
    context: Context,
    key: str,
    limit: int,
    cursor: str | None,
    at: int | None,
    suffix: str | None,
) -> Response:
    form = choose(request, OF_THINGS, suffix)
    node, log = context.minter.thing("work", key), context.library.log

    def make(snapshot: Snapshot) -> bytes:
        every = origins_of(snapshot, context.library.things, node, context.minter)
        shown[:] = [answers.part(request, every, lambda row: f"{row.field} {row.value}", limit, cursor)]
        found = list(shown[0].items)
        if form.rdf is not None:
            made = {made.version for row in found for made in (row.entered, row.first_entered) if made}
            headers = [log.header(Version(version)) for version in sorted(made)]
            return answers.rdf_text(
                provenance_of_fields(node, found, headers, context.minter), form.rdf, context.minter
            )
        return Page[FieldOrigin](
            items=found, total=len(every), complete="complete", version=snapshot.version, next=shown[0].next
        ).json_bytes()

    shown: list[answers.Slice[FieldOrigin]] = []
    return answers.versioned(request, form, at, make, node=node, finish=lambda response: shown[0].link(response))


def _last_word(request: Request) -> str:
    """Return the name of a list of a work, with its suffix: `references.json`."""
    return request.url.path.rpartition("/")[2]


def _ending(request: Request, context: Context, key: str, word: str, at: int | None) -> str | None:
    """Return `key/word` when a work with that key is meant: a citation key may have slashes, and end in such a word.

    Its IRI has `%2F` for the slash, which tells the two apart wherever it arrives undecoded.
    """
    whole = f"{key}/{word}"
    if request.scope.get("raw_path", b"").lower().endswith(f"%2f{word}".encode()):
        return whole
    version = Version(at) if at is not None else None

    def meant(snapshot: Snapshot) -> bool:
        return is_work(snapshot, context.minter.thing("work", whole)) and not is_work(
            snapshot, context.minter.thing("work", key)
        )

    return whole if context.library.read(meant, version) else None


@router.get(READ_WORK, response_model=Work, responses=MOVED, summary="One work")
@costly(Cost(when=given("style", "original")))
def work(
    request: Request, context: ContextDep, key: str, style: Style = None, original: Original = False, at: At = None
) -> Response:
    """Answer with one work in a form, by `Accept` or by suffix (`.bib`).

    With `style` it is formatted in that citation style; with `original` it is as in its file, where it is untouched.
    """
    minter, version = context.minter, Version(at) if at is not None else None

    much_cited = context.much_cited_at(at)

    def is_key(snapshot: Snapshot) -> bool:
        return is_work(snapshot, minter.thing("work", key))

    suffix = None
    if style is None and not context.library.read(is_key, version):  # a key may end in what looks like a suffix
        key, suffix = split_suffix(key, OF_WORKS)
    page = address_of(str(request.base_url), "work", key)
    if style is not None or original:
        node = minter.thing("work", key)
        response = (
            _original(request, context, node, suffix, at)
            if style is None
            else _formatted(request, context, node, style, at)
        )
        response.headers["Link"] = header(links_of_form(page, at))
        return response

    def write(snapshot: Snapshot, node: NamedNode, form: Representation) -> bytes:
        if form is LINK_SET:
            return link_set(work_of(snapshot, node, minter), page, at)
        return write_records(snapshot, [node], minter, form.format)

    def links(shown: ApiModel) -> str:
        assert isinstance(shown, Work)
        return header(links_of_page(shown, page, at) if suffix is None else links_of_form(page, at))

    return answers.thing(
        request,
        "work",
        key,
        at,
        lambda snapshot, node: work_of(
            snapshot, node, minter, whole=True, evidence_at=much_cited(snapshot).evidence(snapshot, node)
        ),
        OF_WORKS,
        choose(request, OF_WORKS, suffix).suffix,
        write,
        links,
    )


def _formatted(request: Request, context: Context, work: NamedNode, style: str, at: int | None) -> Response:
    """Return a work in a citation style, as text or HTML."""
    form = choose(request, bibliography_forms(style))
    html = form.media_type == "text/html"
    return answers.versioned(
        request, form, at, lambda snapshot: format_works(snapshot, [work], context.minter, style, html=html), node=work
    )


def _original(request: Request, context: Context, work: NamedNode, suffix: str | None, at: int | None) -> Response:
    """Return a work as in its file, where it is untouched. Raises `BadRequest` for a form that no file has."""
    if suffix is not None and suffix not in {form.suffix for form in RECORDS}:
        why = Message("entries as in their files are answered as .bib or .ris, not as %(suffix)s", suffix=suffix)
        raise BadRequest(why, [("original", "use .bib or .ris")])
    form, things = choose(request, RECORDS, suffix), context.library.things
    return original_answer(
        request,
        form,
        at,
        lambda snapshot: write_originals(snapshot, things, [work], context.minter, form.format),
        node=work,
    )
