"""List works: the filters that choose them, and the orders they come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import BlankNode, Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.library.kept_states import read_states
from commonplace.library.named_things import named_thing
from commonplace.library.selection import Order, Selection
from commonplace.library.sorted_list import Pick
from commonplace.library.states import StatesAt, WorksByState
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import FABIO, PRO, XSD
from commonplace.model.types import FABIO_CLASS
from commonplace.model.year_range import with_dots


class WorkFilters(BaseModel):
    """Filters of works: those that fit every one given are selected. Things are named by key or IRI.

    A query-parameter model: `/works` and `/export` add parameters of their own to it, and any other is refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str | None = Field(
        default=None, min_length=1, description="words to search for; accents, case and hyphens do not matter"
    )
    discusses: str | None = Field(default=None, description="a concept's key or IRI; narrower ones are included")
    claim: str | None = Field(default=None, description="a claim's key or IRI")
    state: str | None = Field(
        default=None,
        description="with `discusses`: discusses, silent or unread; with `claim`: supports, contradicts, mixed …",
    )
    author: str | None = Field(default=None, description="a person's or organization's key or IRI")
    case: str | None = Field(default=None, description="a case's key or IRI: works that describe it")
    type: str | None = Field(default=None, description="a CSL type, such as article-journal")
    year: str | None = Field(default=None, description="2010, 2010..2020, ..2020 or 2010..")
    venue: str | None = Field(default=None, description="a venue's key or IRI")
    cites: str | None = Field(default=None, description="a work's key or IRI: works that cite it, or may")
    cited_by: str | None = Field(default=None, description="a work's key or IRI: works it cites, or may")

    @property
    def ask_states(self) -> bool:
        """Whether works are selected by what they say of a concept or claim."""
        return self.discusses is not None or self.claim is not None

    def without_states(self) -> WorkFilters:
        """Return the filters without those by what works say."""
        return self.model_copy(update={"discusses": None, "claim": None, "state": None})

    def alone(self) -> WorkFilters:
        """Return the filters without the parameters that a request adds to them."""
        return WorkFilters(**{name: getattr(self, name) for name in WorkFilters.model_fields})


