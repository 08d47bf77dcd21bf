"""What is known of the works of a library is moved along with it, and is then what would be read anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad

from commonplace.curation.duplicates.blocking import blocks_of
from commonplace.curation.duplicates.particulars import particulars
from commonplace.curation.known_works import KnownWorks, Layer
from commonplace.exchange.imports import import_file
from commonplace.model.namespaces import DCTERMS, PRISM
from tests.curation.works import SmallLibrary

ENTRIES = """@article{a, title = {Tides of the Lagoon}, author = {Doe, Jane}, year = 1999, doi = {10.1234/a},
  volume = 3, pages = {10--20}}
@book{b, title = {Harbours}, author = {Okafor, Chinua}, year = 2004, isbn = {978-0-262-03384-8}}
@misc{c, title = {Quays}, year = 2005, eprint = {2005.12345}, archiveprefix = {arXiv}, ids = {old-c, older-c}}
"""


def shown(known: KnownWorks) -> object:
    """Return all that is known, in no order."""
    blocks = {name: set(keys) for name, keys in known._by_block.items()}
    indexes = [
        {name: set(keys) for name, keys in index.items()}
        for index in (known.by_title, known.by_doi, known.by_identifier)
    ]
    return known.nodes, known.by_alternative_key, indexes, blocks


def test_it_is_moved_to_what_would_be_read_anew(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    library, minter = small.library, small.minter
    import_file(library, small.committer, ENTRIES.encode(), "a.bib")
    known = library.read(lambda snapshot: KnownWorks.of(snapshot, minter))
    assert {*known.nodes} == {"a", "b", "c"}
    assert known.by_doi
    assert len(known.by_identifier) >= 2
    assert known.by_alternative_key == {"old-c": "c", "older-c": "c"}
    work = minter.thing("work", "a")

    def title(text: str) -> Quad:
        return Quad(work, DCTERMS["title"], Literal(text))

    def moved(version: int) -> None:
        change = library.log.entry(version).change  # type: ignore[arg-type]
        library.read(lambda snapshot: known.move(snapshot, [change], minter))
        assert shown(known) == shown(library.read(lambda snapshot: KnownWorks.of(snapshot, minter)))

    moved(small.commit(title("Tides"), removed=(title("Tides of the Lagoon"),)).version)
    moved(small.commit(removed=(Quad(work, PRISM["volume"], Literal("3")),)).version)
    more = ENTRIES.replace("{a,", "{d,").replace("10.1234/a", "10.1234/d").replace("Tides of", "Fish of")
    import_file(library, small.committer, more.encode(), "b.bib")
    moved(4)
    undone = small.committer.undo(library.log.header(library.log.head()).version, "tester").entry
    assert undone is not None
    moved(undone.version)
    assert "d" not in known.nodes


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


def test_works_in_a_block_are_near(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    import_file(small.library, small.committer, ENTRIES.encode(), "a.bib")
    known = small.library.read(lambda snapshot: KnownWorks.of(snapshot, small.minter))
    like = particulars(key="x", title="Tides of the lagoon", year=2001)
    assert "a" in known.near(blocks_of(like))
    assert known.near(blocks_of(particulars(key="x", title="Entirely elsewhere", year=1999))) == set()


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
