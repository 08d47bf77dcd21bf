"""`commonplace bulk`: a class of works is changed from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import commonplace, complains_in_one_line


def test_a_class_of_works_is_previewed_and_changed(home: Path, tmp_path: Path) -> None:
    asked = tmp_path / "change.json"
    asked.write_text(json.dumps({"select": {"type": "book"}, "change": {"set": {"note": "on the shelf"}}}))

    preview = commonplace("bulk", asked, "--dry-run", cwd=home.parent, home=str(home))
    done = commonplace("bulk", asked, "--message", "shelves", cwd=home.parent, home=str(home))

    assert (preview.exit, done.exit) == (0, 0), preview.err + done.err
    assert '→ "on the shelf"' in preview.text
    assert "take it back with: commonplace undo 2" not in preview.text
    assert done.text.splitlines()[-1] == "version 2; take it back with: commonplace undo 2"
    assert commonplace("undo", "2", cwd=home.parent, home=str(home)).exit == 0


def test_what_cannot_be_understood_is_one_line(home: Path, tmp_path: Path) -> None:
    asked = tmp_path / "change.json"
    for text, said in (("{", "is not JSON"), ('{"select": {}}', "does not say what to change"), ("[]", "does not say")):
        asked.write_text(text)
        refused = commonplace("bulk", asked, cwd=home.parent, home=str(home))
        assert refused.exit == 2
        assert said in refused.err
        assert complains_in_one_line(refused)