def _works_of_first_author(snapshot: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
    """Yield the works in which a node is a role, or holds one: its name may be what they are sorted by."""
    held = [t.subject for t in snapshot.triples(None, PRO["isHeldBy"], node)]
    for role in (node, *held):
        if isinstance(role, NamedNode | BlankNode):
            contexts = snapshot.triples(None, PRO["isDocumentContextFor"], role)
            yield from (t.subject for t in contexts if isinstance(t.subject, NamedNode))


ORDERS: dict[str, Order] = {
    "key": Order("?thing cp:citationKey ?value"),
    "title": Order("?thing dcterms:title ?value", folded=True),
    "-title": Order("?thing dcterms:title ?value", folded=True, descending=True),
    "year": Order("?thing fabio:hasPublicationYear ?value"),
    "-year": Order("?thing fabio:hasPublicationYear ?value", descending=True),
    "author": Order(
        "?thing pro:isDocumentContextFor ?role . ?role pro:withRole pro:author ; cp:position 1 ; pro:isHeldBy ?first . "
        "?first foaf:name ?name "
        "OPTIONAL { ?first foaf:familyName ?family } BIND(COALESCE(?family, ?name) AS ?value)",
        folded=True,
        reach=_works_of_first_author,
    ),
}
"""Orders by the names that `sort` takes, besides `relevance` (with `q`)."""


_LINKED: tuple[tuple[str, Kind, str], ...] = (
    ("case", "case", "?case cp:describedBy ?thing ."),
    ("venue", "venue", "?thing dcterms:isPartOf ?venue ."),
    ("cites", "work", "?thing cito:cites|cp:mayCite ?cites ."),
    ("cited_by", "work", "?cited_by cito:cites|cp:mayCite ?thing ."),
)
"""Filters that name one thing: the kind of it, and the pattern by which works hang together with it.

An ambiguous citation counts for each of its candidates, here as in `citation_ends`, which marks it.
"""


FEW_CHOSEN = 200
"""Maximum number of works that are put in order by themselves, which takes up to 4 ms, and 25 by author."""

FEW_OF_ALL = 100
"""Maximum part of all works that these may be, as its denominator: of more, a list shows a page's worth soon."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What picks the works that say what a request asks for, and the coverage and extent that are shown with them."""

    pick: Pick
    coverage: dict[str, int]
    extent: dict[str, int]

    are_few: bool
    """Whether they are so few of all works that to put them in order takes less time than to find them in a list."""


def select_every_work(ranked: list[NamedNode] | None = None) -> Selection:
    """Select every work."""
    return Selection(ranked=ranked, kind=FABIO["Expression"])


def select_works(snapshot: Snapshot, minter: Minter, filters: WorkFilters, ranked: list[NamedNode] | None) -> Selection:
    """Return the works that the filters select; `chosen_works` says which of them say what is asked for.

    `ranked` are the works that a search for `q` found. Raises `BadRequest` naming the filter that cannot be understood.
    """
    selection = select_every_work(ranked)
    if filters.author is not None:
        selection.where("?thing dcterms:creator ?author .", author=_agent(snapshot, minter, filters.author))
    for name, kind, pattern in _LINKED:
        given = getattr(filters, name)
        if given is not None:
            selection.where(pattern, **{name: named_thing(snapshot, minter, kind, given, name)})
    if filters.type is not None:
        if filters.type not in FABIO_CLASS:
            why = "use a CSL type such as article-journal"
            raise BadRequest(Message("%(type)r is not a CSL type", type=filters.type), [("type", why)])
        selection.where("?thing dcterms:type ?type .", type=Literal(filters.type))
    if filters.year is not None:
        _by_year(filters.year, selection)
    return selection


def _agent(snapshot: Snapshot, minter: Minter, given: str) -> NamedNode:
    try:
        return named_thing(snapshot, minter, "person", given, "author")
    except BadRequest:
        return named_thing(snapshot, minter, "organization", given, "author")


def chosen_works(
    snapshot: Snapshot, minter: Minter, filters: WorkFilters, states: StatesAt | None = None
) -> Chosen | None:
    """Return which works say what is asked for; None where the filters do not ask. Raises `BadRequest`.

    Without `states` all evidence is read.
    """
    if filters.discusses is not None and filters.claim is not None:
        raise BadRequest("ask for discusses or for claim, not for both at once", [("claim", "given with discusses")])
    if not filters.ask_states:
        if filters.state is not None:
            why = "a state is of a concept or a claim"
            raise BadRequest("state needs discusses or claim beside it", [("state", why)])
        return None
    works, wanted = _by_state(snapshot, minter, filters, states or partial(read_states, minter=minter))
    if filters.state is not None:
        if filters.state not in works.names:
            why = Message("use one of %(names)s", names=", ".join(works.names))
            raise BadRequest(Message("there is no state %(state)r", state=filters.state), [("state", why)])
        wanted = {filters.state}
    pick = works.pick(wanted)
    of_all = filters.without_states() == WorkFilters()
    if not of_all:
        pick = replace(pick, total=None)
    few = min(FEW_CHOSEN, works.total // FEW_OF_ALL)
    are_few = of_all and not pick.outside and len(pick.things) <= few
    return Chosen(pick, works.coverage(), works.extent(), are_few)


def _by_state(
    snapshot: Snapshot, minter: Minter, filters: WorkFilters, states: StatesAt
) -> tuple[WorksByState, set[str]]:
    """Return the works by what they say of the concept or claim asked about, and the states meant without `state`."""
    if filters.discusses is not None:
        concept = named_thing(snapshot, minter, "concept", filters.discusses, "discusses")
        return states(snapshot).on_concept(concept.value), {"discusses"}
    claim = named_thing(snapshot, minter, "claim", filters.claim or "", "claim")
    return states(snapshot).on_claim(claim.value), {"supports", "contradicts", "mixed"}


def all_selected(
    snapshot: Snapshot,
    minter: Minter,
    filters: WorkFilters,
    ranked: list[NamedNode] | None = None,
    states: StatesAt | None = None,
) -> list[NamedNode]:
    """Return all works that the filters select, by IRI, or by rank where there are `ranked`. Raises `BadRequest`.

    Without `states` all evidence is read, where the filters ask for what works say.
    """
    chosen = chosen_works(snapshot, minter, filters, states)
    works = select_works(snapshot, minter, filters, ranked).everything(snapshot)
    return works if chosen is None else list(compress(works, chosen.pick.chosen(work.value for work in works)))


def _by_year(given: str, selection: Selection) -> None:
    match = re.fullmatch(r"(-?\d{1,4})?(\.\.)?(-?\d{1,4})?", with_dots(given))
    if not match or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise BadRequest(
            Message("%(given)r is not a year or range", given=given),
            [("year", "use 2010, 2010..2020, ..2020 or 2010..")],
        )
    first = match[1]
    last = match[3] if match[2] else match[1]
    if first and last and int(first) > int(last):
        raise BadRequest(
            Message("%(given)r ends before it begins", given=given),
            [("year", Message("use %(last)s..%(first)s", last=last, first=first))],
        )
    selection.where("?thing fabio:hasPublicationYear ?year .")
    if first:
        selection.where("FILTER(?year >= ?firstYear)", firstYear=_year(first))
    if last:
        selection.where("FILTER(?year <= ?lastYear)", lastYear=_year(last))


def _year(given: str) -> Literal:
    return Literal(f"{int(given):04d}", datatype=XSD["gYear"])


def order_of(sort: str | None, *, searching: bool) -> Order | None:
    """Return the order that `sort` names; None is by relevance, the default with `q`. Raises `BadRequest`."""
    if sort is None:
        return None if searching else ORDERS["key"]
    if sort == "relevance" and searching:
        return None
    if sort not in ORDERS:
        choices = ", ".join([*ORDERS, "relevance (with q)"])
        raise BadRequest(
            Message("cannot sort by %(sort)r", sort=sort),
            [("sort", Message("use one of %(choices)s", choices=choices))],
        )
    return ORDERS[sort]
