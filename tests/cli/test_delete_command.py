"""`commonplace delete`: what it says before, and what it does."""

from __future__ import annotations

from pathlib import Path

from tests.command import Finished, commonplace


def test_delete_says_before_what_would_go(home: Path) -> None:
    def run(*arguments: str) -> Finished:
        return commonplace(*arguments, cwd=home.parent, home=str(home))

    dry = run("delete", "ostrom1996", "--dry-run")
    assert dry.exit == 0
    assert "cannot be deleted so; nothing was changed" in dry.text
    assert "hangs on it: " in dry.text
    assert "(goes with --with-dependents)" in dry.text
    refused = run("delete", "ostrom1996")
    assert refused.exit == 2
    assert "hang on the work 'ostrom1996'" in refused.err
    assert "evidence/professional-role--ostrom1996" in refused.err
    assert len(run("log", "--json").json()) == 1

    done = run("delete", "ostrom1996", "--with-dependents", "--message", "twice there", "--json")
    assert done.exit == 0, done
    assert done.json()["version"] == 2
    (newest, _) = run("log", "--json").json()
    assert (newest["kind"], newest["message"], newest["agent"]) == ("delete", "twice there", "curator")
    assert run("verify").text == "version 2: no findings\n"
    gone = run("delete", "ostrom1996")
    assert (gone.exit, gone.out) == (2, b"")


def test_delete_takes_any_kind_of_thing_by_its_kind_and_key(home: Path) -> None:
    done = commonplace("delete", "evidence/professional-role--ostrom1996", cwd=home.parent, home=str(home))
    assert done.exit == 0, done
    assert "take it back with: commonplace undo 2" in done.text
