"""`commonplace decisions`: a preview, a version with its receipt, and what cannot be matched by file and line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.command import commonplace

TABLE = "key,included\nostrom1996,1\nno-such-work,1\n"


def test_decisions_are_previewed_kept_and_taken_back(reference_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(reference_home, home)
    (tmp_path / "kept.csv").write_text(TABLE)
    named = ("decisions", "kept.csv", "--concept", "facilitator", "--home", str(home))
    preview = commonplace(*named, "--tool", "asreview", "--dry-run", cwd=tmp_path)
    assert preview.exit == 1
    assert "kept.csv (ASReview): 2 decisions: 1 new, 0 matched, 0 conflict, 0 undecided, 1 failed" in preview.text
    assert "kept.csv:3: no-such-work: failed: no work here has its key or DOI" in preview.text
    kept = commonplace(*named, "--stage", "title-abstract", "--json", cwd=tmp_path)
    receipt = json.loads(kept.out)
    assert receipt["fates"]["new"] == 1
    assert len(receipt["items"][0]["made"]) == 2
    log = commonplace("log", "--home", str(home), cwd=tmp_path).text.splitlines()
    assert "decisions" in log[0]
    assert "1 of 2 decisions of ASReview" in log[0]
    undone = commonplace("undo", str(receipt["version"]), "--home", str(home), cwd=tmp_path)
    assert undone.exit == 0, undone.err
    again = commonplace(*named, "--dry-run", cwd=tmp_path)
    assert "1 new" in again.text


def test_a_file_that_is_not_there_is_one_line(reference_home: Path, tmp_path: Path) -> None:
    named = ("--concept", "facilitator", "--dry-run", "--home", str(reference_home))
    refused = commonplace("decisions", "gone.csv", *named, cwd=tmp_path)
    assert refused.exit == 2
    assert len(refused.err.strip().splitlines()) == 1
    assert "gone.csv" in refused.err
