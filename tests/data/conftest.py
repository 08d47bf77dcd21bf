"""The reference set as its files have it: works.bib by bibtexparser, the Turtle files by rdflib."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_file
from bibtexparser.library import Library
from pyoxigraph import DefaultGraph, RdfFormat, serialize
from rdflib import Graph

from commonplace.home.reference_set import reference_set
from commonplace.model.minter import Minter

PROJECT = Path(__file__).parents[2]
DATA = PROJECT / "data"
SEED = PROJECT / "../shared/seed"
FACTS = SEED / "facts.json"
BASE = "http://127.0.0.1:8000/"
"""The base IRI that the Turtle files are written against."""


@pytest.fixture(scope="session")
def library() -> Library:
    """works.bib as blocks, readable or not."""
    return parse_file(str(DATA / "works.bib"))


@pytest.fixture(scope="session")
def entries(library: Library) -> dict[str, dict[str, str]]:
    """works.bib by key, each entry its fields and, as `ENTRYTYPE`, its type."""
    return {e.key: {f.key: str(f.value) for f in e.fields} | {"ENTRYTYPE": e.entry_type} for e in library.entries}


@pytest.fixture(scope="session")
def graph() -> Graph:
    """Every Turtle file of data/ in one graph."""
    merged = Graph()
    for path in sorted(DATA.glob("*.ttl")):
        merged.parse(path, format="turtle", publicID=BASE)
    return merged


@pytest.fixture(scope="session")
def loaded() -> Graph:
    """The default graph of a home that begins with data/: the works too, and what comes of checking each quote."""
    quads = reference_set(DATA, PROJECT / "ontology", Minter(BASE))
    triples = [quad.triple for quad in quads if quad.graph_name == DefaultGraph()]
    return Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """The two source documents by the key of their work; the test is skipped where they are absent."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEED.glob("*.txt"))] if SEED.is_dir() else []
    if len(texts) != 2:
        pytest.skip("../shared/seed is not here to compare with")
    return dict(zip(("mcmullin2022lead", "mcmullin2020citizenled"), texts, strict=True))


@pytest.fixture(scope="session")
def facts() -> dict[str, dict[str, Any]]:
    """The facts that the set was made from, by key; the test is skipped where they are absent."""
    if not FACTS.exists():
        pytest.skip("../shared/seed/facts.json is not here to compare with")
    works: list[dict[str, Any]] = json.loads(FACTS.read_text(encoding="utf-8"))["works"]
    return {work["key"]: work for work in works}
