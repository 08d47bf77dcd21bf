"""JSON that is nested too deeply is refused wherever it comes in, and no cursor makes a server do more than a page."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.library.cursors import write_position
from commonplace.model.json_text import JSON_DEPTH, is_nested_too_deeply, read_json
from tests.conftest import serving

DEEP = 5_000
LISTS = (
    "/works",
    "/people",
    "/search?q=role",
    "/changes",
    "/queries",
    "/duplicates",
    "/works/ostrom1996/references",
    "/works/ostrom1996/history",
    "/queries/works-by-year",
)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def token_of(home: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {(home / 'token').read_text().strip()}", "Prefer": "wait=30"}


def test_a_text_is_read_up_to_a_certain_depth() -> None:
    assert not is_nested_too_deeply(nested(JSON_DEPTH))
    assert is_nested_too_deeply(nested(JSON_DEPTH + 1))
    assert is_nested_too_deeply('{"a":' * (JSON_DEPTH + 1))
    assert read_json(json.dumps(["[" * 500, '\\"' + "{" * 500])) == ["[" * 500, '\\"' + "{" * 500]
    assert read_json("[" + ",".join(["[[]]"] * 500) + "]") == [[[]]] * 500
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        read_json(nested(DEEP))


@pytest.mark.parametrize("address", LISTS)
def test_a_cursor_of_deep_json_is_no_cursor(client: httpx.Client, address: str) -> None:
    cursor = base64.urlsafe_b64encode(nested(DEEP).encode()).rstrip(b"=").decode()
    answer = client.get(address + ("&" if "?" in address else "?") + f"cursor={cursor}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"] == [{"where": "cursor", "why": "cannot be read"}]


@pytest.mark.parametrize("position", [10**5, 10**9, 2**31, 2**32 + 1, 2**63 - 1, 10**18 - 1])
def test_a_forged_position_is_an_empty_page(client: httpx.Client, position: int) -> None:
    found = client.get("/search", params={"q": "professional", "cursor": write_position(position)})
    assert found.status_code == (200 if position < 10**18 else 400), found.text
    if found.status_code == 200:
        assert found.json()["items"] == []
        assert found.json()["total"] > 10
        assert found.json()["next"] is None


def test_a_stored_literal_is_never_too_deep_to_be_read(opened: Home, home: Path) -> None:
    with serving(opened) as client:
        work = "<http://127.0.0.1:8000/id/work/ostrom1996>"
        term = "<http://127.0.0.1:8000/ontology#sourceFields>"
        json_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"
        for depth, status in ((JSON_DEPTH + 1, 400), (DEEP, 400), (JSON_DEPTH, 200)):
            literal = json.dumps('{"a":' * depth + "1" + "}" * depth)
            stored = f"{work} {term} {literal}^^{json_type}"
            update = f"DELETE {{ {work} {term} ?o }} INSERT {{ {stored} }} WHERE {{ OPTIONAL {{ {work} {term} ?o }} }}"
            made = client.post("/sparql", data={"update": update}, headers=token_of(home))
            assert made.status_code == status, made.text
            for address in ("/works/ostrom1996", "/export?format=csl-json", "/duplicates"):
                assert client.get(address).status_code == 200


def test_an_edit_and_an_item_of_an_import_that_are_too_deep_are_refused(opened: Home, home: Path) -> None:
    with serving(opened) as client:
        headers = token_of(home)
        for depth in (300, 900, DEEP, 200_000):
            edit = client.patch(
                "/works/ostrom1996",
                content='{"title":' + nested(depth) + "}",
                headers=headers | {"Content-Type": "application/merge-patch+json"},
            )
            assert edit.status_code == 400, edit.text
            assert "nested more than 100 deep" in edit.json()["detail"]
        deep = '{"id": "deep", "type": "book", "title": "Deep", "custom": ' + nested(JSON_DEPTH + 5) + "}"
        good = '{"id": "flat", "type": "book", "title": "Flat enough", "custom": ' + nested(20) + "}"
        made = client.post(
            "/imports",
            content=f"[{deep}, {good}]",
            headers=headers | {"Content-Type": "application/vnd.citationstyles.csl+json"},
        )
        assert made.status_code == 201, made.text
        assert (made.json()["fates"]["failed"], made.json()["fates"]["new"]) == (1, 1)
        assert "nested too deeply" in str(made.json()["items"][0])
