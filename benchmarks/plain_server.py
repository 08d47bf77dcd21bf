"""Serve pyoxigraph in memory behind raw ASGI, queries in threads: the plain Python baseline, without any limit.

LIBRARY=library.nt python -m uvicorn benchmarks.plain_server:answer
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store

_store = Store()
_store.bulk_load(path=os.environ["LIBRARY"], format=RdfFormat.N_TRIPLES, lenient=True)
_threads = ThreadPoolExecutor(8)


def _answer(text: str) -> tuple[bytes, bytes]:
    result = _store.query(text)
    if isinstance(result, QueryTriples):
        return result.serialize(format=RdfFormat.N_TRIPLES) or b"", b"application/n-triples"
    return result.serialize(format=QueryResultsFormat.JSON) or b"", b"application/sparql-results+json"


async def answer(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer any path, with `query=` in the address (ASGI)."""
    if scope["type"] != "http":
        return
    text = dict(parse_qsl(scope["query_string"].decode())).get("query", "ASK {}")
    try:
        body, media_type = await asyncio.get_running_loop().run_in_executor(_threads, _answer, text)
        status = 200
    except SyntaxError as fault:
        body, media_type, status = str(fault).encode(), b"text/plain", 400
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
