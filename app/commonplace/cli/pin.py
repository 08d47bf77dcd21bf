"""`commonplace pin`: keep an answer, to be cited, from a terminal."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from commonplace.cli.opening import AgentOption, HomeOption, agent_of, settings_of
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import NoLibrary
from commonplace.exchange.pins import Pinner
from commonplace.library.library import is_library


def pin(
    question: Annotated[
        str, typer.Argument(help="an address of the library (/works?discusses=…), or a query in SPARQL")
    ],
    title: Annotated[str | None, typer.Option(help="the question in words, for the citation")] = None,
    note: Annotated[str | None, typer.Option(help="why it is kept")] = None,
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Keep the answer to a question with its version and its hash, as one version, and say how to cite it."""
    from commonplace.web.asked_from_terminal import keep_answer  # the server's libraries, which others do without

    with readable():
        settings = settings_of(home)
        if not is_library(settings.home, settings.log):
            raise NoLibrary.at(settings.home)
        os.environ["COMMONPLACE_HOME"] = str(settings.home)
        pinner = Pinner(agent=agent_of(home, agent), title=title, note=note)
        kept = keep_answer("commonplace.main:create", question, pinner)
    told = f"{kept.citation}\ntake it back with: commonplace undo {kept.key}"
    typer.echo(kept.json_bytes().decode() if as_json else told)
