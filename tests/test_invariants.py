"""Hold whatever a librarian does, in any order: invariants of the library, and that all of it can be undone.

To let the librarian do more (fix in bulk …), add a method with `@rule` that calls `self.do` with a function that
writes through a public door; a refusal counts as done, and must have changed nothing. To hold more, add a function to
`INVARIANTS`: it takes the library and returns what is wrong, a line each. Things come from small pools, so that what is
done meets what was done before.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot, Update
from commonplace.errors import CommonplaceError
from commonplace.exchange.deletions import Deleter, Deletions
from commonplace.exchange.edits import Editor, Edits
from commonplace.exchange.imports import import_file
from commonplace.exchange.merges import Merger, Merges
from commonplace.exchange.updates import Updates
from commonplace.home.checking import checked
from commonplace.home.opening import Home, open_home
from commonplace.home.verification import findings
from commonplace.library import Library
from commonplace.library.kept_states import read_states
from commonplace.library.named_things import known_thing
from commonplace.library.things import read_thing
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.model.namespaces import FABIO, RDF, SKOS
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE, settings_for

SHAPES = SHIPPED_ONTOLOGY / "shapes.ttl"
KEYS = ("garden2001", "picnic2003", "letter2005", "book2009", "Other:Key")
CONCEPTS = ("gardens", "tools", "sheds")
PEOPLE = ("anh-ng", "bea-silva", "mao-sun")
TEXTS = ("Gardens for all", "A picnic, and <i>what came</i> of it", "Letters on gardens", "gardens", "")
DATES = ("1996", "2001-05", "2003/2004", "-0043", None)


def bibtex(key: str, number: int, *, full: bool, other_key: str | None) -> str:
    """Return an entry; the number decides who wrote it and what it is part of, so that entries share things."""
    names = ("Ng, Anh and Silva, Bea", "Silva, Bea", "Sun, Mao and {The Garden Club}")
    fields = {
        "author": names[number % len(names)],
        "title": f"On {key} and \\emph{{gardens}}",
        "date": f"{2000 + number}",
        "ids": other_key,
    }
    if full:
        fields |= {
            "abstract": "Gardens for all began it. A picnic came second.",
            "doi": f"10.5555/{key.lower().replace(':', '-')}",
            "keywords": "gardens, picnics",
            "journal": "Journal of Gardens",
        }
    return (
        f"@article{{{key},\n" + ",\n".join(f"{name} = {{{value}}}" for name, value in fields.items() if value) + "}\n"
    )


# What must hold of every library.


def keeps_the_rules(library: Library) -> Iterable[str]:
    """Yield breaches of the rules: nothing dangles, what follows agrees, a key leads to one work."""
    found = library.read(lambda snapshot: checked(snapshot, SHAPES, library.minter, library.texts))
    return [*found.lines(library.minter)][:-1]


def coverage_adds_up(library: Library) -> Iterable[str]:
    """Yield the concepts of which discussing, silent and unread works are not all works."""

    def wrong(snapshot: Snapshot) -> list[str]:
        works = sum(1 for _ in snapshot.triples(None, RDF["type"], FABIO["Expression"]))
        states = read_states(snapshot, library.minter)
        found = []
        for triple in snapshot.triples(None, RDF["type"], SKOS["Concept"]):
            assert isinstance(triple.subject, NamedNode)
            thing = read_thing(snapshot, "concept", triple.subject, library.minter, lambda _: states)
            counts = thing.model_dump()["coverage"]
            if sum(counts.values()) != works:
                found.append(f"{triple.subject}: {counts} of {works} works")
        return found

    return library.read(wrong)


def aliases_resolve(library: Library) -> Iterable[str]:
    """Yield the alternative keys that do not lead to their work."""
    alternative = library.minter.term("alternativeKey")

    def wrong(snapshot: Snapshot) -> list[str]:
        return [
            f"{triple.object} does not lead to {triple.subject}"
            for triple in snapshot.triples(None, alternative)
            if isinstance(triple.object, Literal)
            and known_thing(snapshot, library.minter, library.minter.thing("work", triple.object.value))
            != triple.subject
        ]

    return library.read(wrong)


INVARIANTS: list[Callable[[Library], Iterable[str]]] = [keeps_the_rules, coverage_adds_up, aliases_resolve]


@cache
def first_home() -> Path:
    """Return a home with concepts and two works, which is copied for each run."""
    home = Path(tempfile.mkdtemp(prefix="commonplace-invariants-")) / "home"
    opened = open_home(settings_for(home, reference_set="none"))
    edits = Edits(opened.library, opened.committer)
    for key in CONCEPTS[:2]:
        values = {"labels": {"en": key, "fr": f"{key} (fr)"}, "definitions": {"en": key, "fr": key}, "key": key}
        edits.create("concept", values, Editor("librarian"))
    text = bibtex(KEYS[0], 1, full=True, other_key="first") + bibtex(KEYS[1], 2, full=False, other_key=None)
    import_file(opened.library, opened.committer, text.encode(), "first.bib")
    return home


class Librarian(RuleBasedStateMachine):
    """Someone who imports, edits, judges, cites, merges, deletes and undoes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="commonplace-librarian-"))

    @initialize()
    def open(self) -> None:
        home = Path(shutil.copytree(first_home(), self.folder / "home"))
        self.opened: Home = open_home(settings_for(home, reference_set="none"))
        self.library = self.opened.library
        self.committer = self.opened.committer
        self.edits = Edits(self.library, self.committer)
        self.deletions = Deletions(self.library, self.committer)
        self.merges = Merges(self.library, self.committer)
        self.updates = Updates(self.library, self.committer)
        self.editor = Editor("librarian")
        self.first = (self.library.newest(), self.quads())

    def quads(self) -> set[Quad]:
        """Return everything that the library says."""
        return self.library.read(lambda snapshot: set(snapshot.quads()))

    def do(self, what: Callable[[], object]) -> None:
        """Write something. What is refused must be refused in words, and change nothing."""
        before = (self.library.newest(), self.quads())
        refusal: CommonplaceError | None = None
        try:
            what()
        except CommonplaceError as fault:
            refusal = fault
        if refusal is not None:
            assert refusal.detail
            assert (self.library.newest(), self.quads()) == before, f"refused, and yet it changed something: {refusal}"

    @rule(
        keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True),
        number=st.integers(0, 5),
        full=st.booleans(),
        other=st.sampled_from([None, "first", "second", KEYS[2]]),
    )
    def bring_in(self, keys: list[str], number: int, full: bool, other: str | None) -> None:
        text = "".join(bibtex(key, number, full=full, other_key=other if key == keys[0] else None) for key in keys)
        self.do(lambda: import_file(self.library, self.committer, text.encode(), "more.bib"))

    @rule(
        key=st.sampled_from(KEYS),
        member=st.sampled_from(["title", "rich_title", "abstract", "volume"]),
        value=st.sampled_from(TEXTS),
    )
    def edit_text(self, key: str, member: str, value: str) -> None:
        self.do(lambda: self.edits.patch("work", key, {member: value or None}, self.editor))

    @rule(key=st.sampled_from(KEYS), date=st.sampled_from(DATES))
    def edit_date(self, key: str, date: str | None) -> None:
        self.do(lambda: self.edits.patch("work", key, {"issued": date}, self.editor))

    @rule(key=st.sampled_from(KEYS), other=st.sampled_from([[], ["first"], ["second", "third"], [KEYS[1]]]))
    def edit_keys(self, key: str, other: list[str]) -> None:
        self.do(lambda: self.edits.patch("work", key, {"alternative_keys": other}, self.editor))

    @rule(key=st.sampled_from(KEYS), people=st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))
    def edit_authors(self, key: str, people: list[str]) -> None:
        authors = [{"key": person} for person in people]
        self.do(lambda: self.edits.patch("work", key, {"authors": authors}, self.editor))

    @rule(
        key=st.sampled_from(PEOPLE),
        member=st.sampled_from(["family", "given", "particle"]),
        value=st.sampled_from(["Ng", "Silva", "de", None]),
    )
    def rename(self, key: str, member: str, value: str | None) -> None:
        self.do(lambda: self.edits.patch("person", key, {member: value}, self.editor))

    @rule(key=st.sampled_from(PEOPLE), family=st.sampled_from(["Ng", "Souza"]))
    def rename_by_sparql(self, key: str, family: str) -> None:
        named = f"<{BASE}id/person/{key}> <http://xmlns.com/foaf/0.1/familyName>"
        text = f"DELETE {{ {named} ?was }} INSERT {{ {named} '{family}' }} WHERE {{ {named} ?was }}"
        self.do(lambda: self.updates.update(Update(text), "librarian"))

    @rule(key=st.sampled_from(KEYS), concept=st.sampled_from(CONCEPTS), quote=st.sampled_from([*TEXTS, None]))
    def judge(self, key: str, concept: str, quote: str | None) -> None:
        values: dict[str, Any] = {"work": key, "about": concept, "certainty": "high"}
        values |= {"state": "discusses", "directness": "direct", "quote": quote} if quote else {"state": "silent"}
        self.do(lambda: self.edits.create("evidence", values, self.editor))

    @rule(key=st.sampled_from(CONCEPTS), broader=st.sampled_from([[], [CONCEPTS[0]], [CONCEPTS[1]]]))
    def place_concept(self, key: str, broader: list[str]) -> None:
        labels = {"labels": {"en": key, "fr": key}, "definitions": {"en": key, "fr": key}}
        self.do(lambda: self.edits.create("concept", {"key": key, "broader": broader, **labels}, self.editor))
        self.do(lambda: self.edits.patch("concept", key, {"broader": broader}, self.editor))

    @rule(citing=st.sampled_from(KEYS), cited=st.sampled_from(KEYS), stays=st.booleans())
    def cite(self, citing: str, cited: str, stays: bool) -> None:
        own = f"{BASE}ontology#"
        node = f"<{BASE}id/citation/{citing.replace(':', '')}--{cited.replace(':', '')}>"
        ends = " ; ".join(
            f"<http://purl.org/spar/cito/{end}> <{BASE}id/work/{key}>"
            for end, key in (("hasCitingEntity", citing), ("hasCitedEntity", cited))
        )
        said = f"{node} a <http://purl.org/spar/cito/Citation> ; <{own}confirmation> <{own}confirmed>"
        text = f"INSERT DATA {{ {said} ; {ends} }}" if stays else f"DELETE WHERE {{ {node} ?p ?o }}"
        self.do(lambda: self.updates.update(Update(text), "librarian"))

    @rule(
        thing=st.sampled_from(
            [
                *(("work", key) for key in KEYS),
                *(("person", key) for key in PEOPLE),
                *(("concept", key) for key in CONCEPTS),
                ("venue", "journal-of-gardens"),
                ("evidence", f"{CONCEPTS[0]}--{KEYS[0]}"),
            ]
        ),
        along=st.booleans(),
    )
    def delete(self, thing: tuple[Kind, str], along: bool) -> None:
        self.do(lambda: self.deletions.delete(*thing, Deleter("librarian"), with_dependents=along))

    @rule(pair=st.sampled_from([("work", *KEYS[:2]), ("work", KEYS[1], KEYS[3]), ("person", *PEOPLE[:2])]))
    def merge(self, pair: tuple[Kind, str, str]) -> None:
        self.do(lambda: self.merges.merge(*pair, {}, Merger("librarian")))

    @rule(thing=st.sampled_from([("work", KEYS[1]), ("work", KEYS[3]), ("person", PEOPLE[1])]))
    def take_apart(self, thing: tuple[Kind, str]) -> None:
        self.do(lambda: self.merges.unmerge(*thing, {}, Merger("librarian")))

    @rule(back=st.integers(0, 6))
    def undo(self, back: int) -> None:
        version = self.library.newest() - back
        if version > self.first[0]:
            self.do(lambda: self.committer.undo(Version(version), "librarian"))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "library"):
            assert [fault for holding in INVARIANTS for fault in holding(self.library)] == []

    def teardown(self) -> None:
        try:
            if hasattr(self, "library"):
                self.take_all_back()
        finally:
            shutil.rmtree(self.folder)

    def take_all_back(self) -> None:
        """Undo every version, the newest first: the library says what it said at first, and its files are whole."""
        version, quads = self.first
        for number in range(self.library.newest(), version, -1):
            self.committer.undo(Version(number), "librarian")
        assert self.quads() == quads
        assert list(findings(self.library, self.folder / "home", SHAPES)) == []


def asked(runs: int, steps: int, *, always_others: bool = False) -> settings:
    """Return how often, and how long, hypothesis lets the librarian work; `always_others` tries others at each run."""
    return settings(max_examples=runs, stateful_step_count=steps, derandomize=not always_others)


def test_whatever_a_librarian_does_the_library_is_whole() -> None:
    run_state_machine_as_test(Librarian, settings=asked(20, 14))


@pytest.mark.slow
def test_whatever_a_librarian_does_for_long_the_library_is_whole() -> None:
    run_state_machine_as_test(Librarian, settings=asked(120, 40, always_others=True))
