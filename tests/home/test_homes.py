"""Which commands make a home, what a home knows of itself, and what leaves it as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from commonplace.errors import HomeUnusable, NoLibrary
from commonplace.home.opening import open_home, unreachable_base
from commonplace.settings import Settings
from tests.command import commonplace, complains_in_one_line
from tests.conftest import BASE, settings_for

BOOK = "@book{able2001, title={A book}, author={Able, Ann}, year={2001}}\n"
OTHER = "http://127.0.0.1:8123/"


def contents(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Return everything below a folder: when it was changed, and what is in it."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in (folder, *sorted(folder.rglob("*")))
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify",),
        ("rebuild",),
        ("export",),
        ("log",),
        ("undo", "1"),
        ("delete", "able2001"),
        ("edit", "able2001", "title=Other"),
        ("token", "list"),
        ("token", "add", "ann"),
        ("token", "revoke", "ann"),
    ],
    ids=" ".join,
)
def test_a_mistyped_home_is_no_new_library(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    wrong = tmp_path / "bakcup"
    if there := arguments[0] in ("verify", "rebuild"):
        wrong.mkdir()

    done = commonplace(*arguments, "--home", wrong, cwd=tmp_path)

    assert (done.exit, done.out) == (2, b"")
    assert done.err.startswith(f"commonplace: no library at {wrong}")
    assert complains_in_one_line(done)
    assert [path.name for path in tmp_path.rglob("*")] == (["bakcup"] if there else [])


def test_an_import_makes_a_library_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "book.bib").write_text(BOOK)
    settings = {"home": str(tmp_path / "new"), "reference_set": "none"}

    first = commonplace("import", "book.bib", cwd=tmp_path, **settings)
    again = commonplace("import", "book.bib", cwd=tmp_path, **settings)

    assert (first.exit, again.exit) == (0, 0)
    assert f"A new library was made in {tmp_path / 'new'}; its IRIs begin with {BASE}" in first.err
    assert "curator token" in first.err
    assert "new library" not in again.err


def test_a_home_knows_its_base(tmp_path: Path) -> None:
    (tmp_path / "book.bib").write_text(BOOK)
    home = str(tmp_path / "new")
    made = commonplace("import", "book.bib", cwd=tmp_path, home=home, reference_set="none", base_iri="", port="8123")
    assert made.exit == 0

    for port in ("8123", "9000"):
        done = commonplace("export", "--format", "nquads", cwd=tmp_path, home=home, base_iri="", port=port)
        assert f"<{OTHER}id/work/able2001>" in done.text
        assert BASE not in done.text
    assert commonplace("log", "able2001", cwd=tmp_path, home=home, base_iri="").exit == 0
    refused = commonplace("log", cwd=tmp_path, home=home, base_iri=BASE)
    assert refused.exit == 2
    assert OTHER in refused.err


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({"port": 8123}, OTHER),
        ({"port": 8123, "host": "0.0.0.0"}, OTHER),
        ({"port": 8123, "host": "192.0.2.7"}, "http://192.0.2.7:8123/"),
        ({"port": 8123, "host": "::1"}, "http://[::1]:8123/"),
        ({"port": 0}, BASE),
        ({"port": 8123, "base_iri": "https://example.org/lib"}, "https://example.org/lib/"),
    ],
)
def test_a_new_home_takes_its_base_from_where_it_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, object], base: str
) -> None:
    for name in ("HOST", "PORT", "BASE_IRI"):
        monkeypatch.delenv(f"COMMONPLACE_{name}", raising=False)
    settings = Settings.model_validate({"home": tmp_path / "home", "reference_set": "none", **given})

    opened = open_home(settings)

    assert opened.is_new
    assert opened.library.minter.base == base
    assert (tmp_path / "home" / "log" / "base-iri").read_text().strip() == base
    assert not open_home(settings).is_new


@pytest.mark.parametrize(
    ("base", "given", "said"),
    [
        (BASE, {"port": 8000}, None),
        (BASE, {"port": 9000}, "this server listens on port 9000"),
        (BASE, {"port": 0}, "a free port"),
        (BASE, {"port": 8000, "host": "0.0.0.0"}, "on any other machine"),
        ("https://example.org/", {"port": 8000, "host": "0.0.0.0"}, None),
        ("http://localhost/", {"port": 80}, None),
    ],
)
def test_a_server_says_when_its_iris_lead_elsewhere(base: str, given: dict[str, object], said: str | None) -> None:
    warning = unreachable_base(base, Settings.model_validate(given))

    assert warning is None if said is None else warning and said in warning and base in warning


def test_verify_log_and_export_leave_everything_as_it_was(home: Path) -> None:
    (home / "log" / "lock").unlink()
    (home / "tokens.json").unlink()
    (home / "token").unlink()
    shutil.rmtree(home / "derived", ignore_errors=True)
    segment = home / "log" / "segments" / "00000001.rdfp"
    with segment.open("ab") as file:
        file.write(b"H id <urn:uuid:unfinished> .\n")  # what a crash leaves
    before = contents(home)

    for command in ("verify", "log", "export"):
        done = commonplace(command, "--home", home, cwd=home.parent)
        assert (done.exit, done.err) == (0, ""), command
    assert contents(home) == before


def test_a_copy_of_a_log_alone_is_a_library(home: Path) -> None:
    backup = home.parent / "backup"
    shutil.copytree(home / "log", backup / "log")
    (backup / "log" / "base-iri").unlink()

    done = commonplace("verify", "--home", backup, cwd=home.parent, base_iri=BASE)
    assert (done.exit, done.text) == (0, "version 1: no findings\n")
    with pytest.raises(HomeUnusable, match="BASE_IRI"):
        open_home(Settings(home=backup), access="read")


def test_a_home_that_is_read_is_not_made(tmp_path: Path) -> None:
    for access in ("read", "write"):
        with pytest.raises(NoLibrary):
            open_home(settings_for(tmp_path / "home"), access=access)
    assert list(tmp_path.iterdir()) == []
