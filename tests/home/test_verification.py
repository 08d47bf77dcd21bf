"""`verify` finds every kind of damage, and nothing where all is well."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from commonplace.derived.graph.opening import new_graph
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


def found(home: Path, kind: str = "memory") -> list[str]:
    return list(findings(Library.open(home, BASE, "disk" if kind == "disk" else "memory"), SHAPES))


def test_a_sound_home_has_no_findings(small: SmallLibrary, tmp_path: Path) -> None:
    small.library.checkpoints.write(small.library.graph)

    assert found(tmp_path / "home") == []
    assert found(tmp_path / "home", "disk") == []


@pytest.mark.slow
def test_the_reference_home_has_no_findings(home: Path) -> None:
    assert found(home) == []


def test_an_empty_home_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path / "home") == []


def test_a_changed_checkpoint_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    path = small.library.checkpoints.write(small.library.graph)
    path.write_text(path.read_text().replace("Crossing the Great Divide", "Crossing the Small Divide"))

    lines = list(findings(small.library, SHAPES))

    assert len(lines) == 2
    assert all(line.startswith(f"the checkpoint {path.name} ") for line in lines)
    assert "lacks: 1 statements" in lines[0]
    assert "Great Divide" in lines[0]
    assert "has too much: 1 statements" in lines[1]
    clear_derived(tmp_path / "home")
    assert found(tmp_path / "home") == []


def test_a_graph_made_from_a_changed_checkpoint_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    path = small.library.checkpoints.write(small.library.graph)
    path.write_text(path.read_text() + '<urn:x> <urn:p> "tampered" .\n')

    assert [line.partition(" has")[0] for line in found(tmp_path / "home")] == [
        f"the checkpoint {path.name}",
        "the graph",
    ]


def test_a_graph_on_disk_that_was_tampered_with_is_found(small: SmallLibrary, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert found(home, "disk") == []
    gc.collect()  # one process may hold the store open, and the library just used has it
    store = Store(str(home / "derived" / "graph"))
    store.add(EXTRA)
    store.flush()
    del store

    (line,) = found(home, "disk")

    assert line.startswith("the graph has too much: 1 statements, such as")
    assert "tampered" in line
    clear_derived(home)
    assert found(home, "disk") == []


def test_a_graph_in_memory_that_went_astray_is_found(small: SmallLibrary) -> None:
    astray = new_graph(BASE)
    small.library.checkpoints.fill(astray, Version(2))
    astray.apply(Version(3), ChangeSet(added=(EXTRA,)))
    small.library.graph = astray

    (line,) = findings(small.library, SHAPES)
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
    assert all(line.startswith(nameless.value) for line in lines)


def test_clearing_leaves_the_log(small: SmallLibrary, tmp_path: Path) -> None:
    home = tmp_path / "home"
    small.library.checkpoints.write(small.library.graph)
    before = small.contents()

    clear_derived(home)
    clear_derived(home)

    assert not (home / "derived").exists()
    assert Library.open(home, BASE).read(lambda state: set(state.quads())) == before
