"""Titles beside the one that a work is cited by, as each format writes them: their kind and their language."""

from __future__ import annotations

import json

import pytest

from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.model.other_titles import OtherTitle, all_titles, own_or_transliterated, tag_of
from commonplace.model.record import ReadEntry, Record

Titles = dict[str, list[tuple[str, str]]]


def entry_of(format_name: str, text: str) -> ReadEntry:
    (entry,) = IMPORT_FORMATS[format_name].read(text.encode(), "a")
    return entry


def titles_of(record: Record | None) -> Titles:
    assert record is not None
    found = {name: list(map(tuple, value)) for name, value in vars(record).items() if name.endswith("_titles")}
    return {name.removesuffix("_titles"): value for name, value in found.items() if value}


def mods(*infos: str) -> str:
    return f"<mods xmlns='http://www.loc.gov/mods/v3'>{''.join(infos)}<genre>book</genre></mods>"


@pytest.mark.parametrize(
    ("format_name", "text", "titles"),
    [
        ("bibtex", "@book{k, title={A}, origtitle={Über}, origlanguage={german}}", {"original": [("de", "Über")]}),
        ("bibtex", "@book{k, title={A}, origtitle={B}, origlanguage={langbrazilian}}", {"original": [("pt-br", "B")]}),
        ("bibtex", "@book{k, title={A}, origtitle={B}}", {"original": [("und", "B")]}),
        ("bibtex", "@book{k, title={A}, titletranslation={Z}}", {"translated": [("und", "Z")]}),
        ("bibtex", "@book{k, title={A}, TransTitle = {Z}}", {"translated": [("und", "Z")]}),
        ("bibtex", "@book{k, title={A}, translatedtitle-sv={Ö {B}}}", {"translated": [("sv", "Ö B")]}),
        ("bibtex", "@book{k, title={A}, romanizedtitle={Z}}", {"transliterated": [("und", "Z")]}),
        (
            "csl-json",
            '[{"id":"k","type":"book","title":"A","original-title":"B &amp; C"}]',
            {"original": [("und", "B & C")]},
        ),
        ("ris", "TY  - BOOK\nTI  - A\nTT  - Le A\nER  - \n", {"translated": [("und", "Le A")]}),
        ("ris", "TY  - BOOK\nTI  - A\nTT  - Le long\ntitre\nER  - \n", {"translated": [("und", "Le long titre")]}),
        ("nbib", "PMID- 1\nTI  - [On A].\nLA  - ger\nTT  - Über A.\n", {"original": [("de", "Über A")]}),
        ("nbib", "PMID- 1\nTI  - [On A].\nLA  - eng\nLA  - por\nTT  - De A.\n", {"original": [("pt", "De A")]}),
        (
            "nbib",
            "PMID- 1\nTI  - [On A].\nLA  - jpn\nTT  - A ni tsuite.\n",
            {"transliterated": [("ja-latn", "A ni tsuite")]},
        ),
        (
            "endnote-xml",
            "<xml><records><record><ref-type>6</ref-type><titles><title>A</title>"
            "<translated-title><style>Le A</style></translated-title></titles></record></records></xml>",
            {"translated": [("und", "Le A")]},
        ),
        (
            "mods",
            mods(
                "<titleInfo><title>A</title></titleInfo>",
                "<titleInfo type='translated' lang='fre'><nonSort>L'</nonSort><title>A</title></titleInfo>",
                "<titleInfo type='translated' xml:lang='de-AT'><title>Das A</title></titleInfo>",
            ),
            {"translated": [("de-at", "Das A"), ("fr", "L'A")]},
        ),
        (
            "mods",
            mods(
                "<titleInfo lang='ukr'><title>Кобзар</title></titleInfo>",
                "<titleInfo lang='ukr' transliteration='ALA-LC'><title>Kobzar</title></titleInfo>",
            ),
            {"transliterated": [("uk-latn", "Kobzar")]},
        ),
        (
            "mods",
            mods(
                "<titleInfo lang='ukr' script='Latn'><title>Kobzar</title></titleInfo>",
                "<titleInfo lang='ukr' script='Cyrl'><title>Кобзар</title></titleInfo>",
            ),
            {"original": [("uk-cyrl", "Кобзар")]},
        ),
    ],
)
def test_other_titles_as_programs_write_them(format_name: str, text: str, titles: Titles) -> None:
    entry = entry_of(format_name, text)
    assert titles_of(entry.record) == titles
    assert not [loss for loss in entry.losses if "itle" in loss.field]


