"""The official client of the Model Context Protocol runs every tool, over HTTP and over standard input and output."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.web.mcp import routes
from commonplace.web.mcp.budget import BYTES_OF_A_TOKEN, LEAST
from tests.conftest import ROOT, serving, settings_for

PROPOSAL = {
    "work": "brudney1983",
    "about": "facilitator",
    "state": "discusses",
    "directness": "indirect",
    "certainty": "low",
    "quote": "Toward a Definition",
    "locator": "title",
}
CALLS: dict[str, dict[str, Any]] = {
    "search": {"q": "role"},
    "work": {"key": "mcmullin2020citizenled"},
    "works_discussing": {"concept": "professional-role"},
    "evidence_on_claim": {"claim": "low-professionalisation-enables"},
    "find_quote": {"quote": "co-production"},
    "cases_table": {},
    "sparql": {"query": "SELECT ?key WHERE { ?w <ontology#citationKey> ?key } ORDER BY ?key"},
}
"""An example of every tool that reads."""


class Library:
    """A server with a contributor's token, and the home it serves."""

    def __init__(self, client: httpx.Client, folder: Path, token: str, curator: str) -> None:
        self.client, self.folder, self.token = client, folder, token
        self.curator = {"Authorization": f"Bearer {curator}"}
        self.url = f"{str(client.base_url).rstrip('/')}/mcp"


@pytest.fixture(scope="module")
def library(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("assisted") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    token, curator = home.tokens.add("assistant", Role.CONTRIBUTOR), home.tokens.add("Mara", Role.CURATOR)
    with serving(home) as client:
        yield Library(client, folder, token, curator)


def ask(library: Library, calls: list[tuple[str, dict[str, Any]]], token: str = "", mode: Any = "auto") -> list[Any]:
    """Return what each call answers: the JSON of an answer, the text of an error."""

    async def run() -> list[Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(library.url, http_client=http), mode=mode) as client,
        ):
            return await answered(client, calls)

    return asyncio.run(run())


async def answered(client: Client, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    answers = []
    for name, arguments in calls:
        result = await client.call_tool(name, arguments)
        text = result.content[0].text  # type: ignore[union-attr]
        answers.append(text if result.is_error else json.loads(text))
    return answers


def rows_of(library: Library, name: str, arguments: dict[str, Any], budget: int) -> tuple[list[Any], int]:
    """Return all rows of a tool, called again as its answers say, and the number of calls."""

    async def run() -> tuple[list[Any], int]:
        rows: list[Any] = []
        asked = {**arguments, "budget": budget, "more": None}
        async with Client(library.url) as client:
            for calls in range(1, 200):
                (answer,) = await answered(client, [(name, asked)])
                size = len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode())
                assert size <= asked["budget"] * BYTES_OF_A_TOKEN
                rows += answer["rows"]
                left = [one for one in answer.get("left_out", ()) if one["what"] == "rows"]
                if not left:
                    return rows, calls
                assert left[0]["rows"] > 0
                asked["more"] = left[0]["more"]
                assert repr(asked["more"]) in left[0]["get"]
                needed = re.search(r"budget=(\d+)", left[0]["get"])
                assert bool(needed) == (answer["rows"] == [])
                asked["budget"] = int(needed[1]) if needed else budget
        raise AssertionError("it never ends")

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_every_tool_answers_clients_old_and_new(library: Library, mode: str) -> None:
    answers = ask(library, list(CALLS.items()), mode=mode)
    for name, answer in zip(CALLS, answers, strict=True):
        assert isinstance(answer, dict), answer
        assert answer["rows"], name
        assert all({"version", "complete"} <= row.keys() for row in answer["rows"]), name


def test_rows_have_citation_quote_and_locator(library: Library) -> None:
    discussing, claim, found, cases, work = ask(
        library,
        [
            ("works_discussing", {**CALLS["works_discussing"], "budget": 50_000}),
            ("evidence_on_claim", CALLS["evidence_on_claim"]),
            ("find_quote", CALLS["find_quote"]),
            ("cases_table", {"case": "quebec-drop-in"}),
            ("work", CALLS["work"]),
        ],
    )
    told = library.client.get("/works", params={"discusses": "professional-role", "limit": 100}).json()
    assert [row["work"] for row in discussing["rows"]] == [one["key"] for one in told["items"]]
    assert discussing["coverage"] == told["coverage"]
    assert "4 nobody has read on it, so nothing is known" in discussing["coverage_in_words"]
    evidence = {one["quote"] for row in discussing["rows"] for one in row["evidence"] if "quote" in one}
    assert "The perspective of public service professionals" in evidence
    assert all("locator" in one for row in discussing["rows"] for one in row["evidence"])
    tuurnas = next(row for row in discussing["rows"] if row["work"] == "tuurnas2015")
    assert tuurnas["citation"].startswith("Tuurnas (2015). Learning to co-produce? The perspective")
    assert claim["rows"][0]["state"] == "supports"
    assert "not highly professionalized" in claim["rows"][0]["quote"]
    assert claim["rows"][0]["citation"].startswith("McMullin (2020)")
    assert all({"citation", "quote", "locator", "before", "after"} <= row.keys() for row in found["rows"])
    assert "not absent from the work" in found["coverage_in_words"]
    assert {row["dimension"] for row in cases["rows"]} >= {"form", "country"}
    assert {row["case"] for row in cases["rows"]} == {"quebec-drop-in"}
    assert work["abstract_held"] is True
    assert {"quote", "locator", "status"} <= work["rows"][0].keys()


