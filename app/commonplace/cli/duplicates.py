"""`commonplace duplicates`: list works that may be one work, or related, and record what is decided of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, cast

import typer

from commonplace.cli.opening import AgentOption, HomeOption, agent_of, open_library
from commonplace.cli.terminal import JsonOption, readable
from commonplace.errors import BadRequest
from commonplace.exchange.decisions import Decisions, DuplicateFilter
from commonplace.exchange.edits import Editor
from commonplace.library.curation_schemas import DuplicateCandidate
from commonplace.model.judgements import Judgement

duplicates_cli = typer.Typer(help="Works that may be one work, or related: list them, decide.", no_args_is_help=True)


class Proposed(StrEnum):
    """What is proposed of two works."""

    same = "same"
    relation = "relation"


class Waiting(StrEnum):
    """What was decided of two works, or that they wait for it."""

    open = "open"
    same = "same"
    different = "different"
    unsure = "unsure"
    any = "any"


class Judged(StrEnum):
    """What may be decided of two works."""

    same = "same"
    different = "different"
    unsure = "unsure"
    related = "related"


@duplicates_cli.command("list")
def list_duplicates(
    proposes: Annotated[Proposed, typer.Option(help="works that may be one, or that are two and related")] = (
        Proposed.same
    ),
    decision: Annotated[Waiting, typer.Option(help="those that wait for a decision, or were decided so")] = (
        Waiting.open
    ),
    work: Annotated[str | None, typer.Option(metavar="KEY", help="only pairs that this work is in")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List pairs of works, the likeliest first, with the reasons; nothing is merged."""
    with readable():
        opened = open_library(home, "read")
        asked = DuplicateFilter(proposes.value, decision.value, work)
        found = Decisions(opened.library, opened.committer).listed(asked)
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json", exclude_none=True) for one in found], ensure_ascii=False))
        return
    for line in _lines(found):
        typer.echo(line)


@duplicates_cli.command("decide")
def decide_duplicate(
    one: Annotated[str, typer.Argument(metavar="KEY", help="key or IRI of a work")],
    other: Annotated[str, typer.Argument(metavar="KEY", help="key or IRI of another work")],
    judgement: Annotated[Judged, typer.Argument(help="whether they are one work")],
    reason: Annotated[str, typer.Option(help="why; needed where they are different")] = "",
    relation: Annotated[
        str | None, typer.Option(help="of two that are related: translation, version, edition, part, correction …")
    ] = None,
    work: Annotated[
        str | None, typer.Option(metavar="KEY", help="of two that are related: the translation, the later one …")
    ] = None,
    as_json: JsonOption = False,
    agent: AgentOption = None,
    home: HomeOption = None,
) -> None:
    """Record whether two works are one, or related, in place of what was decided before; nothing is merged."""
    with readable():
        if (judgement is Judged.related) != (relation is not None):
            raise BadRequest("two works are related in some way: give --relation with related, and only then")
        opened = open_library(home, "write")
        decisions, editor = Decisions(opened.library, opened.committer), Editor(agent_of(home, agent))
        if judgement is Judged.related:
            made = decisions.relate((one, other), relation or "", work, reason, editor)
        else:
            made = decisions.decide((one, other), cast(Judgement, judgement.value), reason, editor)
    if as_json:
        typer.echo(made.shape.json_bytes().decode())
        return
    keys = " and ".join(work.key for work in made.shape.works)
    version = made.entry.version
    judged = f"{made.shape.work} is the {relation}" if relation else made.shape.judgement
    typer.echo(f"{keys}: {judged}: version {version}; take it back with: commonplace undo {version}")


def _lines(found: list[DuplicateCandidate]) -> Iterator[str]:
    for item in found:
        keys = " and ".join(work.key for work in item.works)
        what = f"{item.score:.1f} %" if item.proposes == "same" else item.relation or "nothing proposed"
        yield f"{keys}: {what}: {'; '.join(item.reasons)}" if item.reasons else f"{keys}: {what}"
        if item.decision:
            was = "" if item.decision.current else ", before one of them changed"
            by = f" by {item.decision.agent}" if item.decision.agent else ""
            yield f"  decided{by}: {item.decision.judgement}{was}: {item.decision.reason or 'no reason given'}"
    yield f"{len(found)} {'pair' if len(found) == 1 else 'pairs'}"
