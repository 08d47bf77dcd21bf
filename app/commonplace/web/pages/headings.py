"""Serve the pages of concepts and claims: what works say of one, and on what evidence; what is silent, or unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Annotated

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode, Quad

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.creators import Creators, writers
from commonplace.library.evidence import label_of
from commonplace.library.headings import claim_of, concept_of
from commonplace.library.much_cited import MuchCited
from commonplace.library.schemas import Claim, Concept, Evidence, Link, Work
from commonplace.library.works import read_works_ahead, title_link, work_of
from commonplace.library.works_by_year import WorksByYearAt, works_by_year
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FOAF, RDF
from commonplace.web.api.reading.things import COLLECTIONS, listing_of, states_at
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.parameters import At, Search
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.lists import ShownList, list_page
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page
from commonplace.web.pages.strip import drawn
from commonplace.web.pages.words.languages import language_of

router = PageRouter()

SHOWN = 30
"""Maximum number of works of each state on a page, which links to all."""

BESIDE = 8
"""Maximum number of people, and of concepts, in the margin."""

WHOLE_TREE = 1_000
"""Maximum number of concepts that are shown as a tree; more are a list."""

Tree = Sequence[tuple[Link, "Tree"]]

_ROWS = {row.plural: row for row in COLLECTIONS if row.plural in ("concepts", "claims")}


@router.page("/concepts")
@costly(Cost(when=in_large_library, kinds=("concept",)))
def concepts(request: Request, context: ContextDep, asked: Annotated[Search, Query()]) -> Response:
    """Show the concepts as a tree; what a search finds, and many, as a list."""

    def add(snapshot: Snapshot, listed: ShownList) -> dict[str, object]:
        whole = asked.q is None and asked.cursor is None and listed.total <= WHOLE_TREE
        return {"tree": _whole_tree(snapshot, context.minter, language_of(request)) if whole else None}

    return list_page(request, "concepts.html", listing_of(_ROWS["concepts"], context, asked), asked, asked.q, add)


@router.page("/claims")
@costly(Cost(when=in_large_library, kinds=("claim",)))
def claims(request: Request, context: ContextDep, asked: Annotated[Search, Query()]) -> Response:
    """Show the claims, each with the number of works for and against it."""

    def add(_: Snapshot, listed: ShownList) -> dict[str, object]:
        shown = [claim for claim in listed.items if isinstance(claim, Claim)]
        return {"sides": {claim.key: _sides(claim) for claim in shown}}

    return list_page(request, "claims.html", listing_of(_ROWS["claims"], context, asked), asked, asked.q, add)


@router.page("/claims/{key}")
@costly(Cost(when=in_large_library))
def claim(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show a claim: for and against side by side, the cases it rests on, and what was looked at and what not."""
    minter, node = context.minter, context.minter.thing("claim", key)

    states, by_year = states_at(context, at), _works_by_year(context, at)

    def make(snapshot: Snapshot) -> dict[str, object]:
        shown = claim_of(snapshot, node, minter, states(snapshot))
        strip, works = drawn(snapshot, minter, [node], by_year(snapshot, node), SHOWN)
        sides = _sides(shown)
        said = [one for side in sides.values() for one in side[:SHOWN]]
        read_works_ahead(snapshot, [NamedNode(one.work_iri) for one in said])
        named = {one.work: work_of(snapshot, NamedNode(one.work_iri), minter, evidence=False) for one in said}
        return {
            "claim": shown,
            "strip": strip,
            "strip_title": shown.label,
            "address": f"/works?claim={minter.key(node.value)}",
            "sides": sides,
            "most": SHOWN,
            "named": named,
            "proposed": sum(one.status == "proposed" for one in shown.evidence),
            "silent": [work for work in works if work.state == "silent"][:SHOWN],
            "unread": [work for work in works if work.state == "unread"][:SHOWN],
        }

    return versioned_page(request, "claim.html", at, make, node=node)


def _works_by_year(context: Context, at: int | None) -> WorksByYearAt:
    graph = context.library.graph_at(None if at is None else Version(at))
    return works_by_year(context.lists, context.states, graph, context.minter)


def _sides(shown: Claim) -> dict[str, list[Evidence]]:
    """Return the accepted evidence for and against a claim."""
    accepted = [one for one in shown.evidence if one.status == "accepted"]
    return {side: [one for one in accepted if one.state == side] for side in ("supports", "contradicts")}


def _whole_tree(snapshot: Snapshot, minter: Minter, language: str) -> Tree:
    """Return all concepts as a tree, each below every one that is above it; those with nothing above come first."""
    rows = snapshot.select(
        f"{PROLOGUE}SELECT ?concept ?above WHERE {{ ?concept a skos:Concept "
        "OPTIONAL { ?concept skos:broader ?above } }"
    )
    below: dict[str, list[Link]] = {}
    links: dict[str, Link] = {}
    for row in rows:
        node, above = row["concept"], row["above"]
        if isinstance(node, NamedNode):
            link = links.setdefault(node.value, title_link(snapshot, node, minter, language))
            below.setdefault(above.value if isinstance(above, NamedNode) else "", []).append(link)

    def grown(iri: str, path: frozenset[str]) -> Tree:
        ordered = sorted(below.get(iri, []), key=lambda link: (link.label or link.key).casefold())
        return [(link, grown(link.iri, path | {link.iri})) for link in ordered if link.iri not in path]

    return grown("", frozenset())


