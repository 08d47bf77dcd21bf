"""Cut a SPARQL 1.1 Update request into its operations.

This finds where things are (https://www.w3.org/TR/sparql11-update/#grammar); whether they are well-formed
the engine says (`commonplace.derived.graph.update`). Each part is text written anew from tokens. The cut has to
be ours: the engine takes a request whole, and does not take a prologue after a semicolon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from commonplace.derived.graph.guard import judged
from commonplace.derived.graph.sparql_tokens import SparqlToken, refusal

Everything = Literal["NAMED", "ALL"]


@dataclass(frozen=True, slots=True)
class GraphRef:
    """A graph as an operation names it: `iri` is text to resolve with the prologue, None the default graph."""

    iri: str | None


@dataclass(frozen=True, slots=True)
class QuadTemplate:
    """A quad template or quad data, its braces included; `variables` by name, without their sign."""

    tokens: tuple[SparqlToken, ...]

    @property
    def text(self) -> str:
        return "".join(token.written for token in self.tokens)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(token.text[1:] for token in self.tokens if token.kind == "variable"))


@dataclass(frozen=True, slots=True)
class DataUpdate:
    """INSERT DATA and DELETE DATA."""

    inserts: bool
    quads: QuadTemplate


@dataclass(frozen=True, slots=True)
class Pattern:
    """DELETE/INSERT … WHERE, and DELETE WHERE. `where` is a group graph pattern with its braces.

    `scope` is the graph of WITH. `using` and `using_named` are IRIs as text, to be resolved.
    """

    scope: str | None
    delete: QuadTemplate | None
    insert: QuadTemplate | None
    using: tuple[str, ...]
    using_named: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Clear:
    """CLEAR and DROP, which do the same where empty graphs are not recorded."""

    target: GraphRef | Everything
    silent: bool


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE GRAPH."""

    graph: GraphRef
    silent: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """ADD, COPY or MOVE, as `verb` says."""

    verb: str
    source: GraphRef
    target: GraphRef
    silent: bool


Operation = DataUpdate | Pattern | Clear | Create | Transfer


@dataclass(frozen=True, slots=True)
class PlacedOperation:
    """An operation in its request: the prologue as it stands there, and the offsets of its first and last character."""

    operation: Operation
    prologue: str
    start: int
    end: int


def steps(text: str) -> list[PlacedOperation]:
    """Return the operations of a request, in order.

    Raises `QueryRefused` for SERVICE, LOAD, what cannot be told apart, and a blank node's label in two
    INSERT DATA (SPARQL 1.1 Query, 19.6).
    """
    found = list(_Cutter(text, judged(text)).cut())
    labels: set[str] = set()
    for step in found:
        if isinstance(step.operation, DataUpdate):
            own = {token.text: token for token in step.operation.quads.tokens if token.kind == "blank"}
            for label in own.keys() & labels:
                why = f"the blank node {label} stands in two INSERT DATA: it would be another node in each"
                raise refusal(text, own[label].start, why, "give it another label, or make one INSERT DATA of them")
            labels |= own.keys()
    return found


class _Cutter:
    """Walks the tokens once, from left to right."""

    def __init__(self, text: str, tokens: Sequence[SparqlToken]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._prologue = ""

    def cut(self) -> Iterator[PlacedOperation]:
        while True:
            self._read_prologue()
            first = self._peek()
            if first is None:
                return
            operation = self._operation()
            last = self._tokens[self._at - 1]
            yield PlacedOperation(operation, self._prologue, first.start, last.start + len(last.text))
            if self._peek() is None:
                return
            self._expect(";")

    def _operation(self) -> Operation:
        verb = self._word("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "COPY", "MOVE")
        if verb in ("CLEAR", "DROP"):
            return Clear(silent=self._take("SILENT"), target=self._cleared())
        if verb == "CREATE":
            silent = self._take("SILENT")
            self._word("GRAPH")
            return Create(GraphRef(self._iri()), silent)
        if verb in ("ADD", "COPY", "MOVE"):
            silent = self._take("SILENT")
            source = self._graph_or_default()
            self._word("TO")
            return Transfer(verb, source, self._graph_or_default(), silent)
        if verb != "WITH" and self._take("DATA"):
            return DataUpdate(verb == "INSERT", QuadTemplate(self._braces()))
        return self._pattern(verb)

    def _pattern(self, verb: str) -> Pattern:
        scope = None
        if verb == "WITH":
            scope = self._iri()
            verb = self._word("DELETE", "INSERT")
        if verb == "DELETE" and self._take("WHERE"):
            both = QuadTemplate(self._braces())
            return Pattern(scope, both, None, (), (), both.text)
        delete = insert = None
        if verb == "DELETE":
            delete = QuadTemplate(self._braces())
            verb = "INSERT" if self._take("INSERT") else ""
        if verb == "INSERT":
            insert = QuadTemplate(self._braces())
        using: list[str] = []
        named: list[str] = []
        while self._take("USING"):
            (named if self._take("NAMED") else using).append(self._iri())
        self._word("WHERE")
        where = QuadTemplate(self._braces()).text
        return Pattern(scope, delete, insert, tuple(using), tuple(named), where)

    def _cleared(self) -> GraphRef | Everything:
        if self._take("NAMED"):
            return "NAMED"
        if self._take("ALL"):
            return "ALL"
        if self._take("DEFAULT"):
            return GraphRef(None)
        self._word("GRAPH")
        return GraphRef(self._iri())

    def _graph_or_default(self) -> GraphRef:
        if self._take("DEFAULT"):
            return GraphRef(None)
        self._take("GRAPH")
        return GraphRef(self._iri())

    def _read_prologue(self) -> None:
        while True:
            if self._take("BASE"):
                self._prologue += f"BASE {self._iri()}\n"
            elif self._take("PREFIX"):
                name = self._next("prefixed")
                self._prologue += f"PREFIX {name.written} {self._iri()}\n"
            else:
                return

    def _peek(self) -> SparqlToken | None:
        """Return the next token that is neither space nor comment; None at the end."""
        while self._at < len(self._tokens) and self._tokens[self._at].kind in ("space", "comment"):
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, *kinds: str) -> SparqlToken:
        token = self._peek()
        if token is None or (kinds and token.kind not in kinds):
            raise self._lost(token)
        self._at += 1
        return token

    def _iri(self) -> str:
        return self._next("iri", "prefixed").written

    def _expect(self, mark: str) -> None:
        token = self._peek()
        if token is None or token.text != mark:
            raise self._lost(token)
        self._at += 1

    def _take(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.upper() != word:
            return False
        self._at += 1
        return True

    def _word(self, *words: str) -> str:
        found = next((word for word in words if self._take(word)), None)
        if found is None:
            raise self._lost(self._peek())
        return found

    def _braces(self) -> tuple[SparqlToken, ...]:
        """Take the tokens from an opening brace to the one that closes it."""
        start, depth = self._at, 0
        if (token := self._peek()) is None or token.text != "{":
            raise self._lost(token)
        while token is not None:
            self._at += 1
            depth += (token.text == "{") - (token.text == "}")
            if depth == 0:
                return tuple(self._tokens[start : self._at])
            token = self._peek()
        raise self._lost(token)

    def _lost(self, token: SparqlToken | None) -> Exception:
        """Return the refusal of a token: the engine reads it more loosely than SPARQL, and both must read alike."""
        at = token.start if token else len(self._text)
        what = repr(token.text) if token else "the end of the text"
        return refusal(self._text, at, f"{what} stands where SPARQL 1.1 Update has something else", "mend it there")
