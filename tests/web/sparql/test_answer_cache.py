"""Answers to queries as they are kept: one question is asked once, and no answer is stale."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.query_patterns import ChangedStatements
from commonplace.derived.workers.messages import Question
from commonplace.web.sparql import answer_cache
from commonplace.web.sparql.answer_cache import AnswerCache, CacheKey, Ready
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


def test_an_answer_is_carried_over_a_change_that_cannot_matter_to_it(home: Path) -> None:
    about = "SELECT ?title WHERE { <id/work/parks1981> <http://purl.org/dc/terms/title> ?title }"
    of_another = "INSERT DATA {{ <http://example.org/{0}> <http://example.org/p> {0} }}"
    token = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
    with served(home, cache_bytes=10_000_000) as server:
        asked: list[str] = []
        ask = server.workers.ask

        async def counting(question: Question, client: str) -> object:
            asked.append(question.text)
            return await ask(question, client)

        server.workers.ask = counting  # type: ignore[method-assign, assignment]
        first = server.ask(about)
        for number in range(1, 1_000):  # until a worker has read the patterns of the question, it is evaluated anew
            made = server.client.post("/sparql", data={"update": of_another.format(number)}, headers=token)
            before = len(asked)
            carried = server.ask(about)
            assert carried.headers["commonplace-version"] == made.headers["commonplace-version"]
            if len(asked) == before:
                break
        assert len(asked) == before, "it was evaluated again after each change"
        assert carried.content == first.content
        assert carried.headers["etag"] != first.headers["etag"]
        assert {name: carried.headers[name] for name in ("content-type", "content-length", "vary")} == {
            name: first.headers[name] for name in ("content-type", "content-length", "vary")
        }
        assert server.ask(about, **{"If-None-Match": carried.headers["etag"]}).status_code == 304

        changed = server.client.patch("/works/parks1981", json={"title": "Another title"}, headers=token)
        anew = server.ask(about)

        assert anew.headers["commonplace-version"] == changed.headers["commonplace-version"]
        assert "Another title" in anew.text
        assert len(asked) == before + 1
        past = server.client.get("/sparql", params={"query": about, "at": "1"}, headers=HEADERS)
        assert past.json() == first.json()
        assert past.headers["commonplace-version"] == "1"


def test_the_changes_that_are_kept_are_bounded_by_their_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_cache, "CHANGES_HASHES", 10_000)

    def many(version: int) -> ChangedStatements:
        quads = (Quad(NamedNode(f"urn:{version}:{n}"), NamedNode("urn:p"), NamedNode(f"urn:{n}")) for n in range(500))
        return ChangedStatements.of(quads)

    def key(version: int, text: str) -> CacheKey:
        return CacheKey(version, text, None, "srj")

    answer = Ready('"1;srj"', b"", b"{}")
    cache = AnswerCache(1_000_000, lambda ready, version: ready)
    for text in ("old", "newer"):
        cache.learn_patterns(text, frozenset({("urn:elsewhere", None, None)}))
    cache.put(key(1, "old"), answer)
    for version in range(2, 100):
        cache.learn_change(version, many(version))
    cache.put(key(98, "newer"), answer)
    assert cache.get(key(99, "newer")) is answer
    assert cache.get(key(99, "old")) is None
    assert len(many(1)) * 98 > 10_000


def test_statements_that_match_alike_are_kept_once() -> None:
    quads = [Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(number)) for number in range(500)]
    assert len(ChangedStatements.of(quads)) == len(ChangedStatements.of(quads[:1])) == 4
    assert len(ChangedStatements.of([])) == 0


def test_the_newest_change_is_kept_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_cache, "CHANGES_HASHES", 1)
    answer = Ready('"1;srj"', b"", b"{}")
    cache = AnswerCache(1_000_000, lambda ready, version: ready)
    cache.learn_patterns("q", frozenset({("urn:elsewhere", None, None)}))
    cache.put(CacheKey(1, "q", None, "srj"), answer)
    for version in (2, 3, 4):
        quads = (Quad(NamedNode(f"urn:{n}"), NamedNode("urn:p"), NamedNode("urn:o")) for n in range(9))
        cache.learn_change(version, ChangedStatements.of(quads))
        assert cache.get(CacheKey(version, "q", None, "srj")) is answer
