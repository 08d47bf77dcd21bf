"""`commonplace merge` and `commonplace unmerge`: make two things one on a terminal, and take them apart again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, cast

import typer

from commonplace.cli.edit import named
from commonplace.cli.opening import AgentOption, HomeOption, agent_of, open_library
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import BadRequest
from commonplace.exchange.merges import TO, Merger, Merges, Side, To
from commonplace.library.merge_reports import MergeReport, UnmergeReport
from commonplace.model.minter import Minter

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="say what it would do, write nothing")]
MessageOption = Annotated[str, typer.Option(help="why; recorded in the history")]
_THING = "a work's key, or kind/key, or an IRI"


def merge(
    keep: Annotated[str, typer.Argument(help=f"what stays: {_THING}", metavar="KEEP")],
    other: Annotated[str, typer.Argument(help="what is merged into it, of that kind too", metavar="OTHER")],
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=SIDE", help="whose value stays: title=right is that of OTHER")
    ] = None,
    dry_run: DryRunOption = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Merge one thing into another, as one version: values that lose are kept, and what points to it follows."""
    with readable():
        opened = open_library(home, "read" if dry_run else "write")
        minter = opened.library.minter
        kind, key = named(keep, minter)
        merges = Merges(opened.library, opened.committer)
        choices = cast(dict[str, Side], _pairs(field or (), "--field", ("left", "right")))
        if dry_run:
            report = merges.look(kind, key, _other(other, minter), choices)
        else:
            merger = Merger(agent_of(home, agent), message)
            report, _ = merges.merge(kind, key, _other(other, minter), choices, merger)
    typer.echo(report.json_bytes().decode() if as_json else "\n".join(_merge_lines(report)))


def unmerge(
    thing: Annotated[str, typer.Argument(help=f"what was merged, or its survivor: {_THING}", metavar="KEY")],
    assign: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SIDE", help="where a later edit goes: left (the survivor), right or both"),
    ] = None,
    dry_run: DryRunOption = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Take a merged thing out again, as one version; later edits go to the side whose value they changed."""
    with readable():
        opened = open_library(home, "read" if dry_run else "write")
        kind, key = named(thing, opened.library.minter)
        merges = Merges(opened.library, opened.committer)
        assigned = cast(dict[str, To], _pairs(assign or (), "--assign", TO))
        if dry_run:
            report = merges.look_apart(kind, key, assigned)
        else:
            report, _ = merges.unmerge(kind, key, assigned, Merger(agent_of(home, agent), message))
    typer.echo(report.json_bytes().decode() if as_json else "\n".join(_unmerge_lines(report)))


def _other(given: str, minter: Minter) -> str:
    """Return the key of what is merged; with a kind before it, its IRI, so that another kind is refused."""
    kind, key = named(given, minter)
    return given if kind == "work" and key == given else minter.iri(kind, key)


def _pairs(given: Iterable[str], option: str, sides: Iterable[str]) -> dict[str, str]:
    """Return the `name=side` of an option. Raises `BadRequest` naming it."""
    found: dict[str, str] = {}
    for one in given:
        name, sign, side = one.rpartition("=")
        if not sign or side not in sides:
            raise BadRequest(f"{option} {one!r} chooses nothing", [(one, f"write NAME= and {' or '.join(sides)}")])
        found[name] = side
    return found


def _merge_lines(report: MergeReport) -> Iterator[str]:
    pair = f"{report.kind} {report.right.key} into {report.left.key}"
    if report.version:
        yield f"{pair}: merged by version {report.version}; take it back with: commonplace unmerge {_place(report)}"
    elif report.possible:
        yield f"{pair}: would be merged; nothing was changed"
    else:
        yield f"{pair}: cannot be merged so; nothing was changed"
    if report.survivor:
        yield f"  {report.left.key} was merged again: it is {report.survivor.key} now"
    for value in report.values:
        if value.taken in ("left", "right") and value.left is not None and value.right is not None:
            kept, lost = (value.left, value.right) if value.taken == "left" else (value.right, value.left)
            yield f"  {value.name}: {kept} ({value.why}); {value.kept_as}: {lost}"
        elif value.taken == "right":
            told = value.name if value.name.startswith(f"{value.field}: ") else f"{value.name}: {value.right}"
            yield f"  {told} (from {report.right.key})"
    yield from (f"  follows: {one.iri} {one.property}" for one in report.follows)
    yield from (f"  is another now: {one.iri}, {one.into}" for one in report.collapsed)
    yield from (f"  would break: {line}" for line in report.breaks or ())


def _unmerge_lines(report: UnmergeReport) -> Iterator[str]:
    pair = f"{report.kind} {report.right.key} out of {report.left.key}"
    if report.version:
        yield f"{pair}: taken out by version {report.version}; take it back with: commonplace undo {report.version}"
    elif report.possible:
        yield f"{pair}: would be taken out; nothing was changed"
    else:
        yield f"{pair}: cannot be taken out so; nothing was changed"
    places = {"left": report.left.key, "right": report.right.key, "both": "both"}
    for edit in report.edits:
        sure = "" if edit.decided else f"; nobody can tell: --assign '{edit.name}=right' sends it to {report.right.key}"
        yield f"  {edit.name}: {edit.before or '-'} -> {edit.after or '-'}: to {places[edit.to]} ({edit.why}){sure}"
    yield from (f"  would break: {line}" for line in report.breaks or ())


def _place(report: MergeReport) -> str:
    return report.right.key if report.kind == "work" else f"{report.kind}/{report.right.key}"
