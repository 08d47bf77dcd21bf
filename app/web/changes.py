"""`/changes` and `/imports/{id}`: the versions of the library, and the receipts of imports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.errors import NotFound
from app.imports import Receipt, receipt_of
from app.library.changes import brief, change_of, changes
from app.library.selection import read_cursor, write_cursor
from app.library.shapes import Change, Page
from app.model.change import Version
from app.web.desk import AtDesk, Cursor, Limit, only_known_parameters
from app.web.negotiation import JSON, RDF, Representation, answer, choose
from app.web.provenance import provenance_of

router = APIRouter(tags=["history"], dependencies=[Depends(only_known_parameters)])

PATCH = Representation("patch", "application/rdf-patch", ".rdfp")


@router.get("/changes", response_model=Page[Change], summary="The versions, newest first")
def listed(
    request: Request,
    desk: AtDesk,
    thing: Annotated[str | None, Query(description="an IRI: only versions that touched it")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Every write there ever was: who, when, what kind, and why."""
    log = desk.library.log
    form = choose(request, [JSON])
    head = desk.library.follow()
    found = changes(log, thing) if thing or head else []
    before = int(read_cursor(cursor)[0]) if cursor else head + 1
    rest = [version for version in found if version < before]
    shown, more = rest[:limit], len(rest) > limit
    following = (
        str(request.url.include_query_params(cursor=write_cursor(str(shown[-1]), ""))) if more and shown else None
    )
    page = Page[Change](
        items=[brief(log, version) for version in shown],
        total=len(found),
        complete="complete",
        version=head,
        next=following,
    )
    return answer(page.json_bytes(), form, head)


@router.get("/changes/{version}", response_model=Change, summary="One version")
def single(request: Request, desk: AtDesk, version: int) -> Response:
    """As JSON, as the RDF Patch itself (`Accept: application/rdf-patch`), or as PROV-O."""
    if version < 1:
        raise NotFound(f"there is no version {version}: the first is 1")
    form = choose(request, [JSON, PATCH, *RDF])
    log = desk.library.log
    number = Version(version)
    if form is PATCH:
        body = log.text(number)
    elif form.rdf is not None:
        body = desk.rdf(provenance_of(log.header(number), desk.minter), form.rdf)
    else:
        body = change_of(log, number).json_bytes()
    return answer(body, form, number, past=True)


@router.get("/imports/{id}", response_model=Receipt, summary="The receipt of an import, for ever")
def receipt(request: Request, desk: AtDesk, id: int) -> Response:
    """What became of every entry of the file. The id is the version the import made."""
    form = choose(request, [JSON])
    return answer(receipt_of(desk.library, Version(id)), form, Version(id), past=True)
