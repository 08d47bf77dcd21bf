"""Take in the citations that the OpenCitations Index knows of works here, by DOI, as one version.

A citation between two works of the library becomes one, with the index as its source where nobody had said it before.
Of a work that the library does not hold, the DOI is kept: among the references of the citing work, or as the address of
a work that cites; either becomes a citation when that work is imported. Nothing is taken away: what the library alone
knows stays as it is, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.curation.citation_links import DoiLinks
from commonplace.curation.known_works import KnownWorks
from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.edits import Editor
from commonplace.exchange.works_known import known_works
from commonplace.importers.authorities.opencitations import Indexed, indexed_citations
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import AgencyFault
from commonplace.library import Library
from commonplace.library.dois import doi_pattern
from commonplace.library.named_things import known_thing
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.identifiers import doi_key
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FOAF, PROV, RDF, RDFS

SOURCE = "OpenCitations Index"
"""Name of the source, which is the agent of the citations that it is the first to know."""

AGENT = "opencitations"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class WorkCitations:
    """What the index knows of one work, and what of it is new here: works by key, others by DOI.

    `only_here` are works with a DOI that the library says it cites and the index does not. `why` is the reason where
    nothing could be asked.
    """

    work: str
    fate: Literal["new", "matched", "failed"] = "matched"
    references: int = 0
    citations: int = 0
    without_doi: int = 0
    cites: list[str] = field(default_factory=list)
    cited_by: list[str] = field(default_factory=list)
    references_kept: list[str] = field(default_factory=list)
    citing_kept: list[str] = field(default_factory=list)
    only_here: list[str] = field(default_factory=list)
    why: str | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was taken in; `entry` is None where nothing was written."""

    items: tuple[WorkCitations, ...]
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class _Answer:
    references: Indexed
    citations: Indexed