def test_a_language_that_is_several_is_kept_beside_the_title() -> None:
    record = entry_of("bibtex", "@book{k, title={A}, origtitle={B}, origlanguage={latin and greek}}").record
    assert titles_of(record) == {"original": [("la", "B")]}
    assert record is not None
    assert record.extra == {"origlanguage": "latin and greek"}


def test_the_look_of_another_title_is_told() -> None:
    entry = entry_of("bibtex", r"@book{k, title={A}, origtitle={The \emph{Iliad}}}")
    assert titles_of(entry.record) == {"original": [("und", "The Iliad")]}
    assert [(loss.field, "\\emph" in loss.why) for loss in entry.losses] == [("origtitle", True)]


def test_a_chapter_does_not_have_the_original_title_of_its_book() -> None:
    text = (
        "@inbook{a, title={Part}, crossref={b}}\n@book{b, title={Whole}, origtitle={Ganz}, translatedtitle-fr={Tout}}"
    )
    chapter, book = IMPORT_FORMATS["bibtex"].read(text.encode(), "a.bib")
    assert titles_of(chapter.record) == {}
    assert titles_of(book.record) == {"original": [("und", "Ganz")], "translated": [("fr", "Tout")]}


def test_an_original_title_that_another_program_changed_counts() -> None:
    custom = {"other-titles": [{"kind": "original", "language": "de", "title": "Alt"}]}
    item = {"id": "k", "type": "book", "title": "A", "original-title": "Neu", "custom": custom}
    found = titles_of(entry_of("csl-json", json.dumps([item])).record)
    assert found == {"original": [("de", "Alt"), ("und", "Neu")]}


@pytest.mark.parametrize("held", ["no list", [{"kind": "other", "language": "de", "title": "X"}], [["x"]], {"a": 1}])
def test_a_list_of_titles_that_is_none_is_kept_as_it_is(held: object) -> None:
    item = {"id": "k", "type": "book", "title": "A", "custom": {"other-titles": held}}
    record = entry_of("csl-json", json.dumps([item])).record
    assert titles_of(record) == {}
    assert record is not None
    assert record.extra["other-titles"] == (held if isinstance(held, str) else json.dumps(held))


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("fre", "fr"),
        ("en_GB", "en-gb"),
        ("ngerman", "de"),
        ("Klingon", "und"),
        ("zh-Hant", "zh-hant"),
        (None, "und"),
        ("", "und"),
        ("x y", "und"),
        ("tlh", "tlh"),
    ],
)
def test_a_language_is_a_tag(said: str | None, tag: str) -> None:
    assert tag_of(said) == tag


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("ru", "Vojna i mir", "transliterated"),
        ("ru", "Война", "original"),
        ("ru", "1984", "original"),
        ("cs", "Válka", "original"),
    ],
)
def test_latin_letters_of_a_language_that_has_others_are_a_transliteration(language: str, text: str, kind: str) -> None:
    assert own_or_transliterated(language, text)[0] == kind


def test_every_title_counts_once_the_cited_one_first() -> None:
    record = Record(
        key="k",
        type="book",
        title="War and Peace",
        original_titles=(OtherTitle("ru", "Война и мир"),),
        translated_titles=(OtherTitle("en-gb", "War and Peace"), OtherTitle("fr", "La Guerre et la Paix")),
    )
    assert all_titles(record) == ("War and Peace", "Война и мир", "La Guerre et la Paix")
