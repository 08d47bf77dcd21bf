"""Writes that others overtake as soon as they are made: each is answered as it was made, and costs no past state."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from commonplace.derived.graph.graph import Graph
from commonplace.exchange.edits import Editor, Edits
from commonplace.home.opening import Home
from commonplace.model.change import Version
from tests.conftest import BASE

PAIR = ["ostrom1996", "brudney1983"]
ANNOTATION = {
    "type": "Annotation",
    "body": [{"type": "TextualBody", "purpose": "tagging", "value": "concept:mediator-role"}],
    "target": f"{BASE}id/work/ostrom1996",
}
WRITES: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "an edit": lambda client: client.patch("/works/ostrom1996", json={"title": "Written first"}),
    "a new thing": lambda client: client.post("/people", json={"given": "Sam", "family": "Soak"}),
    "a decision": lambda client: client.post(
        "/duplicates/decisions", json={"works": PAIR, "judgement": "different", "reason": "other years"}
    ),
    "a relation": lambda client: client.post(
        "/duplicates/decisions",
        json={"works": PAIR, "judgement": "related", "relation": "translation", "work": PAIR[0], "reason": "said"},
    ),
    "a text": lambda client: client.put(
        "/works/ostrom1996/text", content="A page of words.", headers={"Content-Type": "text/plain"}
    ),
    "an annotation": lambda client: client.post("/annotations", json=ANNOTATION),
    "a pin": lambda client: client.post("/pins", json={"address": "/works/ostrom1996"}),
}
"""Writes whose answer shows what they made."""


def test_a_write_that_is_overtaken_is_answered_as_it_was_made(
    curator: httpx.Client, opened: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, others = opened.library, Edits(opened.library, opened.committer)
    keep_checkpoint, fill = library.keep_checkpoint, library.checkpoints.fill
    made_for: list[Version] = []
    coming: list[str] = []

    def overtaken() -> None:
        """Let another write, where one is coming, as soon as the door is open again."""
        if coming:
            others.patch("work", PAIR[0], {"title": coming.pop()}, Editor("another"))
        keep_checkpoint()

    def noting(graph: Graph, at: Version) -> None:
        made_for.append(at)
        fill(graph, at)

    monkeypatch.setattr(library, "keep_checkpoint", overtaken)
    monkeypatch.setattr(library.checkpoints, "fill", noting)
    for number, (what, write) in enumerate(WRITES.items()):
        coming.append(f"Written after {what}")
        before = library.newest()
        answer = write(curator)
        assert answer.status_code in (200, 201), f"{what}: {answer.text[:500]}"
        assert (int(answer.headers["commonplace-version"]), library.newest()) == (before + 1, before + 2), what
        if number == 0:
            assert answer.json()["title"] == "Written first"
            assert curator.get("/works/ostrom1996").json()["title"] == "Written after an edit"
    assert made_for == []
