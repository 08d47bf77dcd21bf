"""The pages of the desk as forms that a browser sends, without a script: each does what the API does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import httpx
import pytest

from commonplace.web.desk.things import PLURALS

PAGES = (
    "/desk",
    "/desk/suggestions",
    "/desk/suggestions/professional-role",
    "/desk/duplicates",
    "/desk/duplicates?proposes=relation",
    "/desk/import",
    "/desk/bulk",
    "/desk/undo?version=1",
    "/desk/new",
    "/desk/pin?of=%2Fworks%3Fyear%3D1996",
    "/desk/works/ostrom1996",
    "/desk/works/ostrom1996/history",
    "/desk/works/ostrom1996/delete",
    "/desk/people/elinor-ostrom",
    "/desk/organizations/elsevier",
    "/desk/venues/world-development",
    "/desk/concepts/professional-role",
    "/desk/claims/low-professionalisation-enables",
    "/desk/cases/quebec-drop-in",
    "/desk/evidence/professional-role--ostrom1996",
    "/desk/review/professional-role--ostrom1996",
    *(f"/desk/new/{kind}" for kind in PLURALS),
)


def fields(page: httpx.Response) -> dict[str, list[str]]:
    """Return what a browser would send of the last form of a page: text fields, hidden ones, what is chosen."""
    form = page.text.rpartition("<form")[2]
    if 'class="edit"' in page.text:
        form = page.text.partition('class="edit"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.finditer(
        r"<input\b([^>]*)>|<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>", form, re.DOTALL
    ):
        attributes = tag[1] or tag[2] or tag[4] or ""
        name = re.search(r'\bname="([^"]*)"', attributes)
        kind = re.search(r'\btype="([^"]*)"', attributes)
        if name is None or (kind and kind[1] in ("radio", "checkbox") and "checked" not in attributes):
            continue
        if tag[4] is not None:
            option = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", tag[5]) or re.search(
                r"<option(?: value=\"([^\"]*)\")?>([^<]*)", tag[5]
            )
            value = (option[1] if option[1] is not None else option[2]) if option else ""
        else:
            value = tag[3] if tag[2] is not None else (re.search(r'\bvalue="([^"]*)"', attributes) or ["", ""])[1]
        found.setdefault(name[1], []).append(html.unescape(value))
    return found


def once_done(browser: httpx.Client, address: str) -> httpx.Response:
    """Return the page of an import once its preview, or the import, is done."""
    page = browser.get(address)
    while job := re.search(r'data-job="([^"]+)"', page.text):
        assert browser.get(f"{job[1]}/events").is_success  # which ends with the job
        page = browser.get(address)
    return page


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
        assert f'<span class="n">{queue["count"]}</span>' in shown, queue["name"]
    assert curator.get("/desk/queues/nothing").status_code == 404
    assert curator.get("/desk/nothing/ostrom1996").status_code == 404
    assert curator.get("/desk/works/nobody").status_code == 404
    assert curator.get("/desk?nonsense=1").status_code == 400


def test_a_form_that_is_not_touched_changes_nothing(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    edited = [address for address in PAGES if address.count("/") == 3 and "edit" in curator.get(address).text]
    touched = [
        address for address in edited if re.match(r"/desk/(works|people|organ|ven|conc|claims|cases|evid)", address)
    ]
    assert len(touched) == 8
    for address in touched:
        answer = curator.post(address, data=fields(curator.get(address)))
        assert (answer.status_code, answer.headers["location"]) == (303, address), answer.text
    assert head() == before


def test_a_field_is_changed_and_the_others_are_left(curator: httpx.Client, server: httpx.Client) -> None:
    address = "/desk/works/brudney1983"
    key = address.rpartition("/")[2]
    was = server.get(f"/works/{key}").json()
    sent = fields(curator.get(address)) | {"note": ["seen\r\ntwice"]}
    sent["keywords"] = ["third sector\r\nco-production"]
    answer = curator.post(address, data=sent)
    assert answer.status_code == 303, answer.text
    now = server.get(f"/works/{key}").json()
    assert now["note"] == "seen\ntwice"
    assert set(now["keywords"]) == {"third sector", "co-production"}
    moved = {"note", "keywords", "version", "evidence"}
    assert {n: v for n, v in now.items() if n not in moved} == {n: v for n, v in was.items() if n not in moved}
    assert "Saved as version" in curator.get(answer.headers["location"]).text


def test_what_was_typed_is_kept_on_an_error_and_on_a_conflict(
    curator: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    address = "/desk/works/ostrom1996"
    sent = fields(curator.get(address))
    before = head()
    wrong = curator.post(address, data=sent | {"doi": ["no doi"], "note": ["typed for long"]})
    assert wrong.status_code == 400
    assert "typed for long" in wrong.text
    assert 'value="no doi"' in wrong.text
    assert "is no DOI" in html.unescape(wrong.text)
    assert head() == before

    other = {"volume": "25", "publisher_place": "Oxford"}
    assert curator.patch("/works/ostrom1996", json=other).status_code == 200
    passed = curator.post(address, data=sent | {"note": ["mine"]})
    assert passed.status_code == 303, "others changed other fields"
    assert {**server.get("/works/ostrom1996").json(), "note": "mine"}.items() >= (other | {"note": "mine"}).items()
    clash = curator.post(address, data=sent | {"volume": ["26"]})
    assert clash.status_code == 412
    assert 'value="26"' in clash.text
    assert "<td>24</td><td>25</td><td>26</td>" in clash.text
    again = fields(clash)
    assert again["volume"] == ["26"]
    assert curator.post(address, data=again).status_code == 303
    assert server.get("/works/ostrom1996").json()["volume"] == "26"
    assert server.get("/works/ostrom1996").json()["publisher_place"] == "Oxford"


def test_things_are_made_restored_and_deleted(curator: httpx.Client, server: httpx.Client) -> None:
    sent = fields(curator.get("/desk/new/concept"))
    sent |= {"labels.language": ["en", "fr"], "labels.text": ["time banking", "banque de temps"]}
    sent["broader.key"] = ["co-production"]
    empty = curator.post("/desk/new/concept", data=sent | {"labels.text": ["", ""]})
    assert empty.status_code == 400
    assert 'value="co-production"' in empty.text
    made = curator.post("/desk/new/concept", data=sent)
    assert made.headers["location"].startswith("/desk/concepts/time-banking?done="), made.text
    version = int(made.headers["location"].rpartition("=")[2])
    assert server.get(f"/changes/{version}").json()["message"] == "new concept time-banking"
    assert server.get("/concepts/time-banking").json()["labels"] == {"en": "time banking", "fr": "banque de temps"}
    curator.patch("/concepts/time-banking", json={"definitions": {"en": "Hours given count as money."}})
    history = curator.get("/desk/concepts/time-banking/history").text
    assert "Hours given count as money." in history
    restored = curator.post("/desk/concepts/time-banking/restore", data={"to": str(version)})
    assert restored.status_code == 303
    assert "definitions" not in server.get("/concepts/time-banking").json()
    assert "Delete it" in curator.get("/desk/concepts/time-banking/delete").text
    gone = curator.post("/desk/concepts/time-banking/delete", data={"with_dependents": "yes"})
    assert gone.headers["location"].startswith("/desk?done=")
    assert server.get("/concepts/time-banking").status_code == 410


def test_evidence_is_proposed_reviewed_and_left_out_with_a_reason(
    curator: httpx.Client, contributor: httpx.Client, server: httpx.Client
) -> None:
    page = contributor.get("/desk/suggestions/professional-role")
    work = re.search(r'name="work" value="([^"]+)"', page.text)
    assert work
    quote = fields(page)["quote"][0]
    assert f"<mark>{html.escape(quote, quote=False)}</mark>" in page.text or "<mark>" in page.text
    sent = {"work": work[1], "quote": quote, "directness": "direct", "certainty": "moderate"}
    nothing = contributor.post("/desk/suggestions/professional-role", data=sent)
    assert nothing.status_code == 400
    assert "no verdict" in nothing.text
    proposed = contributor.post("/desk/suggestions/professional-role", data=sent | {"verdict": "discusses"})
    assert proposed.headers["location"].startswith("/desk/suggestions/professional-role?judged=1&done=")
    key = f"professional-role--{work[1]}"
    address = f"/desk/review/{key}?queue=proposed-evidence"
    assert key in curator.get("/desk/queues/proposed-evidence").text
    review = curator.get(address)
    assert "<mark>" in review.text
    assert contributor.post(address, data=fields(review) | {"verdict": ["accepted"]}).status_code == 403
    unsaid = curator.post(address, data=fields(review) | {"verdict": ["rejected"], "note": ["kept"]})
    assert unsaid.status_code == 400
    assert ">kept</textarea>" in unsaid.text
    out = fields(review) | {"verdict": ["rejected"], "reason": ["It speaks of something else."]}
    left = curator.post(address, data=out)
    assert left.headers["location"].startswith("/desk/queues/proposed-evidence?done=")
    found = server.get("/id/evidence/" + key, follow_redirects=True, headers={"Accept": "application/json"}).json()
    assert (found["status"], found["note"]) == ("rejected", "It speaks of something else.")


def test_a_skipped_suggestion_does_not_come_again(curator: httpx.Client) -> None:
    address = "/desk/suggestions/co-creation"
    first = re.search(r'name="work" value="([^"]+)"', curator.get(address).text)
    assert first
    answer = curator.post(address, data={"work": first[1], "verdict": "skip"})
    assert answer.headers["location"] == f"{address}?skip={first[1]}"
    following = re.search(r'name="work" value="([^"]+)"', curator.get(answer.headers["location"]).text)
    assert following is None or following[1] != first[1]


def test_a_class_of_titles_is_mended_and_the_mending_undone(curator: httpx.Client, server: httpx.Client) -> None:
    asked = "/desk/bulk?type=article-journal&do=replace&field=title&find=Public&put=PUBLIC"
    page = curator.get(asked)
    keys = fields(page)["key"]
    assert len(keys) > 1
    assert curator.get("/desk/bulk?do=clear&field=note").status_code == 400, "no selection is not every work"
    titles = {key: server.get(f"/works/{key}").json()["title"] for key in keys}
    sent = fields(page) | {"key": keys[1:]}
    done = curator.post(asked, data=sent)
    assert done.status_code == 303, done.text
    now = {key: server.get(f"/works/{key}").json()["title"] for key in keys}
    assert now == {key: title.replace("Public", "PUBLIC") if key != keys[0] else title for key, title in titles.items()}
    version = done.headers["location"].rpartition("=")[2]
    back = curator.post("/desk/undo", data={"version": version, "back": asked})
    assert back.status_code == 303
    assert {key: server.get(f"/works/{key}").json()["title"] for key in keys} == titles


BIB = """@article{Ostrom96dup,
  author = {Ostrom, Elinor}, title = {Crossing the great divide: co-production, synergy and development},
  journal = {World Dev.}, year = {1996}, pages = {1073--1087}
}

