"""Serve the front page, what describes the library, and the pages of problems."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Depends, Request, Response
from pyoxigraph import NamedNode, RdfFormat, parse

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message, NotFound
from commonplace.library.agents import VENUE_ORDER, select_venues
from commonplace.library.changes import brief
from commonplace.library.evidence import label_of
from commonplace.library.first_question import concept_called, concept_most_read, description_of, examples_there
from commonplace.library.headings import case_in_list, select_cases
from commonplace.library.labels import in_language
from commonplace.library.named_things import has
from commonplace.library.states import StatesAt
from commonplace.library.totals import by_name, count_totals
from commonplace.library.works import read_works_ahead, work_of
from commonplace.library.works_by_year import WorksByYearAt, works_by_year
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import KIND_OF
from commonplace.web.http.negotiation import RDF, Representation, choose
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.problems import BY_STATUS, GONE, INTERNAL, KINDS, TRUNCATED
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library
from commonplace.web.pages.rendering import page
from commonplace.web.pages.strip import drawn
from commonplace.web.pages.words.languages import language_of, translations
from commonplace.web.pages.words.named_changes import named_change

router = Router(tags=["about"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

CONTEXT = Representation("jsonld", "application/ld+json", ".jsonld")

SHOWN = 100
"""Maximum number of works and of cases on the front page, which links to all."""

ANSWERS = 30
"""Maximum number of works on the front page that answer the first question."""

LATEST = 4
"""Number of versions that the front page names."""

FOUND = 20
"""Maximum number of works on the front page that a search finds."""

DEFAULT_BASE = "http://127.0.0.1:8000/"
"""Base IRI in the files of `ontology/` whose format has no relative IRIs."""


@router.get("/", include_in_schema=False)
@costly(Cost(when=in_large_library))
def front(request: Request, context: ContextDep, at: At = None) -> Response:
    """Show the page that a scholar starts from: what is here, or was at a version, and the first question answered."""
    language = language_of(request)
    graph = context.library.graph_at(Version(at) if at is not None else None)
    shown = context.front_pages.of(graph.version, language) or _shown(context, graph, language)
    return page(request, "front.html", shown, version=Version(at) if at is not None else None)


def _shown(context: Context, graph: Graph, language: str) -> Mapping[str, object]:
    """Read what the front page shows in a language, and keep that of the newest version until the next."""
    minter, is_past = context.minter, graph.version < context.library.newest()
    venues = context.lists.ready(graph, "venues", lambda _: select_venues(None), VENUE_ORDER)
    cases = context.lists.ready(graph, "cases", lambda _: select_cases(None), None)
    counted, states = context.totals.of(graph), context.states.ready(graph)
    by_year = works_by_year(context.lists, context.states, graph, minter)
    asked = _concept_asked_for(context, graph)
    ranked = _searched(context) if context.question and asked is None and not is_past else None  # it knows no past

    def make(snapshot: Snapshot) -> dict[str, object]:
        concept = asked if context.question else concept_most_read(snapshot, states(snapshot))
        totals = counted.value if counted.version == snapshot.version else count_totals(snapshot, minter)
        listed = venues(snapshot)
        named = by_name(totals, minter, venues=len(listed.things))
        first_venues = listed.page(VENUE_ORDER, 2, None).things
        found = [node for node in ranked if has(snapshot, node)][:FOUND] if ranked is not None else None
        read_works_ahead(snapshot, found or ())
        return {
            "title": context.title_at(snapshot),
            "description": description_of(snapshot, minter),
            "version": snapshot.version,
            "totals": named,
            "question": context.question,
            "found": None if found is None else [work_of(snapshot, node, minter) for node in found],
            "cases": [case_in_list(snapshot, node, minter) for node in cases(snapshot).page(None, SHOWN, None).things],
            "changes": [
                named_change(context, snapshot, brief(context.library.log, version), language)
                for version in _latest(snapshot.version)
            ],
            "names": _names(language, named),
            "queries": [query.in_language(language) for query in context.queries.values()],
            "examples": examples_there(snapshot, minter, context.queries.values(), concept, first_venues),
            **_answer(snapshot, concept, by_year, states, minter, language),
        }

    version, shown = graph.read(lambda s: (s.version, in_language(s, make(s), language)))
    if ranked is None and not is_past:  # else the search index may be of a version before
        context.front_pages.keep(version, language, shown)
    return shown


def _latest(head: Version) -> list[Version]:
    """Return the newest versions, newest first."""
    return [Version(number) for number in range(head, max(head - LATEST, 0), -1)]


def _names(language: str, totals: Mapping[str, int]) -> dict[str, str]:
    """Return what the counted things are called, one or several of them, in the language of the page."""
    translate = translations(language).gettext
    return {many: translate(KIND_OF[many] if count == 1 else many) for many, count in totals.items() if many in KIND_OF}


def _concept_asked_for(context: Context, graph: Graph) -> NamedNode | None:
    """Return the concept that the settings ask about first, or None where they ask for none."""
    words = context.question
    return graph.read(lambda snapshot: concept_called(snapshot, context.minter, words)) if words else None


def _searched(context: Context) -> list[NamedNode]:
    """Return the works that a search finds for the first question, which names no concept."""
    try:
        return answers.ranked(context.library, context.question or "", ("work",))
    except BadRequest:  # nothing in it can be searched for
        return []


def _answer(
    snapshot: Snapshot,
    concept: NamedNode | None,
    by_year: WorksByYearAt,
    states: StatesAt,
    minter: Minter,
    language: str,
) -> dict[str, object]:
    """Return the first question and its answer, for the template; no rows where its concept is not there."""
    if concept is None or not has(snapshot, concept):
        return {"rows": [], "concept": None}
    answer = by_year(snapshot, concept)
    label = label_of(snapshot, concept, language) or minter.key(concept.value)
    strip, _ = drawn(snapshot, minter, states(snapshot).below(concept.value), answer, 0)
    first = answer.first("discusses", ANSWERS)
    read_works_ahead(snapshot, first)
    return {
        "concept": minter.key(concept.value),
        "label": label,
        "strip": strip,
        "strip_title": label,
        "coverage": answer.coverage,
        "rows": [
            (work, next((said for said in work.evidence[::-1] if said.about_iri == concept.value), None))
            for work in (work_of(snapshot, node, minter) for node in first)
        ],
    }


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
def void(request: Request, context: ContextDep, at: At = None) -> Response:
    """Answer with counts by class and property, addresses, vocabularies and licence; with `at`, of that version."""
    form = choose(request, RDF)
    assert form.rdf is not None
    described = context.description.of(context.library.graph_at(Version(at) if at is not None else None))
    text = answers.rdf_text(described.graphs["void"], form.rdf, context.minter)
    return answers.answered(request, text, form, described.version, past=at is not None)


@router.get("/docs/problems/{slug}", name="problem_page", include_in_schema=False)
def problem_page(request: Request, slug: str) -> Response:
    """Show the page that the `type` of a problem names."""
    kinds = {kind.slug: kind for kind in (*KINDS.values(), *BY_STATUS.values(), GONE, INTERNAL, TRUNCATED)}
    if slug not in kinds:
        raise NotFound(Message("there is no kind of problem called %(slug)r", slug=slug))
    return page(request, "problem.html", {"kind": kinds[slug], "problem": None})


@router.get("/favicon.ico", include_in_schema=False)
def favicon() -> Response:
    """Lead a browser that looks for an icon without reading a page to the icon."""
    return Response(status_code=301, headers={"Location": "/static/icon.svg", "Cache-Control": "max-age=86400"})
