"""The reading face: past versions, other processes, pages of lists, coverage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, HomeUnusable, NotFound
from commonplace.library import Library
from commonplace.library.headings import select_claims, select_concepts
from commonplace.library.kept_states import read_states
from commonplace.library.selection import Selection
from commonplace.library.states import States
from commonplace.library.work_lists import ORDERS, WorkFilters, select_works
from commonplace.library.works import work_of
from commonplace.model.change import Version
from commonplace.model.namespaces import SKOS
from commonplace.model.work_reading import Neighbourhood, read_name
from tests.conftest import BASE, ROOT
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary, person
from tests.patchlog.entries import quad


@pytest.fixture(scope="module")
def reference(reference_home: Path) -> Library:
    """The reference set, for reading only."""
    return Library.open(reference_home, BASE)


@pytest.fixture
def small(tmp_path: Path) -> SmallLibrary:
    return SmallLibrary(tmp_path / "home")


def test_a_past_version_answers_as_it_did_then(small: SmallLibrary) -> None:
    then: dict[int, tuple[Version, list[bytes]]] = {}

    def read(snapshot: Snapshot) -> tuple[Version, list[bytes]]:
        return snapshot.version, sorted(snapshot.dump(RdfFormat.N_QUADS).splitlines())

    small.add(OSTROM)
    for change in ((quad("a"), quad("b")), (quad("c"),), (quad("d"),)):
        then[small.library.follow()] = small.library.read(read)
        small.commit(*change)
    then[small.library.follow()] = small.library.read(read)
    small.committer.undo(Version(1), "tester")

    for version, answer in then.items():
        assert answer[0] == version
        assert small.library.read(read, Version(version)) == answer
    assert small.library.read(read, Version(0)) == (0, [])
    assert small.library.read(read, Version(5)) == small.library.read(read)


@pytest.mark.parametrize("version", [-1, 2, 100])
def test_there_is_no_past_before_the_first_or_after_the_newest(small: SmallLibrary, version: int) -> None:
    small.add(OSTROM)

    with pytest.raises(NotFound, match="newest is 1"):
        small.library.read(lambda snapshot: snapshot.size, Version(version))


def test_commits_of_another_process_are_seen(small: SmallLibrary, tmp_path: Path) -> None:
    small.add(OSTROM)
    program = f"""
from pathlib import Path
from tests.curation.works import BOVAIRD, SmallLibrary
assert SmallLibrary(Path({str(tmp_path / "home")!r})).add(BOVAIRD).version == 2
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    work = small.minter.thing("work", "bovaird2007")

    assert small.library.read(lambda snapshot: (snapshot.version, work_of(snapshot, work, small.minter).title)) == (
        2,
        BOVAIRD.title,
    )
    assert small.library.search().matching_iris("engagement", "work") == [work.value]
    assert small.commit(quad("a")).version == 3


def test_a_home_is_of_one_base_iri(small: SmallLibrary, tmp_path: Path) -> None:
    small.add(OSTROM)
    other = "https://example.org/"

    with pytest.raises(HomeUnusable) as refused:
        Library.open(tmp_path / "home", other)

    assert f"COMMONPLACE_BASE_IRI={BASE}" in refused.value.detail
    assert other in refused.value.detail


def test_a_home_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(HomeUnusable, match="file"):
        Library.open(tmp_path / "file", BASE)


def test_a_graph_on_disk_that_is_ahead_of_the_log_is_made_anew(small: SmallLibrary, tmp_path: Path) -> None:
    small.add(OSTROM)
    small.commit(quad("a"))
    home = tmp_path / "home"
    ahead = Library.open(home, BASE, "disk")
    assert ahead.graph.version == 2
    assert b"version 2 " in (home / "derived" / "graph.version").read_bytes()
    del ahead
    (segment,) = (home / "log" / "segments").iterdir()
    segment.write_bytes(segment.read_bytes()[:-1])

    reopened = Library.open(home, BASE, "disk")

    assert reopened.follow() == reopened.graph.version == 1
    assert reopened.read(lambda snapshot: snapshot.contains(quad("a"))) is False


