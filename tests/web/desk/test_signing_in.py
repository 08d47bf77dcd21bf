"""Sign in at the desk: one token, once; nothing of it is told, and no other site can use it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from commonplace.home import sessions as kept_sessions
from commonplace.home.opening import Home, open_home
from commonplace.home.private_list import FilePlace
from commonplace.home.sessions import LASTS, Sessions
from commonplace.home.tokens import Role, Tokens
from commonplace.web.http.wrong_tokens import MOST
from tests.conftest import serving, settings_for
from tests.web.desk.conftest import SAME_ORIGIN, sign_in


def test_a_session_opens_the_desk_outlives_the_server_and_ends(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    opened = open_home(settings_for(home))
    secret = opened.tokens.add("Mara", Role.CURATOR)
    with serving(opened) as client:
        gone = client.get("/desk?done=1")
        assert (gone.status_code, gone.headers["location"]) == (303, "/desk/sign-in?next=%2Fdesk%3Fdone%3D1")
        answer = client.post("/desk/sign-in", data={"token": f" {secret} "}, headers=SAME_ORIGIN)
        cookie = answer.headers["set-cookie"]
        session = answer.cookies["commonplace"]
        assert {part.strip() for part in cookie.split(";")[1:]} == {
            "HttpOnly",
            "SameSite=strict",
            "Path=/",
            f"Max-Age={int(LASTS.total_seconds())}",
        }
        page = client.get("/desk")
        assert page.status_code == 200
        assert "Signed in as Mara (curator)" in page.text
        assert "unsafe" not in page.headers["content-security-policy"]
    with serving(open_home(settings_for(home))) as again:
        again.cookies.set("commonplace", session)
        assert "Signed in as Mara" in again.get("/desk").text
        assert again.post("/desk/sign-out", headers=SAME_ORIGIN).headers["location"] == "/desk/sign-in"
        again.cookies.set("commonplace", session)
        assert again.get("/desk").status_code == 303, "the session itself has ended, not the cookie alone"
    held = home / "sessions.json"
    assert held.stat().st_mode & 0o777 == 0o600
    logged = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("http"))  # of the server
    for text in (logged, held.read_text(), (home / "tokens.json").read_text()):
        assert secret not in text
        assert session not in text


def test_wrong_tokens_are_slowed_and_never_shown_and_the_cookie_of_https_is_for_this_host_alone(opened: Home) -> None:
    known, right = opened.tokens.add("Mara", Role.CURATOR), opened.tokens.add("Ada", Role.CURATOR)
    with serving(opened, trusted_proxies="127.0.0.1") as client:
        safe = SAME_ORIGIN | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.3"}
        cookie = client.post("/desk/sign-in", data={"token": known}, headers=safe).headers["set-cookie"]
        assert cookie.startswith("__Host-commonplace=")
        assert "Secure" in cookie

        def tried(secret: str, address: str) -> httpx.Response:
            headers = SAME_ORIGIN | {"X-Forwarded-For": address}
            return client.post("/desk/sign-in", data={"token": secret, "next": "/desk/tokens"}, headers=headers)

        for number in range(MOST):
            refused = tried(f"cpl_guess{number}", "192.0.2.1")
            assert refused.status_code == 401
            assert "not known here" in refused.text
            assert f"cpl_guess{number}" not in refused.text
            assert 'value="/desk/tokens"' in refused.text
        slowed = tried(right, "192.0.2.1")
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) > 0
        assert "try again in" in slowed.text
        assert right not in slowed.text
        stale = {"Cookie": "commonplace=over", "X-Forwarded-For": "192.0.2.2"}
        for _ in range(MOST + 1):
            assert client.get("/desk", headers=stale).status_code == 303
        assert tried(right, "192.0.2.2").status_code == 303, "a session that is over is no guess"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "OWN"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": "OWN"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_session_writes_from_our_own_pages_only(
    server: httpx.Client, curator: httpx.Client, sent: dict[str, str], status: int
) -> None:
    own = str(server.base_url).rstrip("/")
    headers = {name: value.replace("OWN", own) for name, value in sent.items()}
    cookie = {"Cookie": f"commonplace={curator.cookies['commonplace']}"}
    edit = server.patch("/works/ostrom1996", json={}, headers=cookie | headers)
    assert edit.status_code == status
    update = {"update": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}
    asked = server.post("/sparql", data=update, headers=cookie | headers)
    assert asked.status_code == (status if status == 403 else asked.status_code)
    assert asked.is_success == (status == 200)
    if status == 403:
        assert "writes from pages of" in edit.json()["detail"]
        signing = server.post("/desk/sign-in", data={"token": "x"}, headers=headers)
        assert signing.status_code == 403, "nor does it sign anybody in"
        assert signing.headers["content-type"].startswith("text/html")


def test_a_program_with_a_token_needs_no_origin(server: httpx.Client, curator_token: str) -> None:
    bearer = {"Authorization": f"Bearer {curator_token}", "Origin": "https://elsewhere.example"}
    assert server.patch("/works/ostrom1996", json={}, headers=bearer).status_code == 200


def test_a_session_that_is_over_is_told_to_programs_too(server: httpx.Client) -> None:
    headers = {"Cookie": "commonplace=over"} | SAME_ORIGIN
    refused = server.patch("/works/ostrom1996", json={}, headers=headers)
    assert refused.status_code == 401
    assert "sign in again at /desk/sign-in" in refused.json()["detail"]
    page = server.post("/desk/undo", data={"version": "1"}, headers=headers)
    assert page.status_code == 401
    assert "What you typed is still in this browser" in page.text


@pytest.mark.parametrize(
    ("given", "gone_to"),
    [
        ("/desk/tokens?x=%C3%A9", "/desk/tokens?x=%C3%A9"),
        ("//elsewhere.example/", "/desk"),
        ("/\\elsewhere.example", "/desk"),
        ("https://elsewhere.example/", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk\r\nX-Forged: 1", "/desk"),
        ("", "/desk"),
    ],
)
def test_signing_in_leads_nowhere_else(server: httpx.Client, curator_token: str, given: str, gone_to: str) -> None:
    answer = server.post("/desk/sign-in", data={"token": curator_token, "next": given}, headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, gone_to)
    server.cookies.clear()


def test_tokens_are_made_shown_once_and_revoked_with_their_sessions(
    server: httpx.Client, curator: httpx.Client, contributor: httpx.Client
) -> None:
    assert 'href="/desk/bulk"' in curator.get("/desk").text
    assert 'href="/desk/bulk"' not in contributor.get("/desk").text, "what needs a curator is not offered"
    refused = contributor.get("/desk/tokens")
    assert refused.status_code == 403
    assert "needs a curator" in refused.text
    made = curator.post("/desk/tokens", data={"name": "Ada", "role": "contributor"})
    assert made.status_code == 200
    secret = made.text.partition('value="cpl_')[2].partition('"')[0]
    assert made.headers["cache-control"] == "no-store"
    with sign_in(server, f"cpl_{secret}") as ada:
        assert "Signed in as Ada (contributor)" in ada.get("/desk").text
        listed = curator.get("/desk/tokens").text
        assert "Ada" in listed
        assert secret not in listed
        again = curator.post("/desk/tokens", data={"name": "Ada", "role": "curator"})
        assert again.status_code == 400
        assert "There is a token &#39;Ada&#39; already" in again.text
        assert 'value="Ada"' in again.text, "what was typed is kept"
        assert curator.post("/desk/tokens/revoke", data={"name": "Ada"}).status_code == 303
        assert ada.get("/desk").status_code == 303


def test_the_last_change_is_taken_back_from_the_desk(
    curator: httpx.Client, contributor: httpx.Client, head: Callable[[], int]
) -> None:
    before, noted = head(), curator.get("/works/parks1981").json().get("note")
    assert curator.patch("/works/parks1981", json={"note": "seen before it is taken back"}).status_code == 200
    edited = curator.get(f"/desk?done={before + 1}")
    assert f'Saved as version <a href="/changes/{before + 1}"' in edited.text
    assert (
        f'href="/desk/undo?version={before + 1}"'
        in curator.get(f"/changes/{before + 1}", headers={"Accept": "text/html"}).text
    )
    asked = curator.get(f"/desk/undo?version={before + 1}")
    assert f"Take back version {before + 1}?" in asked.text
    assert f'name="version" value="{before + 1}"' in asked.text
    assert curator.get("/desk/undo?version=99999").status_code == 404
    assert contributor.get(f"/desk/undo?version={before + 1}").status_code == 403
    assert contributor.post("/desk/undo", data={"version": str(before + 1)}).status_code == 403
    undone = curator.post("/desk/undo", data={"version": str(before + 1), "back": "/desk"})
    assert undone.headers["location"] == f"/desk?done={before + 2}"
    assert curator.get("/works/parks1981").json().get("note") == noted
    nothing = curator.post("/desk/undo", data={"version": str(before + 1), "back": "/desk"})
    assert nothing.status_code == 200
    assert "Nothing was left to take back" in nothing.text
    assert curator.post("/desk/undo", data={"version": "99999"}).status_code == 404
    assert curator.post("/desk/undo", data={"version": "one"}).status_code == 400


@pytest.fixture
def held(tmp_path: Path) -> tuple[Tokens, Sessions, list[datetime]]:
    tokens, now = Tokens(FilePlace(tmp_path / "tokens.json")), [datetime(2026, 3, 1, tzinfo=UTC)]
    return tokens, Sessions(FilePlace(tmp_path / "sessions.json"), tokens, lambda: now[0]), now


def test_a_session_lasts_a_month(held: tuple[Tokens, Sessions, list[datetime]]) -> None:
    tokens, sessions, now = held
    token = tokens.holder(tokens.add("one", Role.CURATOR))
    assert token
    secret = sessions.begin(token)
    now[0] += LASTS - timedelta(seconds=1)
    assert sessions.holder(secret) == token
    now[0] += timedelta(seconds=1)
    assert sessions.holder(secret) is None
    assert sessions.holder("") is None


def test_a_session_is_of_one_token_and_not_of_its_name(held: tuple[Tokens, Sessions, list[datetime]]) -> None:
    tokens, sessions, _ = held
    token = tokens.holder(tokens.add("one", Role.CONTRIBUTOR))
    assert token
    secret = sessions.begin(token)
    tokens.revoke("one")
    tokens.add("one", Role.CURATOR)
    assert sessions.holder(secret) is None


def test_no_number_of_sessions_fills_the_file(
    held: tuple[Tokens, Sessions, list[datetime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_sessions, "SESSIONS", 3)
    tokens, sessions, _ = held
    token = tokens.holder(tokens.add("one", Role.CURATOR))
    assert token
    begun = [sessions.begin(token) for _ in range(4)]
    assert [sessions.holder(secret) == token for secret in begun] == [False, True, True, True]


def test_a_contributor_is_told_before_typing_and_led_to_what_may_be_done(
    curator: httpx.Client, contributor: httpx.Client
) -> None:
    page = contributor.get("/desk/works/ostrom1996").text
    assert "Your token may propose evidence" in page
    assert 'name="title"' not in page, "nothing is offered that cannot be saved"
    assert 'value="ostrom1996"' in contributor.get("/desk/new/evidence?work=ostrom1996").text
    assert "/desk/new/evidence?work=ostrom1996" in page
    french = contributor.get("/desk/concepts/facilitator", headers={"Accept-Language": "fr"}).text
    assert "Proposer un appui à son sujet" in french
    assert "/desk/new/evidence?about=facilitator" in french
    assert 'name="title"' in curator.get("/desk/works/ostrom1996").text
    evidence = contributor.get("/desk/evidence/professional-role--tuurnas2015").text
    assert 'name="quote"' in evidence
    assert "/desk/review/professional-role--tuurnas2015" in evidence
