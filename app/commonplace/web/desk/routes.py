"""Put the pages of the desk together, one module for each family of them."""

from __future__ import annotations

from itertools import chain

from commonplace.web.desk import (
    bulk,
    duplicates,
    editing,
    history,
    identifiers,
    importing,
    merging,
    pinning,
    queues,
    review,
    signing_in,
    start,
    suggestions,
    texts,
    tokens,
    webhooks,
)
from commonplace.web.http.router import Router

ROUTERS = (
    signing_in.router,
    start.router,
    queues.router,
    review.router,
    suggestions.router,
    duplicates.router,
    merging.router,
    importing.router,
    bulk.router,
    tokens.router,
    webhooks.router,
    pinning.router,
    editing.new_router,
    texts.router,
    history.router,
    identifiers.router,
    editing.router,  # last: `/desk/COLLECTION/KEY` fits every address
)

router = Router()
router.routes += chain.from_iterable(one.routes for one in ROUTERS)
