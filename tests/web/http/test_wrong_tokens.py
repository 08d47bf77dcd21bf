"""Whoever tries tokens is slowed, nobody else is, and no token is ever told."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.private_list import FilePlace
from commonplace.home.tokens import Role, Token, Tokens
from commonplace.web.http import wrong_tokens
from commonplace.web.http.wrong_tokens import ADDRESSES, MOST, SECONDS, TooManyWrongTokens, WrongTokens
from tests.conftest import serving
from tests.web.http.test_metrics import Numbers

UPDATE = {"update": "INSERT DATA { <urn:a> <urn:b> 1 }"}


def bearer(secret: str, address: str = "192.0.2.1") -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", "X-Forwarded-For": address}


def test_many_wrong_tokens_from_one_address_are_not_looked_at(opened: Home, caplog: pytest.LogCaptureFixture) -> None:
    known, fresh = opened.tokens.add("known", Role.CURATOR), opened.tokens.add("fresh", Role.CURATOR)
    caplog.set_level(logging.DEBUG)
    with serving(opened, trusted_proxies="127.0.0.1") as client:
        assert client.post("/sparql", data=UPDATE, headers=bearer(known)).status_code == 200
        tried = [f"cpl_guess{number}" for number in range(MOST)]
        doors = ("/sparql", "/imports", "/graph-store?default", "/changes/1/undo")
        answers = [client.post(doors[n % 4], data=UPDATE, headers=bearer(secret)) for n, secret in enumerate(tried)]
        assert {answer.status_code for answer in answers} == {401}
        for secret in ("cpl_another", fresh):  # one that is right too, or trying on would tell
            refused = client.post("/sparql", data=UPDATE, headers=bearer(secret))
            assert refused.status_code == 429
            assert refused.json()["type"].endswith("/docs/problems/too-many-requests")
            assert 0 < int(refused.headers["retry-after"]) <= SECONDS
            assert secret not in refused.text
        assert client.patch("/works/ostrom1996", json={}, headers=bearer("cpl_another")).status_code == 429
        assert client.get("/webhooks", headers=bearer("cpl_another")).status_code == 429
        assert client.post("/sparql", data=UPDATE, headers=bearer(known)).status_code == 204
        elsewhere = {"update": "INSERT DATA { <urn:a> <urn:b> 2 }"}
        assert client.post("/sparql", data=elsewhere, headers=bearer(fresh, "192.0.2.2")).status_code == 200
        assert client.get("/works/ostrom1996", headers=bearer("cpl_another")).status_code == 200
        assert Numbers(client).of("wrong_tokens_total") == MOST + 4
    assert f"{MOST} wrong tokens came from 192.0.2.1" in caplog.text
    for secret in (known, fresh, *tried, "cpl_another"):
        assert secret not in caplog.text


@pytest.fixture
def tokens(tmp_path: Path) -> tuple[Tokens, str]:
    found = Tokens(FilePlace(tmp_path / "tokens.json"))
    return found, found.add("one", Role.CURATOR)


def asked(wrong: WrongTokens, tokens: Tokens, secret: str, address: str) -> Token | str | None:
    """Return what comes of a token: its holder, None, or the seconds after which to try again."""
    try:
        return wrong.holder(tokens, secret, address)
    except TooManyWrongTokens as refused:
        return refused.headers["Retry-After"]


def test_an_address_may_try_again_after_a_minute(tokens: tuple[Tokens, str]) -> None:
    held, secret = tokens
    now = [100.0]
    wrong = WrongTokens(lambda: now[0])
    assert [asked(wrong, held, f"guess{n}", "192.0.2.1") for n in range(MOST)] == [None] * MOST
    now[0] += 15
    assert asked(wrong, held, secret, "192.0.2.1") == "45"
    now[0] += 45
    found = asked(wrong, held, secret, "192.0.2.1")
    assert isinstance(found, Token)
    assert [asked(wrong, held, f"guess{n}", "192.0.2.1") for n in range(MOST + 1)] == [None] * MOST + ["60"]
    assert asked(wrong, held, secret, "192.0.2.1") == found, "it was right before"


def test_a_token_that_was_revoked_is_slowed_like_any_other(tokens: tuple[Tokens, str]) -> None:
    held, secret = tokens
    wrong = WrongTokens(lambda: 0.0)
    assert isinstance(asked(wrong, held, secret, "192.0.2.1"), Token)
    held.revoke("one")
    assert [asked(wrong, held, secret, "192.0.2.1") for _ in range(MOST + 1)] == [None] * MOST + ["60"]


def test_the_addresses_of_one_host_are_one(tokens: tuple[Tokens, str]) -> None:
    wrong = WrongTokens(lambda: 0.0)
    for number in range(MOST):
        assert asked(wrong, tokens[0], "guess", f"2001:db8::{number:x}") is None
    assert asked(wrong, tokens[0], "guess", "2001:db8::ffff") == "60"
    assert asked(wrong, tokens[0], "guess", "2001:db8:0:1::1") is None


def test_no_number_of_addresses_fills_memory(tokens: tuple[Tokens, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_tokens, "ADDRESSES", 3)
    wrong = WrongTokens(lambda: 0.0)
    for _ in range(MOST):
        for last in range(1, 4):
            assert asked(wrong, tokens[0], "guess", f"192.0.2.{last}") is None
    assert asked(wrong, tokens[0], "guess", "192.0.2.4") is None
    assert [asked(wrong, tokens[0], "guess", f"192.0.2.{last}") for last in (2, 3)] == ["60", "60"]
    assert asked(wrong, tokens[0], "guess", "192.0.2.1") is None, "the one forgotten"
    assert ADDRESSES == 10_000


def test_nothing_that_a_client_writes_begins_a_line_of_the_log(
    opened: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("unexpected")

    with serving(opened) as client:
        monkeypatch.setattr(type(opened.library), "graph_at", fail)
        answer = client.get("/people/x%0AERROR%20forged%20line%0D%0A")
    assert answer.status_code == 500
    assert "unexpected error at /people/x" in caplog.text
    assert not [line for line in caplog.text.splitlines() if line.startswith("ERROR forged")]


def test_a_header_is_never_split(client: httpx.Client) -> None:
    for address in ("/works/x%0D%0ASet-Cookie:%20a=b", "/id/work/x%0D%0AX-Forged:%201", "/works%0D%0AX-Forged:%201"):
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code in (303, 307, 400, 404), address
        assert "set-cookie" not in answer.headers
        assert "x-forged" not in answer.headers
