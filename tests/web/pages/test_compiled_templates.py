"""What Jinja has compiled is kept beside the templates, and never shows what a template or the program was before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from commonplace.web.pages import compiled_templates
from commonplace.web.pages.compiled_templates import CompiledTemplates


@pytest.fixture(autouse=True)
def writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that were compiled."""
    names: list[str] = []
    compiling: Callable[..., Any] = Environment.compile

    def noted(environment: Environment, source: str, name: str, *rest: Any) -> Any:
        names.append(name)
        return compiling(environment, source, name, *rest)

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def page(folder: Path, name: str = "page.html") -> str:
    """Return a page as a process renders it that has rendered none before."""
    environment = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(folder / "kept"), autoescape=True
    )
    environment.filters["said"] = lambda text: f"said: {text}"
    return environment.get_template(name).render(given="a < b")


def test_a_template_is_compiled_once_for_all_processes(tmp_path: Path, compiled: list[str]) -> None:
    (tmp_path / "page.html").write_text("{% include 'part.html' %} {{ given }}")
    (tmp_path / "part.html").write_text("part")
    assert [page(tmp_path) for _ in range(3)] == ["part a &lt; b"] * 3
    assert sorted(compiled) == ["page.html", "part.html"]


def test_a_template_that_was_changed_is_compiled_anew(tmp_path: Path, compiled: list[str]) -> None:
    place = tmp_path / "page.html"
    for text in ("one", "two", "one"):
        place.write_text(text)
        assert page(tmp_path) == text
    assert len(compiled) == 3
    assert len(list((tmp_path / "kept").iterdir())) == 1, "what it was before is not kept"


def test_a_program_that_was_changed_compiles_anew(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("{{ 'always' | said }}")
    assert page(tmp_path) == "said: always"
    monkeypatch.setattr(compiled_templates, "mark_of_code", lambda: "another")
    assert page(tmp_path) == "said: always"
    assert len(compiled) == 2


@pytest.mark.parametrize("seed", range(20))
def test_a_file_that_is_not_as_it_was_written_is_not_read(seed: int, tmp_path: Path, compiled: list[str]) -> None:
    lot = Random(seed)
    (tmp_path / "page.html").write_text("page")
    assert page(tmp_path) == "page"
    (kept,) = (tmp_path / "kept").iterdir()
    code = kept.read_bytes()
    place = lot.randrange(len(code))
    damaged = code[:place] + bytes([code[place] ^ lot.randrange(1, 256)]) + code[place + 1 :]
    kept.write_bytes(lot.choice([damaged, code[:place], code + b"\0"]))
    assert page(tmp_path) == page(tmp_path) == "page"
    assert (len(compiled), kept.read_bytes()) == (2, code), "the file is whole again"


def test_pages_are_shown_where_nothing_can_be_kept(tmp_path: Path, compiled: list[str]) -> None:
    (tmp_path / "page.html").write_text("page")
    (tmp_path / "kept").write_text("no folder")
    assert page(tmp_path) == page(tmp_path) == "page"
    assert len(compiled) == 2


def test_nothing_is_kept_where_python_is_to_write_no_compiled_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "page.html").write_text("page")
    assert page(tmp_path) == "page"
    assert not (tmp_path / "kept").exists()
