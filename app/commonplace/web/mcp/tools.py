"""Answer the questions of assistants: each function is a tool, and returns the text that it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote as escaped

from commonplace.web.mcp.asking import SPARQL_JSON, Answer, RowPlace, ToolCall
from commonplace.web.mcp.budget import Budget, Row
from commonplace.web.mcp.citations import citation

Located = AsyncIterator[tuple[RowPlace, Row]]

EVIDENCE = (
    *(
        "state",
        "directness",
        "certainty",
        "quote",
        "quoted_from",
        "quote_check",
        "quote_page",
        "locator",
        "note",
        "method",
        "agent",
    ),
    *("status", "work_status"),
)
"""Members of evidence that a row has."""

IN_WORDS = {
    "discusses": "discuss it",
    "supports": "support it",
    "contradicts": "contradict it",
    "mixed": "do both",
    "silent": "were read on it and say nothing of it",
    "unread": "nobody has read on it, so nothing is known of what they say",
}
"""What each count of a coverage means."""


async def search(asked: ToolCall, budget: int, more: str | None, q: str, kind: str | None) -> str:
    """Return what words find."""
    place = RowPlace.of(more)
    pages = asked.pages("/search", {"q": q, "kind": kind}, place, versions=False)
    return await _listed(budget, pages, lambda page, one: _found(asked, page, one))


async def _found(asked: ToolCall, page: Answer, one: Answer) -> Row:
    row = _some(one, ("kind", "key", "title", "snippet", "found_by"))
    if one["kind"] == "work":
        row["citation"] = await asked.citation(one["key"])
    if one["kind"] == "evidence":
        evidence = await asked.get(f"/id/evidence/{_key(one['key'])}")
        row |= {"citation": await asked.citation(evidence["work"]), "about": evidence["about"], **_said(evidence)}
    return {**row, **_made(page)}


async def work(asked: ToolCall, budget: int, more: str | None, key: str, at: int | None) -> str:
    """Return one work with all its evidence."""
    place = RowPlace.of(more, at)
    found = await asked.work(key, place.at)
    answer = Budget(budget, {"key": found["key"], "citation": await asked.citation(key, place.at), **_made(found)})
    answer.add("iri", found["iri"])
    for name in ("status", "abstract", "keywords", "doubts", "relations", "affected_by"):
        if name in found and not more:
            answer.add(name, found[name])
    answer.head["abstract_held"] = "abstract" in found
    evidence = found["evidence"]
    rows = ({"about": one["about"], "about_type": one["about_type"], **_said(one), **_made(found)} for one in evidence)
    await answer.add_rows(_located(list(rows), place, found["version"]), len(evidence))
    return answer.text()


async def works_discussing(
    asked: ToolCall, budget: int, more: str | None, concept: str, state: str, at: int | None
) -> str:
    """Return works by what they say of a concept, each with its evidence on that."""
    place = RowPlace.of(more, at)
    reached = await _reached(asked, concept, "broader" if state == "silent" else "narrower", place.at)

    async def row(page: Answer, found: Answer) -> Row:
        counts = [
            one
            for one in found["evidence"]
            if one["about_iri"] in reached and one["state"] == state and one["status"] == "accepted"
        ]
        evidence = [{"about": one["about"], **_said(one)} for one in counts]
        told = {"evidence": evidence} if evidence else {"abstract_held": "abstract" in found}
        return {"work": found["key"], "citation": citation(found), "state": state, **told, **_made(page)}

    return await _listed(budget, asked.pages("/works", {"discusses": concept, "state": state}, place), row)


async def _reached(asked: ToolCall, concept: str, direction: str, at: str) -> frozenset[str]:
    """Return the IRIs of a concept and of all that are narrower, or broader."""
    found: set[str] = set()
    waiting = [concept]
    while waiting:
        one = await asked.get(f"/concepts/{_key(waiting.pop())}", {"at": at})
        if one["iri"] not in found:
            found.add(one["iri"])
            waiting += [link["key"] for link in one.get(direction, ())]
    return frozenset(found)


async def evidence_on_claim(asked: ToolCall, budget: int, more: str | None, claim: str, at: int | None) -> str:
    """Return the evidence for and against a claim, with silence."""
    place = RowPlace.of(more, at)
    found = await asked.get(f"/claims/{_key(claim)}", {"at": place.at})
    order = {"supports": 0, "contradicts": 1, "silent": 2}
    accepted = [one for one in found["evidence"] if one["status"] == "accepted"]
    accepted.sort(key=lambda one: order.get(one["state"], len(order)))
    answer = Budget(budget, {"claim": found["key"], **_covered(found), **_made(found)})
    answer.add("label", found["label"])
    for name in ("made_by", "cases", "affected_by"):
        if name in found and not more:
            answer.add(name, [link["key"] for link in found[name]])
    rows = [
        {"work": one["work"], "citation": await asked.citation(one["work"], place.at), **_said(one)} | _made(found)
        for one in accepted
    ]
    await answer.add_rows(_located(rows, place, found["version"]), len(rows))
    return answer.text()


async def find_quote(asked: ToolCall, budget: int, more: str | None, quote: str, at: int | None) -> str:
    """Return where a passage stands."""

    async def row(page: Answer, one: Answer) -> Row:
        key = one["work"]["key"]
        return {
            "work": key,
            "citation": await asked.citation(key, at),
            "quote": one["selector"]["exact"],
            "before": one["selector"]["prefix"],
            "after": one["selector"]["suffix"],
            **{name: one[name] for name in ("quote_check", "locator", "page", "score") if name in one},
            **_made(page),
        }

    place = RowPlace.of(more, at)  # a list of the newest version has another order than one of an earlier version
    return await _listed(budget, asked.pages("/find", {"quote": quote}, place, versions=bool(place.at)), row)


async def cases_table(asked: ToolCall, budget: int, more: str | None, case: str | None, at: int | None) -> str:
    """Return the cases, dimension by dimension."""

    async def row(page: Answer, one: Answer) -> Row:
        cell = _some(one, ("label", "dimension", "valueLabel", "certainty", "quote", "note"))
        sourced = {"citation": await asked.citation(one["source"], at)} if "source" in one else {}
        return {"case": str(one["case"]).rpartition("/")[2], **cell, **sourced, **_made(page)}

    return await _listed(budget, asked.pages("/queries/case-table", {"case": case}, RowPlace.of(more, at)), row)


async def sparql(asked: ToolCall, budget: int, more: str | None, query: str, at: int | None) -> str:
    """Return the rows of a SELECT, or what an ASK says."""
    place = RowPlace.of(more, at)
    found = await asked.get("/sparql", {"query": query, "at": place.at}, SPARQL_JSON)
    if "boolean" in found:
        return Budget(budget, {"answer": found["boolean"], **_made(found)}).text()
    rows = [{name: _term(term) for name, term in one.items()} | _made(found) for one in found["results"]["bindings"]]
    answer = Budget(budget, {"columns": found["head"]["vars"], "total": len(rows), **_made(found)})
    await answer.add_rows(_located(rows, place, found["version"]), len(rows))
    return answer.text()


def _key(name: str) -> str:
    """Return the key of a thing that is named by key or IRI, as it stands in an address."""
    return escaped(name.rpartition("/")[2], safe="")


def _term(term: Mapping[str, str]) -> str:
    """Return a term as Turtle has it where the bare value would not say that it is an IRI or a blank node."""
    kinds = {"uri": "<{}>", "bnode": "_:{}"}
    return kinds.get(term["type"], "{}").format(term["value"])


async def propose_evidence(asked: ToolCall, proposal: Mapping[str, str | None]) -> str:
    """Propose evidence, which counts nowhere until a curator accepts it."""
    document = {name: value for name, value in proposal.items() if value is not None}
    made = await asked.post("/evidence", {**document, "method": "machine", "status": "proposed"})
    answer = Budget(2_000, {"proposed": made["id"], "counts": "nowhere, until a curator accepts it"})
    answer.add("evidence", {"work": made["work"], "about": made["about"], **_said(made)})
    if made.get("quote_check") == "not-found":
        answer.add("warning", "the quote does not stand in the text that the library holds of this work")
    return answer.text()


Make = Callable[[Answer, Answer], Awaitable[Row]]
"""Makes a row of a page and a thing on it."""


async def _listed(budget: int, pages: AsyncIterator[tuple[RowPlace, Answer]], row: Make) -> str:
    """Return a list within a budget: what is said of the whole, and rows."""
    place, first = await anext(pages)
    answer = Budget(budget, {"total": first["total"], **_covered(first), **_made(first)})
    await answer.add_rows(_rows(place, first, pages, row), first["total"])
    return answer.text()


async def _rows(place: RowPlace, first: Answer, pages: AsyncIterator[tuple[RowPlace, Answer]], row: Make) -> Located:
    """Yield rows and their places, those of the first page and then those of the following ones."""
    page = first
    while True:
        for number, one in enumerate(page["items"][place.skipped :]):
            yield place.after(number), await row(page, one)
        try:
            place, page = await anext(pages)
        except StopAsyncIteration:
            return


async def _located(rows: Sequence[Row], place: RowPlace, version: int) -> Located:
    """Yield rows that are all known, from a place on, each with its place at that version."""
    for number in range(place.before, len(rows)):
        yield RowPlace(number, number, "", str(version)), rows[number]


def _said(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return _some(evidence, EVIDENCE)


def _some(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return those members of a thing that it has."""
    return {name: found[name] for name in names if name in found}


def _made(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the version that an answer was made from, and whether it is all there is."""
    return {"version": answer["version"], "complete": answer.get("complete", "complete")}


def _covered(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coverage of an answer, in numbers and in words; nothing where it has none."""
    found: Mapping[str, int] | None = answer.get("coverage")
    if found is None:
        return {}
    if "with_abstract" in found:
        text = (
            "a passage can be found in titles, keywords and held abstracts only: not found is not absent from the work"
        )
        return {"coverage": found, "coverage_in_words": text}
    counted = "; ".join(f"{number} {IN_WORDS[name]}" for name, number in found.items())
    return {"coverage": found, "coverage_in_words": f"of {sum(found.values())} works {counted}"}