def pages(library: Library, sort: str, limit: int, at: Version | None = None) -> Iterator[list[NamedNode]]:
    """Every page of the works in that order."""
    cursor = None
    while True:

        def page(snapshot: Snapshot, cursor: str | None = cursor) -> tuple[list[NamedNode], int, str | None]:
            selection = select_works(snapshot, library.minter, WorkFilters(), None)
            found = selection.page(snapshot, ORDERS[sort], limit, cursor)
            return list(found.things), found.total, found.cursor

        things, total, cursor = library.read(page, at)
        assert total == library.read(lambda snapshot: _everything(snapshot).total(snapshot), at)
        yield things
        if cursor is None:
            return


def _everything(snapshot: Snapshot) -> Selection:
    return Selection(["?thing a fabio:Expression ."])


def in_order(library: Library, sort: str) -> list[str]:
    """The works sorted here, by what their shapes show, for comparison."""
    nodes = library.read(lambda snapshot: _everything(snapshot).everything(snapshot))
    shapes = library.read(lambda snapshot: [work_of(snapshot, node, library.minter) for node in nodes])

    def value(number: int) -> str:
        work = shapes[number]
        if "title" in sort:
            return (work.title or "").lower()
        if "year" in sort:
            return f"{work.year:04d}" if work.year is not None else ""
        if sort == "author":
            first = work.authors[0] if work.authors else None
            return _family(library, first.iri) if first else ""
        return work.key

    ordered = sorted(range(len(nodes)), key=lambda n: nodes[n].value)
    ordered.sort(key=value, reverse=sort.startswith("-"))
    return [nodes[n].value for n in ordered]


def _family(library: Library, person_iri: str) -> str:
    node = NamedNode(person_iri)
    name = library.read(lambda snapshot: read_name(Neighbourhood(snapshot.triples(node)), node, library.minter))
    return ((name.family or name.literal or "") if name else "").lower()


@pytest.mark.parametrize("sort", ORDERS)
def test_the_pages_together_are_everything_in_order(reference: Library, sort: str) -> None:
    expected = in_order(reference, sort)
    for limit in (2, 7, 30, len(expected) - 1, len(expected), 1000):
        shown = list(pages(reference, sort, limit))

        assert [node.value for page in shown for node in page] == expected
        assert all(len(page) == limit for page in shown[:-1])
        assert 0 < len(shown[-1]) <= limit


@pytest.mark.parametrize("sort", ORDERS)
def test_writes_between_pages_neither_repeat_nor_skip(tmp_path: Path, sort: str) -> None:
    small = SmallLibrary(tmp_path / "home")
    there = [
        replace(BOVAIRD, key=f"k{n:02d}", title=f"Title {n * 7 % 12:02d}", issued=str(1990 + n % 4)) for n in range(12)
    ]
    small.add(*there)
    seen: list[str] = []
    for number, page in enumerate(pages(small.library, sort, 3)):
        seen += [node.value for node in page]
        new = (
            replace(OSTROM, key=f"a{number}", title=f"A {number}", issued="1980", doi=None),
            replace(OSTROM, key=f"z{number}", title=f"Z {number}", issued="2020", doi=None),
            replace(BOVAIRD, key=f"k05-{number}", title="Title 05", issued="1992", contributors=(person("Alford"),)),
        )
        if number < 6:
            small.add(*new)

    known = [small.minter.thing("work", record.key).value for record in there]
    assert len(seen) == len(set(seen))
    assert sorted(iri for iri in seen if iri in set(known)) == known


def test_text_that_is_no_cursor_is_refused(small: SmallLibrary) -> None:
    small.add(OSTROM)

    for cursor in ("x", "bm8=", "WzFd", "é"):

        def page(snapshot: Snapshot, cursor: str = cursor) -> object:
            return _everything(snapshot).page(snapshot, ORDERS["key"], 3, cursor)

        with pytest.raises(BadRequest, match="cursor"):
            small.library.read(page)


