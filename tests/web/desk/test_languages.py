"""The desk in French: its templates, and the words that it takes from the program, such as labels of fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from lxml import html

from commonplace.home.tokens import Role
from commonplace.model.minter import one_of
from commonplace.web.desk.bulk import OPERATIONS
from commonplace.web.desk.edit_fields import KeyFields, KeysByName, fields_of
from commonplace.web.desk.things import PLURALS
from commonplace.web.pages.words import languages
from commonplace.web.pages.words.codes import field_name
from tests.web.desk.forms import PAGES

FRENCH = {"Accept-Language": "fr-CA, fr;q=0.9, en;q=0.5"}
SAID_BY_THE_PROGRAM = {*OPERATIONS.values(), *(role.value for role in Role), *map(one_of, PLURALS), *PLURALS} | {
    *("accepted", "proposed", "rejected", "discusses", "silent", "supports", "contradicts", "direct", "indirect"),
    *("high", "moderate", "low", "same", "different", "related", "unsure", "retracted", "withdrawn"),
}


def french() -> Catalog:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def words_of_fields() -> Iterator[str]:
    """Yield every label and hint of the forms."""
    for kind in PLURALS:
        for field in fields_of(kind, new=True):
            yield field.label
            yield field.hint
            if isinstance(field, KeyFields):
                yield field.said
            if isinstance(field, KeysByName):
                yield from map(field_name, field.names)


def texts_of(page: str) -> set[str]:
    """Return the texts between the tags of a page, and those of attributes that are read out."""
    root: Any = html.fromstring(page)
    found = root.xpath("//body//text()[not(parent::script) and not(parent::textarea)]")
    found += root.xpath("//body//@aria-label | //body//@placeholder | //title/text()")
    return {re.sub(r"\\s+", " ", text).strip() for text in found}


def test_the_words_that_the_program_gives_are_translated(server: httpx.Client) -> None:
    catalog = french()
    queues = server.get("/queues").json()["items"]
    assert queues
    said = {*words_of_fields(), *SAID_BY_THE_PROGRAM, *(one[name] for one in queues for name in ("label", "what"))}
    assert not {text for text in said if text and text not in catalog}


def test_no_page_of_the_desk_has_english_of_its_own(curator: httpx.Client, server: httpx.Client) -> None:
    catalog = french()
    queues = server.get("/queues").json()["items"]
    title = server.get("/works/needham2008").json()["title"]
    twin = f"@article{{twin2008, author = {{Needham, Catherine}}, title = {{{title}}}, year = {{2008}}}}"
    assert curator.post("/imports", content=twin, headers={"Content-Type": "application/x-bibtex"}).is_success
    pair = server.get("/duplicates", params={"work": "needham2008"}).json()["items"][0]["id"]
    bulk = "/desk/bulk?q=public&do=replace&field=title&find=public&put=Public"
    for address in (*PAGES, *(f"/desk{one['address']}" for one in queues), f"/desk/duplicates/{pair}", bulk):
        page = curator.get(address, headers=FRENCH)
        assert page.status_code == 200, address
        assert '<html lang="fr">' in page.text
        assert "Accept-Language" in page.headers["vary"]
        english, here = texts_of(curator.get(address).text), texts_of(page.text)
        left = {
            text
            for text in english & here
            if (message := catalog.get(text)) and message.string and message.string != text
        }
        assert not left, (address, left)


def test_the_words_of_the_desk_s_program_come_with_the_page(curator: httpx.Client) -> None:
    page: Any = html.fromstring(curator.get("/desk/works/ostrom1996", headers=FRENCH).text)
    [given] = page.xpath("//script[@id='words']/text()")
    words = json.loads(given)
    assert words["nothing"] == "Rien à enregistrer"
    assert "{when}" in words["again"], "the program puts the time there"


def test_signing_in_and_a_fault_are_told_in_french(server: httpx.Client, curator: httpx.Client) -> None:
    assert "Votre jeton" in server.get("/desk/sign-in", headers=FRENCH).text
    fault = curator.get("/desk/works/nobody", headers=FRENCH)
    assert fault.status_code == 404
    assert "Cette étape n’a rien enregistré" in fault.text
