"""Write and sign the messages that webhooks get.

Source: Standard Webhooks 1.0: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, of which the
last is `v1,` and the HMAC-SHA256 of id, timestamp and body with points between them.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from hashlib import sha256
from typing import Any, cast
from urllib.parse import unquote

from commonplace import __version__
from commonplace.home.webhooks.kept import SECRET_PREFIX, Delivery, Webhook
from commonplace.library.changes import brief
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog

NAMED_THINGS = 100
"""Maximum number of things that a message names; of more, it has the number."""

_PLURALS = {"person": "people", "evidence": "pieces of evidence"}


def headers_of(webhook: Webhook, delivery: Delivery, body: bytes, timestamp: int) -> dict[str, str]:
    """Return the headers of a message, with its signature."""
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Commonplace/{__version__}",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature(webhook.secret, delivery.id, timestamp, body)}",
    }


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, in base 64."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    return b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, sha256)).decode()


def body_of(log: PatchLog, minter: Minter, delivery: Delivery) -> bytes:
    """Return the body of a message: the version, its agent, what it did in words, the things it touched, and links."""
    if delivery.event == "test":
        told = {"summary": "A test of this webhook: nothing has changed.", "version": delivery.version}
        return json.dumps({"type": "webhook.test", "data": told}, ensure_ascii=False).encode()
    version = Version(delivery.version)
    change = brief(log, version)
    things = things_touched(log, minter, version)
    counted = Counter(str(thing["kind"]) for thing in things)
    said = ", ".join(f"{number} {kind if number == 1 else _plural(kind)}" for kind, number in sorted(counted.items()))
    message = f": {change.message}" if change.message else ""
    links = {
        "change": f"{minter.base}changes/{version}",
        "iri": minter.change(version).value,
        "feed": f"{minter.base}changes.atom",
    }
    if change.receipt:
        links["receipt"] = f"{minter.base}{change.receipt.removeprefix('/')}"
    data: dict[str, Any] = {
        "version": version,
        "agent": change.agent,
        "kind": change.kind,
        "message": change.message,
        "summary": f"{change.agent} made version {version} ({change.kind}){message}"
        + (f"; it touched {said}" if said else ""),
        "things": things[:NAMED_THINGS],
        "number_of_things": len(things),
        "links": links,
    }
    return json.dumps({"type": "change", "timestamp": change.at, "data": data}, ensure_ascii=False).encode()


def things_touched(log: PatchLog, minter: Minter, version: Version) -> list[dict[str, Any]]:
    """Return the things that a version speaks of, in the order in which it does."""
    pattern = re.compile(rb"^[AD] <(" + re.escape(f"{minter.base}id/".encode()) + rb"([a-z]+)/([^>#]+))", re.MULTILINE)
    found: dict[bytes, dict[str, Any]] = {}
    with log.body(version) as (text, start, end):
        for match in pattern.finditer(cast(bytes, text), start, end):
            if match[1] not in found and match[2] != b"change":
                iri, kind, key = (part.decode() for part in match.groups())
                found[match[1]] = {"iri": iri, "kind": kind, "key": unquote(key)}
    return list(found.values())


def _plural(kind: str) -> str:
    return _PLURALS.get(kind, f"{kind}s")
