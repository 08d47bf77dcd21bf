"""Serve the front page, what describes the library, and the pages of problems."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import NamedNode, RdfFormat, parse

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.agents import VENUE_ORDER, select_venues
from commonplace.library.evidence import evidence_of_work
from commonplace.library.headings import case_of, select_cases
from commonplace.library.named_things import has
from commonplace.library.schemas import Evidence
from commonplace.library.selection import Selected
from commonplace.library.totals import by_name, count_totals
from commonplace.library.work_lists import ORDERS, WorkFilters, select_works
from commonplace.library.works import work_of
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import RDF, Representation, answer, choose, etag, not_modified, unchanged
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import BY_STATUS, GONE, INTERNAL, KINDS, TRUNCATED
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library
from commonplace.web.pages.rendering import page

router = APIRouter(tags=["about"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

CONTEXT = Representation("jsonld", "application/ld+json", ".jsonld")

FIRST_QUESTION = "professional-role"
SHOWN = 100
"""Maximum number of works and of cases on the front page, which links to all."""

DEFAULT_BASE = "http://127.0.0.1:8000/"
"""Base IRI in the files of `ontology/` whose format has no relative IRIs."""


@router.get("/", include_in_schema=False)
@costly(Cost(when=in_large_library))
def front(context: ContextDep) -> Response:
    """Show the page that a scholar starts from: what is here, and the first question answered."""
    minter = context.minter
    concept = minter.thing("concept", FIRST_QUESTION)
    filters = WorkFilters(discusses=FIRST_QUESTION)

    def discussing(state: Snapshot) -> Selected:
        return select_works(state, minter, filters, None)

    graph = context.library.graph_at()
    answering = None
    if context.library.read(lambda state: has(state, concept)):
        answering = context.lists.ready(graph, ("works", filters), discussing, ORDERS["year"])
    venues = context.lists.ready(graph, "venues", lambda _: Selected(select_venues(None)), VENUE_ORDER)
    cases = context.lists.ready(graph, "cases", lambda _: Selected(select_cases(None)), None)
    counted = context.totals.of(graph)

    def make(state: Snapshot) -> dict[str, object]:
        answer = answering(state) if answering and has(state, concept) else None
        works = answer.page(ORDERS["year"], SHOWN, None).things if answer else []
        totals = counted.value if counted.version == state.version else count_totals(state, minter)
        return {
            "version": state.version,
            "totals": by_name(totals, minter, venues=len(venues(state).things)),
            "coverage": answer and answer.selected.coverage,
            "rows": [(work_of(state, work, minter), _said(state, work, concept, minter)) for work in works],
            "cases": [case_of(state, node, minter) for node in cases(state).page(None, SHOWN, None).things],
            "queries": list(context.queries.values()),
            "concept": FIRST_QUESTION,
        }

    return page("front.html", **context.library.read(make))


def _said(state: Snapshot, work: NamedNode, concept: NamedNode, minter: Minter) -> Evidence | None:
    """Return the evidence of the work on that very concept."""
    return next((e for e in evidence_of_work(state, work, minter)[::-1] if e.about_iri == concept.value), None)


@router.get("/ontology", summary="Our own terms, as RDF")
def ontology(request: Request, context: ContextDep) -> Response:
    """Answer with the terms of the ontology: definitions, examples and mappings."""
    form = choose(request, RDF)
    text = (context.ontology / "commonplace.ttl").read_bytes()
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=context.minter.base)]
    assert form.rdf is not None
    return answers.unversioned(request, answers.rdf_text(triples, form.rdf, context.minter), form)


@router.get("/context.jsonld", summary="The JSON-LD context of this API's JSON")
def context(request: Request, context: ContextDep) -> Response:
    """Answer with the context that makes the JSON of this API JSON-LD."""
    text = (context.ontology / "context.jsonld").read_text().replace(DEFAULT_BASE, context.minter.base)
    return answers.unversioned(request, text.encode(), CONTEXT)


@router.get("/.well-known/void", summary="What this dataset holds (VoID)")
@costly(Cost(when=in_large_library))
def void(request: Request, context: ContextDep) -> Response:
    """Answer with counts by class and property, addresses, vocabularies and licence."""
    form = choose(request, RDF)
    assert form.rdf is not None
    described = context.description.of(context.library.graph_at())
    if not_modified(request, etag(described.version, form.name)):
        return unchanged(form, described.version)
    return answer(answers.rdf_text(described.graphs["void"], form.rdf, context.minter), form, described.version)


@router.get("/docs/problems/{slug}", name="problem_page", include_in_schema=False)
def problem_page(slug: str) -> Response:
    """Show the page that the `type` of a problem names."""
    kinds = {kind.slug: kind for kind in (*KINDS.values(), *BY_STATUS.values(), GONE, INTERNAL, TRUNCATED)}
    if slug not in kinds:
        raise NotFound(f"there is no kind of problem called {slug!r}")
    return page("problem.html", kind=kinds[slug])


@router.get("/favicon.ico", include_in_schema=False)
def favicon() -> Response:
    """Say for a day that there is no icon."""
    return Response(status_code=204, headers={"Cache-Control": "max-age=86400"})
