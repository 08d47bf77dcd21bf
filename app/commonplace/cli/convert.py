"""Convert files from one format to another, without a library: `commonplace convert`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from commonplace.cli.input import STANDARD_INPUT, name_of, read_input, refuse_reading_twice
from commonplace.cli.terminal import SOME_FAILED, JsonOption, exit_code, progress, readable
from commonplace.errors import BadRequest
from commonplace.exchange.conversion import ConversionReceipt, convert
from commonplace.model.formats import FORMATS, ConvertedFormat, ReadFormat
from commonplace.settings import Settings


def convert_files(
    files: Annotated[
        list[Path], typer.Argument(help="bibliography files, plain or gzipped; - is standard input", metavar="FILE...")
    ],
    to: Annotated[ConvertedFormat, typer.Option(help="the format to write")],
    source: Annotated[ReadFormat | None, typer.Option("--from", help="format to read; default a guess")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="write DIR/NAME.EXT for each file, not to standard output")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Convert files. Losses and faults go to standard error, or, with --json, into a receipt of every entry.

    The receipt goes to standard output with --out, else to standard error. No library is touched. Exit 0 when every
    entry is converted, 1 when some failed (the rest is written), 2 when nothing could be read.
    """
    with readable():
        refuse_reading_twice(files)
        settings = Settings()
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            _refuse_same_names(files, out, to)
    codes = []
    for path in files:  # one that cannot be read does not keep the others out
        try:
            with readable():
                receipt = _convert(path, source, to, out, as_json, settings)
                _tell(receipt, as_json, err=out is None)
            codes.append(SOME_FAILED if receipt.failed else 0)
        except typer.Exit as stopped:
            codes.append(stopped.exit_code)
    if code := exit_code(codes):
        raise typer.Exit(code)


def _refuse_same_names(files: list[Path], out: Path, to: str) -> None:
    """Refuse to write a file over another, or over itself. Raises `BadRequest`."""
    made: dict[Path, Path] = {}
    for path in files:
        target = _target(path, out, to)
        if target in made:
            raise BadRequest(f"{path} and {made[target]} would both be written to {target}")
        if target.resolve() == path.resolve():
            raise BadRequest(f"{path} would be written over itself")
        made[target] = path


def _target(path: Path, out: Path, to: str) -> Path:
    name = "standard-input" if path == STANDARD_INPUT else path.name.removesuffix(".gz")
    return out / (Path(name).stem.removesuffix(".csl") + FORMATS[to].extensions[0])


def _convert(
    path: Path, source: str | None, to: str, out: Path | None, as_json: bool, settings: Settings
) -> ConversionReceipt:
    data, name = read_input(path, settings.import_bytes)
    target = _target(path, out, to) if out is not None else None
    partial = target.with_name(f".{target.name}.part") if target is not None else None
    opened: list[BinaryIO] = []
    with progress(f"converting {name_of(path)}") as shown:
        try:
            receipt = convert(
                data, name, source, to, _opener(partial, opened),
                every_item=as_json, base=settings.base_iri, progress=shown,
            )  # fmt: skip
        except BaseException:
            if partial is not None:
                partial.unlink(missing_ok=True)
            raise
        finally:
            for stream in opened:
                stream.flush() if partial is None else stream.close()
    if partial is not None and target is not None:
        partial.replace(target)
    return receipt


def _opener(path: Path | None, opened: list[BinaryIO]) -> Callable[[], BinaryIO]:
    def open_output() -> BinaryIO:
        stream: BinaryIO = sys.stdout.buffer if path is None else path.open("wb")
        opened.append(stream)
        return stream

    return open_output


def _tell(receipt: ConversionReceipt, as_json: bool, err: bool) -> None:
    if as_json:
        typer.echo(receipt.json_text(), err=err)
        return
    for line in receipt.lines():
        typer.echo(line, err=True)
