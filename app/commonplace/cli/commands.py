"""The command line. Each command is a face of something the library does; errors are one line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from commonplace import __version__
from commonplace.cli.convert import convert_files
from commonplace.cli.edit import named, patch_of
from commonplace.cli.terminal import SOME_FAILED, JsonOption, exit_code, no_collector, progress, readable
from commonplace.errors import BadRequest, LogDamaged, NoLibrary
from commonplace.exchange.edits import Editor, Edits
from commonplace.exchange.exports import export, export_originals, formatted
from commonplace.exchange.imports import import_file
from commonplace.exchange.receipts import Receipt, told
from commonplace.home.opening import Home, open_home, token_file, tokens_of, told_of
from commonplace.home.tokens import Role, Tokens
from commonplace.home.verification import clear_derived, findings
from commonplace.importers.packing import read_bounded, unpacked
from commonplace.importers.parallel import BatchReading
from commonplace.library import Library
from commonplace.library.changes import brief, changes
from commonplace.library.library import Access, is_library
from commonplace.library.named_things import known_thing
from commonplace.model.change import Version
from commonplace.model.formats import ExportedFormat, ReadFormat
from commonplace.settings import SHIPPED_ONTOLOGY, Settings

cli = typer.Typer(
    help="A knowledge graph and bibliography of a literature.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

HomeOption = Annotated[Path | None, typer.Option("--home", help="the library's folder; default COMMONPLACE_HOME")]
AgentOption = Annotated[
    str | None, typer.Option(help="who does it; recorded in the history; default the name of the home's token")
]


def _settings(home: Path | None) -> Settings:
    return Settings(home=home) if home else Settings()


def _open(home: Path | None, access: Access = "read") -> Home:
    """Open the home, and tell of it on standard error when that has made it."""
    settings = _settings(home)
    opened = open_home(settings, access=access, at_once=False)
    typer.echo(told_of(opened, settings), err=True, nl=False)
    return opened


def _agent(home: Path | None, given: str | None, *, writes: bool = True) -> str:
    """Who writes: as given, else by the token in the home. Raises `BadRequest` when neither says, or it may not."""
    settings = _settings(home)
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


token_cli = typer.Typer(help="Who may write over HTTP.", no_args_is_help=True)
cli.add_typer(token_cli, name="token")


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
    from commonplace.web.http.server import run  # the server's libraries, which other commands do without

    given = {"HOME": home, "HOST": host, "PORT": port}
    os.environ.update({f"COMMONPLACE_{name}": str(value) for name, value in given.items() if value is not None})
    with readable():
        settings = Settings()
        run("commonplace.main:create", settings.host, settings.port)


@cli.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="bibliography files, plain or gzipped", metavar="FILE...")],
    format: Annotated[ReadFormat | None, typer.Option(help="guessed from name and content otherwise")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the receipt, change nothing")] = False,
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Import files: one version and one receipt each, with the fate of every entry.

    Exit 0 when every entry is in, 1 when some failed (the rest is in), 2 when nothing could be read.
    """
    with readable():
        opened = _open(home, "create")
        limit = _settings(home).import_bytes
        name = _agent(home, agent, writes=not dry_run)
    exits = []
    for path in files:  # one that cannot be read does not keep the others out
        try:
            with readable():
                receipt = _import(opened, path, format, name, dry_run, as_json, limit)
            exits.append(SOME_FAILED if receipt.failed else 0)
        except typer.Exit as stopped:
            exits.append(stopped.exit_code)
    if code := exit_code(exits):
        raise typer.Exit(code)


def _import(
    home: Home, path: Path, format: str | None, agent: str, dry_run: bool, as_json: bool, limit: int
) -> Receipt:
    data, name = unpacked(read_bounded(path, limit), path.name, limit)
    with progress(f"reading {path.name}") as shown, no_collector():
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
    typer.echo(receipt.json_text() if as_json else "\n".join(told(receipt)))
    return receipt


