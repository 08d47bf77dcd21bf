"""Make search documents of the new things of a change, from its own text: N-Quads, or RDF Patch as in the log.

All statements about a thing that no earlier entry speaks of stand in the change that adds it. So its document need
not wait for the graph to take the change in, nor be read back from there. Three sorts of things need more than the
change says, and are left to be read from the graph: things known before, works with evidence on them, and things whose
documents name something that the change does not describe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from commonplace.derived.graph.sparql_tsv import text_and_language
from commonplace.derived.search.documents import (
    CLASSES,
    IDENTIFIER,
    OF_NODES,
    OWN_CLASSES,
    ROLE,
    DocumentMaker,
    DocumentName,
    SearchDocument,
    is_iri,
)
from commonplace.derived.search.facts import NO_FACTS, Facts, put_in_order
from commonplace.derived.search.files import share
from commonplace.model.minter import Kind, Minter
from commonplace.patchlog.log import EntryBody, SearchableBytes

Places = list[int] | tuple[int, int]
"""Places of the lines about a thing in a text: where each run of lines begins and ends, one after another."""

CHUNK_BYTES = 8 * 1024 * 1024

LOGGED = "A "
"""What each added line begins with in the log."""

_TAGGED = re.compile(r'(".*"@[A-Za-z0-9-]+) \.')
_IN_A_GRAPH = re.compile(r'(?:".*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?|[^" ]*|<<.*>>) (?:<[^>" ]*>|_:[^ ]+) \.')
_KINDS = frozenset((*CLASSES, *OWN_CLASSES, "venue"))
_LEFT: frozenset[Kind] = frozenset(("case", "claim"))
"""Kinds whose documents have the names of all things in their statements: they are left to be read from the graph."""


class _Untold(Exception):
    """The change does not tell a thing's document, or holds a value that the engine may write in another way."""


@dataclass(frozen=True, slots=True)
class NewThings:
    """The things that a change describes, with the places of the lines about each in its text.

    Those that an earlier change speaks of are taken out, and kept as `known`. `with_evidence` are works that evidence
    is about, in any of the changes.
    """

    minter: Minter
    places: dict[str, Places]
    with_evidence: set[str]
    known: set[str]
    mark: str
    """What each line of the text begins with."""

    @classmethod
    def of(cls, change: EntryBody, minter: Minter, mark: str = LOGGED) -> NewThings:
        """Return the things that the body of a change describes, whose lines all begin with a mark."""
        found = cls(minter, {}, set(), set(), mark)
        all_places = found.places
        thing = _thing(mark)
        for offset, chunk in _chunks(change):
            for lines in thing.finditer(chunk):
                iri = lines[1].decode()
                place = offset + lines.start(), offset + lines.end()
                places = all_places.get(iri)
                if places is None:
                    if found._may_have_document(iri):
                        all_places[iri] = place
                elif isinstance(places, list):
                    places += place
                else:
                    all_places[iri] = [*places, *place]
            found._note_evidence(chunk)
        return found

    def take_out(self, change: EntryBody) -> None:
        """Take out the things that the body of an earlier change speaks of, as the log has it."""
        thing = _thing(LOGGED)
        for _, chunk in _chunks(change):
            for name in set(thing.findall(chunk)):
                iri = name.decode()
                if self._may_have_document(iri):
                    self.known.add(iri)
                    self.places.pop(iri, None)
            self._note_evidence(chunk)

    def share(self, part: int, parts: int) -> list[DocumentName]:
        """Return the names, in order, of the new things in one of `parts` shares.

        The things of a share stand near to each other in the text, and so name the same people and venues.
        """
        return names_in_order(self.minter, share(list(self.places), part, parts))

    def _may_have_document(self, iri: str) -> bool:
        begun = f"{self.minter.base}id/"
        return iri.startswith(begun) and iri[len(begun) :].partition("/")[0] in _KINDS

    def _note_evidence(self, chunk: bytes) -> None:
        """Note the objects of `cp:work` statements."""
        said = f" <{self.minter.term('work').value}> <".encode()
        if said in chunk:
            works = re.findall(re.escape(said) + rb"([^>]*)>", chunk)
            self.with_evidence.update(work.decode() for work in works)


def names_in_order(minter: Minter, iris: Iterable[str]) -> list[DocumentName]:
    """Return the names of things, in order, without those of IRIs that name none."""
    named = ((minter.kind_and_key(iri), iri) for iri in iris)
    return sorted((name[1], name[0], iri) for name, iri in named if name)


def in_order(minter: Minter, iris: Iterable[str]) -> list[str]:
    """Return the IRIs of things in the order of their names."""
    return [iri for _, _, iri in names_in_order(minter, iris)]


