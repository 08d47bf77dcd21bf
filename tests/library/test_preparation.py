"""What is prepared of a large library, and read from a file by the next start, is what would be made anew."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.graph import Graph
from commonplace.derived.workers.apart import Apart
from commonplace.library import much_cited, preparation
from commonplace.library.citation_counts import count_citations, incremental_citation_counts
from commonplace.library.citations import CitationEnd
from commonplace.library.creators import incremental_creators, read_creators
from commonplace.library.kept_states import incremental_states, read_states
from commonplace.library.lists import Lists
from commonplace.library.much_cited import incremental_much_cited
from commonplace.library.packed_file import PackedList
from commonplace.library.placed_maps import PlacedMaps
from commonplace.library.preparation import Preparation
from commonplace.library.totals import count_totals, incremental_size, incremental_totals
from commonplace.model.change import Version
from commonplace.model.namespaces import CITO, FABIO, RDF, RDFS, SKOS
from tests.library.test_lists import CONCEPT, MINTER, STATEMENTS, WORKS, History

EVIDENCE = [MINTER.thing("evidence", key) for key in "123"]
SAID = [
    *(Quad(node, MINTER.term("work"), work) for node, work in product(EVIDENCE, WORKS)),
    *(Quad(node, MINTER.term("about"), CONCEPT) for node in EVIDENCE),
    *(Quad(node, MINTER.term("state"), MINTER.term(name)) for node in EVIDENCE for name in ("discusses", "silent")),
    *(Quad(node, MINTER.term("standing"), MINTER.term("accepted")) for node in EVIDENCE),
    Quad(CONCEPT, SKOS["broader"], MINTER.thing("concept", "top")),
]


class Start:
    """What a server has at hand after a start over a log and its graph."""

    def __init__(self, history: History, directory: Path | None, *, reads: bool = False, steps: bool = True) -> None:
        log, self.graph = history.log, history.graph
        counts = incremental_citation_counts(log, MINTER)
        self.prepared = Preparation(
            log=log,
            minter=MINTER,
            directory=directory,
            lists=Lists(log),
            size=incremental_size(log),
            totals=incremental_totals(log, MINTER),
            states=incremental_states(log, MINTER),
            creators=incremental_creators(log),
            counts=counts,
            much_cited=incremental_much_cited(log, MINTER, counts),
            placed_maps=PlacedMaps(log),
        )
        self.begun = self.prepared.begin(self.graph)
        self.read = list(self.prepared.read()) if reads else []
        self.replaced = list[bool]()
        for step in self.prepared.steps(self.graph) if steps else ():
            if isinstance(step, Apart):
                step.here()
            else:
                self.replaced.append(bool(step))

    def holds(self) -> dict[str, object]:
        """What is kept, moved along to the graph."""
        prepared, graph = self.prepared, self.graph
        found: dict[str, object] = {
            "size": prepared.size.of(graph).value,
            "totals": prepared.totals.of(graph).value,
            "states": prepared.states.of(graph).value,
            "creators": prepared.creators.of(graph).value,
            "counts": prepared.counts.of(graph).value,
        }
        lists = prepared._named().items()
        return found | {name: named.made(prepared.lists, graph).things for name, named in lists}


def anew(graph: Graph) -> dict[str, object]:
    """All of it, read from the graph."""
    lists = Start(History(), None).prepared._named().items()
    return {
        "size": graph.read(lambda snapshot: snapshot.size),
        "totals": graph.read(lambda snapshot: count_totals(snapshot, MINTER)),
        "states": graph.read(lambda snapshot: read_states(snapshot, MINTER)),
        "creators": graph.read(read_creators),
        "counts": graph.read(count_citations),
        **{name: graph.read(partial(named.selection.sorted, order=named.order)) for name, named in lists},
    }


@pytest.mark.parametrize("seed", range(6))
def test_what_a_start_reads_from_the_file_is_what_is_made_anew(seed: int, tmp_path: Path) -> None:
    """Random changes before the file is written, and others after it."""
    lot = Random(seed)
    history = History()
    for _ in range(2):
        history.turn_round(lot.sample([*STATEMENTS, *SAID], 60))
    first = Start(history, tmp_path)
    assert not first.begun
    assert sum(first.replaced) == 5, "workers without what was made are replaced a few times"
    assert [path.suffix for path in tmp_path.iterdir()] == [".prepared"]

    for changes in range(3):
        if changes:
            history.turn_round(lot.sample([*STATEMENTS, *SAID], 20))
        again = Start(history, tmp_path)
        assert again.begun
        assert sum(again.replaced) == 2, "who has read the file lacks only what is not in it"
        assert again.holds() == anew(history.graph)


def test_lists_that_were_written_are_held_in_the_file(tmp_path: Path) -> None:
    """All but the one that works are counted by; moved along from there they are what is made anew."""
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    start = Start(history, tmp_path)
    names = start.prepared._named()
    held = {name: type(named.made(start.prepared.lists, history.graph).things.things) for name, named in names.items()}
    assert held == {name: list if name == "works by year" else PackedList for name in names}
    for _ in range(3):
        history.turn_round([*STATEMENTS[::2], *SAID[::3]])
        assert start.holds() == anew(history.graph)


def test_what_is_read_on_the_widest_concepts_is_joined_and_moved_along(tmp_path: Path) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    start, top = Start(history, tmp_path), MINTER.thing("concept", "top").value
    states = start.prepared.states.of(history.graph).value
    kept = dict(states.asked())
    assert kept.keys() == {top}
    assert kept[top].counted.keys() == {"discusses", "silent", "direct"}
    history.turn_round([Quad(EVIDENCE[0], MINTER.term("standing"), MINTER.term("accepted")), SAID[0]])
    later = start.prepared.states.of(history.graph).value
    assert dict(later.asked()).keys() == {top}
    assert dict(later.asked())[top] == history.graph.read(lambda s: read_states(s, MINTER)).on_concept(top)


def test_a_start_with_the_file_counts_and_reads_nothing_of_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    Start(history, tmp_path)
    for module, name in (("kept_states", "read_states"), ("creators", "read_creators"), ("totals", "count_totals")):
        monkeypatch.setattr(f"commonplace.library.{module}.{name}", lambda *_, **__: pytest.fail("read anew"))
    monkeypatch.setattr("commonplace.library.lists.moved", lambda *_: pytest.fail("moved without a change"))
    monkeypatch.setattr("commonplace.library.selection.Selection.sorted", lambda *_: pytest.fail("sorted anew"))
    assert Start(history, tmp_path).begun


def test_what_hangs_on_works_that_many_cite_is_read_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certain citations and one in doubt, with its number and note, and evidence; a change of either is seen."""
    monkeypatch.setattr(much_cited, "MANY", 2)
    cited, *citing = WORKS
    doubt = MINTER.thing("citation", "1")
    history = History()
    history.turn_round(
        [
            *(Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS),
            *(Quad(work, CITO["cites"], cited) for work in citing[:-1]),
            Quad(citing[-1], MINTER.term("mayCite"), cited),
            Quad(doubt, CITO["hasCitingEntity"], citing[-1]),
            Quad(doubt, MINTER.term("candidate"), cited),
            Quad(doubt, MINTER.term("confirmation"), MINTER.term("possible")),
            Quad(doubt, MINTER.term("referenceNumber"), Literal(7)),
            Quad(doubt, RDFS["comment"], Literal("no year")),
            Quad(EVIDENCE[0], MINTER.term("work"), cited),
        ]
    )

    def held(start: Start) -> tuple[list[CitationEnd], list[NamedNode]]:
        kept = start.prepared.much_cited.of(history.graph).value
        return history.graph.read(lambda s: ([*kept.citing(s, cited)], [*kept.evidence(s, cited)]))

    made = held(Start(history, tmp_path))
    assert len(made[0]) == len(citing)
    assert [(one.number, one.note) for one in made[0] if one.number] == [(7, "no year")]
    assert made[1] == [EVIDENCE[0]]
    with monkeypatch.context() as patched:
        for name in ("citation_ends", "evidence_nodes"):
            patched.setattr(much_cited, name, lambda *_, **__: pytest.fail("read anew"))
        again = Start(history, tmp_path)
        assert again.begun
        assert held(again) == made
    history.turn_round([Quad(citing[0], CITO["cites"], cited), Quad(EVIDENCE[1], MINTER.term("work"), cited)])
    ends, evidence = held(Start(history, tmp_path))
    assert [one.work for one in ends] == [one.work for one in made[0] if one.work != citing[0]]
    assert set(evidence) == {*EVIDENCE[:2]}


