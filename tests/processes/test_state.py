"""Whether a process is there, asked in the way of every system."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from commonplace.processes.state import is_there


def test_a_process_is_there_until_it_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_there(str(child.pid))
    child.communicate(b"\n")
    assert not is_there(str(child.pid))


def test_this_process_and_one_of_somebody_else_are_there() -> None:
    assert is_there(str(os.getpid()))
    assert is_there("1")


@pytest.mark.parametrize("text", ["", "x", "4194305", "9" * 30])
def test_what_is_no_number_of_a_process_is_not_there(text: str) -> None:
    assert not is_there(text)
