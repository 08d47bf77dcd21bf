"""List what wants a curator: queues of things, each with the reason and the call that solves it.

A queue is a pattern on the graph: what was solved does not fit it any more. A new one is a row of `QUEUES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.curation_schemas import QueueItem, Solution
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.selection import count_of
from commonplace.model.minter import Minter

RETRACTED = "VALUES ?became { cp:retracted cp:withdrawn cp:expression-of-concern }"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: its name, what stands in it, what to do, and the pattern of its items.

    The pattern binds `?thing`; `?about`, another thing, and `?detail`, a text or term, where there are such. `method`
    and `address` are the call that solves an item, `{key}` being the thing's key, and `{about}` that of the other;
    `bodies` are what it may be sent.
    """

    name: str
    label: str
    what: str
    pattern: str
    method: str
    address: str
    bodies: tuple[str, ...] = ()


QUEUES: tuple[Queue, ...] = (
    Queue(
        "proposed-evidence",
        "Proposed evidence",
        "Evidence that a contributor or a program proposed: accept it, or reject it with the reason in its note.",
        "?thing cp:standing cp:proposed ; cp:about ?about . OPTIONAL { ?thing cp:quote ?detail }",
        "PATCH",
        "/evidence/{key}",
        ('{"status": "accepted"}', '{"status": "rejected", "note": "…"}'),
    ),
    Queue(
        "quote-not-found",
        "Quotes that were not found",
        "Accepted evidence whose quote does not stand in the text that is held of the work: correct the words, or what "
        "was read (`locator`).",
        "?thing cp:standing cp:accepted ; cp:quoteCheck cp:not-found ; cp:work ?about ; cp:quote ?detail .",
        "PATCH",
        "/evidence/{key}",
        ('{"quote": "…"}', '{"locator": "…"}'),
    ),
    Queue(
        "one-quote-for-many-claims",
        "One quote for several claims",
        "Evidence on a claim by words that are the evidence on another claim too: one passage seldom says two things.",
        """?thing cp:quote ?detail ; cp:about ?about ; cp:work ?work ; cp:standing cp:accepted . ?about a cp:Claim .
        FILTER EXISTS { ?other cp:quote ?detail ; cp:work ?work ; cp:about ?claim ; cp:standing cp:accepted .
                        ?claim a cp:Claim . FILTER(?claim != ?about) }""",
        "PATCH",
        "/evidence/{key}",
        ('{"quote": "…"}',),
    ),
    Queue(
        "retracted-underneath",
        "Evidence from retracted works",
        "Accepted evidence that rests on a work which was retracted or withdrawn, or of which there is concern: judge "
        "whether it stands.",
        f"{RETRACTED} ?thing cp:standing cp:accepted ; cp:work ?about . ?about cp:status ?became . "
        "BIND(STRAFTER(STR(?became), '#') AS ?detail)",
        "PATCH",
        "/evidence/{key}",
        ('{"status": "rejected", "note": "…"}', '{"certainty": "low"}'),
    ),
    Queue(
        "cases-from-retracted-works",
        "Cases from retracted works",
        "Cases that a work describes which was retracted or withdrawn, or of which there is concern.",
        f"{RETRACTED} ?thing cp:describedBy ?about . ?about cp:status ?became . "
        "BIND(STRAFTER(STR(?became), '#') AS ?detail)",
        "PATCH",
        "/cases/{key}",
        ('{"note": "…"}',),
    ),
    Queue(
        "cites-retracted",
        "Works that cite retracted works",
        "Works that cite one which was retracted or withdrawn, or of which there is concern: say so in their note, or "
        "look at what they are evidence of.",
        f"{RETRACTED} ?thing cito:cites ?about . ?about cp:status ?became . "
        "BIND(STRAFTER(STR(?became), '#') AS ?detail)",
        "PATCH",
        "/works/{key}",
        ('{"note": "…"}',),
    ),
    Queue(
        "facts-in-doubt",
        "Facts in doubt",
        "Fields of works that are recalled, inferred or in conflict: set the field to what the work itself says, and "
        "delete the doubt.",
        "?thing a cp:Doubt ; cp:onWork ?about ; cp:field ?detail .",
        "PATCH",
        "/works/{about}",
        ('{"FIELD": "…"}',),
    ),
    Queue(
        "ambiguous-citations",
        "Ambiguous citations",
        "Citations of which it is not known which of several works is cited.",
        "?thing a cito:Citation ; cito:hasCitingEntity ?about ; cp:candidate ?cited . ?cited cp:citationKey ?detail .",
        "POST",
        "/sparql",
    ),
    Queue(
        "no-identifier",
        "Works without an identifier",
        "Works with no DOI, ISBN or other identifier that leads to them: add one.",
        """?thing a fabio:Expression . OPTIONAL { ?thing dcterms:title ?detail }
        FILTER NOT EXISTS { ?thing prism:doi|prism:isbn ?confirmed }
        FILTER NOT EXISTS { ?thing datacite:hasIdentifier/datacite:usesIdentifierScheme ?scheme
                            FILTER(?scheme NOT IN (datacite:issn, datacite:url)) }""",
        "PATCH",
        "/works/{key}",
        ('{"doi": "10.…"}', '{"isbn": ["…"]}'),
    ),
    Queue(
        "no-abstract",
        "Works without an abstract",
        "Works of which no abstract is held: quotes from them cannot be checked; suggestions know their titles only.",
        "?thing a fabio:Expression . OPTIONAL { ?thing dcterms:title ?detail } "
        "FILTER NOT EXISTS { ?thing dcterms:abstract ?held }",
        "PATCH",
        "/works/{key}",
        ('{"abstract": "…"}',),
    ),
    Queue(
        "never-read",
        "Works that nobody has read",
        "Works without any judgement: accept or reject what they discuss, or say that they are silent.",
        "?thing a fabio:Expression . OPTIONAL { ?thing dcterms:title ?detail } "
        "FILTER NOT EXISTS { ?evidence cp:work ?thing }",
        "POST",
        "/evidence",
        ('{"work": "{key}", "about": "…", "state": "silent", "certainty": "high"}',),
    ),
)
"""The queues, in the order in which a curator would take them."""

