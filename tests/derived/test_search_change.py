"""Search documents made from the text of a change: those that the graph gives when it has taken the change in."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from commonplace.derived.search import change_process
from commonplace.derived.search.documents import SearchDocument
from commonplace.derived.search.files import read_iris, write_documents
from commonplace.derived.search.from_change import LOGGED, ChangeReader, NewThings, in_order
from commonplace.derived.search.from_graph import documents, subjects
from commonplace.derived.search.index import SearchIndex
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import (
    BIBO,
    CITO,
    DATACITE,
    DCTERMS,
    FABIO,
    FOAF,
    LITRE,
    PRISM,
    PRO,
    RDF,
    RDFS,
    SKOS,
    XSD,
)
from commonplace.model.quad_text import TextFile
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import EntryBody, PatchLog
from commonplace.patchlog.opening import log_address
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.derived.search_library import StoreGraph
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


def made_of(log: PatchLog) -> tuple[list[SearchDocument], set[str]]:
    """The documents made from the text of the newest change, and the IRIs of what is left to the graph."""
    with log.body(log.head()) as change:
        found = _made_of(log, change, LOGGED)
        text = re.sub(rb"^A ", b"", change.text[change.start : change.end], flags=re.MULTILINE)
    assert _made_of(log, EntryBody(text, 0, len(text)), "") == found, "of N-Quads the same as of RDF Patch"
    return found


def _made_of(log: PatchLog, change: EntryBody, mark: str) -> tuple[list[SearchDocument], set[str]]:
    things = NewThings.of(change, MINTER, mark)
    for earlier in range(1, log.head()):
        with log.body(Version(earlier)) as before:
            things.take_out(before)
    reader = ChangeReader(change.text, things, MINTER)
    made = list(reader.documents(things.share(0, 1)))
    return made, things.known.union(reader.left)


def check(directory: Path, *changes: Sequence[Quad]) -> tuple[list[str], list[str]]:
    """The keys of the documents that are made of the last change, and those of what is left, which has one.

    Together they are what the graph gives after all of them.
    """
    log, graph = FileLog(directory, segment_bytes=1_000), StoreGraph()
    for number, added in enumerate(changes, start=1):
        log.append(entry(number, *added))
        graph.store.extend(added)
    made, left = made_of(log)
    assert [one.iri for one in made] == in_order(MINTER, [one.iri for one in made])
    read = list(documents(graph, MINTER, in_order(MINTER, left)))
    whole = list(documents(graph, MINTER, subjects(graph, MINTER)))
    assert sorted([*made, *read], key=lambda one: one.iri) == sorted(whole, key=lambda one: one.iri)
    return [one.key for one in made], [one.key for one in read]


@settings(max_examples=300)
@given(first=CHANGES, change=CHANGES, chunk=st.sampled_from([100, 1_000_000]))
def test_it_is_what_the_graph_gives(first: list[Quad], change: list[Quad], chunk: int) -> None:
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr("commonplace.derived.search.from_change.CHUNK_BYTES", chunk)
        check(Path(directory), first, [quad for quad in change if quad not in first])


PREFIXES = """
@prefix cp: <ontology#> . @prefix fabio: <http://purl.org/spar/fabio/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix pro: <http://purl.org/spar/pro/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix datacite: <http://purl.org/spar/datacite/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix litre: <http://www.essepuntato.it/2010/06/literalreification/> .
"""
WORK = '<id/work/w> a fabio:Expression ; dcterms:title "Water" .'
PERSON = '<id/person/p> a foaf:Person ; foaf:name "Ann Pen" .'
CONCEPT = '<id/concept/c> a skos:Concept ; skos:prefLabel "role"@en, "rôle"@fr, "Amt"@de .'
EVIDENCE = """<id/evidence/e> a cp:Evidence ; cp:work <id/work/w> ; cp:about <id/concept/c> ; cp:state cp:discusses ;
  cp:standing cp:accepted ; cp:quote "a quote" ."""
ROLE = "<id/work/w> pro:isDocumentContextFor <id/work/w#author-1> . <id/work/w#author-1> pro:isHeldBy <id/person/p> ."


def quads(trig: str) -> list[Quad]:
    return list(parse(PREFIXES + trig, format=RdfFormat.TRIG, base_iri=BASE))


@pytest.mark.parametrize(
    ("first", "change", "made", "left"),
    [
        ("", WORK + PERSON + ROLE, "p w", ""),
        ("", WORK + PERSON + ROLE + '<id/work/w#author-1> foaf:familyName "Penn" .', "p w", ""),
        (PERSON, WORK + ROLE, "", "p w"),
        ("", WORK + ROLE, "", "w"),
        ("<id/person/p> a foaf:Agent .", WORK + PERSON + ROLE, "", "p w"),
        ("<id/work/w#doi> a datacite:Identifier .", WORK, "", "w"),
        ("GRAPH <urn:g> {" + WORK + "}", WORK + CONCEPT, "c", "w"),
        ("", "GRAPH <urn:g> {" + WORK + ' <id/concept/c> skos:altLabel "beside" }' + CONCEPT, "c", ""),
        ("", "GRAPH _:g {" + WORK + ' <id/concept/c> skos:altLabel "beside"@fr, "x"^^xsd:date }' + CONCEPT, "c", ""),
        ("", WORK + CONCEPT + EVIDENCE, "c e", "w"),
        (CONCEPT + EVIDENCE, WORK, "", "c e w"),
        (EVIDENCE.replace("id/evidence/e", "urn:evidence") + CONCEPT, WORK, "", "c w"),
        ("", WORK + EVIDENCE, "", "e w"),
        ("", CONCEPT + '<id/claim/k> a cp:Claim ; rdfs:label "Claim" ; cp:concerns <id/concept/c> .', "c", "k"),
        ("", CONCEPT + '<id/case/k> a cp:Case ; rdfs:label "Case" ; rdfs:seeAlso <id/concept/c> .', "c", "k"),
        ("", WORK + "<id/work/w> pro:isDocumentContextFor <id/work/v#author-1> ." + PERSON, "p", "w"),
        ("", WORK + '<id/work/w> pro:isDocumentContextFor <urn:n> . <urn:n> foaf:name "N" .', "", "w"),
        ("", WORK + '<id/work/w> datacite:hasIdentifier [ litre:hasLiteralValue "10.1/2" ] .', "w", ""),
        ("", WORK + '<id/work/w> dcterms:creator "Ann:Pen", "text" .', "", "w"),
        ("", WORK + '<id/work/w> dcterms:creator "text" .', "w", ""),
        ("", '<id/work/w> a fabio:Expression ; dcterms:title "01"^^xsd:integer .', "", "w"),
        ("", '<id/work/w> a fabio:Expression ; dcterms:title "01"^^xsd:string ; dcterms:date "01"^^xsd:int .', "w", ""),
        ("", WORK + PERSON + '<id/work/w> dcterms:title "Water"@en, "Water", "Eau"@fr, "Eau"@oc .', "p w", ""),
        ("", '<id/person/p> foaf:name "Ann Pen" .' + WORK + "<id/person/p> a foaf:Person .", "p w", ""),
        ("", "<id/person/p> a skos:Concept . <id/venue/v> a fabio:Journal . <id/scheme/s> a skos:Concept .", "v", ""),
        ("", WORK + '<< <id/work/w> a fabio:Expression >> rdfs:comment "so it is" .', "w", ""),
    ],
)
def test_what_the_change_does_not_say_is_left_to_the_graph(
    tmp_path: Path, first: str, change: str, made: str, left: str
) -> None:
    assert check(tmp_path, quads(first), quads(change)) == (made.split(), left.split())


def test_a_line_that_stands_twice_is_one_statement(tmp_path: Path) -> None:
    said = quads(WORK + PERSON + ROLE + '<id/work/w#author-1> foaf:givenName "Ann", "Ann"@fr .')
    assert check(tmp_path, [], [*said, *said]) == (["p", "w"], [])


def test_what_was_taken_back_was_known(tmp_path: Path) -> None:
    log = FileLog(tmp_path)
    log.append(entry(1, *quads(PERSON)))
    log.append(entry(2, removed=tuple(quads(PERSON))))
    log.append(entry(3, *quads(PERSON + WORK)))
    made, left = made_of(log)
    assert [one.key for one in made] == ["w"]
    assert left == {f"{BASE}id/person/p"}


def test_all_that_is_new_is_made_of_the_change(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path)
    small.add(OSTROM)
    made, left = made_of(FileLog(tmp_path / "log"))
    assert left == set()
    assert small.library.read(lambda snapshot: list(documents(snapshot, MINTER, subjects(snapshot, MINTER)))) == made

    small.add(BOVAIRD)
    later, left = made_of(FileLog(tmp_path / "log"))
    assert [one.key for one in later] == ["public-administration-review", "tony-bovaird"]
    assert left == {*(one.iri for one in made), MINTER.thing("work", "bovaird2007").value}, "Ostrom is named before"


@pytest.mark.parametrize("is_logged", [True, False])
@pytest.mark.parametrize("parts", [1, 3])
def test_a_process_writes_it_and_says_what_it_left(tmp_path: Path, parts: int, is_logged: bool) -> None:
    """It reads the change in the log, or in a file where the log has not got it yet."""
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    before = shutil.copytree(tmp_path / "home" / "log", tmp_path / "before")
    small.add(BOVAIRD)
    log, directory = tmp_path / "home" / "log" if is_logged else before, _directory(tmp_path)
    with TemporaryFile() as file:
        size = file.write(serialize(small.library.log.entry(Version(2)).change.added, format=RdfFormat.N_QUADS) or b"")
        file.flush()
        text = None if is_logged else TextFile(file.fileno(), size)
        process = change_process.start(log_address(log), BASE, Version(2), directory, parts, text)
    assert process.wait(60) == 0
    change_process.end(process)

    left = read_iris(directory / change_process.LEFT)
    assert MINTER.thing("person", "elinor-ostrom").value in left
    place = directory / str(parts)
    small.library.read(lambda snapshot: write_documents(documents(snapshot, MINTER, left), MINTER, place))
    index, whole = SearchIndex(), SearchIndex()
    index.open([directory / str(part) for part in range(parts + 1)], 2)
    small.library.read(lambda snapshot: whole.rebuild(snapshot, MINTER, 2))
    for q in ("divide", "engagement", "ostrom", "bovaird", "review", "coproduction", "citizens"):
        assert index.search(q, limit=100) == whole.search(q, limit=100), q
    assert [hit.key for hit in index.search("engagement", ["work"]).hits] == ["bovaird2007"]
    assert sorted(path.name for path in directory.iterdir()) == sorted(
        [*(f"{part}{ending}" for part in range(parts + 1) for ending in ("", ".json", ".names")), change_process.LEFT]
    )


def test_nothing_is_left_of_one_that_is_ended_or_that_nobody_waits_for(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    log = log_address(tmp_path / "home" / "log")
    ended = change_process.start(log, BASE, Version(1), _directory(tmp_path), 2)
    change_process.end(ended)
    with pytest.raises(ProcessLookupError):
        os.killpg(ended.pid, 0)

    forking = change_process.start(log, BASE, Version(1), _directory(tmp_path, "killed"), 2)
    os.kill(forking.pid, signal.SIGKILL)
    change_process.end(forking)
    with pytest.raises(ProcessLookupError):
        os.killpg(forking.pid, 0)

    alone = change_process.start(log, BASE, Version(1), _directory(tmp_path, "other"), 2)
    assert alone.stdin is not None
    alone.stdin.close()
    assert alone.wait(60) == 1
    with pytest.raises(ProcessLookupError):
        os.killpg(alone.pid, 0)


def test_what_cannot_be_written_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    process = change_process.start(log_address(tmp_path / "home" / "log"), BASE, Version(1), tmp_path / "not there", 1)
    assert process.wait(60) == 1
    change_process.end(process)
    assert "the search index of version 1 cannot be written from its text" in capfd.readouterr().err


def _directory(parent: Path, name: str = "index") -> Path:
    made = parent / name
    made.mkdir()
    return made
