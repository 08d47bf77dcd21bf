"""What a process holds is told, and what it has freed goes back to the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commonplace.processes.memory import memory_of, own_memory
from commonplace.processes.state import is_stopped
from tests.command import environment

MB = 1_000_000

PROGRAM = """
from commonplace.processes.memory import give_back_memory, own_memory
pieces = [bytearray(2_000) for _ in range(50_000)]
kept, held = pieces[::1_000], own_memory()
del pieces
freed = own_memory()
give_back_memory()
print(held, freed, own_memory())
"""


def test_memory_that_lies_between_pieces_in_use_is_given_back(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    held, freed, given = map(int, done.stdout.split())
    assert held > 100 * MB
    assert held - freed < 20 * MB, "else there is nothing to give back"
    assert held - given > 90 * MB


BETWEEN = """
import sys
from commonplace.processes.memory import keep_apart, own_memory
if sys.argv[1:]:
    keep_apart(int(sys.argv[1]))
bytearray(20_000_000)  # after which the C library takes such pieces from among the others
large, small = [], []
for number in range(40):
    large.append(bytearray(2_000_000))
    small.append([bytearray(2_000) for _ in range(20)])
held = own_memory()
del large
print(held - own_memory())
"""


@pytest.mark.parametrize(("apart", "goes_back"), [([], False), (["262144"], True)])
def test_large_pieces_that_lie_apart_go_back_at_once(tmp_path: Path, apart: list[str], goes_back: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BETWEEN, *apart], env=environment(), cwd=tmp_path, capture_output=True, check=True
    )
    assert (int(done.stdout) > 75 * MB) is goes_back


AGAIN = """
import resource
from commonplace.exchange.replayable_text import ReplayableText
from commonplace.model.quad_text import QuadText
from commonplace.processes.memory import keep_apart
from commonplace.web.http.server import LARGE_BYTES
keep_apart(LARGE_BYTES)
lines = b"<urn:x:a> <urn:x:b> <urn:x:c> .\\n" * 200
text = QuadText(ReplayableText(lines for _ in range(4_000)).pieces)
size, _ = text.digest_with(b"D ")
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
text.digest_with(b"A ")
print(size // resource.getpagesize(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_a_long_text_is_gone_through_in_the_memory_that_its_pieces_had_before(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AGAIN], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    pages, taken = map(int, done.stdout.split())
    assert pages > 5_000
    assert taken < pages // 10


def test_a_process_knows_what_it_holds() -> None:
    before = own_memory()
    data = b"x" * 50 * MB
    assert 40 * MB < own_memory() - before < 60 * MB
    assert memory_of(os.getpid()) > len(data)


def test_only_a_process_that_was_stopped_is_stopped() -> None:
    assert not is_stopped(os.getpid())
    assert not is_stopped(2**22 + 1)
