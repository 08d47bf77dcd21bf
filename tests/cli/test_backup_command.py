"""`commonplace backup` and `restore`: whole while others write, only what is new, and nothing damaged unsaid."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from commonplace.exchange.edits import Editor, Edits
from commonplace.home.opening import open_home
from commonplace.model.change import Version
from tests.command import Finished, commonplace
from tests.conftest import BASE, serving, settings_for

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes


def run(home: Path, *arguments: str) -> Finished:
    return commonplace(*arguments, cwd=home.parent, home=str(home))


def quads(home: Path, version: int) -> bytes:
    """Return the N-Quads of a version."""
    library = open_home(settings_for(home), access="read").library
    return library.read(lambda snapshot: snapshot.dump(RdfFormat.N_QUADS), Version(version))


def edit_many(home: Path, done: threading.Event, least: int) -> None:
    """Write one version after another from a library of its own, until told to stop, and at least that many."""
    opened = open_home(settings_for(home))
    edits = Edits(opened.library, opened.committer)
    number = 0
    while number < least or not done.is_set():
        number += 1
        edits.patch("work", "ostrom1996", {"note": f"note {number}"}, Editor("Ada"))


def test_a_backup_taken_under_writes_is_restored_whole(home: Path) -> None:
    (home.parent / "a.bib").write_text("@book{larsen1999, title={Tides of the lagoon}, year=1999}")
    assert run(home, "import", "a.bib").exit == 0
    done = threading.Event()
    writer = threading.Thread(target=edit_many, args=(home, done, 10))
    writer.start()
    first, *later = [run(home, "backup", "kept", "--json").json() for _ in range(2)]
    done.set()
    writer.join()

    assert first["versions"] == first["version"] >= 2
    for before, after in zip([first, *later], later, strict=False):
        assert after["versions"] == after["version"] - before["version"], "only what is new is copied"
        assert after["files"] == 0
    restored = home.parent / "again"
    back = run(restored, "restore", str(home.parent / "kept"))
    assert back.exit == 0, back
    assert f"has version {later[-1]['version']}, checked" in back.text
    assert run(restored, "verify").text == f"version {later[-1]['version']}: no findings\n"
    for version in (1, 2, later[-1]["version"]):
        assert sorted(quads(restored, version).splitlines()) == sorted(quads(home, version).splitlines())
    assert (restored / "log" / "base-iri").read_text() == f"{BASE}\n"


def test_tokens_are_kept_as_hashes_and_the_restored_home_takes_writes(home: Path) -> None:
    secret = (home / "token").read_text().strip()
    assert run(home, "backup", "kept").exit == 0
    kept = home.parent / "kept"
    assert sorted(path.name for path in kept.iterdir()) == ["backup.json", "log", "tokens.json"]
    assert secret not in "".join(path.read_text() for path in kept.rglob("*.json"))
    assert (kept / "tokens.json").stat().st_mode & 0o777 == 0o600
    restored = home.parent / "again"
    assert run(restored, "restore", str(kept)).exit == 0
    with serving(open_home(settings_for(restored))) as client:
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.patch("/works/ostrom1996", json={"note": "here"}, headers=headers).status_code == 200


def test_what_is_damaged_is_found_and_leaves_no_home(home: Path) -> None:
    assert run(home, "backup", "kept").exit == 0
    segment = next((home.parent / "kept" / "log" / "segments").iterdir())
    text = segment.read_bytes()
    segment.write_bytes(text.replace(b"Coproduction", b"Coprodaction", 1))
    restored = home.parent / "again"
    refused = run(restored, "restore", str(home.parent / "kept"))
    assert (refused.exit, refused.out) == (2, b"")
    assert "damaged" in refused.err
    assert not restored.exists()
    assert "does not have the checksum" in run(home, "backup", "kept").err

    segment.write_bytes(text[: len(text) // 2])
    refused = run(restored, "restore", str(home.parent / "kept"))
    assert refused.exit == 2
    assert not restored.exists()
    mended = run(home, "backup", "kept", "--json")
    assert mended.json()["versions"] == 1, "an unfinished copy is made again"


def test_folders_that_hold_something_else_are_refused(home: Path) -> None:
    other = home.parent / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    assert "holds something else" in run(home, "backup", "other").err
    assert "is not empty" in run(other, "restore", str(home)).err
    assert "is no finished backup" in run(home.parent / "new", "restore", str(other)).err
    (home.parent / "b.bib").write_text("@book{b, title={B}}")
    assert commonplace("import", "b.bib", cwd=home.parent, home=str(home.parent / "second")).exit == 0
    assert run(home.parent / "second", "backup", "kept").exit == 0
    assert "backup of another library" in run(home, "backup", "kept").err


@pytest.fixture
def crate(home: Path) -> Path:
    """Return a crate of a library with an import."""
    (home.parent / "a.bib").write_text("@book{larsen1999, title={Tides of the lagoon}, year=1999}")
    assert run(home, "import", "a.bib").exit == 0
    licence = "https://creativecommons.org/publicdomain/zero/1.0/"
    assert run(home, "backup", "crate", "--ro-crate", "--license", licence).exit == 0
    return home.parent / "crate"


def test_a_crate_names_every_file_with_its_size_and_checksum(home: Path, crate: Path) -> None:
    document = json.loads((crate / "ro-crate-metadata.json").read_text())
    entities = {entity["@id"]: entity for entity in document["@graph"]}
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert entities["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = entities["./"]
    assert (root["@type"], root["version"]) == ("Dataset", "2")
    assert entities[root["license"]["@id"]]["@type"] == "CreativeWork"
    parts = {part["@id"] for part in root["hasPart"]}
    for name in parts:
        text = (crate / name).read_bytes()
        assert entities[name]["@type"] == "File"
        assert entities[name]["contentSize"] == str(len(text))
        assert entities[name]["sha256"] == hashlib.sha256(text).hexdigest()
    said = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert said - parts == {"ro-crate-metadata.json", "backup.json", "log/lock"}, "no tokens"
    assert sorted((crate / "library.nq").read_bytes().splitlines()) == sorted(quads(home, 2).splitlines())
    assert json.loads((crate / "receipts" / "2.json").read_text())["file"] == "a.bib"
    assert "a.bib: a file as it was imported, of version 2" in {entities[name]["name"] for name in parts}
    for entity in document["@graph"]:
        for value in entity.values():
            links = value if isinstance(value, list) else [value]
            assert all(link["@id"] in entities or "://" in link["@id"] for link in links if isinstance(link, dict))


def test_a_crate_is_restored_like_any_backup(home: Path, crate: Path) -> None:
    restored = home.parent / "again"
    assert run(restored, "restore", str(crate)).exit == 0
    assert sorted(quads(restored, 2).splitlines()) == sorted(quads(home, 2).splitlines())
