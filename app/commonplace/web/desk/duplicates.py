"""Compare two works that may be one, side by side, and decide: same, different, related, or not sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast, get_args
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.curation.duplicates.decisions import ListedCandidate
from commonplace.curation.duplicates.relations import RELATIONS
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, CommonplaceError, Message
from commonplace.exchange.decisions import Decisions, DuplicateFilter, candidate_shape, chosen, pair_listed
from commonplace.exchange.edits import Editor
from commonplace.exchange.merges import Merger, Side
from commonplace.home.tokens import Role, Token
from commonplace.library.citations import citation_ends
from commonplace.library.curation_schemas import DuplicateCandidate
from commonplace.library.merge_reports import MergeReport
from commonplace.library.works import work_of
from commonplace.model.judgements import Judgement
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import SubmittedForm, form_of
from commonplace.web.desk.pages import AtDesk, desk_page, desk_router, refusal, see_other
from commonplace.web.desk.pairs import paired
from commonplace.web.desk.start import Done, done_change
from commonplace.web.http.threads import in_writer
from commonplace.web.pages.words.broken_rules import rules_in_words
from commonplace.web.pages.words.called import cited_as
from commonplace.web.pages.words.languages import language_of

router = desk_router()

DUPLICATES = "/desk/duplicates"

SHOWN = 50
"""Number of pairs on a page of the list."""

Kept = Annotated[str | None, Query(max_length=1_000, description="key of the work that stays, on the left")]
From = Annotated[int, Query(ge=0, description="place of the first pair that is shown")]
Proposes = Literal["same", "relation"]


def open_pairs(context: Context, proposes: Proposes = "same") -> list[ListedCandidate]:
    """Return the pairs that wait for a decision, the likeliest first, those marked *unsure* last."""
    similar = context.similar.of(context.library.graph_at()).value
    asked = DuplicateFilter(proposes)
    return context.library.read(lambda snapshot: chosen(snapshot, similar, asked, context.minter))


@router.get(DUPLICATES)
def duplicates(
    request: Request,
    context: ContextDep,
    token: AtDesk,
    proposes: Proposes = "same",
    start: From = 0,
    done: Done = None,
) -> Response:
    """List the pairs that wait for a decision."""
    pairs = open_pairs(context, proposes)

    def read(snapshot: Snapshot) -> list[DuplicateCandidate]:
        return [candidate_shape(snapshot, one, context.minter) for one in pairs[start : start + SHOWN]]

    return desk_page(
        request,
        "duplicates.html",
        pairs=context.library.read(read),
        total=len(pairs),
        proposes=proposes,
        start=start,
        further=start + SHOWN if start + SHOWN < len(pairs) else None,
        done=done_change(request, context, done),
    )


@router.get(f"{DUPLICATES}/{{id}}")
def pair(
    request: Request, context: ContextDep, token: AtDesk, id: str, keep: Kept = None, done: Done = None
) -> Response:
    """Show two works side by side: equal values once, words marked where they differ."""
    return _page(request, context, id, keep, {}, done=done_change(request, context, done))


@router.post(f"{DUPLICATES}/{{id}}")
async def decide(request: Request, context: ContextDep, token: AtDesk, id: str) -> Response:
    """Merge the two, record another decision, or show what a merge with these choices would do."""
    form = await form_of(request)
    action, keep = form.text("action"), form.text("keep") or None
    sides = _sides(form)
    typed = {name: form.text(name) for name in ("reason", "relation", "subject")}
    if action == "preview":
        return await in_writer(context, lambda: _page(request, context, id, keep, sides, typed=typed))
    try:
        made = await in_writer(context, lambda: _decided(context, token, id, keep, sides, form))
    except CommonplaceError as fault:
        shown = refusal(fault)
        return await in_writer(context, lambda: _page(request, context, id, keep, sides, typed=typed, **shown))
    following = await in_writer(context, lambda: _following(context, id))
    return see_other(f"{DUPLICATES}/{following}" if following else DUPLICATES, done=made)


def _sides(form: SubmittedForm) -> dict[str, Side]:
    """Return the side that was chosen of each field; a field without a choice is not named. Raises `BadRequest`."""
    found = dict(form.after("field."))
    for name, side in found.items():
        if side not in ("left", "right"):
            raise BadRequest(Message("%(side)r is no side", side=side), [(name, "choose left or right")])
    return cast(dict[str, Side], found)


def _decided(
    context: Context, token: Token, id: str, keep: str | None, sides: Mapping[str, Side], form: SubmittedForm
) -> int | None:
    """Do what was decided of a pair; return the version that it made. Raises what the API's decisions raise."""
    left, right = _keys(context, id, keep)
    action, reason = form.text("action"), form.text("reason")
    editor = Editor(token.name, decides=token.role is Role.CURATOR)
    if action == "same" and editor.decides:
        report, _ = context.merges.merge("work", left, right, sides, Merger(token.name))
        return report.version
    decisions = Decisions(context.library, context.committer)
    if action == "related":
        relation = form.text("relation")
        if not relation:
            raise BadRequest(
                "how are they related?",
                [("relation", Message("choose one of %(relations)s", relations=", ".join(RELATIONS)))],
            )
        subject = form.text("subject") or None
        return decisions.relate([left, right], relation, subject, reason, editor).entry.version
    if action not in get_args(Judgement):
        raise BadRequest(
            Message("%(action)r is no decision", action=action), [("action", "use same, different, related or unsure")]
        )
    return decisions.decide([left, right], cast(Judgement, action), reason, editor).entry.version


