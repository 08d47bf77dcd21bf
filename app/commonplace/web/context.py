"""Hold the context of the application: the parts that `commonplace.main` has built for the routes to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Request

from commonplace.commit import Committer
from commonplace.curation.duplicates.candidates import Similar
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.workers.pool import WorkerPool
from commonplace.exchange.annotations import Annotations
from commonplace.exchange.authorities import Authorities
from commonplace.exchange.bulk import BulkEdits
from commonplace.exchange.deletions import Deletions
from commonplace.exchange.edits import Edits
from commonplace.exchange.foreign_citations import ForeignCitations
from commonplace.exchange.jobs import ImportJobs
from commonplace.exchange.merges import Merges
from commonplace.exchange.pins import Pins
from commonplace.exchange.prisma import PrismaCounts
from commonplace.exchange.queues import Queues
from commonplace.exchange.restoring import Restoring
from commonplace.exchange.texts import Texts
from commonplace.exchange.tool_decisions import ToolDecisions
from commonplace.exchange.updates import Updates
from commonplace.home.sessions import Sessions
from commonplace.home.tokens import Tokens
from commonplace.home.webhooks.dispatching import Webhooks
from commonplace.library import Library
from commonplace.library.citation_counts import CitationCounts
from commonplace.library.creators import Creators
from commonplace.library.first_question import title_of
from commonplace.library.harvest import Harvest
from commonplace.library.incremental import Incremental
from commonplace.library.lists import Lists
from commonplace.library.much_cited import MuchCited, MuchCitedAt, much_cited_at
from commonplace.library.named_queries import NamedQuery
from commonplace.library.placed_maps import PlacedMaps
from commonplace.library.queues.done import SolvedItems
from commonplace.library.self_description import SelfDescription
from commonplace.library.states import States
from commonplace.library.suggestions.suggesting import Suggestions
from commonplace.library.totals import Totals
from commonplace.library.zotero_list import ZoteroLists
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web.desk.drafts import Drafts
from commonplace.web.desk.queue_counts import QueueCounts
from commonplace.web.http.public_address import Address
from commonplace.web.http.wrong_tokens import WrongTokens
from commonplace.web.kept_counts import KeptCounts
from commonplace.web.pages.page_cache import PageCache

WRITERS = 8
"""Maximum number of writes that prepare, or wait for one another, at a time; more wait without a thread."""

SEARCHERS = 8
"""Maximum number of searches at a time; more wait without a thread."""

ASKERS = 8
"""Maximum number of requests at a time that ask other services, which may take minutes; more wait without a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that a route reads from, writes through or is bounded by."""

    library: Library
    committer: Committer
    """The one door for writes."""
    tokens: Tokens
    sessions: Sessions
    """The browsers that were signed in with a token."""
    webhooks: Webhooks
    """What is told of each version."""
    jobs: ImportJobs
    updates: Updates
    edits: Edits
    annotations: Annotations
    authorities: Authorities
    """What asks ORCID, ROR and OpenAlex who or what is meant."""
    foreign_citations: ForeignCitations
    """What takes in citations that OpenCitations knows."""
    decisions: ToolDecisions
    """What review tools decided."""
    bulk: BulkEdits
    deletions: Deletions
    texts: Texts
    """The texts of works that are kept."""
    restoring: Restoring
    merges: Merges
    pins: Pins
    queues: Queues
    """What wants a curator."""
    solved: SolvedItems
    """What was solved in the queues."""
    prisma: PrismaCounts
    """The numbers of the review that the library serves."""
    workers: WorkerPool
    """The processes that answer SPARQL."""
    queries: Mapping[str, NamedQuery]
    ontology: Path
    """Folder of the ontology's files."""
    description: SelfDescription
    """Descriptions of the library, at any version."""
    lists: Lists
    """The lists asked for most recently."""
    totals: Incremental[Totals]
    """Number of things of each class."""
    size: Incremental[int]
    """Number of statements."""
    similar: Incremental[Similar]
    """Works that may be one work."""
    suggestions: Suggestions
    """What suggests works to read for a concept."""
    creators: Incremental[Creators]
    """Who wrote which works."""
    citation_counts: Incremental[CitationCounts]
    """Number of citations of each work."""
    much_cited: Incremental[MuchCited]
    """What hangs on the works that very many cite."""
    states: Incremental[States]
    """What works say of concepts and claims."""
    placed_maps: PlacedMaps
    """The maps asked for most recently."""
    harvest: Harvest
    """Works as harvesters list them, at any version."""
    zotero: ZoteroLists
    """Works as items of a Zotero library, at any version."""
    contact: str | None
    """Mail address of the people who keep the library, where the settings give one."""
    title: str | None
    """The name of the library, where the settings give one."""
    question: str | None
    """What the front page asks first, where the settings say: the key or label of a concept, or words to search for."""
    address: Address
    """What is known of the address that clients reach the library at."""
    import_bytes: int
    """Maximum size of a file to import and of a graph to store, in bytes."""
    cache_bytes: int
    """Maximum size of all SPARQL answers kept, in bytes."""
    wrong_tokens: WrongTokens = field(default_factory=WrongTokens)
    """What slows down whoever tries tokens."""
    writers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WRITERS))
    """The threads for what writes, beside those for reads."""
    searchers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SEARCHERS))
    """The threads for searches, which wait while the first search index is built."""
    askers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(ASKERS))
    """The threads for what asks other services, which answer when they like."""

    kept_counts: KeptCounts = field(default_factory=KeptCounts)
    """The counts of the queues that are found by comparing all works."""
    queue_counts: QueueCounts = field(default_factory=QueueCounts)
    """What waits in the queues, as the desk shows it."""
    drafts: Drafts = field(default_factory=Drafts)
    """The imports that are being prepared at the desk."""
    front_pages: PageCache = field(default_factory=PageCache)
    """What the front page shows."""

    def title_at(self, snapshot: Snapshot) -> str:
        """Return the name of the library: that of the settings, else that of the data."""
        return self.title or title_of(snapshot, self.minter) or "Commonplace"

    def much_cited_at(self, at: int | None) -> MuchCitedAt:
        """Return what hangs on the works that very many cite, at the snapshot that is about to be read. Raises
        `NotFound` for a version there is not."""
        graph = self.library.graph_at(None if at is None else Version(at))
        return much_cited_at(self.much_cited, graph, self.minter)

    @property
    def minter(self) -> Minter:
        """Return the maker of IRIs of this library."""
        return self.library.minter


def context_of(request: Request) -> Context:
    """Return the context of the application that a request came to."""
    return cast(Context, request.app.state.context)


async def _given_context(request: Request) -> Context:
    """Return the context to a route; FastAPI would run a plain function in a thread."""
    return context_of(request)


ContextDep = Annotated[Context, Depends(_given_context)]
