"""`commonplace merge` and `commonplace unmerge`: what they say before, and what they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Finished, commonplace

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes


def test_two_works_are_merged_and_taken_apart_after_an_edit(home: Path) -> None:
    def run(*arguments: str) -> Finished:
        return commonplace(*arguments, cwd=home.parent, home=str(home))

    entry = "@article{again, author={Ostrom, E.}, title={Crossing the great divide}, year=1996, pages={1073}}"
    (home.parent / "again.bib").write_text(entry)
    assert run("import", "again.bib").exit == 0
    before = run("export", "--format", "nquads").out

    dry = run("merge", "ostrom1996", "again", "--dry-run", "--field", "title=right")
    assert dry.exit == 0, dry
    assert "work again into ostrom1996: would be merged; nothing was changed" in dry.text
    assert "  title: Crossing the great divide (it was chosen); alternative: Crossing the Great Divide:" in dry.text
    assert "  page: 1073-1087 (it says more); set aside: 1073\n" in dry.text
    assert run("export", "--format", "nquads").out == before

    done = run("merge", "ostrom1996", "again", "--message", "one paper")
    assert "merged by version 3; take it back with: commonplace unmerge again" in done.text
    assert run("log", "--json").json()[0]["kind"] == "merge"
    assert run("edit", "ostrom1996", "page=1073-1088", "note=seen").exit == 0
    told = run("unmerge", "again", "--dry-run")
    assert "  note: - -> seen: to ostrom1996 (it was written on the survivor after the merge); nobody can" in told.text
    apart = run("unmerge", "again", "--assign", "note=right", "--json")
    assert apart.exit == 0, apart
    assert {edit["name"]: edit["to"] for edit in apart.json()["edits"]} == {"note": "right", "page": "left"}
    assert run("verify").text == "version 5: no findings\n"
    assert run("undo", "5").exit == 0


def test_a_merge_of_two_kinds_or_sides_that_are_none_is_refused(home: Path) -> None:
    wrong = commonplace("merge", "ostrom1996", "person/elinor-ostrom", cwd=home.parent, home=str(home))
    assert (wrong.exit, wrong.out) == (2, b"")
    assert "is no work" in wrong.err
    side = commonplace("merge", "ostrom1996", "bovaird2007", "--field", "title=up", cwd=home.parent, home=str(home))
    assert "chooses nothing" in side.err
