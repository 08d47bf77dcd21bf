"""`commonplace mcp`: let an assistant on this machine ask the library."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Annotated

import typer

from commonplace.cli.opening import HomeOption, settings_of
from commonplace.cli.terminal import readable
from commonplace.errors import BadRequest, NoLibrary
from commonplace.library.library import is_library

TokenOption = Annotated[
    str | None,
    typer.Option(help="a contributor's token, with which evidence may be proposed", envvar="COMMONPLACE_MCP_TOKEN"),
]


def mcp(token: TokenOption = None, home: HomeOption = None) -> None:
    """Answer an assistant by the Model Context Protocol, over standard input and output, until the input ends."""
    with readable():
        if find_spec("mcp") is None:
            raise BadRequest(
                "the Model Context Protocol is an extra, and not installed: pip install 'commonplace[mcp]'"
            )
        settings = settings_of(home)
        if not is_library(settings.home):
            raise NoLibrary.at(settings.home)
        from commonplace.web.mcp.by_stdio import serve_by_stdio  # the server's libraries, which others do without

        os.environ["COMMONPLACE_HOME"] = str(settings.home)
        serve_by_stdio("commonplace.main:create", token)
