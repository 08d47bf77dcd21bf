"""Offer the tools by the Model Context Protocol. Only this module imports the SDK, which is an extra (`mcp`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import Request
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import Field, ValidationError

from commonplace.errors import CommonplaceError, listed
from commonplace.model.validation_words import told
from commonplace.web.mcp import budget as budgets
from commonplace.web.mcp import tools
from commonplace.web.mcp.asking import ToolCall, ToolRefused

INSTRUCTIONS = """This is a library of works that people have read, with what each work says of concepts and claims.

Silence and unread are different, and never one for the other:
- silent: somebody read the work for that point, and it says nothing of it. That is a finding.
- unread: nobody has read the work for that point. Nothing is known of what it says; do not say that it says nothing.
A list of works that discuss something is therefore never "all there is": give the counts of coverage with it.

Each row has a citation, the words of the work (quote) and where they stand (locator), the version it was made from and
whether it is complete. Quote only what stands in quote. quote_check tells how a quote compares with the text that the
library holds: exact, normalised, not-found, no-text (not held: it could not be compared).
Things are named by keys: find them with search. at=N asks an earlier version. Every tool keeps to its budget of
tokens; left_out says what had no room, and how to get it. Whoever answers from a list with left_out rows says that it
is a part."""

SILENCE = (
    "silent means: read for this point, and the work says nothing of it. unread means: nobody has read the work for "
    "this point, so nothing is known; it may discuss it or not. Never report unread works as silent or as not "
    "discussing it."
)

Budget = Annotated[
    int,
    Field(
        ge=budgets.LEAST,
        le=budgets.MOST,
        description="Maximum length of the answer in tokens, counted as 3 bytes each. What has no room is named in "
        "left_out, with the call that gets it.",
    ),
]
More = Annotated[str | None, Field(description="The place to go on at: `more` of left_out in the answer before.")]
At = Annotated[int | None, Field(ge=1, description="An earlier version to ask; the newest where it is left out.")]
Concept = Annotated[str, Field(description="Key of a concept; search with kind='concept' finds it.")]
Claim = Annotated[str, Field(description="Key of a claim; search with kind='claim' finds it.")]
Key = Annotated[str, Field(description="Citation key of a work; search with kind='work' finds it.")]
Quote = Annotated[str, Field(min_length=3, max_length=2_000, description="The words of the passage.")]
Kind = Literal["work", "person", "organization", "venue", "concept", "claim", "case", "evidence"]

USUAL = 4_000
"""Budget where none is given."""

READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
PROPOSES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)

OwnRequest = Callable[[], Request]
"""Makes a request of this program itself, where a call does not come over HTTP."""


class _Server(MCPServer[Any]):
    """Refuse in plain words the arguments that a tool does not have, and those that are not as it wants them.

    The SDK reads over the ones, so that a misspelt `state` would list other works; the others it answers in the words
    of its parser.
    """

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Return what a tool answers. Raises `ToolError`."""
        known = {tool.name: tool.input_schema.get("properties", {}) for tool in await self.list_tools()}
        if name in known and (strangers := sorted(arguments.keys() - known[name].keys())):
            there = ", ".join(known[name])
            raise ToolError(f"{name}: {', '.join(strangers)}: not known here; its arguments are: {there}")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as fault:
            if type(fault) is not ToolError or not isinstance(fault.__cause__, ValidationError):
                raise
            places = [(".".join(map(str, one["loc"])), told(one)) for one in fault.__cause__.errors()]
            raise ToolError(f"{name}: {listed(places)}") from fault.__cause__


def server_of(version: str, own_request: OwnRequest | None = None) -> MCPServer[Any]:
    """Return the server with its tools. A call over HTTP is asked for the client of its request."""
    with _own_logging():
        server = _Server("commonplace", instructions=INSTRUCTIONS, version=version)
    caller = _Caller(own_request)
    _add_lists(server, caller)
    _add_questions(server, caller)
    _add_writing(server, caller)
    return server


