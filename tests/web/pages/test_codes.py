"""Codes of the data in words: types, fields, languages, countries, and what a version did, in English and in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from commonplace.curation.duplicates.same_work import GROUNDS
from commonplace.model.relations import STATUSES
from commonplace.model.roles import BY_CSL
from commonplace.model.types import DEFAULT_VENUE_CLASS, FABIO_CLASS, VENUE_CLASS
from commonplace.web.pages.words import languages
from commonplace.web.pages.words.change_lines import (
    FATES,
    FATES_AHEAD,
    OPERATIONS,
    SENTENCES,
    SHAPES,
    change_line,
    thing_change,
)
from commonplace.web.pages.words.codes import (
    CODES,
    MEMBERS,
    code_words,
    country_words,
    field_name,
    language_words,
    plain,
    types_in_words,
    value_words,
)


def test_every_word_for_a_code_is_translated() -> None:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    said = {*map(field_name, MEMBERS), *SENTENCES}
    said |= {text for words in (CODES, FATES, FATES_AHEAD, GROUNDS, OPERATIONS) for text in words.values()}
    said |= {CODES.get(role) or plain(role) for role in (*BY_CSL, *STATUSES)}
    said |= {words for _, _, words in SHAPES}
    assert not {text for text in said if text not in catalog}


def test_every_type_of_works_and_venues_has_a_word() -> None:
    assert set(FABIO_CLASS) <= set(CODES)
    assert {*VENUE_CLASS.values(), DEFAULT_VENUE_CLASS} <= set(CODES)
    words = [words for _, words in types_in_words("fr")]
    assert len(set(words)) == len(FABIO_CLASS), "no two types have one word"
    assert words == sorted(words, key=str.casefold)


@pytest.mark.parametrize(
    ("field", "value", "english", "french"),
    [
        ("type", "article-journal", "journal article", "article de revue"),
        ("language", "en", "English", "anglais"),
        ("language", "pt-BR", "Brazilian Portuguese", "portugais brésilien"),
        ("language", "de-IT", "German (Italy)", "allemand (Italie)"),
        ("language", "mul", "Multiple languages", "multilingue"),
        ("language", "Old Norse", "Old Norse", "Old Norse"),
        ("country", "FR", "France", "France"),
        ("country", "GB-ENG", "United Kingdom (ENG)", "Royaume-Uni (ENG)"),
        ("country", "Wales", "Wales", "Wales"),
        ("status", "expression-of-concern", "in concern", "mise en garde"),
        ("text", "text/plain, 3 pages", "plain text, 3 pages", "texte brut, 3 pages"),
        ("text", "plain text, 3 pages", "plain text, 3 pages", "texte brut, 3 pages"),
        ("title", "article-journal", "article-journal", "article-journal"),
    ],
)
def test_a_value_is_said_as_people_say_it(field: str, value: str, english: str, french: str) -> None:
    assert (value_words(value, field, "en"), value_words(value, field, "fr")) == (english, french)


def test_what_names_nothing_stays_as_it_is() -> None:
    assert language_words("xx-invalid-", "en") == "xx-invalid-"
    assert country_words("ZQ", "fr") == "ZQ"
    assert code_words("not-yet-known", "en") == "not yet known"
    assert field_name("container-title") == field_name("container_title") == "In"
    assert field_name("numberOfPages") == "Number of pages"


@pytest.mark.parametrize(
    ("kind", "line", "french"),
    [
        ("edit", "work ostrom1996: container_title, doi", "œuvre ostrom1996 : dans, DOI"),
        ("create", "new concept trust", "nouvelle notice : concept trust"),
        ("merge", "work b1999 into a1999", "œuvre b1999 : fusion dans a1999"),
        ("import", "a: b.bib: 35 new, 2 matched", "a: b.bib : 35 nouvelles, 2 déjà connues"),
        ("bulk", "12 works: replace, clear", "12 œuvres : mots remplacés, champ vidé"),
        ("undo", "undo of version 7 (bulk)", "version 7 annulée (modification en nombre)"),
        ("edit", "work of a whole afternoon", "work of a whole afternoon"),
        ("create", "work ostrom1996: title", "work ostrom1996: title"),
        ("edit", "", "modification"),
    ],
)
def test_the_line_of_a_version_is_said_anew_where_the_program_wrote_it(kind: str, line: str, french: str) -> None:
    assert change_line({"kind": kind, "message": line}, "fr") == french


def test_what_happened_to_a_thing_is_told_field_by_field() -> None:
    fields = [
        {"field": "container_title", "before": [], "after": ["Soil"]},
        {"field": "language", "before": ["en"], "after": ["fr"]},
        {"field": "doi", "before": ["10.1/a"], "after": []},
    ]
    changed = {"words": "container_title “Soil” added; …", "fields": fields}
    assert (
        thing_change(changed, "en")
        == "in “Soil” added; language changed from “English” to “French”; DOI “10.1/a” removed"
    )
    assert (
        thing_change(changed, "fr") == "dans : “Soil” ajouté; langue : de “anglais” à “français”; DOI : “10.1/a” retiré"
    )
    made = {"words": "created: title “Soil”", "fields": [{"field": "title", "before": [], "after": ["Soil"]}]}
    assert thing_change(made, "fr") == "créé : titre “Soil”"
    assert thing_change({"words": "deleted", "fields": []}, "fr") == "supprimé"


def test_the_catalogue_says_each_message_once() -> None:
    lines = (Path(languages.FOLDER) / "fr.po").read_text().splitlines()
    ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    assert len(ids) == len(set(ids))
