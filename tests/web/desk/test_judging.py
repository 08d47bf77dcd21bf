"""The pages of the desk on which something is judged: suggestions, evidence, citations."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import httpx
import pytest

from commonplace.library import things_called
from tests.conftest import BASE
from tests.pdf import pdf
from tests.web.desk.forms import fields


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


def test_a_quote_that_is_mended_is_looked_for_before_it_is_kept(curator: httpx.Client, head: Callable[[], int]) -> None:
    file = {"file": ("a.pdf", pdf(["Learning to co-produce."], ["Professionals follow the lead of citizens."]))}
    assert curator.post("/desk/works/tuurnas2015/text", files=file, data={"licence": ""}).status_code == 303
    address = "/desk/review/professional-role--tuurnas2015"
    before, shown = head(), curator.get(address)
    assert "/works/tuurnas2015/text" in shown.text
    sent = fields(shown) | {"verdict": ["look"]}
    found = curator.post(address, data=sent | {"quote": ["follow the lead of citizens"], "note": ["kept"]})
    assert found.status_code == 200
    assert "Professionals <mark>follow the lead of citizens</mark>." in found.text
    assert ">kept</textarea>" in found.text
    missed = curator.post(address, data=sent | {"quote": ["follow nobody at all"]})
    assert "stands in none of the texts that are held" in missed.text
    assert ">follow nobody at all</textarea>" in missed.text
    assert head() == before, "to look judges nothing"


def test_the_list_of_suggestions_says_how_much_is_unread(curator: httpx.Client, server: httpx.Client) -> None:
    page = html.unescape(curator.get("/desk/suggestions").text)
    rows = dict(
        re.findall(r'<li><a href="/desk/suggestions/([^"]+)">[^<]+</a> <span class="meta">(\d+) works? unread', page)
    )
    concepts = [one["key"] for one in server.get("/concepts", params={"limit": 200}).json()["items"]]
    assert set(rows) <= set(concepts)
    assert len(rows) > 70
    for key in ("professional-role", "co-production", "facilitator", "england"):
        unread = server.get("/works", params={"discusses": key, "limit": 1}).json()["coverage"]["unread"]
        assert int(rows.get(key, 0)) == unread, key
    french = curator.get("/desk/suggestions", headers={"Accept-Language": "fr"}).text
    assert "œuvres non lues" in french
    assert "rôle des professionnels" in french


def found_of(page: httpx.Response) -> list[str]:
    """Return the keys of the concepts that the list of suggestions leads to."""
    return re.findall(r'<li><a href="/desk/suggestions/([^"?]+)">', page.text)


def test_a_concept_is_found_in_the_list_of_suggestions(curator: httpx.Client) -> None:
    every = found_of(curator.get("/desk/suggestions"))
    for words in ("profession", "role professiona", "rôle des prof"):
        page = curator.get("/desk/suggestions", params={"q": words})
        found = found_of(page)
        assert "professional-role" in found, words
        assert len(found) < len(every) / 3
        assert f'name="q" value="{words}"' in page.text
        assert 'href="/desk/suggestions">See all concepts' in page.text


@pytest.mark.parametrize("words", ["Role of Professionals", "rôle des professionnels", "professional-role"])
def test_words_that_name_a_concept_lead_to_its_suggestions(curator: httpx.Client, words: str) -> None:
    led = curator.get("/desk/suggestions", params={"q": words})
    assert (led.status_code, led.headers["location"]) == (303, "/desk/suggestions/professional-role")


@pytest.mark.parametrize("path", ["work/ostrom1996", "claim/low-professionalisation-enables", "person/elinor-ostrom"])
def test_an_iri_of_what_is_no_concept_names_none(curator: httpx.Client, path: str) -> None:
    page = curator.get("/desk/suggestions", params={"q": f"{BASE}id/{path}"})
    assert page.status_code == 200
    assert "No concept has these words." in page.text
    concept = curator.get("/desk/suggestions", params={"q": f"{BASE}id/concept/professional-role"})
    assert concept.headers["location"] == "/desk/suggestions/professional-role"


def test_more_words_are_asked_for_only_where_not_all_that_fit_are_shown(
    curator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(most: int) -> tuple[int, str]:
        monkeypatch.setattr(things_called, "MOST_CHOICES", most)
        page = curator.get("/desk/suggestions", params={"q": "profession"})
        return len(
            re.findall(r'<li>(?:<a href="/desk/suggestions/|[^<]+ <span class="meta">every)', page.text)
        ), page.text

    fitting, _ = shown(100)
    assert 2 < fitting < 100
    for most in fitting, fitting + 1:
        assert shown(most)[0] == fitting
        assert f"{fitting} concepts fit." in shown(most)[1]
    number, text = shown(fitting - 1)
    assert number == fitting - 1
    assert f"The {fitting - 1} concepts that fit best; more words find fewer." in text


def test_words_that_no_concept_has_are_kept_with_the_way_back(curator: httpx.Client) -> None:
    page = curator.get("/desk/suggestions", params={"q": "xylophone"}, headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert "Aucun concept n’a ces mots." in page.text
    assert 'value="xylophone"' in page.text
    assert found_of(page) == []
    assert found_of(curator.get("/desk/suggestions", params={"q": " "}))
