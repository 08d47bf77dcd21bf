"""A pasted list of names: who may be meant by each, and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for


@pytest.fixture(scope="module")
def client(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Yield a client with a contributor's token."""
    folder = tmp_path_factory.mktemp("people") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    with serving(home) as asking:
        asking.headers["Authorization"] = f"Bearer {home.tokens.add('Bo', Role.CONTRIBUTOR)}"
        yield asking


def matched(client: httpx.Client, names: str) -> list[dict[str, Any]]:
    response = client.post("/names/match", json={"names": names})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer["total"] == len(answer["items"])
    items: list[dict[str, Any]] = answer["items"]
    return items


@pytest.mark.parametrize(
    "names", ["Ostrom, Elinor; Parks, Roger B.", "1. Elinor Ostrom\n2. Roger B. Parks", "- E. Ostrom\n- R. Parks"]
)
def test_a_list_is_read_however_it_is_written(client: httpx.Client, names: str) -> None:
    ostrom, parks = matched(client, names)
    assert (ostrom["family"], parks["family"]) == ("Ostrom", "Parks")
    assert ostrom["candidates"][0]["key"] == "elinor-ostrom"


def test_people_who_wrote_together_are_the_likelier(client: httpx.Client) -> None:
    work = next(one for one in client.get("/works?limit=100").json()["items"] if len(one.get("authors") or ()) > 2)
    authors = work["authors"]
    together = matched(client, "\n".join(f"{one['family']}, {one['given'][0]}." for one in authors if one.get("given")))
    alone = matched(client, f"{authors[0]['family']}, {authors[0]['given'][0]}.")

    first = together[0]["candidates"][0]
    assert first["key"] == authors[0]["key"]
    assert any(reason.startswith("wrote with ") for reason in first["reasons"])
    assert first["score"] > alone[0]["candidates"][0]["score"], "alone the initials are the only reason"


def test_a_name_of_nobody_has_no_candidates(client: httpx.Client) -> None:
    (nobody,) = matched(client, "Nobody, Ann")
    assert nobody["candidates"] == []
    assert client.post("/names/match", json={"names": " \n "}).status_code == 400
    assert client.post("/names/match", json={}).status_code == 400


def test_a_name_that_stands_twice_is_matched_twice(client: httpx.Client) -> None:
    first, second = matched(client, "Ostrom, Elinor; Ostrom, E.")
    assert first["candidates"][0]["key"] == second["candidates"][0]["key"] == "elinor-ostrom"
    assert not any("of this list" in reason for one in (first, second) for reason in one["candidates"][0]["reasons"])
