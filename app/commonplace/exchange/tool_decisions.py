"""Keep the decisions of a review tool: as evidence on a concept, as screenings, or both; a file as one version.

A work that is included discusses the concept, one that is excluded is silent on it. Nothing is decided here: where
reviewers disagree with one another, or with what the library holds, both sides are told and nothing is written of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from pyoxigraph import NamedNode, Quad

from commonplace.commit import Committer, Proposal
from commonplace.curation.editing.edits import created
from commonplace.curation.editing.fields import Edit
from commonplace.curation.known_works import KnownWorks
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest, Message, NotAllowed
from commonplace.exchange.decision_receipts import FATES, DecisionsKept, RecordFate
from commonplace.exchange.edits import Editor
from commonplace.exchange.named_works import NamedWorks
from commonplace.exchange.works_known import known_works
from commonplace.importers.decisions.decision import ToolDecision, Verdict
from commonplace.importers.decisions.tools import TOOLS, Tool, ToolName, read_decisions, tool_of
from commonplace.importers.reading_problems import reading_problems
from commonplace.library import Library
from commonplace.library.changes import DECISIONS
from commonplace.library.evidence import evidence_of_work
from commonplace.library.screenings import Stage
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.minter import Minter

_HELD_EVIDENCE = {
    "discusses": "the library holds that it discusses it: evidence %(evidence)s",
    "silent": "the library holds that it is silent: evidence %(evidence)s",
}
_HELD_SCREENING = {
    "include": "the library holds that it is included by %(stage)s",
    "exclude": "the library holds that it is excluded by %(stage)s",
}

STATES: Mapping[Verdict, str] = {"include": "discusses", "exclude": "silent"}
LOCATORS: Mapping[Stage, str] = {"title-abstract": "title and abstract", "full-text": "full text"}

_SHOWN = 200
"""Maximum characters of a text of the file that a reason repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDecisions:
    """What a file of decisions is about: a concept, a stage of the screening, or both.

    `tool` is found in the file where it is None. `verdict` is what a list decides whose lines do not say it, as those
    of Covidence.
    """

    concept: str | None = None
    stage: Stage | None = None
    tool: ToolName | None = None
    verdict: Literal["include", "exclude"] | None = None


@dataclass(frozen=True, slots=True)
class KeptDecisions:
    """What became of a file of decisions; `entry` is None where nothing was written."""

    tool: Tool
    items: tuple[RecordFate, ...]
    entry: Entry | None

    @property
    def fates(self) -> dict[str, int]:
        """Return the number of records of each fate."""
        counted = Counter(item.fate for item in self.items)
        return {fate: counted[fate] for fate in FATES}


class ToolDecisions:
    """Decisions of review tools that come in to one library. Safe to use from several threads."""

    def __init__(self, library: Library, committer: Committer) -> None:
        self._library = library
        self._committer = committer

    def keep(
        self,
        data: bytes,
        name: str,
        asked: AskedDecisions,
        editor: Editor,
        expected: Version | None = None,
        *,
        dry_run: bool = False,
    ) -> KeptDecisions:
        """Keep the decisions of a file that is called `name`, as one version; what is there already is matched.

        Raises `BadRequest` for a file that cannot be read, for a concept that there is not, and for a verdict on a file
        that has its own, `NotAllowed` for screenings of an editor that does not decide, and `Conflict` when `expected`
        is given and is not the head.
        """
        if asked.concept is None and asked.stage is None:
            raise BadRequest(
                "say what the decisions are about", [("concept", "give a concept, a stage of the screening, or both")]
            )
        if asked.stage and not editor.decides:
            raise NotAllowed("screenings are made with a curator's token; a contributor may propose evidence")
        with reading_problems(name):
            tool = TOOLS[asked.tool] if asked.tool else tool_of(data)
            _refuse_second_verdict(tool, asked)
            decisions = [_with_verdict(one, asked) for one in read_decisions(data, tool)]
        if not decisions:
            raise BadRequest(Message("%(name)s: there is no record in it", name=name), [(name, "no record")])
        items: list[RecordFate] = []

        def propose(snapshot: Snapshot) -> Proposal:
            edit = Edit(snapshot, self._library.minter, tool.label, datetime.now(UTC), editor.decides)
            making = _DecisionEvidence(edit, asked, tool, known_works(self._library, snapshot))
            items[:] = making.items(decisions)
            counted = sum(item.fate == "new" for item in items)
            message = editor.message or f"{name}: {counted} of {len(items)} decisions of {tool.label}"

            def note() -> Note:
                told = DecisionsKept.of(tool.name, name, items, self._library.minter, for_ever=True)
                kept = {DECISIONS: self._library.log.attach(told.json_bytes())}
                return Note(agent=editor.agent, kind="decisions", message=message, attachments=kept)

            return Proposal(ChangeSet(tuple(making.quads)), note)

        if dry_run:
            self._library.read(propose)
            return KeptDecisions(tool, tuple(items), None)
        entry = self._committer.commit(propose, expected)
        return KeptDecisions(tool, tuple(items), entry)


