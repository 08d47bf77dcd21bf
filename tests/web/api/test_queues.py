"""Queues: what wants a curator, and that the call which each item names takes it out."""

from __future__ import annotations

import json
from typing import Any

import httpx


def queue(client: httpx.Client, name: str) -> dict[str, Any]:
    response = client.get(f"/queues/{name}", params={"limit": 1000})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found["total"] == len(found["items"])
    return found


def counts(client: httpx.Client) -> dict[str, int]:
    return {one["name"]: one["count"] for one in client.get("/queues").json()["items"]}


def judge(client: httpx.Client, work: str, about: str, **more: Any) -> str:
    given = {"work": work, "about": about, "state": "discusses", "directness": "direct", "certainty": "high", **more}
    made = client.post("/evidence", json=given)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_each_queue_counts_what_it_lists(client: httpx.Client) -> None:
    counted = counts(client)
    assert len(counted) == 20
    for name, count in counted.items():
        assert queue(client, name)["total"] == count, name
    assert counted["facts-in-doubt"] > 0
    assert client.get("/queues/nonsense").status_code == 404


def test_proposed_evidence_leaves_by_the_call_that_its_item_names(curator: httpx.Client) -> None:
    before = counts(curator)["proposed-evidence"]
    for work, place in (("brudney1983", 0), ("parks1981", 1)):
        key = judge(curator, work, "facilitator", status="proposed")
        item = next(one for one in queue(curator, "proposed-evidence")["items"] if one["thing"]["key"] == key)
        assert item["about"]["key"] == "facilitator"
        solve = item["solve"]
        done = curator.request(solve["method"], solve["address"], json=json.loads(solve["bodies"][place]))
        assert done.status_code == 200, done.text
    assert counts(curator)["proposed-evidence"] == before


def test_what_rests_on_a_retracted_work_is_listed_until_it_is_judged(curator: httpx.Client) -> None:
    key = judge(curator, "ostrom1996", "facilitator")
    assert counts(curator)["retracted-underneath"] == 0

    assert curator.patch("/works/ostrom1996", json={"status": "retracted"}).status_code == 200

    resting = queue(curator, "retracted-underneath")["items"]
    evidence = {one["id"] for one in curator.get("/works/ostrom1996").json()["evidence"] if one["status"] == "accepted"}
    assert {one["thing"]["key"] for one in resting} == evidence
    assert {one["detail"] for one in resting} == {"retracted"}
    citing = {one["key"] for one in curator.get("/works", params={"cites": "ostrom1996", "limit": 100}).json()["items"]}
    assert {one["thing"]["key"] for one in queue(curator, "cites-retracted")["items"]} == citing
    assert citing
    item = next(one for one in resting if one["thing"]["key"] == key)
    rejected = curator.patch(item["solve"]["address"], json={"status": "rejected", "note": "the work was retracted"})
    assert rejected.status_code == 200, rejected.text
    assert key not in {one["thing"]["key"] for one in queue(curator, "retracted-underneath")["items"]}


def test_a_work_is_read_once_it_is_silent(curator: httpx.Client) -> None:
    made = curator.post("/works", json={"key": "new2026", "type": "book", "title": "A new book"})
    assert made.status_code == 201, made.text
    for name in ("never-read", "no-abstract", "no-identifier"):
        assert "new2026" in {one["thing"]["key"] for one in queue(curator, name)["items"]}, name
    (item,) = [one for one in queue(curator, "never-read")["items"] if one["thing"]["key"] == "new2026"]
    body = json.loads(item["solve"]["bodies"][0]) | {"about": "facilitator"}
    assert curator.request(item["solve"]["method"], item["solve"]["address"], json=body).status_code == 201
    assert "new2026" not in {one["thing"]["key"] for one in queue(curator, "never-read")["items"]}
    assert curator.patch("/works/new2026", json={"doi": "10.5555/new", "abstract": "On new things."}).status_code == 200
    for name in ("no-abstract", "no-identifier"):
        assert "new2026" not in {one["thing"]["key"] for one in queue(curator, name)["items"]}, name


