"""Write evidence as a row of Hypothesis's API and exports, and read such rows.

https://h.readthedocs.io/en/latest/api-reference/: `uri`, `text`, `tags`, `target` with selectors, `document`. What a
row has no member for stands in tags, which people can write in Hypothesis, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonplace.model.annotation_reading import (
    AnnotationFault,
    Members,
    page_of,
    read_selectors,
    tags_of,
    with_tags,
)


def row(
    evidence: Mapping[str, Any], uri: str, title: str | None = None, found: tuple[str, str, str] | None = None
) -> dict[str, Any]:
    """Return evidence (its JSON) as a row; `uri` is the address of the document that the words stand in.

    `found` is the place of the quote in a text that is held: what stands before it, the words, what stands after.
    """
    selectors: list[dict[str, Any]] = []
    if "quote" in evidence:
        before, exact, after = found or ("", evidence["quote"], "")
        selectors.append({"type": "TextQuoteSelector", "exact": exact, "prefix": before, "suffix": after})
    if page := page_of(evidence.get("locator")):
        selectors.append({"type": "PageSelector", "index": int(page) - 1, "label": page})
    target = {"source": uri, "selector": selectors} if selectors else {"source": uri}
    at = {"created": evidence["at"], "updated": evidence["at"]} if "at" in evidence else {}
    return {
        "id": evidence["id"],
        **at,
        "user": f"acct:{evidence.get('agent', 'unknown')}@commonplace",
        "user_info": {"display_name": evidence.get("agent")},
        "uri": uri,
        "text": evidence.get("note", ""),
        "tags": tags_of(evidence),
        "group": "__world__",
        "target": [target],
        "document": {"title": [title]} if title else {},
        "references": [],
        "hidden": False,
        "flagged": False,
        "links": {"json": evidence["iri"]},
    }


def read_row(found: Mapping[str, Any]) -> Members:
    """Return what a row says in the members of evidence, those that it gives. Raises `AnnotationFault`."""
    if found.get("references"):
        raise AnnotationFault("references", "this is a reply to another annotation, and no evidence")
    targets = found.get("target") or [{}]
    target = targets[0] if isinstance(targets, list) and isinstance(targets[0], Mapping) else {}
    source = found.get("uri") or target.get("source")
    if not isinstance(source, str) or not source:
        raise AnnotationFault("uri", "give the address or the DOI of a work")
    members: Members = {"work": source, **read_selectors(target.get("selector", []))}
    if text := found.get("text"):
        members["note"] = str(text)
    tags = found.get("tags") or []
    if not isinstance(tags, list):
        raise AnnotationFault("tags", "give a list of tags")
    return with_tags(members, [str(tag) for tag in tags])
