"""Serve unAPI at `/unapi`, by which reference managers take a work from its page in a format they know.

Source: the unAPI specification, revision 3: without parameters the formats, with `id` those of one thing (300), with
both the record; 404 for an id that is none, 406 for a format that is none.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from lxml import etree
from pyoxigraph import NamedNode

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, NotFound
from commonplace.exchange.exports import write_records
from commonplace.library.named_things import named_thing
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import RECORDS, NotAcceptable, Representation
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import WorkerRoute

router = Router(tags=["discovery"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

XML = Representation("xml", "application/xml", ".xml")

OFFERED = {form.format: form for form in RECORDS}
"""Formats by the names they have here, which are those that unAPI's clients know: `ris`, `bibtex`."""

_ANSWERS = {form.media_type: {"schema": {"type": "string"}} for form in (XML, *RECORDS)}


@router.get(
    "/unapi",
    response_class=Response,
    responses={
        200: {"description": "The formats, or a work in one of them", "content": _ANSWERS},
        300: {
            "description": "The formats in which the work can be had",
            "content": {XML.media_type: {"schema": {"type": "string"}}},
        },
        404: {"description": "There is no such work"},
    },
    summary="unAPI: a work in a format of reference managers",
)
def unapi(
    request: Request,
    context: ContextDep,
    id: Annotated[str | None, Query(description="IRI or key of a work")] = None,
    format: Annotated[str | None, Query(description="name of a format, as the answer without it lists them")] = None,
    at: At = None,
) -> Response:
    """Answer with the formats; with `id` with those of one work; with both with that work in that format."""
    minter = context.minter
    if id is None:
        if format is not None:
            raise BadRequest("format needs id beside it", [("format", "of which work?")])
        return answers.versioned(request, XML, at, lambda _: _formats(None))
    if format is not None and format not in OFFERED:
        raise NotAcceptable(f"there is no format {format!r} here; there are: {', '.join(OFFERED)}")
    if format is not None:
        form = OFFERED[format]
        return answers.versioned(
            request, form, at, lambda snapshot: write_records(snapshot, [_work(snapshot, id, minter)], minter, format)
        )
    version = Version(at) if at is not None else None
    context.library.read(lambda snapshot: _work(snapshot, id, minter), version)
    return Response(_formats(id), 300, media_type=XML.media_type)


def _work(snapshot: Snapshot, id: str, minter: Minter) -> NamedNode:
    """Return the work of that IRI, however much of it is decoded, or of that key. Raises `NotFound`."""
    start = minter.iri("work", "")
    keys = [id.removeprefix(start)] if id.startswith(start) else []  # a client may not encode an IRI that it sends
    for name in (id, *keys):
        try:
            found = named_thing(snapshot, minter, "work", name, "id")
        except BadRequest:
            continue
        if is_work(snapshot, found):
            return found
    raise NotFound(f"there is no work {id!r}")


def _formats(id: str | None) -> bytes:
    """Return the list of formats, for every work or for one."""
    root = etree.Element("formats")
    if id is not None:
        root.set("id", id)
    for name, form in OFFERED.items():
        etree.SubElement(root, "format", name=name, type=form.media_type)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
