"""Write the address of a question that is to be kept: within the library, without the version it was asked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from commonplace.errors import BadRequest, Message
from commonplace.model.whole_number import whole_number

LONGEST = 20_000
"""Maximum characters of an address: a query in SPARQL is part of it."""

_PATH_SAFE = "/:@!$&'()*+,;=~%"


@dataclass(frozen=True, slots=True)
class PinnedAddress:
    """A question as path and query, and the version that was named with it."""

    asks: str
    version: int | None = None

    def at(self, version: int) -> str:
        """Return the address of the question asked at a version."""
        return f"{self.asks}{'&' if '?' in self.asks else '?'}at={version}"


def of_query(text: str) -> PinnedAddress:
    """Return the address of a query in SPARQL."""
    return pinned_address("/sparql?" + urlencode({"query": text}, quote_via=quote), ())


def pinned_address(given: str, bases: Iterable[str]) -> PinnedAddress:
    """Return the address to keep for one that a client gives: whole, with one of `bases`, or from its path on.

    Raises `BadRequest` for an address elsewhere, one page of a list, or a version that is none.
    """
    if len(given) > LONGEST:
        raise _refused(Message("an address has at most %(longest)s characters", longest=f"{LONGEST:,}"))
    base = next((base for base in bases if given.startswith(base)), None)
    local = given if base is None else "/" + given.removeprefix(base).lstrip("/")
    parts = urlsplit(local)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        raise _refused("give an address of this library, or the part of one that begins with /")
    try:
        asked = parse_qsl(parts.query, keep_blank_values=True, errors="strict")
    except ValueError as fault:
        raise _refused(Message("its percent-encoding is not UTF-8: %(fault)s", fault=fault)) from fault
    names = [name for name, _ in asked]
    if "cursor" in names:
        raise _refused("a cursor shows one page: leave it out, and the whole list is kept")
    versions = [value for name, value in asked if name == "at"]
    if len(versions) > 1 or not all(map(whole_number, versions)):
        raise _refused("at names one version, a whole number from 1")
    query = urlencode([(name, value) for name, value in asked if name != "at"], quote_via=quote)
    path = quote(parts.path, safe=_PATH_SAFE)
    return PinnedAddress(f"{path}?{query}" if query else path, int(versions[0]) if versions else None)


def _refused(why: str) -> BadRequest:
    return BadRequest(Message("this address cannot be kept: %(why)s", why=why), [("address", why)])
