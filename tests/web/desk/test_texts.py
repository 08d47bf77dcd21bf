"""The text of a work at the desk: added by a file, its pages told, taken away; the work says that there is one."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.pdf import PICTURE, pdf

FILE = pdf(["Words that nobody else has."], PICTURE, PICTURE)


def page(browser: httpx.Client, key: str, **headers: str) -> str:
    answer = browser.get(f"/desk/works/{key}/text", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(browser: httpx.Client, key: str, data: bytes, name: str = "a.pdf", licence: str = "") -> httpx.Response:
    return browser.post(f"/desk/works/{key}/text", files={"file": (name, data)}, data={"licence": licence})


def test_a_text_is_added_told_and_taken_away(
    curator: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    assert "No text is kept." in page(curator, "needham2008")
    sent = send(curator, "needham2008", FILE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/desk/works/needham2008/text?done={head()}")
    shown = page(curator, "needham2008")
    assert "3 pages are kept." in shown
    assert "2 of 3 pages have no text: they are probably scanned." in shown
    assert "2, 3" in shown
    french = page(curator, "needham2008", **{"Accept-Language": "fr"})
    assert "3 pages sont conservées." in french
    assert "2 pages sur 3 n’ont pas de texte" in french
    assert "Text kept: 3 pages" in server.get("/works/needham2008", headers={"Accept": "text/html"}).text
    assert "/desk/works/needham2008/text" in curator.get("/desk/works/needham2008").text
    assert curator.get("/works/needham2008/text").json()["pages"][0]["text"] == "Words that nobody else has."
    assert server.get("/works/needham2008/text").status_code == 401
    read = curator.get("/works/needham2008/text", headers={"Accept": "text/html"})
    assert read.headers["content-type"].startswith("text/html")
    assert read.headers["cache-control"].startswith("private")
    assert '<p class="held">Words that nobody else has.</p>' in read.text
    assert read.text.count("This page has no text") == 2
    closed = server.get("/works/needham2008/text", headers={"Accept": "text/html"})
    assert closed.status_code == 401
    assert "Words that nobody" not in closed.text

    opened = send(curator, "needham2008", FILE, licence="CC-BY-4.0")
    assert opened.status_code == 303
    assert "Under CC-BY-4.0 everybody may read them." in page(curator, "needham2008")
    away = curator.post("/desk/works/needham2008/text/away", data={"away": "yes"})
    assert away.status_code == 303, away.text
    assert "No text is kept." in page(curator, "needham2008")
    assert "Text kept" not in server.get("/works/needham2008", headers={"Accept": "text/html"}).text


def test_what_cannot_be_kept_is_told_on_the_page(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    for data, name, licence, status, why in (
        (pdf(["x"], password="p"), "locked.pdf", "", 400, "locked.pdf: the PDF is locked by a password"),
        (b"\xff\xfe\x00", "odd.txt", "", 400, "odd.txt: it is no text"),
        (FILE, "a.pdf", "my own words", 400, "neither an SPDX identifier"),
    ):
        sent = send(curator, "bovaird2007", data, name, licence)
        assert sent.status_code == status, sent.text
        assert why in sent.text
        assert (licence in sent.text) or not licence
    none = curator.post("/desk/works/bovaird2007/text", data={"licence": ""}, files={"other": ("a", b"")})
    assert "There is no file" in none.text
    assert head() == before


def test_who_does_not_curate_sees_it_and_changes_nothing(contributor: httpx.Client, server: httpx.Client) -> None:
    assert "Keep this text" not in page(contributor, "parks1981")
    assert send(contributor, "parks1981", FILE).status_code == 403
    assert contributor.post("/desk/works/parks1981/text/away", data={"away": "yes"}).status_code == 403
    assert server.get("/desk/works/parks1981/text").status_code == 303
    assert contributor.get("/desk/works/nobody1999/text").status_code == 404
    foreign = contributor.post(
        "/desk/works/parks1981/text/away", data={"away": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403


def test_the_page_says_which_quotes_stand_in_the_text_and_where(
    curator: httpx.Client, server: httpx.Client, curator_token: str
) -> None:
    headers = {"Authorization": f"Bearer {curator_token}"}
    work = {"key": "weir1902", "type": "book", "title": "Weirs and those who mend them", "year": 1902}
    server.post("/works", json=work, headers=headers).raise_for_status()
    quotes = {
        "facilitator": ("those who mend them", "title"),
        "professional-role": ("The miller called his neighbours to the weir.", "p. 1"),
        "co-production": ("Nobody was asked to carry stones.", None),
    }
    for about, (quote, locator) in quotes.items():
        said = {"work": "weir1902", "about": about, "state": "discusses", "directness": "direct", "certainty": "high"}
        made = {**said, "quote": quote, **({"locator": locator} if locator else {})}
        server.post("/evidence", json=made, headers=headers).raise_for_status()
    assert "Quotes of the evidence" not in page(curator, "weir1902"), "there is no text to compare them with"
    text = pdf(["A title page."], ["In spring it rained.", "The miller called his neighbours to the weir."])
    assert send(curator, "weir1902", text, "weir.pdf").status_code == 303
    shown = page(curator, "weir1902")
    assert "1 of 3 stands in this text." in shown
    rows = {about: row for row in shown.split("<li>") for about in quotes if f"/desk/review/{about}--weir1902" in row}
    assert '<a href="/works/weir1902/text#page-2">page 2</a>' in rows["professional-role"]
    assert "not page 1" in rows["professional-role"], "the locator names another page"
    assert "not found in this text" in rows["co-production"]
    assert "in the title or the abstract, not in this text" in rows["facilitator"]
    french = page(curator, "weir1902", **{"Accept-Language": "fr"})
    assert "1 sur 3 figure dans ce texte." in french
    assert "introuvable dans ce texte" in french
