"""Run what may wait in threads of its own: for other writers, for the search index, or for other services.

Reads keep the other threads.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar, cast

from anyio.to_thread import run_sync

from commonplace.web.context import Context

Given = ParamSpec("Given")
T = TypeVar("T")


async def in_writer(context: Context, run: Callable[[], T]) -> T:
    """Return what a function returns that writes, or waits for a writer, run in one of the threads for that."""
    return await run_sync(run, limiter=context.writers)


async def in_asker(context: Context, run: Callable[[], T]) -> T:
    """Return what a function returns that asks other services, run in one of the threads for that.

    What it writes then waits for other writers there, who do not wait for it while it asks.
    """
    return await run_sync(run, limiter=context.askers)


async def in_searcher(context: Context, run: Callable[[], T]) -> T:
    """Return what a function returns that searches, run in one of the threads for that."""
    return await run_sync(run, limiter=context.searchers)


def writing(endpoint: Callable[Given, T]) -> Callable[Given, Coroutine[Any, Any, T]]:
    """Return an endpoint that runs the one given, which has a parameter `context`, in a thread for writers."""

    @wraps(endpoint)
    async def run(*args: Given.args, **kwargs: Given.kwargs) -> T:
        return await in_writer(cast(Context, kwargs["context"]), partial(endpoint, *args, **kwargs))

    return run


def searching(endpoint: Callable[Given, T]) -> Callable[Given, Coroutine[Any, Any, T]]:
    """Return an endpoint that runs the one given, which has a parameter `context`, in a thread for searches."""

    @wraps(endpoint)
    async def run(*args: Given.args, **kwargs: Given.kwargs) -> T:
        return await in_searcher(cast(Context, kwargs["context"]), partial(endpoint, *args, **kwargs))

    return run
