"""Choose the form of a SPARQL answer, before it is known whether it is a table, a truth value or a graph."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pyoxigraph import QueryResultsFormat

from commonplace.derived.workers.messages import AnswerKind
from commonplace.web.http.negotiation import DATASETS, NotAcceptable, Representation, best

RESULTS: dict[Representation, QueryResultsFormat] = {
    Representation("srj", "application/sparql-results+json", ".srj", also=("application/json",)): (
        QueryResultsFormat.JSON
    ),
    Representation("srx", "application/sparql-results+xml", ".srx", also=("application/xml", "text/xml")): (
        QueryResultsFormat.XML
    ),
    Representation("csv", "text/csv", ".csv"): QueryResultsFormat.CSV,
    Representation("tsv", "text/tab-separated-values", ".tsv"): QueryResultsFormat.TSV,
}
TABLES = tuple(RESULTS)
TRUTHS = tuple(form for form in TABLES if form.name in ("srj", "srx"))
OFFERED: Mapping[AnswerKind, tuple[Representation, ...]] = {"table": TABLES, "truth": TRUTHS, "graph": DATASETS}
BY_NAME: Mapping[str, Representation] = {form.name: form for form in (*TABLES, *DATASETS)}


@lru_cache(maxsize=512)
def wanted_forms(accept: str) -> tuple[tuple[AnswerKind, str | None], ...]:
    """Return the form that an `Accept` header wants for each kind of answer; None where it accepts none."""
    return tuple((kind, _name(accept, offered)) for kind, offered in OFFERED.items())


def _name(accept: str, offered: tuple[Representation, ...]) -> str | None:
    try:
        return best(accept, offered).name
    except NotAcceptable:
        return None


@lru_cache(maxsize=512)
def takes_gzip(accept_encoding: str) -> bool:
    """Return whether an `Accept-Encoding` header names gzip as accepted (RFC 9110, 12.5.3)."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight.replace(" ", "").removeprefix("q=")
    said = weights.get("gzip", weights.get("*"))
    return said is not None and not (said and set(said) <= set("0."))