BY_NAME = {queue.name: queue for queue in QUEUES}


def queue_count(snapshot: Snapshot, queue: Queue) -> int:
    """Return the number of items in a queue."""
    items = f"SELECT DISTINCT ?thing ?about ?detail WHERE {{ {queue.pattern} }}"
    return count_of(snapshot, f"{PROLOGUE}SELECT (COUNT(*) AS ?n) WHERE {{ {items} }}")


def queue_rows(snapshot: Snapshot, queue: Queue) -> list[tuple[NamedNode, NamedNode | None, str | None]]:
    """Return the items of a queue in the order of their IRIs: a thing, another that it is about, and a detail."""
    text = f"{PROLOGUE}SELECT DISTINCT ?thing ?about ?detail WHERE {{ {queue.pattern} }}"
    rows = []
    for row in snapshot.select(text):
        thing, about, detail = row["thing"], row["about"], row["detail"]
        if isinstance(thing, NamedNode):
            rows.append(
                (
                    thing,
                    about if isinstance(about, NamedNode) else None,
                    detail.value if isinstance(detail, Literal | NamedNode) else None,
                )
            )
    return sorted(rows, key=lambda one: (one[0].value, one[1].value if one[1] else "", one[2] or ""))


def queue_items(
    snapshot: Snapshot,
    queue: Queue,
    rows: Sequence[tuple[NamedNode, NamedNode | None, str | None]],
    minter: Minter,
) -> list[QueueItem]:
    """Return items as JSON has them, each with the call that solves it."""
    return [
        QueueItem(
            thing=_link(snapshot, thing, minter),
            kind=(minter.kind_and_key(thing.value) or ("node",))[0],
            about=_link(snapshot, about, minter) if about else None,
            detail=detail,
            solve=Solution(
                method=queue.method,
                address=_filled(queue.address, thing, about, minter),
                bodies=[_filled(body, thing, about, minter) for body in queue.bodies] or None,
            ),
        )
        for thing, about, detail in rows
    ]


def _filled(text: str, thing: NamedNode, about: NamedNode | None, minter: Minter) -> str:
    return text.replace("{key}", minter.key(thing.value)).replace("{about}", minter.key(about.value) if about else "")


def _link(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Link:
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node))
