"""`commonplace backup` and `commonplace restore`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commonplace.cli.opening import HomeOption, open_library, settings_of
from commonplace.cli.terminal import JsonOption, readable
from commonplace.home.backup import BackedUp, back_up, restore
from commonplace.home.ro_crate import write_crate


def backup(
    folder: Annotated[Path, typer.Argument(help="an empty folder, or an earlier backup", metavar="DIR")],
    ro_crate: Annotated[
        bool, typer.Option("--ro-crate", help="also N-Quads, receipts, and metadata (RO-Crate 1.1) for an archive")
    ] = False,
    licence: Annotated[
        str | None, typer.Option("--license", metavar="URL", help="with --ro-crate: address of the data's licence")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Back the library up, also while a server writes to it: all of it, or what is new since the last time."""
    with readable():
        settings = settings_of(home)
        opened = open_library(home)
        tokens = settings.tokens_file or settings.home / "tokens.json"
        done = back_up(opened.library, None if ro_crate else tokens, folder)
        if ro_crate:
            write_crate(folder, licence)
    _tell(done, as_json, f"{folder} has version {done.version}, checked")


def restore_home(
    folder: Annotated[Path, typer.Argument(help="a backup", metavar="DIR")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a home of a backup, where there is none yet, and check it."""
    with readable():
        place = settings_of(home).home
        done = restore(folder, place)
    _tell(done, as_json, f"{place} has version {done.version}, checked")


def _tell(done: BackedUp, as_json: bool, text: str) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        typer.echo(f"{text}: {done.versions} versions and {done.files} files new, {done.bytes:,} bytes in all")
