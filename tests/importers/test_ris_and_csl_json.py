"""RIS and CSL-JSON as other programs write them, whole and broken."""

from __future__ import annotations

import json

import pytest

from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.importers.csl_json import read_csl_json
from commonplace.importers.ris import read_ris
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.names import Name

RIS = """TY  - JOUR
A1  - van Eijk, Carola
AU  - World Bank
AU  - King, Martin Luther, Jr.
T1  - A title
JO  - Journal of Things
Y1  - 2018/03/29/
SP  - 12
EP  - 19
SN  - 0305-750X
DO  - https://doi.org/10.1000/ABC
AB  - First line
second line
KW  - one
KW  - two
U1  - kept
ER  -
"""


def test_ris_as_others_write_it() -> None:
    (entry,) = list(read_ris(RIS.encode()))
    record = entry.record
    assert record is not None
    assert record.names("author") == (
        Name(family="Eijk", given="Carola", particle="van"),
        Name(literal="World Bank"),
        Name(family="King", given="Martin Luther", suffix="Jr."),
    )
    assert (record.title, record.container_title, record.issued) == ("A title", "Journal of Things", "2018-03-29")
    assert (record.page, record.issn, record.doi) == ("12-19", ("0305-750X",), "10.1000/ABC")
    assert (record.abstract, record.keywords) == ("First line\nsecond line", ("one", "two"))
    assert dict(record.extra) == {"U1": "kept"}


def test_ris_reference_without_an_end_is_reported_and_the_next_is_read() -> None:
    reading = read_ris(b"stray\nTY  - BOOK\nID  - a\nTI  - A\nTY  - XXXX\nID  - a\nTI  - B\nER  - \n")
    first, second = list(reading)
    assert [fault.line for fault in reading.faults] == [1]
    assert first.record is not None
    assert second.record is not None
    assert (first.record.title, second.record.title, second.line) == ("A", "B", 5)
    assert [loss.field for loss in first.losses] == ["ER"]
    assert [loss.field for loss in second.losses] == ["TY", "ID"]


OTHERS: dict[str, tuple[str, dict[str, object], dict[str, str]]] = {
    "Scopus": (
        "TY  - JOUR\nTI  - A title\nT2  - Public Management Review\nC7  - 104210\nVL  - 16\nIS  - 3\nPY  - 2014\n"
        "N1  - Cited By: 5\nN1  - Export Date: 1 May 2020\nDB  - Scopus\nM3  - Article\nER  -\n",
        {"number": "104210", "genre": "Article", "note": "Cited By: 5", "container_title": "Public Management Review"},
        {"N1": "Export Date: 1 May 2020", "DB": "Scopus"},
    ),
    "Web of Science": (
        "TY  - CPAPER\nAU  - Able, A\nTI  - A title\nT2  - LECTURE NOTES\nSP  - 1\nEP  - +\nPU  - SPRINGER\n"
        "PI  - BERLIN\nSN  - 0302-9743\nDA  - 2014///\nPY  - 2014\nAN  - WOS:0003\nJ9  - LNCS\nER  -\n",
        {"type": "paper-conference", "issued": "2014", "issn": ("0302-9743",), "publisher": "SPRINGER"},
        {"AN": "WOS:0003", "J9": "LNCS"},
    ),
    "Zotero": (
        "TY  - BOOK\nTI  - A title\nA2  - Able, Ann\nT2  - A series\nDA  - 2018/03/29/\nPY  - 2018\nSP  - 12\n"
        "EP  - 12\nL1  - file.pdf\nST  - Short\nER  -\n",
        {"type": "book", "collection_title": "A series", "container_title": None, "issued": "2018-03-29", "page": "12"},
        {"L1": "file.pdf", "title-short": "Short"},
    ),
    "Reference Manager": (
        "TY  - JOUR\nID  - 7\nT1  - A title\nJF  - Journal\nY1  - 2018///Summer\nPY  - 2017\nER  -\n",
        {"container_title": "Journal", "issued": "2018-22"},
        {"other-date": "2017"},
    ),
}


@pytest.mark.parametrize("program", OTHERS)
def test_ris_of_other_programs(program: str) -> None:
    text, fields, extra = OTHERS[program]
    (entry,) = list(read_ris(text.encode()))
    assert entry.record is not None
    assert {name: getattr(entry.record, name) for name in fields} == fields
    assert dict(entry.record.extra) == extra
    assert entry.record.title == "A title"


