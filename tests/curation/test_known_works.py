"""What is known of the works of a library is moved along with it, and is then what would be read anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.curation.duplicates.blocking import blocks_of
from commonplace.curation.duplicates.particulars import Particulars, particulars
from commonplace.curation.known_works import KnownWorks, Layer
from commonplace.curation.known_works_file import WorksFile, place_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.sealed import LogPosition
from commonplace.derived.workers.messages import Call, Reply
from commonplace.errors import QueryEnded
from commonplace.exchange import works_known
from commonplace.exchange.imports import import_file
from commonplace.library import Library
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, PRISM, RDF
from tests.curation.works import SmallLibrary

ENTRIES = """@article{a, title = {Tides of the Lagoon}, author = {Doe, Jane}, year = 1999, doi = {10.1234/a},
  volume = 3, pages = {10--20}}
@book{b, title = {Harbours}, author = {Okafor, Chinua}, year = 2004, isbn = {978-0-262-03384-8}}
@misc{c, title = {Quays}, year = 2005, eprint = {2005.12345}, archiveprefix = {arXiv}, ids = {old-c, older-c}}
"""


def shown(known: KnownWorks, names: KnownWorks | None = None) -> object:
    """Return what is found by each name that it, or another, has in memory: in no order."""
    named = names or known
    indexes = {
        kind: {name: set(found) for name in index if (found := known._keys(kind, name))}
        for kind, index in named._indexes.items()
    }
    nodes = {key: known._node(key) for key in named._nodes}
    return len(known), nodes, {name: known._of_alternative(name) for name in named._by_alternative_key}, indexes


def test_it_is_moved_to_what_would_be_read_anew(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    library, minter = small.library, small.minter
    import_file(library, small.committer, ENTRIES.encode(), "a.bib")
    known = library.read(lambda snapshot: KnownWorks.of(snapshot, minter))
    assert len(known) == 3
    assert known.by_doi["10.1234/a"] == ["a"]
    assert known.by_identifier["arxiv:2005.12345"] == ["c"]
    assert [known.by_alternative_key[name] for name in ("old-c", "older-c")] == ["c", "c"]
    work = minter.thing("work", "a")
    path = tmp_path / "works.known"
    known.write(path, LogPosition.of(library.log, library.follow()), minter)
    filed = KnownWorks(WorksFile(path), minter)
    assert shown(filed, known) == shown(known)
    assert (filed.nodes["b"], filed.by_alternative_key["old-c"]) == (minter.thing("work", "b"), "c")
    assert "d" not in filed.nodes
    with pytest.raises(KeyError):
        filed.by_title["of no work"]

    def title(text: str) -> Quad:
        return Quad(work, DCTERMS["title"], Literal(text))

    def moved(version: int) -> None:
        change = library.log.entry(version).change  # type: ignore[arg-type]
        before = library.read(lambda snapshot: KnownWorks.of(snapshot, minter), at=version - 1)  # type: ignore[arg-type]
        anew = library.read(lambda snapshot: KnownWorks.of(snapshot, minter))
        for one in (known, filed):
            library.read(lambda snapshot, one=one: one.move(snapshot, [change], minter))  # type: ignore[misc]
            assert shown(one, anew) == shown(anew)
            assert shown(one, before) == shown(anew, before), "what was found before is found no more"

    moved(small.commit(title("Tides"), removed=(title("Tides of the Lagoon"),)).version)
    moved(small.commit(removed=(Quad(work, PRISM["volume"], Literal("3")),)).version)
    more = ENTRIES.replace("{a,", "{d,").replace("10.1234/a", "10.1234/d").replace("Tides of", "Fish of")
    import_file(library, small.committer, more.encode(), "b.bib")
    moved(4)
    undone = small.committer.undo(library.log.header(library.log.head()).version, "tester").entry
    assert undone is not None
    moved(undone.version)
    assert "d" not in known.nodes
    assert "d" not in filed.nodes


def test_a_work_of_another_address_is_found_in_the_file(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    elsewhere = NamedNode("https://example.org/works/ünder")
    said = {DCTERMS["title"]: "Tides elsewhere", DCTERMS["type"]: "book", small.minter.term("citationKey"): "tides"}
    quads = (Quad(elsewhere, predicate, Literal(text)) for predicate, text in said.items())
    small.commit(Quad(elsewhere, RDF["type"], FABIO["Expression"]), *quads)
    known = small.library.read(lambda snapshot: KnownWorks.of(snapshot, small.minter))
    path = tmp_path / "works.known"
    known.write(path, LogPosition.of(small.library.log, small.library.follow()), small.minter)
    (key,) = KnownWorks(WorksFile(path), small.minter).by_title["tides-elsewhere"]
    assert KnownWorks(WorksFile(path), small.minter).nodes[key] == elsewhere


def restarted(home: Path) -> SmallLibrary:
    """Return the library of a home as another process would open it."""
    return SmallLibrary(home)


def fates(small: SmallLibrary, *dois: str) -> list[str]:
    """Return the fate that an entry of each DOI would have."""
    entry = "@article{{x, title = {{Tides of the Lagoon}}, author = {{Doe, Jane}}, doi = {{{0}}}}}"
    receipts = (
        import_file(small.library, small.committer, entry.format(doi).encode(), "x.bib", dry_run=True) for doi in dois
    )
    return [receipt.items[0].fate for receipt in receipts]


@pytest.mark.parametrize("damage", ["none", "cut", "changed", "another log", "a later version", "in the way"])
def test_a_large_library_is_not_read_again_after_a_start(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(works_known, "FILED_WORKS", 3)
    home = tmp_path / "home"
    small = SmallLibrary(home)
    folder = home / "derived" / "known-works"
    if damage == "in the way":
        folder.parent.mkdir(exist_ok=True)
        folder.touch()
    import_file(small.library, small.committer, ENTRIES.encode(), "a.bib")
    small = restarted(home)
    assert fates(small, "10.1234/A") == ["matched"]
    if damage != "in the way":
        (path,) = folder.glob("*")
        whole = path.read_bytes()
        wrong = {
            "cut": whole[:-1],
            "changed": whole.replace(b"old-c", b"OLD-c"),
            "another log": whole.replace(b"urn:uuid:", b"urn:uuid:0", 1),
            "a later version": whole.replace(b"version 1 ", b"version 9 ", 1),
        }
        path.write_bytes(wrong.get(damage, whole))
    small.commit(Quad(small.minter.thing("work", "a"), PRISM["keyword"], Literal("tides")))

    again = restarted(home)
    read: list[int] = []
    anew = KnownWorks.of

    def counted(snapshot: Snapshot, minter: Minter) -> KnownWorks:
        read.append(snapshot.version)
        return anew(snapshot, minter)

    monkeypatch.setattr(KnownWorks, "of", counted)
    assert fates(again, "10.1234/A", "10.1234/z") == ["matched", "new"]
    assert bool(read) == (damage != "none")


@pytest.mark.parametrize(("worker", "here"), [("reads", 0), ("is ended", 1), ("is not there", 1)])
def test_a_worker_reads_the_works_of_a_large_library_before_an_import_asks(
    worker: str, here: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server would stop sharing the graph with it; it reads them where no worker does."""
    monkeypatch.setattr(works_known, "FILED_WORKS", 3)
    monkeypatch.setattr(works_known, "PREPARED_BYTES", 1)
    small = SmallLibrary(tmp_path / "home")
    import_file(small.library, small.committer, ENTRIES.encode(), "a.bib")
    of_worker, again = restarted(tmp_path / "home").library, restarted(tmp_path / "home")
    asked: list[Call] = []
    read: list[Library] = []
    anew = KnownWorks.of

    def ask(call: Call, client: str) -> Reply | None:
        asked.append(call)
        if worker == "is ended":
            raise QueryEnded("it was ended")
        return works_known.read_in_worker(of_worker, call) if worker == "reads" else None

    def counted(snapshot: Snapshot, minter: Minter) -> KnownWorks:
        read.append(of_worker if minter is of_worker.minter else again.library)
        return anew(snapshot, minter)

    monkeypatch.setattr(KnownWorks, "of", counted)
    works_known.prepare_imports(again.library, ask)
    works_known.prepare_imports(again.library, ask)
    assert len(asked) == 1
    assert read.count(again.library) == here
    assert fates(again, "10.1234/A", "10.1234/z") == ["matched", "new"]
    assert read.count(again.library) == here


