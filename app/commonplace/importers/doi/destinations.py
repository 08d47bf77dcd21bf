"""Judge where a redirect may lead: to public addresses, so that no answer makes us ask behind our own door.

A name is resolved here and the connection made to the very address that was judged, so that a name that
means one thing when it is judged and another when it is connected to gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.request import getproxies

import httpx

from commonplace.errors import Message
from commonplace.importers.doi.faults import NoAnswer, RefusedByAgency

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public Internet, an IPv4 address within an IPv6 one included."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return all(inner.is_global and not inner.is_multicast for inner in (ip, *_within(ip)))


def _within(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Iterable[ipaddress.IPv4Address]:
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        yield from (inner for inner in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if inner is not None)


def resolved(host: str) -> list[str]:
    """Return the IP addresses of a host, in the order to try them. Raises `OSError`."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


@dataclass(frozen=True, slots=True)
class Hop:
    """Hold a request on its way through redirects: what to send where. `extensions` name the host for TLS."""

    url: httpx.URL
    headers: dict[str, str]
    extensions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Destinations:
    """Say what may be gone to. A service whose own address is not public (a stand-in) may lead to such addresses."""

    is_public: Callable[[str], bool] = is_public
    resolve: Callable[[str], list[str]] = resolved

    def hop(self, url: httpx.URL, start: httpx.URL) -> Hop:
        """Return the request that a redirect leads to. Raises `RefusedByAgency`, and `NoAnswer` for an unknown host."""
        if url.scheme not in ("http", "https") or not url.host:
            raise RefusedByAgency(
                Message(
                    "%(host)s redirects to %(scheme)s:, which is not asked",
                    host=start.host,
                    scheme=url.scheme or "nowhere",
                )
            )
        if self._through_proxy(url):
            return Hop(url, {}, {})
        addresses = self._addresses(url.host)
        if not all(map(self.is_public, addresses)) and self._all_public(start.host):
            raise RefusedByAgency(
                Message(
                    "%(host)s redirects to %(address)s, an address that is not public: it is not asked",
                    host=start.host,
                    address=url.host,
                )
            )
        return Hop(url.copy_with(host=addresses[0]), {"Host": url.netloc.decode()}, {"sni_hostname": url.host})

    def _all_public(self, host: str) -> bool:
        return all(map(self.is_public, self._addresses(host)))

    def _through_proxy(self, url: httpx.URL) -> bool:
        """Return whether a proxy of the operator's makes the connection: it resolves names, and judges them."""
        proxies = getproxies()
        if not (proxies.get(url.scheme) or proxies.get("all")):
            return False
        try:
            ipaddress.ip_address(url.host)
        except ValueError:
            return True
        return False

    def _addresses(self, host: str) -> list[str]:
        try:
            found = self.resolve(host)
        except OSError as fault:
            raise NoAnswer(Message("%(host)s is not known: %(fault)s", host=host, fault=fault)) from fault
        if not found:
            raise NoAnswer(Message("%(host)s has no address", host=host))
        return found
