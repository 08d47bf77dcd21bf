"""Take apart what a merge joined: what nobody can tell the side of is put to the curator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args

from fastapi import Path, Request, Response

from commonplace.curation.merging.values import CITES
from commonplace.errors import BadRequest, CommonplaceError, Message
from commonplace.exchange.merges import TO, Merger, To
from commonplace.library.merge_reports import LaterEditReport, UnmergeReport
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, Curating, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.start import Done, done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.rendering import said_to
from commonplace.web.pages.words.broken_rules import rules_in_words
from commonplace.web.pages.words.called import called_each
from commonplace.web.pages.words.codes import code_words, field_name
from commonplace.web.pages.words.languages import language_of
from commonplace.web.pages.words.wording import address_of

router = desk_router()

MergeVersion = Annotated[int, Path(ge=1, description="the version that merged them")]


@router.get("/desk/merges/{version}")
def merge(request: Request, context: ContextDep, token: AtDesk, version: MergeVersion, done: Done = None) -> Response:
    """Show what taking a merge apart would do."""
    return _page(request, context, version, {}, done=done_change(request, context, done))


@router.post("/desk/merges/{version}")
async def unmerge(request: Request, context: ContextDep, token: Curating, version: MergeVersion) -> Response:
    """Take a merge apart, with the sides that were chosen, or show what that would do."""
    form = await form_of(request)
    assigned: dict[str, To] = {}
    try:
        assigned = _assigned(form)
        if form.text("action") == "preview":
            return await in_writer(context, lambda: _page(request, context, version, assigned))
        report = await in_writer(context, lambda: _apart(context, version, assigned, token.name))
    except CommonplaceError as fault:
        shown = refusal(fault)
        return await in_writer(context, lambda: _page(request, context, version, assigned, **shown))
    return see_other(f"/desk/merges/{version}", done=report.version)


def _assigned(form: SubmittedForm) -> dict[str, To]:
    found = dict(form.after("to."))
    if wrong := [
        (name, Message("use one of %(choices)s", choices=", ".join(TO)))
        for name, side in found.items()
        if side not in TO
    ]:
        raise BadRequest("a side that there is not", wrong)
    return cast(dict[str, To], found)


def _apart(context: Context, version: int, assigned: Mapping[str, To], agent: str) -> UnmergeReport:
    record = context.merges.merge_of_version(Version(version))
    kind = cast(Kind, record.kind)
    report, _ = context.merges.unmerge(kind, record.right.key, assigned, Merger(agent))
    return report


def _page(
    request: Request,
    context: Context,
    version: int,
    assigned: Mapping[str, To],
    *,
    status: int = 200,
    **shown: Any,
) -> Response:
    record = context.merges.merge_of_version(Version(version))
    kind = cast(Kind, record.kind)
    try:
        report = context.merges.look_apart(kind, record.right.key, assigned)
    except BadRequest:  # a side of something that is not to be assigned: shown without, and the error beside it
        report = context.merges.look_apart(kind, record.right.key, {})
    both, language = [record.left.iri, record.right.iri], language_of(request)
    names = context.library.read(lambda snapshot: called_each(snapshot, both, context.minter, language))
    rules = context.library.read(lambda s: rules_in_words(s, report.breaks or (), context.minter, language))
    shown |= {"version": version, "report": report, "record": record, "assigned": assigned, "names": names}
    shown["rules"] = rules
    return desk_page(request, "unmerge.html", status=status, edits=_in_words(request, context, report), **shown)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a page calls something that was written since a merge, where it is read, and what it was and is now."""

    words: str
    address: str | None
    before: str | None
    after: str | None


_LINKS = frozenset((CITES, "broader", "narrower", "related"))
"""Fields whose values are other things of the library."""

_KEY = re.compile(r"(\w+)/[^\s#<>\"{}|\\^`]+")
"""A thing of the library as the name of an edit has it, `concept/facilitator`, with the kind that it is of."""


def _in_words(request: Request, context: Context, report: UnmergeReport) -> list[tuple[LaterEditReport, _Named]]:
    """Return what was written since a merge, with the words of a page for it: of a field, or of another thing.

    The name of an edit is a field (`title`), one of its values (`related: concept/ccc`), a thing that points to the
    survivor (`evidence/aaa--bbb`), or a link of such a thing that was taken away (`concept/ccc skos:related`).
    """
    base, language = f"{context.minter.base}id/", language_of(request)
    things = {report.left.iri: "", **{f"{base}{key}": key for edit in report.edits if (key := _thing_of(edit.name))}}
    called = context.library.read(lambda snapshot: called_each(snapshot, list(things), context.minter, language))

    def name_of(iri: str) -> str:
        kind, _, key = things[iri].partition("/")
        return called[iri] or f"{code_words(kind, language)} {key}"

    def named(edit: LaterEditReport) -> _Named:
        thing = _thing_of(edit.name)
        iri = f"{base}{thing}"
        if not thing:
            field, colon, value = edit.name.partition(": ")
            return _Named(f"{_field(request, field)}{colon}{value}", None, edit.before, edit.after)
        if edit.name.startswith(thing):
            link = edit.name.partition(" ")[2]
            words = f"{name_of(iri)}: {_field(request, link)}" if link else name_of(iri)
            before = called[report.left.iri] or edit.before if link else edit.before
            return _Named(words, address_of(iri), before, edit.after and edit.after.rpartition(" (")[0])
        values = (text and name_of(iri) for text in (edit.before, edit.after))
        return _Named(f"{_field(request, edit.name.partition(': ')[0])}: {name_of(iri)}", address_of(iri), *values)

    return [(edit, named(edit)) for edit in report.edits]


def _thing_of(name: str) -> str:
    """Return the kind and key of the thing that the name of an edit tells of, `concept/ccc`; empty where of none."""
    field, colon, value = name.partition(": ")
    found = _KEY.fullmatch(value) if colon and field in _LINKS else _KEY.match(name)
    return found[0] if found and found[1] in get_args(Kind) else ""


def _field(request: Request, name: str) -> str:
    return said_to(request, field_name(name))
