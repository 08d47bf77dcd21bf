"""RDF Patch text: what is written is what is read, and other programs read it too."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from rdflib import Dataset
from rdflib.compare import isomorphic

from commonplace.errors import LogDamaged
from commonplace.model.change import ChangeSet, Entry
from commonplace.model.quad_text import QuadText
from commonplace.patchlog.rdf_patch import BEGIN, COMMIT, body_digest, entry_of, read_body, read_header, write_entry
from tests.patchlog.entries import ENTRIES, EX, entry, quad

CHAIN = hashlib.sha256(b"before").hexdigest()


def read(text: bytes) -> Entry:
    """The entry in that text; where it lies is told as `here`."""
    begin = text.index(BEGIN)
    header = read_header(text[:begin], "here")
    return entry_of(header, read_body(text[begin + len(BEGIN) : -len(COMMIT)], header, "here"))


@settings(max_examples=40)
@given(ENTRIES)
def test_what_is_written_is_what_is_read(written: Entry) -> None:
    text = write_entry(written, CHAIN)

    assert read(text) == written
    assert read_header(text.partition(BEGIN)[0], "here").chain == CHAIN


@settings(max_examples=40)
@given(ENTRIES)
def test_every_line_is_a_row_of_rdf_patch(written: Entry) -> None:
    lines = write_entry(written, CHAIN).decode().split("\n")

    kinds = [line.partition(" ")[0] for line in lines[:-1]]
    assert kinds == sorted(kinds, key=["H", "TX", "D", "A", "TC"].index)
    assert all(line.endswith(" .") for line in lines[:-1])
    assert lines[-1] == ""
    assert kinds.count("A") == len(written.change.added)
    assert kinds.count("D") == len(written.change.removed)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own use of what it deprecates
def test_the_added_lines_are_n_quads_that_rdflib_reads() -> None:
    s, p = NamedNode(EX + "s"), NamedNode(EX + "p")
    quads = (
        Quad(s, p, Literal('a "quoted"\nline\twith \\ and 😀')),
        Quad(s, p, Literal("chat", language="fr-CA")),
        Quad(s, p, Literal("1996", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))),
        Quad(BlankNode("b0"), p, BlankNode("b1"), NamedNode(EX + "g")),
    )
    text = write_entry(entry(1, *quads), CHAIN).decode()
    rows = "".join(f"{line[2:]}\n" for line in text.split("\n") if line.startswith("A "))

    read = Dataset()
    read.parse(data=rows, format="nquads")

    expected = Dataset()
    expected.parse(
        data=f"""@prefix : <{EX}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        :s :p "a \\"quoted\\"\\nline\\twith \\\\ and 😀", "chat"@fr-ca, "1996"^^xsd:gYear .
        :g {{ _:b0 :p _:b1 }}""",
        format="trig",
    )
    assert {g.identifier for g in read.graphs()} == {g.identifier for g in expected.graphs()}
    for graph in expected.graphs():
        assert isomorphic(read.graph(graph.identifier), graph)


def test_a_changed_byte_anywhere_is_noticed() -> None:
    text = write_entry(entry(1, quad("a"), removed=(quad("b"),), message="why"), CHAIN)
    begin = text.index(BEGIN)
    end = len(text) - len(COMMIT)

    for at in [*range(begin), *range(begin + len(BEGIN), end)]:
        flipped = bytearray(text)
        flipped[at] ^= 1
        with pytest.raises(LogDamaged, match="here"):
            read(bytes(flipped))


def test_a_long_change_is_gone_through_once_for_its_digest() -> None:
    text = [b'<https://example.org/a> <https://example.org/p> "%d" .\n' % number for number in range(3)]
    begun: list[int] = []

    def chunks() -> list[bytes]:
        begun.append(len(begun))
        return [text[0] + text[1], text[2]]

    change = ChangeSet(added=QuadText(chunks))
    body = b"".join(b"A " + line for line in text)

    assert body_digest(change) == (len(body), hashlib.sha256(body).hexdigest())
    written = write_entry(replace(entry(1), change=change), CHAIN)
    assert len(begun) == 2  # the second time it is written
    assert written.partition(BEGIN)[2] == body + COMMIT
    assert read_header(written.partition(BEGIN)[0], "here").body_sha256 == hashlib.sha256(body).hexdigest()


def test_the_digest_of_a_change_that_also_removes_is_that_of_the_whole_body() -> None:
    gone, come = quad("gone"), quad("come")
    change = ChangeSet(added=QuadText(lambda: [f"{come} .\n".encode()]), removed=(gone,))
    body = f"D {gone} .\nA {come} .\n".encode()

    assert body_digest(change) == (len(body), hashlib.sha256(body).hexdigest())
