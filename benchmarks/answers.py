"""Compare the answers of servers before they are timed, so that nobody is fast by answering wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import httpx
from pyoxigraph import RdfFormat, parse

from benchmarks.mixes import JSON, Query
from benchmarks.peers import Server, truth

Answer = Counter[tuple[str, ...]]
"""Rows as they come, in any order, each the lexical forms of its values by the name of the variable."""


def answer_of(client: httpx.Client, server: Server, query: Query) -> Answer:
    """Return the answer of a server. Raises `httpx.HTTPStatusError`, and `ValueError` for one that says it was cut."""
    got = client.get(server.url(), params={"query": query.text}, headers={"Accept": query.accept})
    got.raise_for_status()
    complete = got.headers.get("commonplace-complete", "complete")
    if complete != "complete":
        raise ValueError(f"the answer is not complete: {complete}")
    if query.accept != JSON:
        triples = {quad.triple for quad in parse(got.content, format=RdfFormat.N_TRIPLES)}
        return Counter((str(triple),) for triple in triples)
    said = got.json()
    if (found := truth(said)) is not None:
        return Counter([(str(found),)])
    names = sorted(said["head"]["vars"])
    return Counter(tuple(row.get(name, {}).get("value", "") for name in names) for row in said["results"]["bindings"])


def differences(servers: Sequence[Server], queries: Iterable[Query]) -> list[str]:
    """Return a line for each answer that is not that of the first server. With one server there are none."""
    found = []
    with httpx.Client(timeout=120) as client:
        for query in queries:
            expected: Answer | None = None
            for server in servers:
                try:
                    answer = answer_of(client, server, query)
                except (httpx.HTTPError, ValueError) as fault:
                    found.append(f"{server.name}, {query.kind}: {fault}")
                    continue
                if expected is None:
                    expected = answer
                elif answer.total() != expected.total():
                    found.append(f"{server.name}, {query.kind}: {answer.total()} rows, not {expected.total()}")
                elif answer != expected:
                    odd = next(iter(answer - expected), ())
                    found.append(f"{server.name}, {query.kind}: a row that {servers[0].name} has not: {odd!r:.200}")
    return found
