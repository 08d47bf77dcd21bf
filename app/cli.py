"""The command line. Each command is a face of something the library does; errors are one line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app import __version__
from app.errors import CommonplaceError
from app.exporting import export
from app.home import Home, open_home
from app.importers.packing import unpacked
from app.imports import FATES, Receipt, import_file
from app.library.changes import brief, changes
from app.model.change import Version
from app.settings import SHIPPED_ONTOLOGY, Settings
from app.verification import clear_derived, findings

cli = typer.Typer(
    help="A knowledge graph and bibliography of a literature.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

SOME_FAILED, NOTHING_READ = 1, 2

HomeOption = Annotated[Path | None, typer.Option("--home", help="the library's folder; default COMMONPLACE_HOME")]
AgentOption = Annotated[str, typer.Option(help="who does it; recorded in the history")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


class ImportFormat(StrEnum):
    """What a file can be."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"


class ExportFormat(StrEnum):
    """What the library can be written as."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    JSONLD = "jsonld"
    TURTLE = "turtle"
    NQUADS = "nquads"


@contextmanager
def _readable() -> Iterator[None]:
    """Errors as one line on standard error, with the place of each fault below it; exit 2."""
    try:
        yield
    except CommonplaceError as fault:
        _complain(fault.detail, fault.errors)
        raise typer.Exit(NOTHING_READ) from fault
    except ValidationError as fault:
        errors = [(f"COMMONPLACE_{'.'.join(map(str, e['loc'])).upper()}", e["msg"]) for e in fault.errors()]
        _complain("a setting cannot be used", errors)
        raise typer.Exit(NOTHING_READ) from fault
    except OSError as fault:
        _complain(f"{fault.filename or ''}: {fault.strerror or fault}".lstrip(": "), ())
        raise typer.Exit(NOTHING_READ) from fault


def _complain(detail: str, errors: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> None:
    typer.echo(f"commonplace: {detail}", err=True)
    for where, why in errors:
        typer.echo(f"  {where}: {why}", err=True)


def _settings(home: Path | None) -> Settings:
    return Settings(home=home) if home else Settings()


def _open(home: Path | None) -> Home:
    return open_home(_settings(home))


@cli.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="print the version and stop")] = False) -> None:
    """A knowledge graph and bibliography of a literature."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@cli.command()
def serve(
    home: HomeOption = None,
    host: Annotated[str | None, typer.Option(help="address to listen on; default COMMONPLACE_HOST")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; default COMMONPLACE_PORT")] = None,
) -> None:
    """Serve the library over HTTP; a new home begins with the reference set."""
    from app.serving import run  # the server's libraries, which other commands do without

    given = {"HOME": home, "HOST": host, "PORT": port}
    os.environ.update({f"COMMONPLACE_{name}": str(value) for name, value in given.items() if value is not None})
    with _readable():
        settings = Settings()
        _open(None)  # what is wrong with the home is said here, in one line, not in a server's traceback
        run("app.main:create", settings.host, settings.port)


@cli.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="bibliography files, plain or gzipped", metavar="FILE...")],
    format: Annotated[ImportFormat | None, typer.Option(help="guessed from name and content otherwise")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the receipt, change nothing")] = False,
    as_json: JsonOption = False,
    agent: AgentOption = "curator",
    home: HomeOption = None,
) -> None:
    """Import files: one version and one receipt each, with the fate of every entry.

    Exit 0 when every entry is in, 1 when some failed (the rest is in), 2 when nothing could be read.
    """
    with _readable():
        opened = _open(home)
        limit = _settings(home).import_bytes
        receipts = [_import(opened, path, format, agent, dry_run, as_json, limit) for path in files]
    if any(receipt.failed for receipt in receipts):
        raise typer.Exit(SOME_FAILED)