def test_one_quote_for_two_claims_is_shown_for_both(curator: httpx.Client) -> None:
    claims = [one["key"] for one in curator.get("/claims").json()["items"]][:2]
    title = curator.get("/works/brudney1983").json()["title"]
    keys = {judge(curator, "brudney1983", claim, state="supports", quote=title, locator="title") for claim in claims}
    listed = {one["thing"]["key"] for one in queue(curator, "one-quote-for-many-claims")["items"]}
    assert keys <= listed


def test_a_quote_that_is_nowhere_is_listed(curator: httpx.Client) -> None:
    key = judge(curator, "brudney1983", "facilitator", quote="words that are not there", locator="title")
    assert key in {one["thing"]["key"] for one in queue(curator, "quote-not-found")["items"]}


def solved(client: httpx.Client, name: str, item: dict[str, Any], place: int = 0, of: str = "solve") -> None:
    """Make the call that an item names, as it stands there, and hold that the item is gone."""
    call = item[of] if of == "solve" else item[of][0]
    body = call["bodies"][place]
    kind = call.get("media_type", "application/json")
    done = client.request(call["method"], call["address"], content=body.encode(), headers={"Content-Type": kind})
    assert done.is_success, done.text
    left = queue(client, name)["items"]
    same = [one for one in left if (one["thing"], one.get("detail")) == (item["thing"], item.get("detail"))]
    assert not same, f"{call} leaves {same}"


def test_what_rests_on_a_retracted_work_leaves_once_its_note_says_so(curator: httpx.Client) -> None:
    assert curator.patch("/works/ostrom1996", json={"status": "retracted"}).status_code == 200
    for name in ("retracted-underneath", "cites-retracted"):
        items = queue(curator, name)["items"]
        solved(curator, name, items[0])
        assert queue(curator, name)["total"] == len(items) - 1
    kept = queue(curator, "retracted-underneath")["items"][0]
    note = json.loads(kept["or_else"][0]["bodies"][0])["note"]
    before = curator.get(f"/id/evidence/{kept['thing']['key']}", follow_redirects=True).json().get("note", "")
    assert note.startswith(before), "what the note said stays"
    solved(curator, "retracted-underneath", kept, of="or_else")


def test_a_doubt_is_settled_by_one_call_and_others_of_its_work_stay(curator: httpx.Client) -> None:
    doubts = queue(curator, "facts-in-doubt")["items"]
    of_one = [one for one in doubts if one["about"]["key"] == "mcmullin2020citizenled"]
    assert {one["detail"] for one in of_one} == {"year", "page"}
    (year,) = [one for one in of_one if one["detail"] == "year"]
    before = curator.get("/works/mcmullin2020citizenled").json()
    solved(curator, "facts-in-doubt", year)
    after = curator.get("/works/mcmullin2020citizenled").json()
    assert after["doubts"] == [one for one in before["doubts"] if one["field"] == "page"]
    assert {**after, "doubts": 0, "version": 0} == {**before, "doubts": 0, "version": 0}


def test_an_ambiguous_citation_is_settled_by_choosing_a_candidate(curator: httpx.Client) -> None:
    items = queue(curator, "ambiguous-citations")["items"]
    node = items[0]["thing"]["iri"]
    candidates = [one for one in items if one["thing"]["iri"] == node]
    assert len(candidates) > 1
    solved(curator, "ambiguous-citations", candidates[1])
    assert node not in {one["thing"]["iri"] for one in queue(curator, "ambiguous-citations")["items"]}
    chosen, citing = candidates[1]["detail"], candidates[1]["about"]["key"]
    cited = curator.get(f"/works/{citing}/references", params={"limit": 200}).json()["items"]
    assert [one["confirmation"] for one in cited if one["work"]["key"] == chosen] == ["confirmed"]
    assert curator.post("/sparql", content="ASK {}", headers={"Content-Type": "application/sparql-query"}).is_success


