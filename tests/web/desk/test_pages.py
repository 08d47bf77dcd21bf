"""Every page of the desk: it is whole, and sends its forms where they are taken, without a script."""

from __future__ import annotations

import re

import httpx

from tests.web.desk.forms import PAGES


def test_every_page_is_whole_and_every_queue_has_its_items(curator: httpx.Client, server: httpx.Client) -> None:
    queues = server.get("/queues").json()["items"]
    for address in (*PAGES, *(f"/desk{queue['address']}" for queue in queues)):
        page = curator.get(address)
        assert page.status_code == 200, f"{address}: {page.text[:300]}"
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "<script>" not in page.text
        assert " style=" not in page.text, address
        assert not re.search(r"\son\w+=|hx-on|js:", page.text), address
    for queue in queues:
        shown = curator.get(f"/desk{queue['address']}").text
        assert f'<span class="n">· {queue["count"]}</span>' in shown, queue["name"]
    assert curator.get("/desk/queues/nothing").status_code == 404
    assert curator.get("/desk/nothing/ostrom1996").status_code == 404
    assert curator.get("/desk/works/nobody").status_code == 404
    assert curator.get("/desk?nonsense=1").status_code == 400


def test_no_form_is_sent_to_what_a_page_says_was_just_done(curator: httpx.Client, server: httpx.Client) -> None:
    """A page that says what was just done is written on as any other: its forms leave that out of their address."""
    queue = server.get("/queues").json()["items"][0]
    reviewed = f"/desk/review/professional-role--ostrom1996?queue={queue['name']}&was=x"
    for address in (*PAGES, reviewed, f"/desk{queue['address']}"):
        joined = f"{address}{'&' if '?' in address else '?'}done=1"
        page = curator.get(joined)
        if page.status_code == 400:  # it has nothing to say of it
            page = curator.get(address)
        for form in re.findall(r'<form\b[^>]*\bmethod="post"[^>]*>', page.text):
            action = re.search(r'\baction="([^"]*)"', form)
            assert action, (address, form)
            assert "done=" not in action[1], (address, form)
            assert "was=" not in action[1], (address, form)


def test_the_desk_of_what_was_merged_leads_to_what_it_is_now(curator: httpx.Client, server: httpx.Client) -> None:
    made = {"works": {"type": "book", "title": "A book of its own"}, "people": {"family": "Zeller", "given": "Ada"}}
    ways = {"works": ("", "/delete", "/text"), "people": ("", "/delete", "/identifiers")}
    for plural, said in made.items():
        goes, stays = (curator.post(f"/{plural}", json={"key": f"{one}-{plural}", **said}) for one in ("old", "new"))
        assert (goes.status_code, stays.status_code) == (201, 201), goes.text
        merged = curator.post(f"/{plural}/new-{plural}/merge", json={"from": f"old-{plural}"})
        assert merged.status_code in (200, 201), merged.text
        for rest in ways[plural]:
            led = curator.get(f"/desk/{plural}/old-{plural}{rest}")
            assert led.status_code == 301, (rest, led.text)
            assert led.headers["location"] == f"/desk/{plural}/new-{plural}{rest}?merged=old-{plural}"
            shown = curator.get(led.headers["location"])
            assert shown.status_code == 200, rest
            assert f"old-{plural} was merged into this" in shown.text
            assert curator.get(f"/desk/{plural}/never-there{rest}").status_code == 404, rest
        assert curator.get(f"/desk/{plural}/old-{plural}/history").status_code == 200, "its own, with restoring"
        outside = server.get(f"/desk/{plural}/old-{plural}")
        assert (outside.status_code, outside.headers["location"].partition("?")[0]) == (303, "/desk/sign-in")
    unknown = curator.get("/desk/works/new-works?merged=never-there")
    assert unknown.status_code == 400, "it is no parameter of the desk"
