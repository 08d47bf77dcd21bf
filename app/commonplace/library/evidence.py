"""Read evidence: what works say of a concept or claim, and on what grounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Literal as OneOf

from pyoxigraph import NamedNode

from commonplace.derived.graph.records import node_of, said_of
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.schemas import Evidence
from commonplace.model.annotation_reading import page_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FOAF, PRISM, PROV, RDFS, SKOS
from commonplace.model.work_reading import Neighbourhood

CONCEPT_STATES: tuple[str, ...] = ("discusses", "silent", "unread")
CLAIM_STATES: tuple[str, ...] = ("supports", "contradicts", "mixed", "silent", "unread")
UNREAD = "unread"

LONGEST_PAGE = 10
"""Maximum number of digits of a page."""

Direction = OneOf["narrower", "broader"]


def reach(snapshot: Snapshot, concept: NamedNode, direction: Direction) -> list[NamedNode]:
    """Return the concept and all narrower (or broader) ones, over any number of steps."""
    path = f"?found skos:broader* {concept}" if direction == "narrower" else f"{concept} skos:broader* ?found"
    rows = snapshot.select(f"{PROLOGUE}SELECT DISTINCT ?found WHERE {{ {path} }}")
    return [node for row in rows if isinstance(node := row["found"], NamedNode)]


def evidence_of_work(
    snapshot: Snapshot, work: NamedNode, minter: Minter, nodes: Iterable[NamedNode] | None = None
) -> list[Evidence]:
    """Return all evidence of a work, in the order of the concepts and claims it is about.

    `nodes` are the pieces of evidence, where they are known: to find those of a work that very many cite takes time.
    """
    found = evidence_nodes(snapshot, minter.term("work"), work) if nodes is None else nodes
    return _sorted(snapshot, found, minter)


def evidence_nodes(snapshot: Snapshot, predicate: NamedNode, of: NamedNode) -> list[NamedNode]:
    """Return the pieces of evidence that a property leads from, to a work or to a thing that they are about."""
    subjects = (triple.subject for triple in snapshot.triples(None, predicate, of))
    return [subject for subject in subjects if isinstance(subject, NamedNode)]


def evidence_about(snapshot: Snapshot, about: NamedNode, minter: Minter) -> list[Evidence]:
    """Return all evidence about a concept or claim, in the order of its works."""
    return _sorted(snapshot, evidence_nodes(snapshot, minter.term("about"), about), minter)


def _sorted(snapshot: Snapshot, nodes: Iterable[NamedNode], minter: Minter) -> list[Evidence]:
    name_of = cache(partial(_agent_name, snapshot))  # most pieces of evidence are of a few agents
    found = [read_evidence(snapshot, node, minter, name_of) for node in nodes]
    return sorted((e for e in found if e is not None), key=lambda e: (e.about, e.work, e.id))


def read_evidence(
    snapshot: Snapshot,
    node: NamedNode,
    minter: Minter,
    name_of: Callable[[NamedNode | None], str | None] | None = None,
) -> Evidence | None:
    """Return the evidence of that IRI, or None when there is none; `name_of` gives the name of an agent, where many
    pieces are read."""
    about = said_of(snapshot, node)
    work, target = about.node(node, minter.term("work")), about.node(node, minter.term("about"))
    said, standing = about.node(node, minter.term("state")), about.node(node, minter.term("standing"))
    if work is None or target is None or said is None or standing is None:
        return None
    named = minter.kind_and_key(target.value)

    def own(term: str) -> str | None:
        value = about.node(node, minter.term(term))
        return minter.local(value.value) if value else None

    source = about.node(node, PROV["wasQuotedFrom"])
    page = quote_page(about, node, minter)
    change = about.node(node, PROV["wasGeneratedBy"])
    became = node_of(snapshot, work, minter.term("status"))
    return Evidence(
        id=minter.key(node.value),
        iri=node.value,
        work=minter.key(work.value),
        work_iri=work.value,
        work_status=minter.local(became.value) if became else None,
        about=minter.key(target.value),
        about_iri=target.value,
        about_type="claim" if named and named[0] == "claim" else "concept",
        state=minter.local(said.value),
        directness=own("directness"),
        certainty=own("certainty"),
        quote=about.text(node, minter.term("quote")),
        quoted_from=minter.key(source.value) if source else None,
        quoted_from_iri=source.value if source else None,
        quoted_from_title=label_of(snapshot, source) if source else None,
        locator=about.text(node, minter.term("locator")),
        note=about.text(node, RDFS["comment"]),
        quote_check=own("quoteCheck"),
        quote_page=page,
        locator_page=_other_page(snapshot, source or work, about.text(node, minter.term("locator")), page),
        method=own("method"),
        status=minter.local(standing.value),
        agent=(name_of or partial(_agent_name, snapshot))(about.node(node, PROV["wasAttributedTo"])),
        at=about.text(node, PROV["generatedAtTime"]),
        version=_version(change),
    )


def quote_page(about: Neighbourhood, node: NamedNode, minter: Minter) -> int | None:
    """Return the page of the text kept on which a quote stands, None where it stands on none."""
    page = about.text(node, minter.term("quotePage"))
    return int(page) if page else None


def _other_page(snapshot: Snapshot, work: NamedNode, locator: str | None, page: int | None) -> int | None:
    """Return the page that a locator names, where a quote stands on another; `page` is that of the file.

    A locator may count as the file does, or as the volume does that the work appears in.
    """
    named = page_of(locator)
    if named is None or page is None or int(named) == page:
        return None
    first = first_page(Neighbourhood(snapshot.triples(work, PRISM["pageRange"])).text(work, PRISM["pageRange"]))
    return None if first is not None and int(named) == first + page - 1 else int(named)


def first_page(page_range: str | None) -> int | None:
    """Return the first page of a work in its volume; None where that is no number."""
    first = (page_range or "").partition("-")[0].strip()
    return int(first) if first.isascii() and first.isdecimal() and len(first) < LONGEST_PAGE else None


def _agent_name(snapshot: Snapshot, agent: NamedNode | None) -> str | None:
    if agent is None:
        return None
    about = said_of(snapshot, agent)
    return about.text(agent, FOAF["name"]) or about.text(agent, RDFS["label"]) or agent.value


def _version(change: NamedNode | None) -> int | None:
    tail = change.value.rpartition("/")[2] if change else ""
    return int(tail) if tail.isdecimal() else None


def language_range(language: str) -> tuple[str, ...]:
    """Return the tags under which to look for a text in a language: its own, then fewer and fewer parts of it.

    `fr-ca` is looked for as `fr-ca` and as `fr`. The tag is in lower case, as those of the graph are.
    """
    parts = language.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def label_of(snapshot: Snapshot, node: NamedNode, language: str = "en") -> str | None:
    """Return a label for people: preferred label, label, title or name, in that language where there is a choice.

    Where there is none in it, one in English comes first, then one of no language, then the first by the alphabet.
    """
    found: dict[str, str] = {}
    for predicate in (SKOS["prefLabel"], RDFS["label"], DCTERMS["title"], FOAF["name"]):
        for triple in snapshot.triples(node, predicate):
            if not isinstance(triple.object, NamedNode):
                tag = getattr(triple.object, "language", None) or ""
                found.setdefault(tag, getattr(triple.object, "value", ""))
        if found:
            tags = (*language_range(language), "en", "")
            return next((found[tag] for tag in tags if found.get(tag)), None) or min(found.values())
    return None
