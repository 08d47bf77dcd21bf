"""Change a class of works in one way: find, select, preview, apply, undo. The whole of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.curation.bulk import NAME_PARTS, PEOPLE
from commonplace.curation.editing.work_edits import EDITABLE
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError
from commonplace.exchange.edits import Editor
from commonplace.library.curation_schemas import BulkFieldChange, BulkItem, BulkResult
from commonplace.model.minter import Kind
from commonplace.model.whole_number import whole_number
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.desk.pages import Curating, Refusal, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.pairs import Pieces, marked
from commonplace.web.desk.start import done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.which import ask_which
from commonplace.web.pages.words.called import cited_as
from commonplace.web.pages.words.codes import types_in_words
from commonplace.web.pages.words.languages import language_of

router = desk_router()

BULK = "/desk/bulk"

SHOWN = 200
"""Maximum number of works whose change is shown on the page; each can be left out there."""

OPERATIONS = {
    "replace": "replace words in a field",
    "set": "give a field a value",
    "clear": "clear a field",
    "move": "move a field to another that is empty",
    "add": "add to a list",
    "remove": "take out of a list",
    "split": "split names that are several",
    "join": "join names that were cut at the comma",
    "add_concept": "say that they discuss a concept",
    "remove_concept": "take back that they discuss a concept",
}
Operation = Literal[
    "replace", "set", "clear", "move", "add", "remove", "split", "join", "add_concept", "remove_concept"
]


class BulkQuery(BaseModel):
    """Which works, and what is to be done to each, as it stands in the address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(default="", max_length=1_000, description="words to search for")
    type: str = Field(default="", max_length=100, description="a CSL type")
    year: str = Field(default="", max_length=100, description="2010, 2010..2020, ..2020 or 2010..")
    venue: str = Field(default="", max_length=1_000, description="a venue's key")
    discusses: str = Field(default="", max_length=1_000, description="a concept's key")
    every: bool = Field(default=False, description="all works, where nothing else selects")
    do: Operation | None = Field(default=None, description="what is done to each")
    field: str = Field(default="", max_length=100, description="the member that is changed")
    find: str = Field(default="", max_length=1_000, description="what is replaced")
    put: str = Field(default="", max_length=10_000, description="what comes in its place, or the value")
    pattern: bool = Field(default=False, description="whether what is replaced is a regular expression")
    done: int | None = Field(default=None, ge=1, description="a version that was just made")

    def select(self) -> dict[str, Any]:
        """Return the selection, as the API has it. Raises `BadRequest` where nothing selects."""
        names = ("q", "type", "year", "venue", "discusses")
        found = {name: said for name in names if (said := getattr(self, name).strip())}
        if not found and not self.every:
            raise BadRequest("which works?", [("Which works", "search for words, choose a filter, or take every work")])
        return found

    def change(self) -> dict[str, Any]:
        """Return the change, as the API has it. Raises `BadRequest`."""
        assert self.do is not None
        field, put = self.field.strip(), self.put
        values = [line.strip() for line in put.splitlines() if line.strip()]
        made: Mapping[str, object] = {
            "replace": {"field": field, "pattern": self.find, "with": put, "literal": not self.pattern},
            "set": {field: _value(field, put)},
            "clear": [field],
            "move": {"from": field, "to": put.strip()},
            "add": {"field": field, "values": values},
            "remove": {"field": field, "values": values},
            "split": {"field": field, "at": self.find},
            "join": {"field": field},
            "add_concept": {
                "about": put.strip(),
                "state": "discusses",
                "directness": "direct",
                "certainty": "moderate",
            },
            "remove_concept": {"about": put.strip()},
        }
        return {self.do: made[self.do]}

    def address(self, **more: object) -> str:
        """Return the address of this page."""
        said = {name: value for name, value in self.model_dump(exclude_defaults=True).items() if name != "done"}
        said |= {name: value for name, value in more.items() if value is not None}
        return f"{BULK}?{urlencode({name: 'true' if value is True else value for name, value in said.items()})}"


LISTS = ("keywords", "isbn", "issn", "alternative_keys")


def _value(field: str, text: str) -> object:
    """Return a value of a member that was typed as text."""
    if field in LISTS:
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if field == "year" and (year := whole_number(text.strip())) is not None:
        return year
    return text.strip() or None


