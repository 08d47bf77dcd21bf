"""`commonplace identifiers`: ask ORCID, ROR and OpenAlex who or what is meant, and take in what is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Annotated, cast, get_args

import typer

from commonplace.cli.edit import named
from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library, settings_of
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import BadRequest
from commonplace.exchange.edits import Editor, Edits


def look_up_identifiers(
    thing: Annotated[str, typer.Argument(metavar="KEY", help="person/KEY, organization/KEY, a work's key, or an IRI")],
    identifier: Annotated[str | None, typer.Option(help="look at the record of that ORCID or ROR alone")] = None,
    accept: Annotated[str | None, typer.Option(metavar="VALUE", help="add what the record of VALUE says")] = None,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Look up identifiers of a person, an organization or a work; nothing is written unless one is accepted."""
    from commonplace.exchange.authorities import (  # an HTTP client, which other commands do without
        Authorities,
        LookedFor,
        authorities_client,
        services_of,
    )

    with readable():
        opened = open_library(home, "write" if accept else "read")
        kind, key = named(thing, opened.library.minter)
        if kind not in get_args(LookedFor):
            raise BadRequest(f"{thing} is a {kind}: people, organizations and works are looked up")
        settings = settings_of(home)
        edits = Edits(opened.library, opened.committer)
        asking = Authorities(opened.library, edits, services_of(settings), partial(authorities_client, settings))
        if accept:
            editor = Editor(agent_of(home, agent), message=message)
            candidate, edited = asking.accept(cast(LookedFor, kind), key, accept, editor)
            version = edited.entry.version if edited.entry else None
            items, unavailable = [candidate], []
        else:
            found = asking.look_up(cast(LookedFor, kind), key, identifier)
            items, unavailable, version = found.candidates, found.unavailable, None
    told: list[dict[str, object]] = [
        {
            "source": one.facts.source,
            "scheme": one.facts.scheme,
            "value": one.facts.value,
            "names": one.facts.names,
            "where": one.facts.where,
            "because": one.because,
            "change": one.change,
            **({"against": one.against} if one.against else {}),
        }
        for one in items
    ]
    if as_json:
        silent = [{"source": one.source, "why": one.why} for one in unavailable]
        typer.echo(json.dumps({"items": told, "unavailable": silent, "version": version}, ensure_ascii=False))
        return
    for one in unavailable:
        typer.echo(f"{one.source}: {one.why}", err=True)
    for line in _lines(told):
        typer.echo(line)
    if version:
        typer.echo(f"version {version}; take it back with: commonplace undo {version}")
    elif not told:
        typer.echo("nothing was found")


def _lines(told: list[dict[str, object]]) -> Iterator[str]:
    for one in told:
        names, where = cast(list[str], one["names"]), cast(list[str], one["where"])
        yield f"{one['scheme']} {one['value']}  {'; '.join(names)}" + (f"  ({'; '.join(where)})" if where else "")
        yield f"    because: {'; '.join(cast(list[str], one['because']))}"
        if one.get("against"):
            yield f"    not taken: {one['against']}"
