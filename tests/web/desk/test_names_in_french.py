"""What the desk calls things in French, and what it offers to whom."""

from __future__ import annotations

import html
import re

import httpx

FRENCH = {"Accept-Language": "fr"}


def test_the_fields_of_a_change_of_many_works_are_named_in_french(curator: httpx.Client) -> None:
    def options(language: str) -> dict[str, str]:
        page = curator.get("/desk/bulk", headers={"Accept-Language": language}).text
        chosen = re.findall(r'<select id="field".*?</select>', page, re.DOTALL)[0]
        return {name: html.unescape(said) for name, said in re.findall(r'value="([^"]+)"[^>]*>([^<]+)<', chosen)}

    french, english = options("fr"), options("en")
    assert (french["doubts"], french["set_aside"]) == ("Doutes", "Mis de côté")
    alike = {name for name in french if french[name] == english[name]}
    written_alike = {"doi", "isbn", "issn", "url", "pmid", "pmcid"} | {"type", "genre", "volume", "page", "note"}
    assert alike <= written_alike | {"issued", "relations"}


def test_a_suggestion_is_known_to_speak_of_concepts_alone(curator: httpx.Client, server: httpx.Client) -> None:
    claims = {one["label"] for one in server.get("/claims", params={"limit": 100}).json()["items"]}
    seen = ""
    for concept in ("facilitator", "co-governance", "england", "volunteering"):
        page = html.unescape(curator.get(f"/desk/suggestions/{concept}").text)
        seen += "".join(re.findall(r"It is known to speak of (.*?)\.</p>", page, re.DOTALL))
    assert seen, "no suggestion says what its work is known to speak of"
    assert not {claim for claim in claims if claim in seen}


def test_a_suggestion_and_a_review_name_the_concept_in_french(curator: httpx.Client) -> None:
    for address in ("/desk/suggestions/facilitator", "/desk/review/facilitator--mcmullin2022lead"):
        page = curator.get(address, headers=FRENCH).text
        heads = " ".join(re.findall(r"<(?:title|h1)[^>]*>.*?</(?:title|h1)>", page, re.DOTALL))
        assert "facilitateur" in page, address
        assert "facilitator" not in heads, address


def test_a_form_names_things_in_french(curator: httpx.Client) -> None:
    whole = html.unescape(curator.get("/desk/concepts/facilitator", headers=FRENCH).text)
    page = whole.partition("<form")[2]
    assert "rôle des professionnels" in page
    assert "role of professionals" not in page


def test_the_desk_offers_a_contributor_what_a_contributor_can_make(
    curator: httpx.Client, contributor: httpx.Client
) -> None:
    offered = "a work, person, concept, claim, case or piece of evidence by hand"
    assert offered in curator.get("/desk").text
    page = contributor.get("/desk").text
    assert offered not in page
    assert "a piece of evidence by hand" in page
    assert "un appui, à la main" in contributor.get("/desk", headers=FRENCH).text
    assert re.findall(r'href="/desk/new/(\w+)"', contributor.get("/desk/new").text) == ["evidence"]
