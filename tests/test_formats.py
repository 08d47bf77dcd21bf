"""The table of formats holds together, and the command line and HTTP offer what its rows say."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from commonplace.exporters.formats import EXPORT_FORMATS
from commonplace.importers.formats import IMPORT_FORMATS, guess_format
from commonplace.model.formats import CONVERTED, EXPORTED, FORMATS, READ, Format
from tests.command import commonplace
from tests.conftest import ROOT

READERS = ROOT / "app" / "commonplace" / "importers"
WRITERS = ROOT / "app" / "commonplace" / "exporters"

each_format = pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)


def functions(module: Path) -> set[str]:
    """Return the names that a module defines or takes from others."""
    tree = ast.parse((module / "__init__.py" if module.is_dir() else module.with_suffix(".py")).read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return defined | {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}


@each_format
def test_a_format_that_is_read_has_its_reader(row: Format) -> None:
    assert (row.name in IMPORT_FORMATS) == row.read
    if row.read:
        assert f"read_{row.module}" in functions(READERS / row.module)
        assert callable(IMPORT_FORMATS[row.name].read)


@each_format
def test_a_format_of_records_that_is_written_has_its_writer(row: Format) -> None:
    assert (row.name in EXPORT_FORMATS) == (row.written and row.rdf is None)
    if row.name in EXPORT_FORMATS:
        assert "write" in functions(WRITERS / row.module)


def test_every_writer_has_a_row() -> None:
    writers = {path.stem for path in WRITERS.glob("*.py") if "write" in functions(path)}
    assert writers == {format.format.module for format in EXPORT_FORMATS.values()}


@pytest.mark.parametrize("names", ["extensions", "media_types"])
def test_a_name_leads_to_one_format(names: str) -> None:
    counted = Counter(name for row in FORMATS.values() if not row.for_tool for name in getattr(row, names))
    assert counted.most_common(1)[0][1] == 1, counted.most_common(3)
    suffixes = Counter(row.suffix for row in FORMATS.values() if row.written)
    assert suffixes.most_common(1)[0][1] == 1, suffixes.most_common(3)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"@book{a, title = {TY  - is a tag}}", "bibtex"),
        (b"TY  - BOOK\nN1  - @book{a, title = {b}}\nER  - \n", "ris"),
        (b'[{"id": "a", "abstract": "@book{a, TY  - "}]', "csl-json"),
        (b"PMID- 1\nAB  - as in\nTY  - BOOK\n", "nbib"),
        (b"<xml><records><record><title>@book{a,</title></record></records></xml>", "endnote-xml"),
        (b"<mods:modsCollection><mods:mods><note>a <record> of</note></mods:mods></mods:modsCollection>", "mods"),
    ],
)
def test_a_file_is_of_the_strictest_format_whose_mark_fits(content: bytes, name: str) -> None:
    found = guess_format("download", content)
    assert found is not None
    assert found.name == name


def test_the_command_line_offers_the_formats_of_the_table(tmp_path: Path) -> None:
    for command, option, names in (
        ("import", "--format", READ),
        ("convert", "--from", READ),
        ("convert", "--to", CONVERTED),
        ("export", "--format", EXPORTED),
    ):
        refused = commonplace(command, option, "papyrus", *([] if command == "export" else ["a.bib"]), cwd=tmp_path)
        assert refused.exit == 2
        listed = refused.err.partition("is not one of")[2]
        assert re.findall(r"'([\w-]+)'", listed) == [*names]


@each_format
def test_http_answers_in_each_format_that_is_written(client: httpx.Client, row: Format) -> None:
    exported = client.get("/export", params={"format": row.name, "year": "1996"})
    assert exported.status_code == (200 if row.written else 400)
    if not row.written:
        return
    assert exported.headers["content-type"].partition(";")[0] == row.media_type
    if row.name in CONVERTED:
        by_suffix = client.get(f"/works/ostrom1996{row.suffix}")
        assert by_suffix.headers["content-type"].partition(";")[0] == row.media_type
        for media_type in row.media_types:
            by_accept = client.get("/works/ostrom1996", headers={"Accept": media_type})
            assert by_accept.content == by_suffix.content


def test_the_description_of_the_api_has_the_formats_of_the_table(client: httpx.Client) -> None:
    parameters = client.get("/openapi.json").json()["paths"]["/export"]["get"]["parameters"]
    (format,) = [parameter for parameter in parameters if parameter["name"] == "format"]
    assert format["schema"]["enum"] == [*EXPORTED]
