"""Tell webhooks of each version, from a thread of its own: nobody who reads or writes waits for whoever is told.

What is to be told follows from the log, and what was told is in a file before the next attempt. So a version is told at
least once, after whatever end; one that is told again has the same `webhook-id`.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock, Thread
from typing import IO

from commonplace.errors import CommonplaceError
from commonplace.home.webhooks.kept import KEPT_DELIVERIES, Delivery, KeptWebhooks, Webhook
from commonplace.home.webhooks.message import body_of, headers_of
from commonplace.home.webhooks.sending import checked_address, send
from commonplace.library import Library
from commonplace.model.change import Version

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Maximum time between two looks for new versions, deliveries that are due, and the end."""

CLOSE_SECONDS = 5.0
"""Maximum time that the end of the server waits for messages on their way; they are sent again after the next start."""


@dataclass(frozen=True, slots=True)
class Persistence:
    """How long to go on: the seconds before each further attempt, those of an attempt, and where one may lead."""

    waits: Sequence[float] = (5, 30, 120, 600, 3_600, 21_600, 86_400)
    seconds: float = 15.0
    private: bool = False


class Webhooks:
    """The webhooks of an open home. Safe to share between threads."""

    def __init__(self, library: Library, kept: KeptWebhooks, persistence: Persistence) -> None:
        self.kept = kept
        self._library = library
        self._persistence = persistence
        self._lock = Lock()
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._closed = True
        self._held: IO[str] | None = None

    def add(self, url: str, description: str | None, agent: str) -> Webhook:
        """Keep a webhook that is told of every version from now on. Raises `BadRequest`."""
        address = checked_address(url, private=self._persistence.private)
        made = self.kept.add(address, description, agent, self._library.log.head())
        self._ensure()
        return made

    def test(self, id: str) -> Delivery:
        """Send a message of no version to a webhook, once, and return what came of it. Raises `NotFound`."""
        webhook = self.kept.get(id)
        count = sum(one.event == "test" for one in self.kept.deliveries(id))
        head = self._library.log.head()
        delivery = Delivery(id=f"msg_{id}_test_{head}_{count}", version=head, event="test")
        return asyncio.run(self._attempt(webhook, delivery))

    def again(self, id: str, delivery: str) -> Delivery | None:
        """Let a delivery be attempted anew, as if it never was; return it, None where there is none."""
        found = next((one for one in self.kept.deliveries(id) if one.id == delivery), None)
        if found is None or found.event == "test":
            return None
        waiting = Delivery(id=found.id, version=found.version, next_attempt=_now())
        self.kept.put(id, waiting)
        self._ensure()
        return waiting

    def start(self) -> None:
        """Begin to tell, where there is any webhook."""
        self._closed = False
        try:
            if self.kept.all():
                self._ensure()
        except CommonplaceError as fault:
            log.warning("no webhook is told: %s", fault)

    def close(self) -> None:
        """Tell no longer."""
        self._closed = True
        self._look()
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(CLOSE_SECONDS)

    def _ensure(self) -> None:
        """Let the thread run, and look."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()
        self._look()

    def _look(self) -> None:
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None:
            with suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(wake.set)

    def _run(self) -> None:
        try:
            asyncio.run(self._tell())
        finally:
            self._loop = self._wake = None
            if self._held is not None:
                self._held.close()
                self._held = None

    async def _tell(self) -> None:
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        telling: dict[str, asyncio.Task[Delivery]] = {}
        changed: asyncio.Task[Version] | None = None
        while not self._closed:
            self._wake.clear()
            seen = self._library.log.head()
            try:
                if self._is_ours():
                    self._begin(telling)
            except (CommonplaceError, OSError) as fault:
                log.warning("webhooks cannot be told for now: %s", fault)
            if changed is None or changed.done():
                changed = asyncio.create_task(asyncio.to_thread(self._library.log.wait, seen, LOOK_SECONDS))
            woken = asyncio.create_task(self._wake.wait())
            await asyncio.wait({changed, woken, *telling.values()}, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            self._settle(telling)
        for task in telling.values():
            task.cancel()

    def _settle(self, telling: dict[str, asyncio.Task[Delivery]]) -> None:
        """Leave out the attempts that have ended."""
        for id, task in list(telling.items()):
            if task.done():
                del telling[id]
                if (broken := task.exception()) is not None:
                    log.warning("a webhook could not be told: %s: %s", type(broken).__name__, broken)

    def _is_ours(self) -> bool:
        """Return whether this process tells: of several that serve a home, the first."""
        if self._held is None:
            file = (self.kept.folder / "telling.lock").open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
            self._held = file
        return True

    def _begin(self, telling: dict[str, asyncio.Task[Delivery]]) -> None:
        """Begin an attempt for each webhook that has one due, and none on its way."""
        head = self._library.log.head()
        for webhook in self.kept.all():
            if webhook.stopped or webhook.id in telling:
                continue
            deliveries = self._queued(webhook, head)
            due = [one for one in deliveries if one.state == "waiting" and (one.next_attempt or _now()) <= _now()]
            if due:
                telling[webhook.id] = asyncio.ensure_future(self._attempt(webhook, due[0]))

    def _queued(self, webhook: Webhook, head: Version) -> Sequence[Delivery]:
        """Return the deliveries of a webhook, with one for each version since the last."""
        deliveries = self.kept.deliveries(webhook.id)
        last = max((one.version for one in deliveries if one.event == "change"), default=webhook.after)
        if head <= last:
            return deliveries
        first = max(last + 1, head + 1 - KEPT_DELIVERIES)
        new = [Delivery(id=f"msg_{webhook.id}_{version}", version=version) for version in range(first, head + 1)]
        if passed := first - last - 1:
            said = f"{passed} versions before this were passed over: too many waited"
            new[0] = new[0].model_copy(update={"said": said})
        self.kept.change(webhook.id, lambda kept: kept.extend(new))
        return self.kept.deliveries(webhook.id)

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        """Send a message, and keep what came of it."""
        make = partial(body_of, self._library.log, self._library.minter, delivery)
        body = await asyncio.to_thread(make)
        headers = headers_of(webhook, delivery, body, int(_now().timestamp()))
        terms = self._persistence
        outcome = await send(webhook.url, headers, body, seconds=terms.seconds, private=terms.private)
        attempts = delivery.attempts + 1
        state, following = delivery.state, None
        if outcome.delivered:
            state = "delivered"
        elif delivery.event == "test" or outcome.gone or attempts > len(terms.waits):
            state = "given-up"
        else:
            wait = max(terms.waits[attempts - 1], outcome.after or 0)
            following = _now() + timedelta(seconds=wait)
        told = delivery.model_copy(
            update={
                "state": state,
                "attempts": attempts,
                "status": outcome.status,
                "said": outcome.said,
                "last_attempt": _now(),
                "next_attempt": following,
            }
        )
        if any(one.id == webhook.id for one in self.kept.all()):  # it may have been deleted meanwhile
            self.kept.put(webhook.id, told)
            if outcome.gone and delivery.event == "change":
                self.kept.stop(webhook.id, "it answered 410 Gone")
        return told


def _now() -> datetime:
    return datetime.now(UTC)
