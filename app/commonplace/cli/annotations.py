"""Take files of annotations in from a terminal, as evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator

import typer

from commonplace.errors import BadRequest
from commonplace.exchange.annotations import AnnotationFate, Annotations, KeptAnnotations
from commonplace.exchange.edits import Editor
from commonplace.home.opening import Home
from commonplace.model.json_text import read_sent_json
from commonplace.model.minter import Minter


def keep_annotations(home: Home, data: bytes, name: str, agent: str, *, dry_run: bool, as_json: bool) -> bool:
    """Make evidence of a file of annotations, say what became of each, and return whether any failed.

    Raises `BadRequest` for what is no JSON, or has no annotation.
    """
    try:
        document = read_sent_json(data.decode("utf-8-sig"))
    except ValueError as fault:
        raise BadRequest(f"{name}: this is not JSON: {fault}") from fault
    editor = Editor(agent, message=f"annotations of {name}")
    kept = Annotations(home.library, home.committer).keep(document, editor, dry_run=dry_run)
    typer.echo(json.dumps(_document(kept, home.library.minter, name)) if as_json else "\n".join(_lines(kept, name)))
    return bool(kept.fates["failed"])


def _lines(kept: KeptAnnotations, name: str) -> Iterator[str]:
    fates = ", ".join(f"{count} {fate}" for fate, count in kept.fates.items())
    yield f"{name}: {len(kept.items)} annotations: {fates}"
    for item in kept.items:
        if item.error:
            yield f"  annotation {item.position}: {item.where}: {item.error}"
    if kept.entry:
        yield f"version {kept.entry.version}; take it back with: commonplace undo {kept.entry.version}"


def _document(kept: KeptAnnotations, minter: Minter, name: str) -> dict[str, object]:
    return {
        "file": name,
        **({"version": kept.entry.version} if kept.entry else {}),
        "fates": kept.fates,
        "items": [_shown(item, minter) for item in kept.items],
    }


def _shown(item: AnnotationFate, minter: Minter) -> dict[str, object]:
    told = {"evidence": item.node and minter.key(item.node.value), "where": item.where, "error": item.error}
    return {
        "position": item.position,
        "fate": item.fate,
        **{name: value for name, value in told.items() if value is not None},
    }