class ChangeReader(DocumentMaker):
    """A maker of documents from the text of a change. `left` are the IRIs of things that it could make none of."""

    def __init__(self, text: SearchableBytes, things: NewThings, minter: Minter) -> None:
        super().__init__(minter)
        self.left: list[str] = []
        self._text = text
        self.things = things
        self._read = {f"<{name}>": name for name in self.said_of_any()}
        self._read_of_nodes = {f"<{name}>": name for name in OF_NODES}

    def documents(self, names: Iterable[DocumentName]) -> Iterator[SearchDocument]:
        """Yield the documents of the things that have one, in the order given."""
        for name in names:
            try:
                made = self._made(*name)
            except _Untold:
                self.left.append(name[2])
            else:
                if made:
                    yield made

    def _made(self, key: str, kind: Kind, iri: str) -> SearchDocument | None:
        if kind in _LEFT or iri in self.things.with_evidence or not is_iri(iri):
            raise _Untold
        said = self._said(iri)
        facts = said.get(iri, NO_FACTS)
        if kind == "work":
            own = f"{iri}#"
            for node in chain(facts.get(ROLE, ()), facts.get(IDENTIFIER, ())):
                if node not in said and not node.startswith(own):
                    raise _Untold
        elif iri not in self.labels:
            self.know([iri], said)
        return self.of_kind(kind, key, iri, facts, said, [])

    def labels_of(self, iris: Iterable[str]) -> list[str]:
        labels = self.labels
        found: list[str] = []
        for iri in iris:
            if iri not in labels:
                if not is_iri(iri):
                    continue
                self.know([iri], self._said(iri))
            found += labels[iri]
        return found

    def _said(self, iri: str) -> Mapping[str, Facts]:
        """Return the facts that a document needs of a new thing and its nodes, by IRI."""
        places = self.things.places.get(iri)
        if places is None:
            raise _Untold
        text = b"".join(self._text[places[at] : places[at + 1]] for at in range(0, len(places), 2)).decode()
        begun = f"\n{self.things.mark}<{iri}"
        lines = text[len(begun) - 1 : -1].split(begun)  # each from where it says which node of the thing is spoken of
        found, repeated = self._read_facts(iri, lines)
        if repeated:  # a line that stands twice is one statement
            found, _ = self._read_facts(iri, dict.fromkeys(lines))
        return found

    def _read_facts(self, iri: str, lines: Iterable[str]) -> tuple[dict[str, dict[str, list[str]]], bool]:
        """Return the facts in lines about a thing, ordered as by `gathered`, and whether a property repeats a text."""
        read, read_of_nodes = self._read, self._read_of_nodes
        found: dict[str, dict[str, list[str]]] = {}
        several: list[list[str]] = []
        translated: dict[tuple[str, str], list[str]] = {}
        before = ""
        of_node: dict[str, list[str]] = {}
        for line in lines:
            node, predicate, term = line.split(" ", 2)
            name = (read if node == ">" else read_of_nodes).get(predicate)
            if name is None:
                continue
            if (term[0] == "<" and term.count(" ") == 1) or (term[-3] == '"' and "\\" not in term):
                value = term[1:-3]  # most are an IRI or a text without a language
            else:
                said = _value(term)
                if said is None:
                    continue
                value, language = said
                if language and not language.lower().startswith("en"):
                    translated.setdefault((iri + node[:-1], name), []).append(value)
                    continue
            if node != before:
                before, of_node = node, found.setdefault(iri + node[:-1], {})
            values = of_node.get(name)
            if values is None:
                of_node[name] = [value]
            else:
                values.append(value)
                if len(values) == 2:
                    several.append(values)
        repeated = any(len(set(values)) < len(values) for values in chain(several, translated.values()))
        put_in_order(found, several, translated)
        return found, repeated


@cache
def _thing(mark: str) -> re.Pattern[bytes]:
    """Return what matches lines about one thing that stand together and begin with a mark; the group is its IRI."""
    begun = re.escape(mark.encode())
    return re.compile(rb"^%b<([^>#]*)[^\n]*\n(?:%b<\1[>#][^\n]*\n)*" % (begun, begun), re.MULTILINE)


def _value(term: str) -> tuple[str, str] | None:
    """Return the text and language of the value at the end of a line; None for one that documents do not use.

    Raises `_Untold`.
    """
    if term.startswith("<"):
        if term.count(" ") == 1:
            return term[1:-3], ""
        if term[1] == "<":
            return None
    elif term.endswith('" .'):
        return (term[1:-3], "") if "\\" not in term else text_and_language(term[:-2])
    elif tagged := _TAGGED.fullmatch(term):
        return text_and_language(tagged[1])
    if term.startswith("_:") or _IN_A_GRAPH.fullmatch(term):
        return None
    raise _Untold


def _chunks(change: EntryBody) -> Iterator[tuple[int, bytes]]:
    """Return the lines of a body in pieces of whole lines, each with its offset in the body's text."""
    text, start, end = change
    while start < end:
        stop = end
        if end - start > CHUNK_BYTES:
            stop = text.rfind(b"\n", start, start + CHUNK_BYTES) + 1
            stop = stop if stop > start else text.find(b"\n", start + CHUNK_BYTES) + 1
        yield start, text[start:stop]
        start = stop
