"""Open the home that a command works on, as its options and the settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commonplace.errors import BadRequest
from commonplace.home.opening import Home, new_home_notice, open_home, token_file, tokens_of
from commonplace.home.tokens import Role
from commonplace.library.library import Access
from commonplace.settings import Settings

HomeOption = Annotated[Path | None, typer.Option("--home", help="folder of the library; default COMMONPLACE_HOME")]
AgentOption = Annotated[
    str | None, typer.Option(help="who writes; recorded in the history; default the name of the home's token")
]
MessageOption = Annotated[str, typer.Option(help="why; recorded in the history")]


def settings_of(home: Path | None) -> Settings:
    """Return the settings, with the home that a command was given."""
    return Settings(home=home) if home else Settings()


def open_library(home: Path | None, access: Access = "read") -> Home:
    """Open the home; say on standard error when that has made it. Raises what `open_home` raises."""
    settings = settings_of(home)
    opened = open_home(settings, access=access, at_once=False)
    typer.echo(new_home_notice(opened, settings), err=True, nl=False)
    return opened


def agent_of(home: Path | None, given: str | None, *, writes: bool = True) -> str:
    """Return who writes: as given, else by the token in the home. Raises `BadRequest` without either, or when its role
    may not write."""
    settings = settings_of(home)
    path = token_file(settings)
    if given:
        return given
    if not path.exists():
        raise BadRequest(f"there is no token in {path}: say who you are with --agent")
    token = tokens_of(settings).holder(path.read_text().strip())
    if token is None:
        raise BadRequest(f"the token in {path} is not known to this home, or was revoked")
    if writes and token.role is not Role.CURATOR:
        raise BadRequest(f"the token in {path} is {token.name}'s, a {token.role.value}: only a curator may write")
    return token.name
