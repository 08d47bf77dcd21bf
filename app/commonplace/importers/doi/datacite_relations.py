"""Read DataCite's related identifiers as references and statements.

Source: DataCite Metadata Schema 4.6, relationType.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from commonplace.importers.doi.crossref_relations import is_address
from commonplace.importers.doi.description import DescriptionDraft, available, mappings
from commonplace.model.identifiers import normal_doi
from commonplace.model.namespaces import CITO, DCTERMS
from commonplace.model.relations import Reference, Relation

CITES = frozenset({"References", "Cites"})
PROPERTIES: dict[str, NamedNode] = {
    "IsCitedBy": CITO["isCitedBy"],
    "IsReferencedBy": CITO["isCitedBy"],
    "IsVersionOf": DCTERMS["isVersionOf"],
    "HasVersion": DCTERMS["hasVersion"],
    "IsVariantFormOf": DCTERMS["isVersionOf"],
    "IsOriginalFormOf": DCTERMS["hasVersion"],
    "IsTranslationOf": DCTERMS["isVersionOf"],
    "HasTranslation": DCTERMS["hasVersion"],
    "IsNewVersionOf": DCTERMS["replaces"],
    "IsPreviousVersionOf": DCTERMS["isReplacedBy"],
    "Obsoletes": DCTERMS["replaces"],
    "IsObsoletedBy": DCTERMS["isReplacedBy"],
    "IsDerivedFrom": DCTERMS["source"],
    "Reviews": CITO["reviews"],
    "IsReviewedBy": CITO["isReviewedBy"],
    "Documents": CITO["documents"],
    "IsDocumentedBy": CITO["isDocumentedBy"],
}
"""Relation types and the property of each; any other is `dcterms:relation`, and kept by name."""


def related(
    attributes: Mapping[str, Any], draft: DescriptionDraft
) -> tuple[tuple[Reference, ...], tuple[Relation, ...]]:
    """Return the references and relations of a work; what is neither DOI nor address is kept beside the record."""
    references: list[Reference] = []
    relations: list[Relation] = []
    kept: dict[str, list[str]] = {}
    for one in mappings(attributes.get("relatedIdentifiers") or []):
        kind = available(one.get("relationType")) or available(one.get("relationTypeId")) or "relation"
        value = available(one.get("relatedIdentifier")) or available(one.get("relatedIdentifierId"))
        if value is None:
            continue
        doi = _doi(one, value)
        if kind in CITES:
            references.append(Reference(number=len(references) + 1, text=value, doi=doi))
            continue
        if kind not in PROPERTIES or not (doi or is_address(value)):
            kept.setdefault(kind, []).append(f"{one.get('relatedIdentifierType')}:{value}")
        if doi or is_address(value):
            predicate = PROPERTIES.get(kind, DCTERMS["relation"])
            relations.append(Relation(property=predicate, doi=doi, iri=None if doi else value))
    draft.keep("relation", json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None)
    return tuple(references), tuple(relations)


def _doi(one: Mapping[str, Any], value: str) -> str | None:
    if str(one.get("relatedIdentifierType") or "DOI").upper() != "DOI":
        return None
    try:
        return normal_doi(value)
    except ValueError:
        return None
