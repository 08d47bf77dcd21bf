"""Ask a question of the application without a server, for a command that keeps the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.types import Message
from uvicorn.importer import import_from_string

from commonplace.exchange.pins import Pinner
from commonplace.library.pin_schemas import Pin
from commonplace.model.pinned_address import of_query, pinned_address
from commonplace.web.pinned_questions import NotAnswered, asked_to_keep

if TYPE_CHECKING:
    from commonplace.web.app import Application


def keep_answer(factory: str, question: str, pinner: Pinner) -> Pin:
    """Keep the answer to an address, or to a query in SPARQL, of the application that a factory makes.

    Raises what the factory raises, and the errors of a question that has no answer to keep.
    """
    app: Application = import_from_string(factory)()
    return asyncio.run(_keep(app, question, pinner))


async def _keep(app: Application, question: str, pinner: Pinner) -> Pin:
    context = app.state.context
    bases = (context.minter.base,)
    is_address = question.startswith(("/", *bases))
    address = pinned_address(question, bases) if is_address else of_query(question)
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "headers": [], "app": app}
    async with app.router.lifespan_context(app):
        try:
            found = await asked_to_keep(Request(scope, _for_ever), address, context.library.follow())
        except NotAnswered as fault:
            fault.raise_if_busy()
            raise fault.refused() from fault
        pin: Pin = context.pins.keep(found, pinner)[0]
        return pin


async def _for_ever() -> Message:
    """Wait as long as the question takes: a command does not leave before it has the answer."""
    await asyncio.Event().wait()
    raise AssertionError("nothing sets the event")
