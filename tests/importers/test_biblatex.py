"""What BibLaTeX has beyond BibTeX: inheritance, keys that stand for words, archives, languages."""

from __future__ import annotations

import pytest

from commonplace.exporters import bibtex, csl_json
from commonplace.importers.csl_json import read_csl_json
from commonplace.model.record import Record
from tests.importers.bibtex_entries import entries, one


def inherited(parent: str, child: str, fields: str = "") -> Record:
    """The record of a child with only a title, and whatever else is given, from a parent with all there is."""
    first, _ = entries(
        f"@{child}{{c, crossref = {{p}}, title = {{Child}}, {fields}}}\n"
        f"@{parent}{{p, title = {{Parent}}, subtitle = {{Sub}}, titleaddon = {{Addon}}, author = {{Poe, Ed}}, "
        "editor = {Fox, Cy}, date = {1975}, publisher = {Pub}, shorttitle = {S}, sorttitle = {S}, doi = {10.1/x}}"
    )
    assert first.record is not None
    return first.record


_MAIN = [
    *(("mvbook", child) for child in ("book", "inbook", "bookinbook", "suppbook")),
    *(
        ("mvcollection", child)
        for child in ("collection", "reference", "incollection", "inreference", "suppcollection")
    ),
    *(("mvreference", child) for child in ("collection", "reference", "incollection", "inreference", "suppcollection")),
    *(("mvproceedings", child) for child in ("proceedings", "inproceedings")),
]
_BOOK = [
    *(("book", child) for child in ("inbook", "bookinbook", "suppbook")),
    *(("collection", child) for child in ("incollection", "inreference", "suppcollection")),
    *(("reference", child) for child in ("incollection", "inreference", "suppcollection")),
    ("proceedings", "inproceedings"),
]
_JOURNAL = [("periodical", "article"), ("periodical", "suppperiodical")]


@pytest.mark.parametrize(
    ("parent", "child", "kind"),
    [(*pair, kind) for kind, pairs in (("main", _MAIN), ("book", _BOOK), ("journal", _JOURNAL)) for pair in pairs],
)
def test_the_rows_of_the_table_of_inheritance(parent: str, child: str, kind: str) -> None:
    record = inherited(parent, child)
    assert (record.title, record.container_title) == ("Child", "Parent: Sub")
    assert record.extra[f"{kind}titleaddon"] == "Addon"
    assert record.names("editor")[0].family == "Fox"
    assert (record.issued, record.publisher, record.doi) == ("1975", "Pub", None)
    assert {"shorttitle", "sorttitle", "title-short", "titleaddon"}.isdisjoint(record.extra)


@pytest.mark.parametrize("parent", ["book", "mvbook"])
@pytest.mark.parametrize("child", ["inbook", "bookinbook", "suppbook"])
def test_the_author_of_a_book_is_that_of_its_parts_and_of_the_book(parent: str, child: str) -> None:
    record = inherited(parent, child)
    assert [name.family for name in record.names("author")] == ["Poe"]
    assert [name.family for name in record.names("container-author")] == ["Poe"]
    own = inherited(parent, child, "author = {Own, Ann}")
    assert [name.family for name in own.names("author")] == ["Own"]
    assert [name.family for name in own.names("container-author")] == ["Poe"]


@pytest.mark.parametrize(("parent", "child"), [("mvbook", "book"), ("collection", "incollection")])
def test_an_author_goes_to_no_other_field_elsewhere(parent: str, child: str) -> None:
    record = inherited(parent, child)
    assert [name.family for name in record.names("author")] == ["Poe"]
    assert record.names("container-author") == ()


@pytest.mark.parametrize(
    ("entry", "title", "field"),
    [
        ("@review{k, titleaddon = {Review of \\emph{X}}, author = {A, B}}", "Review of X", "titleaddon"),
        ("@proceedings{k, booktitle = {Proceedings of X}}", "Proceedings of X", "booktitle"),
        ("@mvbook{k, maintitle = {Works}}", "Works", "maintitle"),
        ("@periodical{k, issuetitle = {On X}, journaltitle = {J}}", "J", "journaltitle"),
        ("@article{k, issuetitle = {On X}, journaltitle = {J}}", "On X", "issuetitle"),
        ("@misc{k, title = { }, titleaddon = {S}}", "S", "titleaddon"),
    ],
)
def test_an_entry_without_a_title_has_one_that_says_something(entry: str, title: str, field: str) -> None:
    (read,) = entries(entry)
    assert read.record is not None
    assert read.record.title == title
    assert [loss.field for loss in read.losses] == [field]
    assert field not in read.record.extra


