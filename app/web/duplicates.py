"""`/duplicates`: works that may be one work, with the reasons."""

from __future__ import annotations

from threading import Lock

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import NamedNode

from app.curation.similarity import Candidate, Similar, similar_works
from app.derived.graph import Snapshot
from app.library.cursors import read_position, write_position
from app.library.evidence import label_of
from app.library.shapes import DuplicateCandidate, Link, Page
from app.model.change import Version
from app.model.minter import Minter
from app.web.desk import At, AtDesk, Cursor, Limit, only_known_parameters
from app.web.negotiation import JSON, choose

router = APIRouter(tags=["works"], dependencies=[Depends(only_known_parameters)])


class FoundSimilar:
    """The candidates of the version that was last asked about: the pages of one list are found once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version: Version | None = None
        self._found = Similar([])

    def of(self, state: Snapshot, minter: Minter) -> Similar:
        """The candidates of a state."""
        with self._lock:
            if self._version != state.version:
                self._found = similar_works(state, minter)
                self._version = state.version
            return self._found


@router.get("/duplicates", response_model=Page[DuplicateCandidate], summary="Works that may be one work")
def duplicates(request: Request, desk: AtDesk, limit: Limit = 50, cursor: Cursor = None, at: At = None) -> Response:
    """Similar and not the same: near titles or one title, with people in common. By key; nothing is merged.

    `coverage` says how many works there are, how many have no title to compare, and how many pairs were compared.
    """
    form = choose(request, [JSON])
    start = read_position(cursor) if cursor else 0
    known: FoundSimilar = request.app.state.similar
    following: list[str | None] = [None]

    def make(state: Snapshot) -> bytes:
        found = known.of(state, desk.minter)
        shown = found.candidates[start : start + limit]
        more = start + limit < len(found.candidates)
        following[0] = str(request.url.include_query_params(cursor=write_position(start + limit))) if more else None
        return Page[DuplicateCandidate](
            items=[_shape(state, candidate, desk.minter) for candidate in shown],
            total=len(found.candidates),
            complete="complete",
            version=state.version,
            next=following[0],
            coverage=found.coverage,
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return desk.versioned(request, form, at, make, finish=link)


def _shape(state: Snapshot, candidate: Candidate, minter: Minter) -> DuplicateCandidate:
    works: list[NamedNode] = [minter.thing("work", key) for key in candidate.keys]
    return DuplicateCandidate(
        id=candidate.id,
        works=[Link(iri=w.value, key=k, label=label_of(state, w)) for w, k in zip(works, candidate.keys, strict=True)],
        score=candidate.score,
        reasons=list(candidate.reasons),
    )
