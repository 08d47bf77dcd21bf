"""Pages made from the program are current, and what they say of it is so."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from commonplace.cli.commands import cli
from commonplace.cli.settings_reference import configuration_page
from commonplace.library.named_queries import NamedQuery, load_queries
from commonplace.model.formats import CONVERTED, FORMATS, Format
from commonplace.settings import QUERIES, Settings
from commonplace.web.http.problems import BY_STATUS, GONE, INTERNAL, KINDS, ProblemKind
from tests.conftest import BASE
from tests.pages import PAGES, Block, anchors, blocks, code_spans, command_lines, curl_lines, links, name_of

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(page.read_text() for page in PAGES if page.parent.name == "docs")
FOLDERS = ("app/", "benchmarks/", "data/", "docs/", "ontology/", "queries/", "tests/")

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a `.env`, and an environment without our settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COMMONPLACE_{name.upper()}", raising=False)


def test_the_configuration_page_is_current() -> None:
    written = (ROOT / "docs" / "configuration.md").read_text()
    assert written == configuration_page(), "docs/configuration.md is stale: run `make reference`"


def test_every_setting_is_described() -> None:
    bare = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not bare


def test_the_page_names_no_place_on_this_machine() -> None:
    assert str(ROOT) not in configuration_page()


def test_settings_come_from_the_environment_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("COMMONPLACE_PORT=8100\nCOMMONPLACE_IMPORT_BYTES=7\nOTHER=1\n")
    monkeypatch.setenv("COMMONPLACE_PORT", "8200")
    monkeypatch.setenv("COMMONPLACE_HOST", "")
    settings = Settings()
    assert (settings.port, settings.import_bytes, settings.host) == (8200, 7, "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://example.org/library", "https://example.org/library/"), ("http://[::1]:8000/", "http://[::1]:8000/")],
)
def test_the_base_iri_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    monkeypatch.setenv("COMMONPLACE_BASE_IRI", given)
    assert Settings().base_iri == kept


def test_the_reference_set_is_shipped_or_none_or_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().reference_set == ROOT / "data"
    for given, kept in (("none", None), (str(tmp_path), tmp_path)):
        monkeypatch.setenv("COMMONPLACE_REFERENCE_SET", given)
        assert Settings().reference_set == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_IRI", "example.org"),
        ("BASE_IRI", "https://example.org/?q"),
        ("BASE_IRI", "https://example.org/a b"),
        ("REFERENCE_SET", "/no/such/folder"),
        ("PORT", "70000"),
        ("GRAPH", "cloud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COMMONPLACE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@each_page
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, fragment = target.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{name_of(page)} links to {target}, which does not exist"
        if fragment:
            assert fragment in anchors(linked), f"{name_of(page)} links to {target}: no heading there has that name"


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    for span in code_spans(page):
        if span.startswith(FOLDERS) and " " not in span:
            assert list(ROOT.glob(span.rstrip("/"))), f"{name_of(page)} names {span}, which does not exist"


def test_names_that_recipes_place_in_a_file_are_in_it() -> None:
    """Such as "a row of `COLLECTIONS` in [things.py](../app/…/things.py)"."""
    recipes = (ROOT / "docs" / "extending.md").read_text()
    placed = re.findall(r"`(\w+)(?:\(\))?`(?: there)? (?:in|of)\s+\[[^]]+\]\(\.\./([^)#]+)\)", recipes)
    assert len(placed) > 15
    for name, path in placed:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), f"{path} has no {name}"


def test_each_piece_of_speed_names_files_and_switches_that_exist() -> None:
    code = {path: path.read_text() for path in (ROOT / "app").rglob("*.py")}
    names = {path.relative_to(ROOT / "app" / "commonplace").as_posix() for path in code} | {path.name for path in code}
    settings = {f"COMMONPLACE_{name.upper()}" for name in Settings.model_fields}
    spans = code_spans(ROOT / "docs" / "performance.md")
    constants = {part for span in spans for part in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", span)} - settings
    files = {span for span in spans if re.fullmatch(r"[a-z_/]+\.py", span)}
    assert {file for file in files if not file.startswith(FOLDERS)} <= names
    assert {name for name in constants if not any(f"{name} = " in text for text in code.values())} == set()
    private = {part for span in spans for part in re.findall(r"(?<![A-Za-z])_[a-z_]+", span)}
    assert {name for name in private if not any(name in text for text in code.values())} == set()


def test_each_piece_of_speed_has_one_line_in_the_table() -> None:
    text = (ROOT / "docs" / "performance.md").read_text()
    pieces = [part.partition("\n")[0] for part in text.split("\n## ")[1:] if "- **Switch:**" in part]
    rows = re.findall(r"^\| \[([^]]*)\]\(#[^)]*\) \| [\d,]+ in ", text, re.MULTILINE)
    assert sorted(rows) == sorted(piece[0].lower() + piece[1:] for piece in pieces)


def shown_commands(page: Path, program: str) -> Iterator[tuple[str, list[str]]]:
    """The uses of a program on a page, in shell blocks and in the prose, as words after its name."""
    for where, words, _ in command_lines(page):
        starts = [n for n, word in enumerate(words) if word.rpartition("/")[2] == program]
        if starts and (starts[0] == 0 or words[:2] == ["docker", "run"]):
            yield where, words[starts[-1] + 1 :]
    for span in code_spans(page):
        if span.startswith(f"{program} "):
            yield name_of(page), span.split()[1:]


@cache
def help_of(*command: str) -> str:
    """What `--help` of that command says."""
    result = CliRunner().invoke(cli, [*command, "--help"], env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"})
    assert result.exit_code == 0, f"there is no command {' '.join(command)}"
    return result.output


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def test_the_commands_are_found_in_the_help() -> None:
    assert command_names() >= {"serve", "import", "verify"}
    assert "--dry-run" in options_in(help_of("import"))


def command_names() -> set[str]:
    section = help_of().partition("Commands")[2]
    return set(re.findall(r"^[\s│|]*([a-z]+) {2,}\S", section, re.MULTILINE))


@each_page
def test_commands_that_are_shown_exist(page: Path) -> None:
    for where, words in shown_commands(page, "commonplace"):
        parts = 2 if words and words[0] in {group.name for group in cli.registered_groups} else 1
        name = [word for word in words[:parts] if not word.startswith("-")]
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        unknown = given - options_in(help_of(*name))
        assert not unknown, f"{where}: commonplace {' '.join(name)} has no option {', '.join(sorted(unknown))}"


@each_page
def test_make_targets_that_are_shown_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for where, words in shown_commands(page, "make"):
        for word in words:
            assert "=" in word or word in targets, f"{where}: the Makefile has no target {word}"


@each_page
def test_addresses_that_are_shown_answer(page: Path, client: httpx.Client) -> None:
    for line in curl_lines(page):
        assert line.url.startswith(BASE), f"{line.where}: {line.url} is not on the default address"
        url = httpx.URL("/" + line.url.removeprefix(BASE)).copy_merge_params(line.parameters)
        response = client.request(
            line.method, url, headers=line.headers, content=line.body, follow_redirects=line.follow
        )
        assert response.status_code == line.status, f"{line.where}: {line.url}: {response.text[:300]}"


PROGRAMS = [pair for page in PAGES for pair in zip(blocks(page), blocks(page)[1:], strict=False)]
PROGRAMS = [(program, output) for program, output in PROGRAMS if program.language == "python"]


@pytest.mark.parametrize(("program", "output"), PROGRAMS, ids=[program.where for program, _ in PROGRAMS])
def test_programs_that_are_shown_print_what_stands_below_them(
    program: Block, output: Block, client: httpx.Client
) -> None:
    address = f'base_url="{str(client.base_url).rstrip("/")}"'
    text = program.text.replace(f'base_url="{BASE.rstrip("/")}"', address)
    assert text != program.text, f"{program.where} does not begin at {BASE}"
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, f"{program.where}: {run.stderr}"
    assert output.language == "text", f"{program.where}: show what it prints in a text block below"
    printed, position = run.stdout.splitlines(), 0
    for line in output.text.splitlines():
        if line != "…":
            assert line in printed[position:], f"{output.where}: {line!r} is not printed (there):\n{run.stdout}"
            position = printed.index(line, position) + 1


def test_there_are_programs_to_run() -> None:
    assert any(program.page == "README.md" for program, _ in PROGRAMS)


def row_of(query: NamedQuery) -> str:
    """The row of a named query in the table of docs/api.md."""

    def shown(name: str, type: str, required: bool, default: str | None) -> str:
        left_out = "" if required else f"; `{default}` when left out" if default else "; may be left out"
        return f"`{name}` ({type}{left_out})"

    parameters = ", ".join(shown(p.name, p.type, p.required, p.default) for p in query.parameters)
    path = query.path.relative_to(ROOT).as_posix()
    return f"| [`{query.name}`](../{path}) | {query.question} | {parameters + ' ' if parameters else ''}|"


@pytest.mark.parametrize("query", load_queries(QUERIES).values(), ids=lambda query: query.name)
def test_every_named_query_is_documented(query: NamedQuery) -> None:
    assert row_of(query) in DOCS, f"docs/api.md lacks the row of {query.name}:\n{row_of(query)}"


def row_of_format(format: Format) -> str:
    """Return the row of a format in the table of docs/api.md."""
    extensions = ", ".join(f"`{extension}`" for extension in format.extensions)
    media_types = ", ".join(f"`{media_type}`" for media_type in format.media_types)
    imported = "yes" if format.read else ""
    written = f"`/export`, `convert`, `{format.suffix}`" if format.name in CONVERTED else "`/export`"
    cells = (f"`{format.name}`", format.label, extensions, media_types, imported, written if format.written else "")
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_every_format_is_documented(format: Format) -> None:
    row = row_of_format(format)
    assert row in DOCS, f"docs/api.md lacks the row of {format.name}:\n{row}"


def test_every_setting_is_documented() -> None:
    missing = [name for name in Settings.model_fields if f"`COMMONPLACE_{name.upper()}`" not in DOCS]
    assert not missing, f"docs/configuration.md lacks {missing}: run `make reference`"


@pytest.mark.parametrize("name", sorted(command_names()))
def test_every_command_is_documented_with_its_options(name: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    row = next((line for line in page.splitlines() if line.startswith(f"| `commonplace {name}`")), "")
    assert row, f"docs/operations.md lacks a row for `commonplace {name}`"
    missing = {f"`{option}`" for option in options_in(help_of(name)) - {"--help"}} - set(re.findall("`[^`]+`", row))
    assert not missing, f"the row of `commonplace {name}` in docs/operations.md lacks {sorted(missing)}"


@pytest.mark.parametrize(
    "kind",
    {kind.slug: kind for kind in (*KINDS.values(), *BY_STATUS.values(), GONE, INTERNAL)}.values(),
    ids=lambda kind: kind.slug,
)
def test_every_kind_of_problem_is_documented(kind: ProblemKind, client: httpx.Client) -> None:
    row = f"| `{kind.slug}` | {kind.status} | {kind.title} |"
    assert row in DOCS, f"docs/api.md lacks the row of the problem {kind.slug}: {row} …"
    assert client.get(f"/docs/problems/{kind.slug}").status_code == 200


def test_every_address_is_documented(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    spans = set(re.findall(r"`(/[^`]*)`", DOCS))
    missing = [path for path in paths if path not in spans and not path.startswith("/queries/")]
    assert not missing, f"docs/api.md lacks {missing}"


def test_every_part_of_the_program_is_in_the_drawing_of_layers() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    parts = [
        path
        for path in (ROOT / "app" / "commonplace").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    names = [f"`{path.name}{'/' if path.is_dir() else ''}`" for path in parts if not path.name.startswith("__")]
    missing = [name for name in names if name not in page]
    assert not missing, f"docs/architecture.md lacks {missing}"


def test_licences_are_named_alike_everywhere() -> None:
    code = [(ROOT / name).read_text() for name in ("pyproject.toml", "README.md", "docs/reference-set.md")]
    data = [
        (ROOT / name).read_text() for name in ("data/LICENSE", "README.md", "CHANGELOG.md", "docs/reference-set.md")
    ]
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert all("Apache-2.0" in text for text in code)
    assert all("CC0-1.0" in text for text in data)
    assert "<https://creativecommons.org/publicdomain/zero/1.0/>" in (ROOT / "ontology" / "commonplace.ttl").read_text()
