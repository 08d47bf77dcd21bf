"""Write evidence as an annotation of the W3C's Web Annotation model, and read it back.

https://www.w3.org/TR/annotation-model/: the body is the concept or claim and the note, the target the work with the
words (TextQuoteSelector) and the page (FragmentSelector, RFC 3778). What the model has no word for stands in members of
our ontology, `cp:state` and the like, which JSON-LD understands by the context that comes with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonplace.errors import Message
from commonplace.model.annotation_reading import (
    AnnotationFault,
    Members,
    locator_of,
    page_of,
    read_selectors,
    with_tags,
)

ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
PDF_FRAGMENTS = "http://tools.ietf.org/rfc/rfc3778"

WORDS = {
    "state": "state",
    "directness": "directness",
    "certainty": "certainty",
    "method": "method",
    "status": "standing",
}
"""Members of evidence whose value is a word of the ontology, and the term that says it there."""

COMMENT, ABOUT = "commenting", "classifying"


def context_of(base: str) -> list[object]:
    """Return the JSON-LD context of annotations of a library."""
    words = {f"cp:{term}": {"@type": "@id"} for term in (*WORDS.values(), "work")}
    return [ANNOTATION_CONTEXT, {"cp": f"{base}ontology#", **words}]


def annotation(evidence: Mapping[str, Any], base: str, found: tuple[str, str, str] | None = None) -> dict[str, Any]:
    """Return evidence (its JSON) as an annotation.

    `found` is the place of the quote in a text that is held: what stands before it, the words, what stands after.
    """
    made: dict[str, Any] = {
        "@context": context_of(base),
        "id": f"{base}annotations/{evidence['id']}",
        "canonical": evidence["iri"],
        "type": "Annotation",
        "motivation": "assessing",
    }
    if "agent" in evidence:
        made["creator"] = {"type": "Agent", "name": evidence["agent"]}
    if "at" in evidence:
        made["created"] = evidence["at"]
    body: list[dict[str, str]] = [{"type": "SpecificResource", "source": evidence["about_iri"], "purpose": ABOUT}]
    if "note" in evidence:
        body.append({"type": "TextualBody", "value": evidence["note"], "format": "text/plain", "purpose": COMMENT})
    made["body"] = body
    made["target"] = _target(evidence, found)
    made |= {f"cp:{term}": f"cp:{evidence[name]}" for name, term in WORDS.items() if name in evidence}
    return made | _own(evidence, found)


def _target(evidence: Mapping[str, Any], found: tuple[str, str, str] | None) -> dict[str, Any]:
    target: dict[str, Any] = {"source": evidence.get("quoted_from_iri") or evidence["work_iri"]}
    selectors: list[dict[str, str]] = []
    if "quote" in evidence:
        before, exact, after = found or ("", evidence["quote"], "")
        context = {"prefix": before, "suffix": after}
        around = {name: text for name, text in context.items() if text}
        selectors.append({"type": "TextQuoteSelector", "exact": exact, **around})
    if page := page_of(evidence.get("locator")) or _found_page(evidence):
        selectors.append({"type": "FragmentSelector", "conformsTo": PDF_FRAGMENTS, "value": f"page={page}"})
    return {**target, "selector": selectors} if selectors else target


def _found_page(evidence: Mapping[str, Any]) -> str:
    """Return the page of the kept text on which the words were found, empty where they were on none."""
    return str(evidence.get("quote_page") or "")


def _own(evidence: Mapping[str, Any], found: tuple[str, str, str] | None) -> dict[str, str | int]:
    """Return what the selectors do not say alone: the words where they differ, the locator, the page where it was found
    and is not in the locator, the work that was read."""
    own: dict[str, str | int] = {}
    if found and found[1] != evidence["quote"]:
        own["cp:quote"] = evidence["quote"]
    locator = evidence.get("locator")
    page = page_of(locator)
    if locator and not (page and locator == locator_of(page)):
        own["cp:locator"] = locator
    if not page and _found_page(evidence):
        own["cp:quotePage"] = evidence["quote_page"]
    if "quoted_from_iri" in evidence:
        own["cp:work"] = evidence["work_iri"]
    return own


def read_annotation(document: Mapping[str, Any]) -> Members:
    """Return what an annotation says in the members of evidence, those that it gives.

    Raises `AnnotationFault` where it is none, or has no target that evidence could be of.
    """
    kinds = document.get("type")
    if "Annotation" not in (kinds if isinstance(kinds, list) else [kinds]):
        raise AnnotationFault("type", 'an annotation has "type": "Annotation"')
    members = _read_target(document.get("target"))
    if "cp:quotePage" in document:
        members.pop("locator", None)  # the page was found here, and evidence does not say it
    for name, term in (("quote", "quote"), ("locator", "locator")):
        if given := document.get(f"cp:{term}"):
            members[name] = str(given)
    if given := document.get("cp:work"):
        members["quoted_from"], members["work"] = members["work"], str(given)
    for name, term in WORDS.items():
        if given := document.get(f"cp:{term}"):
            members[name] = _local(str(given))
    return _with_bodies(members, document)


def _local(word: str) -> str:
    """Return the word itself of `cp:discusses`, or of the IRI of a term."""
    return word.rpartition("#")[2].removeprefix("cp:")


def _read_target(target: object) -> Members:
    if isinstance(target, list):
        if len(target) != 1:
            raise AnnotationFault(
                "target", Message("evidence is of one work, and this has %(count)s targets", count=len(target))
            )
        target = target[0]
    if isinstance(target, str):
        return {"work": target}
    if not isinstance(target, Mapping):
        raise AnnotationFault("target", "give the work that it is about")
    source = target.get("source", target.get("id"))
    source = source.get("id") if isinstance(source, Mapping) else source
    if not isinstance(source, str) or not source:
        raise AnnotationFault("target.source", "give the IRI, the address or the DOI of a work")
    return {"work": source, **read_selectors(target.get("selector"))}


def _with_bodies(members: Members, document: Mapping[str, Any]) -> Members:
    """Add what the bodies say: what it is about, tags, and notes."""
    bodies = document.get("body", [])
    notes, tags = [], []
    for body in bodies if isinstance(bodies, list) else [bodies]:
        if isinstance(body, str):
            members.setdefault("about", body)
        elif isinstance(body, Mapping) and body.get("purpose") == "tagging" and body.get("value"):
            tags.append(str(body["value"]))
        elif isinstance(body, Mapping) and body.get("value"):
            notes.append(str(body["value"]))
        elif isinstance(body, Mapping) and (named := body.get("source", body.get("id"))):
            members.setdefault("about", str(named))
    if isinstance(value := document.get("bodyValue"), str):
        notes.append(value)
    if notes:
        members["note"] = "\n\n".join(notes)
    return with_tags(members, tags)
