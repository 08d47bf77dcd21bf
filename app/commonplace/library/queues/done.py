"""Find in the log which items of a queue were solved, by whom, and in which version, which undoes them.

A statement that comes or goes solves an item: a proposal is one no longer, a work gets an abstract. `SIGNS` says which
statements solve the items of each queue. Imports are not looked at: nobody solves an item by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from commonplace.library.changes import changes_between
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, OWL, PRISM, RDF, RDFS
from commonplace.patchlog.log import PatchLog

MOST_QUADS = 200_000
"""Maximum number of statements of a version that is looked at: a change of 20,000 works has fewer."""

NOT_LOOKED_AT = frozenset(("import", "reference-set"))
"""Kinds of versions in which nobody solves an item."""

_DEFAULT = DefaultGraph()
_SAID = re.compile("retract|withdr|concern", re.IGNORECASE)


class Sign(NamedTuple):
    """A statement that solves an item: its predicate, by its name in our ontology or its IRI, and what counts of it.

    It `comes` or goes, about a thing of one of some `kinds`, any by default. `object` is the name of the one object
    that counts, and `text` a pattern of the texts that do. With `is_first` it counts only where no statement of that
    predicate goes, about a thing that is not new. The thing that was solved is the subject, or the object with
    `of_object`.
    """

    comes: bool
    predicate: str
    object: str = ""
    kinds: tuple[str, ...] = ()
    text: re.Pattern[str] | None = None
    is_first: bool = False
    of_object: bool = False


_READ = Sign(True, "work", kinds=("evidence",), of_object=True)
_NOTED = Sign(True, RDFS["comment"].value, text=_SAID)

SIGNS: Mapping[str, tuple[Sign, ...]] = {
    "proposed-evidence": (Sign(False, "standing", "proposed", ("evidence",)),),
    "proposed-decisions": (Sign(False, "standing", "proposed", ("decision",)),),
    "duplicates": (
        Sign(True, "onWork", kinds=("decision",), of_object=True),
        Sign(True, OWL["sameAs"].value, kinds=("work",)),
    ),
    "import-conflicts": (Sign(True, "setAside"),),
    "quote-not-found": (Sign(False, "quoteCheck", "not-found"),),
    "retracted-underneath": (
        _NOTED._replace(kinds=("evidence",)),
        Sign(True, "standing", "rejected", ("evidence",)),
    ),
    "cases-from-retracted-works": (_NOTED._replace(kinds=("case",)),),
    "cites-retracted": (_NOTED._replace(kinds=("work",)),),
    "facts-in-doubt": (Sign(False, RDF["type"].value, "Doubt"),),
    "ambiguous-citations": (Sign(False, "candidate"),),
    "no-identifier": tuple(Sign(True, PRISM[name].value, is_first=True) for name in ("doi", "isbn")),
    "no-abstract": (Sign(True, DCTERMS["abstract"].value, is_first=True),),
    "suggestions": (_READ,),
    "unread-on-followed": (_READ,),
    "never-read": (_READ,),
}
"""What solves the items of each queue. Of others no statement tells it: of a quote that says enough now, say."""


class Solved(NamedTuple):
    """An item that a version solved: the thing, and another that it was about, by their IRIs."""

    version: Version
    thing: str
    about: str | None = None


@dataclass(slots=True)
class SolvedItems:
    """The solved items of one library by queue, read from the log as it grows. Safe to share between threads."""

    log: PatchLog
    minter: Minter
    _found: dict[str, list[Solved]] = field(default_factory=dict)
    _undone: dict[Version, Version] = field(default_factory=dict)
    _until: Version = EMPTY
    _reading: Lock = field(default_factory=Lock)

    def of(self, queue: str, until: Version) -> list[Solved]:
        """Return the items of a queue that were solved up to a version, the latest first."""
        self._read(until)
        found = [one for one in self._found.get(queue, ()) if one.version <= until]
        return sorted(found, key=lambda one: (-one.version, one.thing, one.about or ""))

    def undone_by(self, version: Version, until: Version) -> Version | None:
        """Return the version, up to a later one, that took a version back, None where none did."""
        found = self._undone.get(version)
        return found if found is not None and found <= until else None

    def _read(self, until: Version) -> None:
        with self._reading:
            for number in range(self._until + 1, until + 1):
                version = Version(number)
                note = self.log.header(version).note
                if note.undoes is not None:
                    self._undone[Version(note.undoes)] = version
                elif note.kind not in NOT_LOOKED_AT:
                    for change in changes_between(self.log, Version(number - 1), version, MOST_QUADS) or ():
                        self._enter(version, change)
                self._until = version

    def _enter(self, version: Version, change: ChangeSet) -> None:
        by_predicate: dict[tuple[bool, str], list[Quad]] = {}
        for comes, quads in ((True, change.added), (False, change.removed)):
            for quad in quads:
                if quad.graph_name == _DEFAULT:
                    by_predicate.setdefault((comes, quad.predicate.value), []).append(quad)
        new = {quad.subject for quad in by_predicate.get((True, RDF["type"].value), ())}
        for queue, signs in SIGNS.items():
            found = {one for sign in signs for one in self._of_sign(version, sign, by_predicate, new)}
            self._found.setdefault(queue, []).extend(found)

    def _of_sign(
        self, version: Version, sign: Sign, changed: Mapping[tuple[bool, str], list[Quad]], new: Iterable[object]
    ) -> Iterator[Solved]:
        predicate = self._iri(sign.predicate)
        gone = {quad.subject for quad in changed.get((False, predicate), ())} if sign.is_first else set()
        whole: dict[object, list[str]] = {}
        for quad in changed.get((sign.comes, predicate), ()):
            if self._counts(quad, sign) and quad.subject not in gone and not (sign.is_first and quad.subject in new):
                whole.setdefault(quad.subject, []).append(getattr(quad.object, "value", ""))
        about: dict[object, object] = {
            quad.subject: quad.object for quad in changed.get((sign.comes, self._iri("about")), ())
        }
        for subject, objects in whole.items():
            other = getattr(about.get(subject), "value", None)
            if sign.of_object:
                thing, *others = sorted(objects)
                yield Solved(version, thing, others[0] if others else other)
            else:
                yield Solved(version, getattr(subject, "value", ""), other)

    def _counts(self, quad: Quad, sign: Sign) -> bool:
        if not isinstance(quad.subject, NamedNode):
            return False
        if sign.kinds and (self.minter.kind_and_key(quad.subject.value) or ("",))[0] not in sign.kinds:
            return False
        if sign.text is not None:
            return isinstance(quad.object, Literal) and sign.text.search(quad.object.value) is not None
        return not sign.object or getattr(quad.object, "value", "") == self._iri(sign.object)

    def _iri(self, name: str) -> str:
        return name if ":" in name else self.minter.term(name).value
