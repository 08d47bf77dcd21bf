"""Send one message to an address that others chose: to a public one only, once, and within a time.

Nothing of the answer is read but its status, and no redirect is followed, so that whatever answers does no harm.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

import httpx

from commonplace.errors import BadRequest, Message
from commonplace.importers.doi.destinations import is_public, resolved

LONGEST_ADDRESS = 2_000
"""Maximum number of characters of the address of a webhook."""

_HOST = re.compile(
    r"(?=.{1,254}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
"""The name of a host as it is asked for: labels of at most 63 letters, digits and hyphens, at most 253 in all."""

MOST_PATIENCE = 86_400.0
"""Maximum seconds of a `Retry-After` that is waited for."""

PRIVATE = "leads to an address that is not public, which is asked only where COMMONPLACE_WEBHOOK_PRIVATE is set"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What came of an attempt, in words; `status` where there was an answer, `after` the seconds that it asks for."""

    said: str
    status: int | None = None
    after: float | None = None

    @property
    def delivered(self) -> bool:
        """Return whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Return whether the address wants no more messages (410)."""
        return self.status == 410


def checked_address(url: str, *, private: bool) -> str:
    """Return the address of a webhook. Raises `BadRequest` for one that may not be asked."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        name = httpx.URL(url).raw_host.decode("ascii")
    except (ValueError, httpx.InvalidURL) as fault:
        raise BadRequest(
            Message("the address cannot be read: %(fault)s", fault=fault), [("url", "is no address")]
        ) from fault
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST_ADDRESS:
        raise BadRequest("a webhook is an http or https address", [("url", "give http://… or https://…")])
    if ":" not in name and not _HOST.fullmatch(name):
        raise BadRequest(
            Message("%(host)s is no name of a host", host=repr(host)),
            [("url", "its name has letters, digits, - and .")],
        )
    if parts.username or parts.password or parts.fragment:
        raise BadRequest("the address has a user, a password or a fragment", [("url", "leave them out")])
    try:
        addresses = resolved(host)
    except (OSError, UnicodeError):
        return url  # it may be known later, and is judged again each time
    if not private and not all(map(is_public, addresses)):
        raise BadRequest(Message("%(host)s %(private)s", host=host, private=PRIVATE), [("url", "is not public")])
    return url


async def send(url: str, headers: Mapping[str, str], body: bytes, *, seconds: float, private: bool) -> DeliveryOutcome:
    """Send a message, and return what came of it, within that time."""
    try:
        async with asyncio.timeout(seconds):
            return await _sent(httpx.URL(url), headers, body, private=private)
    except TimeoutError:
        return DeliveryOutcome(f"no answer within {seconds:g} s")
    except (OSError, UnicodeError, ValueError, ssl.SSLError, httpx.HTTPError, httpx.InvalidURL) as fault:
        return DeliveryOutcome(f"no answer: {type(fault).__name__}: {fault}"[:300])


async def _sent(url: httpx.URL, headers: Mapping[str, str], body: bytes, *, private: bool) -> DeliveryOutcome:
    addresses = await asyncio.to_thread(resolved, url.host)
    if not addresses:
        return DeliveryOutcome(f"{url.host} has no address")
    if not private and not all(map(is_public, addresses)):
        return DeliveryOutcome(f"{url.host} {PRIVATE}")
    judged = url.copy_with(host=addresses[0])  # the very address that was judged, whatever the name means next
    sent = {**headers, "Host": url.netloc.decode()}
    client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None)
    async with (
        client,
        client.stream("POST", judged, headers=sent, content=body, extensions={"sni_hostname": url.host}) as response,
    ):
        said = f"answered {response.status_code} {response.reason_phrase}".strip()
        if response.is_redirect:
            said += ", and redirects are not followed"
        return DeliveryOutcome(said, response.status_code, _after(response.headers.get("retry-after")))


def _after(header: str | None) -> float | None:
    """Return in how many seconds an answer asks to come again (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        seconds = float(header) if header.isdecimal() else parsedate_to_datetime(header).timestamp() - time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MOST_PATIENCE)
