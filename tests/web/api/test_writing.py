"""Who may write, importing a file, and taking a version back, over HTTP."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.private_list import FilePlace
from commonplace.home.tokens import Role, Tokens
from tests.command import commonplace
from tests.conftest import serving, settings_for

LIMIT = 200_000
BIBTEX = {"Content-Type": "application/x-bibtex"}
GOOD = """@article{bergson1999, author = {Bergson, Anna}, title = {Tides of the Lagoon}, journal = {Sea}, year = 1999}
@book{okafor2004, author = {Okafor, Chinua}, title = {Harbours}, publisher = {Quay}, year = 2004}
"""


@pytest.fixture
def writable(opened: Home) -> Iterator[tuple[httpx.Client, Home]]:
    """A server of one's own that takes files up to `LIMIT` bytes, and its home."""
    with serving(opened, import_bytes=LIMIT) as client:
        yield client, opened


@pytest.fixture
def curator(writable: tuple[httpx.Client, Home]) -> httpx.Client:
    """A client with a curator's token, named Ada."""
    client, home = writable
    client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
    return client


@pytest.fixture(scope="module")
def refused(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same, of a library shared by tests whose writes are refused, or dry."""
    directory = tmp_path_factory.mktemp("refused") / "home"
    shutil.copytree(reference_home, directory)
    home = open_home(settings_for(directory))
    with serving(home, import_bytes=LIMIT) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        yield client


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Assert a problem of that status; answers it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    return body


def head(client: httpx.Client) -> int:
    """The newest version."""
    return int(client.get("/works", params={"limit": 1}).json()["version"])


def post(client: httpx.Client, content: str | bytes = GOOD, **more: Any) -> httpx.Response:
    return client.post("/imports", content=content, **{"headers": BIBTEX, **more})


WRITES: list[Callable[[httpx.Client], httpx.Response]] = [
    post,
    lambda client: client.post("/imports", params={"dry_run": "true"}, content=GOOD),
    lambda client: client.post("/changes/1/undo"),
    lambda client: client.delete("/imports/jobs/0"),
]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("given", [None, "Bearer", "Bearer wrong", "Basic YTpi", "Bearer \u00e9", "cpl_x"])
def test_a_write_without_a_known_token_is_401(
    client: httpx.Client, write: Callable[[httpx.Client], httpx.Response], given: str | None
) -> None:
    before = head(client)
    headers = [(b"Authorization", given.encode("latin-1"))] if given else []
    with httpx.Client(base_url=client.base_url, headers=headers) as other:
        response = write(other)
    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert head(client) == before


def test_a_contributor_may_look_but_not_write(writable: tuple[httpx.Client, Home]) -> None:
    client, home = writable
    client.headers["Authorization"] = f"Bearer {home.tokens.add('Bo', Role.CONTRIBUTOR)}"
    before = head(client)
    refused = post(client)
    assert "dry_run" in problem(refused, 403)["detail"]
    assert "insufficient_scope" in refused.headers["www-authenticate"]
    problem(client.post(f"/changes/{before}/undo"), 403)
    shown = post(client, params={"dry_run": "true"})
    assert shown.status_code == 200
    assert shown.json()["fates"]["new"] == 2
    assert head(client) == before


def test_a_revoked_token_opens_nothing(curator: httpx.Client, writable: tuple[httpx.Client, Home]) -> None:
    assert post(curator, params={"dry_run": "true"}).status_code == 200
    derived = writable[1].library.derived
    assert derived is not None
    Tokens(FilePlace(derived.parent / "tokens.json")).revoke("Ada")  # as another process does
    problem(post(curator, params={"dry_run": "true"}), 401)


def test_an_import_answers_its_receipt_and_where_it_stays(curator: httpx.Client) -> None:
    before = head(curator)
    response = post(curator, params={"filename": "C:\\refs\\sea.bib"})
    assert response.status_code == 201, response.text
    receipt = response.json()
    assert (receipt["version"], receipt["file"], receipt["entries"]) == (before + 1, "sea.bib", 2)
    assert response.headers["location"] == f"/imports/{before + 1}"
    assert curator.get(response.headers["location"]).json() == receipt
    assert curator.get("/works/bergson1999").json()["title"] == "Tides of the Lagoon"
    change = curator.get(f"/changes/{before + 1}").json()
    assert (change["agent"], change["kind"]) == ("Ada", "import")


def test_a_dry_run_answers_the_same_and_writes_nothing(curator: httpx.Client) -> None:
    before = head(curator)
    response = post(curator, params={"dry_run": "true"})
    assert response.status_code == 200
    dry = response.json()
    assert "location" not in response.headers
    assert "id" not in dry
    assert head(curator) == before
    real = post(curator).json()
    assert {name: real[name] for name in dry} == dry


RIS = "TY  - JOUR\nAU  - Bergson, Anna\nTI  - Tides\nPY  - 1999\nER  - \n"
CSL = json.dumps([{"id": "b", "type": "book", "title": "Tides"}])


@pytest.mark.parametrize(
    ("media_type", "content", "format"),
    [
        ("application/x-bibtex; charset=utf-8", GOOD, "bibtex"),
        ("application/x-research-info-systems", RIS, "ris"),
        ("application/vnd.citationstyles.csl+json", CSL, "csl-json"),
        ("application/json", CSL, "csl-json"),
        ("text/plain", RIS, "ris"),
        ("application/octet-stream", CSL, "csl-json"),
        ("application/x-www-form-urlencoded", GOOD, "bibtex"),
        ("", GOOD, "bibtex"),
    ],
)
def test_the_media_type_says_the_format_or_it_is_guessed(
    refused: httpx.Client, media_type: str, content: str, format: str
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = post(refused, content, headers=headers, params={"dry_run": "true"})
    assert response.status_code == 200, response.text
    assert response.json()["format"] == format


@pytest.mark.parametrize("headers", [{"Content-Encoding": "gzip"}, {}, {"Content-Type": "application/gzip"}])
def test_gzip_is_undone(refused: httpx.Client, headers: dict[str, str]) -> None:
    response = post(
        refused,
        gzip.compress(GOOD.encode()),
        headers={**BIBTEX, **headers},
        params={"dry_run": "true", "filename": "sea.bib.gz"},
    )
    assert response.status_code == 200, response.text
    assert (response.json()["file"], response.json()["entries"]) == ("sea.bib", 2)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "image/png"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Encoding": "br"}, 415),
        ({"Content-Encoding": "gzip"}, 400),
        ({"If-Match": '"0;json"'}, 412),
        ({"If-Match": '"999"'}, 412),
        ({"If-Match": "nonsense"}, 412),
    ],
)
def test_a_body_that_cannot_be_imported_is_refused(refused: httpx.Client, headers: dict[str, str], status: int) -> None:
    before = head(refused)
    problem(post(refused, headers={**BIBTEX, **headers}), status)
    assert head(refused) == before


def test_if_match_passes_for_the_newest_version_only(curator: httpx.Client) -> None:
    tag = curator.get("/works/ostrom1996").headers["etag"]
    assert post(curator, headers={**BIBTEX, "If-Match": tag}).status_code == 201
    problem(post(curator, headers={**BIBTEX, "If-Match": tag}), 412)
    assert post(curator, headers={**BIBTEX, "If-Match": "*"}).status_code == 201


def test_a_body_that_says_it_is_too_large_is_413_at_once(refused: httpx.Client) -> None:
    """Only the head of the request is sent: the answer does not wait for the body."""
    url = refused.base_url
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        lines = [
            "POST /imports HTTP/1.1",
            f"Host: {url.host}",
            f"Authorization: {refused.headers['Authorization']}",
            f"Content-Length: {2_000_000_000}",
            "\r\n",
        ]
        connection.sendall("\r\n".join(lines).encode())
        assert b" 413 " in connection.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("token", [None, "cpl_unknown"])
def test_a_refusal_reaches_a_client_that_first_writes_its_whole_body(
    writable: tuple[httpx.Client, Home], token: str | None
) -> None:
    """More than fits between the two, on a socket that reads nothing before all is written."""
    url = writable[0].base_url
    body = b"@book{a, title={x}}\n" * 1_000_000
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        lines = ["POST /imports HTTP/1.1", f"Host: {url.host}", f"Content-Length: {len(body)}"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        connection.sendall("\r\n".join([*lines, "\r\n"]).encode() + body)
        response = HTTPResponse(connection)
        response.begin()
        assert response.status == 401
        assert json.loads(response.read())["title"] == "This needs a token"
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 "), "the connection is still good"


def test_a_body_without_a_length_is_413_once_it_is_too_large(refused: httpx.Client) -> None:
    before = head(refused)
    problem(post(refused, (b"x" * 10_000 for _ in range(LIMIT // 10_000 + 1))), 413)  # type: ignore[arg-type]
    assert head(refused) == before


def test_a_body_that_unpacks_to_too_much_is_413(refused: httpx.Client) -> None:
    assert "unpacked" in problem(post(refused, gzip.compress(b"x" * (LIMIT + 1))), 413)["detail"]
    nested = gzip.compress(gzip.compress(b"x" * (LIMIT + 1)))
    problem(post(refused, nested, headers={**BIBTEX, "Content-Encoding": "gzip"}), 413)


def test_a_broken_entry_is_in_the_receipt_with_its_line(curator: httpx.Client) -> None:
    receipt = post(curator, GOOD + "\n@article{\n" + GOOD.replace("bergson", "c").replace("Tides", "Ebb")).json()
    assert sum(receipt["fates"].values()) == receipt["entries"] == len(receipt["items"])
    assert [item["line"] for item in receipt["items"] if item["fate"] == "failed"] == [4]


@pytest.mark.parametrize("body", ['{"dois": []}', '{"dois": "10.1/x"}', '{"dois": ['])
def test_a_list_of_dois_that_is_none_is_400(refused: httpx.Client, body: str) -> None:
    problem(post(refused, body, headers={"Content-Type": "application/json"}), 400)


def test_undo_makes_a_version_and_says_so(curator: httpx.Client) -> None:
    before = head(curator)
    receipt = post(curator).json()
    stale = {"If-Match": f'"{before};json"'}
    problem(curator.post(receipt["undo"], headers=stale), 412)
    response = curator.post(receipt["undo"], params={"message": "the wrong sea"})
    assert response.status_code == 201, response.text
    assert response.json() == {"undone": before + 1, "version": before + 2, "kept": []}
    assert response.headers["location"] == f"/changes/{before + 2}"
    assert curator.get("/works/bergson1999").status_code == 410
    change = curator.get(response.headers["location"]).json()
    assert (change["agent"], change["kind"], change["message"]) == ("Ada", "undo", "the wrong sea")
    again = curator.post(receipt["undo"])
    assert again.status_code == 200
    assert "version" not in again.json()


def test_undo_names_the_things_that_later_versions_keep(curator: httpx.Client) -> None:
    made = post(curator, "@book{a1, title = {Harbours}, author = {Okafor, Chinua}, year = 2004}").json()["version"]
    later = post(curator, "@book{b2, title = {Quays}, author = {Okafor, Chinua}, year = 2005}").json()["version"]
    kept = curator.post(f"/changes/{made}/undo").json()["kept"]
    assert [(item["thing"].rpartition("/")[2], item["versions"]) for item in kept] == [("chinua-okafor", [later])]


@pytest.mark.parametrize("version", ["0", "-1", "404", "9" * 30])
def test_undo_of_a_version_there_is_not_is_404(refused: httpx.Client, version: str) -> None:
    problem(refused.post(f"/changes/{version}/undo"), 404)


def test_an_unknown_parameter_of_a_write_is_400(refused: httpx.Client) -> None:
    before = head(refused)
    assert problem(post(refused, params={"dryrun": "true"}), 400)["errors"][0]["where"] == "dryrun"
    assert head(refused) == before


def test_a_new_home_mints_one_curator_token(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", reference_set=None)
    opened = open_home(settings)
    secret = (tmp_path / "home" / "token").read_text().strip()
    assert opened.minted == secret
    for name in ("token", "tokens.json"):
        assert (tmp_path / "home" / name).stat().st_mode & 0o777 == 0o600
    assert secret not in (tmp_path / "home" / "tokens.json").read_text()
    holder = opened.tokens.holder(secret)
    assert holder
    assert (holder.name, holder.role) == ("curator", Role.CURATOR)
    assert open_home(settings).minted is None


def test_tokens_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(GOOD)
    made = commonplace("import", "a.bib", cwd=tmp_path, home="h", reference_set="none")
    assert made.err.count("cpl_") == 1, "the home's own token is told once"
    first = commonplace("token", "add", "Ada", "--role", "curator", cwd=tmp_path, home="h", reference_set="none")
    assert first.exit == 0, first.err
    assert first.err == ""
    tokens = Tokens(FilePlace(tmp_path / "h" / "tokens.json"))
    ada = tokens.holder(first.text.strip())
    assert ada
    assert ada.role is Role.CURATOR
    listed = commonplace("token", "list", "--json", cwd=tmp_path, home="h")
    assert [(one["name"], one["role"]) for one in listed.json()] == [("curator", "curator"), ("Ada", "curator")]
    assert ada.sha256 not in listed.text
    assert commonplace("token", "add", "Ada", cwd=tmp_path, home="h").exit == 2
    assert commonplace("token", "revoke", "Ada", cwd=tmp_path, home="h").exit == 0
    assert tokens.holder(first.text.strip()) is None
    assert commonplace("token", "revoke", "Ada", cwd=tmp_path, home="h").exit == 2


def test_the_command_line_writes_under_the_name_of_its_token(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(GOOD)
    run = partial(commonplace, cwd=tmp_path, home="h", reference_set="none")
    done = run("import", "a.bib", "--json")
    assert done.exit == 0, done.err
    made = run("token", "add", "Bo", "--role", "contributor")
    assert '"agent": "curator"' in run("log", "--json").text
    (tmp_path / "h" / "token").write_text(made.text)
    assert run("import", "a.bib").exit == 2
    assert run("import", "a.bib", "--dry-run").exit == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tokens": [{"name": "x"}]}', "\ufffe"])
def test_a_tokens_file_that_cannot_be_read_opens_to_nobody(opened: Home, text: str) -> None:
    assert opened.library.derived is not None
    (opened.library.derived.parent / "tokens.json").write_text(text)
    with serving(opened) as client:
        response = post(client, headers={**BIBTEX, "Authorization": "Bearer x"})
        problem(response, 500)
        assert client.get("/works").status_code == 200