class ForeignCitations:
    """Citations from elsewhere that come in to one library. Safe to use from several threads."""

    def __init__(
        self, library: Library, committer: Committer, base: str | None, client: Callable[[], AgencyClient]
    ) -> None:
        self._library = library
        self._committer = committer
        self._base = base
        self._client = client

    def take_in(
        self,
        works: Sequence[str],
        editor: Editor,
        expected: Version | None = None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> TakenIn:
        """Ask for the citations of works, given by their keys, and add what is new.

        A work without a DOI, or of which the index gives no answer, fails alone. Raises `BadRequest` where no work is
        named or the settings forbid to ask, and `Conflict` when `expected` is given and is not the head.
        """
        if self._base is None:
            raise BadRequest("COMMONPLACE_OPENCITATIONS_URL is none: the index is not asked", [("works", "not asked")])
        if not works:
            raise BadRequest("name the works whose citations to ask for", [("works", "give at least one key")])
        works, dois = self._library.read(lambda snapshot: self._held(snapshot, works))
        answers: dict[str, _Answer | str] = {}
        with self._client() as client:
            for number, work in enumerate(works, 1):
                answers[work] = self._asked(client, self._base, dois.get(work, ()))
                if progress:
                    progress(number, len(works))
        items: list[WorkCitations] = []

        def propose(snapshot: Snapshot) -> Proposal:
            linking = _Linking(snapshot, self._library.minter, known_works(self._library, snapshot))
            items[:] = [linking.item(work, answers[work]) for work in works]
            new = sum(len(one.cites) + len(one.cited_by) for one in items)
            message = editor.message or f"{SOURCE}: {new} citations of {len(items)} works"
            return Proposal(linking.change(), Note(agent=editor.agent, kind="citations", message=message))

        if dry_run:
            self._library.read(propose)
            return TakenIn(tuple(items), None)
        entry = self._committer.commit(propose, expected)
        return TakenIn(tuple(items), entry)

    def _held(self, snapshot: Snapshot, works: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
        """Return the keys, those of works that were merged in place of the ones that they are now, and the DOIs."""
        minter = self._library.minter
        stand = (known_thing(snapshot, minter, minter.thing("work", key)) for key in works)
        keys = [minter.key(node.value) if node else key for key, node in zip(works, stand, strict=True)]
        return list(dict.fromkeys(keys)), dois_of(snapshot, minter)

    def _asked(self, client: AgencyClient, base: str, dois: Sequence[str]) -> _Answer | str:
        if not dois:
            return "no work here has this key and a DOI"
        try:
            references = [indexed_citations(client, base, doi, "references") for doi in dois]
            citations = [indexed_citations(client, base, doi, "citations") for doi in dois]
        except AgencyFault as fault:
            return str(fault)
        return _Answer(_together(references, dois), _together(citations, dois))


def _together(answers: Sequence[Indexed], own: Sequence[str]) -> Indexed:
    """Return what the index knows of a work by its own DOIs as of one work, which cites none of them."""
    left_out = {doi_key(doi) for doi in own}
    found = {doi_key(one.doi): one for answer in reversed(answers) for one in answer.citations}
    kept = tuple(one for key, one in found.items() if key not in left_out)
    return Indexed(kept, sum(answer.without_doi for answer in answers))


def dois_of(snapshot: Snapshot, minter: Minter) -> dict[str, list[str]]:
    """Return the DOIs of each work that has any, by its key: its own first, then those of works merged into it."""
    rows = snapshot.select(
        f"{PROLOGUE}SELECT DISTINCT ?work ?doi ?order WHERE {{ ?work a fabio:Expression . "
        f"{doi_pattern('?work', '?doi')} }} ORDER BY ?work ?order ?doi"
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        if isinstance(work := row["work"], NamedNode) and isinstance(doi := getattr(row["doi"], "value", None), str):
            found.setdefault(minter.key(work.value), []).append(doi)
    return found


class _Linking:
    """Links works in one state as the index says."""

    def __init__(self, snapshot: Snapshot, minter: Minter, known: KnownWorks | None) -> None:
        self._snapshot = snapshot
        self._minter = minter
        self._matcher = Matcher(snapshot, minter, known)
        self._links = DoiLinks(snapshot, minter, self._matcher)
        self._sources: list[Quad] = []

    def item(self, work: str, answer: _Answer | str) -> WorkCitations:
        """Return what the index knows of a work, and link it."""
        if isinstance(answer, str):
            return WorkCitations(work, "failed", why=answer)
        found = WorkCitations(
            work,
            references=len(answer.references.citations),
            citations=len(answer.citations.citations),
            without_doi=answer.references.without_doi + answer.citations.without_doi,
        )
        held, others = self._split(answer.references)
        found.cites = [key for key, oci in held if self._cite(work, key, oci)]
        found.references_kept = self._links.keep_dois(work, others, SOURCE)
        held, others = self._split(answer.citations)
        found.cited_by = [key for key, oci in held if self._cite(key, work, oci)]
        found.citing_kept = [doi for doi in others if self._links.cited_by_address(work, doi)]
        found.only_here = self._only_here(work, answer.references)
        if found.cites or found.cited_by or found.references_kept or found.citing_kept:
            found.fate = "new"
        return found

    def change(self) -> ChangeSet:
        """Return the change that all links make, with their source."""
        links = self._links.change()
        return ChangeSet((*links.added, *self._sources), links.removed)

    def _split(self, indexed: Indexed) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the works that the library holds, each with the identifier of the citation, and the DOIs of others."""
        held, others = [], []
        for one in indexed.citations:
            key = self._matcher.key_of_doi(one.doi)
            if key is None:
                others.append(one.doi)
            else:
                held.append((key, one.oci))
        return held, others

    def _cite(self, citing: str, cited: str, oci: str) -> bool:
        node = self._links.cite(citing, cited)
        if node is None:
            return False
        agent = self._minter.thing("agent", AGENT)
        self._sources += [
            Quad(node, PROV["wasAttributedTo"], agent),
            Quad(node, RDFS["comment"], RdfLiteral(f"{SOURCE}, oci:{oci.removeprefix('oci:')}" if oci else SOURCE)),
            Quad(agent, RDF["type"], PROV["Agent"]),
            Quad(agent, FOAF["name"], RdfLiteral(SOURCE)),
        ]
        return True

    def _only_here(self, work: str, indexed: Indexed) -> list[str]:
        """Return the works with a DOI that a work cites here, and not in the index."""
        known = {doi_key(one.doi) for one in indexed.citations}
        rows = self._snapshot.select(
            f"{PROLOGUE}SELECT ?cited ?doi WHERE {{ {self._minter.thing('work', work)} cito:cites ?cited . "
            f"{doi_pattern('?cited', '?doi')} }} ORDER BY ?cited"
        )
        dois: dict[str, set[str]] = {}
        for row in rows:
            if isinstance(cited := row["cited"], NamedNode):
                dois.setdefault(self._minter.key(cited.value), set()).add(doi_key(getattr(row["doi"], "value", "")))
        return [key for key, own in dois.items() if known.isdisjoint(own)]