@router.get(BULK)
def bulk(request: Request, context: ContextDep, token: Curating, asked: Annotated[BulkQuery, Query()]) -> Response:
    """Show what a change would do to each work that is found; ask first which things are meant by words."""
    asks = ask_which(request, _things(asked), {"venue": "Venue", "discusses": "Concept", "put": "Concept"})
    return asks or _page(request, context, asked, Editor(token.name))


def _things(asked: BulkQuery) -> dict[str, tuple[Kind, ...]]:
    """Return the fields of the form that name things, with the kinds of these."""
    kinds: dict[str, tuple[Kind, ...]] = {"venue": ("venue", "work"), "discusses": ("concept",)}
    return kinds | {"put": ("concept", "claim")} if asked.do in ("add_concept", "remove_concept") else kinds


@router.post(BULK)
async def apply(
    request: Request, context: ContextDep, token: Curating, asked: Annotated[BulkQuery, Query()]
) -> Response:
    """Make the change of the works that are ticked, as one version."""
    form = await form_of(request)
    left_out = sorted(set(form.texts("shown")) - set(form.texts("key")))
    editor = Editor(token.name, message=form.text("message"))

    def write() -> BulkResult:
        return context.bulk.apply({**asked.select(), "except": left_out}, asked.change(), editor)

    try:
        made = await in_writer(context, write)
    except CommonplaceError as fault:
        shown = _at_fields(fault)
        return await in_writer(context, lambda: _page(request, context, asked, editor, left_out=left_out, **shown))
    return see_other(asked.address(done=made.version))


def _differences(item: BulkItem) -> list[tuple[BulkFieldChange, Pieces, Pieces]]:
    """Return the changes of a work, with the words marked that differ where both sides are texts."""
    found = []
    for change in item.changes or ():
        texts = isinstance(change.before, str) and isinstance(change.after, str)
        found.append((change, *(marked(change.before, change.after) if texts else ((), ()))))
    return found


def _called(request: Request, context: Context, result: BulkResult | None) -> dict[str, str]:
    """Return the works whose change is shown by who wrote them and when, by their keys."""
    keys, language = [item.key for item in result.items[:SHOWN]] if result else [], language_of(request)
    minter = context.minter

    def read(snapshot: Snapshot) -> dict[str, str]:
        return {key: cited_as(snapshot, minter.thing("work", key), minter, language) for key in keys}

    return context.library.read(read)


_TYPED = {
    "select": "Which works",
    "q": "Words",
    "type": "Type",
    "year": "Year",
    "venue": "Venue",
    "discusses": "Concept",
    "pattern": "Find",
    "at": "Find",
    "with": "New words, or the value",
    "to": "New words, or the value",
    "values": "New words, or the value",
    "about": "New words, or the value",
    "field": "Field",
    "from": "Field",
}
"""Fields of the form by the members of a selection or a change that they become."""


def _at_fields(fault: CommonplaceError) -> Refusal:
    """Return what the page shows of an error, with the fields of its form in place of members of the request."""
    shown = refusal(fault)
    named = [(_TYPED.get(where.rpartition(".")[2], where), why) for where, why in shown["errors"]]
    return {**shown, "errors": named}


def _page(request: Request, context: Context, asked: BulkQuery, editor: Editor, **shown: Any) -> Response:
    result: BulkResult | None = None
    if asked.do is not None:
        try:
            result = context.bulk.look(asked.select(), asked.change(), editor)
        except CommonplaceError as fault:
            shown = {**_at_fields(fault), **shown}
    parts = [f"{field}.{part}" for field in PEOPLE for part in NAME_PARTS]
    return desk_page(
        request,
        "bulk.html",
        wanted=asked,
        here_with=asked.address(),
        operations=OPERATIONS,
        types=types_in_words(language_of(request)),
        members=list(dict.fromkeys([*EDITABLE, *parts, *filter(None, [asked.field])])),
        result=result,
        items=[(item, _differences(item)) for item in result.items[:SHOWN]] if result else [],
        works=_called(request, context, result),
        more=max(0, len(result.items) - SHOWN) if result else 0,
        done=done_change(request, context, asked.done),
        **{"left_out": (), "why": None, "errors": (), **shown},
    )
