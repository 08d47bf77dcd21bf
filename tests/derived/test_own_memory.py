"""A fork that makes its memory its own holds the same, and its parent's is not touched."""

from __future__ import annotations

import os
from pathlib import Path

from commonplace.processes.prefault import owning


def private_bytes() -> int:
    """How much memory of this process no other shares."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_Dirty"))


def test_what_a_fork_shares_becomes_its_own() -> None:
    held = bytearray(b"x" * 50_000_000)
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        before = private_bytes()
        steps = sum(1 for _ in owning())
        same = held.count(b"x") == len(held)
        os.write(writing, f"{steps} {private_bytes() - before} {same}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        copied, grown, whole = said.read().split()
    assert os.waitid(os.P_PID, process, os.WEXITED) is not None
    assert whole == "True"
    if int(copied):  # the kernel knows how, and memory is not short
        assert int(grown) > 40_000_000
    assert held[0] == held[-1] == ord("x")
