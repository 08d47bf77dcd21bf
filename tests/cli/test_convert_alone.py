"""`commonplace convert` needs no library, and loads nothing of one, but is the command that the whole program has."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from commonplace.cli.commands import cli

RUN = "import sys; from commonplace.cli import main; sys.argv = ['commonplace', *sys.argv[1:]]; main()"


def test_it_says_of_itself_what_the_whole_program_says() -> None:
    alone = subprocess.run([sys.executable, "-c", RUN, "convert", "--help"], capture_output=True, text=True, check=True)
    whole = CliRunner().invoke(cli, ["convert", "--help"], prog_name="commonplace")
    assert alone.stdout.split() == whole.output.split()


@pytest.mark.parametrize(("arguments", "loads"), [(["convert", "--help"], False), (["export", "--help"], True)])
def test_only_the_others_load_the_library(arguments: list[str], loads: bool) -> None:
    told = f"import atexit, sys; atexit.register(lambda: print('\\n', 'commonplace.library' in sys.modules)); {RUN}"
    done = subprocess.run([sys.executable, "-c", told, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == str(loads)
