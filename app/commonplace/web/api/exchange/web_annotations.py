"""Show evidence as annotations, and take annotations in as evidence (W3C Web Annotation, Hypothesis)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.exchange.annotations import AnnotationFate, KeptAnnotations
from commonplace.library.annotations import (
    Annotation,
    AnnotationFilters,
    Standing,
    annotation_of,
    row_of,
    select_annotations,
)
from commonplace.library.evidence import read_evidence
from commonplace.library.named_things import has
from commonplace.library.schemas import Page
from commonplace.model.change import Version
from commonplace.model.json_text import read_sent_json
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.api.curating.edits import VersionMessage, editor_of
from commonplace.web.api.reading.alternative_keys import MOVED, MovedRoute
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, Representation, choose_of_list, etag, expected_version
from commonplace.web.http.parameters import At, Paging, only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer

router = Router(tags=["annotations"], dependencies=[Depends(only_known_parameters)], route_class=MovedRoute)

ANNOTATION = Representation("anno", 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"', ".jsonld")
"""A Web Annotation under the media type of its own (W3C Web Annotation Protocol, 4.1)."""

BODY_BYTES = 10_000_000
"""Maximum bytes of annotations that are sent at once: some ten thousand."""

LONGEST_NAME = 2_000
"""Maximum characters of a key or an IRI in an address."""

Form = Literal["w3c", "hypothesis"]


class WorkAnnotations(Paging):
    """Parameters of `/works/{key}/annotations`: page, version, standing and form."""

    status: Standing = Field(default="accepted", description="of the evidence; `any` is whatever its standing")
    form: Form = Field(default="w3c", description="`hypothesis`: `rows`, as Hypothesis's API has them, not `items`")


class AnnotationsQuery(WorkAnnotations):
    """Parameters of `/annotations`: which evidence, page, version and form."""

    work: str | None = Field(default=None, max_length=LONGEST_NAME, description="only of that work, by key or IRI")
    about: str | None = Field(
        default=None, max_length=LONGEST_NAME, description="only on that concept or claim, by key or IRI"
    )


class AnnotationItem(BaseModel):
    """What became of one annotation that was sent."""

    position: int
    fate: Literal["new", "matched", "failed"] = Field(description="`matched`: the library has this evidence already")
    annotation: str | None = Field(default=None, description="address of its evidence as an annotation")
    quote_check: str | None = Field(default=None, description="of its words and the text that is held, once written")
    quote_page: int | None = Field(default=None, description="the page of the text on which its words stand")
    where: str | None = None
    error: str | None = None


class AnnotationsKept(BaseModel):
    """What became of the annotations that were sent; `version` and `undo` are absent where nothing was written."""

    version: int | None = None
    fates: dict[str, int]
    items: list[AnnotationItem]
    undo: str | None = None


@router.get("/annotations", response_model=Page[Annotation], summary="Evidence as annotations")
@router.get("/annotations.json", include_in_schema=False)
def listed(request: Request, context: ContextDep, asked: Annotated[AnnotationsQuery, Query()]) -> Response:
    """List evidence as Web Annotations: the words with what stands around them where the text is held, and the page.

    With `form=hypothesis` the answer has `rows`, as Hypothesis's API has them.
    """
    filters = AnnotationFilters(work=asked.work, about=asked.about, status=asked.status)
    return _list(request, context, filters, asked, asked.form)


@router.get(
    "/works/{key:path}/annotations", response_model=Page[Annotation], responses=MOVED, summary="Annotations of a work"
)
@router.get("/works/{key:path}/annotations.json", include_in_schema=False)
def of_work(request: Request, context: ContextDep, key: str, asked: Annotated[WorkAnnotations, Query()]) -> Response:
    """List the evidence of a work as Web Annotations, or as rows of Hypothesis."""
    node = context.minter.thing("work", key)

    def check(snapshot: Snapshot) -> None:
        if not has(snapshot, node):
            raise NotFound(Message("there is no work %(key)r", key=key))

    try:
        context.library.read(check, asked.version)
    except NotFound as fault:
        raise answers.missing(context.library, node, asked.version) from fault
    filters = AnnotationFilters(work=node.value, status=asked.status)
    return _list(request, context, filters, asked, asked.form)


def _list(request: Request, context: Context, filters: AnnotationFilters, paging: Paging, form: Form) -> Response:
    read: dict[Form, tuple[str, Callable[[Snapshot, NamedNode], Any]]] = {
        "w3c": ("items", lambda snapshot, node: annotation_of(snapshot, node, context.minter).model_dump(mode="json")),
        "hypothesis": ("rows", lambda snapshot, node: row_of(snapshot, node, context.minter)),
    }
    name, one = read[form]
    listing = answers.Listing(
        name=("annotations", filters),
        select=lambda snapshot, ranked: select_annotations(snapshot, filters, context.minter),
        read=lambda snapshot, node: annotation_of(snapshot, node, context.minter),
        order=None,
        kinds=("evidence",),
    )
    ready = answers.ready_list(context, listing, paging)
    following: list[str | None] = [None]

    def make(snapshot: Snapshot) -> bytes:
        found = ready(snapshot).page(None, paging.limit, paging.cursor)
        following[0] = answers.next_address(request, found.cursor)
        page = {
            name: [one(snapshot, node) for node in found.things],
            "total": found.total,
            "complete": "complete",
            "version": snapshot.version,
            "next": following[0],
        }
        return json.dumps(page, ensure_ascii=False).encode()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return answers.versioned(request, choose_of_list(request, [JSON]), paging.at, make, finish=link)


@router.get(
    "/annotations/{key}",
    response_model=Annotation,
    responses={200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}},
    summary="Evidence as an annotation",
)
def single(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Answer with one piece of evidence as a Web Annotation."""

    def read(snapshot: Snapshot, node: NamedNode) -> Annotation:
        return annotation_of(snapshot, node, context.minter)

    return answers.thing(
        request,
        "evidence",
        key,
        at,
        read,
        offered=(JSON, ANNOTATION),
        write=lambda snapshot, node, form: read(snapshot, node).json_bytes(),
    )


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One annotation, a list, an AnnotationPage, or Hypothesis's rows or export.",
        "content": {name: {"schema": {"type": "object"}} for name in ("application/ld+json", JSON.media_type)},
    }
}
_POSTED: dict[int | str, dict[str, Any]] = {
    200: {"model": AnnotationsKept, "description": "A dry run, or nothing was new: nothing was written"},
    201: {
        "model": AnnotationsKept,
        "description": "What became of each; `Location` is the new evidence, or the change",
    },
}