@article{newer2024, author = {Doe, Jane}, title = {A title with a slipp}, journal = {Desk Studies}, year = {2024} }

@article{unwanted, author = {Roe, Richard}, title = {Not for us}, year = {2020} }
"""


@pytest.mark.parametrize("pasted", ["nothing of the kind", ""])
def test_what_cannot_be_imported_is_told_and_kept(curator: httpx.Client, pasted: str) -> None:
    answer = curator.post("/desk/import", data={"pasted": pasted})
    if answer.status_code == 303:
        answer = once_done(curator, answer.headers["location"])
    assert answer.status_code == 400
    assert pasted in answer.text


def test_an_import_is_previewed_mended_written_and_undone(
    curator: httpx.Client, contributor: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    before = head()
    begun = curator.post("/desk/import", files={"file": ("desk.bib", BIB.encode())}, data={"pasted": ""})
    place = begun.headers["location"]
    preview = once_done(curator, f"{place}?show=all").text
    assert "desk.bib" in preview
    assert "A title with a slipp" in preview
    assert "Doe, Jane, 2024 · newer2024, " in preview, "who and when stand beside it, to be checked"
    assert contributor.get(place).status_code == 404, "a draft is its own person's"
    assert head() == before
    text = (
        "@article{newer2024, author = {Doe, Jane}, title = {A title without}, journal = {Desk Studies}, year = {2024} }"
    )
    assert curator.post(f"{place}/entry", data={"position": "2", "action": "mend", "text": text}).status_code == 303
    assert "A title without" in once_done(curator, f"{place}?show=all").text
    assert curator.post(f"{place}/entry", data={"position": "3", "action": "leave-out"}).status_code == 303
    assert "Not for us" not in once_done(curator, f"{place}?show=all").text
    assert curator.post(f"{place}/entry", data={"position": "9", "action": "leave-out"}).status_code == 400

    curator.patch("/works/ostrom1996", json={"genre": "moved"})  # the library moves between preview and writing
    moved = curator.post(f"{place}/apply")
    page = once_done(curator, once_done(curator, moved.headers["location"]).url.path)
    assert "has changed since you looked" in page.text
    assert head() == before + 1
    assert curator.post(f"{place}/apply").status_code == 303
    receipt = once_done(curator, place)
    assert receipt.headers["location"] == f"/desk/receipts/{before + 2}?done={before + 2}"
    assert "Undo" in curator.get(receipt.headers["location"]).text
    works = server.get("/works", params={"q": "title without"}).json()["items"]
    assert "newer2024" in [work["key"] for work in works]
    assert server.get("/works/unwanted").status_code == 404
    curator.post("/desk/undo", data={"version": str(before + 2), "back": "/desk"})
    assert server.get("/works/newer2024").status_code == 410


def test_two_works_are_merged_compared_by_field_and_taken_apart(
    curator: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    begun = curator.post("/desk/import", data={"pasted": BIB.replace("Ostrom96dup", "Again96")})
    once_done(curator, begun.headers["location"])
    curator.post(f"{begun.headers['location']}/apply")
    assert once_done(curator, begun.headers["location"]).status_code == 303
    pairs = server.get("/duplicates", params={"work": "Again96"}).json()["items"]
    assert pairs, "the import is a near duplicate, not a match"
    address = f"/desk/duplicates/{pairs[0]['id']}"
    page = curator.get(address)
    assert fields(page)["keep"] == ["ostrom1996"], "much hangs on it"
    assert re.search(r"<del>[^<]*Great Divide", page.text)
    assert re.search(r"<ins>[^<]*great divide", page.text)
    sent = fields(page)
    unsaid = curator.post(address, data=sent | {"action": ["different"]})
    assert unsaid.status_code == 400
    swapped = curator.post(address, data=sent | {"action": ["preview"], "field.title": ["right"]})
    assert swapped.status_code == 200
    merged = curator.post(address, data=sent | {"action": ["same"], "field.title": ["right"]})
    assert merged.status_code == 303, merged.text
    version = head()
    title = server.get("/works/ostrom1996").json()["title"]
    assert title == "Crossing the great divide: co-production, synergy and development"
    curator.patch("/works/ostrom1996", json={"genre": "written since"})
    apart = curator.get(f"/desk/merges/{version}")
    assert "written since" in apart.text
    name = re.search(r'name="to\.([^"]+)"', apart.text)
    sides = {f"to.{html.unescape(name[1])}": "right"} if name else {}
    done = curator.post(f"/desk/merges/{version}", data=sides | {"action": "apart"})
    assert done.status_code == 303, done.text
    assert server.get("/works/Again96").status_code == 200
    assert server.get("/works/ostrom1996").json()["title"].startswith("Crossing the Great Divide")


def test_a_doubt_is_settled_with_the_field(curator: httpx.Client, server: httpx.Client) -> None:
    address = "/desk/works/parks1981"
    doubts = server.get("/works/parks1981").json()["doubts"]
    page = curator.get(address)
    place = next(number for number, one in enumerate(doubts) if one["field"] == "volume")
    assert f'name="settled" value="{place}"' in page.text
    sent = fields(page) | {"settled": [str(place)], "volume": ["9"]}
    assert curator.post(address, data=sent).status_code == 303
    now = server.get("/works/parks1981").json()
    assert now["volume"] == "9"
    assert now["doubts"] == [one for number, one in enumerate(doubts) if number != place]


def test_an_ambiguous_citation_is_settled_in_its_queue(curator: httpx.Client, contributor: httpx.Client) -> None:
    address = "/desk/queues/ambiguous-citations"
    page = curator.get(address)
    sent = fields(page)
    assert contributor.post(address, data=sent).status_code == 403
    done = curator.post(address, data={name: values[0] for name, values in sent.items()})
    assert done.headers["location"].startswith(f"{address}?done="), done.text
    assert sent["thing"][0] not in curator.get(address).text
    again = curator.post(address, data={name: values[0] for name, values in sent.items()})
    assert again.status_code == 404


def test_an_answer_is_pinned_from_the_page_that_shows_it(contributor: httpx.Client, server: httpx.Client) -> None:
    shown = contributor.get("/works?year=1996", headers={"Accept": "text/html"}).text
    address = re.search(r'href="(/desk/pin\?of=[^"]+)"', shown)
    assert address
    form = contributor.get(html.unescape(address[1]))
    typed = {**{name: said[0] for name, said in fields(form).items()}, "note": "for chapter 2"}
    assert typed["address"] == "/works?year=1996"
    made = contributor.post("/desk/pin", data=typed)
    assert made.status_code == 303, made.text
    pin = server.get(made.headers["location"]).json()
    assert (pin["asks"], pin["note"], pin["agent"]) == ("/works?year=1996", "for chapter 2", "Nils")


@pytest.mark.parametrize(
    ("address", "why"), [("", "which answer?"), ("/works?colour=red", "colour"), ("https://example.org/", "address")]
)
def test_what_is_no_answer_is_not_pinned_and_stays_typed(contributor: httpx.Client, address: str, why: str) -> None:
    page = contributor.post("/desk/pin", data={"address": address, "note": "a long note"})
    assert page.status_code == 400
    assert why in page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "a long note" in page.text


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


def test_a_thing_is_saved_again_on_the_page_that_says_it_was_saved(curator: httpx.Client) -> None:
    page = curator.get("/desk/works/schlappa2018")
    for number in range(3):
        address = re.search(r'<form\b[^>]*\baction="([^"]*)"[^>]*class="edit"', page.text)
        assert address
        typed = {**fields(page), "note": [f"Read {number} times."]}
        saved = curator.post(html.unescape(address[1]), data=typed)
        assert saved.status_code == 303, saved.text
        page = curator.get(saved.headers["location"])
        assert "Saved as version" in page.text


def test_evidence_without_directness_is_asked_for_it_in_words(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    typed = {"work.key": "parks1981", "about.key": "housing", "state": "discusses", "certainty": "high"}
    page = curator.post("/desk/new/evidence", data=typed)
    assert page.status_code == 422
    assert "<b>Directness</b>: say whether the work speaks of it directly or indirectly" in page.text
    assert "cp:directness" not in page.text
    silent = curator.post("/desk/new/evidence", data=typed | {"state": "silent", "directness": "direct"})
    assert "<b>Directness</b>: a work that is silent has none" in silent.text
    assert head() == before


def test_what_a_form_lacks_is_named_as_its_fields_are(curator: httpx.Client) -> None:
    page = curator.post("/desk/new/evidence", data={"work.key": "parks1981", "state": "discusses"})
    assert page.status_code == 400
    assert "Fields that are needed are empty." in page.text
    assert "<b>Concept or claim</b>: give a value" in page.text
    assert "<b>about</b>" not in page.text
