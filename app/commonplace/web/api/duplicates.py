"""Show works that may be one work, or related, with the reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from pyoxigraph import NamedNode

from commonplace.curation.duplicates.candidates import Candidate, similar_works
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.cursors import read_position, write_position
from commonplace.library.evidence import label_of
from commonplace.library.schemas import DuplicateCandidate, Link, Page
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import Paging, only_known_parameters
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly, in_large_library

router = APIRouter(tags=["works"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)


class Duplicates(Paging):
    """A page of the candidates, and which of them."""

    proposes: Literal["same", "relation"] = Field(
        default="same", description="works that may be one work, or works that are two and related"
    )
    work: str | None = Field(default=None, min_length=1, description="key of a work: only pairs that it is in")


@router.get("/duplicates", response_model=Page[DuplicateCandidate], summary="Works that may be one work")
@router.get("/duplicates.json", include_in_schema=False)
@costly(Cost(when=in_large_library, times=EXPORT_TIMES))
def duplicates(request: Request, context: ContextDep, asked: Annotated[Duplicates, Query()]) -> Response:
    """Answer with pairs of works that may be one work, or are related, the likeliest first; nothing is merged.

    `coverage` says how many works there are, how many have no title to compare, how many pairs were compared for this
    version, how many pairs of long blocks were left out, and how many candidates of each kind there are.
    """
    form = choose_of_list(request, [JSON])
    start = read_position(asked.cursor) if asked.cursor else 0
    following: list[str | None] = [None]
    similar = context.similar.of(context.library.graph_at(asked.version))

    def make(state: Snapshot) -> bytes:
        found = similar.value if state.version == similar.version else similar_works(state, context.minter)
        chosen = [one for one in found.candidates if _is_asked(one, asked)]
        more = start + asked.limit < len(chosen)
        position = write_position(start + asked.limit)
        following[0] = str(request.url.include_query_params(cursor=position)) if more else None
        return Page[DuplicateCandidate](
            items=[_shape(state, candidate, context.minter) for candidate in chosen[start : start + asked.limit]],
            total=len(chosen),
            complete="complete",
            version=state.version,
            next=following[0],
            coverage=found.coverage,
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return answers.versioned(request, form, asked.at, make, finish=link)


def _is_asked(candidate: Candidate, asked: Duplicates) -> bool:
    return candidate.proposes == asked.proposes and (asked.work is None or asked.work in candidate.keys)


def _shape(state: Snapshot, candidate: Candidate, minter: Minter) -> DuplicateCandidate:
    works: list[NamedNode] = [minter.thing("work", key) for key in candidate.keys]
    return DuplicateCandidate(
        id=candidate.id,
        works=[Link(iri=w.value, key=k, label=label_of(state, w)) for w, k in zip(works, candidate.keys, strict=True)],
        proposes=candidate.proposes,
        relation=candidate.relation or None,
        score=candidate.score,
        reasons=list(candidate.reasons),
    )
