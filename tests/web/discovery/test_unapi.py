"""unAPI: the formats, those of a work, and the work, as reference managers ask for them."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import BASE
from tests.web.discovery.works import parsed

WORK = f"{BASE}id/work/ostrom1996"


def formats(answer: httpx.Response) -> dict[str, str]:
    """Name and media type of each format in an answer."""
    assert answer.headers["content-type"] == "application/xml"
    root = parsed(answer.content)
    assert root.tag == "formats"
    return {one.get("name"): one.get("type") for one in root}


def test_the_formats_are_listed_for_all_and_for_one(client: httpx.Client) -> None:
    every = client.get("/unapi")
    assert every.status_code == 200
    assert {"ris", "bibtex", "csl-json"} <= formats(every).keys()
    one = client.get("/unapi", params={"id": WORK})
    assert one.status_code == 300
    assert formats(one) == formats(every)
    assert parsed(one.content).get("id") == WORK


@pytest.mark.parametrize("id", [WORK, "ostrom1996"])
def test_each_format_is_the_work_in_that_form(client: httpx.Client, id: str) -> None:
    for name, media_type in formats(client.get("/unapi")).items():
        answer = client.get("/unapi", params={"id": id, "format": name})
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.content == client.get("/works/ostrom1996", headers={"Accept": media_type}).content
    assert client.get(f"/unapi?id={WORK}&format=ris").text.startswith("TY  - JOUR\r\n"), "an IRI is sent as it is, too"


def test_an_id_that_is_none_is_404_and_a_format_that_is_none_406(client: httpx.Client) -> None:
    for id in ("nobody1900", f"{BASE}id/person/elinor-ostrom", "http://example.org/", "", "a b<"):
        for more in ({}, {"format": "ris"}):
            missing = client.get("/unapi", params={"id": id, **more})
            assert missing.status_code == 404, id
            assert missing.headers["content-type"] == "application/problem+json"
    for format in ("mods", "turtle", ""):
        assert client.get("/unapi", params={"id": WORK, "format": format}).status_code == 406
    alone = client.get("/unapi?format=ris")
    assert alone.status_code == 400
    assert alone.json()["errors"][0]["where"] == "format"


def test_a_work_is_had_as_it_was(client: httpx.Client) -> None:
    then = client.get("/unapi", params={"id": WORK, "format": "bibtex", "at": 1})
    assert then.headers["commonplace-version"] == "1"
    assert client.get("/unapi", params={"id": WORK, "format": "bibtex", "at": 99}).status_code == 404