def _refuse_second_verdict(tool: Tool, asked: AskedDecisions) -> None:
    if asked.verdict and tool.says_verdict:
        why = Message("leave it out: files of %(label)s say themselves what was decided", label=tool.label)
        raise BadRequest(
            Message("the verdict %(verdict)s is not taken: %(why)s", verdict=asked.verdict, why=why), [("verdict", why)]
        )


def _with_verdict(decision: ToolDecision, asked: AskedDecisions) -> ToolDecision:
    """Return the decision with the verdict that its list has, where it says nothing of its own."""
    if decision.votes or asked.verdict is None:
        return decision
    return replace(decision, votes={"": asked.verdict})


class _DecisionEvidence:
    """Makes evidence and screenings of decisions in one state."""

    def __init__(self, edit: Edit, asked: AskedDecisions, tool: Tool, known: KnownWorks | None) -> None:
        self._edit = edit
        self._asked = asked
        self._tool = tool
        self._works = NamedWorks(edit.snapshot, edit.minter, known)
        self._concept = _concept(edit, asked.concept) if asked.concept else None
        self._taken: set[NamedNode] = set()
        self.quads: dict[Quad, None] = {}

    def items(self, decisions: Sequence[ToolDecision]) -> list[RecordFate]:
        """Return what becomes of each decision, and add the statements of those that are kept."""
        begun = [self._begun(one) for one in decisions]
        by_work: dict[str, set[Verdict]] = {}
        for item in begun:
            if item.work and item.verdict:
                by_work.setdefault(item.work, set()).add(item.verdict)
        disputed = {work for work, verdicts in by_work.items() if len(verdicts) > 1}
        done: list[RecordFate] = []
        for decision, item in zip(decisions, begun, strict=True):
            if item.fate == "new" and item.work in disputed:
                item = replace(item, fate="conflict", why="lines of this file decide otherwise on this work")
            done.append(self._kept(decision, item) if item.fate == "new" else item)
        return done

    def _begun(self, decision: ToolDecision) -> RecordFate:
        """Return the item of a decision as its line says it: `new` where it names a work and one verdict."""
        item = RecordFate(
            position=decision.position,
            line=decision.line,
            given=_given(decision),
            fate="new",
            verdict=_verdict(decision),
        )
        try:
            work = self._works.key_of(decision.keys, decision.doi, decision.title, decision.year)
            item = replace(item, work=work)
        except LookupError as fault:
            return replace(item, fate="failed", why=str(fault.args[0]))
        if item.verdict is not None:
            return item
        said = set(decision.votes.values())
        if {"include", "exclude"} <= said:
            told = "; ".join(f"{who or 'the tool'}: {verdict}" for who, verdict in decision.votes.items())
            counted = ", ".join(f"{count} {verdict}" for verdict, count in Counter(decision.votes.values()).items())
            why, kept = (Message("its reviewers do not agree: %(by)s", by=by) for by in (told, counted))
            return replace(item, fate="conflict", why=why, kept_why=kept)
        if not said and not self._tool.says_verdict:
            return replace(
                item,
                fate="failed",
                why=Message("%(label)s's lists do not say it: give the verdict", label=self._tool.label),
            )
        return replace(item, fate="undecided", why="it is marked as maybe" if said else "nothing is decided of it")

    def _kept(self, decision: ToolDecision, item: RecordFate) -> RecordFate:
        """Return the item with what is made of it; nothing is made where the library holds that it is otherwise."""
        work = self._edit.minter.thing("work", item.work or "")
        wanted = [(self._concept, self._evidence), (self._asked.stage, self._screening)]
        found = [find(work, item.verdict or "undecided", decision) for asked, find in wanted if asked]
        against = [one for one in found if isinstance(one, str)]
        if against:
            return replace(item, fate="conflict", why="; ".join(against))
        made = [one for one in found if isinstance(one, _New)]
        if not made:
            return replace(item, fate="matched", why="the library holds this already")
        for one in made:
            self._taken.add(one.node)
            self.quads.update(dict.fromkeys(one.quads))
        return replace(item, made=tuple(one.node for one in made))

    def _evidence(self, work: NamedNode, verdict: Verdict, decision: ToolDecision) -> _New | str | None:
        """Return new evidence, None where there is such evidence, or a text that says what stands against it."""
        assert self._concept is not None
        state, minter = STATES[verdict], self._edit.minter
        there = [one for one in evidence_of_work(self._edit.snapshot, work, minter) if one.status != "rejected"]
        held = {one.state: one.id for one in there if one.about_iri == self._concept.value}
        node = self._node("evidence", f"{minter.key(self._concept.value)}--{minter.key(work.value)}")
        if other := held.keys() - {state}:
            first = sorted(other)[0]
            return Message(_HELD_EVIDENCE[first], evidence=held[first])
        if state in held or node in self._taken:
            return None
        values = {
            "work": work.value,
            "about": self._concept.value,
            "state": state,
            "certainty": "low",
            "note": self._note(verdict, decision),
            **({"directness": "indirect"} if state == "discusses" else {}),
            **({"locator": LOCATORS[self._asked.stage]} if self._asked.stage else {}),
        }
        return _New(node, created(self._edit, "evidence", node, values).added)

    def _screening(self, work: NamedNode, verdict: Verdict, decision: ToolDecision) -> _New | str | None:
        """Return a new screening, None where there is such a one, or a text that says what stands against it."""
        stage, minter = self._asked.stage, self._edit.minter
        assert stage is not None
        held = _screenings(self._edit.snapshot, minter, work, stage)
        node = self._node("screening", f"{stage}--{minter.key(work.value)}")
        if other := held.keys() - {verdict}:
            return Message(_HELD_SCREENING[sorted(other)[0]], stage=stage)
        if verdict in held or node in self._taken:
            return None
        values = {"work": work.value, "stage": stage, "verdict": verdict, "note": self._note(verdict, decision)}
        if verdict == "exclude":
            values["reason"] = decision.reason or f"excluded in {self._tool.label}"
        return _New(node, created(self._edit, "screening", node, values).added)

    def _note(self, verdict: Verdict, decision: ToolDecision) -> str:
        """Return what is told of a decision: how many decided so, and why. Reviewers' names stay in their tool."""
        count = len(decision.votes)
        by = f" by {count} reviewers" if count > 1 and self._tool.name == "rayyan" else ""
        return f"{verdict}d in {self._tool.label}{by}" + (f": {decision.reason}" if decision.reason else "")

    def _node(self, kind: Literal["evidence", "screening"], stem: str) -> NamedNode:
        """Return the IRI of a new thing, which the library does not have."""
        number = 1
        while True:
            node = self._edit.minter.thing(kind, stem if number == 1 else f"{stem}-{number}")
            if not any(True for _ in self._edit.snapshot.triples(node)):
                return node
            number += 1


