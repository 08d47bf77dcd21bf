"""`/`, `/ontology`, `/context.jsonld`, `/.well-known/void`, `/healthz`, `/metrics` and the problem pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pyoxigraph import RdfFormat, parse
from starlette.responses import PlainTextResponse

from app import __version__
from app.derived.graph import Snapshot
from app.errors import NotFound
from app.library.dataset import totals
from app.library.evidence import CONCEPT_STATES, coverage, evidence_about, states_on_concept
from app.library.headings import case_of, select_cases
from app.library.shapes import Evidence, Work
from app.library.works import work_of
from app.web.desk import AtDesk
from app.web.negotiation import RDF, answer, choose, etag, not_modified, unchanged
from app.web.pages import page
from app.web.problems import BY_STATUS, GONE, INTERNAL, KINDS, TRUNCATED

router = APIRouter(tags=["about"])

FIRST_QUESTION = "professional-role"
DEFAULT_BASE = "http://127.0.0.1:8000/"
"""The base the files in `ontology/` are written with where their format has no relative IRIs."""


@router.get("/", include_in_schema=False)
def front(desk: AtDesk) -> Response:
    """The page a scholar starts from: what is here, and the first question answered."""
    minter = desk.minter

    def make(state: Snapshot) -> dict[str, object]:
        concept = minter.thing("concept", FIRST_QUESTION)
        states = states_on_concept(state, concept)
        discussing = [work_of(state, work, minter) for work, said in states.items() if said == "discusses"]
        said_of = {evidence.work: evidence for evidence in evidence_about(state, concept, minter)}
        rows: list[tuple[Work, Evidence | None]] = [
            (work, said_of.get(work.key)) for work in sorted(discussing, key=lambda w: (w.year or 0, w.key))
        ]
        return {
            "version": state.version,
            "totals": totals(state),
            "coverage": coverage(state, states, CONCEPT_STATES),
            "rows": rows,
            "cases": [case_of(state, node, minter) for node in select_cases(None).everything(state)],
            "queries": list(desk.queries.values()),
            "concept": FIRST_QUESTION,
        }

    return page("front.html", **desk.library.read(make))


@router.get("/ontology", summary="Our own terms, as RDF")
def ontology(request: Request, desk: AtDesk) -> Response:
    """The terms of `ontology/commonplace.ttl`, with their definitions, examples and mappings."""
    form = choose(request, RDF)
    text = (desk.ontology / "commonplace.ttl").read_bytes()
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=desk.minter.base)]
    assert form.rdf is not None
    return answer(desk.rdf(triples, form.rdf), form, desk.library.follow())


@router.get("/context.jsonld", summary="The JSON-LD context of this API's JSON")
def context(desk: AtDesk) -> Response:
    """With it our `application/json` is JSON-LD."""
    text = (desk.ontology / "context.jsonld").read_text()
    return Response(text.replace(DEFAULT_BASE, desk.minter.base), media_type="application/ld+json")


@router.get("/.well-known/void", summary="What this dataset holds (VoID)")
def void(request: Request, desk: AtDesk) -> Response:
    """Counts by class and property, addresses, vocabularies, licence."""
    form = choose(request, RDF)
    assert form.rdf is not None
    described = desk.description.of(desk.library.graph_at())
    if not_modified(request, etag(described.version, form.name)):
        return unchanged(form, described.version)
    return answer(desk.rdf(described.graphs["void"], form.rdf), form, described.version)


@router.get("/healthz", summary="Whether the server is up")
def healthz(desk: AtDesk) -> dict[str, object]:
    """200 when it answers."""
    return {"status": "ok", "version": desk.library.follow(), "software": __version__}


@router.get("/metrics", summary="Numbers for a monitoring system (OpenMetrics text)", response_class=PlainTextResponse)
def metrics(desk: AtDesk) -> str:
    """The version and the number of statements."""
    quads = desk.library.read(lambda state: state.size)
    return (
        "# TYPE commonplace_version gauge\n"
        f"commonplace_version {desk.library.follow()}\n"
        "# TYPE commonplace_quads gauge\n"
        f"commonplace_quads {quads}\n# EOF\n"
    )


@router.get("/docs/problems/{slug}", name="problem_page", include_in_schema=False)
def problem_page(slug: str) -> Response:
    """What a kind of problem means: the page its `type` names."""
    kinds = {kind.slug: kind for kind in (*KINDS.values(), *BY_STATUS.values(), GONE, INTERNAL, TRUNCATED)}
    if slug not in kinds:
        raise NotFound(f"there is no kind of problem called {slug!r}")
    return page("problem.html", kind=kinds[slug])


@router.get("/favicon.ico", include_in_schema=False)
def favicon() -> Response:
    """There is none: say so once and for a day."""
    return Response(status_code=204, headers={"Cache-Control": "max-age=86400"})
