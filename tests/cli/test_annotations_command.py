"""`commonplace export --to annotations` and `commonplace import` of such a file: evidence out and in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commonplace.cli.commands import cli
from tests.command import commonplace


def run(home: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [*arguments, "--home", str(home)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize(("form", "name"), [("annotations", "items"), ("hypothesis", "rows")])
def test_what_is_exported_is_known_when_it_is_imported(home: Path, tmp_path: Path, form: str, name: str) -> None:
    written = json.loads(run(home, "export", "--to", form))
    assert len(written[name]) > 100
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(written))
    told = json.loads(run(home, "import", str(file), "--json"))
    assert told["fates"] == {"new": 0, "matched": len(written[name]), "failed": 0}
    assert "version" not in told
    first = {item["evidence"] for item in told["items"]}
    assert len(first) == len(written[name])


def test_new_annotations_are_one_version_that_is_undone(home: Path, tmp_path: Path) -> None:
    annotation = {
        "type": "Annotation",
        "body": "concept:facilitator",
        "target": "https://doi.org/10.1016/0305-750X(96)00023-X",
    }
    unknown = {**annotation, "target": "https://nowhere.example/"}
    file = tmp_path / "notes.jsonld"
    file.write_text(json.dumps({"type": "AnnotationPage", "items": [annotation, unknown]}))
    tried = run(home, "import", str(file), "--dry-run", code=1)
    assert tried.startswith("notes.jsonld: 2 annotations: 1 new, 0 matched, 1 failed\n  annotation 2: target: ")
    assert "version" not in tried
    made = run(home, "import", str(file), code=1)
    assert "version 2; take it back with: commonplace undo 2" in made
    (newest, _) = json.loads(run(home, "log", "--json"))
    assert (newest["kind"], newest["message"]) == ("annotations", "annotations of notes.jsonld")
    run(home, "undo", "2")


@pytest.mark.parametrize("text", ['{"rows": [', '{"rows": []}'])
def test_a_file_that_has_none_is_told_in_one_line(home: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.json").write_text(text)
    told = commonplace("import", "broken.json", cwd=tmp_path, home=str(home))
    assert told.exit == 2
    assert told.err.startswith("commonplace: ")
