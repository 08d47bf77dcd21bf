"""Read Crossref's relations and updates as statements: versions, reviews, comments, corrections, retractions.

Sources: Crossref's relationship types (`relation`) and Crossmark update types (`update-to`, `updated-by`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import NamedNode

from commonplace.importers.doi.description import DescriptionDraft, available, mappings
from commonplace.model.identifiers import normal_doi
from commonplace.model.namespaces import CITO, DCTERMS
from commonplace.model.relations import STATUSES, Relation

_VERSION = (DCTERMS["isVersionOf"], DCTERMS["hasVersion"])
PROPERTIES: dict[str, NamedNode] = {
    "is-preprint-of": _VERSION[1],  # the article is the later version of the two
    "has-preprint": _VERSION[0],
    "is-manuscript-of": _VERSION[1],
    "has-manuscript": _VERSION[0],
    "is-version-of": _VERSION[0],
    "has-version": _VERSION[1],
    "is-translation-of": _VERSION[0],
    "has-translation": _VERSION[1],
    "is-variant-form-of": _VERSION[0],
    "is-original-form-of": _VERSION[1],
    "is-replaced-by": DCTERMS["isReplacedBy"],
    "replaces": DCTERMS["replaces"],
    "is-review-of": CITO["reviews"],
    "has-review": CITO["isReviewedBy"],
    "is-comment-on": CITO["discusses"],
    "has-comment": CITO["isDiscussedBy"],
    "is-reply-to": CITO["repliesTo"],
    "has-reply": CITO["hasReplyFrom"],
    "is-derived-from": DCTERMS["source"],
    "is-based-on": DCTERMS["source"],
    "references": CITO["cites"],
    "cites": CITO["cites"],
    "is-referenced-by": CITO["isCitedBy"],
    "is-cited-by": CITO["isCitedBy"],
    "documents": CITO["documents"],
    "is-documented-by": CITO["isDocumentedBy"],
}
"""Relationship types and the property of each; any other is `dcterms:relation`, and kept by name."""

STATUS_OF_UPDATE: dict[str, str | None] = {
    "addendum": "corrected",
    "clarification": "corrected",
    "correction": "corrected",
    "corrigendum": "corrected",
    "erratum": "corrected",
    "expression_of_concern": "expression-of-concern",
    "new_edition": None,
    "new_version": None,
    "partial_retraction": "corrected",
    "removal": "withdrawn",
    "retraction": "retracted",
    "withdrawal": "withdrawn",
}
"""Update types and what the work that is updated becomes; a part retracted leaves a corrected work."""

_NOTICE = {
    "corrected": (CITO["corrects"], CITO["isCorrectedBy"]),
    "expression-of-concern": (CITO["critiques"], CITO["isCritiquedBy"]),
    "withdrawn": (CITO["retracts"], CITO["isRetractedBy"]),
    "retracted": (CITO["retracts"], CITO["isRetractedBy"]),
}


def crossref_relations(body: Mapping[str, Any], draft: DescriptionDraft) -> Iterator[Relation]:
    """Yield every relation of a work; what is no relation to a work or an address is kept beside the record."""
    kept: dict[str, list[str]] = {}
    relation = body.get("relation")
    for kind, others in (relation if isinstance(relation, dict) else {}).items():
        for other in mappings(others or []):
            made = _relation(kind, other)
            if made is None or kind not in PROPERTIES:
                kept.setdefault(kind, []).append(f"{other.get('id-type')}:{other.get('id')}")
            if made is not None:
                yield made
    draft.keep("relation", json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None)
    for place, incoming in (("update-to", False), ("updated-by", True)):
        for other in mappings(body.get(place) or []):
            yield from _update(other, incoming, draft)


def own_status(relations: Iterable[Relation]) -> str | None:
    """Return the gravest status that relations give to the work itself."""
    found = [relation.own_status for relation in relations if relation.own_status]
    return max(found, key=STATUSES.index, default=None)


def _relation(kind: str, other: Mapping[str, Any]) -> Relation | None:
    value, scheme = available(other.get("id")), str(other.get("id-type") or "").lower()
    predicate = PROPERTIES.get(kind, DCTERMS["relation"])
    if value is None:
        return None
    if scheme == "doi":
        try:
            return Relation(property=predicate, doi=normal_doi(value))
        except ValueError:
            return None
    return Relation(property=predicate, iri=value) if is_address(value) else None


def _update(other: Mapping[str, Any], incoming: bool, draft: DescriptionDraft) -> Iterator[Relation]:
    kind = str(other.get("type") or "").lower().replace("-", "_")
    raw = json.dumps({name: other.get(name) for name in ("type", "DOI")}, ensure_ascii=False)
    try:
        doi = normal_doi(str(other.get("DOI") or ""))
    except ValueError as fault:
        draft.lose("update", raw, str(fault))
        return
    if kind not in STATUS_OF_UPDATE:
        draft.lose("update", raw, "not an update type known here; kept as a relation")
        yield Relation(property=DCTERMS["relation"], doi=doi)
        return
    status = STATUS_OF_UPDATE[kind]
    if status is None:
        yield Relation(property=DCTERMS["isReplacedBy" if incoming else "replaces"], doi=doi)
    elif incoming:
        yield Relation(property=_NOTICE[status][1], doi=doi, own_status=status)
    else:
        yield Relation(property=_NOTICE[status][0], doi=doi, other_status=status)


def is_address(text: str) -> bool:
    """Return whether the text is a web address that an IRI can be made of."""
    if not text.lower().startswith(("http://", "https://")) or any(c in '<>"{}|\\^`' or c <= " " for c in text):
        return False
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True
