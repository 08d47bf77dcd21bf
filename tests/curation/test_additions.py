"""What of many statements is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from commonplace.curation.additions import Additions
from tests.conftest import BASE
from tests.curation.works import SmallLibrary

P = NamedNode("http://example.org/p")


def statement(thing: str, value: str) -> Quad:
    return Quad(NamedNode(f"{BASE}id/{thing}"), P, Literal(value))


def text(*quads: Quad) -> bytes:
    return serialize(quads, format=RdfFormat.N_QUADS) or b""


@pytest.mark.parametrize("singly", [0, 100], ids=["by what things there are", "singly"])
def test_only_what_is_not_there_is_new(tmp_path: Path, singly: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.curation.additions.ASKED_SINGLY", singly)
    small = SmallLibrary(tmp_path / "home")
    small.commit(statement("note/a", "one"), statement("note/b#doi", "two\nlines"))
    asked = [
        (statement("note/a", "one"), statement("note/a", "more")),
        (statement("note/b", "title"), statement("note/b#doi", "two\nlines")),
        (statement("note/ab", "one"), statement("note/ab#doi", "two")),
    ]

    def new(additions: Additions) -> list[bytes]:
        return [additions.of(text(*quads)) for quads in asked]

    found = small.library.read(lambda snapshot: new(Additions(snapshot)))

    assert found == [text(asked[0][1]), text(asked[1][0]), text(*asked[2])]


@pytest.mark.parametrize("singly", [0, 100], ids=["by what things there are", "singly"])
def test_a_thing_is_said_when_it_has_statements_of_its_own(
    tmp_path: Path, singly: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonplace.curation.additions.ASKED_SINGLY", singly)
    small = SmallLibrary(tmp_path / "home")
    small.commit(statement("note/a", "one"), statement("note/b#doi", "two"))
    things = [NamedNode(f"{BASE}id/note/{key}") for key in ("a", "b", "ab")]

    found = small.library.read(lambda snapshot: list(map(Additions(snapshot).is_said, things)))

    assert found == [True, False, False]