def test_a_title_is_not_replaced_and_none_is_made_of_a_container() -> None:
    assert one("@misc{k, title = {T}, titleaddon = {A}}").title == "T"
    assert one("@inproceedings{k, booktitle = {P}, author = {A, B}}").title is None


@pytest.mark.parametrize(
    ("entry", "genre"),
    [
        ("@thesis{k, title = {T}, type = {mathesis}}", "Master's thesis"),
        ("@thesis{k, title = {T}, type = {phdthesis}, langid = {german}}", "Dissertation"),
        ("@thesis{k, title = {T}, type = {bathesis}, language = {langdutch}}", "Bachelorscriptie"),
        ("@report{k, title = {T}, type = {resreport}, langid = {canadien}}", "Rapport de recherche"),
        ("@report{k, title = {T}, type = {techreport}, langid = {finnish}}", "Technical report"),
        ("@patent{k, title = {T}, type = {patentde}}", "German patent"),
        ("@patent{k, title = {T}, type = {patreqeu}, langid = {spanish}}", "Solicitud de patente europea"),
        ("@misc{k, title = {T}, type = {audiocd}}", "Audio CD"),
        ("@thesis{k, title = {T}, type = {Habilitation}}", "Habilitation"),
    ],
)
def test_keys_for_types_are_words_in_the_language_of_the_work(entry: str, genre: str) -> None:
    record = one(entry)
    assert record.genre == genre
    assert one(bibtex.entry(record)) == record


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("@patent{k, title = {T}, location = {countryde}}", "Germany"),
        (
            "@patent{k, title = {T}, location = {countryus and countryep and Norway}}",
            "United States of America and European Union and Norway",
        ),
        ("@patent{k, title = {T}, address = {countryfr}, langid = {ngerman}}", "Frankreich"),
        ("@book{k, title = {T}, location = {countryde}}", "countryde"),
    ],
)
def test_keys_for_the_countries_of_a_patent_are_words(entry: str, place: str) -> None:
    record = one(entry)
    assert record.publisher_place == place
    assert one(bibtex.entry(record)) == record


@pytest.mark.parametrize(
    ("fields", "status", "written"),
    [
        ("pubstate = {inpress}", "in press", "inpress"),
        ("pubstate = {forthcoming}, langid = {french}", "à paraître", "forthcoming"),
        ("pubstate = {im Satz}, langid = {german}", "im Satz", "im Satz"),
        ("pubstate = {in press}, langid = {german}", "in press", "in press"),
    ],
)
def test_keys_for_the_state_of_publication_are_words(fields: str, status: str, written: str) -> None:
    record = one(f"@misc{{k, title = {{T}}, {fields}}}")
    assert record.extra["status"] == csl_json.item(record)["status"] == status
    assert f"pubstate = {{{written}}}" in bibtex.entry(record)
    assert one(bibtex.entry(record)) == record


