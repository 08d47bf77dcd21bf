"""Speak to a terminal: errors in one line, and a bar where something takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import ValidationError

from commonplace.errors import CommonplaceError

SOME_FAILED, NOTHING_READ = 1, 2
"""Exit codes: some entries failed and the rest is done; nothing could be read."""


JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


@contextmanager
def readable() -> Iterator[None]:
    """Print an error in one line on standard error, with the place of each fault below it; exit 2."""
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


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing where standard error is none; yield what moves it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # which a program that shows no bar does without
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def exit_code(codes: list[int]) -> int:
    """Return the exit code of a command over several files: 0, 2 when nothing could be read, else 1."""
    if not any(codes):
        return 0
    return NOTHING_READ if all(code == NOTHING_READ for code in codes) else SOME_FAILED
