"""The words of the pages in other languages: every one is there, and a page is whole in French."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import httpx
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from commonplace.library.named_queries import load_queries
from commonplace.settings import QUERIES
from commonplace.web.pages import rendering
from commonplace.web.pages.words import languages
from commonplace.web.pages.words.codes import field_name
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

METHODS = [("**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "newstyle_gettext": "true"}}
NAMED = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", [tag for tag in languages.LANGUAGES if tag != "en"])
def test_every_word_of_the_pages_is_translated(language: str) -> None:
    with (languages.FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    said = extract_from_dir(rendering.TEMPLATES, METHODS, OPTIONS)
    missing = {f"{name}:{line}: {message}" for name, line, message, *_ in said if message not in catalog}
    assert not missing, f"add these to {language}.po: {sorted(missing)}"


@pytest.mark.parametrize("language", [tag for tag in languages.LANGUAGES if tag != "en"])
def test_a_translation_names_what_its_original_names(language: str) -> None:
    with (languages.FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    for message in catalog:
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        written = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert all(written) or not message.id, message.id
        named = set(NAMED.findall(" ".join(map(str, originals))))
        assert all(set(NAMED.findall(str(text))) == named for text in written if message.id), message.id


@pytest.mark.parametrize(
    "address", ["/", "/concepts/professional-role", "/works", "/works/ostrom1996", "/gaps", "/changes"]
)
def test_a_page_in_french_has_no_english_of_its_own(client: httpx.Client, address: str) -> None:
    english = text_of(client.get(address, headers=BROWSER).text)
    french = client.get(address, headers={**BROWSER, "Accept-Language": "fr-CA,fr;q=0.9"}).text
    assert '<html lang="fr">' in french
    words = text_of(french)
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    for message in catalog:
        plain = isinstance(message.id, str) and len(message.id) > 20 and "%" not in message.id and "<" not in message.id
        if plain and str(message.id) in english:
            assert str(message.id) not in words, message.id
            assert text_of(str(message.string)) in words


def test_each_queue_has_its_name_and_what_stands_in_it_in_french(client: httpx.Client) -> None:
    french = text_of(client.get("/queues", headers={**BROWSER, "Accept-Language": "fr"}).text)
    for queue in client.get("/queues").json()["items"]:
        assert queue["label"] not in french
        assert text_of(queue["what"]).replace("`", "") not in french


def test_numbers_agree_with_their_nouns(client: httpx.Client) -> None:
    french = {**BROWSER, "Accept-Language": "fr"}
    assert "35 œuvres" in text_of(client.get("/works", headers=french).text)
    assert "1 œuvre " in text_of(client.get("/works?year=1996", headers=french).text)
    assert "0 œuvre " in text_of(client.get("/works?year=1800", headers=french).text)


def test_a_concept_is_called_by_its_name_in_the_language_of_the_page(client: httpx.Client) -> None:
    french = {**BROWSER, "Accept-Language": "fr"}
    page = client.get("/concepts/professional-role", headers=french).text
    heading, _, rest = page.partition("</h1>")
    assert heading.endswith("<span>rôle des professionnels</span>")
    assert '<span lang="en">role of professionals</span>' in rest, "its other names are beside it"
    assert "<title>rôle des professionnels · " in page
    aside = text_of(rest.partition("<aside>")[2])
    assert "facilitateur" in aside
    assert "facilitator" not in aside
    assert ">rôle des professionnels</a>" in client.get("/works/ostrom1996", headers=french).text
    assert "rôle des professionnels" in text_of(client.get("/concepts", headers=french).text)
    assert "Quelles œuvres traitent de « rôle des professionnels »" in text_of(client.get("/", headers=french).text)


def test_every_question_is_whole_in_french() -> None:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    for query in load_queries(QUERIES).values():
        french = query.in_language("fr")
        assert french.question != query.question
        assert french.description != query.description, query.name
        assert (french.empty_because != query.empty_because) is query.may_be_empty
        for old, new in zip(query.parameters, french.parameters, strict=True):
            assert new.description != old.description, (query.name, old.name)
        own = {p.name for p in query.parameters}
        told = {c.description for c in french.columns if c.name not in own}
        named = {field_name(c.name) for c in french.columns if c.name not in french.labels}
        missing = {text for text in told | named if text not in catalog}
        assert not missing, f"say these of {query.name} in its file or in fr.po: {sorted(missing)}"


def test_the_page_of_a_question_and_the_gallery_are_in_french(client: httpx.Client) -> None:
    french = {**BROWSER, "Accept-Language": "fr"}
    gallery = text_of(client.get("/queries", headers=french).text)
    asked = client.get("/queries").json()["items"]
    assert "Quelles œuvres relient deux littératures" in gallery
    assert not [query["question"] for query in asked if query["question"] in gallery]
    assert not [p for query in asked for p in query["parameters"] if p["description"] in gallery]
    page = client.get("/queries/bridging-works", headers=french).text
    words = text_of(page)
    assert "citée depuis les deux" in words
    assert "<code>cited-from-both</code>" in page
    assert "coproduction" in words
    table = text_of(client.get("/queries/case-table", headers=french).text)
    assert "Royaume-Uni (ENG)" in table
    assert "La part du professionnel" in table


@pytest.mark.parametrize("address", ["/search?q=role&kind=concept", "/map?relations=narrower"])
def test_an_address_may_name_the_language_of_its_page(client: httpx.Client, address: str) -> None:
    english = client.get(address, headers=BROWSER)
    french = client.get(address, headers={**BROWSER, "Accept-Language": "fr"})
    in_english = {**BROWSER, "Accept-Language": "en", "Cookie": "language=en", "If-None-Match": english.headers["etag"]}
    for tag in "fr", "FR", "fr-CA":
        named = client.get(f"{address}&language={tag}", headers=in_english)
        assert named.status_code == 200
        assert '<html lang="fr"' in named.text
        assert "rôle des professionnels" in named.text
        titles = [re.findall("<(?:title|h1|h2|legend|button)[ >].*?<", page.text) for page in (named, french)]
        assert titles[0] == titles[1]
        assert named.headers["vary"] == french.headers["vary"]
        assert named.headers["etag"] == french.headers["etag"] != english.headers["etag"]
    in_french = {**BROWSER, "Accept-Language": "fr"}
    assert '<html lang="en"' in client.get(f"{address}&language=en-GB", headers=in_french).text
    assert '<html lang="fr"' in client.get(f"{address}&language=de", headers=in_french).text
    assert '<html lang="en"' in client.get(f"{address}&language=de", headers=BROWSER).text
    for refused in "fr_FR", "f":
        assert client.get(f"{address}&language={refused}", headers=BROWSER).status_code == 400


def test_a_page_whose_address_names_its_language_leads_on_in_it_and_out_of_it(client: httpx.Client) -> None:
    for address in "/search?q=role", "/map?layout=year":
        french = html.unescape(client.get(f"{address}&language=fr", headers=BROWSER).text)
        [back] = re.findall(r'href="/language/en\?back=([^"]+)"', french)
        assert unquote(back) == address
    found = html.unescape(client.get("/search?q=role&language=fr", headers=BROWSER).text)
    kinds = re.findall(r'href="(/search\?q=role&kind=[^"]+)"', found)
    pages = re.findall(r'href="[^"]*(/search\?[^"]*cursor=[^"]+)"', found)
    assert len(kinds) == 8
    assert pages
    assert all("&language=fr" in one for one in (*kinds, *pages))
    drawn = html.unescape(client.get("/map?language=fr", headers=BROWSER).text)
    assert drawn.count('<input type="hidden" name="language" value="fr">') == 2
    pictures = re.findall(r'"/map\.svg(\?[^"]+)"', drawn)
    assert pictures
    assert all("language=fr" in picture for picture in pictures)
    assert "language" not in "".join(re.findall(r'data-map="([^"]+)"', drawn)), "names in French go with the page"


def test_other_pages_take_no_language(client: httpx.Client) -> None:
    refused = client.get("/works?language=fr", headers=BROWSER)
    assert refused.status_code == 400
    assert '<html lang="en"' in refused.text
