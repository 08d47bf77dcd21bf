"""`verify` finds every kind of damage, and nothing where all is well."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from commonplace.derived.graph.opening import GraphKind, new_graph
from commonplace.derived.sealed import read_sealed, write_sealed
from commonplace.errors import LogDamaged
from commonplace.home.verification import clear_derived, findings
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Version
from commonplace.model.namespaces import RDF, SKOS
from commonplace.patchlog.file_log import FileLog
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.curation.works import OSTROM, SmallLibrary
from tests.patchlog.entries import entry, id_of, quad, segments

SHAPES = SHIPPED_ONTOLOGY / "shapes.ttl"
EXTRA = Quad(NamedNode("urn:x"), NamedNode("urn:p"), Literal("tampered"))


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    made = SmallLibrary(tmp_path / "home")
    made.add(OSTROM)
    made.commit(quad("a"), quad("b"))
    made.commit(removed=(quad("a"),))
    return made


def found(home: Path, kind: GraphKind = "memory") -> list[str]:
    """Return the findings in a home whose graph was kept so."""
    Library.open(home, BASE, kind)
    gc.collect()  # one process may hold the store open, and the library just used has it
    return list(findings(Library.open(home, BASE, access="read"), home, SHAPES))


def test_a_sound_home_has_no_findings(small: SmallLibrary, tmp_path: Path) -> None:
    small.library.checkpoints.write(small.library.graph)

    assert found(tmp_path / "home") == []
    assert found(tmp_path / "home", "disk") == []


@pytest.mark.slow
def test_the_reference_home_has_no_findings(home: Path) -> None:
    assert found(home) == []


def test_an_empty_home_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path / "home") == []


def test_a_checkpoint_that_was_changed_is_found_and_not_read(small: SmallLibrary, tmp_path: Path) -> None:
    path = small.library.checkpoints.write(small.library.graph)
    path.write_text(path.read_text().replace("Crossing", "Crissing"))
    before = path.read_bytes()

    lines = list(findings(Library.open(tmp_path / "home", BASE, access="read"), tmp_path / "home", SHAPES))

    assert lines == [f"{path}: its bytes have changed (it is not used, and made again from the log)"]
    assert path.read_bytes() == before, "verify writes nothing"
    clear_derived(tmp_path / "home")
    assert found(tmp_path / "home") == []


def test_a_checkpoint_that_was_written_wrong_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    path = small.library.checkpoints.write(small.library.graph)
    origin, text = read_sealed(path)
    write_sealed(path, origin, [text.replace(b"Great Divide", b"Small Divide"), b'<urn:x> <urn:p> "tampered" .\n'])

    lines = found(tmp_path / "home")

    assert [line.partition(": ")[0] for line in lines] == [
        f"the checkpoint {path.name} lacks",
        f"the checkpoint {path.name} has too much",
        "the graph lacks",
        "the graph has too much",
    ]
    assert "Great Divide" in lines[0]
    assert "Small Divide" in lines[1]


def test_a_graph_on_disk_that_was_tampered_with_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert found(home, "disk") == []
    gc.collect()
    store = Store(str(home / "derived" / "graph"))
    store.add(EXTRA)
    store.flush()
    del store

    (line,) = found(home, "disk")

    assert line.startswith("the graph has too much: 1 statements, such as")
    assert "tampered" in line
    clear_derived(home)
    assert found(home, "disk") == []


def test_a_graph_in_memory_that_went_astray_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    astray = new_graph(BASE)
    small.library.checkpoints.fill(astray, Version(2))
    astray.apply(Version(3), ChangeSet(added=(EXTRA,)))
    small.library.graph = astray

    (line,) = findings(small.library, tmp_path / "home", SHAPES)
    assert line.startswith("the graph has too much: 2 statements")


@pytest.mark.parametrize("step", [0, 1, 2, 3, 4])
def test_a_changed_byte_of_the_log_is_found(small: SmallLibrary, tmp_path: Path, step: int) -> None:
    (segment,) = segments(tmp_path / "home" / "log")
    text = bytearray(segment.read_bytes())
    at = len(small.library.log.text(Version(1))) * step // 5 + 7
    text[at] ^= 1
    segment.write_bytes(text)

    try:
        lines = found(tmp_path / "home")
    except LogDamaged as fault:
        lines = [fault.detail]

    assert lines
    assert all(f"{segment} at byte " in line for line in lines)


def test_a_change_that_is_not_net_is_found(tmp_path: Path) -> None:
    log = FileLog(tmp_path / "home" / "log")
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("a"), removed=(quad("b"),)))

    assert found(tmp_path / "home") == ["version 2: the log's change is not net against the version before it"]


def test_data_that_breaks_the_shapes_is_found(tmp_path: Path) -> None:
    log = FileLog(tmp_path / "home" / "log")
    nameless = NamedNode(f"{BASE}id/concept/nameless")
    log.append(entry(1, Quad(nameless, RDF["type"], SKOS["Concept"]), id=id_of(7)))

    lines = found(tmp_path / "home")

    assert lines
    assert all(line.startswith("concept nameless") for line in lines)


def test_clearing_leaves_the_log(small: SmallLibrary, tmp_path: Path) -> None:
    home = tmp_path / "home"
    small.library.checkpoints.write(small.library.graph)
    before = small.contents()

    clear_derived(home)
    clear_derived(home)

    assert not (home / "derived").exists()
    assert Library.open(home, BASE).read(lambda snapshot: set(snapshot.quads())) == before
