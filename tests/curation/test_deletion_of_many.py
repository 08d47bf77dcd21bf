"""Deleting what very many things hang on is decided by a look at each of them."""

from __future__ import annotations

import pytest
from pyoxigraph import Quad

from commonplace.curation.deletion import Hanging, deletion_of
from commonplace.model.namespaces import CITO, FABIO, PRO, RDF
from tests.library.test_lists import MINTER, PEOPLE, WORKS, History


@pytest.mark.parametrize("with_dependents", [False, True])
def test_what_hangs_on_a_work_is_not_compared_with_the_rest(
    with_dependents: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 17,000 works that cite one, each would be compared with all before it: a deletion was never answered."""
    history = History()
    work, *_ = WORKS
    role = MINTER.thing("work", "a", "author-1")
    citing = [MINTER.thing("work", f"citing{number}") for number in range(40)]
    history.turn_round(
        [
            *(Quad(one, RDF["type"], FABIO["Expression"]) for one in (work, *citing)),
            *(Quad(one, CITO["cites"], work) for one in citing),
            Quad(work, PRO["isDocumentContextFor"], role),
            Quad(role, PRO["isHeldBy"], PEOPLE[0]),
            Quad(citing[0], PRO["isDocumentContextFor"], role),
        ]
    )
    compared: list[Hanging] = []

    def equal(one: Hanging, other: object) -> bool:
        compared.append(one)
        return one is other

    monkeypatch.setattr(Hanging, "__eq__", equal)
    deletion = history.graph.read(lambda snapshot: deletion_of(snapshot, work, MINTER, with_dependents=with_dependents))

    links = {one.node for one in deletion.unlinked if one.property == CITO["cites"]}
    hanging = {one.node for one in deletion.hanging}
    assert (links, hanging) == ((set(citing), set()) if with_dependents else (set(), set(citing)))
    assert [one.node for one in deletion.unlinked if one.property != CITO["cites"]] == citing[:1], "the role again"
    assert not compared
