"""A near-duplicate of a work of the reference set, and what tests of merging do with the two."""

from __future__ import annotations

from typing import Any

import httpx

from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.home.opening import Home
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE

NEAR_DUPLICATE = """@article{ostrom96divide,
  author = {Ostrom, E.}, title = {Crossing the great divide: Co-production, synergy and development},
  journal = {World Dev.}, publisher = {Elsevier Ltd}, year = 1996, volume = 24, pages = {1073-87},
  keywords = {synergy, sanitation},
  abstract = {Co-production is a process through which inputs from outside are turned into goods.},
}
@article{nobody1983, author = {Nobody, Ann}, title = {A paper that is not about this}, year = 1983,
  note = {cites the other}, journal = {Journal of Nothing}}
"""
STAYS, GOES = "/works/ostrom1996", "/works/ostrom96divide"

BIBTEX = {"Content-Type": "application/x-bibtex", "Prefer": "wait=60"}
"""Headers of an import, which is waited for however busy the machine is."""


def all_of(opened: Home) -> set[str]:
    """Return every statement of the library."""
    return opened.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()})


def sound(opened: Home) -> bool:
    """Answer whether the data keep the rules, links included."""
    shapes = read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)
    return opened.library.read(lambda snapshot: violations(snapshot, shapes)) == []


def merge(client: httpx.Client, place: str = STAYS, other: str = "ostrom96divide", **more: Any) -> dict[str, Any]:
    """Merge one thing into another, and return the report."""
    answer = client.post(f"{place}/merge", json={"from": other, **more})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def evidence(client: httpx.Client, work: str, about: str = "professional-role", **more: str) -> str:
    """Say that a work discusses a concept, and return the key of the evidence."""
    given = {"work": work, "about": about, "state": "discusses", "directness": "direct", "certainty": "high", **more}
    made = client.post("/evidence", json=given)
    assert made.status_code == 201, made.text
    key: str = made.json()["id"]
    return key
