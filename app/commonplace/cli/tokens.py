"""Manage the tokens that may write over HTTP: `commonplace token`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from commonplace.cli.opening import HomeOption, settings_of
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import NoLibrary
from commonplace.home.opening import tokens_of
from commonplace.home.tokens import Role, Tokens
from commonplace.library.library import is_library

token_cli = typer.Typer(help="Say who may write over HTTP.", no_args_is_help=True)


@token_cli.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="name of its holder: it becomes the agent in the history")],
    role: Annotated[Role, typer.Option(help="curator: everything; contributor: dry runs")] = Role.CONTRIBUTOR,
    home: HomeOption = None,
) -> None:
    """Make a token and print it, this once: it is kept nowhere."""
    with readable():
        typer.echo(_tokens(home).add(name, role))


@token_cli.command("list")
def list_tokens(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Print the name, role and date of each token."""
    with readable():
        tokens = _tokens(home).all()
    if as_json:
        typer.echo(json.dumps([token.model_dump(mode="json", exclude={"sha256"}) for token in tokens]))
        return
    for token in tokens:
        typer.echo(f"{token.name:<24} {token.role.value:<12} {token.created:%Y-%m-%d}")


@token_cli.command("revoke")
def revoke_token(name: Annotated[str, typer.Argument(help="name of its holder")], home: HomeOption = None) -> None:
    """Revoke a token: it opens nothing from now on, in a running server either."""
    with readable():
        _tokens(home).revoke(name)


def _tokens(home: Path | None) -> Tokens:
    """Return the home's tokens. Raises `NoLibrary`."""
    settings = settings_of(home)
    if not is_library(settings.home, settings.log):
        raise NoLibrary.at(settings.home)
    return tokens_of(settings)
