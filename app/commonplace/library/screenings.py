"""Read screenings: the decisions of a review to keep works or to leave them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Screening
from commonplace.library.selection import Selection
from commonplace.model.minter import Minter
from commonplace.model.namespaces import PROV, RDF, RDFS
from commonplace.model.record import Record
from commonplace.model.work_reading import Neighbourhood

Stage = Literal["title-abstract", "full-text"]
Verdict = Literal["include", "exclude"]


class ScreeningFilters(BaseModel):
    """The screenings to list: all, or those of one stage or of one verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: Stage | None = Field(default=None, description="only decisions made at that stage")
    verdict: Verdict | None = Field(default=None, description="only decisions with that verdict")


def select_screenings(filters: ScreeningFilters) -> Selection:
    """Select the screenings that the filters leave."""
    selection = Selection(["?thing a cp:Screening ."])
    if filters.stage:
        selection.where(f"?thing cp:stage cp:{filters.stage} .")
    if filters.verdict:
        selection.where(f"?thing cp:verdict cp:{filters.verdict} .")
    return selection


def screening_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Screening:
    """Return a screening. Raises `NotFound`."""
    about = Neighbourhood(snapshot.triples(node))
    work, stage, verdict = (about.node(node, minter.term(name)) for name in ("work", "stage", "verdict"))
    is_one = minter.term("Screening") in about.nodes(node, RDF["type"])
    if not is_one or work is None or stage is None or verdict is None:
        raise NotFound(Message("there is no screening %(key)r", key=minter.key(node.value)))
    agent = about.node(node, PROV["wasAttributedTo"])
    return Screening(
        iri=node.value,
        key=minter.key(node.value),
        work=minter.key(work.value),
        work_iri=work.value,
        stage=minter.local(stage.value),
        verdict=minter.local(verdict.value),
        reason=about.text(node, minter.term("reason")),
        note=about.text(node, RDFS["comment"]),
        agent=label_of(snapshot, agent) if agent else None,
        at=about.text(node, PROV["generatedAtTime"]),
        version=snapshot.version,
    )


def included_of(snapshot: Snapshot, minter: Minter) -> Callable[[Record], bool | None]:
    """Return a function that says whether the review keeps the work of a record, by the last stage that it reached.

    It is None of a work that no decision speaks of, and of one on which decisions at that stage contradict one another.
    """
    decided = verdicts(snapshot, minter)

    def included(record: Record) -> bool | None:
        work = minter.thing("work", record.key).value
        last = decided.get((work, "full-text")) or decided.get((work, "title-abstract")) or []
        said = {verdict for verdict, _ in last}
        return said == {"include"} if len(said) == 1 else None

    return included


def verdicts(snapshot: Snapshot, minter: Minter) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    """Return the verdicts on each work at each stage, each with its reason: more than one is a contradiction."""
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT ?work ?stage ?verdict ?reason WHERE {{
        ?one a cp:Screening ; cp:work ?work ; cp:stage ?stage ; cp:verdict ?verdict .
        OPTIONAL {{ ?one cp:reason ?reason }} }} ORDER BY ?work ?stage ?verdict ?reason"""
    )
    found: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for row in rows:
        said = (getattr(row[name], "value", None) for name in ("work", "stage", "verdict", "reason"))
        work, stage, verdict, reason = said
        if work and stage and verdict:
            found.setdefault((work, minter.local(stage)), []).append((minter.local(verdict), reason))
    return found