@pytest.mark.parametrize(
    ("lines", "issued", "told"),
    [
        ("PY  - 2001/May/03", "2001-05-03", []),
        ("PY  - May 2001", "2001-05", []),
        ("PY  - c. 2001", "2001~", []),
        ("PY  - 20010305", "2001-03-05", []),
        ("PY  - 2001\nDA  - 5 May", "2001-05-05", []),
        ("PY  - 2001\nDA  - 5 May 2001", "2001-05-05", []),
        ("PY  - 2001\nPD  - MAR", "2001-03", []),
        ("DA  - Mar-Apr\nPY  - 2001", "2001-03/2001-04", []),
        ("PY  - 2001\nDA  - Accepted", "2001", [("DA", "Accepted")]),
        ("PY  - 2001/13/45/", "2001", [("DA", "13/45")]),
        ("PY  - 2001/03/05/Accepted", "2001-03-05", [("DA", "Accepted")]),
    ],
)
def test_ris_dates_as_programs_write_them(lines: str, issued: str, told: list[tuple[str, str]]) -> None:
    (entry,) = list(read_ris(f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n".encode()))
    assert entry.record is not None
    assert entry.record.issued == issued
    assert [(loss.field, loss.raw) for loss in entry.losses] == told


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("DO  - 10.1000/1\nM3  - https://doi.org/10.1000/1", {"doi": "10.1000/1", "genre": None}),
        ("UR  - https://doi.org/10.1000/1", {"doi": "10.1000/1", "url": "https://doi.org/10.1000/1"}),
        ("SN  - 03785955 (ISSN); 9780306406157 (ISBN)", {"issn": ("0378-5955",), "isbn": ("978-0-306-40615-7",)}),
        ("SP  - 1\nEP  - 1-10", {"page": "1-10"}),
        ("LA  - English", {"language": "en"}),
    ],
)
def test_ris_fields_as_programs_write_them(lines: str, fields: dict[str, object]) -> None:
    (entry,) = list(read_ris(f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n".encode()))
    assert entry.record is not None
    assert {name: getattr(entry.record, name) for name in fields} == fields
    assert not entry.losses


def test_the_number_of_a_report_stands_in_sn() -> None:
    (entry,) = list(read_ris(b"TY  - RPRT\nTI  - T\nSN  - TR-1\nER  - \n"))
    assert entry.record is not None
    assert (entry.record.number, entry.losses) == ("TR-1", ())


def test_what_a_ris_date_says_beside_the_one_that_is_kept_is_told() -> None:
    (entry,) = list(read_ris(OTHERS["Reference Manager"][0].encode()))
    assert [(loss.field, loss.raw) for loss in entry.losses] == [("PY", "2017")]


def test_csl_json_item_that_is_broken_does_not_take_the_others() -> None:
    text = '[\n{"id": "a", "type": "book", "title": "A"},\n{"id": "b", title: 3},\n{"id": "c", "type": "book"}, 7\n]'
    entries = list(read_csl_json(text.encode()))
    assert [(entry.position, entry.line, entry.key) for entry in entries] == [
        (1, 2, "a"),
        (2, 3, None),
        (3, 4, "c"),
        (4, 4, None),
    ]
    assert [entry.error is None for entry in entries] == [True, False, True, False]
    assert entries[0].raw == '{"id": "a", "type": "book", "title": "A"}'


@pytest.mark.parametrize(
    ("issued", "expected", "kept"),
    [
        ({"date-parts": [[2001]], "season": "spring"}, "2001-21", None),
        ({"raw": "May 2001"}, "2001-05", None),
        ({"literal": "3 May 2001"}, "2001-05-03", None),
        ({"date-parts": [["2001", ""]]}, "2001", None),
        ({"year": 2001, "month": "5"}, "2001-05", None),
        ([{"year": "2001"}], "2001", None),
        ("2001-05", "2001-05", None),
        (2001, "2001", None),
        ({"literal": "in press"}, None, "in press"),
        ({"date-parts": [[2001, 2, 30]]}, "2001-02", "2001-2-30"),
        ({"date-parts": [[None]]}, None, None),
        ({"date-parts": [2001, 3]}, "2001-03", None),
        ({"date-parts": [[0]]}, None, "0"),
        ({"date-parts": [[2001, None, 5]]}, "2001", None),
        ({"raw": "44 BC"}, "-0043", None),
    ],
)
def test_csl_dates_in_odd_shapes(issued: object, expected: str | None, kept: str | None) -> None:
    (entry,) = list(read_csl_json(json.dumps([{"id": "a", "type": "book", "title": "T", "issued": issued}]).encode()))
    assert entry.record is not None
    assert (entry.record.issued, entry.record.extra.get("issued")) == (expected, kept)
    assert bool(entry.losses) == (kept is not None)
    (again,) = list(read_csl_json(EXPORT_FORMATS["csl-json"].whole([entry.record])))
    assert again.record == entry.record


def test_csl_json_as_doi_org_answers_it() -> None:
    item = {
        "id": "https://doi.org/10.1000/1",
        "type": "journal-article",
        "title": "On <i>Homo</i>",
        "subtitle": ["More"],
        "short-title": [],
        "short-container-title": ["J. X"],
        "author": [{"given": "A", "family": "B", "ORCID": "http://orcid.org/0000-0002-1825-0097", "affiliation": []}],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>One <jats:italic>x</jats:italic>.</jats:p>"
        "<jats:p>Two</jats:p>",
        "URL": "http://dx.doi.org/10.1000/1",
    }
    (entry,) = list(read_csl_json(json.dumps(item).encode()))
    record = entry.record
    assert record is not None
    assert (record.type, record.title, record.doi) == ("article-journal", "On Homo: More", "10.1000/1")
    assert (record.rich["title"], record.rich["abstract"]) == ("On <i>Homo</i>: More", "One <i>x</i>.\n\nTwo")
    assert dict(record.extra) == {"container-title-short": "J. X", "orcid": "B, A: 0000-0002-1825-0097"}
    assert entry.losses == ()


def test_csl_json_in_odd_shapes() -> None:
    item = {
        "id": 12,
        "type": "some-article",
        "title": "On <i>Homo</i> &amp; more",
        "author": [{"given": "Ann"}, {"literal": "World Bank"}, {}],
        "editor": [{"family": "Eijk", "dropping-particle": "van"}],
        "composer": [{"family": "Bach"}],
        "issued": {"date-parts": [["2018", "3"]]},
        "DOI": "not one",
        "event-title": "ISTR",
    }
    (entry,) = list(read_csl_json(json.dumps({"items": [item]}).encode()))
    record = entry.record
    assert record is not None
    assert (record.key, record.type, record.title, record.issued) == ("12", "document", "On Homo & more", "2018-03")
    assert record.names("author") == (Name(family="Ann"), Name(literal="World Bank"))
    assert record.names("editor") == (Name(family="Eijk", dropping_particle="van"),)
    assert record.names("composer") == (Name(family="Bach"),)
    assert dict(record.extra) == {"type": "some-article", "doi": "not one", "event-title": "ISTR"}
    assert [loss.field for loss in entry.losses] == ["type", "author", "DOI"]
    assert record.rich == {"title": "On <i>Homo</i> &amp; more"}


@pytest.mark.parametrize("read", [read_ris, read_csl_json])
@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.4"])
def test_what_is_neither_is_refused(read: object, data: bytes) -> None:
    assert callable(read)
    with pytest.raises(UnreadableFile):
        read(data)


def test_csl_json_keeps_rich_text_and_says_what_it_has_no_style_for() -> None:
    item = {
        "id": "a",
        "type": "book",
        "title": '<em>Danio</em> in <span class="nocase">Paris</span>, p < 0.05, &lt;b>x&lt;/b>',
        "abstract": "H<sub>2</sub>O <span lang='fr'>eau</span>",
        "container-title": "On <i>Fish</i>",
    }
    (entry,) = list(read_csl_json(json.dumps([item]).encode()))
    assert entry.record is not None
    assert entry.record.title == "Danio in Paris, p < 0.05, <b>x</b>"
    assert entry.record.rich == {
        "title": '<i>Danio</i> in <span class="nocase">Paris</span>, p &lt; 0.05, &lt;b&gt;x&lt;/b&gt;',
        "abstract": "H<sub>2</sub>O eau",
    }
    assert [loss.field for loss in entry.losses] == ["container-title", "abstract"]


@pytest.mark.parametrize(
    ("written", "title", "rich"),
    [
        ("On <i>Danio</i> &amp; H<sub>2</sub>O", "On Danio & H₂O", "On <i>Danio</i> &amp; H<sub>2</sub>O"),
        ("p < 0.05 & List<T>", "p < 0.05 & List<T>", None),
        ("AT&T", "AT&T", None),
    ],
)
def test_ris_with_tags_as_others_write_it(written: str, title: str, rich: str | None) -> None:
    (entry,) = list(read_ris(f"TY  - BOOK\nTI  - {written}\nER  - \n".encode()))
    assert entry.record is not None
    assert (entry.record.title, entry.record.rich.get("title")) == (title, rich)


def test_ris_whose_title_was_changed_loses_our_markup_of_the_old_one() -> None:
    text = "TY  - BOOK\nTI  - New\nC7  - rich title: <i>Old</i>\nER  - \n"
    (entry,) = list(read_ris(text.encode()))
    assert entry.record is not None
    assert (entry.record.title, entry.record.rich) == ("New", {})