def _keys(context: Context, id: str, keep: str | None) -> tuple[str, str]:
    """Return the keys of the two works of a pair, that of the one which stays first. Raises `NotFound`."""
    similar = context.similar.of(context.library.graph_at()).value

    def read(snapshot: Snapshot) -> tuple[str, str]:
        one, other = pair_listed(snapshot, similar, id, context.minter).candidate.keys
        if keep in (one, other):
            return (one, other) if keep == one else (other, one)
        weights = [_hanging(snapshot, key, context) for key in (one, other)]
        return (other, one) if sum(weights[1].values()) > sum(weights[0].values()) else (one, other)

    return context.library.read(read)


def _hanging(snapshot: Snapshot, key: str, context: Context) -> dict[str, int]:
    """Return how much hangs on a work: what cites it, what it cites, and what it is evidence of."""
    work = context.minter.thing("work", key)
    cited, cites = (len(citation_ends(snapshot, work, context.minter, outgoing=outgoing)) for outgoing in (False, True))
    return {
        "cited by": cited,
        "cites": cites,
        "evidence": len(work_of(snapshot, work, context.minter).evidence),
    }


def _following(context: Context, id: str) -> str | None:
    """Return the pair that is shown after one: the likeliest open one that is another."""
    return next((one.candidate.id for one in open_pairs(context) if one.candidate.id != id), None)


def _page(
    request: Request,
    context: Context,
    id: str,
    keep: str | None,
    sides: Mapping[str, Side],
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    **shown: Any,
) -> Response:
    left, right = _keys(context, id, keep)
    pairs = [one.candidate.id for one in open_pairs(context)]
    report: MergeReport = context.merges.look("work", left, right, sides)
    similar = context.similar.of(context.library.graph_at()).value
    both, language = (left, right), language_of(request)

    def read(snapshot: Snapshot) -> dict[str, Any]:
        asked = DuplicateFilter("same", "any", left)
        listed = chosen(snapshot, similar, asked, context.minter)
        listed += chosen(snapshot, similar, DuplicateFilter("relation", "any", left), context.minter)
        found = next((one for one in listed if one.candidate.id == id), None)
        return {
            "candidate": candidate_shape(snapshot, found, context.minter) if found else None,
            "hanging": [_hanging(snapshot, key, context) for key in (left, right)],
            "rules": rules_in_words(snapshot, report.breaks or (), context.minter, language),
            "cited": {
                key: cited_as(snapshot, context.minter.thing("work", key), context.minter, language) for key in both
            },
            "statuses": [_status(snapshot, key, context) for key in (left, right)],
            "version": snapshot.version,
        }

    found = context.library.read(read)
    candidate = cast("DuplicateCandidate | None", found["candidate"])
    given = typed or {"reason": "", "relation": (candidate.relation or "") if candidate else "", "subject": ""}
    return desk_page(
        request,
        "pair.html",
        status=status,
        id=id,
        place=pairs.index(id) + 1 if id in pairs else None,
        total=len(pairs),
        report=report,
        rows=paired(report.values),
        sides=sides,
        swapped=f"{DUPLICATES}/{id}?{urlencode({'keep': right})}",
        relations=RELATIONS,
        typed=given,
        **{**found, **shown},
    )


def _status(snapshot: Snapshot, key: str, context: Context) -> str | None:
    """Return what became of a work after it was published."""
    work: NamedNode = context.minter.thing("work", key)
    return work_of(snapshot, work, context.minter).status
