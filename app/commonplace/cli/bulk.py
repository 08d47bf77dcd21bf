"""`commonplace bulk`: change a whole class of works from a terminal, as one version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from commonplace.cli.input import name_of, read_input
from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import BadRequest
from commonplace.exchange.bulk import BulkEdits
from commonplace.exchange.edits import Editor
from commonplace.library.curation_schemas import BulkResult

CHANGE_BYTES = 1_000_000
"""Maximum size of a file that says what to change: twenty thousand keys fit in."""


def bulk(
    file: Annotated[Path, typer.Argument(help='JSON: {"select": …, "change": …}; - is standard input', metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would change, write nothing")] = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Change many works in one way, as one version; nothing is written while one of them would break a rule."""
    with readable():
        asked = _asked(file)
        opened = open_library(home, "read" if dry_run else "write")
        edits, editor = BulkEdits(opened.library, opened.committer), Editor(agent_of(home, agent), message=message)
        made = edits.look if dry_run else edits.apply
        done = made(asked["select"], asked["change"], editor)
    typer.echo(done.json_bytes().decode() if as_json else "\n".join(_lines(done)))
    raise typer.Exit(1 if done.faults else 0)


def _asked(file: Path) -> dict[str, Any]:
    data, _ = read_input(file, CHANGE_BYTES)
    try:
        asked = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise BadRequest(f"{name_of(file)} is not JSON: {fault}") from fault
    if not isinstance(asked, dict) or asked.keys() != {"select", "change"} or not isinstance(asked["select"], dict):
        raise BadRequest(f'{name_of(file)} does not say what to change: write {{"select": {{…}}, "change": {{…}}}}')
    return asked


def _lines(done: BulkResult) -> Iterator[str]:
    for item in done.items:
        for change in item.changes or ():
            yield f"{item.key}  {change.field}: {_shown(change.before)} → {_shown(change.after)}"
        if item.fault:
            yield f"{item.key}  cannot be changed so: {item.fault}"
    yield f"{done.selected} works selected: {done.changed} change, {done.unchanged} do not, {done.faults} at fault"
    if done.version is not None:
        yield f"version {done.version}; take it back with: commonplace undo {done.version}"


def _shown(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
