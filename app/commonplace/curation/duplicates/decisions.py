"""Decisions on two works: that they are one, that they are two, or that it cannot be told yet.

A decision is kept in the graph, one for any two works, with its reason, its agent and its time (PROV). It holds until
what was compared of one of the works changes: then the two are shown again, with the decision beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, get_args

from pyoxigraph import Literal, NamedNode, Quad

from commonplace.curation.duplicates.candidates import Candidate, Pair, Similar, pair_id
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reading import read_particulars
from commonplace.curation.editing.edits import judged
from commonplace.curation.editing.fields import Edit
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.model.change import ChangeSet
from commonplace.model.judgements import Judgement
from commonplace.model.minter import Minter, slug
from commonplace.model.namespaces import RDF, RDFS

REASON_CHARACTERS = 2_000
"""Maximum number of characters of a reason: it is a sentence or two, read beside the works."""

_DECISIONS = """SELECT ?decision ?one ?other ?judgement ?reason ?agent ?at ?digest WHERE {
    ?decision a cp:Decision ; cp:onWork ?one, ?other ; cp:judgement ?judgement ; cp:recordsDigest ?digest ;
    prov:wasAttributedTo ?who FILTER(STR(?one) < STR(?other))
    FILTER NOT EXISTS { ?decision cp:standing cp:proposed }
    OPTIONAL { ?decision rdfs:comment ?reason } OPTIONAL { ?decision prov:generatedAtTime ?at }
    OPTIONAL { ?who foaf:name ?agent } }"""


class Decision(NamedTuple):
    """A decision on two works, whose keys are in order, and the digest of what was compared of them then."""

    keys: Pair
    judgement: str
    reason: str
    agent: str
    at: str
    digest: str


class ListedCandidate(NamedTuple):
    """A candidate in the list of duplicates, and the decision on it; `is_current` until one of the works changes."""

    candidate: Candidate
    decision: Decision | None
    is_current: bool


def decide(edit: Edit, keys: Pair, judgement: Judgement, reason: str) -> ChangeSet:
    """Return the change that records a decision on two works, given their keys in order.

    That of a contributor is a proposal: it stands beside what was decided, until a curator decides.
    Raises `BadRequest` for a judgement there is not, and for *different* without a reason.
    """
    if judgement not in get_args(Judgement):
        known = ", ".join(get_args(Judgement))
        raise BadRequest(
            Message("%(judgement)r is no judgement", judgement=judgement),
            [("judgement", Message("use one of %(known)s", known=known))],
        )
    if judgement == "different" and not reason.strip():
        raise BadRequest("why are they two works?", [("reason", "give the reason, which others will see")])
    if len(reason) > REASON_CHARACTERS:
        raise BadRequest(
            "the reason is too long",
            [
                (
                    "reason",
                    Message("use at most %(reason_characters)s characters", reason_characters=f"{REASON_CHARACTERS:,}"),
                )
            ],
        )
    minter, state = edit.minter, edit.snapshot
    node = minter.thing("decision", pair_id(keys) if edit.decides else f"{pair_id(keys)}--{slug(edit.agent)}")
    works = [minter.thing("work", key) for key in keys]
    found = {work.key: work for work in read_particulars(state, minter, works)}
    added = [
        Quad(node, RDF["type"], minter.term("Decision")),
        *(Quad(node, minter.term("onWork"), work) for work in works),
        Quad(node, minter.term("judgement"), minter.term(judgement)),
        Quad(node, minter.term("recordsDigest"), Literal(_digest(found[key] for key in keys))),
        *(Quad(t.subject, t.predicate, t.object) for t in judged(edit, node)),
    ]
    if reason.strip():
        added.append(Quad(node, RDFS["comment"], Literal(reason.strip())))
    if not edit.decides:
        added.append(Quad(node, minter.term("standing"), minter.term("proposed")))
    replaced = decisions_on(edit, works) if edit.decides else [node]
    removed = [Quad(t.subject, t.predicate, t.object) for one in replaced for t in state.triples(one)]
    return ChangeSet(tuple(added), tuple(removed))


def decisions_on(edit: Edit, works: list[NamedNode]) -> Iterator[NamedNode]:
    """Yield the nodes of the decisions on two works: a merge may have brought one that was on another work."""
    on_work = edit.minter.term("onWork")
    on_each = [{t.subject for t in edit.snapshot.triples(None, on_work, work)} for work in works]
    for node in set.intersection(*on_each):
        if isinstance(node, NamedNode):
            yield node


def read_decisions(snapshot: Snapshot, minter: Minter) -> dict[Pair, Decision]:
    """Return every decision, by the keys of its works; of two on the same works, which a merge may leave, the later."""
    found: dict[Pair, Decision] = {}
    for row in snapshot.select(PROLOGUE + _DECISIONS):
        one, other = sorted(minter.key(_value(row[name])) for name in ("one", "other"))
        judgement = minter.local(_value(row["judgement"]))
        texts = (_value(row[name]) for name in ("reason", "agent", "at", "digest"))
        decision = Decision((one, other), judgement, *texts)
        if decision.keys not in found or found[decision.keys].at <= decision.at:
            found[decision.keys] = decision
    return found


def listed(similar: Similar, decisions: dict[Pair, Decision]) -> list[ListedCandidate]:
    """Return the candidates and, after them, the other works that there is a decision on; each with its decision."""
    works = similar.blocks.works
    found = [_listed(one, decisions.get(one.keys), works) for one in similar.candidates]
    shown = {one.keys for one in similar.candidates}
    for keys in sorted(decisions.keys() - shown):
        one = similar.compared.get(keys) or Candidate(keys, "nothing", "", 0.0, ())
        found.append(_listed(one, decisions[keys], works))
    return found


def still_open(item: ListedCandidate) -> bool:
    """Return whether a candidate waits for a decision: there is none, or only *unsure*, or a work changed since."""
    is_proposed = item.candidate.proposes != "nothing"
    return is_proposed and (item.decision is None or not item.is_current or item.decision.judgement == "unsure")


def _listed(candidate: Candidate, decision: Decision | None, works: dict[str, Particulars]) -> ListedCandidate:
    compared = [works[key] for key in candidate.keys if key in works]
    return ListedCandidate(candidate, decision, decision is not None and decision.digest == _digest(compared))


def _digest(works: Iterable[Particulars]) -> str:
    return " ".join(work.digest for work in works)


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
