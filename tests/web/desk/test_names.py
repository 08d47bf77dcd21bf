"""What pages call things that have no label of their own, and those of which a version speaks by their keys."""

from __future__ import annotations

import re

import httpx
import pytest

from commonplace.exchange import bulk
from tests.pdf import pdf
from tests.web.desk.forms import fields, once_done
from tests.web.pages.test_headings import text_of

HTML = {"Accept": "text/html"}
WORK = "Why People Co-Produce: Analysing citizens’ perceptions on co-planning engagement in health care services"


def test_evidence_is_called_by_its_concept_and_work_where_it_was_saved_and_where_versions_are_listed(
    curator: httpx.Client, server: httpx.Client
) -> None:
    sent = fields(curator.get("/desk/new/evidence?work=vaneijk2014&about=housing"))
    sent |= {"state": ["silent"], "certainty": ["low"]}
    made = curator.post("/desk/new/evidence", data=sent)
    assert made.status_code == 303, made.text
    version = int(made.headers["location"].rpartition("=")[2])
    key = server.get(f"/changes/{version}").json()["message"].rpartition(" ")[2]
    assert key == "housing--vaneijk2014", "the log keeps the key, which does not change"
    name = f"housing · {WORK}"
    saved = curator.get(made.headers["location"]).text
    assert f"new evidence “{name[:100]}…”" in text_of(saved)
    title = re.search("<h1.*?</h1>", saved, re.DOTALL)
    assert title is not None
    assert text_of(title[0]).strip().startswith("housing · Why People")
    for page in ("/", "/changes", f"/changes/{version}"):
        told = text_of(server.get(page, headers=HTML).text)
        assert f"new evidence “{name[:100]}…”" in told
        assert key not in told
    french = text_of(curator.get("/desk", headers={"Accept-Language": "fr"}).text)
    assert f"nouvelle notice : appui “logement · {WORK[:10]}" in french


def test_what_hangs_on_a_thing_is_named_in_words_before_it_is_deleted(curator: httpx.Client) -> None:
    told = text_of(curator.get("/desk/works/tuurnas2015/delete").text)
    title = "Learning to co-produce? The perspective of public service professionals"
    assert f"public servant · {title} evidence: goes along" in told
    assert f"{title} citation: goes along" in told
    assert "public servant concept: loses the link" in told
    for raw in ("cp:work", "dcterms:source", "cito:", "--tuurnas2015"):
        assert raw not in told


def test_the_history_of_a_work_tells_of_its_text_without_the_hashes(curator: httpx.Client) -> None:
    file = {"file": ("a.pdf", pdf(["Words of a page."], ["Words of another."]))}
    assert curator.post("/desk/works/lowndes2006/text", files=file, data={"licence": ""}).status_code == 303
    told = text_of(curator.get("/desk/works/lowndes2006/history").text)
    assert "Text “PDF, 2 pages” added" in told
    for raw in ("fabio:", "file_hash", "bibo:", "judged_at"):
        assert raw not in told


def test_taking_a_merge_apart_names_what_was_written_since_in_words(
    curator: httpx.Client, server: httpx.Client
) -> None:
    entry = "@book{wharf2001, author = {Quay, Ida}, title = {Wharves and their keepers}, year = {2001} }"
    for key in ("wharf2001", "wharf2001x"):
        begun = curator.post(
            "/desk/import",
            data={"pasted": entry.replace("wharf2001", key).replace("2001} }", f"{{}}{2001 + len(key)}}} }}")},
        )
        once_done(curator, begun.headers["location"])
        curator.post(f"{begun.headers['location']}/apply")
        assert once_done(curator, begun.headers["location"]).status_code == 303
    made = curator.post("/merges", json={"keep": "wharf2001", "from": "wharf2001x"}).json()
    curator.patch("/works/wharf2001", json={"genre": "a lantern book"}).raise_for_status()
    silent = {"work": "wharf2001", "about": "facilitator", "state": "silent", "certainty": "low"}
    curator.post("/evidence", json=silent).raise_for_status()
    page = curator.get(f"/desk/merges/{made['version']}").text
    told = text_of(page)
    assert "Genre" in told
    assert '<a href="/id/evidence/facilitator--wharf2001">Quay' in page
    assert "the one that comes back" in told
    for raw in ("genre ", "evidence/", "cp:", "wharf2001"):
        assert raw not in told, raw
    record = text_of(server.get(f"/merges/{made['version']}", headers=HTML).text)
    assert "The one kept" in record
    assert "wharf2001x" not in record


def _merged_while_another_led_to_both(curator: httpx.Client, name: str) -> int:
    """Make three concepts of which the last is related to the others, merge these, and return the version of that."""
    for part in ("kept", "gone", "leading"):
        made = {"key": f"{name}-{part}", "labels": {"en": f"{name} that is {part}", "fr": f"{name} qui est {part}"}}
        curator.post("/concepts", json=made).raise_for_status()
    both = {"related": [f"{name}-kept", f"{name}-gone"]}
    curator.patch(f"/concepts/{name}-leading", json=both).raise_for_status()
    merged = curator.post(f"/concepts/{name}-kept/merge", json={"from": f"{name}-gone"})
    merged.raise_for_status()
    return int(merged.json()["version"])


