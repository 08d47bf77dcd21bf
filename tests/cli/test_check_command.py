"""`commonplace check`: what it finds in a whole library, in words and as JSON, and that it writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.home import checking
from commonplace.home.opening import open_home
from commonplace.model.change import Version
from commonplace.model.namespaces import CITO, FABIO, FOAF, RDF
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.command import Finished, commonplace
from tests.conftest import BASE, settings_for
from tests.patchlog.entries import entry


def run(home: Path, *arguments: str) -> Finished:
    return commonplace(*arguments, cwd=home.parent, home=str(home))


def written(home: Path, *added: Quad, removed: tuple[Quad, ...] = ()) -> None:
    """Write a version to the log as another program might: not through the door."""
    log = open_home(settings_for(home)).library.log
    head = log.head()
    log.append(entry(head + 1, *added, removed=removed, previous=log.header(head).id))


def files(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name != "lock"}


def node(path: str) -> NamedNode:
    return NamedNode(BASE + path)


def test_the_reference_set_keeps_every_rule(home: Path) -> None:
    before = files(home)
    done = run(home, "check")
    assert (done.exit, done.err) == (0, ""), done
    assert done.text.startswith("version 1: ")
    assert done.text.endswith(" nodes checked, no breach\n")
    told = run(home, "check", "--json").json()
    assert (told["version"], told["complete"], told["breaches"]) == (1, "complete", [])
    assert told["nodes"] > 500
    assert files(home) == before


def test_each_kind_of_breach_is_told_with_what_to_do(home: Path) -> None:
    ostrom, term = node("id/work/ostrom1996"), node("ontology#").value
    written(
        home,
        Quad(ostrom, NamedNode(f"{term}alternativeKey"), Literal("parks1981")),
        Quad(ostrom, CITO["cites"], node("id/work/nobody1900")),
        Quad(ostrom, FABIO["hasPublicationYear"], Literal("ninety-six")),
        Quad(node("id/person/elinor-ostrom"), FOAF["givenName"], Literal("Lin")),
        removed=(Quad(node("id/person/elinor-ostrom"), FOAF["givenName"], Literal("Elinor")),),
    )
    before = files(home)
    done = run(home, "check")
    assert (done.exit, done.err) == (1, ""), done
    for beginning, does in (
        ("work ostrom1996, cito:cites: ", "Add that thing, or remove this statement too. (http"),
        ("work ostrom1996, fabio:hasPublicationYear: ", "Correct"),
        ("work ostrom1996, cp:alternativeKey: ", "Take it from one of the two. (parks1981)"),
        ("work parks1981, cp:citationKey: ", "Another work has this key, or has it as an alternative one: ostrom1996."),
        ("person elinor-ostrom, foaf:name: ", "which make 'Lin Ostrom'"),
    ):
        assert any(line.startswith(beginning) and does in line for line in done.text.splitlines()), done.text
    told = run(home, "check", "--json")
    assert told.exit == 1
    breaches = told.json()["breaches"]
    assert f"{len(breaches)} breaches" in done.text.splitlines()[-1]
    assert {
        "thing": f"{BASE}id/person/elinor-ostrom",
        "node": f"{BASE}id/person/elinor-ostrom",
        "property": "foaf:name",
        "value": "Elinor Ostrom",
    }.items() <= next(one for one in breaches if one.get("property") == "foaf:name").items()
    assert files(home) == before
    verified = run(home, "verify")
    assert verified.exit == 1
    assert set(done.text.splitlines()[:-1]) <= set(verified.text.splitlines())


def test_a_check_that_stops_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home, *(Quad(node(f"id/work/nameless{number}"), RDF["type"], FABIO["Expression"]) for number in range(9)))
    library = open_home(settings_for(home)).library
    monkeypatch.setattr(checking, "REPORTED", 3)
    moved: list[tuple[int, int]] = []
    shapes = SHIPPED_ONTOLOGY / "shapes.ttl"

    found = library.read(
        lambda snapshot: checking.checked(
            snapshot, shapes, library.minter, library.texts, lambda *at: moved.append(at)
        ),
        Version(2),
    )

    assert not found.complete
    assert found.shape(library.minter)["complete"] == "truncated"
    assert "at the first 3 nodes that break a rule" in [*found.lines(library.minter)][-1]
    assert moved[0] == (0, found.nodes)


def test_no_library_is_made_to_be_checked(tmp_path: Path) -> None:
    done = commonplace("check", "--home", tmp_path / "hoem", cwd=tmp_path)
    assert done.exit == 2
    assert "no library at" in done.err
    assert not (tmp_path / "hoem").exists()
