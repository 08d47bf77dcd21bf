"""Show works that may be one work, or related, with the reasons, and record what is decided of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request, Response
from pydantic import ConfigDict, Field, model_validator
from starlette.convertors import StringConvertor, register_url_convertor

from commonplace.curation.duplicates.candidates import similar_works
from commonplace.curation.duplicates.decisions import REASON_CHARACTERS
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.decisions import Decisions, DuplicateFilter, candidate_shape, chosen, pair_listed
from commonplace.exchange.edits import Editor
from commonplace.exchange.relating import Relation
from commonplace.home.tokens import Role, Token
from commonplace.library.curation_schemas import DecidedDuplicate, DuplicateCandidate
from commonplace.library.cursors import read_position, write_position
from commonplace.library.schemas import ApiModel, Page
from commonplace.model.change import Version
from commonplace.model.judgements import Judgement
from commonplace.web import answers
from commonplace.web.api.curating.edits import body_of, body_schema
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, choose_of_list, etag, expected_version
from commonplace.web.http.parameters import At, Paging, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["works"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)


class _PairName(StringConvertor):
    """The name of a pair in an address: any but that under which decisions are posted."""

    regex = r"(?!decisions\b)[^/]+"


register_url_convertor("pair", _PairName())

PairId = Annotated[str, Path(description="an `id` of `/duplicates`")]


class Duplicates(Paging):
    """A page of the candidates, and which of them."""

    proposes: Literal["same", "relation"] = Field(
        default="same", description="works that may be one work, or works that are two and related"
    )
    decision: Literal["open", "same", "different", "unsure", "any"] = Field(
        default="open", description="those that wait for a decision (*unsure* last), or that have been decided so"
    )
    work: str | None = Field(default=None, min_length=1, description="key of a work: only pairs that it is in")

    @property
    def asked(self) -> DuplicateFilter:
        """Return which duplicates are asked for."""
        return DuplicateFilter(self.proposes, self.decision, self.work)


class PairDecision(ApiModel):
    """What is judged of two works."""

    model_config = ConfigDict(extra="forbid")

    judgement: Judgement | Literal["related"] = Field(
        description="*related* states the relation of the two, which both show then (`relations`)"
    )
    relation: Relation | None = Field(
        default=None, description="of two that are *related*; the one that is proposed, where it is left out"
    )
    work: str | None = Field(
        default=None,
        min_length=1,
        description="of two that are *related*: the key of the translation, the later version or part, the erratum, "
        "the reply, the chapter …; where years or types tell, it may be left out",
    )
    reason: str = Field(default="", max_length=REASON_CHARACTERS, description="needed where they are *different*")

    @model_validator(mode="after")
    def _relation_of_related(self) -> PairDecision:
        if self.judgement != "related" and (self.relation or self.work):
            raise ValueError("relation and work are of two that are related")
        return self


class NewDecision(PairDecision):
    """A decision to make, and on which works."""

    works: list[str] = Field(min_length=2, max_length=2, description="keys or IRIs of two works")


@router.get("/duplicates", response_model=Page[DuplicateCandidate], summary="Works that may be one work")
@router.get("/duplicates.json", include_in_schema=False)
@costly(Cost(when=in_large_library, times=EXPORT_TIMES))
def duplicates(request: Request, context: ContextDep, asked: Annotated[Duplicates, Query()]) -> Response:
    """Answer with pairs of works that may be one work, or are related, the likeliest first; nothing is merged.

    `coverage` says how many works there are, how many have no title to compare, how many pairs were compared for this
    version, how many pairs of long blocks were left out, and how many candidates there are of each kind.
    """
    form = choose_of_list(request, [JSON])
    start = read_position(asked.cursor) if asked.cursor else 0
    following: list[str | None] = [None]
    similar = context.similar.of(context.library.graph_at(asked.version))

    def make(snapshot: Snapshot) -> bytes:
        found = similar.value if snapshot.version == similar.version else similar_works(snapshot, context.minter)
        asked_for = chosen(snapshot, found, asked.asked, context.minter)
        more = start + asked.limit < len(asked_for)
        position = write_position(start + asked.limit)
        following[0] = str(asked_url(request).include_query_params(cursor=position)) if more else None
        return Page[DuplicateCandidate](
            items=[candidate_shape(snapshot, one, context.minter) for one in asked_for[start : start + asked.limit]],
            total=len(asked_for),
            complete="complete",
            version=snapshot.version,
            next=following[0],
            coverage=found.coverage,
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return answers.versioned(request, form, asked.at, make, finish=link)


@router.post(
    "/duplicates/decisions",
    status_code=201,
    response_model=DecidedDuplicate,
    tags=["editing"],
    openapi_extra=body_schema(NewDecision),
    summary="Decide whether two works are one",
)
def decide_duplicate(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    decision: Annotated[NewDecision, Depends(body_of(NewDecision))],
) -> Response:
    """Record what you judge of two works, in place of what was judged of them before; nothing is merged.

    What a contributor judges is proposed, and waits in `/queues/proposed-decisions`.
    *Different* needs a reason. The two are shown again only when what is compared of one of them has changed. With
    `If-Match` the decision is refused (412) when the library has moved.
    """
    return _decided(request, context, token, decision.works, decision)


@router.get("/duplicates/{id:pair}", response_model=DuplicateCandidate, summary="Two works that may be one work")
@router.get("/duplicates/{id:pair}.json", include_in_schema=False)
@costly(Cost(when=in_large_library, times=EXPORT_TIMES))
def duplicate(request: Request, context: ContextDep, id: PairId, at: At = None) -> Response:
    """Answer with a pair that `/duplicates` lists, or that was decided, by its `id`."""
    form = choose_of_list(request, [JSON])
    similar = context.similar.of(context.library.graph_at(None if at is None else Version(at)))

    def make(snapshot: Snapshot) -> bytes:
        found = similar.value if snapshot.version == similar.version else similar_works(snapshot, context.minter)
        one = pair_listed(snapshot, found, id, context.minter)
        return candidate_shape(snapshot, one, context.minter).json_bytes()

    return answers.versioned(request, form, at, make)


@router.post(
    "/duplicates/{id}",
    status_code=201,
    response_model=DecidedDuplicate,
    tags=["editing"],
    openapi_extra=body_schema(PairDecision),
    summary="Decide on a pair that is listed",
)
def decide_pair(
    request: Request,
    context: ContextDep,
    token: WriterDep,
    id: str,
    decision: Annotated[PairDecision, Depends(body_of(PairDecision))],
) -> Response:
    """Record what you judge of the two works that `/duplicates` lists with this `id`; nothing is merged.

    *Related* accepts the relation that is proposed, or that which is given.
    """
    similar = context.similar.of(context.library.graph_at()).value
    listed = context.library.read(lambda snapshot: pair_listed(snapshot, similar, id, context.minter).candidate)
    return _decided(request, context, token, listed.keys, decision, listed.relation)


def _decided(
    request: Request,
    context: Context,
    token: Token,
    works: Sequence[str],
    decision: PairDecision,
    proposed: str | None = None,
) -> Response:
    expected = expected_version(request, context.library.follow(), lenient=True)
    decisions, editor = (
        Decisions(context.library, context.committer),
        Editor(token.name, decides=token.role is Role.CURATOR),
    )
    if decision.judgement == "related":
        relation = decision.relation or proposed
        if not relation:
            raise BadRequest("related in which way?", [("relation", "name it, as none is proposed")])
        made = decisions.relate(works, relation, decision.work, decision.reason, editor, expected)
    else:
        made = decisions.decide(works, decision.judgement, decision.reason, editor, expected)
    response = Response(made.shape.json_bytes(), 201, media_type=JSON.media_type)
    response.headers["Location"] = f"/changes/{made.entry.version}"
    response.headers["ETag"] = etag(made.entry.version, JSON.name)
    response.headers["Commonplace-Version"] = str(made.entry.version)
    return response
