"""Search documents made from the text of a change: those that the graph gives when it has taken the change in."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from app.derived import search_process
from app.derived.search import SearchIndex
from app.derived.search_change import ChangeReader, NewThings, in_order
from app.derived.search_documents import SearchDocument
from app.derived.search_files import write_documents
from app.derived.search_graph import documents, subjects
from app.model.change import Version
from app.model.minter import Minter
from app.model.namespaces import BIBO, CITO, DATACITE, DCTERMS, FABIO, FOAF, LITRE, PRISM, PRO, RDF, RDFS, SKOS, XSD
from app.patchlog.file_log import FileLog
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.derived.test_search import StoreGraph
from tests.patchlog.entries import entry

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)
CP = MINTER.term

CLASSES = {
    "work": FABIO["Expression"],
    "person": FOAF["Person"],
    "organization": FOAF["Organization"],
    "venue": FABIO["Journal"],
    "concept": SKOS["Concept"],
    "evidence": CP("Evidence"),
    "claim": CP("Claim"),
    "case": CP("Case"),
}
THINGS = [MINTER.thing(kind, key) for kind in CLASSES for key in ("one", "o:né")]  # type: ignore[arg-type]
NODES = [MINTER.thing("work", key, node) for key in ("one", "o:né") for node in ("author-1", "doi")]
ELSEWHERE = [NamedNode("https://orcid.org/0000"), NamedNode(f"{BASE}id/scheme/one"), NamedNode(f"{BASE}id/work/")]
TEXTS = [DCTERMS["title"], DCTERMS["abstract"], PRISM["keyword"], PRISM["doi"], CP("citationKey"), FOAF["name"]]
TEXTS += [FOAF["familyName"], FOAF["givenName"], SKOS["prefLabel"], SKOS["altLabel"], RDFS["label"], RDFS["comment"]]
TEXTS += [SKOS["definition"], LITRE["hasLiteralValue"], CP("quote"), CP("place"), PRISM["issn"], DCTERMS["language"]]
LINKS = [
    DCTERMS["creator"],
    BIBO["editor"],
    DCTERMS["isPartOf"],
    CITO["cites"],
    CP("work"),
    CP("about"),
    CP("concerns"),
]
LINKS += [PRO["isDocumentContextFor"], DATACITE["hasIdentifier"], PRO["isHeldBy"], RDF["type"], CP("standing")]
ODD = ['" .', '"@en .', '" <http://g> .', '\\" <http://g> .', "\\", "\\u0041", "\ufeff", "漢😀"]
VALUES = st.one_of(
    st.text(st.sampled_from('ab é"\\\n\t\r\x01\u2028<>.@^_: '), max_size=8).map(Literal),
    st.sampled_from(ODD).map(Literal),
    st.builds(lambda tag: Literal("tagged", language=tag), st.sampled_from(["en", "en-GB", "fr", "zh-Hant"])),
    st.builds(lambda name: Literal("01", datatype=XSD[name]), st.sampled_from(["integer", "string", "gYear", "token"])),
    st.sampled_from([BlankNode("b"), CP("accepted"), CP("rejected"), CP("discusses")]),
)
SUBJECTS = st.sampled_from([*THINGS, *NODES, *ELSEWHERE]) | st.just(BlankNode("b"))
STATEMENTS = st.one_of(
    st.builds(Quad, SUBJECTS, st.sampled_from(TEXTS), VALUES),
    st.builds(Quad, SUBJECTS, st.sampled_from(LINKS), st.sampled_from([*THINGS, *NODES, *ELSEWHERE]) | VALUES),
    st.builds(
        Quad, SUBJECTS, st.sampled_from([*TEXTS, *LINKS]), VALUES, st.sampled_from([ELSEWHERE[0], BlankNode("g")])
    ),
)
TYPES = st.sampled_from([Quad(thing, RDF["type"], CLASSES[thing.value.split("/")[-2]]) for thing in THINGS])
CHANGES = st.tuples(st.lists(STATEMENTS, max_size=12), st.lists(TYPES, max_size=6)).map(lambda two: [*two[0], *two[1]])


@contextmanager
def mapped(log: FileLog, version: int) -> Iterator[tuple[mmap.mmap, int, int]]:
    file, start, end = log.body(Version(version))
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as text:
        yield text, start, end


def made_of(log: FileLog) -> tuple[list[SearchDocument], set[str]]:
    """The documents made from the text of the newest change, and the IRIs of what is left to the graph."""
    with mapped(log, log.head()) as (text, start, end):
        things = NewThings.of(text, start, end, MINTER)
        for earlier in range(1, log.head()):
            with mapped(log, earlier) as before:
                things.take_out(*before, MINTER)
        reader = ChangeReader(text, things, MINTER)
        made = list(reader.documents(things.share(0, 1)))
    return made, things.known.union(reader.left)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=CHANGES, taken_back=st.booleans(), change=CHANGES, chunk=st.sampled_from([100, 1_000_000]))
def test_it_is_what_the_graph_gives(first: list[Quad], taken_back: bool, change: list[Quad], chunk: int) -> None:
    before = list(dict.fromkeys(first))
    left = before[len(before) // 2 :] if taken_back else before
    added = [quad for quad in dict.fromkeys(change) if quad not in left]
    graph = StoreGraph()
    graph.store.extend([*left, *added])
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.derived.search_change.CHUNK_BYTES", chunk)
        log = FileLog(Path(directory), segment_bytes=1_000)
        log.append(entry(1, *before))
        log.append(entry(2, removed=tuple(quad for quad in before if quad not in left)))
        log.append(entry(3, *added))
        made, rest = made_of(log)
    assert [one.iri for one in made] == in_order(MINTER, [one.iri for one in made])
    read = list(documents(graph, MINTER, in_order(MINTER, rest)))
    whole = list(documents(graph, MINTER, subjects(graph, MINTER)))
    assert sorted([*made, *read], key=lambda one: one.iri) == sorted(whole, key=lambda one: one.iri)


def test_all_that_is_new_is_made_of_the_change(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path)
    small.add(OSTROM)
    made, left = made_of(FileLog(tmp_path / "log"))
    assert left == set()
    assert small.library.read(lambda state: list(documents(state, MINTER, subjects(state, MINTER)))) == made

    small.add(BOVAIRD)
    later, left = made_of(FileLog(tmp_path / "log"))
    assert [one.key for one in later] == ["public-administration-review", "tony-bovaird"]
    assert left == {*(one.iri for one in made), MINTER.thing("work", "bovaird2007").value}, "Ostrom is named before"


@pytest.mark.parametrize("parts", [1, 3])
def test_a_process_writes_it_and_says_what_it_left(tmp_path: Path, parts: int) -> None:
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    small.add(BOVAIRD)
    process = search_process.start(tmp_path / "home" / "log", BASE, Version(2), _directory(tmp_path), parts)
    assert process.wait(60) == 0
    search_process.end(process)

    directory = tmp_path / "index"
    left = search_process.read_names(directory / search_process.LEFT)
    small.library.read(lambda state: write_documents(documents(state, MINTER, left), directory / str(parts)))
    index, whole = SearchIndex(), SearchIndex()
    index.open([directory / str(part) for part in range(parts + 1)], 2)
    small.library.read(lambda state: whole.rebuild(state, MINTER, 2))
    for q in ("divide", "engagement", "ostrom", "bovaird", "review", "coproduction", "citizens"):
        assert index.search(q, limit=100) == whole.search(q, limit=100), q
    assert [hit.key for hit in index.search("engagement", ["work"]).hits] == ["bovaird2007"]
    assert sorted(path.name for path in directory.iterdir()) == sorted(
        [*(f"{part}{ending}" for part in range(parts + 1) for ending in ("", ".json")), search_process.LEFT]
    )


def test_nothing_is_left_of_one_that_is_ended_or_that_nobody_waits_for(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    log = tmp_path / "home" / "log"
    ended = search_process.start(log, BASE, Version(1), _directory(tmp_path), 2)
    search_process.end(ended)
    with pytest.raises(ProcessLookupError):
        os.killpg(ended.pid, 0)

    alone = search_process.start(log, BASE, Version(1), _directory(tmp_path, "other"), 2)
    assert alone.stdin is not None
    alone.stdin.close()
    assert alone.wait(60) == 1
    with pytest.raises(ProcessLookupError):
        os.killpg(alone.pid, 0)


def test_what_cannot_be_written_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    process = search_process.start(tmp_path / "home" / "log", BASE, Version(1), tmp_path / "not there", 1)
    assert process.wait(60) == 1
    search_process.end(process)
    assert "the search index of version 1 cannot be written from the log" in capfd.readouterr().err


def _directory(parent: Path, name: str = "index") -> Path:
    made = parent / name
    made.mkdir()
    return made
