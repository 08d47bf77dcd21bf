"""What has become of a work, as files say it: in the graph, in the receipt, and the gravest of all that is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.change import Version
from tests.conftest import BASE, serving, settings_for

RETRACTED = "PMID- 501\nTI  - A trial of {}\nFAU - Doe, Jane\nJT  - J\nDP  - 2020\nPT  - Retracted Publication\n"
CORRECTED = RETRACTED.replace("PT  - Retracted Publication", "EIN - J. 2021;1(1):5")
BIBTEX = "@article{mine, author={Doe, Jane}, title={A trial of harbours}, journal={J}, year=2020, pmid={501}}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(settings_for(tmp_path / "home", reference_set=None))


def imported(home: Home, text: str, name: str) -> dict[str, Any]:
    """The only item of the receipt."""
    receipt = json.loads(import_file(home.library, home.committer, text.encode(), name).json_text())
    (item,) = receipt["items"]
    assert isinstance(item, dict)
    return item


def statuses(home: Home) -> list[str]:
    """Every status in the graph, by its local name."""
    rows = home.library.read(
        lambda snapshot: snapshot.select(f"SELECT ?status {{ ?work <{BASE}ontology#status> ?status }} ORDER BY ?status")
    )
    return [str(row["status"]).strip("<>").removeprefix(f"{BASE}ontology#") for row in rows]


def test_a_retracted_article_of_a_file_is_retracted_for_every_reader(home: Home) -> None:
    item = imported(home, RETRACTED.format("harbours"), "some.nbib")
    assert (item["fate"], item["status"]) == ("new", "retracted")
    assert statuses(home) == ["retracted"]
    with serving(home) as client:
        assert client.get("/works/pmid501").json()["status"] == "retracted"
        assert "  pubstate = {retracted}," in client.get("/works/pmid501.bib").text
    again = imported(home, BIBTEX, "some.bib")
    assert (again["fate"], again["status"], again["work"]) == ("matched", "retracted", item["work"])


def test_the_gravest_status_stays(home: Home) -> None:
    imported(home, CORRECTED.format("harbours"), "first.nbib")
    assert statuses(home) == ["corrected"]
    assert imported(home, RETRACTED.format("harbours"), "second.nbib")["status"] == "retracted"
    assert statuses(home) == ["retracted"]
    assert imported(home, CORRECTED.format("harbours"), "third.nbib")["status"] == "retracted"
    assert statuses(home) == ["retracted"]
    home.committer.undo(Version(2), "curator")
    assert statuses(home) == ["corrected"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bib", "@article{a, title={T}, pubstate={Retracted}}"),
        ("a.json", '[{"id": "a", "type": "article-journal", "title": "T", "status": "retracted"}]'),
        ("a.ris", "TY  - JOUR\nTI  - T\nM3  - Retracted Publication\nER  - \n"),
        (
            "a.xml",
            "<xml><records><record><ref-type name='Journal Article'>17</ref-type><titles><title>T</title></titles>"
            "<work-type>Retracted Publication</work-type></record></records></xml>",
        ),
        ("a.mods", "<mods><titleInfo><title>T</title></titleInfo><genre>retracted publication</genre></mods>"),
    ],
)
def test_every_format_can_say_it(home: Home, name: str, text: str) -> None:
    assert imported(home, text, name)["status"] == "retracted"
    assert statuses(home) == ["retracted"]


def test_other_words_for_a_state_are_kept_and_are_no_status(home: Home) -> None:
    item = imported(home, "@article{a, title={T}, pubstate={inpress}}", "a.bib")
    assert "status" not in item
    assert statuses(home) == []
