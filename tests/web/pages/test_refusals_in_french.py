"""Refusals in the language of whoever asks: on pages and, for a client that asks so, in problem details."""

from __future__ import annotations

import copy
from pathlib import Path

import httpx
import pytest
from babel.messages.pofile import read_po

from commonplace.curation.shacl.violation import Violation
from commonplace.derived.workers.messages import refusal_message, refusal_of
from commonplace.errors import Message, NotFound, listed
from commonplace.model.validation_words import SENTENCES
from commonplace.web.http.problems import BY_STATUS, GONE, INTERNAL, KINDS, TRUNCATED
from commonplace.web.pages.words import languages
from commonplace.web.pages.words.sentences import translated
from tests.web.pages.refusal_words import Words, words_of_file, words_of_refusals
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

FRENCH = {**BROWSER, "Accept-Language": "fr"}


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/works/nobody", 404, "il n’y a pas d’œuvre 'nobody'"),
        ("/concepts/nobody", 404, "rien ne s’appelle 'nobody' ici (concept)"),
        ("/works?colour=red", 400, "il n’y a pas ici de paramètre colour"),
        ("/works?year=abc", 400, "'abc' n’est ni une année ni une période"),
        ("/works?at=99", 404, "il n’y a pas de version 99"),
        ("/changes/88", 404, "il n’y a pas de version 88"),
        ("/works?limit=0", 400, "limit : est inférieur à 1"),
        ("/works?limit=x", 400, "limit : n’est pas un nombre entier"),
        ("/queries/most-cited?limit=5000", 400, "limit : est 5000, plus que 1000"),
        ("/docs/problems/nothing", 404, "il n’y a pas de genre de problème appelé 'nothing'"),
    ],
)
def test_a_page_says_in_french_what_is_wrong(client: httpx.Client, address: str, status: int, says: str) -> None:
    page = client.get(address, headers=FRENCH)
    assert page.status_code == status
    words = text_of(page.text)
    assert says.casefold() in words.casefold()
    english = client.get(address).json()
    assert english["title"] not in words
    assert english["detail"].casefold() not in words.casefold()


def test_a_program_is_told_in_the_language_that_it_asks_for(client: httpx.Client) -> None:
    asked = client.get("/works/nobody", headers={"Accept": "application/json", "Accept-Language": "fr"})
    assert asked.json()["detail"] == "Il n’y a pas d’œuvre 'nobody'."
    assert "Accept-Language" in asked.headers["vary"]
    asked = client.get("/search", headers={"Accept": "application/json", "Accept-Language": "fr"})
    assert (asked.status_code, asked.json()["detail"]) == (400, "q : est nécessaire, et n’est pas donné.")
    for headers in ({}, {"Accept-Language": "de"}, {"Accept-Language": "en, fr;q=0.5"}):
        told = client.get("/works/nobody", headers=headers).json()
        assert (told["title"], told["detail"]) == ("There is no such thing", "There is no work 'nobody'.")


def test_every_kind_of_problem_is_told_in_french() -> None:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    kinds = {*KINDS.values(), *BY_STATUS.values(), GONE, INTERNAL, TRUNCATED}
    said = {text for kind in kinds for text in (kind.title, kind.about)} | set(SENTENCES.values())
    assert not {text for text in said if text not in catalog}


FOR_NO_PAGE = (
    "cli/",
    "client/",
    "derived/graph/opening.py",
    "derived/sealed.py",
    "home/backup.py",
    "home/private_list.py",
    "home/reference_set.py",
    "importers/zotero_api.py",
    "library/library.py",
    "patchlog/",
)
"""Modules whose errors are said where a command begins or ends, or in the log of a server: in English."""

FOR_PROGRAMS = (
    "exchange/reconciliation/",
    "exchange/zotero_",
    "library/zotero_",
    "web/api/exchange/reconcile.py",
    "web/discovery/unapi.py",
    "web/mcp/",
    "web/zotero/",
)
"""Modules that answer the protocols of other programs, which show no errors of ours: in English."""