def test_silent_and_unread_are_told_apart(library: Library) -> None:
    silent, unread = ask(
        library,
        [("works_discussing", {"concept": "professional-role", "state": state}) for state in ("silent", "unread")],
    )
    assert (silent["total"], unread["total"]) == (silent["coverage"]["silent"], silent["coverage"]["unread"])
    assert all(one["state"] == "silent" for row in silent["rows"] for one in row["evidence"])
    assert all("evidence" not in row and row["state"] == "unread" for row in unread["rows"])


def test_descriptions_say_what_silence_and_unread_mean(library: Library) -> None:
    async def listed() -> tuple[Any, str]:
        async with Client(library.url) as client:
            return (await client.list_tools()).tools, str(client.session.server_info)

    tools, name = asyncio.run(listed())
    assert "commonplace" in name
    described = {tool.name: tool.description or "" for tool in tools}
    assert set(described) == {*CALLS, "propose_evidence"}
    for one in ("works_discussing", "evidence_on_claim", "work", "sparql", "propose_evidence"):
        assert "silen" in described[one], one
    for one in ("works_discussing", "evidence_on_claim"):
        assert "unread means: nobody has read the work" in described[one]
        assert "Never report unread works as silent" in described[one]
    assert "not mean that no work says it" in " ".join(described["search"].split())
    hints = {tool.name: tool.annotations.read_only_hint for tool in tools}
    assert [name for name, reads in hints.items() if not reads] == ["propose_evidence"]


@pytest.mark.parametrize("name", CALLS)
def test_a_budget_is_kept_and_what_is_left_out_is_had_by_asking_on(library: Library, name: str) -> None:
    whole, calls = rows_of(library, name, CALLS[name], 50_000)
    assert calls == 1
    parts, calls = rows_of(library, name, CALLS[name], LEAST)
    assert parts == whole
    assert calls > 1 or len(json.dumps(whole)) < (LEAST - 500) * BYTES_OF_A_TOKEN
    beyond = ask(library, [(name, {**CALLS[name], "budget": 10})])[0]
    assert isinstance(beyond, str)
    assert "budget" in beyond


def test_a_long_abstract_is_left_out_and_said_to_be(library: Library) -> None:
    words = " ".join(f"sentence{number}" for number in range(800))
    made = library.client.post(
        "/works", json={"key": "long2001", "type": "book", "title": "Long", "abstract": words}, headers=library.curator
    )
    assert made.status_code == 201, made.text
    (short,) = ask(library, [("work", {"key": "long2001", "budget": LEAST})])
    assert "abstract" not in short
    assert short["abstract_held"] is True
    assert short["left_out"][0]["what"] == "abstract"
    need = int(short["left_out"][0]["get"].rpartition("=")[2])
    (long,) = ask(library, [("work", {"key": "long2001", "budget": need})])
    assert long["abstract"] == words


def test_problems_are_told_to_the_assistant(library: Library) -> None:
    missing, unknown, service, nowhere, far = ask(
        library,
        [
            ("work", {"key": "nobody1999"}),
            ("works_discussing", {"concept": "nothing"}),
            ("sparql", {"query": "SELECT * { SERVICE <http://elsewhere.example/> { ?s ?p ?o } }"}),
            ("search", {"q": "role", "more": "x"}),
            ("search", {"q": "role", "more": f"1.{'9' * 5000}.0."}),
        ],
    )
    assert "nobody1999" in missing
    assert "no concept" in unknown
    assert "SERVICE" in service
    assert "no place in a list" in nowhere
    assert "no place in a list" in far


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("search", {}, "search: q: is needed, and is not given"),
        ("search", {"q": 5}, "search: q: is not a text"),
        ("search", {"query": "role"}, "search: query: not known here; its arguments are: q, kind, budget, more"),
        ("work", {"key": "ostrom1996", "budget": 1}, f"work: budget: is less than {LEAST}"),
        (
            "works_discussing",
            {"concept": "professional-role", "stat": "unread"},
            "works_discussing: stat: not known here; its arguments are: concept, state, at, budget, more",
        ),
        ("works_discussing", {"concept": "facilitator", "state": "unraed"}, "'discusses', 'silent' or 'unread'"),
    ],
)
def test_arguments_that_are_wrong_are_refused_in_plain_words(
    library: Library, name: str, arguments: dict[str, Any], says: str
) -> None:
    (refused,) = ask(library, [(name, arguments)])
    assert says in refused
    assert "pydantic" not in refused
    assert "\n" not in refused


