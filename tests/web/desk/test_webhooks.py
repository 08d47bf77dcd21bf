"""The desk's pages of webhooks: register, show messages, send one anew, delete; in English and French."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from commonplace.home.opening import Home
from commonplace.home.webhooks.kept import Delivery
from commonplace.model.change import Version

ADDRESS = "https://hooks.example.org/commonplace"


def test_a_webhook_is_registered_its_messages_shown_and_sent_anew_and_it_is_deleted(
    desk_home: Home, curator: httpx.Client, contributor: httpx.Client
) -> None:
    assert 'href="/desk/webhooks"' in curator.get("/desk").text
    assert 'href="/desk/webhooks"' not in contributor.get("/desk").text
    assert contributor.get("/desk/webhooks").status_code == 403
    refused = curator.post("/desk/webhooks", data={"url": "ftp://nowhere", "description": "feeds <us>"})
    assert refused.status_code == 400
    assert 'value="feeds &lt;us&gt;"' in refused.text, "what was typed is kept"
    made = curator.post("/desk/webhooks", data={"url": ADDRESS, "description": "feeds us"})
    assert made.status_code == 200, made.text
    assert made.headers["cache-control"] == "no-store"
    (hook,) = [one for one in desk_home.webhooks.all() if one.url == ADDRESS]
    assert hook.secret in made.text
    assert hook.agent == "Mara"
    listed = curator.get("/desk/webhooks").text
    assert ADDRESS in listed
    assert hook.secret not in listed
    page = f"/desk/webhooks/{hook.id}"
    given_up = Delivery(
        id="msg_x_1", version=1, state="given-up", attempts=9, said="no answer", last_attempt=datetime.now(UTC)
    )
    desk_home.webhooks.put(hook.id, given_up)
    shown = curator.get(page)
    assert "no answer" in shown.text
    assert "9 attempts" in shown.text
    french = curator.get(page, headers={"Accept-Language": "fr"}).text
    assert "abandonné" in french
    assert "9 tentatives" in french
    assert "Renvoyer" in french
    again = curator.post(f"{page}/again", data={"message": "msg_x_1"})
    assert (again.status_code, again.headers["location"]) == (303, page)
    assert desk_home.webhooks.deliveries(hook.id)[0].state in ("waiting", "given-up")
    assert desk_home.webhooks.deliveries(hook.id)[0].attempts < 9
    assert curator.post(f"{page}/again", data={"message": "no-such"}).status_code == 404
    assert curator.post("/desk/webhooks/remove", data={"id": hook.id}).status_code == 303
    assert ADDRESS not in curator.get("/desk/webhooks").text
    assert curator.get(page).status_code == 404


def test_the_address_of_webhooks_leads_a_browser_to_the_desk_and_answers_its_session(
    desk_home: Home, curator: httpx.Client
) -> None:
    hook = desk_home.webhooks.add("https://hooks.example.org/typed", None, "Mara", Version(1))
    typed = {"Accept": "text/html", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    for address, place in (
        ("/webhooks", "/desk/webhooks"),
        (f"/webhooks/{hook.id}", f"/desk/webhooks/{hook.id}"),
        (f"/webhooks/{hook.id}/deliveries", f"/desk/webhooks/{hook.id}"),
    ):
        led = curator.get(address, headers=typed)
        assert (led.status_code, led.headers["location"]) == (303, place)
        assert curator.get(place, headers=typed).status_code == 200
    read = curator.get("/webhooks", headers={"Accept": "application/json", "Sec-Fetch-Site": "none"})
    assert read.status_code == 200, "a read is no write, and a typed address no foreign page"
    foreign = {"Accept": "application/json", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert curator.delete(f"/webhooks/{hook.id}", headers=foreign).status_code == 403
    desk_home.webhooks.remove(hook.id)
