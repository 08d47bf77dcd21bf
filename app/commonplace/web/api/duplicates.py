"""`/duplicates`: works that may be one work, with the reasons."""

from __future__ import annotations

from threading import Lock

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import NamedNode

from commonplace.curation.duplicates.candidates import Candidate, Similar, similar_works
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.cursors import read_position, write_position
from commonplace.library.evidence import label_of
from commonplace.library.schemas import DuplicateCandidate, Link, Page
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web.context import At, ContextDep, Cursor, Limit, only_known_parameters
from commonplace.web.http.negotiation import JSON, choose

router = APIRouter(tags=["works"], dependencies=[Depends(only_known_parameters)])


class FoundSimilar:
    """The candidates of the version that was last asked about: the pages of one list are found once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest: tuple[Version, Similar] | None = None

    def of(self, graph: EmbeddedGraph, minter: Minter) -> tuple[Version, Similar]:
        """The candidates of the state the graph is at, and which that is."""
        with self._lock:
            if self._newest is None or self._newest[0] != graph.version:
                # kept only when the read was whole
                self._newest = graph.read(lambda state: (state.version, similar_works(state, minter)))
            return self._newest


@router.get("/duplicates", response_model=Page[DuplicateCandidate], summary="Works that may be one work")
def duplicates(
    request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """Similar and not the same: near titles or one title, with people in common. By key; nothing is merged.

    `coverage` says how many works there are, how many have no title to compare, and how many pairs were compared.
    """
    form = choose(request, [JSON])
    start = read_position(cursor) if cursor else 0
    known: FoundSimilar = request.app.state.similar
    following: list[str | None] = [None]
    version, similar = known.of(context.library.graph_at(Version(at) if at is not None else None), context.minter)

    def make(state: Snapshot) -> bytes:
        found = similar if state.version == version else similar_works(state, context.minter)
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

    return context.versioned(request, form, at, make, finish=link)


def _shape(state: Snapshot, candidate: Candidate, minter: Minter) -> DuplicateCandidate:
    works: list[NamedNode] = [minter.thing("work", key) for key in candidate.keys]
    return DuplicateCandidate(
        id=candidate.id,
        works=[Link(iri=w.value, key=k, label=label_of(state, w)) for w, k in zip(works, candidate.keys, strict=True)],
        score=candidate.score,
        reasons=list(candidate.reasons),
    )