CONFLICTING = """@article{another1996, title = {Crossing the Great Divide: Coproduction, Synergy, and Development},
author = {Ostrom, Elinor}, journal = {World Development}, year = {1996}, volume = {25}, number = {6},
pages = {1073--1087}, doi = {10.1016/0305-750X(96)00023-X}}"""


def imported(client: httpx.Client, text: str) -> int:
    headers = {"Content-Type": "application/x-bibtex", "Prefer": "wait=60"}
    made = client.post("/imports", content=text.encode(), headers=headers)
    assert made.status_code == 201, made.text
    return int(made.json()["version"])


def test_a_value_that_an_import_did_not_take_waits_until_it_is_set_aside_or_taken(curator: httpx.Client) -> None:
    version = imported(curator, CONFLICTING)
    (item,) = queue(curator, "import-conflicts")["items"]
    assert (item["thing"]["key"], item["field"], item["detail"]) == ("ostrom1996", "volume", "25")
    assert f"import {version}" in item["why"]
    assert "'24', which stays" in item["why"]

    solved(curator, "import-conflicts", item)
    assert curator.get("/works/ostrom1996").json()["set_aside"] == {"volume": ["25"]}
    imported(curator, CONFLICTING)
    assert queue(curator, "import-conflicts")["total"] == 0, "what was decided is not asked again"

    aside = curator.get("/works/ostrom1996/history").json()["items"][0]["version"]
    assert curator.post(f"/changes/{aside}/undo").is_success
    assert queue(curator, "import-conflicts")["total"] >= 1, "and it is asked again once that is taken back"
    solved(curator, "import-conflicts", item, place=1)
    assert curator.get("/works/ostrom1996").json()["volume"] == "25"


def test_a_conflict_goes_with_its_import(curator: httpx.Client) -> None:
    version = imported(curator, CONFLICTING)
    assert queue(curator, "import-conflicts")["total"] == 1
    undone = curator.post(f"/changes/{version}/undo")
    assert undone.status_code == 201, undone.text
    assert queue(curator, "import-conflicts")["total"] == 0
    again = curator.post(f"/changes/{undone.json()['version']}/undo")
    assert again.status_code == 201, again.text
    assert queue(curator, "import-conflicts")["total"] == 1, "an undo that is undone counts no more"
    assert curator.get("/queues/import-conflicts", params={"at": version}).json()["total"] == 1
    assert curator.get("/queues/import-conflicts", params={"at": 1}).json()["total"] == 0


def test_what_the_shapes_warn_of_is_told_in_their_words_with_the_call(curator: httpx.Client) -> None:
    before = queue(curator, "shape-violations")["total"]
    assert curator.post("/works", json={"key": "untitled", "type": "book", "isbn": []}).status_code == 201
    assert curator.post("/concepts", json={"key": "new", "labels": {"en": "new thing"}}).status_code == 201
    items = queue(curator, "shape-violations")["items"]
    found = {(one["kind"], one["field"]): one for one in items if one["thing"]["key"] in ("untitled", "new")}
    assert set(found) == {("work", "title"), ("concept", "labels"), ("concept", "definitions")}
    assert "preferred label in French" in found["concept", "labels"]["why"]
    page = curator.get("/queues/shape-violations", headers={"Accept": "text/html", "Accept-Language": "fr"}).text
    assert "libellé préféré en français" in page
    assert "preferred label" not in page
    assert curator.patch("/works/untitled", json={"title": "A title"}).is_success
    for member in ("labels", "definitions"):
        call = found["concept", member]["solve"]
        body = call["bodies"][0].replace("…", "mot nouveau")
        assert curator.request(call["method"], call["address"], content=body.encode()).status_code == 415
        done = curator.request(call["method"], call["address"], json=json.loads(body))
        assert done.is_success, done.text
    assert queue(curator, "shape-violations")["total"] == before