@router.post(
    "/annotations",
    status_code=201,
    response_model=AnnotationsKept,
    responses=_POSTED,
    openapi_extra=_BODY,
    summary="Take annotations in as evidence",
)
async def post(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    dry_run: Annotated[bool, Query(description="say what would become of each, and write nothing")] = False,
    message: VersionMessage = "",
) -> Response:
    """Make evidence of annotations, as one version: proposed by a contributor, accepted from a curator.

    An annotation whose evidence is there is matched; one that cannot be evidence fails alone, and says why.
    """
    editor = editor_of(token, "evidence", message)
    document = await _document(request)

    shown: list[AnnotationItem] = []

    def show(snapshot: Snapshot, items: Sequence[AnnotationFate]) -> None:
        shown[:] = [_shown(snapshot, item, context.minter) for item in items]

    def keep() -> KeptAnnotations:
        expected = expected_version(request, context.library.follow(), lenient=True)
        return context.annotations.keep(document, editor, expected, dry_run=dry_run, then=show)

    kept = await in_writer(context, keep)
    _refuse_if_all_failed(kept)
    return _answer(kept, shown)


def _refuse_if_all_failed(kept: KeptAnnotations) -> None:
    """Raise `BadRequest` where none of the annotations can be evidence."""
    if kept.fates["failed"] == len(kept.items):
        one = len(kept.items) == 1
        errors = [(f"{'' if one else f'[{item.position - 1}].'}{item.where}", str(item.error)) for item in kept.items]
        why = "; ".join(why for _, why in errors[:3])
        raise BadRequest(Message("no evidence can be made of this: %(why)s", why=why), errors)


async def _document(request: Request) -> object:
    """Return the JSON of a request. Raises 415, 413 and `BadRequest`."""
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in ("application/ld+json", JSON.media_type):
        raise HttpProblem(
            415,
            Message(
                "annotations come as application/ld+json or %(media_type)s, not %(content)s",
                media_type=JSON.media_type,
                content=content or Message("nothing"),
            ),
        )
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            raise HttpProblem(
                413, Message("annotations have at most %(body_bytes)s bytes at once", body_bytes=f"{BODY_BYTES:,}")
            )
    try:
        return read_sent_json(body.decode())
    except ValueError as fault:
        raise BadRequest(
            Message("the body is not JSON: %(fault)s", fault=fault), [("body", "send an annotation, or several")]
        ) from fault


def _shown(snapshot: Snapshot, item: AnnotationFate, minter: Minter) -> AnnotationItem:
    evidence = read_evidence(snapshot, item.node, minter) if item.node else None
    return AnnotationItem(
        position=item.position,
        fate=item.fate,
        annotation=f"/annotations/{minter.key(item.node.value)}" if item.node else None,
        quote_check=evidence.quote_check if evidence else None,
        quote_page=evidence.quote_page if evidence else None,
        where=item.where,
        error=item.error,
    )


def _answer(kept: KeptAnnotations, items: list[AnnotationItem]) -> Response:
    version = kept.entry.version if kept.entry else None
    undo = f"/changes/{version}/undo" if version else None
    body = AnnotationsKept(version=version, fates=kept.fates, items=items, undo=undo)
    response = Response(body.model_dump_json(exclude_none=True), 201 if version else 200, media_type=JSON.media_type)
    if version:
        alone = items[0].annotation if len(items) == 1 else None
        response.headers["Location"] = alone or f"/changes/{version}"
        response.headers["ETag"] = etag(Version(version), JSON.name)
        response.headers["Commonplace-Version"] = str(version)
    return response
