"""The cases of ../shared/cases that are BibTeX and CSL-JSON: each stands for a kind, and here for itself."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from commonplace.errors import BadRequest
from commonplace.exchange.conversion import ConversionReceipt, convert
from commonplace.exporters.styles import bibliography
from commonplace.importers.formats import format_of
from tests.conftest import shared

Item = dict[str, Any]


def converted(name: str, to: str = "csl-json") -> tuple[str, ConversionReceipt]:
    out = io.BytesIO()
    receipt = convert(shared("cases", name).read_bytes(), name, None, to, lambda: out)
    return out.getvalue().decode(), receipt


def items(name: str) -> tuple[dict[str, Item], list[str]]:
    """The items of a case by their ids, and what is told of them."""
    text, receipt = converted(name)
    return {item["id"]: item for item in json.loads(text)}, list(receipt.lines())


def printed(name: str, style: str) -> dict[str, str]:
    data = shared("cases", name).read_bytes()
    entries = format_of(None, name, data).read(data, name)
    return dict(bibliography([entry.record for entry in entries if entry.record], style))


def test_02_null_is_absent() -> None:
    found, told = items("02-csl-null.json")
    assert found == {"q1": {"id": "q1", "citation-key": "q1", "type": "book", "title": "t"}}
    assert told == []


def test_03_only_three_types_are_no_entries() -> None:
    found, _ = items("03-bib-commentary.bib")
    assert list(found) == ["com1", "com2", "bk1"]


def test_04_braces_decide() -> None:
    found, told = items("04-bib-at-in-value.bib")
    assert list(found) == ["e6"]
    assert (found["e6"]["DOI"], found["e6"]["issued"]) == ("10.1000/e6", {"date-parts": [[2001]]})
    assert "fake" in found["e6"]["abstract"]
    assert told == []


def test_07_particles_are_kept_apart() -> None:
    found, told = items("07-csl-dropping-particle.json")
    (given,) = json.loads(shared("cases", "07-csl-dropping-particle.json").read_bytes())
    assert found["h"]["author"] == given["author"]
    assert told == []


def test_08_years_before_christ() -> None:
    found, _ = items("08-bib-bce.bib")
    assert found["bc1"]["issued"] == {"date-parts": [[-44, 3, 15]]}
    assert found["bc2"]["issued"] == {"date-parts": [[-1]]}
    assert items("08-csl-bce.json")[0]["c"]["issued"] == {"date-parts": [[-44, 3, 15]]}
    assert "date = {-0043-03-15}" in converted("08-csl-bce.json", "bibtex")[0]


def test_11_paths_are_verbatim() -> None:
    found, told = items("11-bib-windows-file.bib")
    assert found["z13"]["custom"]["file"] == "C:\\Users\\jane\\ndocs\\a.pdf"
    text = shared("cases", "11-bib-windows-file.bib").read_text()
    for line in converted("11-bib-windows-file.bib", "bibtex")[0].splitlines():
        if line.startswith("  file = "):
            assert line.removeprefix("  file = ").removesuffix(",") in text
    assert told == []


def test_12_items_and_authors_are_found() -> None:
    assert items("12-csl-author-object.json")[0]["a"]["author"] == [{"family": "Muni", "given": "Silvi"}]
    found, told = items("12-csl-references.json")
    assert [item["title"] for item in found.values()] == ["Real title", "Second"]
    assert told == []


def test_16_identifiers_are_verbatim() -> None:
    found, _ = items("16-bib-url-amp.bib")
    assert found["a"]["URL"] == "https://x.org/r?eid=1&p=2"
    assert found["b"]["URL"] == "https://example.org/{id}/a&b_c"
    assert found["c"]["DOI"] == "10.1002/a<i>b"
    assert "url = {https://example.org/{id}/a&b_c}" in converted("16-bib-url-amp.bib", "bibtex")[0]


def test_17_semicolons_separate_keywords() -> None:
    found, _ = items("17-csl-keyword.json")
    assert found["k"]["keyword"] == "Education, Higher; Universities and colleges"
    assert "{Education, Higher}, Universities and colleges" in converted("17-csl-keyword.json", "bibtex")[0]


def test_18_dates_in_words_are_kept_and_printed() -> None:
    found, _ = items("18-csl-literal-date.json")
    assert found["f"]["issued"] == {"literal": "forthcoming"}
    assert found["g"]["issued"] == {"date-parts": [[2001]], "literal": "2001 [1999]"}
    assert printed("18-csl-literal-date.json", "apa") == {"f": "t. (forthcoming).", "g": "u. (2001)."}


def test_19_names_without_and() -> None:
    found, told = items("19-bib-names-without-and.bib")
    assert [name["family"] for name in found["n14"]["author"]] == ["Tegmark", "Hamilton", "Strauss", "Szalay"]
    assert [name["given"] for name in found["n16"]["author"]] == ["Jane", "Richard", "Edgar"]
    assert len(told) == 2


@pytest.mark.parametrize("name", ["21-dup-keys.bib", "21-dup-ids.json"])
@pytest.mark.parametrize("to", ["csl-json", "bibtex", "ris", "turtle"])
def test_21_keys_are_unique(name: str, to: str) -> None:
    text, receipt = converted(name, to)
    told = [loss.why for item in receipt.items for loss in item.losses if "written as" in loss.why]
    assert len(told) == 1
    assert told[0].rpartition(" ")[2].strip("'") in text


def test_22_a_preprint_is_cited_with_its_number() -> None:
    found, _ = items("22-bib-arxiv.bib")
    assert found["ax1"]["number"] == "arXiv:2101.00001"
    assert (found["ax1"]["archive"], found["ax1"]["URL"]) == ("arXiv", "https://arxiv.org/abs/2101.00001")
    assert all("2101.00001" in printed("22-bib-arxiv.bib", style)["ax1"] for style in ("apa", "chicago", "mla"))


def test_23_keys_for_types_are_words() -> None:
    found, _ = items("23-bib-type-keys.bib")
    assert (found["th3"]["genre"], found["pa1"]["genre"]) == ("Bachelor's thesis", "U.S. patent")


@pytest.mark.parametrize("to", ["csl-json", "bibtex", "ris"])
def test_26_names_of_fields_are_kept(to: str) -> None:
    data, receipt = converted("26-bib-annotation-name.bib", to)
    out = io.BytesIO()
    convert(data.encode(), "x", receipt.to, "csl-json", lambda: out)
    (item,) = json.loads(out.getvalue())
    assert item["custom"] == {"title+an:default": "x"}


def test_27_utf_32_is_read() -> None:
    found, told = items("27-utf32.bib")
    assert found["k"]["title"] == "T"
    assert told == []


def test_30_lines_that_begin_with_percent_are_comments() -> None:
    found, told = items("30-bib-percent.bib")
    assert list(found) == ["here1"]
    assert len(told) == 1
    assert "gone1" in told[0]


def test_31_math_has_a_plain_form() -> None:
    found, told = items("31-bib-math.bib")
    assert found["m1"]["title"] == "Nitrogen-polar (0001̅) and (112̅2) and (0001̅) and (0001̅) layers"
    assert told == []


def test_32_inheritance_and_titles() -> None:
    found, _ = items("32-bib-inherit.bib")
    poet = [{"family": "Poet", "given": "Petra"}]
    assert (found["inb"]["author"], found["inb"]["container-author"]) == (poet, poet)
    assert found["inb"]["container-title"] == "Collected works"
    assert found["o1"]["title"] == "Comment on an article"


@pytest.mark.parametrize("name", ["02-csl-null.json", "31-bib-math.bib"])
def test_a_case_in_the_wrong_format_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        convert(shared("cases", name).read_bytes(), name, "ris", "csl-json", io.BytesIO)
