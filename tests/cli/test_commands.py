"""The command line, as processes: what it prints, how it ends, and that a server on the same home follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from typer.testing import CliRunner

from commonplace.cli.commands import cli
from commonplace.home.opening import open_home
from tests.command import Finished, commonplace, complains_in_one_line, run_anew
from tests.conftest import BASE, serving, settings_for

COMMANDS = (
    "serve",
    "import",
    "doi",
    "export",
    "convert",
    "log",
    "undo",
    "edit",
    "delete",
    "token",
    "rebuild",
    "verify",
)
BOOK = "@book{able2001, title={A book}, author={Able, Ann}, year={2001}}\n"


def run(home: Path, *arguments: str | Path) -> Finished:
    """A command on that home."""
    return commonplace(*arguments, cwd=home.parent, home=str(home))


@pytest.fixture
def book(home: Path) -> Path:
    """A file to import, beside the home."""
    path = home.parent / "book.bib"
    path.write_text(BOOK)
    return path


def test_help_names_every_command_and_each_has_its_own() -> None:
    told = CliRunner().invoke(cli, ["--help"])
    assert told.exit_code == 0
    for name in COMMANDS:
        assert name in told.output
        own = CliRunner().invoke(cli, [name, "--help"])
        assert own.exit_code == 0
        assert "Usage:" in own.output


def test_asking_for_the_version_makes_no_home(tmp_path: Path) -> None:
    assert commonplace("--version", cwd=tmp_path).text.count(".") == 2
    assert list(tmp_path.iterdir()) == []


def test_a_command_does_in_an_interpreter_of_its_own_what_it_does_in_a_preloaded_one(home: Path, book: Path) -> None:
    """Which is what holds for all other tests of commands that use the latter."""
    for arguments in (["verify"], ["export", "--format", "ris"], ["import", str(book), "--dry-run"], ["undo", "7"]):
        anew = run_anew(*arguments, cwd=home.parent, home=str(home))
        assert anew == run(home, *arguments), arguments
    assert anew.exit == 2
    assert complains_in_one_line(anew)


def test_a_server_on_the_same_home_follows_every_command(home: Path, book: Path) -> None:
    with serving(open_home(settings_for(home))) as client:
        assert client.get("/works").headers["etag"] == '"1;json"'
        done = run(home, "import", book, "--json")
        assert done.exit == 0
        assert done.json()["fates"]["new"] == 1
        assert client.get("/works/able2001").headers["etag"] == '"2;json"'
        assert client.get("/search", params={"q": "Able"}).json()["total"] >= 1
        assert client.get("/imports/2").json() == done.json()
        assert client.get("/works").json()["total"] == 36
        assert client.get("/works?at=1").json()["total"] == 35
        undone = run(home, "undo", "2", "--message", "a mistake", "--json")
        assert undone.json() == {"undone": 2, "version": 3, "kept": []}
        assert client.get("/works/able2001").status_code in (404, 410)
        assert client.get("/search", params={"q": "able2001"}).json()["total"] == 0
        assert client.get("/changes/3").json()["undoes"] == 2
        exported = run(home, "export", "--at", "2")
        assert exported.out == client.get("/export?at=2").content
        assert b"able2001" in exported.out
        assert b"able2001" not in run(home, "export").out


def test_import_tells_people_and_a_dry_run_changes_nothing(home: Path, book: Path) -> None:
    dry = run(home, "import", "--dry-run", book)
    assert dry.exit == 0
    assert "1 new" in dry.text
    assert "nothing was changed" in dry.text
    assert len(run(home, "log", "--json").json()) == 1
    wet = run(home, "import", "--agent", "ann", book)
    assert "commonplace undo 2" in wet.text
    (newest, _) = run(home, "log", "--json").json()
    assert (newest["agent"], newest["kind"], newest["version"]) == ("ann", "import", 2)


def test_export_writes_the_bytes_that_the_server_exports(home: Path) -> None:
    with serving(open_home(settings_for(home))) as client:
        for format in ("bibtex", "csl-json", "nquads"):
            done = run(home, "export", "--format", format)
            assert (done.exit, done.err) == (0, "")
            served = client.get("/export", params={"format": format}).content
            assert sorted(done.out.splitlines()) == sorted(served.splitlines())
            if format == "bibtex":
                assert len(parse_string(done.text).entries) == 35


def test_log_of_everything_and_of_one_thing(home: Path, book: Path) -> None:
    run(home, "import", book)
    assert [change["version"] for change in run(home, "log", "--json").json()] == [2, 1]
    assert len(run(home, "log").text.splitlines()) == 2
    for thing in ("able2001", f"{BASE}id/work/able2001", f"{BASE}id/person/ann-able"):
        assert [change["version"] for change in run(home, "log", thing, "--json").json()] == [2], thing
    assert [change["version"] for change in run(home, "log", "ostrom1996", "--json").json()] == [1]


def test_undo_names_the_things_that_later_versions_keep(home: Path, book: Path) -> None:
    run(home, "import", book)
    book.write_text(BOOK.replace("year={2001}", "year={2001}, publisher={Some Press}"))
    assert run(home, "import", book, "--json").json()["fates"]["updated"] == 1
    undone = run(home, "undo", "2", "--json").json()
    assert undone["undone"] == 2
    assert undone["kept"]
    for kept in undone["kept"]:
        assert kept["why"]
        assert kept["thing"].startswith(BASE)
    assert any(3 in kept["versions"] for kept in undone["kept"])
    told = run(home, "undo", "2")
    assert told.exit == 0
    assert "left: " in told.text


def test_rebuild_and_verify_agree_with_the_log(home: Path) -> None:
    before = run(home, "export", "--format", "nquads").out
    rebuilt = run(home, "rebuild")
    assert rebuilt.exit == 0
    assert "made again from the log" in rebuilt.text
    assert run(home, "export", "--format", "nquads").out == before
    verified = run(home, "verify")
    assert verified.exit == 0
    assert "no findings" in verified.text


def test_verify_ends_with_1_on_damage(home: Path, book: Path) -> None:
    run(home, "import", book)  # what is damaged is not the end of the log, which may be an unfinished write
    (holding,) = (
        p for p in (home / "log").rglob("*") if p.is_file() and b"Crossing the Great Divide" in p.read_bytes()
    )
    holding.write_bytes(holding.read_bytes().replace(b"Crossing the Great Divide", b"Crossing the Small Divide"))
    done = run(home, "verify")
    assert done.exit == 1, done
    assert done.text.splitlines()[-1].endswith("findings")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "missing.bib"),
        ("import", "."),
        ("log", "no-such-work"),
        ("undo", "99"),
        ("export", "--at", "99"),
    ],
)
def test_errors_are_one_readable_line_and_exit_2(home: Path, arguments: tuple[str, ...]) -> None:
    done = run(home, *arguments)
    assert done.exit == 2
    assert done.out == b""
    assert complains_in_one_line(done), done.err


@pytest.mark.parametrize("arguments", [("nonsense",), ("export", "--format", "docx"), ("undo", "0")])
def test_wrong_usage_is_exit_2_with_a_hint(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = commonplace(*arguments, cwd=tmp_path)
    assert done.exit == 2
    assert "Usage:" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "eighty"), ("base_iri", "not an address"), ("reference_set", "/no/such/folder"), ("import_bytes", "0")],
)
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    command = "serve" if name == "port" else "log"
    done = commonplace(command, cwd=tmp_path, home=str(tmp_path / "home"), **{name: value})
    assert done.exit == 2
    assert complains_in_one_line(done), done.err
    assert f"COMMONPLACE_{name.upper()}" in done.err


@pytest.mark.parametrize("command", ["serve", "verify"])
def test_a_home_that_cannot_be_used_is_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = commonplace(command, cwd=tmp_path, home=str(tmp_path / "file" / "home"))
    assert done.exit == 2
    assert complains_in_one_line(done), done.err


def test_a_home_made_for_another_base_is_refused_with_the_remedy(home: Path) -> None:
    done = commonplace("log", cwd=home.parent, home=str(home), base_iri="http://example.org/")
    assert done.exit == 2
    assert complains_in_one_line(done)
    assert f"COMMONPLACE_BASE_IRI={BASE}" in done.err


def test_the_home_option_beats_the_environment(home: Path) -> None:
    done = commonplace("log", "--home", home, "--json", cwd=home.parent, home="/no/such")
    assert done.exit == 0
    assert len(done.json()) == 1


def test_a_setting_may_stand_in_a_dotenv_file(home: Path) -> None:
    (home.parent / ".env").write_text(f"COMMONPLACE_HOME={home}\n")
    assert len(commonplace("log", "--json", cwd=home.parent).json()) == 1
