"""Serve the pages of works: their list by every filter, and one with all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request, Response
from markupsafe import Markup
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.exports import format_works
from commonplace.library.citations import citation_ends, citations_at, references_as_text
from commonplace.library.evidence import label_of
from commonplace.library.named_things import named_thing
from commonplace.library.schemas import Evidence, Work
from commonplace.library.states import StatesAt
from commonplace.library.works import work_of
from commonplace.model.minter import Kind, Minter
from commonplace.web.api.exchange.export import Style
from commonplace.web.api.reading.things import states_at
from commonplace.web.api.reading.work_addresses import WRITTEN_WORK
from commonplace.web.api.reading.works import WorksQuery, listing_of
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.addresses import address_of
from commonplace.web.discovery.head import Head, head_of_work
from commonplace.web.discovery.signposting import header
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.parameters import At
from commonplace.web.in_workers import Cost, costly, given, in_large_library
from commonplace.web.pages.lists import ShownList, list_page
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page
from commonplace.web.pages.words.codes import types_in_words
from commonplace.web.pages.words.languages import language_of

router = PageRouter()

CITATIONS = 30
"""Maximum number of citations of each direction on the page of a work, which links to all."""

STYLES = {
    "apa": "APA",
    "chicago-author-date": "Chicago",
    "mla": "MLA",
    "harvard": "Harvard",
    "vancouver": "Vancouver",
    "ieee": "IEEE",
}
"""Citation styles that the page of a work offers, of the ten thousand there are."""

_NAMED: dict[str, tuple[Kind, ...]] = {
    "discusses": ("concept",),
    "claim": ("claim",),
    "author": ("person", "organization"),
    "case": ("case",),
    "venue": ("venue", "work"),
    "cites": ("work",),
    "cited_by": ("work",),
}
"""Filters that name a thing, with the kinds of it."""


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is set: its name, its value as people read it, and the address of the list without it."""

    name: str
    value: str
    label: str
    without: str


@router.page("/works")
@costly(Cost(when=in_large_library, kinds=("work",)))
def works(request: Request, context: ContextDep, asked: Annotated[WorksQuery, Query()]) -> Response:
    """Show works by what they discuss and how they are described; with a point asked, by what they say of it."""

    states = states_at(context, asked.at) if asked.ask_states else None

    def add(snapshot: Snapshot, listed: ShownList) -> dict[str, object]:
        about = _about(snapshot, context, asked, states)
        language = language_of(request)
        said = {
            work.key: [(one, _narrower(snapshot, context.minter, one, asked, language)) for one in _said(work, about)]
            for work in listed.items
            if isinstance(work, Work)
        }
        return {
            "filters": asked,
            "chosen": [
                *(_chosen(snapshot, request, context.minter, name, value) for name, value in _set(asked)),
            ],
            "said": said,
            "types": types_in_words(language_of(request)),
            "export": _export_address(request),
        }

    listing = listing_of(context, asked, evidence=asked.ask_states)  # passages are shown of what is asked for
    return list_page(request, "works.html", listing, asked, asked.q, add)


def _set(asked: WorksQuery) -> list[tuple[str, str]]:
    """Return the filters that are set, without the words searched for and the years, which have fields of their own."""
    return [
        (name, str(value))
        for name, value in asked.alone().model_dump(exclude_none=True).items()
        if name not in ("q", "year", "type")
    ]


def _chosen(snapshot: Snapshot, request: Request, minter: Minter, name: str, value: str) -> ActiveFilter:
    label = value
    for kind in _NAMED.get(name, ()):
        label = label_of(snapshot, minter.thing(kind, value), language_of(request)) or label
    gone = [name, "state", "cursor"] if name in ("discusses", "claim") else [name, "cursor"]
    return ActiveFilter(name, value, label, str(asked_url(request).remove_query_params(gone)))


