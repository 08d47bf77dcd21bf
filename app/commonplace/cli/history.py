"""`commonplace history`, `diff` and `revert`: what changed of a thing, and the way back to an earlier state of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from commonplace.cli.edit import named
from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library
from commonplace.cli.terminal import JsonOption, readable
from commonplace.exchange.restoring import Restorer, Restoring
from commonplace.library.histories import diff_of_library, diff_of_thing, diffs, thing_changes, touches_of
from commonplace.library.history_schemas import ThingChange, ThingDiff
from commonplace.model.change import Version

THING = "a work's key, or kind/key, or an IRI"


def show_history(
    thing: Annotated[str, typer.Argument(help=THING, metavar="KEY")],
    quads: Annotated[bool, typer.Option("--quads", help="show the statements that each version changed, too")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print what each version changed of one thing, newest first: who, when, and in words what."""
    with readable():
        library = open_library(home).library
        kind, key = named(thing, library.minter)
        node = library.minter.thing(kind, key)
        touching = touches_of(library.things, node.value, library.follow())[::-1]
        found = library.read(
            lambda snapshot: thing_changes(touching, library.things, snapshot, node, library.minter, quads=quads)
        )
    if as_json:
        typer.echo(json.dumps([one.model_dump(exclude_none=True) for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo("\n".join(_history_lines(one)))


def _history_lines(one: ThingChange) -> Iterator[str]:
    yield f"{one.version:>6}  {one.at[:19]}Z  {one.kind:<14} {one.agent}: {one.words}"
    for source in one.sources or ():
        yield f"        from {source.file}, line {source.line}"
    if one.quads:
        yield from (f"        - {line}" for line in one.quads.removed)
        yield from (f"        + {line}" for line in one.quads.added)


def show_diff(
    start: Annotated[int, typer.Argument(min=1, metavar="FROM", help="the version to compare from")],
    to: Annotated[int | None, typer.Argument(min=1, metavar="TO", help="the other; default the newest")] = None,
    thing: Annotated[str | None, typer.Option(metavar="KEY", help=f"compare one thing only: {THING}")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print what differs between two versions of the library, or of one thing."""
    with readable():
        library = open_library(home).library
        things, minter = library.things, library.minter
        versions = Version(start), Version(to) if to else library.follow()
        for version in versions:
            library.log.header(version)  # raises NotFound
        if thing:
            node = minter.thing(*named(thing, minter))
            found = [library.read(lambda snapshot: diff_of_thing(things, snapshot, node, minter, *versions))]
        else:
            names, changes = diff_of_library(library.log, versions)
            found = library.read(lambda snapshot: diffs(names, changes, things, snapshot, minter, versions))
    if as_json:
        typer.echo(json.dumps([one.model_dump(exclude_none=True) for one in found], ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{_called(one)}: {one.words}")


def _called(one: ThingDiff) -> str:
    return f"{one.kind}/{one.key}" if one.kind else one.iri


def revert(
    thing: Annotated[str, typer.Argument(help=THING, metavar="KEY")],
    to: Annotated[int, typer.Option(min=1, help="the version whose state the thing is given")],
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Give one thing the state again that it had at a version, as a new version; say what it would break."""
    with readable():
        opened = open_library(home, "write")
        kind, key = named(thing, opened.library.minter)
        by = Restorer(agent_of(home, agent), message)
        done = Restoring(opened.library, opened.committer).restore(kind, key, Version(to), by)
    if as_json:
        typer.echo(done.json_bytes().decode())
    elif done.version:
        typer.echo(
            f"{kind} {key}: {done.words}\nversion {done.version}; take it back with: commonplace undo {done.version}"
        )
    else:
        typer.echo(f"{kind} {key}: it is as at version {to} already")
