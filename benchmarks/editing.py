"""Edit a server while it is asked: a title corrected every so often, as SPARQL Update, alike for every server."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import httpx

from benchmarks.bibliography import BASE
from benchmarks.mixes import PROLOGUE
from benchmarks.peers import Server


class Edits(TypedDict):
    """How many edits were made, and how many were refused."""

    made: int
    refused: int


@contextmanager
def editing(server: Server, works: int, every: float) -> Iterator[Edits]:
    """Correct the title of a work every so many seconds until the block ends; 0 corrects none."""
    edits: Edits = {"made": 0, "refused": 0}
    ended = threading.Event()

    def edit() -> None:
        chance = random.Random(15)
        with httpx.Client(base_url=server.address, headers=server.writing, timeout=60) as client:
            while not ended.wait(every):
                work = f"<{BASE}id/work/w{chance.randrange(works)}>"
                title = f"Corrected {chance.randrange(10**9)}"
                text = (
                    f"{PROLOGUE}DELETE {{ {work} dcterms:title ?title }} INSERT {{ {work} dcterms:title '{title}' }} "
                    f"WHERE {{ {work} dcterms:title ?title }}"
                )
                answer = client.post(server.update, content=text, headers={"Content-Type": "application/sparql-update"})
                edits["made" if answer.is_success else "refused"] += 1

    if not every:
        yield edits
        return
    thread = threading.Thread(target=edit, daemon=True)
    thread.start()
    try:
        yield edits
    finally:
        ended.set()
        thread.join()