def test_a_work_that_comes_to_be_cited_by_many_is_among_them_at_a_later_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(much_cited, "MANY", 2)
    cited, *citing = WORKS
    history = History()
    history.turn_round([Quad(work, RDF["type"], FABIO["Expression"]) for work in WORKS])
    history.turn_round([Quad(citing[0], CITO["cites"], cited)])
    Start(history, tmp_path)
    history.turn_round([Quad(citing[1], CITO["cites"], cited)])
    later = history.log.size(Version(2), Version(3))
    monkeypatch.setattr(preparation, "MOVED_BYTES", later * 3 // 4)
    assert Start(history, tmp_path).begun
    assert [path.name[:8] for path in tmp_path.iterdir()] == ["00000003"], "written anew from what was moved along"
    assert Start(history, tmp_path).prepared.much_cited.of(history.graph).value.works == {cited.value}


def test_a_process_without_a_graph_reads_and_joins_what_is_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History()
    history.turn_round([*STATEMENTS, *SAID])
    assert Start(history, tmp_path, reads=True).read == [], "there is no file yet"
    monkeypatch.setattr("commonplace.library.works_by_year.FEW_WORKS", 0)
    again = Start(history, tmp_path, reads=True, steps=False)
    assert [*map(bool, again.read)] == [*(len(again.read) - 1) * [False], True], "workers that lack it all are replaced"
    top = MINTER.thing("concept", "top").value
    kept = again.prepared.states.of(history.graph).value
    (read,) = (read for concept, read in kept.asked() if concept == top)
    counts = {name: sum(counted.counts.values()) for name, counted in read.counted.items()}
    assert counts == {"discusses": len(read.read["discusses"])}, "what nobody says is quickly counted"
    assert again.holds() == anew(history.graph)


@pytest.mark.parametrize("damage", ["cut", "changed", "of another log", "of a later version", "by other code"])
def test_a_file_that_does_not_hold_is_made_again(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lot = Random(7)
    history = History()
    history.turn_round(lot.sample([*STATEMENTS, *SAID], 60))
    history.turn_round(lot.sample([*STATEMENTS, *SAID], 20))
    Start(history, tmp_path)
    (file,) = tmp_path.iterdir()
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-5])
    elif damage == "changed":
        file.write_bytes(file.read_bytes().replace(b'"size":', b'"SIZE":'))
    elif damage == "by other code":
        monkeypatch.setattr("commonplace.library.prepared_file.mark_of_code", lambda: "other")
    elif damage == "of a later version":
        history = History()
        history.turn_round(lot.sample([*STATEMENTS, *SAID], 30))
    else:
        with monkeypatch.context() as patched:
            patched.setattr("tests.patchlog.entries.id_of", lambda number: f"urn:uuid:other-{number}")
            history = History()
            for _ in range(2):
                history.turn_round(lot.sample([*STATEMENTS, *SAID], 30))
    again = Start(history, tmp_path)
    assert not again.begun
    assert again.holds() == anew(history.graph)
    assert Start(history, tmp_path).begun, "there is a file that holds again"


def test_a_file_far_behind_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History()
    history.turn_round(STATEMENTS)
    Start(history, tmp_path)
    (before,) = tmp_path.iterdir()
    history.turn_round(SAID)
    assert Start(history, tmp_path).begun
    assert [*tmp_path.iterdir()] == [before], "it is near enough"
    monkeypatch.setattr(preparation, "MOVED_BYTES", 100)
    Start(history, tmp_path)
    (after,) = tmp_path.iterdir()
    assert after != before
