"""The commands. Each shows on a terminal a thing that the library does; an error is one line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from commonplace.cli.backup import backup, restore_home
from commonplace.cli.bulk import bulk
from commonplace.cli.convert import convert_files
from commonplace.cli.decisions import take_decisions
from commonplace.cli.delete import deletion_lines
from commonplace.cli.duplicates import duplicates_cli
from commonplace.cli.edit import named, patch_of
from commonplace.cli.foreign_citations import take_citations
from commonplace.cli.history import revert, show_diff, show_history
from commonplace.cli.identifiers import look_up_identifiers
from commonplace.cli.imports import import_by_doi, import_files
from commonplace.cli.mcp import mcp
from commonplace.cli.merge import merge, unmerge
from commonplace.cli.opening import AgentOption, HomeOption, MessageOption, agent_of, open_library, settings_of
from commonplace.cli.pin import pin
from commonplace.cli.program import program
from commonplace.cli.terminal import SOME_FAILED, JsonOption, progress, readable
from commonplace.cli.tokens import token_cli
from commonplace.cli.zotero import ExportTarget, export_to_zotero
from commonplace.errors import BadRequest, LogDamaged, NoLibrary
from commonplace.exchange.annotation_export import annotations_text
from commonplace.exchange.deletions import Deleter, Deletions
from commonplace.exchange.edits import Editor, Edits
from commonplace.exchange.exports import export, export_originals, formatted
from commonplace.home.checking import checked
from commonplace.home.opening import open_home
from commonplace.home.verification import clear_derived, findings
from commonplace.library import Library
from commonplace.library.changes import brief, changes, changes_of_thing
from commonplace.library.library import is_library
from commonplace.library.named_things import known_thing
from commonplace.model.change import Version
from commonplace.model.formats import ExportedFormat
from commonplace.settings import SHIPPED_ONTOLOGY, Settings

cli = program()

cli.add_typer(token_cli, name="token")
cli.add_typer(duplicates_cli, name="duplicates")


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


cli.command("import")(import_files)
cli.command("doi")(import_by_doi)
cli.command("decisions")(take_decisions)
cli.command("identifiers")(look_up_identifiers)
cli.command("citations")(take_citations)


@cli.command("export")
def export_all(
    format: Annotated[ExportedFormat, typer.Option(help="which format")] = "bibtex",
    to: Annotated[
        ExportTarget | None,
        typer.Option(
            help="the accepted evidence instead: W3C annotations, or Hypothesis's rows; zotero: write to that library"
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="with --to zotero: which library, as in https://api.zotero.org/users/NUMBER"),
    ] = None,
    style: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="a bibliography in that CSL style (apa, mla, chicago …) or .csl file"),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="with --style: write HTML, not plain text")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="write untouched BibTeX or RIS entries byte for byte as in their files")
    ] = False,
    at: Annotated[int | None, typer.Option(min=1, help="the version to export; default the newest")] = None,
    home: HomeOption = None,
) -> None:
    """Write the whole library to standard output: in a format, or as a bibliography in a style.

    With --to zotero, write it to a library of Zotero; what became of each work is a line. Exit 1 when some failed.
    """
    with readable():
        library = open_library(home).library
        version = Version(at) if at is not None else None
        named = Path(style) if style and style.endswith(".csl") else style
        if address is not None and to != "zotero":
            raise BadRequest("--address says where to write with --to zotero: give both, or neither")
        if to == "zotero":
            if export_to_zotero(library, settings_of(home), address, version):
                raise typer.Exit(SOME_FAILED)
            return
        if to is not None:
            text = library.read(lambda snapshot: annotations_text(snapshot, library.minter, to), version)
            typer.echo(text)
            return
        if original and named is not None:
            raise BadRequest("give --original or --style, not both: a style leaves no entry as it was")
        if original:
            made = library.read(
                lambda snapshot: export_originals(snapshot, library.things, library.minter, format), version
            )
            typer.echo(f"commonplace: {made.counts} entries are as in their files", err=True)
            data = made.data
        elif named is None:
            data = library.read(lambda snapshot: export(snapshot, library.minter, format), version)
        else:
            data = library.read(lambda snapshot: formatted(snapshot, library.minter, named, html=html), version)
    sys.stdout.buffer.write(data)


cli.command("convert")(convert_files)
cli.command()(pin)
cli.command()(mcp)
cli.command("history")(show_history)
cli.command("diff")(show_diff)
cli.command("revert")(revert)


@cli.command("log")
def show_log(
    thing: Annotated[str | None, typer.Argument(help="an IRI, or a work's key: only versions that touched it")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print the versions, newest first."""
    with readable():
        library = open_library(home).library
        iri = _iri_of(library, thing) if thing else None
        found = changes_of_thing(library.things, iri) if iri else changes(library.log)
        shown = [brief(library.log, version) for version in found]
    if as_json:
        typer.echo(json.dumps([change.model_dump(exclude_none=True) for change in shown], ensure_ascii=False))
        return
    for change in shown:
        typer.echo(f"{change.version:>6}  {change.at[:19]}Z  {change.kind:<14} {change.agent}: {change.message}")


