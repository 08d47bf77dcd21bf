"""The quotes of a reference set, compared with what its works say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from commonplace.errors import BadRequest
from commonplace.home.reference_set import reference_set
from commonplace.model.minter import Minter
from commonplace.settings import SHIPPED_ONTOLOGY

MINTER = Minter("https://library.example/")

WORKS = """
@article{held2001, author = {Held, Ada}, title = {A Garden for All}, date = {2001},
  abstract = {Neighbours began it, and officials came second.}, keywords = {gardens}}
@article{bare2002, author = {Bare, Bo}, title = {The Rest}, date = {2002}}
"""
EVIDENCE = """
@prefix cp: <ontology#> . @prefix prov: <http://www.w3.org/ns/prov#> .
<id/evidence/{key}> a cp:Evidence ; cp:work <id/work/{work}> ; cp:locator "{locator}" ; {more}
    cp:quote "{quote}" .
"""


def checked(folder: Path, **of: str) -> str:
    """What the reference set of that one piece of evidence says of its quote."""
    (folder / "works.bib").write_text(WORKS)
    (folder / "evidence.ttl").write_text(EVIDENCE.format(key="e", **{"more": "", **of}))
    found = [
        quad.object.value
        for quad in reference_set(folder, SHIPPED_ONTOLOGY, MINTER)
        if quad.predicate == MINTER.term("quoteCheck") and isinstance(quad.object, NamedNode)
    ]
    assert len(found) == 1
    return MINTER.local(found[0])


@pytest.mark.parametrize(
    ("work", "locator", "quote", "expected"),
    [
        ("held2001", "abstract", "officials came second", "exact"),
        ("held2001", "title", "a garden for all", "normalised"),
        ("held2001", "keywords", "gardens", "exact"),
        ("held2001", "abstract", "officials came first", "not-found"),
        ("bare2002", "abstract", "officials came first", "no-text"),
        ("nobody1999", "title", "A Garden for All", "no-text"),
    ],
)
def test_a_quote_is_compared_with_its_work(tmp_path: Path, work: str, locator: str, quote: str, expected: str) -> None:
    assert checked(tmp_path, work=work, locator=locator, quote=quote) == expected


def test_words_of_another_work_are_looked_for_there(tmp_path: Path) -> None:
    of_other = "prov:wasQuotedFrom <id/work/held2001> ;"
    assert checked(tmp_path, work="bare2002", locator="p. 3", quote="Neighbours began it", more=of_other) == "exact"
    assert checked(tmp_path, work="bare2002", locator="p. 3", quote="The Rest", more=of_other) == "not-found"


def test_a_file_that_says_so_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"evidence\.ttl: the program compares quotes") as caught:
        checked(tmp_path, work="bare2002", locator="title", quote="Never said", more="cp:quoteCheck cp:exact ;")
    (place, what_to_do), *others = caught.value.errors
    assert place.endswith("evidence.ttl <https://library.example/id/evidence/e>")
    assert "take it out" in what_to_do
    assert not others
