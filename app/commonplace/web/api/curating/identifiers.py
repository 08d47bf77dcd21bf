"""Dereference the IRIs of the library, `/id/…`.

A thing with an address of its own is answered there (303, "see other": the thing is not the
document). A node that has none (evidence, a citation, a doubt …) is answered here. A thing that was
deleted is 410, with the last version that had it; one that was merged into another leads there (301).
"""

from __future__ import annotations

from typing import Any, cast, get_args

from fastapi import Depends, Request, Response
from pyoxigraph import NamedNode
from starlette.responses import RedirectResponse

from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.description import describe
from commonplace.library.evidence import label_of, read_evidence
from commonplace.library.schemas import Node
from commonplace.library.screenings import screening_of
from commonplace.model.minter import Kind
from commonplace.model.namespaces import RDF as RDF_NS
from commonplace.web import answers
from commonplace.web.api.reading.alternative_keys import moved
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import PLACES
from commonplace.web.http.negotiation import OF_THINGS, choose
from commonplace.web.http.parameters import At, only_known_parameters, version_of
from commonplace.web.http.router import Router
from commonplace.web.in_workers import WorkerRoute

router = Router(tags=["identifiers"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

_SEEN: dict[int | str, dict[str, Any]] = {303: {"description": "The address of the thing itself is in `Location`."}}
_SEEN_OR_MOVED = _SEEN | {301: {"description": "It was merged into another thing, whose IRI is in `Location`."}}


@router.get(
    "/id/change/{version}", summary="A version as a thing", response_model=None, status_code=303, responses=_SEEN
)
def change(version: int) -> Response:
    """Redirect to the address of the version."""
    return RedirectResponse(f"/changes/{version}", status_code=303)


@router.get("/id/{kind}/{key:path}", summary="Any IRI of this library", response_model=None, responses=_SEEN_OR_MOVED)
def dereference(request: Request, context: ContextDep, kind: str, key: str, at: At = None) -> Response:
    """Redirect to the address of the thing, or answer with the node; 410 when it was deleted, 404 when it never was."""
    if kind not in get_args(Kind):
        raise NotFound(
            Message(
                "there is no kind of thing called %(kind)r: %(kinds)s",
                kind=kind,
                kinds=", ".join(get_args(Kind)),
            )
        )
    named = cast(Kind, kind)
    node = context.minter.thing(named, key)
    version = version_of(str(at) if at else None)
    if not context.library.read(lambda snapshot: any(True for _ in snapshot.triples(node)), version):
        raise answers.missing(context.library, node, version)
    now = context.library.read(lambda snapshot: survivor_of(snapshot, node, context.minter), version)
    query = f"?{request.url.query}" if request.url.query else ""
    if now != node:
        return moved(f"/{now.value.removeprefix(context.minter.base)}{query}")
    if named in PLACES:
        here = node.value.removeprefix(f"{context.minter.base}id/{kind}/")
        return RedirectResponse(f"/{PLACES[named]}/{here}{query}", status_code=303, headers={"Vary": "Accept"})
    form = choose(request, OF_THINGS)

    def make(snapshot: Snapshot) -> bytes:
        if form.rdf is not None:
            return answers.rdf_text(describe(snapshot, [node], context.minter), form.rdf, context.minter)
        evidence = read_evidence(snapshot, node, context.minter) if named == "evidence" else None
        if named == "screening":
            return screening_of(snapshot, node, context.minter).json_bytes()
        return (evidence or _node(snapshot, context, node)).json_bytes()

    return answers.versioned(request, form, at, make)


def _node(snapshot: Snapshot, context: Context, node: NamedNode) -> Node:
    """Return a node that has no model of its own: its statements as they are, by property."""
    found: dict[str, list[str]] = {}
    for triple in snapshot.triples(node):
        if triple.predicate != RDF_NS["type"]:
            name = context.minter.local(triple.predicate.value)
            found.setdefault(name, []).append(getattr(triple.object, "value", str(triple.object)))
    kinds = sorted(
        context.minter.local(t.object.value)
        for t in snapshot.triples(node, RDF_NS["type"])
        if isinstance(t.object, NamedNode)
    )
    return Node(
        iri=node.value,
        key=context.minter.key(node.value),
        types=kinds,
        label=label_of(snapshot, node),
        properties={name: sorted(values) for name, values in sorted(found.items())},
        version=snapshot.version,
    )
