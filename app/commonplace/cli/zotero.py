"""Import from Zotero, and write to it, from a terminal: `import zotero:` and `export --to zotero`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

import typer

from commonplace.cli.terminal import progress
from commonplace.errors import BadRequest
from commonplace.exchange.receipts import Receipt, receipt_lines
from commonplace.home.opening import Home
from commonplace.importers.parallel import BatchReading
from commonplace.library import Library
from commonplace.model.change import Version
from commonplace.settings import Settings, web_address

ExportTarget = Literal["annotations", "hypothesis", "zotero"]
"""What `export --to` takes: two forms of annotations, and the library of Zotero."""

SOURCE = "zotero:"
"""What stands in the place of a file for the library of Zotero."""


def is_zotero(path: Path) -> bool:
    """Return whether what is named as a file is the library of Zotero, and no file of that name."""
    return str(path).startswith(SOURCE) and not path.exists()


def collection_of(path: Path) -> str | None:
    """Return the collection in `zotero:?collection=NAME`; None for the whole library. Raises `BadRequest`."""
    asked, mark, query = str(path).removeprefix(SOURCE).partition("?")
    given = parse_qs(query, keep_blank_values=True)
    if asked or (
        mark and (set(given) != {"collection"} or len(given["collection"]) != 1 or not given["collection"][0])
    ):
        why = "write zotero: for the whole library, or zotero:?collection=NAME; its address is COMMONPLACE_ZOTERO_URL"
        raise BadRequest(f"{path}: {why}")
    return given["collection"][0] if mark else None


def export_to_zotero(library: Library, settings: Settings, address: str | None, at: Version | None) -> bool:
    """Write all works to a library of Zotero, say in a line each what became of it, and return whether any failed.

    Raises `BadRequest` where there is no key to write with.
    """
    from commonplace.exchange.zotero_export import summary, works_to_write, write_to_zotero  # an HTTP client
    from commonplace.importers.zotero_api import ZoteroApi

    if not settings.zotero_key:
        raise BadRequest("Zotero wants a key to be written to: set COMMONPLACE_ZOTERO_KEY (zotero.org/settings/keys)")
    try:
        address = web_address(address) if address else settings.zotero_url
    except ValueError as fault:
        raise BadRequest(f"--address {fault}") from fault
    works = works_to_write(library, at)
    written = []
    with ZoteroApi(address, settings.zotero_key) as api:
        for one in write_to_zotero(works, api):
            written.append(one)
            typer.echo(one.line)
    typer.echo(f"commonplace: {summary(written, address)}", err=True)
    return any(one.fate == "failed" for one in written)


def import_from_zotero(
    home: Home, path: Path, settings: Settings, agent: str, *, dry_run: bool, as_json: bool
) -> Receipt:
    """Import the library of Zotero, or a collection of it, say what became of each item, and return the receipt.

    Raises `BadRequest`, also for a Zotero that does not answer as it should.
    """
    from commonplace.exchange.zotero_import import annotation_lines, import_zotero  # an HTTP client
    from commonplace.importers.zotero_api import ZoteroApi

    collection = collection_of(path)
    with ZoteroApi(settings.zotero_url, settings.zotero_key) as api, progress("reading Zotero") as shown:
        made = import_zotero(
            home.library,
            home.committer,
            api,
            collection=collection,
            agent=agent,
            dry_run=dry_run,
            progress=shown,
            read=BatchReading,
        )
    if as_json:
        fates = made.kept.fates if made.kept else {"new": 0, "matched": 0, "failed": 0}
        version = {"version": made.kept.entry.version} if made.kept and made.kept.entry else {}
        told = {**version, "fates": fates, "left": dict(made.left)}
        typer.echo(json.dumps(json.loads(made.receipt.json_text()) | {"annotations": told}, ensure_ascii=False))
    else:
        typer.echo("\n".join([*receipt_lines(made.receipt), *annotation_lines(made)]))
    return made.receipt