def _import(
    home: Home, path: Path, format: str | None, agent: str, dry_run: bool, as_json: bool, limit: int
) -> Receipt:
    if path.stat().st_size > limit:
        raise CommonplaceError(f"{path} has more than {limit} bytes: raise COMMONPLACE_IMPORT_BYTES to import it")
    data, name = unpacked(path.read_bytes(), path.name, limit)
    with _progress(f"reading {path.name}") as progress:
        receipt = import_file(
            home.library,
            home.committer,
            data,
            name,
            format=format,
            agent=agent,
            dry_run=dry_run,
            progress=progress,
        )
    typer.echo(receipt.json_text() if as_json else "\n".join(_told(receipt)))
    return receipt


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal; nothing where standard error is not one."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    from rich.console import Console

    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _told(receipt: Receipt) -> Iterator[str]:
    """A receipt for people: the counts, then every entry that is not plainly in, then how to take it back."""
    counts = ", ".join(f"{receipt.fates[fate]} {fate}" for fate in FATES)
    yield f"{receipt.file}: {receipt.entries} entries: {counts}"
    for fault in receipt.faults:
        yield f"  line {fault.line}: {fault.why}"
    for item in receipt.items:
        if item.error:
            yield f"  line {item.line}: {item.key or '(no key)'}: failed: {item.error}"
        for loss in item.losses:
            yield f"  line {item.line}: {item.key or '(no key)'}: {loss.field}: {loss.why}"
    if receipt.version:
        yield f"version {receipt.version}; take it back with: commonplace undo {receipt.version}"
    else:
        yield "nothing was changed (dry run)"


@cli.command("export")
def export_all(
    format: Annotated[ExportFormat, typer.Option(help="which format")] = ExportFormat.BIBTEX,
    at: Annotated[int | None, typer.Option(min=1, help="the version to export; default the newest")] = None,
    home: HomeOption = None,
) -> None:
    """Write the whole library to standard output."""
    with _readable():
        library = _open(home).library
        version = Version(at) if at is not None else None
        data = library.read(lambda state: export(state, library.minter, format.value), version)
    sys.stdout.buffer.write(data)


@cli.command("log")
def show_log(
    thing: Annotated[str | None, typer.Argument(help="an IRI, or a work's key: only versions that touched it")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The versions, newest first."""
    with _readable():
        library = _open(home).library
        iri = None
        if thing:
            iri = thing if thing.startswith(library.minter.base) else library.minter.thing("work", thing).value
        found = [brief(library.log, version) for version in changes(library.log, iri)]
    if as_json:
        typer.echo(json.dumps([change.model_dump(exclude_none=True) for change in found], ensure_ascii=False))
        return
    for change in found:
        typer.echo(f"{change.version:>6}  {change.at[:19]}Z  {change.kind:<14} {change.agent}: {change.message}")


@cli.command()
def undo(
    version: Annotated[int, typer.Argument(min=1, help="the version to take back")],
    message: Annotated[str, typer.Option(help="why; recorded in the history")] = "",
    as_json: JsonOption = False,
    agent: AgentOption = "curator",
    home: HomeOption = None,
) -> None:
    """Take a version back, as a new version; says what later versions keep it from undoing."""
    with _readable():
        undone = _open(home).committer.undo(Version(version), agent, message)
    kept = [{"thing": k.thing, "why": k.why, "versions": list(k.versions)} for k in undone.kept]
    made = undone.entry.version if undone.entry else None
    if as_json:
        typer.echo(json.dumps({"undone": version, "version": made, "kept": kept}))
        return
    typer.echo(f"version {version} is taken back as version {made}" if made else "there was nothing left to undo")
    for item in undone.kept:
        by = ", ".join(str(number) for number in item.versions)
        typer.echo(f"  left: {item.thing}: {item.why}" + (f" (version {by})" if by else ""))


@cli.command()
def rebuild(home: HomeOption = None) -> None:
    """Delete every derived view and make it again from the log."""
    with _readable():
        settings = _settings(home)
        clear_derived(settings.home)
        library = open_home(settings).library
        if library.follow():
            library.checkpoints.write(library.graph)
        size = library.read(lambda state: state.size)
    typer.echo(f"version {library.follow()}: {size} statements, made again from the log")


@cli.command()
def verify(home: HomeOption = None) -> None:
    """Check the log, and the views and data against it; exit 1 with findings."""
    count = 0
    with _readable():
        library = _open(home).library
        for finding in findings(library, SHIPPED_ONTOLOGY / "shapes.ttl"):
            count += 1
            typer.echo(finding)
    typer.echo(f"version {library.follow()}: {count or 'no'} findings")
    if count:
        raise typer.Exit(1)


def main() -> None:
    """The entry point of the `commonplace` program."""
    cli()


if __name__ == "__main__":
    main()
