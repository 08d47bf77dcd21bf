"""The reasons for which two works are proposed as one, in the language of the page."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from commonplace.curation.duplicates.because import Because, Lacking
from commonplace.web.pages.words import languages
from commonplace.web.pages.words.sentences import reasons_words, translated


def test_every_reason_has_its_french() -> None:
    with (languages.FOLDER / "fr.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    assert not [one.value for one in (*Because, *Lacking) if one.value not in catalog]


@pytest.mark.parametrize("sentence", Because)
def test_a_reason_that_was_kept_in_english_is_found_again(sentence: Because) -> None:
    names = ["ratio", "words", "others", "names", "year", "other", "venue", "place", "volume", "issue", "page", "doi"]
    values = dict.fromkeys([*names, "number", "scheme", "type", "type2", "edition", "identifier"], "7")
    kept = sentence.value % {**values, "language": "en", "language2": "fr"}
    french = translated(kept, "fr")
    said = languages.translations("fr").gettext(sentence.value)
    assert french == said % {**values, "language": "anglais", "language2": "français"}
    assert french != kept


@pytest.mark.parametrize(
    ("kept", "french"),
    [
        ("titles that are 98 % alike", "des titres semblables à 98 %"),
        ("other venues: Voices, and Voices and Votes", "d’autres revues ou recueils : Voices, et Voices and Votes"),
        ("types article-journal and chapter", "types article de revue et chapitre de livre"),
        ("types journal article and chapter of a book", "types article de revue et chapitre de livre"),
        ("one is an interview, the other software", "l’une est de type entretien, l’autre de type logiciel"),
        (
            "one is a article-journal, the other a chapter",
            "l’une est de type article de revue, l’autre de type chapitre de livre",
        ),
        ("the title of one alone says nothing", "le titre d’une seule dit rien"),
        ("nothing that a comparison says", "nothing that a comparison says"),
    ],
)
def test_a_reason_in_french_keeps_its_values(kept: str, french: str) -> None:
    assert translated(kept, "fr") == french


def test_reasons_stand_in_one_sentence() -> None:
    kept = "the same title; people of the same name: Ann Jones; the same year, 2001"
    french = "le même titre ; des personnes de même nom : Ann Jones ; la même année, 2001"
    assert reasons_words(kept, "fr") == french
    assert reasons_words(kept.split("; "), "fr") == french
    assert reasons_words(kept, "en") == kept