def _iri_of(library: Library, thing: str) -> str:
    """Return the IRI of a thing given by its IRI, or of a work given by its key or an alternative one."""
    if thing.startswith(library.minter.base):
        return thing
    node = library.minter.thing("work", thing)
    return (library.read(lambda snapshot: known_thing(snapshot, library.minter, node)) or node).value


@cli.command()
def undo(
    version: Annotated[int | None, typer.Argument(min=1, help="the version to take back")] = None,
    piece: Annotated[
        str | None, typer.Option(help="take back every version of the piece of work of this name, as one")
    ] = None,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Take a version back, as a new version; say what later versions keep from being undone."""
    with readable():
        if (version is None) == (piece is None):
            raise BadRequest("say what to take back: a version, or --piece with the name of a piece of work")
        opened = open_library(home, "write")
        if piece is not None:
            undone = opened.committer.undo_piece(piece, agent_of(home, agent), message)
        else:
            undone = opened.committer.undo(Version(version or 0), agent_of(home, agent), message)
    kept = [{"thing": k.thing, "why": k.why, "versions": list(k.versions)} for k in undone.kept]
    made = undone.entry.version if undone.entry else None
    if as_json:
        of = {"undone": version} if version else {"piece": piece, "undone": undone.versions}
        typer.echo(json.dumps({**of, "version": made, "kept": kept}))
        return
    what = f"version {version} is" if version else f"{piece!r} ({len(undone.versions)} versions) is"
    typer.echo(f"{what} taken back as version {made}" if made else "there was nothing left to undo")
    for item in undone.kept:
        by = ", ".join(str(number) for number in item.versions)
        typer.echo(f"  left: {item.thing}: {item.why}" + (f" (version {by})" if by else ""))


@cli.command()
def edit(
    thing: Annotated[str, typer.Argument(help="a work's key, or kind/key, or an IRI", metavar="KEY")],
    assignments: Annotated[
        list[str], typer.Argument(help="title=…, labels.en=…; field= clears", metavar="FIELD=VALUE...")
    ],
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Change members of one thing, as one version. Values that begin with [ or { are JSON."""
    with readable():
        opened = open_library(home, "write")
        kind, key = named(thing, opened.library.minter)
        editor = Editor(agent_of(home, agent), message=message)
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
def delete(
    thing: Annotated[str, typer.Argument(help="a work's key, or kind/key, or an IRI", metavar="KEY")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go, delete nothing")] = False,
    with_dependents: Annotated[
        bool,
        typer.Option("--with-dependents", help="also evidence, citations and roles that hang on it, and links to it"),
    ] = False,
    message: MessageOption = "",
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Delete one thing, as one version, with the nodes that belong to it; refuse while others hang on it."""
    with readable():
        opened = open_library(home, "read" if dry_run else "write")
        kind, key = named(thing, opened.library.minter)
        deletions = Deletions(opened.library, opened.committer)
        if dry_run:
            report = deletions.look(kind, key, with_dependents=with_dependents)
        else:
            deleter = Deleter(agent_of(home, agent), message)
            report, _ = deletions.delete(kind, key, deleter, with_dependents=with_dependents)
    typer.echo(report.json_bytes().decode() if as_json else "\n".join(deletion_lines(kind, report)))


cli.command()(bulk)
cli.command()(merge)
cli.command()(unmerge)
cli.command()(backup)
cli.command("restore")(restore_home)


@cli.command()
def rebuild(home: HomeOption = None) -> None:
    """Delete every derived view and make it again from the log."""
    with readable():
        settings = settings_of(home)
        if not is_library(settings.home, settings.log):
            raise NoLibrary.at(settings.home)
        clear_derived(settings.home)
        library = open_home(settings, access="write").library
        if library.follow():
            library.checkpoints.write(library.graph)
        size = library.read(lambda snapshot: snapshot.size)
    typer.echo(f"version {library.follow()}: {size} statements, made again from the log")


@cli.command()
def check(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Check that the data keep the rules, and say what to do where they do not; exit 1 then. Nothing is written."""
    with readable(), progress("checking") as moved:
        library = open_library(home).library
        shapes = SHIPPED_ONTOLOGY / "shapes.ttl"
        found = library.read(lambda snapshot: checked(snapshot, shapes, library.minter, library.texts, moved))
    if as_json:
        typer.echo(json.dumps(found.shape(library.minter), ensure_ascii=False))
    else:
        for line in found.lines(library.minter):
            typer.echo(line)
    if found.breaches:
        raise typer.Exit(1)


@cli.command()
def verify(home: HomeOption = None) -> None:
    """Check that the log is whole, that what is derived is what it says, and that the data keep the rules.

    Exit 1 with findings. Nothing is written.
    """
    count = 0
    with readable():
        try:
            library = open_library(home).library
            folder = settings_of(home).home
            for finding in findings(library, folder, SHIPPED_ONTOLOGY / "shapes.ttl"):
                count += 1
                typer.echo(finding)
            typer.echo(f"version {library.follow()}: {count or 'no'} findings")
        except LogDamaged as damage:  # the home does not even open: that is a finding, too
            count += 1
            typer.echo(f"{damage.detail}\nthe log is damaged: restore it from a backup; {count} findings")
    if count:
        raise typer.Exit(1)


def main() -> None:
    """Run the `commonplace` program."""
    cli()
