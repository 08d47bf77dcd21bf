"""Quads held as text are the quads they were made from, however the text is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, serialize

from commonplace.model.change import ChangeSet
from commonplace.model.quad_text import QuadText, has_blank_nodes, whole_lines
from tests.patchlog.entries import QUADS, quad

FEW = settings(max_examples=40)
MANY = st.lists(QUADS, max_size=6)


def text_of(quads: Sequence[Quad], size: int = 1 << 20) -> QuadText:
    """The same as text, in pieces of about that many bytes."""
    text = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return QuadText(lambda: whole_lines(text[at : at + size] for at in range(0, len(text), size)))


@FEW
@given(MANY, st.integers(1, 400))
def test_text_is_a_sequence_of_the_quads(quads: list[Quad], size: int) -> None:
    text = text_of(quads, size)

    assert list(text) == quads
    assert text == tuple(quads)
    assert tuple(quads) == text
    assert hash(text) == hash(tuple(quads))
    assert (len(text), bool(text)) == (len(quads), bool(quads))
    assert [text[at] for at in range(-len(quads), len(quads))] == quads * 2
    assert text[1:3] == tuple(quads[1:3])
    for outside in (len(quads), -len(quads) - 1):
        with pytest.raises(IndexError):
            text[outside]


@FEW
@given(MANY, MANY, st.integers(1, 400))
def test_a_change_touches_the_same_things_as_text(added: list[Quad], removed: list[Quad], size: int) -> None:
    plain = ChangeSet(added=tuple(added), removed=tuple(removed))
    as_text = ChangeSet(added=text_of(added, size), removed=text_of(removed, size))

    assert as_text == plain
    assert as_text.touched() == plain.touched()
    for things in range(len(plain.touched()) + 2):
        assert as_text.touches_more_than(things) == plain.touches_more_than(things)


def test_fragments_belong_to_their_thing() -> None:
    about = [quad("a"), quad("a#doi"), quad("ab"), quad("ab#author-1"), quad("a")]

    assert set(text_of(about).things()) == {"http://example.org/a", "http://example.org/ab"}


@FEW
@given(MANY)
def test_a_blank_node_is_never_missed(quads: list[Quad]) -> None:
    terms = (term for quad in quads for term in (quad.subject, quad.object, quad.graph_name))
    if any(isinstance(term, BlankNode) for term in terms):
        assert any(map(has_blank_nodes, text_of(quads).chunks()))


def test_plain_statements_have_no_blank_nodes() -> None:
    plain = text_of([quad("a"), Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal("x_:y"))])

    assert not any(map(has_blank_nodes, plain.chunks()))


@FEW
@given(st.lists(st.binary(max_size=8)), st.binary(max_size=3))
def test_whole_lines_lose_nothing(pieces: list[bytes], end: bytes) -> None:
    def given_pieces() -> Iterator[bytes]:
        yield from pieces
        yield end

    lines = list(whole_lines(given_pieces()))

    assert b"".join(lines) == b"".join(pieces) + end
    assert all(line.endswith(b"\n") for line in lines[:-1])
