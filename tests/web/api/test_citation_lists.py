"""Lists of citations over a library in which one citation is certain and another may mean the same work."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import open_home
from tests.conftest import serving, settings_for

WORKS = """
@book{ames1990, author = {Ames, Ada}, title = {On Reading}, date = {1990}}
@book{boas1980, author = {Boas, Bo}, title = {First}, date = {1980}}
@book{boas1981, author = {Boas, Bo}, title = {Second}, date = {1981}}
"""
CITATIONS = """
@prefix cito: <http://purl.org/spar/cito/> . @prefix cp: <ontology#> .
<id/work/ames1990> cito:cites <id/work/boas1980> ; cp:mayCite <id/work/boas1981> .
<id/citation/ames1990--boas1980> a cito:Citation ; cito:hasCitingEntity <id/work/ames1990> ;
  cito:hasCitedEntity <id/work/boas1980> ; cp:referenceNumber 1 ; cp:confirmation cp:confirmed .
<id/citation/ames1990--boas> a cito:Citation ; cito:hasCitingEntity <id/work/ames1990> ;
  cp:candidate <id/work/boas1980>, <id/work/boas1981> ; cp:referenceNumber 2 ; cp:confirmation cp:ambiguous .
"""


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("set")
    (folder / "works.bib").write_text(WORKS)
    (folder / "citations.ttl").write_text(CITATIONS)
    with serving(open_home(settings_for(tmp_path_factory.mktemp("cited") / "home", reference_set=folder))) as client:
        yield client


def listed(client: httpx.Client, address: str) -> list[tuple[str, str, int]]:
    items = client.get(address).raise_for_status().json()["items"]
    return [(item["work"]["key"], item["confirmation"], item["reference_number"]) for item in items]


def test_a_work_that_is_cited_for_certain_stands_as_that(cited: httpx.Client) -> None:
    assert listed(cited, "/works/ames1990/references") == [("boas1980", "confirmed", 1), ("boas1981", "ambiguous", 2)]
    assert listed(cited, "/works/boas1980/citations") == [("ames1990", "confirmed", 1)]
    assert listed(cited, "/works/boas1981/citations") == [("ames1990", "ambiguous", 2)]


@pytest.mark.parametrize("filters", [{"cited_by": "ames1990"}, {"cites": "boas1980"}, {"cites": "boas1981"}])
def test_a_work_is_in_a_list_once(cited: httpx.Client, filters: dict[str, str]) -> None:
    page = cited.get("/works", params=filters).raise_for_status().json()
    assert page["total"] == len({work["key"] for work in page["items"]}) == len(page["items"]) > 0
