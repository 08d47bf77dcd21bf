"""Answers to queries as they are kept: one question is asked once, and no answer is stale."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.web.sparql.limited_server import (
    COUNT,
    HEADERS,
    served,
)


def test_the_same_question_at_the_same_time_is_asked_once(home: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a a ?b . ?c ?d ?e FILTER(STRLEN(STR(?e)) > STRLEN(STR(?b))) }"
    with served(home, workers=1) as server, ThreadPoolExecutor(6) as pool:
        server.ask(COUNT)
        asked: list[str] = []
        ask = server.workers.ask

        async def counting(question: object, client: str) -> object:
            asked.append(client)
            return await ask(question, client)  # type: ignore[arg-type]

        server.workers.ask = counting  # type: ignore[method-assign, assignment]
        answers = [pool.submit(server.ask, query) for _ in range(6)]
        assert len({answer.result().content for answer in answers}) == 1
        assert len(asked) < 6


def test_the_cache_is_never_stale(home: Path) -> None:
    with served(home, cache_bytes=10_000_000) as server:
        token = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
        counts = []
        for number in range(4):
            first, again = server.ask(COUNT), server.ask(COUNT)
            assert first.content == again.content
            assert first.headers["commonplace-version"] == str(number + 1)
            held = server.ask(COUNT, **{"If-None-Match": first.headers["etag"]})
            assert held.status_code == 304
            assert held.headers["etag"] == first.headers["etag"]
            assert not held.content
            counts.append(int(first.json()["results"]["bindings"][0]["n"]["value"]))
            text = f"INSERT DATA {{ <http://example.org/{number}> <http://example.org/p> 1 }}"
            made = server.client.post("/sparql", data={"update": text}, headers=token)
            assert made.status_code == 200, made.text
        assert counts == [counts[0] + number for number in range(4)]
        for number in range(4):
            past = server.client.get("/sparql", params={"query": COUNT, "at": str(number + 1)})
            assert int(past.json()["results"]["bindings"][0]["n"]["value"]) == counts[number]
            assert past.headers["etag"].startswith(f'"{number + 1};srj')
            assert "immutable" in past.headers["cache-control"]


def test_a_repeated_question_is_not_evaluated_again(home: Path) -> None:
    with served(home, cache_bytes=10_000_000) as server:
        first = server.ask(COUNT)

        async def never(question: object, client: str) -> None:
            raise AssertionError("asked again")

        server.workers.ask = never  # type: ignore[method-assign, assignment]
        assert server.ask(COUNT).content == first.content
        assert server.ask(COUNT, **{"If-None-Match": '"1;srj"'}).status_code == 304
        posted = server.client.post("/sparql", data={"query": COUNT}, headers=HEADERS)
        assert posted.content == first.content
