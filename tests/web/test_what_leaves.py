"""Every door of a library, with a token and without: no text without licence, no secret and no draft leaves by any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pdf import pdf
from tests.web.api.texts import Keeping, keeping_texts
from tests.web.desk.conftest import sign_in

QUOTED = "A quoted phrase stands here"
ASKED = "audited the municipal lighthouse"
"""Words of the closed text that whoever asks knows already, and that answers may repeat."""

HIDDEN = ("Quokkas", "Zanzibar")
"""Words that stand before and after those, and nowhere else."""

MARKER = f"{HIDDEN[0]} {ASKED} of {HIDDEN[1]}"
"""A sentence of the closed text; it stands right after the words that evidence quotes."""

DRAFT = "Nobody has imported this sentence about wombats"
"""A note in an import that is being prepared at the desk."""

FILLED = {
    "/people/{key}": "elinor-ostrom",
    "/organizations/{key}": "elsevier",
    "/venues/{key}": "world-development",
    "/concepts/{key}": "professional-role",
    "/claims/{key}": "low-professionalisation-enables",
    "/cases/{key}": "quebec-drop-in",
    "/pins/{key}": "PIN",
}
"""Keys of things, by the beginning of their addresses; works are that of the closed text."""

WORK = "parks1981"

FORMS = ("*/*", "text/html", "text/turtle", "text/csv, application/rdf-patch, text/plain;q=0.5")
MEANT_FOR_TOKENS = ("/find", "/search", "/suggestions", "/works/{key}/text")
"""Addresses that give a closed text to who has a token."""

PAGES_OF_TEXTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/find", {"quote": ASKED}),
    ("/search", {"q": ASKED}),
    ("/suggestions", {"concept": "shared-leadership", "limit": "100"}),
)
"""Pages that show passages of texts."""


@dataclass(frozen=True)
class Guarded:
    """A library with what must not leave it."""

    clients: Keeping
    secrets: tuple[str, ...]
    evidence: str
    pins: tuple[str, ...]

    def looked_at(self, answer: httpx.Response) -> None:
        """Fail where an answer has what must not leave, in its body, its headers, or packed in JSON."""
        text = answer.text + json.dumps(dict(answer.headers))
        for secret in self.secrets:
            assert secret not in text, f"{answer.request.method} {answer.request.url} ({answer.status_code})"


@pytest.fixture(scope="module")
def guarded(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("doors") / "home"
    with keeping_texts(reference_home, folder, webhook_private=True) as clients:
        kept = clients.put(WORK, pdf([f"{QUOTED}. {MARKER}."], [f"{HIDDEN[0]} praise shared leadership."]))
        assert kept.status_code == 201, kept.text
        evidence = clients.evidence(WORK, QUOTED, locator="p. 1")
        assert evidence["quote_page"] == 1
        addresses = (f"/find?quote={ASKED}", f"/works/{WORK}", "/suggestions?concept=shared-leadership&limit=100")
        pins = [clients.curator.post("/pins", json={"address": address}) for address in addresses]
        assert [pin.status_code for pin in pins] == [201] * 3, [pin.text for pin in pins]
        hook = clients.curator.post("/webhooks", json={"url": "http://127.0.0.1:9/told"})
        assert hook.status_code == 201, hook.text
        with sign_in(clients.anybody, clients.token) as browser:
            draft = {"pasted": f"@book{{wombat, title={{Of wombats}}, year=1999, note={{{DRAFT}}}}}"}
            assert browser.post("/desk/import", data=draft).status_code == 303
            session = next(iter(browser.cookies.values()))
        secrets = (*HIDDEN, DRAFT, clients.token, clients.contributors_token, hook.json()["secret"], session)
        keys = tuple(pin.json()["key"] for pin in pins)
        yield Guarded(clients, secrets, str(evidence["id"]), keys)


def addresses(client: httpx.Client, guarded: Guarded) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield each address that OpenAPI says is read: as it stands there, filled in, and what it must be given."""
    for path, item in client.get("/openapi.json").json()["paths"].items():
        if "get" not in item:
            continue
        key = next((known for start, known in FILLED.items() if path.startswith(start)), WORK)
        if path.startswith(("/evidence/", "/annotations/")):
            key = guarded.evidence
        given = {
            p["name"]: _value(p)
            for p in item["get"].get("parameters", ())
            if p["in"] == "query" and (p.get("required") or p["name"] == "q")
        }
        for one in guarded.pins if key == "PIN" else (key,):
            filled = path.replace("{key}", one).replace("{kind}", "work").replace("{name}", "no-abstract")
            yield path, re.sub(r"\{[^}]*\}", "2", filled), given


def _value(parameter: Mapping[str, Any]) -> str:
    """Return what to ask with: the words that are known, or the example of a parameter."""
    if parameter["name"] in ("q", "quote"):
        return ASKED
    return str(parameter.get("example", parameter["schema"].get("example", "role")))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["anybody", "contributor", "curator"])
def test_no_address_lets_it_out(guarded: Guarded, who: str) -> None:
    client: httpx.Client = getattr(guarded.clients, who)
    seen = 0
    for path, address, given in addresses(client, guarded):
        if who != "anybody" and path in MEANT_FOR_TOKENS:
            continue
        for form in FORMS:
            guarded.looked_at(client.get(address, params=given, headers={"Accept": form}))
            seen += 1
    assert seen > 300