def test_unread_works_on_a_followed_concept_wait(curator: httpx.Client) -> None:
    assert queue(curator, "unread-on-followed")["total"] == 0
    assert curator.patch("/concepts/facilitator", json={"followed": True}).json()["followed"] is True
    items = queue(curator, "unread-on-followed")["items"]
    unread = curator.get("/works", params={"discusses": "facilitator", "limit": 1}).json()["coverage"]["unread"]
    assert len(items) == unread
    assert {one["about"]["key"] for one in items} == {"facilitator"}
    solved(curator, "unread-on-followed", items[0])
    assert queue(curator, "unread-on-followed")["total"] == unread - 1
    assert "followed" not in curator.patch("/concepts/facilitator", json={"followed": None}).json()
    assert queue(curator, "unread-on-followed")["total"] == 0


def test_evidence_that_deserves_a_second_look_is_listed_with_the_reason(curator: httpx.Client) -> None:
    assert queue(curator, "state-clashes-with-note")["total"] == 0
    clash = judge(curator, "brudney1983", "facilitator", note="The paper does not mention facilitators.")
    listed = {one["thing"]["key"]: one for one in queue(curator, "state-clashes-with-note")["items"]}
    assert "does not mention" in listed[clash]["why"]
    assert curator.patch(f"/evidence/{clash}", json={"state": "silent", "directness": None}).is_success
    assert clash not in {one["thing"]["key"] for one in queue(curator, "state-clashes-with-note")["items"]}

    bare = judge(curator, "parks1981", "facilitator", quote="Some Economic and Institutional Considerations")
    told = judge(curator, "tuurnas2015", "facilitator", quote="those who facilitate, and facilitators")
    items = {one["thing"]["key"]: one for one in queue(curator, "quote-without-term")["items"]}
    assert bare in items
    assert told not in items
    (label,) = items[bare]["or_else"]
    body = json.loads(label["bodies"][0].replace("…", "institutional consideration"))
    assert curator.request(label["method"], label["address"], json=body).is_success
    assert bare not in {one["thing"]["key"] for one in queue(curator, "quote-without-term")["items"]}


def test_the_queues_of_evidence_are_short_in_the_reference_set(client: httpx.Client) -> None:
    accepted = sum(len(one["evidence"]) for one in client.get("/works", params={"limit": 200}).json()["items"])
    for name in ("state-clashes-with-note", "quote-without-term"):
        assert queue(client, name)["total"] <= accepted / 20, "advice that is mostly wrong is read by nobody"


def test_two_works_that_may_be_one_leave_when_they_are_decided_on(curator: httpx.Client) -> None:
    for key in ("tide1999", "tide1999b"):
        title = f"The {'price' if key == 'tide1999' else 'prise'} of a tide in the lagoon of the north"
        work = {
            "key": key,
            "type": "book",
            "title": title,
            "issued": "1999",
            "authors": [{"family": "Moor", "given": "A."}],
        }
        made = curator.post("/works", json=work)
        assert made.status_code == 201, made.text
    (item,) = [one for one in queue(curator, "duplicates")["items"] if one["thing"]["key"] == "tide1999"]
    assert (item["about"]["key"], item["solve"]["address"]) == ("tide1999b", f"/duplicates/{item['detail']}")
    assert "alike" in item["why"]
    before = counts(curator)["duplicates"]
    different = json.loads(item["solve"]["bodies"][1]) | {"reason": "two volumes"}
    assert curator.post(item["solve"]["address"], json=different).status_code == 201
    assert counts(curator)["duplicates"] == before - 1


