"""Keep webhooks and their deliveries in files of the home that only its owner reads.

Source of names and forms: Standard Webhooks 1.0.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from commonplace.errors import BadRequest, Message, NotFound
from commonplace.home.private_list import FilePlace, PrivateList
from commonplace.model.change import Version

MOST_WEBHOOKS = 50
"""Maximum number of webhooks: every version is sent to each."""

KEPT_DELIVERIES = 1_000
"""Maximum number of deliveries that are kept of a webhook, and that may wait; older ones go first."""

SECRET_PREFIX = "whsec_"  # the form of a secret, and none

_SECRET_BYTES = 32
_ID = re.compile(r"[a-z0-9]{16}")


class Webhook(BaseModel):
    """An address that is told of each version after `after`. `stopped` says why it is told no longer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    url: str
    secret: str
    description: str | None = None
    agent: str
    created: datetime
    after: int
    stopped: str | None = None


class Delivery(BaseModel):
    """One message to a webhook, and what became of it. `said` is about the last attempt, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int
    event: Literal["change", "test"] = "change"
    state: Literal["waiting", "delivered", "given-up"] = "waiting"
    attempts: int = 0
    status: int | None = None
    said: str | None = None
    last_attempt: datetime | None = None
    next_attempt: datetime | None = None


class KeptWebhooks:
    """The webhooks of a home, in a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._list = PrivateList(FilePlace(folder / "webhooks.json"), "webhooks", Webhook)

    def all(self) -> tuple[Webhook, ...]:
        """Return every webhook, oldest first. Raises `HomeUnusable`."""
        return self._list.all()

    def get(self, id: str) -> Webhook:
        """Return the webhook of that id. Raises `NotFound`."""
        found = next((one for one in self.all() if one.id == id), None)
        if found is None:
            raise NotFound(Message("there is no webhook %(id)r", id=id))
        return found

    def add(self, url: str, description: str | None, agent: str, after: Version) -> Webhook:
        """Keep a webhook, with a secret that is made here. Raises `BadRequest` where there are too many."""
        made = Webhook(
            id=secrets.token_hex(8),
            url=url,
            secret=SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode(),
            description=description,
            agent=agent,
            created=datetime.now(UTC).replace(microsecond=0),
            after=after,
        )

        def add(webhooks: list[Webhook]) -> None:
            if len(webhooks) >= MOST_WEBHOOKS:
                raise BadRequest(
                    Message("there are %(most_webhooks)s webhooks, and no more may be", most_webhooks=MOST_WEBHOOKS),
                    [("url", "delete another")],
                )
            webhooks.append(made)

        self._list.change(add)
        return made

    def stop(self, id: str, why: str) -> None:
        """Send nothing more to a webhook."""

        def stop(webhooks: list[Webhook]) -> None:
            webhooks[:] = [one.model_copy(update={"stopped": why}) if one.id == id else one for one in webhooks]

        self._list.change(stop)

    def remove(self, id: str) -> None:
        """Forget a webhook and its deliveries. Raises `NotFound`."""
        self.get(id)

        def remove(webhooks: list[Webhook]) -> None:
            webhooks[:] = [one for one in webhooks if one.id != id]

        self._list.change(remove)
        for path in self.folder.glob(f"{id}.json*"):
            path.unlink(missing_ok=True)

    def deliveries(self, id: str) -> tuple[Delivery, ...]:
        """Return the deliveries that are kept of a webhook, oldest first."""
        return self._deliveries(id).all()

    def change(self, id: str, change: Callable[[list[Delivery]], None]) -> None:
        """Change the deliveries of a webhook in place."""

        def changed(deliveries: list[Delivery]) -> None:
            change(deliveries)
            del deliveries[:-KEPT_DELIVERIES]

        self._deliveries(id).change(changed)

    def put(self, id: str, delivery: Delivery) -> None:
        """Keep one delivery as it is now."""

        def put(deliveries: list[Delivery]) -> None:
            places = [place for place, one in enumerate(deliveries) if one.id == delivery.id]
            if places:
                deliveries[places[0]] = delivery
            else:
                deliveries.append(delivery)

        self.change(id, put)

    def _deliveries(self, id: str) -> PrivateList[Delivery]:
        if not _ID.fullmatch(id):  # it becomes the name of a file
            raise NotFound(Message("there is no webhook %(id)r", id=id))
        return PrivateList(FilePlace(self.folder / f"{id}.json"), "deliveries", Delivery)
