"""The command line as its users have it: a process of its own, from a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.conftest import BASE, ROOT
from tests.preloaded import start


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left behind."""

    exit: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    def receipts(self) -> list[dict[str, Any]]:
        """Standard output of `import --json`: a receipt on each line."""
        return [json.loads(line) for line in self.text.splitlines()]


def environment(**settings: str) -> dict[str, str]:
    """The environment of a command: ours without its settings, and these (`home="…"` is `COMMONPLACE_HOME`)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMONPLACE_")}
    given = {f"COMMONPLACE_{name.upper()}": value for name, value in {"base_iri": BASE, **settings}.items()}
    return {**kept, **given, "PYTHONPATH": str(ROOT / "app"), "NO_COLOR": "1", "COLUMNS": "120"}


def commonplace(*arguments: str | Path, cwd: Path, **settings: str) -> Finished:
    """Run a command in `cwd` with those settings in its environment."""
    return fed(None, *arguments, cwd=cwd, **settings)


def fed(stdin: bytes | None, *arguments: str | Path, cwd: Path, **settings: str) -> Finished:
    """Run a command in the same way with those bytes on its standard input."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin or b"")
        given.seek(0)
        done = start(
            ["-m", "commonplace", *map(str, arguments)],
            {0: given.fileno(), 1: out.fileno(), 2: err.fileno()},
            env=environment(**settings),
            cwd=cwd,
        )
        try:
            code = done.wait(300)
        finally:
            done.kill()
        out.seek(0)
        err.seek(0)
        return Finished(code, out.read(), err.read().decode())


def run_anew(*arguments: str | Path, cwd: Path, **settings: str) -> Finished:
    """Run a command in an interpreter of its own, which imports the program."""
    command = [sys.executable, "-m", "commonplace", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment(**settings), stdin=subprocess.DEVNULL, capture_output=True, timeout=300
    )
    return Finished(done.returncode, done.stdout, done.stderr.decode())


def complains_in_one_line(done: Finished) -> bool:
    """Whether the command failed the way a person can read: one line and the places below it, no traceback."""
    told = ("A new library was made", "This home's curator token", "It is also in")  # what making a home says first
    lines = [line for line in done.err.rstrip("\n").split("\n") if not line.startswith(told)]
    return lines[0].startswith("commonplace: ") and all(line.startswith("  ") for line in lines[1:])