def _told_to_people() -> list[Words]:
    return [words for words in words_of_refusals() if not words.place.startswith((*FOR_NO_PAGE, *FOR_PROGRAMS))]


def test_no_refusal_has_its_values_in_it_before_it_is_translated() -> None:
    filled = [words for words in _told_to_people() if words.filled]
    assert not filled, "make a Message of each of these"


def test_every_refusal_has_its_french() -> None:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    told = _told_to_people()
    assert len(told) > 600, "the program has more refusals than are found: read them in another way"
    assert not {words.text: words.place for words in told if words.text and words.text not in catalog}


def test_a_refusal_that_has_no_french_is_found(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(
        "def ask(key):\n"
        "    why = f'no {key}' if key else 'nothing asked'\n"
        "    raise BadRequest(Message('there is no %(key)r', key=key), [('key', why)])\n"
    )
    found = {(words.text, words.filled) for words in words_of_file(path)}
    assert found == {("there is no %(key)r", False), ("nothing asked", False), ("f'no {key}'", True)}


def test_a_page_begins_what_is_wrong_with_a_capital(client: httpx.Client) -> None:
    for language, says in (("en", "There is no work 'nobody'"), ("fr", "Il n’y a pas d’œuvre 'nobody'")):
        asked = client.get("/works/nobody", headers={**BROWSER, "Accept-Language": language})
        assert says in text_of(asked.text)
    assert "'abc' is not a year or range" in text_of(client.get("/works?year=abc", headers=BROWSER).text)
    assert "limit: is less than 1" in text_of(client.get("/works?limit=0", headers=BROWSER).text)


def test_a_breach_of_the_rules_is_told_as_its_shape_says_it() -> None:
    english = "The work has no title. Add dcterms:title as printed on the work."
    french = "L’œuvre n’a pas de titre. Ajoutez dcterms:title tel qu’imprimé sur l’œuvre."
    assert translated(Violation("node", "path", english).why, "fr") == french
    why = Violation("node", "path", english, "100 %").why
    assert why == f"{english} (100 %)"
    assert translated(why, "fr") == f"{french} (100 %)"
    odd = Violation("node", "path", "A shape of your own says 100 %.", "x").why
    assert translated(odd, "fr") == odd == "A shape of your own says 100 %. (x)"


def test_a_message_keeps_its_template_between_processes() -> None:
    inner = Message("there is no %(word)s %(key)r", word=Message("concept"), key="it's 100 %")
    fault = NotFound(inner, [("key", Message("use %(now)s", now="b"))])
    for again in (refusal_of(refusal_message(fault).head), copy.deepcopy(fault)):
        assert isinstance(again, NotFound)
        assert isinstance(again.detail, Message)
        assert str(again.detail) == 'there is no concept "it\'s 100 %"'
        assert again.detail.said(lambda text: text.replace("there is no", "ohne")) == 'ohne concept "it\'s 100 %"'
        why = again.errors[0][1]
        assert isinstance(why, Message)
        assert why.said({"use %(now)s": "nimm %(now)s"}.__getitem__) == "nimm b"


def test_a_message_about_a_fault_goes_between_processes_and_says_it() -> None:
    inner = NotFound(Message("there is no %(word)s", word="work"))
    fault = NotFound(Message("%(first)s; %(next)s", first=inner, next=ValueError("not a digit")))
    again = refusal_of(refusal_message(fault).head)
    assert again.detail == "there is no work; not a digit"
    assert isinstance(again.detail, Message)
    assert again.detail.said(lambda text: text.replace("there is no", "ohne")) == "ohne work; not a digit"


def test_faults_are_listed_in_one_sentence() -> None:
    errors = [("a", Message("is %(n)s", n=1)), ("b", "is empty"), ("c", "is 100 %")]
    assert listed(errors) == "a: is 1; b: is empty; c: is 100 %"
    assert listed([]) == ""
