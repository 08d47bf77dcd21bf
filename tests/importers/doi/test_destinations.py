"""Redirects lead to public addresses over HTTP only, except where the service asked is itself a stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commonplace.importers.doi.client import CSL_JSON, AgencyClient, Patience
from commonplace.importers.doi.destinations import Destinations, is_public
from commonplace.importers.doi.faults import AgencyFault, NoAnswer, RefusedByAgency
from commonplace.importers.doi.rate_limit import RateLimiter
from tests.importers.doi.agency_server import Agencies, PassingTime, Trouble, serving_agencies

NAMES = {"agency.example": ["127.0.0.1"], "inside.example": ["127.0.0.2"], "both.example": ["127.0.0.1", "127.0.0.2"]}


@pytest.fixture
def agencies() -> Iterator[Agencies]:
    made = Agencies(PassingTime(), other={"10.1400/m": {"DOI": "10.1400/m", "title": "Of mEDRA"}})
    with serving_agencies(made) as served:
        yield served


def asked(agencies: Agencies, location: str, destinations: Destinations | None = None) -> object:
    """What comes of a DOI whose resolver redirects to that location."""
    agencies.troubles["/doi/10.1/x"] = [Trouble(302, b"", {"Location": location})]
    patience = Patience(attempts=1, answer_bytes=1_000)
    with AgencyClient(None, None, RateLimiter(agencies.time.clock()), patience, destinations) as client:
        return client.get_json(agencies.addresses.resolver("10.1/x"), lambda _: True, CSL_JSON, follow=True)


def judged(*public: str) -> Destinations:
    """Destinations for which those addresses of this machine are public, and names that lead to them."""
    return Destinations(is_public=lambda address: address in public, resolve=lambda host: NAMES.get(host, [host]))


def port(agencies: Agencies) -> str:
    return agencies.url.rpartition(":")[2]


def test_a_stand_in_may_lead_to_another(agencies: Agencies) -> None:
    found = asked(agencies, f"{agencies.url}/doi/10.1400/m")
    assert found == {"DOI": "10.1400/m", "title": "Of mEDRA"}


def test_a_relative_redirect_is_followed(agencies: Agencies) -> None:
    assert asked(agencies, "/doi/10.1400/m") == {"DOI": "10.1400/m", "title": "Of mEDRA"}


def test_the_address_that_was_judged_is_the_one_connected_to(agencies: Agencies) -> None:
    place = f"http://agency.example:{port(agencies)}/doi/10.1400/m"
    assert asked(agencies, place, judged("127.0.0.1")) == {"DOI": "10.1400/m", "title": "Of mEDRA"}
    assert agencies.requests[-1][2]["host"] == f"agency.example:{port(agencies)}"


@pytest.mark.parametrize("host", ["127.0.0.2", "inside.example", "both.example"])
def test_a_public_service_does_not_lead_to_an_address_that_is_not(agencies: Agencies, host: str) -> None:
    with pytest.raises(RefusedByAgency, match=f"redirects to {host}, an address that is not public"):
        asked(agencies, f"http://{host}:{port(agencies)}/doi/10.1400/m", judged("127.0.0.1"))
    assert len(agencies.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/_x", "data:,x"])
def test_only_http_is_followed(agencies: Agencies, location: str) -> None:
    with pytest.raises(RefusedByAgency, match="redirects to"):
        asked(agencies, location)
    assert len(agencies.requests) == 1


@pytest.mark.parametrize("location", ["http://[::1", "http://x:port/"])
def test_what_is_no_address_is_not_followed(agencies: Agencies, location: str) -> None:
    with pytest.raises(AgencyFault):
        asked(agencies, location)
    assert len(agencies.requests) == 1


def test_redirects_end(agencies: Agencies) -> None:
    agencies.always["/doi/10.1/y"] = Trouble(302, b"", {"Location": "/doi/10.1/y"})
    with pytest.raises(RefusedByAgency, match="redirects more than"):
        asked(agencies, "/doi/10.1/y")
    assert len(agencies.requests) < 20


def test_what_a_redirect_leads_to_is_bounded(agencies: Agencies) -> None:
    agencies.other["10.1/long"] = {"title": "x" * 2_000}
    with pytest.raises(RefusedByAgency, match="more than 1000 bytes"):
        asked(agencies, "/doi/10.1/long")


def test_a_name_that_leads_nowhere_is_no_answer(agencies: Agencies) -> None:
    def unknown(host: str) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(NoAnswer, match="is not known"):
        asked(agencies, "http://gone.example/x", Destinations(resolve=unknown))


def test_a_proxy_judges_names_and_we_the_numbers(agencies: Agencies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", agencies.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(AgencyFault, match="not public"):
        asked(agencies, f"http://127.0.0.2:{port(agencies)}/x", judged("127.0.0.1"))


@pytest.mark.parametrize("address", ["193.0.6.139", "2001:67c:2e8:22::c100:68b", "64:ff9b::c100:68b"])
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255
    ::1 :: fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::""".split(),
)
def test_these_are_not(address: str) -> None:
    assert not is_public(address)
