"""Look up people, organizations and works at ORCID, ROR and OpenAlex, and take in the records that are accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.exchange.authorities import LookedFor, RecordCandidate
from commonplace.library.schemas import ApiModel
from commonplace.web.api.curating.edits import VersionMessage, body_of, body_schema, editor_of
from commonplace.web.context import ContextDep
from commonplace.web.http.authorization import WriterDep
from commonplace.web.http.negotiation import JSON, expected_version
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_asker

router = Router(tags=["identifiers"], dependencies=[Depends(only_known_parameters)])


class AuthorityQuestion(BaseModel):
    """What is asked for: candidates, or the record of an identifier, which may be accepted at once."""

    model_config = ConfigDict(extra="forbid")

    identifier: str | None = Field(
        default=None, min_length=1, max_length=200, description="an ORCID, a ROR, or what a candidate has as `value`"
    )
    accept: bool = Field(default=False, description="add what the record of `identifier` says, as one version")


class AuthorityCandidate(ApiModel):
    """A record that may be of the thing, and the merge patch that accepting it is."""

    source: str = Field(description="ORCID, ROR or OpenAlex")
    scheme: str
    value: str
    names: list[str]
    where: list[str] = Field(description="affiliations of a person, the place of an organization")
    countries: list[str]
    address: str
    because: list[str]
    change: dict[str, Any] = Field(description="what PATCH of the thing takes; empty where nothing is new")
    against: str | None = Field(
        default=None, description="what the library holds otherwise, so that it is not accepted"
    )


class UnavailableSource(ApiModel):
    """A service that gave no answer, or may not be asked."""

    source: str
    why: str


class AuthorityAnswer(ApiModel):
    """What was found; `version` is the one that was looked at, or with `accept` the one that it made."""

    items: list[AuthorityCandidate]
    unavailable: list[UnavailableSource]
    version: int
    undo: str | None = None


def _looking_up(kind: LookedFor) -> Callable[..., Awaitable[Response]]:
    async def look_up(
        request: Request,
        context: ContextDep,
        token: WriterDep,
        key: str,
        asked: Annotated[AuthorityQuestion, Depends(body_of(AuthorityQuestion))],
        message: VersionMessage = "",
    ) -> Response:
        identifier = asked.identifier
        if identifier is not None and asked.accept:
            editor = editor_of(token, kind, message)

            def accept() -> AuthorityAnswer:
                expected = expected_version(request, context.library.follow(), lenient=True)
                candidate, edited = context.authorities.accept(kind, key, identifier, editor, expected)
                version = edited.entry.version if edited.entry else None
                return AuthorityAnswer(
                    items=[_shown(candidate)],
                    unavailable=[],
                    version=version or context.library.newest(),
                    undo=f"/changes/{version}/undo" if version else None,
                )

            shown = await in_asker(context, accept)
        else:
            found = await in_asker(context, lambda: context.authorities.look_up(kind, key, identifier))
            shown = AuthorityAnswer(
                items=[_shown(one) for one in found.candidates],
                unavailable=[UnavailableSource(source=one.source, why=one.why) for one in found.unavailable],
                version=found.version,
            )
        response = Response(shown.json_bytes(), media_type=JSON.media_type)
        response.headers["Commonplace-Version"] = str(shown.version)
        return response

    return look_up


def _shown(one: RecordCandidate) -> AuthorityCandidate:
    facts = one.facts
    return AuthorityCandidate(
        source=facts.source,
        scheme=facts.scheme,
        value=facts.value,
        names=list(facts.names),
        where=list(facts.where),
        countries=list(facts.countries),
        address=facts.address,
        because=one.because,
        change=one.change,
        against=one.against,
    )


_ASKED: dict[LookedFor, tuple[str, str]] = {
    "person": ("/people/{key}/identifiers", "Ask ORCID and OpenAlex who a person is"),
    "organization": ("/organizations/{key}/identifiers", "Ask ROR which organization it is"),
    "work": ("/works/{key:path}/identifiers", "Ask OpenAlex for further identifiers of a work"),
}

_ACCEPTED = (
    "With `accept` and a curator's token, the record of `identifier` is added as one version: its identifier with "
    "source and date, and forms of the name that are not there. Nothing is replaced."
)
_ACCEPTING: dict[LookedFor, str] = {
    "person": _ACCEPTED,
    "organization": _ACCEPTED,
    "work": "`accept` is refused: the identifiers of a work follow from `doi`, `isbn` and `issn`.",
}

for _kind, (_path, _summary) in _ASKED.items():
    router.add_api_route(
        _path,
        _looking_up(_kind),
        methods=["POST"],
        response_model=AuthorityAnswer,
        openapi_extra=body_schema(AuthorityQuestion),
        summary=_summary,
        description="Candidates with what speaks for them and the change that each would make; nothing is written. "
        + _ACCEPTING[_kind],
    )
