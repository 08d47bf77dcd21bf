"""Import works by DOI: fetch and describe them, then match, commit and write a receipt as every import does.

The relations that an agency states between works (citations, versions, reviews, retractions) are part of the change.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence

from commonplace.commit import Committer, Proposal
from commonplace.curation.citation_links import DoiLinks
from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest, Conflict, Message
from commonplace.exchange.doi_lists import HALF_A_PAIR, AskedDoi, shown
from commonplace.exchange.entry_file import EntryFile
from commonplace.exchange.imports import Progress
from commonplace.exchange.plan import ImportPlan
from commonplace.exchange.prepared import prepared
from commonplace.exchange.receipts import Receipt
from commonplace.importers.doi.addresses import Addresses
from commonplace.importers.doi.agency_answers import AgencyAnswers
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.description import DoiDescription, Fetched
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.importers.doi.mapping import describe
from commonplace.importers.legible import legible
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO
from commonplace.model.record import ReadEntry
from commonplace.model.xml_characters import visible
from commonplace.patchlog.log import next_version
from commonplace.settings import Settings

FORMAT = "doi"


def fetcher_of(settings: Settings) -> DoiFetcher:
    """Return a fetcher made after the settings, with its cache in the home. One limiter serves the whole process."""
    cache = AgencyAnswers(settings.home / "cache" / "doi.sqlite")
    addresses = Addresses(crossref=settings.crossref_url, datacite=settings.datacite_url, doi=settings.doi_url)
    return DoiFetcher(AgencyClient(settings.contact, cache), addresses)


def dois_of_works(library: Library) -> list[str]:
    """Return the DOI of every work that has one, in the order of the works' keys."""
    rows = library.read(
        lambda snapshot: snapshot.select(
            f"{PROLOGUE}SELECT ?doi WHERE {{ ?work a fabio:Expression ; prism:doi ?doi }} ORDER BY ?work ?doi"
        )
    )
    return [value for row in rows if isinstance(value := getattr(row["doi"], "value", None), str)]


def import_dois(
    library: Library,
    committer: Committer,
    dois: Sequence[object],
    fetcher: DoiFetcher,
    *,
    name: str = "dois",
    agent: str = "curator",
    dry_run: bool = False,
    enrich: bool = False,
    progress: Progress | None = None,
    expected: Version | None = None,
) -> Receipt:
    """Import the works of a list of DOIs; return the receipt, with an item for each in the order of the list.

    The receipt calls the list by `name`; `progress` is called as DOIs are fetched, and stops the import unwritten
    when it raises. With `enrich`, add to works that are there and make no others. A DOI that cannot be fetched is a
    `failed` item with the reason. Raises `BadRequest` for an empty list, and `Conflict` when
    `expected` is given and is not the head.
    """
    asked = [doi if isinstance(doi, AskedDoi) else AskedDoi.given(doi, place) for place, doi in enumerate(dois, 1)]
    if not asked:
        raise BadRequest(Message("%(name)s: there is no DOI to ask for", name=name), [(name, "no DOI")])
    if expected is not None and expected != library.follow():
        raise Conflict.moved(library.follow(), expected)
    fetched = _fetched(asked, fetcher, progress)
    described = [_described(one) for one in fetched]
    entries = list(_entries(asked, fetched, described))
    source = "".join(f"{visible(' '.join(one.text.splitlines()))}\n" for one in asked).encode()
    receipts: list[Receipt] = []

    def propose(snapshot: Snapshot) -> Proposal:
        plan, links = _planned(snapshot, library, entries, described, enrich=enrich)
        if progress:
            progress(len(entries), len(entries))
        version = None if dry_run else next_version(snapshot.version)
        receipt = plan.receipt(name, source, FORMAT, version)
        receipts[:] = [receipt]
        attachments = {} if dry_run else _attach(library, receipt, source, fetched)
        counts = ", ".join(f"{count} {fate}" for fate, count in receipt.fates.items() if count)
        note = Note(agent=agent, kind="import", message=f"{name}: {counts}", attachments=attachments)
        works = plan.change()
        change = ChangeSet((*works.added, *links.added), (*works.removed, *links.removed))
        return Proposal(change, note, even_if_empty=True)

    if dry_run:
        library.read(propose)
    else:
        committer.commit(propose, expected)
    return receipts[-1]


def _fetched(asked: Sequence[AskedDoi], fetcher: DoiFetcher, progress: Progress | None) -> list[Fetched]:
    """Return the fate of each DOI; a place of the list that has an error is sent to no agency."""
    answers = iter(fetcher.fetch([one.text for one in asked if one.error is None], progress))
    return [Fetched(asked=one.text, error=one.error) if one.error else next(answers) for one in asked]


