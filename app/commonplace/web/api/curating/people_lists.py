"""Match a pasted list of names with the people of the library."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.people_lists import matched_names
from commonplace.library.curation_schemas import MatchedName
from commonplace.library.schemas import Page
from commonplace.web.api.curating.edits import body_of, body_schema
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router

router = Router(tags=["curation"], dependencies=[Depends(only_known_parameters)])


class NamesToMatch(BaseModel):
    """A list of names to be matched with people."""

    model_config = ConfigDict(extra="forbid")

    names: str = Field(
        min_length=1,
        max_length=100_000,
        description="one a line, or with semicolons or `and` between them",
        examples=["Ostrom, Elinor; Parks, Roger B."],
    )


@router.post(
    "/names/match",
    response_model=Page[MatchedName],
    summary="Match a list of names",
    openapi_extra=body_schema(NamesToMatch),
)
def match_names(
    context: ContextDep, token: WriterDep, listed: Annotated[NamesToMatch, Depends(body_of(NamesToMatch))]
) -> Response:
    """Answer with each name of a list and the people who may be meant, with reasons; nothing is written.

    The same name is not the same person without a reason: a recorded form of the name, or people of this list who wrote
    with that person.
    """

    def make(snapshot: Snapshot) -> bytes:
        found = matched_names(snapshot, listed.names, context.minter)
        return Page[MatchedName](
            items=found, total=len(found), complete="complete", version=snapshot.version, next=None
        ).json_bytes()

    return Response(context.library.read(make), media_type=JSON.media_type)
