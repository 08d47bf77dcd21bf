"""Read the particulars of the works of a state, and which works the graph relates already."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from sys import intern

from pyoxigraph import Literal, NamedNode, QuerySolution

from commonplace.curation.duplicates.particulars import Particulars, particulars
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.model.match_key import identifiers
from commonplace.model.minter import Minter

_PEOPLE = """SELECT ?work ?as ?position ?family ?given ?name ?printed ?initials ?whole WHERE {{ {works}
    ?work pro:isDocumentContextFor ?role . ?role pro:isHeldBy ?agent ; pro:withRole ?as .
    FILTER(?as = pro:author || ?as = pro:editor)
    OPTIONAL {{ ?role cp:position ?position }}
    OPTIONAL {{ ?agent foaf:familyName ?family }} OPTIONAL {{ ?agent foaf:givenName ?given }}
    OPTIONAL {{ ?agent foaf:name ?name }}
    OPTIONAL {{ ?role foaf:familyName ?printed OPTIONAL {{ ?role foaf:givenName ?initials }} }}
    OPTIONAL {{ ?role foaf:name ?whole }} }}"""

_WORKS = """SELECT * WHERE {{ {works}
    ?work a fabio:Expression
    OPTIONAL {{ ?work dcterms:title ?title }} OPTIONAL {{ ?work fabio:hasPublicationYear ?year }}
    OPTIONAL {{ ?work dcterms:type ?type }} OPTIONAL {{ ?work prism:doi ?doi }}
    OPTIONAL {{ ?work dcterms:isPartOf ?in OPTIONAL {{ ?in dcterms:title ?venue }} }}
    OPTIONAL {{ ?work prism:volume ?volume }} OPTIONAL {{ ?work prism:edition ?edition }}
    OPTIONAL {{ ?work dcterms:language ?language }} OPTIONAL {{ ?work cp:sourceFields ?source }}
    OPTIONAL {{ ?work prism:issueIdentifier ?issue }} OPTIONAL {{ ?work prism:pageRange ?page }} }}"""

_ISBNS = "SELECT ?work ?isbn WHERE {{ {works} ?work prism:isbn ?isbn ; a fabio:Expression }}"

_RELATIONS = """SELECT ?one ?other WHERE {
    VALUES ?relation { dcterms:isVersionOf dcterms:hasVersion dcterms:replaces dcterms:isReplacedBy dcterms:source
    dcterms:relation dcterms:isPartOf cito:reviews cito:isReviewedBy cito:corrects cito:isCorrectedBy cito:discusses
    cito:isDiscussedBy cito:repliesTo cito:hasReplyFrom cito:documents cito:isDocumentedBy cito:critiques
    cito:isCritiquedBy cito:retracts cito:isRetractedBy }
    ?one ?relation ?other . ?one a fabio:Expression . ?other a fabio:Expression }"""


def read_particulars(
    snapshot: Snapshot, minter: Minter, works: Iterable[NamedNode] | None = None
) -> Iterator[Particulars]:
    """Yield the particulars of every work of a state, or of some, in no order."""
    chosen = "" if works is None else values_clause("work", works)
    people = _people(snapshot, chosen)
    isbns: dict[str, list[str]] = {}
    for row in snapshot.select(PROLOGUE + _ISBNS.format(works=chosen)):
        isbns.setdefault(_value(row["work"]), []).append(_value(row["isbn"]))
    seen: set[str] = set()
    for row in snapshot.select(PROLOGUE + _WORKS.format(works=chosen)):
        work = _value(row["work"])
        if work not in seen:  # a second row is of a second year, venue …
            seen.add(work)
            yield _particulars(row, people.get(work, ()), isbns.get(work, ()), minter)


def related_works(snapshot: Snapshot, minter: Minter) -> set[tuple[str, str]]:
    """Return the keys, in order, of every two works of which the graph says how they are related."""
    found: set[tuple[str, str]] = set()
    for row in snapshot.select(PROLOGUE + _RELATIONS):
        one, other = sorted((minter.key(_value(row["one"])), minter.key(_value(row["other"]))))
        found.add((one, other))
    return found


def _people(snapshot: Snapshot, chosen: str) -> dict[str, list[str]]:
    """Return the names of the authors of works, or else of their editors, as printed, in their order."""
    named: dict[str, list[tuple[str, int, str]]] = {}
    for row in snapshot.select(PROLOGUE + _PEOPLE.format(works=chosen)):
        if name := _name(row):
            place = int(_value(row["position"]) or 0)
            named.setdefault(_value(row["work"]), []).append((intern(_value(row["as"])), place, intern(name)))
    found: dict[str, list[str]] = {}
    for work, listed in named.items():
        listed.sort()
        found[work] = [name for role, _, name in listed if role == listed[0][0]]
    return found


def _name(row: QuerySolution) -> str:
    for family, given, whole in (("printed", "initials", "whole"), ("family", "given", "name")):
        if row[family] is not None:
            return ", ".join(filter(None, (_value(row[family]), _value(row[given]))))
        if row[whole] is not None:
            return _value(row[whole])
    return ""


def _particulars(row: QuerySolution, names: Iterable[str], isbns: Iterable[str], minter: Minter) -> Particulars:
    of = {name: _value(row[name]) for name in ("type", "title", "year", "venue", "volume", "issue", "page", "doi")}
    of |= {name: _value(row[name]) for name in ("edition", "language")}
    names, isbns = list(names), sorted(isbns)
    printed = json.dumps([of, names, isbns], ensure_ascii=False, sort_keys=True)
    year = of.pop("year")
    held_in = minter.kind_and_key(_value(row["in"]))
    found = particulars(
        key=minter.key(_value(row["work"])),
        names=names,
        year=int(year) if re.fullmatch(r"-?\d+", year) else None,
        identifiers=identifiers(of["type"], tuple(isbns), json.loads(_value(row["source"]) or "{}"), of["doi"] or None),
        part_of=held_in[1] if held_in and held_in[0] == "work" else "",
        **of,
    )
    return found._replace(digest=hashlib.blake2b(printed.encode(), digest_size=8).hexdigest())


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