def _about(snapshot: Snapshot, context: Context, asked: WorksQuery, states: StatesAt | None) -> set[str]:
    """Return the IRIs of the concept asked for and its narrower ones, or of the claim."""
    if asked.discusses is not None and states is not None:
        concept = named_thing(snapshot, context.minter, "concept", asked.discusses, "discusses")
        return set(states(snapshot).narrower_than(concept.value))
    if asked.claim is not None:
        return {named_thing(snapshot, context.minter, "claim", asked.claim, "claim").value}
    return set()


def _said(work: Work, about: set[str]) -> list[Evidence]:
    """Return the accepted evidence of a work on the point asked for."""
    return [one for one in work.evidence if one.about_iri in about and one.status == "accepted"]


def _narrower(snapshot: Snapshot, minter: Minter, one: Evidence, asked: WorksQuery, language: str) -> str | None:
    """Return the name of the narrower concept that evidence is on; None where it is on the point asked for itself."""
    if one.about in (asked.discusses, asked.claim):
        return None
    iri = NamedNode(one.about_iri)
    asked_for = minter.thing("concept", asked.discusses) if asked.discusses else None
    return None if iri == asked_for or asked.discusses == one.about_iri else label_of(snapshot, iri, language)


def _export_address(request: Request) -> str:
    """Return the address of an export of the works that the list selects, to which a format is added."""
    query = asked_url(request).remove_query_params(["limit", "cursor", "sort", "format", "style", "original"]).query
    return f"/export?{query}&" if query else "/export?"


@router.page(WRITTEN_WORK)  # what hangs on a work has pages of its own
@costly(Cost(when=given("style")))
def work(request: Request, context: ContextDep, key: str, style: Style = None, at: At = None) -> Response:
    """Show a work: its reference, what it says of each concept and claim, what it cites and what cites it."""
    minter, node = context.minter, context.minter.thing("work", key)
    address = address_of(str(request.base_url), "work", key)
    heads: list[Head] = []

    language, much_cited = language_of(request), context.much_cited_at(at)

    def make(snapshot: Snapshot) -> dict[str, object]:
        kept = much_cited(snapshot)
        shown = work_of(snapshot, node, minter, whole=True, evidence_at=kept.evidence(snapshot, node))
        references = citation_ends(snapshot, node, minter, outgoing=True)
        citations = kept.citing(snapshot, node)
        heads[:] = [head_of_work(shown, address, context.title_at(snapshot), at)]
        return {
            "work": shown,
            "head": heads[0],
            "style": style,
            "styles": STYLES,
            "formatted": _formatted(snapshot, node, minter, style) if style else None,
            "labels": {one.about_iri: label_of(snapshot, NamedNode(one.about_iri), language) for one in shown.evidence},
            "on_concepts": _on(shown.evidence, "concept", silent=False),
            "on_claims": _on(shown.evidence, "claim", silent=False),
            "silent_on": [one for one in shown.evidence if one.state == "silent" and one.status == "accepted"],
            "references": citations_at(snapshot, references[:CITATIONS], minter, evidence=False),
            "references_total": len(references),
            "citations": citations_at(snapshot, citations[:CITATIONS], minter, evidence=False),
            "citations_total": len(citations),
            "as_text": references_as_text(snapshot, node, minter),
        }

    def link(response: Response) -> None:
        response.headers["Link"] = header(heads[0].links)

    return versioned_page(request, "work.html", at, make, node=node, finish=link)


def _formatted(snapshot: Snapshot, node: NamedNode, minter: Minter, style: str) -> Markup:
    """Return the reference of a work in a citation style, as HTML."""
    return Markup(format_works(snapshot, [node], minter, style, html=True).decode().strip())


def _on(evidence: Sequence[Evidence], about: str, *, silent: bool) -> list[Evidence]:
    """Return the evidence on concepts, or on claims, that is not rejected."""
    return [
        one
        for one in evidence
        if one.about_type == about and (one.state == "silent") is silent and one.status != "rejected"
    ]