def test_a_link_to_both_that_was_taken_away_since_their_merge_is_named_and_can_be_given_a_side(
    curator: httpx.Client,
) -> None:
    version = _merged_while_another_led_to_both(curator, "quay")
    curator.patch("/concepts/quay-leading", json={"related": []}).raise_for_status()
    page = curator.get(f"/desk/merges/{version}")
    assert page.status_code == 200
    assert '<a href="/concepts/quay-leading">quay that is leading: Related</a>' in page.text
    told = text_of(page.text)
    for raw in ("skos:", "concept/", "quay-"):
        assert raw not in told, raw
    french = curator.get(f"/desk/merges/{version}", headers={"Accept-Language": "fr"})
    assert "quay qui est leading" in text_of(french.text)
    apart = curator.post(f"/desk/merges/{version}", data={"to.concept/quay-leading skos:related": "right"})
    assert apart.status_code == 303, apart.text
    related = curator.get("/concepts/quay-leading").json()["related"]
    assert [one["key"] for one in related] == ["quay-kept"], "it was taken from the other"


def test_a_value_that_is_another_thing_is_named_where_a_merge_is_taken_apart(curator: httpx.Client) -> None:
    version = _merged_while_another_led_to_both(curator, "lighthouse")
    curator.post("/concepts", json={"key": "lamp", "labels": {"en": "what a keeper lights"}}).raise_for_status()
    curator.patch("/concepts/lighthouse-kept", json={"related": ["lamp"]}).raise_for_status()
    page = curator.get(f"/desk/merges/{version}")
    assert page.status_code == 200
    assert '<a href="/concepts/lamp">Related: what a keeper lights</a>' in page.text
    assert '<td data-label="After">what a keeper lights</td>' in page.text
    assert "concept/" not in text_of(page.text)


def test_a_change_of_many_works_names_the_works_and_the_fields_of_its_form(curator: httpx.Client) -> None:
    page = curator.get("/desk/bulk?every=true&do=replace&field=title&find=e&put=ee").text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    named = re.findall(r'<th scope="row"[^>]*><a [^>]*>(.*?)</a>', table)
    assert named
    assert all(re.fullmatch(r".+ \d{4}", name) for name in named), named
    refused = text_of(curator.get("/desk/bulk?every=true&do=replace&field=title&find=%5B&put=&pattern=true").text)
    assert "Find : write a regular expression" in refused
    assert "change.replace" not in refused
    nowhere = text_of(curator.get("/desk/bulk?every=true&do=replace&field=title&find=Zeppelin&put=Ship").text)
    assert "in none of them the field has what is looked for" in nowhere


def test_a_form_says_a_country_and_a_language_in_words_beside_their_codes(curator: httpx.Client) -> None:
    case = text_of(curator.get("/desk/cases/england-parents-group").text)
    assert "United Kingdom (ENG) · its ISO code: FR, GB-ENG or CA-QC" in case
    assert "English · en, fr, pt-BR" in text_of(curator.get("/desk/works/ostrom1996").text)


def test_the_title_of_the_preview_of_what_came_without_a_name_says_so_in_words(curator: httpx.Client) -> None:
    entry = "@book{sluice1988, author = {Weir, Otto}, title = {Sluices}, year = {1988} }"
    begun = curator.post("/desk/import", data={"pasted": entry})
    preview = once_done(curator, begun.headers["location"])
    title = re.search("<title>(.*?)</title>", preview.text, re.DOTALL)
    assert title is not None
    assert title[1].startswith("Pasted entries: preview")


def told_of(page: httpx.Response) -> list[tuple[str, str]]:
    """Return what a refusal says, field by field."""
    alert = page.text.partition('role="alert">')[2].partition("</div>")[0]
    return [(text_of(where), text_of(why)) for where, why in re.findall(r"<li><b>(.*?)</b>: (.*?)</li>", alert)]


def test_a_selection_that_is_too_large_or_none_is_told_by_the_fields_of_the_form(
    curator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "do=replace&field=title&find=e&put=ee"
    monkeypatch.setattr(bulk, "MAXIMUM_WORKS", 3)
    assert told_of(curator.get(f"/desk/bulk?every=true&{change}")) == [
        ("Which works", "at most 3 works are changed at once")
    ]
    monkeypatch.undo()
    told = told_of(curator.get(f"/desk/bulk?year=soon&{change}"))
    assert [where for where, _ in told] == ["Year"]
    french = told_of(curator.get(f"/desk/bulk?year=soon&{change}", headers={"Accept-Language": "fr"}))
    assert [where for where, _ in french] == ["Année"]


def test_the_address_of_all_queues_leads_to_the_desk(curator: httpx.Client) -> None:
    led = curator.get("/desk/queues")
    assert (led.status_code, led.headers["location"]) == (303, "/desk")