def test_an_earlier_version_is_asked(library: Library) -> None:
    (first,) = ask(library, [("works_discussing", {**CALLS["works_discussing"], "at": 1})])
    assert (first["version"], first["coverage"]) == (1, {"discusses": 21, "silent": 10, "unread": 4})


def test_what_is_proposed_waits_for_a_curator(library: Library) -> None:
    without = ask(library, [("propose_evidence", PROPOSAL)])[0]
    assert "needs a token" in without
    for token in (library.token, library.curator["Authorization"].removeprefix("Bearer ")):
        (made,) = ask(library, [("propose_evidence", PROPOSAL)], token=token)
        address = f"/id/evidence/{made['proposed']}"
        evidence = library.client.get(address).json()
        assert (evidence["status"], evidence["method"], evidence["quote"]) == ("proposed", "machine", PROPOSAL["quote"])
        assert made["evidence"]["quote_check"] == evidence["quote_check"] == "exact"
        waiting = library.client.get("/queues/proposed-evidence?limit=100").json()["items"]
        assert made["proposed"] in {one["thing"]["key"] for one in waiting}
    (doubtful,) = ask(library, [("propose_evidence", {**PROPOSAL, "quote": "never said"})], token=library.token)
    assert "does not stand in the text" in doubtful["warning"]


def test_the_page_shows_what_is_answered(library: Library) -> None:
    page = (ROOT / "docs" / "mcp.md").read_text()
    (answer,) = ask(library, [("works_discussing", {"concept": "professional-role", "budget": 1_500, "at": 1})])
    for shown in (answer["coverage_in_words"], answer["rows"][0]["citation"], answer["left_out"][0]["get"]):
        assert shown in page
    assert f'"rows": {answer["left_out"][0]["rows"]},' in page


def message(method: str = "tools/list", **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


ACCEPTS = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://library.example.evil.example", "null", "http://["])
def test_a_page_of_another_site_may_not_call(library: Library, origin: str) -> None:
    refused = library.client.post("/mcp", json=message(), headers={**ACCEPTS, "Origin": origin})
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert "COMMONPLACE_ALLOWED_HOSTS" in refused.text


def test_pages_of_this_machine_and_of_hosts_in_the_settings_may_call(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    with serving(open_home(settings_for(tmp_path / "home")), allowed_hosts="127.0.0.1,library.example") as client:
        for origin in (None, "http://localhost:3000", "https://library.example"):
            headers = ACCEPTS | ({"Origin": origin} if origin else {})
            answer = client.post("/mcp", json=message(), headers=headers)
            assert answer.status_code == 200, answer.text
            assert len(answer.json()["result"]["tools"]) == len(CALLS) + 1
        assert client.post("/mcp", json=message(), headers={**ACCEPTS, "Host": "evil.example"}).status_code == 400


def test_only_calls_are_taken(library: Library) -> None:
    refused = library.client.get("/mcp", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST, OPTIONS")
    large = library.client.post("/mcp", json=message(text="x" * 1_100_000), headers=ACCEPTS)
    assert (large.status_code, large.headers["content-type"]) == (413, "application/problem+json")
    form = library.client.post("/mcp", content=b"x=1", headers={**ACCEPTS, "Content-Type": "text/plain"})
    assert (form.status_code, form.headers["content-type"]) == (415, "application/problem+json")


def test_without_the_extra_the_address_says_what_to_install(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "find_spec", lambda name: None)
    missing = library.client.post("/mcp", json=message(), headers=ACCEPTS)
    assert (missing.status_code, missing.headers["content-type"]) == (501, "application/problem+json")
    assert "pip install 'commonplace[mcp]'" in missing.json()["detail"]


def test_the_command_answers_every_tool(library: Library) -> None:
    async def run() -> list[Any]:
        command = StdioServerParameters(
            command=str(Path(sys.executable).with_name("commonplace")),
            args=["mcp", "--home", str(library.folder), "--token", library.token],
        )
        async with Client(command) as client:
            return await answered(client, [*CALLS.items(), ("propose_evidence", PROPOSAL)])

    over_http = ask(library, [*CALLS.items()])
    *answers, proposed = asyncio.run(run())
    for name, here, there in zip(CALLS, answers, over_http, strict=True):
        assert here["rows"] == there["rows"], name
    made = library.client.get(f"/id/evidence/{proposed['proposed']}").json()
    assert (made["status"], made["agent"]) == ("proposed", "assistant")
