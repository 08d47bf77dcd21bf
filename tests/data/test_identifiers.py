"""Every DOI, ISBN and ISSN of the set is well formed, and none that is only recalled passes for known."""

from __future__ import annotations

import re
from collections.abc import Callable

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

Entries = dict[str, dict[str, str]]
CP = Namespace("http://127.0.0.1:8000/ontology#")
DATACITE = Namespace("http://purl.org/spar/datacite/")
LITRE = Namespace("http://www.essepuntato.it/2010/06/literalreification/")
PRISM = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
DOI = re.compile(r"10\.\d{4,9}/\S+")


def is_isbn(text: str) -> bool:
    """Whether that is a hyphenated ISBN-13 with a right check digit (ISO 2108)."""
    digits = text.replace("-", "")
    if not re.fullmatch(r"97[89](-\d+){3}-\d", text) or len(digits) != 13:
        return False
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def is_issn(text: str) -> bool:
    """Whether that is an ISSN with a right check digit (ISO 3297)."""
    if not re.fullmatch(r"\d{4}-\d{3}[\dX]", text):
        return False
    digits = text.replace("-", "")
    total = sum(int(d) * (8 - i) for i, d in enumerate(digits[:7]))
    return (total + (10 if digits[7] == "X" else int(digits[7]))) % 11 == 0


def test_the_checks_know_right_from_wrong() -> None:
    assert [is_isbn(one) for one in ("978-1-138-70011-6", "978-1-138-70011-7", "9781138700116")] == [True, False, False]
    assert [is_issn(one) for one in ("0305-750X", "1573-7888", "0305-7501", "0305750X")] == [True, True, False, False]


def test_dois_are_bare_well_formed_and_of_one_work(entries: Entries) -> None:
    seen: dict[str, str] = {}
    for key, entry in entries.items():
        if doi := entry.get("doi"):
            assert DOI.fullmatch(doi), f"{key}: write the DOI bare, as 10.1234/suffix, not {doi}"
            assert seen.setdefault(doi.lower(), key) == key, f"{key} and {seen[doi.lower()]} have the same DOI"


def test_isbns_are_hyphenated_and_right(entries: Entries) -> None:
    seen: dict[str, str] = {}
    for key, entry in entries.items():
        for isbn in entry.get("isbn", "").split(", ") if "isbn" in entry else []:
            assert is_isbn(isbn), f"{key}: {isbn} is no hyphenated ISBN-13 with a right check digit"
            assert seen.setdefault(isbn, key) == key, f"{key} and {seen[isbn]} have the same ISBN"


def test_issns_are_right_and_of_one_journal(entries: Entries) -> None:
    seen: dict[str, str] = {}
    for key, entry in entries.items():
        for issn in entry.get("issn", "").split(", ") if "issn" in entry else []:
            assert is_issn(issn), f"{key}: {issn} is no ISSN with a right check digit"
            journal = entry["journal"]
            assert seen.setdefault(issn, journal) == journal, f"{key}: {issn} is the ISSN of {seen[issn]}"


def test_an_identifier_in_turtle_is_whole(graph: Graph) -> None:
    valid: dict[Node | None, Callable[[str], bool]] = {
        DATACITE.doi: lambda text: DOI.fullmatch(text) is not None,
        DATACITE.isbn: is_isbn,
        DATACITE.issn: is_issn,
    }
    for node in graph.subjects(RDF.type, DATACITE.Identifier):
        scheme, value = graph.value(node, DATACITE.usesIdentifierScheme), graph.value(node, LITRE.hasLiteralValue)
        assert scheme in valid, f"{node}: datacite:usesIdentifierScheme is datacite:doi, datacite:isbn or datacite:issn"
        assert valid[scheme](str(value)), f"{node}: {value} is not a well-formed identifier of its scheme"
        owner = URIRef(str(node).partition("#")[0])
        assert (owner, DATACITE.hasIdentifier, node) in graph, f"{node}: link it from {owner} by datacite:hasIdentifier"
        assert graph.value(node, CP.confirmation), f"{node}: say in cp:confirmation how sure it is"
        assert graph.value(node, RDFS.comment), f"{node}: say in rdfs:comment where it is from"
        if scheme != DATACITE.doi:
            assert str(node).endswith(f"-{value}"), f"{node}: its fragment is the scheme, a hyphen and the value"


def test_a_remark_on_an_identifier_belongs_to_one(graph: Graph, entries: Entries) -> None:
    plain = {one for e in entries.values() for f in ("doi", "isbn", "issn") for one in e.get(f, "").split(", ")}
    described = set(graph.subjects(RDF.type, DATACITE.Identifier))
    for node in set(graph.subjects(RDFS.comment)) - described:
        scheme, _, value = str(node).partition("#")[2].partition("-")
        if scheme in ("isbn", "issn"):
            assert value in plain, f"{node}: no entry of works.bib has {value}"


def test_what_is_recalled_is_never_plain(graph: Graph, entries: Entries) -> None:
    plain = {one for e in entries.values() for f in ("doi", "isbn", "issn") for one in e.get(f, "").split(", ")}
    recalled = [node for node in graph.subjects(CP.confirmation, CP.recalled) if "#" in str(node)]
    assert recalled
    for node in recalled:
        value = graph.value(node, LITRE.hasLiteralValue)
        assert str(value) not in plain, (
            f"{value} is only recalled: take it out of works.bib, or confirm it and drop {node}"
        )
        for predicate in (PRISM.doi, PRISM.isbn, PRISM.issn):
            assert (None, predicate, Literal(str(value))) not in graph, f"{value} is only recalled"
