"""Read pins: questions kept with the version and the hash of their answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from pyoxigraph import NamedNode

from commonplace.derived.graph.merged import merged_things
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.affected import affecting, with_status
from commonplace.library.evidence import label_of
from commonplace.library.first_question import title_of
from commonplace.library.pin_schemas import Pin
from commonplace.library.schemas import AffectingWork
from commonplace.library.selection import Order, Selection
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PROV, RDF, RDFS
from commonplace.model.pinned_address import PinnedAddress
from commonplace.model.work_reading import Neighbourhood

NEWEST_FIRST = Order("?thing prov:generatedAtTime ?at BIND(STR(?at) AS ?value)", descending=True)


def select_pins() -> Selection:
    """Select every pin."""
    return Selection(["?thing a cp:Pin ."])


Keep = Callable[[str], bytes]
"""Return the answer that was kept under a hash."""


def pin_of(snapshot: Snapshot, node: NamedNode, minter: Minter, kept: Keep) -> Pin:
    """Return a pin, with the way to cite it, and what became of the works that its answer names. Raises `NotFound`."""
    about = Neighbourhood(snapshot.triples(node))
    asks, version = about.text(node, minter.term("asks")), about.text(node, minter.term("askedVersion"))
    answer_hash = about.text(node, minter.term("answerHash"))
    if minter.term("Pin") not in about.nodes(node, RDF["type"]) or not (asks and version and answer_hash):
        raise NotFound(Message("there is no pin %(key)r", key=minter.key(node.value)))
    agent, key = about.node(node, PROV["wasAttributedTo"]), minter.key(node.value)
    at = about.text(node, PROV["generatedAtTime"])
    title = about.text(node, DCTERMS["title"])
    library = title_of(snapshot, minter) or "Commonplace"
    return Pin(
        iri=node.value,
        key=key,
        asks=asks,
        asked_version=int(version),
        address=PinnedAddress(asks).at(int(version)),
        answer_hash=answer_hash,
        media_type=about.text(node, DCTERMS["format"]),
        title=title,
        note=about.text(node, RDFS["comment"]),
        agent=label_of(snapshot, agent) if agent else None,
        at=at,
        affected_by=_affecting(snapshot, answer_hash, minter, kept),
        citation=_citation(library, title or asks, version, node.value, at, answer_hash),
        answer=f"/pins/{key}/answer",
        difference=f"/pins/{key}/difference",
        version=snapshot.version,
    )


def _affecting(snapshot: Snapshot, answer_hash: str, minter: Minter, kept: Keep) -> list[AffectingWork] | None:
    """Return the works with a publication status that an answer names, be it by an IRI merged into theirs since."""
    works = with_status(snapshot, minter)
    if not works:
        return None  # most libraries have none, and an answer may be long
    named = set(re.findall(rb"%sid/work/[^\s\"<>#,\\]+" % re.escape(minter.base.encode()), kept(answer_hash)))
    told = [
        work
        for work in works
        if any(one.value.encode() in named for one in (work, *merged_things(snapshot, minter, work)))
    ]
    return affecting(snapshot, told, minter)


def _citation(library: str, question: str, version: str, iri: str, at: str | None, answer_hash: str) -> str:
    """Return the text to cite an answer by: what was asked of which version of what, where it is kept, and its hash."""
    day = f", {at[:10]}" if at else ""
    return f"{library}, version {version}: “{question}”. {iri}{day}. SHA-256 {answer_hash}."