@cli.command("doi")
def import_by_doi(
    dois: Annotated[list[str] | None, typer.Argument(help="DOIs in any spelling", metavar="DOI...")] = None,
    file: Annotated[Path | None, typer.Option(help="a list, one DOI a line; - is standard input")] = None,
    enrich: Annotated[bool, typer.Option("--enrich", help="add what is missing to the works that have a DOI")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the receipt, change nothing")] = False,
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Fetch works by DOI from Crossref, DataCite and the other agencies, and import them: one version, one receipt.

    What was fetched is kept in the home, so that a list that was interrupted goes on where it stopped.
    Exit 0 when every DOI is in, 1 when some failed (the rest is in), 2 when there is nothing to ask for.
    """
    from commonplace.exchange.by_doi import (  # an HTTP client and more
        dois_of_works,
        fetcher_of,
        import_dois,
        read_doi_list,
    )

    with readable():
        opened, settings = _open(home, "create"), _settings(home)
        name = _agent(home, agent, writes=not dry_run)
        if sum(map(bool, (dois, file, enrich))) != 1:
            raise BadRequest("give DOIs, or --file with a list of them, or --enrich")
        if file:
            listed = (
                sys.stdin.read()
                if str(file) == "-"
                else read_bounded(file, settings.import_bytes).decode(errors="replace")
            )
        else:
            listed = "\n".join(dois or dois_of_works(opened.library))
        if not settings.contact:
            typer.echo("commonplace: agencies prefer to know whom to write to: set COMMONPLACE_CONTACT", err=True)
        source = file.name if file else "enrich" if enrich else "dois"
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
    typer.echo(receipt.json_text() if as_json else "\n".join(told(receipt)))
    if receipt.failed:
        raise typer.Exit(SOME_FAILED)


@cli.command("export")
def export_all(
    format: Annotated[ExportedFormat, typer.Option(help="which format")] = "bibtex",
    style: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="a bibliography in that CSL style (apa, mla, chicago …) or .csl file"),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="with --style: HTML, not plain text")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="untouched BibTeX or RIS entries byte for byte as in their files")
    ] = False,
    at: Annotated[int | None, typer.Option(min=1, help="the version to export; default the newest")] = None,
    home: HomeOption = None,
) -> None:
    """Write the whole library to standard output: in a format, or as a bibliography in a style."""
    with readable():
        library = _open(home).library
        version = Version(at) if at is not None else None
        named = Path(style) if style and style.endswith(".csl") else style
        if original and named is not None:
            raise BadRequest("--original and --style cannot both be: a style has no entries of files in it")
        if original:
            made = library.read(lambda state: export_originals(state, library.log, library.minter, format), version)
            typer.echo(f"commonplace: {made.counts} entries are as in their files", err=True)
            data = made.data
        elif named is None:
            data = library.read(lambda state: export(state, library.minter, format), version)
        else:
            data = library.read(lambda state: formatted(state, library.minter, named, html=html), version)
    sys.stdout.buffer.write(data)


cli.command("convert")(convert_files)


@cli.command("log")
def show_log(
    thing: Annotated[str | None, typer.Argument(help="an IRI, or a work's key: only versions that touched it")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The versions, newest first."""
    with readable():
        library = _open(home).library
        iri = _iri_of(library, thing) if thing else None
        found = [brief(library.log, version) for version in changes(library.log, iri)]
    if as_json:
        typer.echo(json.dumps([change.model_dump(exclude_none=True) for change in found], ensure_ascii=False))
        return
    for change in found:
        typer.echo(f"{change.version:>6}  {change.at[:19]}Z  {change.kind:<14} {change.agent}: {change.message}")


def _iri_of(library: Library, thing: str) -> str:
    """Return the IRI of what is named by its IRI, or of a work by its key or an alternative one."""
    if thing.startswith(library.minter.base):
        return thing
    node = library.minter.thing("work", thing)
    return (library.read(lambda state: known_thing(state, library.minter, node)) or node).value


@cli.command()
def undo(
    version: Annotated[int, typer.Argument(min=1, help="the version to take back")],
    message: Annotated[str, typer.Option(help="why; recorded in the history")] = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Take a version back, as a new version; says what later versions keep it from undoing."""
    with readable():
        opened = _open(home, "write")
        undone = opened.committer.undo(Version(version), _agent(home, agent), message)
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
def edit(
    thing: Annotated[str, typer.Argument(help="a work's key, or kind/key, or an IRI", metavar="KEY")],
    assignments: Annotated[
        list[str], typer.Argument(help="title=…, labels.en=…; field= clears", metavar="FIELD=VALUE...")
    ],
    message: Annotated[str, typer.Option(help="why; recorded in the history")] = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Change members of one thing, as one version. Values that begin with [ or { are JSON."""
    with readable():
        opened = _open(home, "write")
        kind, key = named(thing, opened.library.minter)
        editor = Editor(_agent(home, agent), message=message)
        edited = Edits(opened.library, opened.committer).patch(kind, key, patch_of(assignments), editor)
    if as_json:
        typer.echo(json.dumps(edited.shape, ensure_ascii=False))
    elif edited.entry:
        typer.echo(
            f"{kind} {key}: version {edited.entry.version}; take it back with: commonplace undo {edited.entry.version}"
        )
    else:
        typer.echo(f"{kind} {key}: nothing had to change")


@cli.command()
def rebuild(home: HomeOption = None) -> None:
    """Delete every derived view and make it again from the log."""
    with readable():
        settings = _settings(home)
        if not is_library(settings.home):
            raise NoLibrary.at(settings.home)
        clear_derived(settings.home)
        library = open_home(settings, access="write").library
        if library.follow():
            library.checkpoints.write(library.graph)
        size = library.read(lambda state: state.size)
    typer.echo(f"version {library.follow()}: {size} statements, made again from the log")


@cli.command()
def verify(home: HomeOption = None) -> None:
    """Check the log, and the views and data against it; exit 1 with findings."""
    count = 0
    with readable():
        try:
            library = _open(home).library
            for finding in findings(library, SHIPPED_ONTOLOGY / "shapes.ttl"):
                count += 1
                typer.echo(finding)
            typer.echo(f"version {library.follow()}: {count or 'no'} findings")
        except LogDamaged as damage:  # so bad that the home does not open: that is a finding, too
            count += 1
            typer.echo(f"{damage.detail}\nthe log is damaged: restore it from a backup; {count} findings")
    if count:
        raise typer.Exit(1)


@token_cli.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="whose it is: it becomes the agent in the history")],
    role: Annotated[Role, typer.Option(help="curator: everything; contributor: dry runs")] = Role.CONTRIBUTOR,
    home: HomeOption = None,
) -> None:
    """Make a token and print it: this once, and nowhere kept."""
    with readable():
        typer.echo(_tokens(home).add(name, role))


@token_cli.command("list")
def list_tokens(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """The tokens: name, role, when made."""
    with readable():
        tokens = _tokens(home).all()
    if as_json:
        typer.echo(json.dumps([token.model_dump(mode="json", exclude={"sha256"}) for token in tokens]))
        return
    for token in tokens:
        typer.echo(f"{token.name:<24} {token.role.value:<12} {token.created:%Y-%m-%d}")


@token_cli.command("revoke")
def revoke_token(name: Annotated[str, typer.Argument(help="whose it is")], home: HomeOption = None) -> None:
    """Forget a token: it opens nothing from now on, in a running server too."""
    with readable():
        _tokens(home).revoke(name)


def _tokens(home: Path | None) -> Tokens:
    """Return the home's tokens. Raises `NoLibrary`."""
    settings = _settings(home)
    if not is_library(settings.home):
        raise NoLibrary.at(settings.home)
    return tokens_of(settings)


def main() -> None:
    """The entry point of the `commonplace` program."""
    cli()