@router.page("/concepts/{key}")
@costly(Cost(when=in_large_library))
def concept(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show a concept, and every work by what it says of it."""
    minter, node = context.minter, context.minter.thing("concept", key)

    states, by_year = states_at(context, at), _works_by_year(context, at)
    much_cited = context.much_cited_at(at)
    creators = context.creators.ready(context.library.graph_at(None if at is None else Version(at)))

    def make(snapshot: Snapshot) -> dict[str, object]:
        shown, kept = concept_of(snapshot, node, minter, states(snapshot)), much_cited(snapshot)
        below = states(snapshot).below(node.value)
        asked = {one.value for one in below}
        found = by_year(snapshot, node)
        strip, works = drawn(snapshot, minter, below, found, SHOWN)
        language = language_of(request)
        called = _in_language(shown.labels, language) or ("en", shown.label or shown.key)
        return {
            "concept": shown,
            "works": found.read.total,
            "called": called,
            "other_labels": _other_labels(shown, called[1]),
            "definition": _in_language(shown.definitions or {}, language),
            "strip": strip,
            "strip_title": f"{found.read.total}: {called[1]}",
            "address": f"/works?discusses={minter.key(node.value)}",
            "rows": [
                _row(snapshot, kept, work, node, asked, language) for work in found.first_dated("discusses", SHOWN)
            ],
            "silent": [work for work in works if work.state == "silent"][:SHOWN],
            "unread": [work for work in works if work.state == "unread"][:SHOWN],
            "above": _called(snapshot, _above(snapshot, minter, node), language),
            "tree": _tree_called(snapshot, _tree(snapshot, minter, shown), language),
            "related": _called(snapshot, shown.related or [], language),
            "writers": _writers(snapshot, creators(snapshot), found.read.read["discusses"], minter),
            "neighbours": [
                (title_link(snapshot, NamedNode(iri), minter, language), count)
                for iri, count in states(snapshot).beside(node.value, BESIDE)
            ],
        }

    return versioned_page(request, "concept.html", at, make, node=node)


def _other_labels(shown: Concept, called: str) -> list[tuple[str, str]]:
    """Return the labels of a concept beside the one it is called by, each with its language tag."""
    preferred = [(tag, label) for tag, label in shown.labels.items() if label != called]
    return preferred + [(tag, label) for tag, labels in (shown.alternative_labels or {}).items() for label in labels]


def _row(
    snapshot: Snapshot, kept: MuchCited, read: NamedNode, node: NamedNode, asked: AbstractSet[str], language: str
) -> tuple[Work, list[tuple[Evidence, str | None]]]:
    """Return a work with what it says of the concepts asked for, each with its label, but for the one at `node`."""
    work = work_of(snapshot, read, kept.minter, evidence_at=kept.evidence(snapshot, read))
    said = []
    for evidence in work.evidence:
        if evidence.about_iri in asked and evidence.status == "accepted" and evidence.state == "discusses":
            own = evidence.about_iri == node.value
            said.append((evidence, None if own else label_of(snapshot, NamedNode(evidence.about_iri), language)))
    return work, sorted(said, key=lambda pair: pair[1] or "")


def _above(snapshot: Snapshot, minter: Minter, node: NamedNode) -> list[Link]:
    """Return the concepts above one, the widest first, along the first broader one of each."""
    found: list[Link] = []
    seen = {node.value}
    here = concept_of(snapshot, node, minter)
    while here.broader and here.broader[0].iri not in seen:
        seen.add(here.broader[0].iri)
        found.append(here.broader[0])
        here = concept_of(snapshot, NamedNode(here.broader[0].iri), minter)
    return found[::-1]


def _tree(snapshot: Snapshot, minter: Minter, shown: Concept) -> Tree:
    """Return the tree of concepts opened at one: those above, those beside it, and those below."""
    own = Link(iri=shown.iri, key=shown.key, label=shown.label)
    below: Tree = [(link, []) for link in shown.narrower or []]
    if not shown.broader:
        return [(own, below)]
    parent = concept_of(snapshot, NamedNode(shown.broader[0].iri), minter)
    beside: Tree = [(link, below if link.iri == shown.iri else []) for link in parent.narrower or [own]]
    return [(Link(iri=parent.iri, key=parent.key, label=parent.label), beside)]


def _called(snapshot: Snapshot, links: Iterable[Link], language: str) -> list[Link]:
    """Return links to concepts with their labels in a language."""
    return [
        link.model_copy(update={"label": label_of(snapshot, NamedNode(link.iri), language) or link.label})
        for link in links
    ]


def _tree_called(snapshot: Snapshot, tree: Tree, language: str) -> Tree:
    """Return a tree of concepts with their labels in a language."""
    links = _called(snapshot, [link for link, _ in tree], language)
    return [(link, _tree_called(snapshot, below, language)) for link, (_, below) in zip(links, tree, strict=True)]


def _writers(snapshot: Snapshot, creators: Creators, works: AbstractSet[str], minter: Minter) -> list[tuple[Link, int]]:
    """Return the people who wrote most of the works that discuss a concept, with the number of these."""
    counted = ((NamedNode(agent), count) for agent, count in writers(snapshot, creators, works))
    people = (pair for pair in counted if snapshot.contains(Quad(pair[0], RDF["type"], FOAF["Person"])))
    return [(title_link(snapshot, person, minter), count) for person, count in islice(people, BESIDE)]


def _in_language(texts: dict[str, str], language: str) -> tuple[str, str] | None:
    """Return a text with its language tag: in that language, else in English, else in any."""
    for tag in (language, "en", *texts):
        if tag in texts:
            return tag, texts[tag]
    return None