def test_an_import_of_one_entry_finds_what_an_edit_has_changed_since(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    import_file(small.library, small.committer, ENTRIES.encode(), "a.bib")
    work = small.minter.thing("work", "a")
    small.commit(
        Quad(work, DCTERMS["title"], Literal("Salt marshes of the north")),
        removed=(Quad(work, DCTERMS["title"], Literal("Tides of the Lagoon")),),
    )

    def fate(title: str) -> tuple[str, str | None]:
        place = "year = 1999, volume = 3, pages = {10--20}"
        entry = f"@article{{x, title = {{{title}}}, author = {{Doe, Jane}}, {place}}}"
        receipt = import_file(small.library, small.committer, entry.encode(), "x.bib", dry_run=True)
        return receipt.items[0].fate, receipt.items[0].work

    assert fate("Salt marshes of the north") == ("matched", work.value)
    assert fate("Tides of the Lagoon")[0] == "new"


def places(work: Particulars) -> list[int]:
    """The places of the blocks that a work is in."""
    return [place_of("block", block) for block in blocks_of(work)]


def test_works_in_a_block_are_near(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    import_file(small.library, small.committer, ENTRIES.encode(), "a.bib")
    known = small.library.read(lambda snapshot: KnownWorks.of(snapshot, small.minter))
    like = particulars(key="x", title="Tides of the lagoon", year=2001)
    assert "a" in known.near(places(like))
    assert known.near(places(particulars(key="x", title="Entirely elsewhere", year=1999))) == set()


@pytest.mark.parametrize("key", ["there", "new"])
def test_a_layer_leaves_what_is_below_as_it_is(key: str) -> None:
    below = {"there": ["one"]}
    layer = Layer(below)
    layer.setdefault(key, []).append("two")
    layer["other"] = ["three"]

    assert layer[key] == [*below.get(key, []), "two"]
    assert layer.get(key) == layer[key]
    assert layer.get("nothing") is None
    assert key in layer
    assert "nothing" not in layer
    assert below == {"there": ["one"]}