def _described(fetched: Fetched) -> DoiDescription | str:
    """Return the description of a fetched DOI, or the reason why there is none."""
    if fetched.body is None:
        return fetched.error or "it was not answered"
    if HALF_A_PAIR.search(json.dumps(fetched.body, ensure_ascii=False)):
        return Message(
            "%(agency)s: its answer has half of a surrogate pair, which is no character", agency=fetched.agency
        )
    try:
        return describe(fetched)
    except ValueError as fault:
        return f"{fetched.agency}: {visible(str(fault))}"


def _entries(
    asked: Iterable[AskedDoi], fetched: Iterable[Fetched], described: Iterable[DoiDescription | str]
) -> Iterator[ReadEntry]:
    for position, (one, got, made) in enumerate(zip(asked, fetched, described, strict=True), 1):
        found = made if isinstance(made, DoiDescription) else None
        entry = ReadEntry(
            position=position,
            line=one.line,
            raw=one.text,
            key=got.doi or visible(shown(one.text)) or None,
            record=found.record if found else None,
            losses=found.losses if found else (),
            error=made if isinstance(made, str) else None,
        )
        yield legible(entry)


def _planned(
    snapshot: Snapshot,
    library: Library,
    entries: Sequence[ReadEntry],
    described: Sequence[DoiDescription | str],
    *,
    enrich: bool,
) -> tuple[ImportPlan, ChangeSet]:
    """Plan the entries, then the links between works, which need the key of every work."""
    plan = ImportPlan(snapshot, library.minter, texts=library.texts)
    if enrich:
        entries = [_of_works(plan.matcher, entry) for entry in entries]
    held_entries = EntryFile()
    held_entries.add(prepared(library.minter.base, held_entries.file, entries))
    keys = [plan.take(entry, held) for entry, held in held_entries]
    links = DoiLinks(snapshot, library.minter, plan.matcher)
    for work, several in _by_work(keys, described).items():
        references = [reference for one in several for reference in one.references]
        relations = [relation for one in several for relation in one.relations]
        links.link(work, references, relations)
        for one in several:
            links.become(work, one.own_status)
    links.arrive(plan.records())
    for item, key in zip(plan.items, keys, strict=True):
        if key is not None:
            item.status = links.status(key)
            if item.fate == "matched" and key in links.changed:
                item.fate = "updated"
                links.changed.discard(key)  # a DOI that stands in the list twice updates its work once
    change = links.change()
    plan.related.update(_related(change, library.minter))
    return plan, change


def _by_work(keys: Sequence[str | None], described: Sequence[DoiDescription | str]) -> dict[str, list[DoiDescription]]:
    """Return the descriptions of each work by its key: several where it has several DOIs, each of them once."""
    found: dict[str, list[DoiDescription]] = {}
    for key, made in zip(keys, described, strict=True):
        if key is not None and isinstance(made, DoiDescription) and made not in found.setdefault(key, []):
            found[key].append(made)
    return found


def _of_works(matcher: Matcher, entry: ReadEntry) -> ReadEntry:
    """Return an entry to enrich with, without its record when that is of another work than the one with the DOI."""
    record = entry.record
    if record is None or matcher.find(record) is not None:
        return entry
    holder = matcher.key_of_doi(entry.key or "")
    of = (
        Message("the agency's record is of %(title)r", title=record.title)
        if record.title
        else "the agency's record has no title"
    )
    error = "no work here has this DOI: import it without asking to enrich"
    if holder:
        error = Message("%(of)s, which is another work than %(holder)r: is its DOI right?", of=of, holder=holder)
    return ReadEntry(position=entry.position, line=entry.line, raw=entry.raw, key=entry.key, record=None, error=error)


def _related(links: ChangeSet, minter: Minter) -> Iterator[frozenset[str]]:
    """Yield the pairs of keys of works that the links relate: versions of one another, a review and its object …"""
    for quad in links.added:
        ends = [minter.kind_and_key(getattr(end, "value", "")) for end in (quad.subject, quad.object)]
        named = [end[1] for end in ends if end and end[0] == "work"]
        if len(named) == len(ends) and quad.predicate != CITO["cites"]:
            yield frozenset(named)


def _attach(library: Library, receipt: Receipt, source: bytes, fetched: Iterable[Fetched]) -> dict[str, str]:
    """Keep the receipt, the list and the answers of the agencies (JSON Lines, gzipped) with the log."""
    lines = (
        json.dumps({"doi": one.doi, "agency": one.agency, "body": one.body}) + "\n"
        for one in fetched
        if one.body is not None
    )
    answers = gzip.compress("".join(lines).encode(errors="backslashreplace"), mtime=0)  # half a pair, as JSON writes it
    return {
        "receipt": library.log.attach(receipt.json_text().encode()),
        "source": library.log.attach(source),
        "answers": library.log.attach(answers),
    }