def test_what_answers_with_everything_lets_it_out_to_nobody(guarded: Guarded) -> None:
    """Exports, dumps, feeds and harvests, asked by who has a token and by who has none."""
    asked: list[tuple[str, dict[str, str]]] = [
        *(
            ("/export", {"format": format})
            for format in ("bibtex", "ris", "csl-json", "jsonld", "turtle", "nquads", "mods", "trig")
        ),
        ("/sparql", {"query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"}),
        ("/sparql", {"query": "SELECT * WHERE { GRAPH ?g { ?s ?p ?o } }"}),
        ("/sparql", {"query": f'SELECT * WHERE {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), "{ASKED}")) }}'}),
        *(("/oai", {"verb": "ListRecords", "metadataPrefix": prefix}) for prefix in ("oai_dc", "mods")),
        ("/changes.atom", {}),
        ("/works.atom", {"limit": "100"}),
        *((f"/changes/{version}", {}) for version in range(1, guarded.clients.version() + 1)),
        *(("/annotations", {"form": form, "status": "any", "limit": "1000"}) for form in ("w3c", "hypothesis")),
        ("/zotero/users/0/items", {"q": ASKED}),
        ("/zotero/users/0/items", {"limit": "100"}),
        *((f"/pins/{key}/answer", {}) for key in guarded.pins),
        ("/reconcile", {"queries": json.dumps({"q0": {"query": ASKED}})}),
        ("/search/suggest", {"q": ASKED}),
        ("/unapi", {"id": f"http://127.0.0.1:8000/id/work/{WORK}", "format": "ris"}),
    ]  # fmt: skip
    for client in (guarded.clients.anybody, guarded.clients.curator):
        for address, given in asked:
            for form in ("*/*", "application/rdf-patch") if address.startswith("/changes/") else ("*/*",):
                guarded.looked_at(client.get(address, params=given, headers={"Accept": form}))
    everything = guarded.clients.anybody.get("/export", params={"format": "nquads"}).text
    assert "pagesHash" in everything, "what is said of the text is there"
    patch = guarded.clients.anybody.get("/changes/2", headers={"Accept": "application/rdf-patch"})
    assert "H text-pages" in patch.text or "text-pages" in patch.text


def test_the_doors_of_the_text_itself_know_who_asks(guarded: Guarded) -> None:
    clients = guarded.clients
    for address, given in (
        (f"/works/{WORK}/text", {}),
        ("/find", {"quote": ASKED}),
        ("/find.json", {"quote": ASKED}),
        ("/search", {"q": ASKED}),
        ("/search.json", {"q": ASKED}),
        ("/suggestions", {"concept": "shared-leadership", "limit": "100"}),
        ("/suggestions.json", {"concept": "shared-leadership", "limit": "100"}),
    ):
        for form in ("*/*", "text/plain", "application/pdf", "text/html", "text/csv"):
            guarded.looked_at(clients.anybody.get(address, params=given, headers={"Accept": form}))
        assert f"{HIDDEN[0]} " in clients.contributor.get(address, params=given).text, "the walk can find it"


def test_pages_show_a_closed_text_to_who_is_signed_in_alone(guarded: Guarded) -> None:
    """A session counts as its token does, until it ends, and no cache gives its pages to another reader."""
    anybody, page = guarded.clients.anybody, {"Accept": "text/html"}
    with sign_in(anybody, guarded.clients.contributors_token) as browser:
        session = dict(browser.cookies)
        for address, given in PAGES_OF_TEXTS:
            before = anybody.get(address, params=given, headers=page)
            guarded.looked_at(before)
            known = {**page, "If-None-Match": before.headers["etag"]}
            shown = browser.get(address, params=given, headers=known)
            assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-cache"), address
            assert "Cookie" in shown.headers["vary"], address
            assert f"{HIDDEN[0]} " in shown.text, address
            known = {**page, "If-None-Match": shown.headers["etag"]}
            again = browser.get(address, params=given, headers=known)
            assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache"), address
            guarded.looked_at(anybody.get(address, params=given, headers=known))
            wrong = {**page, "Cookie": "commonplace=guessed"}
            guarded.looked_at(anybody.get(address, params=given, headers=wrong))
        assert browser.post("/desk/sign-out").status_code == 303
    over = {**page, "Cookie": "; ".join(f"{name}={value}" for name, value in session.items())}
    for address, given in PAGES_OF_TEXTS:
        after = anybody.get(address, params=given, headers=over)
        assert after.status_code == 200, address
        guarded.looked_at(after)


def test_a_pin_keeps_what_anybody_may_read(guarded: Guarded) -> None:
    curator = guarded.clients.curator
    for address in (f"/works/{WORK}/text", "/webhooks"):
        refused = curator.post("/pins", json={"address": address})
        assert refused.status_code == 400, refused.text
        guarded.looked_at(refused)
    kept = guarded.clients.read(f"/pins/{guarded.pins[0]}/answer")
    assert (kept["kept"]["total"], kept["holds"]) == (0, True)


@pytest.mark.slow
def test_assistants_get_no_closed_text(guarded: Guarded) -> None:
    def call(name: str, **arguments: Any) -> httpx.Response:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        answer = guarded.clients.curator.post("/mcp", json=message, headers=headers)
        assert answer.status_code == 200, answer.text
        assert '"isError":true' not in answer.text.replace(" ", ""), "the tool answers what it is asked"
        return answer

    assert QUOTED in call("works_discussing", concept="professional-role", budget=20_000).text
    for name, arguments in (
        ("find_quote", {"quote": ASKED}),
        ("find_quote", {"quote": QUOTED}),
        ("search", {"q": ASKED}),
        ("work", {"key": WORK}),
        ("sparql", {"query": "SELECT * WHERE { ?s ?p ?o }"}),
    ):
        guarded.looked_at(call(name, **arguments))
