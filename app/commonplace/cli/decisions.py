"""`commonplace decisions`: take in what the reviewers of a review tool decided, as evidence or screenings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library
from commonplace.cli.terminal import JsonOption, readable
from commonplace.exchange.decision_receipts import RecordFate
from commonplace.exchange.edits import Editor
from commonplace.exchange.tool_decisions import AskedDecisions, KeptDecisions, ToolDecisions
from commonplace.model.minter import Minter


class ToolOption(StrEnum):
    """A review tool whose files are read."""

    asreview = "asreview"
    rayyan = "rayyan"
    eppi_reviewer = "eppi-reviewer"
    covidence = "covidence"


class StageOption(StrEnum):
    """A stage of a review's screening."""

    title_abstract = "title-abstract"
    full_text = "full-text"


class VerdictOption(StrEnum):
    """What a list decides of all its works."""

    include = "include"
    exclude = "exclude"


def take_decisions(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="what the tool exported: CSV, RIS, EPPI-Reviewer's JSON")
    ],
    concept: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="what is included discusses this concept, what is excluded is silent on it"),
    ] = None,
    stage: Annotated[StageOption | None, typer.Option(help="keep screenings of this stage, too")] = None,
    tool: Annotated[ToolOption | None, typer.Option(help="whose file it is; else found in it")] = None,
    verdict: Annotated[VerdictOption | None, typer.Option(help="what a list of Covidence decides of its works")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would become of each, write nothing")] = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Take in the decisions of a review tool, as one version; what cannot be matched is told line by line."""
    with readable():
        opened = open_library(home, "read" if dry_run else "write")
        asked = AskedDecisions(
            concept=concept,
            stage=stage.value if stage else None,
            tool=tool.value if tool else None,
            verdict=verdict.value if verdict else None,
        )
        editor = Editor("nobody" if dry_run else agent_of(home, agent), message=message)
        decisions = ToolDecisions(opened.library, opened.committer)
        kept = decisions.keep(file.read_bytes(), file.name, asked, editor, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(_document(kept, file.name, opened.library.minter), ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(kept, file.name)))
    if kept.fates["failed"]:
        raise typer.Exit(1)


def _lines(kept: KeptDecisions, name: str) -> Iterator[str]:
    fates = ", ".join(f"{count} {fate}" for fate, count in kept.fates.items())
    yield f"{name} ({kept.tool.label}): {len(kept.items)} decisions: {fates}"
    for item in kept.items:
        if item.why and item.fate != "matched":
            place = f"{name}:{item.line}" if item.line else f"{name}: record {item.position}"
            yield f"{place}: {item.work or item.given}: {item.fate}: {item.why}"
    if kept.entry:
        yield f"version {kept.entry.version}; take it back with: commonplace undo {kept.entry.version}"


def _document(kept: KeptDecisions, name: str, minter: Minter) -> dict[str, object]:
    return {
        "file": name,
        "tool": kept.tool.name,
        **({"version": kept.entry.version} if kept.entry else {}),
        "fates": kept.fates,
        "items": [_shown(item, minter) for item in kept.items],
    }


def _shown(item: RecordFate, minter: Minter) -> dict[str, object]:
    told = {
        "position": item.position,
        "line": item.line,
        "given": item.given,
        "fate": item.fate,
        "work": item.work,
        "verdict": item.verdict,
        "made": [minter.key(node.value) for node in item.made] or None,
        "why": item.why,
    }
    return {name: value for name, value in told.items() if value is not None}