@contextmanager
def _own_logging() -> Iterator[None]:
    """Keep the SDK from setting up logging, which is the program's: it does so where nothing is set up."""
    root, there = logging.getLogger(), logging.NullHandler()
    root.addHandler(there)
    try:
        yield
    finally:
        root.removeHandler(there)


class _Caller:
    """Runs a tool for the client whose call it is, and tells it what stands against an answer."""

    def __init__(self, own_request: OwnRequest | None) -> None:
        self._own_request = own_request

    async def __call__(self, context: Context[Any, Any], run: Callable[[ToolCall], Awaitable[str]]) -> str:
        given = context.request_context.request
        if not isinstance(given, Request):
            given = self._own_request() if self._own_request else None
        if given is None:
            raise ToolError("this call has no request that it could be answered for")
        try:
            return await run(ToolCall(_within(given)))
        except ToolRefused as fault:
            raise ToolError(str(fault)) from fault
        except CommonplaceError as fault:
            raise ToolError(fault.detail) from fault


def _within(request: Request) -> Request:
    """Return a request whose body is not read again: that of the call is, by the SDK."""
    return Request(request.scope, _never)


async def _never() -> Any:
    """Wait: a question of a tool is bounded by the limits of the library, and not ended by its client."""
    await asyncio.Event().wait()


def _add_lists(server: MCPServer[Any], call: _Caller) -> None:
    @server.tool(title="Search the library", annotations=READS, structured_output=False)
    async def search(
        context: Context[Any, Any],
        q: Annotated[str, Field(min_length=1, max_length=1_000, description="Words to search for.")],
        kind: Annotated[Kind | None, Field(description="The kind of things to find; all where it is left out.")] = None,
        budget: Budget = USUAL,
        more: More = None,
    ) -> str:
        """Find works, people, venues, concepts, claims, cases and evidence by words, best first, with their keys.

        Search sees the newest version, and the text that is held: titles, names, labels, notes, and some abstracts.
        That nothing is found does not mean that no work says it: most full texts are not held.
        """
        return await call(context, lambda asked: tools.search(asked, budget, more, q, kind))

    @server.tool(
        title="Works discussing a concept", annotations=READS, structured_output=False, description=_DISCUSSING
    )
    async def works_discussing(
        context: Context[Any, Any],
        concept: Concept,
        state: Annotated[
            Literal["discusses", "silent", "unread"], Field(description="Which works to list; coverage counts all.")
        ] = "discusses",
        at: At = None,
        budget: Budget = USUAL,
        more: More = None,
    ) -> str:
        return await call(context, lambda asked: tools.works_discussing(asked, budget, more, concept, state, at))

    @server.tool(
        title="Evidence for and against a claim", annotations=READS, structured_output=False, description=_CLAIM
    )
    async def evidence_on_claim(
        context: Context[Any, Any], claim: Claim, at: At = None, budget: Budget = USUAL, more: More = None
    ) -> str:
        return await call(context, lambda asked: tools.evidence_on_claim(asked, budget, more, claim, at))

    @server.tool(title="Find a quote", annotations=READS, structured_output=False)
    async def find_quote(
        context: Context[Any, Any], quote: Quote, at: At = None, budget: Budget = USUAL, more: More = None
    ) -> str:
        """Find where a passage stands: which works hold these words, in which part, and what stands around them.

        Case, accents, dashes, quotation marks and spaces may differ. Only text that the library holds is compared:
        coverage says of how many works an abstract is. Not found means not in that text, and not that no work says it.
        """
        return await call(context, lambda asked: tools.find_quote(asked, budget, more, quote, at))

    @server.tool(title="Table of cases", annotations=READS, structured_output=False)
    async def cases_table(
        context: Context[Any, Any],
        case: Annotated[str | None, Field(description="Key of a case; all where it is left out.")] = None,
        at: At = None,
        budget: Budget = USUAL,
        more: More = None,
    ) -> str:
        """Compare the cases that the works describe, a row for each value of a dimension, with source and quote.

        A dimension without a row is one that the sources leave open: it is unknown, not absent. A value of low
        certainty is what a source says at large, and not of this case.
        """
        return await call(context, lambda asked: tools.cases_table(asked, budget, more, case, at))


