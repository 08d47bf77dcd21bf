"""Threads at rest are told from others, in processes of their own: a run of tests has threads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

PROGRAM = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor
import anyio.to_thread
from commonplace.processes.at_rest import others_rest, resting

said = {}
over, ready = threading.Event(), threading.Event()

def wait():
    ready.set()
    over.wait()

def wait_at_rest():
    with resting():
        wait()

def work():
    ready.set()
    while not over.is_set():
        sum(range(1000))

def beside(function):
    over.clear(); ready.clear()
    thread = threading.Thread(target=function)
    thread.start()
    ready.wait()
    found = others_rest()
    over.set()
    thread.join()
    return found

said["alone"] = others_rest()
said["beside one that waits, holding who knows what"] = beside(wait)
said["beside one that waits at rest"] = beside(wait_at_rest)
said["beside one that works"] = beside(work)

loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever, daemon=True)
thread.start()
asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
with ThreadPoolExecutor(3) as pool:
    list(pool.map(abs, range(9)))

    async def main():
        await anyio.to_thread.run_sync(sum, [1, 2])
        for _ in range(1000):  # those that have just done something go back to where they wait
            if others_rest():
                return True
            await asyncio.sleep(0.01)

    said["beside idle pools and an event loop"] = asyncio.run(main())
print(said)
"""

HELD = """
import os, socket
from commonplace.processes.at_rest import let_go_of_all_but
heard, said = os.pipe()
until, lives = os.pipe()
ours, theirs = socket.socketpair()
if os.fork() == 0:
    let_go_of_all_but({said, until})
    os.write(said, b"kept")
    os.read(until, 1)
    os._exit(0)
theirs.close()
print(os.read(heard, 9).decode(), ours.recv(1) == b"", flush=True)
"""


def printed(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        input="",
        env={"PYTHONPATH": str(ROOT / "app"), "PATH": str(Path(sys.executable).parent)},
    )
    return done.stdout.strip()


def test_threads_at_rest_are_told_from_others() -> None:
    assert ast.literal_eval(printed(PROGRAM)) == {
        "alone": True,
        "beside one that waits, holding who knows what": False,
        "beside one that waits at rest": True,
        "beside one that works": False,
        "beside idle pools and an event loop": True,
    }


def test_a_process_that_was_forked_keeps_no_socket_open() -> None:
    assert printed(HELD) == "kept True"
