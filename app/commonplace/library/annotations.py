"""Read evidence as annotations: of the W3C's model, or as rows of Hypothesis."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.evidence import label_of, read_evidence
from commonplace.library.named_things import named_thing
from commonplace.library.passages import PARTS
from commonplace.library.schemas import ApiModel, Evidence
from commonplace.library.selection import Selection
from commonplace.model.annotations import annotation
from commonplace.model.hypothesis import row
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FOAF, PRISM
from commonplace.model.quote_places import places_of_quote

Standing = Literal["accepted", "proposed", "rejected", "any"]


class Annotation(ApiModel):
    """Evidence as an annotation of the W3C's Web Annotation model, with members of our ontology (`cp:state` …)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    canonical: str = Field(description="IRI of the evidence")
    type: Literal["Annotation"]
    motivation: str
    body: list[dict[str, str]] = Field(description="the concept or claim, and the note")
    target: dict[str, Any] = Field(description="the work with the words, and selectors that find them in it")


class AnnotationFilters(BaseModel):
    """The evidence to list as annotations: what is accepted, unless another standing is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work: str | None = Field(default=None, description="only of that work, by key or IRI")
    about: str | None = Field(default=None, description="only on that concept or claim, by key or IRI")
    status: Standing = Field(default="accepted", description="`accepted`, `proposed`, `rejected` or `any`")


def select_annotations(snapshot: Snapshot, filters: AnnotationFilters, minter: Minter) -> Selection:
    """Select evidence. Raises `BadRequest` for a work, concept or claim that there is not."""
    selection = Selection(["?thing a cp:Evidence ."])
    if filters.status != "any":
        selection.where(f"?thing cp:standing cp:{filters.status} .")
    if filters.work is not None:
        selection.where("?thing cp:work ?work .", work=named_thing(snapshot, minter, "work", filters.work, "work"))
    if filters.about is not None:
        selection.where("?thing cp:about ?about .", about=_about(snapshot, filters.about, minter))
    return selection


def _about(snapshot: Snapshot, given: str, minter: Minter) -> NamedNode:
    """Return the concept that a client names, or else the claim. Raises `BadRequest`."""
    named = minter.kind_and_key(given)
    is_claim = named[0] == "claim" if named else bool(_first(snapshot, minter.thing("claim", given)))
    return named_thing(snapshot, minter, "claim" if is_claim else "concept", given, "about")


def _first(snapshot: Snapshot, node: NamedNode) -> object:
    return next(iter(snapshot.triples(node)), None)


def annotation_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Annotation:
    """Return evidence as a Web Annotation. Raises `NotFound`."""
    evidence = _evidence(snapshot, node, minter)
    said = evidence.model_dump(mode="json", exclude_none=True)
    return Annotation.model_validate(annotation(said, minter.base, _found(snapshot, evidence)))


def row_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> dict[str, Any]:
    """Return evidence as a row of Hypothesis, of the document that the words stand in. Raises `NotFound`."""
    evidence = _evidence(snapshot, node, minter)
    said = evidence.model_dump(mode="json", exclude_none=True)
    work = NamedNode(evidence.quoted_from_iri or evidence.work_iri)
    return row(said, _address(snapshot, work), label_of(snapshot, work), _found(snapshot, evidence))


def _evidence(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Evidence:
    found = read_evidence(snapshot, node, minter)
    if found is None:
        raise NotFound(Message("there is no evidence %(key)r", key=minter.key(node.value)))
    return found


def _texts(snapshot: Snapshot, work: NamedNode, predicate: NamedNode) -> list[str]:
    return sorted(t.object.value for t in snapshot.triples(work, predicate) if isinstance(t.object, RdfLiteral))


def _found(snapshot: Snapshot, evidence: Evidence) -> tuple[str, str, str] | None:
    """Return the first place of a quote in the text that is held: before, the words, after. None where it is not."""
    if evidence.quote is None:
        return None
    work = NamedNode(evidence.quoted_from_iri or evidence.work_iri)
    named = sorted(PARTS, key=lambda part: part[0] not in (evidence.locator or ""))
    for _, predicate in named:
        for text in _texts(snapshot, work, predicate):
            for place in places_of_quote(evidence.quote, text):
                before, after = place.context(text)
                return before, text[place.start : place.end], after
    return None


def _address(snapshot: Snapshot, work: NamedNode) -> str:
    """Return the address of the document that a work is: its DOI, its own address, or its IRI."""
    for predicate, before in ((PRISM["doi"], "https://doi.org/"), (FOAF["page"], "")):
        for triple in snapshot.triples(work, predicate):
            return f"{before}{getattr(triple.object, 'value', '')}"
    return work.value
