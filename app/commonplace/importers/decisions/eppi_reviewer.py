"""Read decisions from EPPI-Reviewer's JSON: a code to include or to exclude, given to a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from commonplace.errors import Message
from commonplace.importers.decisions.decision import ToolDecision, Verdict, year_of
from commonplace.importers.legible import legible_json
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model.json_text import read_json

_VERDICTS: Mapping[str, Verdict] = {"include": "include", "exclude": "exclude"}
_WORDED = re.compile(r"\s*(include|exclude)[sd]?\b(?:\s+(?:on|for|based on|because of|at))?[\s:,-]*(.*)", re.IGNORECASE)

Code = tuple[Verdict, str]
"""What a code decides, and its name without the word that says so."""


def read_eppi_reviewer(data: bytes) -> Iterator[ToolDecision]:
    """Yield the decision of each reference. Raises `UnreadableFile` for what is no export of EPPI-Reviewer."""
    text, _ = decode_text(data)
    try:
        document = legible_json(read_json(text), [])  # of its texts a reason alone is kept
    except ValueError as fault:
        raise UnreadableFile(Message("not JSON: %(fault)s", fault=fault)) from fault
    references = document.get("References") if isinstance(document, Mapping) else None
    if not isinstance(references, list):
        raise UnreadableFile("no JSON of EPPI-Reviewer: it has no list of References")
    codes = dict(_codes(document.get("CodeSets")))
    for position, one in enumerate(references, 1):
        yield _decision(position, one if isinstance(one, Mapping) else {}, codes)


def _decision(position: int, reference: Mapping[str, Any], codes: Mapping[str, Code]) -> ToolDecision:
    given = reference.get("Codes")
    ids = [str(one.get("AttributeId")) for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    said = [codes[id] for id in ids if id in codes]
    reasons = [name for verdict, name in said if verdict == "exclude" and name]
    return ToolDecision(
        position=position,
        line=None,
        keys=tuple(filter(None, (_text(reference, "OldItemId"),))),
        doi=_text(reference, "DOI"),
        title=_text(reference, "Title"),
        year=year_of(_text(reference, "Year") or ""),
        votes={f"code {name or verdict}": verdict for verdict, name in said},
        reason="; ".join(reasons) or None,
    )


def _text(reference: Mapping[str, Any], name: str) -> str | None:
    value = reference.get(name)
    return str(value).strip() or None if isinstance(value, str | int) else None


def _codes(node: object) -> Iterator[tuple[str, Code]]:
    """Yield each code that includes or excludes, by its number: of any depth, in any set of codes."""
    if isinstance(node, list):
        for one in node:
            yield from _codes(one)
    elif isinstance(node, Mapping):
        name, kind = str(node.get("AttributeName") or ""), str(node.get("AttributeType") or "").strip().lower()
        worded = _WORDED.match(name)
        verdict = _VERDICTS.get(kind) or (_VERDICTS[worded[1].lower()] if worded else None)
        if verdict and "AttributeId" in node:
            yield str(node["AttributeId"]), (verdict, (worded[2] if worded else name).strip())
        for inner in node.values():
            if isinstance(inner, list | Mapping):
                yield from _codes(inner)
