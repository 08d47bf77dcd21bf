"""Random sequences of edits, merges, un-merges, deletions and undos leave a library that keeps its rules."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.derived.graph.merged import merged_things, survivor_of
from commonplace.errors import BadRequest, CannotMerge, InUse, NotFound, ShapeViolation
from commonplace.exchange.deletions import Deleter, Deletions
from commonplace.exchange.edits import Editor, Edits
from commonplace.exchange.merges import Merger, Merges
from commonplace.library.kept_states import incremental_states, read_states
from commonplace.library.selection import count_of
from commonplace.model.change import Version
from commonplace.model.namespaces import FABIO
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE
from tests.curation.works import SmallLibrary

ADA = "Ada"
WORKS = [f"w{number}" for number in range(5)]
PEOPLE = ["ann-berg", "a-berg", "bo-dahl"]
CONCEPTS = ["help", "aid", "care"]
SHAPES = read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)

works, people, concepts = st.sampled_from(WORKS), st.sampled_from(PEOPLE), st.sampled_from(CONCEPTS)
edits = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Tides", "Tides of the lagoon", "TIDES"]),
        "page": st.sampled_from(["1", "1-9", "11-19", None]),
        "doi": st.sampled_from(["10.1000/a", "10.1000/b", None]),
        "isbn": st.sampled_from([["978-1-138-70011-6"], None]),
        "keywords": st.lists(st.sampled_from(["sea", "sand", "salt"]), max_size=2, unique=True),
        "authors": st.lists(people.map(lambda key: {"key": key}), max_size=2, unique_by=lambda one: one["key"]),
        "container_title": st.sampled_from(["Lagoon Letters", "Lagoon Lett.", None]),
        "issued": st.sampled_from(["1999", "1999-05", "2000"]),
    },
)


class Desk(RuleBasedStateMachine):
    """A small library, and what a librarian does to it."""

    @initialize()
    def begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.small = SmallLibrary(Path(self._folder.name) / "home")
        self.edits = Edits(self.small.library, self.small.committer)
        self.deletions = Deletions(self.small.library, self.small.committer)
        self.merges = Merges(self.small.library, self.small.committer)
        self.states = incremental_states(self.small.library.log, self.small.minter)
        self.merged: list[tuple[Version, set[Any], str, str, str]] = []
        for key, family, given in (("ann-berg", "Berg", "Ann"), ("a-berg", "Berg", "A."), ("bo-dahl", "Dahl", "Bo")):
            self.edits.create("person", {"key": key, "family": family, "given": given}, Editor(ADA))
        for key in CONCEPTS:
            self.edits.create("concept", {"key": key, "labels": {"en": key}}, Editor(ADA))
        for key in WORKS:
            self.make(key)

    def make(self, key: str) -> None:
        values = {"key": key, "type": "article-journal", "title": f"Tides {key}", "keywords": ["sea"]}
        self.edits.create("work", values, Editor(ADA))

    @rule(work=works)
    def make_again(self, work: str) -> None:
        self.tried(lambda: self.make(work))

    def teardown(self) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()

    def tried(self, do: Callable[[], object]) -> None:
        """Do something that the state of the library may forbid, in which case nothing is written."""
        before, head = self.small.contents(), self.small.library.log.head()
        try:
            do()
        except (BadRequest, CannotMerge, InUse, NotFound, ShapeViolation):
            assert self.small.library.log.head() == head
            assert self.small.contents() == before

    @rule(work=works, patch=edits)
    def edit(self, work: str, patch: dict[str, Any]) -> None:
        self.tried(lambda: self.edits.patch("work", work, patch, Editor(ADA)))

    @rule(person=people, given=st.sampled_from(["Ann", "A.", "Anna Maria"]))
    def rename(self, person: str, given: str) -> None:
        self.tried(lambda: self.edits.patch("person", person, {"given": given}, Editor(ADA)))

    @rule(work=works, concept=concepts, silent=st.booleans())
    def judge(self, work: str, concept: str, silent: bool) -> None:
        said: dict[str, Any] = {"work": work, "about": concept, "certainty": "high", "state": "silent"}
        if not silent:
            said |= {"state": "discusses", "directness": "direct", "locator": "title"}
        self.tried(lambda: self.edits.create("evidence", said, Editor(ADA)))

    @rule(concept=concepts, broader=concepts)
    def order(self, concept: str, broader: str) -> None:
        if concept != broader:
            self.tried(lambda: self.edits.patch("concept", concept, {"broader": [broader]}, Editor(ADA)))

    @rule(
        pair=st.tuples(works, works) | st.tuples(people, people) | st.tuples(concepts, concepts),
        side=st.sampled_from(["left", "right"]),
    )
    def merge(self, pair: tuple[str, str], side: Any) -> None:
        kind: Any = "work" if pair[0] in WORKS else "person" if pair[0] in PEOPLE else "concept"
        field = {"work": "title", "person": "name", "concept": "labels"}[kind]
        before = self.small.contents()

        def do() -> None:
            _, entry = self.merges.merge(kind, *pair, {field: side}, Merger(ADA))
            if entry:
                self.merged.append((entry.version, before, kind, *pair))

        self.tried(do)

    @rule(key=st.sampled_from([*WORKS, *PEOPLE, *CONCEPTS]), data=st.data())
    def unmerge(self, key: str, data: st.DataObject) -> None:
        kind: Any = "work" if key in WORKS else "person" if key in PEOPLE else "concept"

        def do() -> None:
            looked = self.merges.look_apart(kind, key, {})
            assign: dict[str, Any] = {
                edit.name: data.draw(st.sampled_from(["left", "right"]), label=edit.name) for edit in looked.edits
            }
            report, entry = self.merges.unmerge(kind, key, assign if looked.version is None else {}, Merger(ADA))
            if entry:
                self.small.library.read(lambda snapshot: self.merges._living(snapshot, kind, report.right.key))

        self.tried(do)

    @precondition(lambda self: self.merged)
    @rule()
    def unmerge_what_was_merged_last(self) -> None:
        version, before, kind, _, right = self.merged.pop()
        if self.small.library.log.head() == version:
            self.merges.unmerge(kind, right, {}, Merger(ADA))  # type: ignore[arg-type]
            assert self.small.contents() == before

    @rule(work=st.sampled_from(WORKS[3:]))
    def delete(self, work: str) -> None:
        self.tried(lambda: self.deletions.delete("work", work, Deleter(ADA), with_dependents=True))

    @rule(back=st.integers(0, 4))
    def undo(self, back: int) -> None:
        head = self.small.library.log.head()
        self.tried(lambda: self.small.committer.undo(Version(max(head - back, 12)), ADA) if head >= 12 else None)

    @invariant()
    def keeps_its_rules(self) -> None:
        if hasattr(self, "small"):
            found = self.small.library.read(lambda snapshot: violations(snapshot, SHAPES))
            assert found == []

    @invariant()
    def every_alias_leads_to_a_thing_that_is_there(self) -> None:
        if hasattr(self, "small"):
            minter = self.small.minter

            def lost(state: Any) -> list[str]:
                ends = [survivor_of(state, node, minter) for node in merged_things(state, minter)]
                return [end.value for end in ends if not any(True for _ in state.triples(end))]

            assert self.small.library.read(lost) == []

    @invariant()
    def coverage_adds_up(self) -> None:
        if hasattr(self, "small"):

            def sums(state: Any) -> tuple[int, int]:
                states = read_states(state, self.small.minter).on_concept(self.small.minter.iri("concept", "help"))
                every = count_of(state, f"SELECT (COUNT(DISTINCT ?w) AS ?n) WHERE {{ ?w a <{FABIO.iri}Expression> }}")
                return sum(states.coverage().values()), every

            counted, every = self.small.library.read(sums)
            assert counted == every

    @invariant()
    def the_states_that_moved_along_are_those_read_anew(self) -> None:
        if hasattr(self, "small"):
            library = self.small.library
            library.follow()
            anew = library.read(lambda state: read_states(state, library.minter))
            assert self.states.of(library.graph).value == anew


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))
