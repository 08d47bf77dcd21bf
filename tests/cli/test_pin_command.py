"""`commonplace pin`: an answer is kept without a server, and cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Finished, commonplace, complains_in_one_line

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes


def test_an_answer_is_kept_and_cited(home: Path) -> None:
    def run(*arguments: str) -> Finished:
        return commonplace(*arguments, cwd=home.parent, home=str(home))

    kept = run("pin", "/works?discusses=professional-role", "--title", "Who does?", "--note", "for chapter 2")
    assert kept.exit == 0, kept
    assert "version 1: “Who does?”" in kept.text
    assert "take it back with: commonplace undo 2" in kept.text.lower()
    (newest, _) = run("log", "--json").json()
    assert (newest["kind"], newest["message"], newest["agent"]) == ("pin", "Who does?", "curator")
    asked = run("pin", "ASK { ?s ?p ?o }", "--json", "--agent", "someone").json()
    assert (asked["asked_version"], asked["agent"]) == (2, "someone")
    assert asked["asks"].startswith("/sparql?query=ASK")
    assert run("verify").text == "version 3: no findings\n"

    refused = run("pin", "/works?discusses=nothing")
    assert (refused.exit, refused.out) == (2, b"")
    assert complains_in_one_line(refused)
    assert len(run("log", "--json").json()) == 3


def test_no_library_is_made(tmp_path: Path) -> None:
    refused = commonplace("pin", "/works", cwd=tmp_path, home=str(tmp_path / "nowhere"))
    assert refused.exit == 2
    assert "no library at" in refused.err
    assert not (tmp_path / "nowhere").exists()
