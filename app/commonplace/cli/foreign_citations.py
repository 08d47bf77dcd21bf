"""`commonplace citations`: take in the citations that the OpenCitations Index knows of works here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library, settings_of
from commonplace.cli.terminal import JsonOption, progress, readable
from commonplace.errors import BadRequest
from commonplace.exchange.edits import Editor

if TYPE_CHECKING:
    from commonplace.exchange.foreign_citations import WorkCitations


def take_citations(
    works: Annotated[list[str] | None, typer.Argument(metavar="KEY…", help="keys of works with a DOI")] = None,
    every: Annotated[bool, typer.Option("--all", help="ask for every work that has a DOI")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what is new, write nothing")] = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Take in citations from the OpenCitations Index, as one version; what the library alone knows stays."""
    from commonplace.exchange.authorities import authorities_client  # an HTTP client, which others do without
    from commonplace.exchange.foreign_citations import ForeignCitations, dois_of

    with readable():
        opened = open_library(home, "read" if dry_run else "write")
        settings = settings_of(home)
        library = opened.library
        asked = list(works or ())
        if every and asked:
            raise BadRequest("name works, or give --all: not both")
        if every and not (asked := list(library.read(partial(dois_of, minter=library.minter)))):
            raise BadRequest("no work here has a DOI to ask for")
        citations = ForeignCitations(
            library, opened.committer, settings.opencitations_url, partial(authorities_client, settings)
        )
        editor = Editor("nobody" if dry_run else agent_of(home, agent), message=message)
        with progress("works asked for") as shown:
            taken = citations.take_in(asked, editor, dry_run=dry_run, progress=shown)
    version = taken.entry.version if taken.entry else None
    if as_json:
        typer.echo(json.dumps({"version": version, "items": [asdict(one) for one in taken.items]}, ensure_ascii=False))
    else:
        for one in taken.items:
            for line in _lines(one):
                typer.echo(line)
        if version:
            typer.echo(f"version {version}; take it back with: commonplace undo {version}")
    if any(one.fate == "failed" for one in taken.items):
        raise typer.Exit(1)


def _lines(one: WorkCitations) -> Iterator[str]:
    if one.why:
        yield f"{one.work}: failed: {one.why}"
        return
    yield f"{one.work}: {one.references} references and {one.citations} citations in the index"
    told = {
        "cites": one.cites,
        "is cited by": one.cited_by,
        "references kept by DOI": one.references_kept,
        "citing works kept by DOI": one.citing_kept,
        "known here alone": one.only_here,
    }
    for name, listed in told.items():
        if listed:
            yield f"    {name}: {', '.join(listed)}"
