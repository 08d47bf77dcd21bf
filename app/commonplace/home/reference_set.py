"""Read the reference set, a folder of works and of statements about them, as one change set.

`*.bib` are works; `*.ttl` are everything else, written with IRIs relative to the home's base. The
ontology and shapes go into named graphs of their own. Any folder of that form can be a home's
first version (`COMMONPLACE_REFERENCE_SET`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Triple, parse

from commonplace.commit import Committer, Proposal
from commonplace.curation.authorities import KnownInGraph
from commonplace.curation.quotes import quote_checks, quoting_things
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.importers.formats import format_of
from commonplace.library import Library
from commonplace.model.change import EMPTY, ChangeSet, Entry, Note, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import PROV, RDF
from commonplace.model.record import Record
from commonplace.model.searchable_pages import no_texts
from commonplace.model.work_writing import WorkWriter
from commonplace.patchlog.log import next_version

FIRST = Version(1)


def load_reference_set(library: Library, committer: Committer, folder: Path, ontology: Path) -> Entry | None:
    """Commit the reference set as version 1 of an empty home; None when the home is not empty.

    Raises `BadRequest` naming file and line when a file cannot be read.
    """
    if library.follow() != EMPTY:
        return None
    change = ChangeSet(added=tuple(reference_set(folder, ontology, library.minter)))
    note = Note(agent="commonplace", kind="reference-set", message=f"the reference set in {folder.name}/")
    return committer.commit(lambda snapshot: Proposal(change, note), expected=EMPTY)


def reference_set(folder: Path, ontology: Path, minter: Minter) -> Iterator[Quad]:
    """Yield every statement of the reference set, and of the ontology and shapes in their graphs."""
    said = [triple for path in sorted(folder.glob("*.ttl")) for triple in _read_data(path, minter)]
    known = new_graph(minter.base)
    known.apply(FIRST, ChangeSet(added=tuple(Quad(t.subject, t.predicate, t.object) for t in dict.fromkeys(said))))
    records = [record for path in sorted(folder.glob("*.bib")) for record in read_works(path)]
    keys = {record.key for record in records}
    works = known.read(
        lambda snapshot: list(WorkWriter(minter, KnownInGraph(snapshot, minter), keys).quads(records)),
    )
    yield from works
    known.apply(next_version(FIRST), ChangeSet(added=tuple(dict.fromkeys(works))))
    checks = known.read(lambda snapshot: list(_checked_quotes(snapshot, minter)))
    made_by = minter.change(FIRST)
    for triple in (*said, *checks):
        yield Quad(triple.subject, triple.predicate, triple.object)
        if triple.predicate == RDF["type"] and triple.object == minter.term("Evidence"):
            yield Quad(triple.subject, PROV["wasGeneratedBy"], made_by)
    for name, file in (("ontology", "commonplace.ttl"), ("shapes", "shapes.ttl")):
        graph = minter.graph(name)
        for triple in read_turtle(ontology / file, minter):
            yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _checked_quotes(snapshot: Snapshot, minter: Minter) -> Iterator[Triple]:
    """Yield what comes of comparing each quote with the text held; the reference set keeps no texts of works."""
    for checked in quote_checks(snapshot, minter, quoting_things(snapshot, minter), no_texts):
        yield from checked.triples(minter)


def _read_data(path: Path, minter: Minter) -> list[Triple]:
    """Return the statements of a data file. Raises `BadRequest`, also when it says itself whether a quote is found."""
    triples = read_turtle(path, minter)
    written = [str(triple.subject) for triple in triples if triple.predicate == minter.term("quoteCheck")]
    if written:
        why = "the program compares quotes and writes cp:quoteCheck itself: take it out"
        raise BadRequest(f"{path}: {why}", [(f"{path} {node}", why) for node in written])
    return triples


def read_turtle(path: Path, minter: Minter) -> list[Triple]:
    """Return the statements of a Turtle file, relative IRIs resolved against the base. Raises `BadRequest`."""
    try:
        return [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri=minter.base)]
    except SyntaxError as fault:
        raise BadRequest(f"{path}: {fault}", [(f"{path}:{fault.lineno or 0}", str(fault.msg))]) from fault


def read_works(path: Path) -> list[Record]:
    """Return the records of a bibliography file. Raises `BadRequest` when any entry of it has a fault."""
    data = path.read_bytes()
    reading = format_of(None, path.name, data).read(data, path.name)
    errors = [(f"{path}:{fault.line}", fault.why) for fault in reading.faults]
    records: list[Record] = []
    for entry in reading:
        where = f"{path}:{entry.line} {entry.key}"
        errors += [(where, f"{loss.field}: {loss.why}") for loss in entry.losses]
        if entry.record is None:
            errors.append((where, entry.error or "cannot be read"))
        else:
            records.append(entry.record)
    if errors:
        raise BadRequest(f"{path}: {len(errors)} faults in the reference set", errors)
    return records