def test_works_worth_reading_wait_for_concepts_that_are_followed(curator: httpx.Client) -> None:
    assert not queue(curator, "suggestions")["items"]
    made = curator.post("/concepts", json={"labels": {"en": "kelp farming"}, "followed": True})
    assert made.status_code == 201, made.text
    work = {"key": "kelp2001", "type": "book", "title": "Kelp farming for the islands", "issued": "2001"}
    assert curator.post("/works", json=work).status_code == 201
    (item,) = queue(curator, "suggestions")["items"]
    assert (item["thing"]["key"], item["about"]["key"]) == ("kelp2001", made.json()["key"])
    solve = item["solve"]
    assert curator.request(solve["method"], solve["address"], json=json.loads(solve["bodies"][1])).status_code == 201
    assert not queue(curator, "suggestions")["items"]
    assert counts(curator)["suggestions"] == 0


def done(client: httpx.Client, name: str, **asked: Any) -> list[dict[str, Any]]:
    response = client.get(f"/queues/{name}/done", params=asked)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    assert response.json()["total"] >= len(items)
    return items


def test_what_was_solved_is_listed_with_the_version_that_undoes_it(curator: httpx.Client) -> None:
    assert done(curator, "proposed-evidence") == []
    key = judge(curator, "parks1981", "facilitator", status="proposed")
    assert done(curator, "proposed-evidence") == [], "it was proposed, not solved"
    accepted = curator.patch(f"/evidence/{key}", json={"status": "accepted"})
    version = int(accepted.headers["commonplace-version"])
    (item,) = done(curator, "proposed-evidence")
    assert (item["version"], item["thing"]["key"], item["undo"]) == (version, key, f"/changes/{version}/undo")
    assert "undone_by" not in item
    assert done(curator, "proposed-evidence", at=version - 1) == []

    undone = curator.post(item["undo"])
    assert undone.status_code == 201, undone.text
    (item,) = done(curator, "proposed-evidence")
    assert item["undone_by"] == undone.json()["version"]
    assert "undone_by" not in done(curator, "proposed-evidence", at=version)[0]


def test_a_work_that_is_new_was_not_solved_and_one_that_gets_what_it_lacked_was(curator: httpx.Client) -> None:
    made = curator.post("/works", json={"key": "reed2003", "type": "book", "title": "=Reed", "abstract": "On reeds."})
    assert made.status_code == 201, made.text
    before = len(done(curator, "no-abstract"))
    assert curator.patch("/works/reed2003", json={"abstract": "On other reeds."}).status_code == 200
    assert len(done(curator, "no-abstract")) == before, "it had one already"
    assert curator.patch("/works/reed2003", json={"doi": "10.5555/reed"}).status_code == 200
    (item, *_) = done(curator, "no-identifier")
    assert item["thing"]["key"] == "reed2003"
    table = curator.get("/queues/no-identifier/done.csv")
    assert table.headers["content-type"].startswith("text/csv")
    head, row, *_ = table.text.splitlines()
    assert head.startswith("version,at,agent,message,thing,label,about,change,undo")
    assert "'=Reed" in row, "no cell is a formula"


def test_two_works_that_were_decided_on_or_merged_were_solved(curator: httpx.Client) -> None:
    for key in ("weir1999", "weir1999b", "weir1999c"):
        assert curator.post("/works", json={"key": key, "type": "book", "title": "A weir"}).status_code == 201
    decided = {"works": ["weir1999", "weir1999b"], "judgement": "different", "reason": "two volumes"}
    assert curator.post("/duplicates/decisions", json=decided).status_code == 201
    (item, *_) = done(curator, "duplicates")
    assert {item["thing"]["key"], item["about"]["key"]} == {"weir1999", "weir1999b"}
    merged = curator.post("/merges", json={"keep": "weir1999", "from": "weir1999c"})
    assert merged.status_code == 201, merged.text
    (item, *_) = done(curator, "duplicates", limit=1)
    assert item["thing"]["key"] == "weir1999c"


def test_what_the_log_does_not_tell_is_said(client: httpx.Client) -> None:
    assert "is not told" in client.get("/queues/shape-violations/done").json()["detail"]
    assert client.get("/queues/nonsense/done").status_code == 404
