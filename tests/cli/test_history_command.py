"""`commonplace history`, `diff` and `revert`."""

from __future__ import annotations

from pathlib import Path

from tests.command import Finished, commonplace


def test_what_changed_of_a_thing_and_the_way_back(home: Path) -> None:
    def run(*arguments: str) -> Finished:
        done = commonplace(*arguments, cwd=home.parent, home=str(home))
        assert done.exit == 0, done.err
        return done

    run("edit", "ostrom1996", "title=One", "--agent", "Ada")
    run("edit", "person/elinor-ostrom", "given=Lin", "--agent", "Ada")
    run("edit", "ostrom1996", "title=Two", "--agent", "Cyd")

    lines = run("history", "ostrom1996").text.splitlines()
    assert lines[0].startswith("     4  ")
    assert lines[0].endswith("edit           Cyd: title changed from “One” to “Two”")
    assert lines[-1].startswith("     1  ")
    assert "created: title “" in lines[-1]
    shown = run("history", "ostrom1996", "--quads").text
    assert '+ <http://127.0.0.1:8000/id/work/ostrom1996> <http://purl.org/dc/terms/title> "Two" .' in shown
    assert "given changed from" in run("history", "person/elinor-ostrom", "--json").json()[0]["words"]

    diff = run("diff", "1").text
    assert "work/ostrom1996: title changed from" in diff
    assert "to “Two”" in diff
    assert "given changed from “Elinor” to “Lin”" in diff
    assert run("diff", "2", "4", "--thing", "ostrom1996").text == (
        "work/ostrom1996: title changed from “One” to “Two”\n"
    )

    done = run("revert", "ostrom1996", "--to", "2", "--agent", "Ada")
    assert done.text == (
        "work ostrom1996: title changed from “Two” to “One”\nversion 5; take it back with: commonplace undo 5\n"
    )
    assert "already" in run("revert", "ostrom1996", "--to", "2", "--agent", "Ada").text
    assert run("verify").text == "version 5: no findings\n"
    assert run("edit", "concept/facilitator", "followed=true", "--json").json()["followed"] is True


def test_what_cannot_be_is_one_line(home: Path) -> None:
    for words in (("revert", "nobody", "--to", "1", "--agent", "Ada"), ("history", "nobody"), ("diff", "1", "9")):
        done = commonplace(*words, cwd=home.parent, home=str(home))
        assert done.exit == 2
        assert len(done.err.splitlines()) == 1