@dataclass(frozen=True, slots=True)
class _New:
    node: NamedNode
    quads: Iterable[Quad]


def _verdict(decision: ToolDecision) -> Verdict | None:
    """Return the verdict on which all reviewers agree; None where they do not, or nobody has decided."""
    said = set(decision.votes.values())
    return said.pop() if len(said) == 1 and "undecided" not in said else None


def _given(decision: ToolDecision) -> str:
    """Return how the file names a work: by key, DOI or title, whichever comes first."""
    named = (*decision.keys, decision.doi, decision.title)
    return next((text for text in named if text), "without key, DOI or title")[:_SHOWN]


def _concept(edit: Edit, given: str) -> NamedNode:
    return edit.thing(given, ("concept",), "concept")


def _screenings(snapshot: Snapshot, minter: Minter, work: NamedNode, stage: Stage) -> dict[str, str]:
    """Return the screenings of a work at a stage, by verdict."""

    def rows() -> Iterator[tuple[str, str]]:
        for row in snapshot.select(
            f"{PROLOGUE}SELECT ?one ?verdict WHERE {{ ?one a cp:Screening ; cp:work {work} ; "
            f"cp:stage cp:{stage} ; cp:verdict ?verdict }}"
        ):
            one, verdict = row["one"], row["verdict"]
            if isinstance(one, NamedNode) and isinstance(verdict, NamedNode):
                yield minter.local(verdict.value), minter.key(one.value)

    return dict(rows())