@pytest.mark.parametrize(
    ("fields", "tag", "kept"),
    [
        ("hyphenation = {french}", "fr", {}),
        ("hyphenation = {ngerman}, langid = {german}", "de", {"hyphenation": "ngerman"}),
        ("language = {langamerican}", "en-US", {}),
        ("language = {english and german}", "en", {"language": "english and german"}),
        ("language = {en_GB}", "en-GB", {}),
        ("language = {eng}", "en", {}),
        ("language = {Deutsch}", "de", {}),
        ("langid = {frenchb}", "fr", {}),
        ("language = {latin}, langid = {english}", "en", {"language": "latin"}),
        ("language = {Klingon}", "Klingon", {}),
    ],
)
def test_languages_by_any_of_their_names(fields: str, tag: str, kept: dict[str, str]) -> None:
    record = one(f"@book{{k, title = {{T}}, {fields}}}")
    assert (record.language, dict(record.extra)) == (tag, kept)
    assert one(bibtex.entry(record)).language == tag


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "@misc{k, eprint = {hep-th/9901001}, archiveprefix = {arXiv}}",
            {"archive": "arXiv", "number": "arXiv:hep-th/9901001", "URL": "https://arxiv.org/abs/hep-th/9901001"},
        ),
        (
            "@online{k, eprint = {arXiv:2203.04567v2 [cs.CL]}, eprinttype = {arxiv}}",
            {"archive": "arXiv", "archive_location": "arXiv:2203.04567v2", "URL": "https://arxiv.org/abs/2203.04567v2"},
        ),
        (
            "@article{k, eprint = {2203.04567}, journal = {J}, eid = {7}, url = {https://j.org/7}}",
            {"archive": "arXiv", "number": "7", "archive_location": "arXiv:2203.04567", "URL": "https://j.org/7"},
        ),
        (
            "@article{k, eprint = {4025001}, eprinttype = {jstor}}",
            {"archive": "JSTOR", "archive_location": "4025001", "URL": "https://www.jstor.org/stable/4025001"},
        ),
        (
            "@article{k, eprint = {12345678}, eprinttype = {pubmed}}",
            {"archive": "PubMed", "PMID": "12345678", "URL": "https://pubmed.ncbi.nlm.nih.gov/12345678"},
        ),
        ("@misc{k, eprint = {2020.01.02}, eprinttype = {bioRxiv}}", {"archive": "bioRxiv", "number": "2020.01.02"}),
    ],
)
def test_an_archive_is_said_in_the_variables_of_csl(entry: str, said: dict[str, str]) -> None:
    record = one(entry.replace("{k,", "{k, title = {T},"))
    item = csl_json.item(record)
    assert {name: item[name] for name in said} == said
    (again,) = read_csl_json("".join(csl_json.write([record])).encode())
    assert again.record is not None
    assert (again.record.number, again.record.extra) == (record.number, record.extra)


def test_a_preprint_in_csl_json_is_one_in_bibtex() -> None:
    (entry,) = read_csl_json(
        b'[{"id": "k", "type": "article", "title": "T", "number": "arXiv:2203.04567", "archive": "arXiv"}]'
    )
    assert entry.record is not None
    text = bibtex.entry(entry.record)
    assert "@misc{k,\n" in text
    assert "  eprint = {2203.04567},\n  eprinttype = {arxiv},\n" in text
    item = csl_json.item(entry.record)
    assert (item["type"], item["number"], item["archive"]) == ("article", "arXiv:2203.04567", "arXiv")


@pytest.mark.parametrize(
    ("entry_type", "csl_type"),
    [
        ("book_section", "chapter"),
        ("web_page", "webpage"),
        ("newspaper_article", "article-newspaper"),
        ("magazine_article", "article-magazine"),
        ("journalArticle", "article-journal"),
        ("article-journal", "article-journal"),
        ("television_broadcast", "broadcast"),
        ("working_paper", "report"),
        ("podcast", "song"),
    ],
)
def test_types_by_the_names_of_csl_and_of_reference_managers(entry_type: str, csl_type: str) -> None:
    (entry,) = entries(f"@{entry_type}{{k, title = {{T}}, year = 2001}}")
    assert entry.record is not None
    assert (entry.record.type, dict(entry.record.extra), entry.losses) == (csl_type, {}, ())
    assert one(bibtex.entry(entry.record)) == entry.record


@pytest.mark.parametrize(
    ("raw", "keywords"),
    [
        ("Arts, Fine; Music, Sacred", ("Arts, Fine", "Music, Sacred")),
        ("one, two, three", ("one", "two", "three")),
        ("one; {two; or so}; three", ("one", "two; or so", "three")),
        ("R&amp;D, A\\&amp;B, c", ("R&D", "A&B", "c")),
        ("{a, b}, c", ("a, b", "c")),
    ],
)
def test_a_semicolon_separates_keywords_where_there_is_one(raw: str, keywords: tuple[str, ...]) -> None:
    record = one(f"@book{{k, title = {{T}}, keywords = {{{raw}}}}}")
    assert record.keywords == keywords
    assert one(bibtex.entry(record)).keywords == keywords
