"""Import files and DOIs from a terminal: `commonplace import` and `commonplace doi`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from commonplace.cli.annotations import keep_annotations
from commonplace.cli.input import name_of, read_input, refuse_reading_twice
from commonplace.cli.opening import AgentOption, HomeOption, agent_of, open_library, settings_of
from commonplace.cli.terminal import SOME_FAILED, JsonOption, exit_code, progress, readable
from commonplace.cli.zotero import import_from_zotero, is_zotero
from commonplace.errors import BadRequest
from commonplace.exchange.annotations import looks_like_annotations
from commonplace.exchange.doi_lists import read_doi_list
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipt_table import receipt_table
from commonplace.exchange.receipts import Receipt, receipt_lines
from commonplace.home.opening import Home
from commonplace.importers.parallel import BatchReading
from commonplace.model.formats import ReadFormat

ReceiptOption = Annotated[
    Path | None, typer.Option("--receipt", metavar="FILE", help="write what became of every entry to FILE, as CSV")
]


def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="bibliography files, plain or gzipped; - is standard input", metavar="FILE...")
    ],
    format: Annotated[ReadFormat | None, typer.Option(help="format to read; default a guess")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the receipt, change nothing")] = False,
    as_json: JsonOption = False,
    table: ReceiptOption = None,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Import files: one version and one receipt each, with the fate of every entry.

    A file of annotations (W3C, Hypothesis) becomes evidence on works that are there. `zotero:` reads the Zotero that
    runs on this machine, `zotero:?collection=NAME` one collection of it; its annotations become proposed evidence.

    Exit 0 when every entry is in, 1 when some failed (the rest is in), 2 when nothing could be read.
    """
    with readable():
        refuse_reading_twice(files)
        _check_table(table, files)
        opened = open_library(home, "create")
        limit = settings_of(home).import_bytes
        name = agent_of(home, agent, writes=not dry_run)
    exits = []
    receipts = []
    for path in files:  # one that cannot be read does not keep the others out
        try:
            with readable():
                if is_zotero(path):
                    receipt = import_from_zotero(
                        opened, path, settings_of(home), name, dry_run=dry_run, as_json=as_json
                    )
                    receipts.append(receipt)
                    exits.append(SOME_FAILED if receipt.failed else 0)
                    continue
                data, file = read_input(path, limit)
                if format is None and looks_like_annotations(data):
                    failed = keep_annotations(opened, data, file, name, dry_run=dry_run, as_json=as_json)
                else:
                    receipt = _import(opened, data, file, format, name, dry_run, as_json)
                    receipts.append(receipt)
                    failed = bool(receipt.failed)
            exits.append(SOME_FAILED if failed else 0)
        except typer.Exit as stopped:
            exits.append(stopped.exit_code)
    _write_table(table, receipts)
    if code := exit_code(exits):
        raise typer.Exit(code)


def _check_table(path: Path | None, files: Sequence[Path]) -> None:
    """Raise `BadRequest` before anything is imported when the table of the receipts could not be written there."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir():
        missing = "a folder of this name" if path.is_dir() else f"no folder {path.parent}"
        raise BadRequest(f"{path}: the receipts cannot be written there: there is {missing}")
    if path.resolve() in (file.resolve() for file in files):
        raise BadRequest(f"{path}: the receipts would be written over a file to import")


def _write_table(path: Path | None, receipts: Sequence[Receipt]) -> None:
    """Write receipts as one table, whole or not at all, where a file for it is named."""
    if path is None:
        return
    with readable():
        written = path.with_name(f".{path.name}.part")
        written.write_text(receipt_table(receipts), encoding="utf-8", errors="replace", newline="")
        written.replace(path)


def _import(
    home: Home, data: bytes, name: str, format: str | None, agent: str, dry_run: bool, as_json: bool
) -> Receipt:
    with progress(f"reading {name}") as shown:
        receipt = import_file(
            home.library,
            home.committer,
            data,
            name,
            format=format,
            agent=agent,
            dry_run=dry_run,
            read=BatchReading,
            progress=shown,
        )
    typer.echo(receipt.json_text() if as_json else "\n".join(receipt_lines(receipt)))
    return receipt


def import_by_doi(
    dois: Annotated[list[str] | None, typer.Argument(help="DOIs in any spelling", metavar="DOI...")] = None,
    file: Annotated[Path | None, typer.Option(help="a list, one DOI on each line; - is standard input")] = None,
    enrich: Annotated[bool, typer.Option("--enrich", help="add what is missing to the works that have a DOI")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the receipt, change nothing")] = False,
    as_json: JsonOption = False,
    table: ReceiptOption = None,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Fetch works by DOI from Crossref, DataCite and the other agencies, and import them: one version, one receipt.

    Answers of the agencies are kept in the home: a list that was interrupted goes on where it stopped.
    Exit 0 when every DOI is in, 1 when some failed (the rest is in), 2 when there is nothing to ask for.
    """
    from commonplace.exchange.by_doi import dois_of_works, fetcher_of, import_dois  # an HTTP client and more

    with readable():
        _check_table(table, [file] if file else [])
        opened, settings = open_library(home, "create"), settings_of(home)
        name = agent_of(home, agent, writes=not dry_run)
        if sum(map(bool, (dois, file, enrich))) != 1:
            raise BadRequest("give DOIs, or --file with a list of them, or --enrich")
        listed = _listed(file, settings.import_bytes) if file else "\n".join(dois or dois_of_works(opened.library))
        if not settings.contact:
            typer.echo(
                "commonplace: agencies prefer to know whom to write to: set COMMONPLACE_CONTACT",
                err=True,
            )
        source = name_of(file) if file else "enrich" if enrich else "dois"
        with progress("fetching") as shown:
            receipt = import_dois(
                opened.library,
                opened.committer,
                read_doi_list(listed),
                fetcher_of(settings),
                name=source,
                agent=name,
                dry_run=dry_run,
                enrich=enrich,
                progress=shown,
            )
    typer.echo(receipt.json_text() if as_json else "\n".join(receipt_lines(receipt)))
    _write_table(table, [receipt])
    if receipt.failed:
        raise typer.Exit(SOME_FAILED)


def _listed(file: Path, limit: int) -> str:
    """Return the text of a list of DOIs. Raises `TooLarge`."""
    return read_input(file, limit)[0].decode(errors="replace")
