"""Show works that may be one work, with the reasons."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import NamedNode

from commonplace.curation.duplicates.candidates import Candidate, similar_works
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.cursors import read_position, write_position
from commonplace.library.evidence import label_of
from commonplace.library.schemas import DuplicateCandidate, Link, Page
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.in_workers import Cost, WorkerRoute, costly

router = APIRouter(tags=["works"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)


@router.get("/duplicates", response_model=Page[DuplicateCandidate], summary="Works that may be one work")
@router.get("/duplicates.json", include_in_schema=False)
@costly(Cost())
def duplicates(
    request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """Answer with pairs of works with similar or equal titles and people in common, by key; nothing is merged.

    `coverage` says how many works there are, how many have no title to compare, and how many pairs were compared.
    """
    form = choose_of_list(request, [JSON])
    start = read_position(cursor) if cursor else 0
    following: list[str | None] = [None]
    similar = context.similar.of(context.library.graph_at(Version(at) if at is not None else None))

    def make(state: Snapshot) -> bytes:
        found = similar.value if state.version == similar.version else similar_works(state, context.minter)
        shown = found.candidates[start : start + limit]
        more = start + limit < len(found.candidates)
        following[0] = str(request.url.include_query_params(cursor=write_position(start + limit))) if more else None
        return Page[DuplicateCandidate](
            items=[_shape(state, candidate, context.minter) for candidate in shown],
            total=len(found.candidates),
            complete="complete",
            version=state.version,
            next=following[0],
            coverage=found.coverage,
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return answers.versioned(request, form, at, make, finish=link)


def _shape(state: Snapshot, candidate: Candidate, minter: Minter) -> DuplicateCandidate:
    works: list[NamedNode] = [minter.thing("work", key) for key in candidate.keys]
    return DuplicateCandidate(
        id=candidate.id,
        works=[Link(iri=w.value, key=k, label=label_of(state, w)) for w, k in zip(works, candidate.keys, strict=True)],
        score=candidate.score,
        reasons=list(candidate.reasons),
    )