def test_coverage_adds_up_for_every_concept_and_claim(reference: Library) -> None:
    def check(snapshot: Snapshot) -> tuple[int, int]:
        works = _everything(snapshot).total(snapshot)
        concepts = select_concepts(None).everything(snapshot)
        claims = select_claims(None).everything(snapshot)
        states = read_states(snapshot, reference.minter)
        for concept in concepts:
            assert sum(states.on_concept(concept.value).coverage().values()) == works, concept
        for claim in claims:
            assert sum(states.on_claim(claim.value).coverage().values()) == works, claim
        return len(concepts), len(claims)

    concepts, claims = reference.read(check)
    assert concepts > 10
    assert claims > 3


def evidence(
    small: SmallLibrary, name: str, about: NamedNode, work: str, state: str, standing: str
) -> tuple[Quad, ...]:
    minter = small.minter
    node = NamedNode(f"http://example.org/evidence/{name}")
    return tuple(
        Quad(node, minter.term(term), value)
        for term, value in (
            ("work", minter.thing("work", work)),
            ("about", about),
            ("state", minter.term(state)),
            ("standing", minter.term(standing)),
        )
    )


def states_of(small: SmallLibrary) -> States:
    return small.library.read(lambda snapshot: read_states(snapshot, small.minter))


def test_narrower_evidence_counts_and_silence_on_the_broader_is_silence_on_the_narrower(small: SmallLibrary) -> None:
    top, middle, low = (NamedNode(f"http://example.org/{name}") for name in ("top", "middle", "low"))
    broader = SKOS["broader"]
    small.commit(
        Quad(low, broader, middle),
        Quad(middle, broader, top),
    )
    titles = ("on low", "silent on top", "on middle, silent on low", "proposed", "unread")
    small.add(
        *(replace(BOVAIRD, key=f"w{number}", title=title, contributors=()) for number, title in enumerate(titles))
    )
    small.commit(
        *evidence(small, "1", low, "w0", "discusses", "accepted"),
        *evidence(small, "2", top, "w1", "silent", "accepted"),
        *evidence(small, "3", middle, "w2", "discusses", "accepted"),
        *evidence(small, "4", low, "w2", "silent", "accepted"),
        *evidence(small, "5", low, "w3", "discusses", "proposed"),
    )

    read = states_of(small)

    def states(concept: NamedNode) -> dict[str, str]:
        found = read.on_concept(concept.value).read.items()
        return {small.minter.key(work): said for said, works in found for work in works}

    assert states(top) == {"w0": "discusses", "w1": "silent", "w2": "discusses"}
    assert states(middle) == {"w0": "discusses", "w1": "silent", "w2": "discusses"}
    assert states(low) == {"w0": "discusses", "w1": "silent", "w2": "silent"}
    assert read.on_concept(low.value).coverage() == {"discusses": 1, "silent": 2, "unread": 2}


def test_a_work_may_support_and_contradict_a_claim(small: SmallLibrary) -> None:
    claim = NamedNode("http://example.org/claim")
    small.add(*(replace(BOVAIRD, key=f"w{n}", title=f"T{n}", contributors=()) for n in range(4)))
    small.commit(
        *evidence(small, "1", claim, "w0", "supports", "accepted"),
        *evidence(small, "2", claim, "w0", "silent", "accepted"),
        *evidence(small, "3", claim, "w1", "supports", "accepted"),
        *evidence(small, "4", claim, "w1", "contradicts", "accepted"),
        *evidence(small, "5", claim, "w2", "contradicts", "rejected"),
    )

    found = states_of(small).on_claim(claim.value)

    assert {key: found.of(small.minter.iri("work", key)) for key in ("w0", "w1", "w2", "w3")} == {
        "w0": "supports",
        "w1": "mixed",
        "w2": "unread",
        "w3": "unread",
    }
    assert found.coverage() == {"supports": 1, "contradicts": 0, "mixed": 1, "silent": 0, "unread": 2}
