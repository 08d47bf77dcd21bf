"""`commonplace duplicates`: the list with its reasons, and decisions, on a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.command import Finished, commonplace

TEXT = """@article{jones2001, author={Jones, Ann}, title={Neighbourhood services and their users}, year=2001}
@article{jones2002, author={Jones, Ann}, title={Neighborhood services and their users}, journal={B}, year=2001}
"""


def run(home: Path, *arguments: str) -> Finished:
    return commonplace(*arguments, cwd=home.parent, home=str(home), reference_set="none")


def test_duplicates_are_listed_and_decided_on(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(TEXT)
    home = tmp_path / "home"
    assert run(home, "import", "a.bib").exit == 0
    first = run(home, "duplicates", "list").text.splitlines()
    assert first[0].startswith("jones2001 and jones2002: ")
    assert "titles that are 99 % alike; people of the same name: Ann Jones; the same year, 2001" in first[0]
    assert first[1] == "1 pair"
    refused = run(home, "duplicates", "decide", "jones2001", "jones2002", "different")
    assert (refused.exit, "give the reason" in refused.err) == (2, True)
    reason = ("--reason", "One is the report.", "--agent", "Ada")
    done = run(home, "duplicates", "decide", "jones2002", "jones2001", "different", *reason)
    said = "jones2001 and jones2002: different: version 2; take it back with: commonplace undo 2"
    assert done.text.splitlines() == [said]
    assert run(home, "duplicates", "list").text.splitlines() == ["0 pairs"]
    kept = run(home, "duplicates", "list", "--decision", "different").text.splitlines()
    assert kept[1:] == ["  decided by Ada: different: One is the report.", "1 pair"]
    (item,) = run(home, "duplicates", "list", "--decision", "any", "--json").json()
    assert item["decision"]["judgement"] == "different"
    assert run(home, "undo", "2").exit == 0
    assert run(home, "duplicates", "list").text.splitlines() == first
