"""Quotes are compared with the text that is kept of a work: the page is found, and what is not there is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pdf import pdf
from tests.web.api.texts import Keeping, keeping_texts

SENTENCE = "co-production of services – and “professionals” follow"


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    with keeping_texts(reference_home, tmp_path_factory.mktemp("quotes") / "home") as keeping:
        yield keeping


def test_the_page_of_a_quote_is_found_and_told_everywhere(keeping: Keeping) -> None:
    keeping.put("parks1981")
    exact = keeping.evidence("parks1981", "Citizens in specific places lead", locator="p. 1")
    assert (exact["quote_check"], exact["quote_page"]) == ("exact", 1)
    assert "locator_page" not in exact
    made = keeping.evidence("parks1981", SENTENCE, about="facilitator", locator="p. 3")
    assert (made["quote_check"], made["quote_page"], made["locator_page"]) == ("normalised", 1, 3)
    assert keeping.read(f"/id/evidence/{made['id']}") == made
    query = "PREFIX cp: <http://127.0.0.1:8000/ontology#> SELECT ?page { <%s> cp:quotePage ?page }"
    rows = keeping.read("/sparql", query=query % made["iri"])["results"]["bindings"]
    assert [row["page"]["value"] for row in rows] == ["1"]
    page = {"Accept": "text/html"}
    for address in ("/works/parks1981", "/concepts/facilitator", f"/id/evidence/{made['id']}"):
        shown = keeping.anybody.get(address, headers=page).text
        assert "quote checked: page 1, written a little otherwise" in shown, address
        assert "not page 3" in shown, address
    french = keeping.anybody.get("/works/parks1981", headers={**page, "Accept-Language": "fr"}).text
    assert "citation vérifiée : page 1" in french


def test_a_locator_may_count_as_the_volume_does(keeping: Keeping) -> None:
    assert keeping.read("/works/ostrom1996")["page"] == "1073-1087"
    keeping.put("ostrom1996", pdf(["one"], ["two"], ["the third of them"]))
    right = keeping.evidence("ostrom1996", "the third of them", about="facilitator", locator="p. 1075")
    assert (right["quote_page"], right.get("locator_page")) == (3, None)
    wrong = keeping.evidence("ostrom1996", "the third of them", about="facilitator", locator="p. 1076")
    assert (wrong["quote_page"], wrong["locator_page"]) == (3, 1076)


def test_a_quote_that_is_not_there_is_told_and_not_refused(keeping: Keeping) -> None:
    keeping.put("bovaird2007", pdf(["All of it is here."]))
    made = keeping.evidence("bovaird2007", "nobody wrote this", about="mediator-role", locator="p. 1")
    assert (made["quote_check"], made.get("quote_page")) == ("not-found", None)
    keeping.put("bovaird2007")
    again = keeping.read(f"/id/evidence/{made['id']}")
    assert again["quote_check"] == "no-text", "it may stand on the page that is scanned"


def test_quotes_are_compared_again_when_a_text_comes_goes_and_comes_back(keeping: Keeping) -> None:
    made = keeping.evidence("needham2008", SENTENCE, locator="p. 1")
    assert (made["quote_check"], made.get("quote_page")) == ("no-text", None)
    before = keeping.version()
    keeping.put("needham2008", pdf(["nothing"]))
    assert keeping.read(f"/id/evidence/{made['id']}")["quote_check"] == "not-found"
    keeping.put("needham2008")
    found = keeping.read(f"/id/evidence/{made['id']}")
    assert (found["quote_check"], found["quote_page"]) == ("normalised", 1)
    kept = keeping.version()
    assert keeping.read(f"/id/evidence/{made['id']}", at=before)["quote_check"] == "no-text"
    assert keeping.curator.delete("/works/needham2008/text").status_code == 204
    later = keeping.evidence("needham2008", SENTENCE, about="facilitator", locator="p. 1")
    gone = keeping.read(f"/id/evidence/{made['id']}")
    assert (gone["quote_check"], gone.get("quote_page")) == ("no-text", None)
    assert keeping.curator.post(f"/changes/{kept + 1}/undo").status_code in (200, 201)
    for one in (made, later):
        back = keeping.read(f"/id/evidence/{one['id']}")
        assert (back["quote_check"], back["quote_page"]) == ("normalised", 1)
    assert keeping.read(f"/id/evidence/{made['id']}", at=kept)["quote_page"] == 1


def test_an_annotation_is_told_what_came_of_its_words(keeping: Keeping) -> None:
    keeping.put("brudney1983")
    work = keeping.read("/works/brudney1983")["iri"]
    body = [
        {"type": "TextualBody", "value": tag, "purpose": "tagging"} for tag in ("concept:mediator-role", "discusses")
    ]
    said = [
        {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "type": "Annotation",
            "body": body,
            "target": {"source": work, "selector": {"type": "TextQuoteSelector", "exact": words}},
        }
        for words in (SENTENCE, "nobody wrote this")
    ]
    answer = keeping.contributor.post("/annotations", json=said)
    assert answer.status_code == 201, answer.text
    found = [(item["quote_check"], item.get("quote_page")) for item in answer.json()["items"]]
    assert found == [("normalised", 1), ("no-text", None)]


@pytest.mark.parametrize(("locator", "page"), [(None, 1), ("section 2", 1), ("p. 77", 77)])
def test_an_annotation_names_the_page_and_comes_back_as_it_was(
    keeping: Keeping, locator: str | None, page: int
) -> None:
    keeping.put("brudney1983")
    about = {"about": "shared-leadership", "note": f"paged {page} {locator}"}
    made = keeping.evidence("brudney1983", SENTENCE, **about, **({"locator": locator} if locator else {}))
    assert made["quote_page"] == 1
    out = keeping.read(f"/annotations/{made['id']}")
    assert out["target"]["selector"][1]["value"] == f"page={page}"
    again = keeping.curator.post("/annotations", json=out)
    assert (again.status_code, again.json()["items"][0]["fate"]) == (200, "matched"), again.text
    assert keeping.curator.delete(f"/evidence/{made['id']}").is_success
    back = keeping.curator.post("/annotations", json=out)
    assert back.status_code == 201, back.text
    found = keeping.read(back.headers["location"].replace("/annotations/", "/id/evidence/"))
    assert (found.get("locator"), found["quote_page"], found["note"]) == (locator, 1, about["note"])
    assert keeping.curator.delete(f"/evidence/{found['id']}").is_success


def test_nobody_else_says_what_came_of_it(keeping: Keeping) -> None:
    keeping.put("lowndes2006")
    made = keeping.evidence("lowndes2006", SENTENCE)
    update = (
        "PREFIX cp: <http://127.0.0.1:8000/ontology#> "
        f"DELETE {{ <{made['iri']}> cp:quotePage 1 }} INSERT {{ <{made['iri']}> cp:quotePage 3 }} WHERE {{}}"
    )
    sent = keeping.curator.post("/sparql", data={"update": update})
    assert sent.status_code == 422, sent.text
    assert "of this quote it makes" in sent.text
