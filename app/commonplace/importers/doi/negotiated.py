"""Describe a work by the CSL-JSON of content negotiation (mEDRA, JaLC, KISTI and the other agencies)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from commonplace.errors import Message
from commonplace.importers.csl_json import read_csl_json
from commonplace.importers.doi.description import DescriptionDraft, DoiDescription
from commonplace.model.citation_key import with_made_key
from commonplace.model.identifiers import doi_key

_TEXTS = ("title", "container-title", "collection-title", "publisher", "publisher-place", "event", "event-title")
_NOT_CSL = {"journal-article": "article-journal", "proceedings-article": "paper-conference", "book-chapter": "chapter"}


def read_negotiated(body: Mapping[str, Any], asked: str) -> DoiDescription:
    """Describe one CSL-JSON item, asked for by the DOI `asked`. Raises `ValueError` when it cannot be read as one."""
    if not any(body.get(name) for name in ("title", "author", "DOI", "publisher")):
        raise ValueError("the metadata has no title, author, publisher or DOI, so it is no work")
    draft = DescriptionDraft()
    item = {name: value for name, value in body.items() if name not in ("id", "citation-key", "abstract", "URL")}
    for name in _TEXTS:  # agencies give some of them as lists, and with markup
        given = item.get(name)
        text = given[0] if isinstance(given, list) and given else given
        item[name] = _title(draft, text) if name == "title" else draft.line(name, text)
    item["type"] = _NOT_CSL.get(str(item.get("type")), item.get("type"))
    item = {name: value for name, value in item.items() if value not in (None, [], {}, "")}
    entry = next(iter(read_csl_json(json.dumps([item]).encode())))
    if entry.record is None:
        raise ValueError(entry.error or "it is no CSL-JSON")
    abstract = draft.paragraphs("abstract", body.get("abstract"))
    record = replace(entry.record, abstract=abstract, rich={**entry.record.rich, **draft.rich})
    if record.doi is None or doi_key(record.doi) == doi_key(asked):
        record = replace(record, doi=asked)
    else:
        draft.lose("doi", asked, Message("the agency gives this work the DOI %(doi)r", doi=record.doi))
    losses = (*draft.losses, *(loss for loss in entry.losses if loss.field != "id"))
    return DoiDescription(record=with_made_key(record), losses=losses)


def _title(draft: DescriptionDraft, given: object) -> str | None:
    """Return a title as CSL-JSON has it."""
    text = draft.rich_line("title", given)
    return text.csl if text else None
