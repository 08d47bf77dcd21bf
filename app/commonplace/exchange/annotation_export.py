"""Write all accepted evidence as a file of annotations."""

from __future__ import annotations

import json
from typing import Literal

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.annotations import AnnotationFilters, annotation_of, row_of, select_annotations
from commonplace.model.annotations import ANNOTATION_CONTEXT
from commonplace.model.minter import Minter

AnnotationForm = Literal["annotations", "hypothesis"]
"""What `export --to` writes beside bibliographies: a W3C AnnotationPage, or rows as Hypothesis's API has them."""


def annotations_text(snapshot: Snapshot, minter: Minter, form: AnnotationForm) -> str:
    """Return all accepted evidence as annotations, in JSON."""
    selection = select_annotations(snapshot, AnnotationFilters(), minter)
    nodes = selection.page(snapshot, None, selection.total(snapshot) or 1, None).things
    if form == "hypothesis":
        rows = [row_of(snapshot, node, minter) for node in nodes]
        return json.dumps({"total": len(rows), "rows": rows}, ensure_ascii=False, indent=1)
    items = [annotation_of(snapshot, node, minter).model_dump(mode="json") for node in nodes]
    page = {"@context": ANNOTATION_CONTEXT, "id": f"{minter.base}annotations", "type": "AnnotationPage", "items": items}
    return json.dumps(page, ensure_ascii=False, indent=1)
