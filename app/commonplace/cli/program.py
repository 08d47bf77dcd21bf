"""Make the `commonplace` program without its commands: its name, its options, its help."""

from __future__ import annotations

from typing import Annotated

import typer

from commonplace import __version__
from commonplace.cli.terminal import readable
from commonplace.model.piece_of_work import belonging_to


def program() -> typer.Typer:
    """Return the program, to which commands are added."""
    made = typer.Typer(
        help="A knowledge graph and bibliography of a literature.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    made.callback(invoke_without_command=True)(about)
    return made


def about(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="print the version and stop")] = False,
    piece: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="name of the piece of work that what the command writes belongs to"),
    ] = None,
) -> None:
    """Keep a knowledge graph and bibliography of a literature."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    with readable():
        context.with_resource(belonging_to(piece))