_DISCUSSING = f"""List the works that discuss a concept (or a narrower one), each with its evidence: quote, locator,
directness, certainty. coverage counts all works of the library by what they say of it. {SILENCE}
With state='silent' or state='unread' those works are listed instead; an unread work has no evidence, because there is
none."""

_CLAIM = f"""List the accepted evidence on a claim: works that support it, then works that contradict it, then works
that are silent on it, each with quote and locator. That a work makes a claim (made_by) is no evidence for it.
{SILENCE}"""


def _add_questions(server: MCPServer[Any], call: _Caller) -> None:
    @server.tool(title="One work", annotations=READS, structured_output=False)
    async def work(
        context: Context[Any, Any], key: Key, at: At = None, budget: Budget = USUAL, more: More = None
    ) -> str:
        """Tell all of one work: its citation, what is in doubt of it, and its evidence on every concept and claim.

        A concept or claim that has no row here is one for which nobody has read the work: unread, and not silent.
        Rows whose status is proposed or rejected do not count. abstract_held tells whether the library has an abstract.
        """
        return await call(context, lambda asked: tools.work(asked, budget, more, key, at))

    @server.tool(title="Ask in SPARQL", annotations=READS, structured_output=False)
    async def sparql(
        context: Context[Any, Any],
        query: Annotated[str, Field(min_length=1, max_length=100_000, description="A SELECT or an ASK, SPARQL 1.1.")],
        at: At = None,
        budget: Budget = USUAL,
        more: More = None,
    ) -> str:
        """Ask the graph by a SPARQL 1.1 SELECT or ASK. Relative IRIs are the library's: <id/work/KEY>.

        cp: is <ontology#>. A query is ended after some seconds, and its rows are cut at a limit: complete then says
        truncated. SERVICE is refused. Give ORDER BY, so that more goes on in the same order, and LIMIT. Evidence
        counts only where cp:standing is cp:accepted. No evidence of a work on a concept means unread; cp:state
        cp:silent means silent.
        """
        return await call(context, lambda asked: tools.sparql(asked, budget, more, query, at))


def _add_writing(server: MCPServer[Any], call: _Caller) -> None:
    @server.tool(title="Propose evidence", annotations=PROPOSES, structured_output=False)
    async def propose_evidence(
        context: Context[Any, Any],
        work: Key,
        about: Annotated[str, Field(description="Key of the concept or claim, or its IRI.")],
        state: Annotated[
            Literal["discusses", "supports", "contradicts", "silent"],
            Field(description="discusses or silent for a concept; supports, contradicts or silent for a claim."),
        ],
        certainty: Annotated[Literal["high", "moderate", "low"], Field(description="How sure the judgement is.")],
        directness: Annotated[
            Literal["direct", "indirect"] | None, Field(description="Whether the work says so itself; not when silent.")
        ] = None,
        quote: Annotated[
            str | None, Field(max_length=2_000, description="The words that show it, letter for letter.")
        ] = None,
        locator: Annotated[str | None, Field(max_length=200, description="Where: page, section, abstract …")] = None,
        note: Annotated[str | None, Field(max_length=5_000, description="What a curator should know.")] = None,
    ) -> str:
        """Propose what a work says of a concept or claim. It counts nowhere until a curator accepts it.

        Needs a token (Authorization: Bearer). Propose silent only of a work whose whole text was read for this point;
        that nothing was found in an abstract is not silence. The quote is compared with the text that is held.
        """
        given = {"work": work, "about": about, "state": state, "certainty": certainty, "directness": directness}
        said = {"quote": quote, "locator": locator, "note": note}
        return await call(context, lambda asked: tools.propose_evidence(asked, {**given, **said}))
