"""What of the W3C suites is known not to pass, and what does not apply here, each with its reason.

A known failure must fail (xfail, strict): when the engine mends it, the line here goes.
"""

from __future__ import annotations

_BY_VALUE = "the engine keeps the value of a number or date, not how it was written: 01 comes back as 1"
_GRAPH_SCOPE = "the engine binds the variable of GRAPH too late for what stands inside its braces"
_EMPTY_PATH = "the engine does not match a path of length zero where neither end is in the data"
_BNODE = "the engine makes BNODE(x) depend on x alone, so that it is the same node in every solution"
_LANGUAGE = "the engine keeps the language of what GROUP_CONCAT joins where all have the same"
_TOKENS = "the engine reads ?x<?a&&?b>?y as comparisons, where the longest token is an IRI"
_REDUCED = "REDUCED may keep duplicates or drop them: the suite's file keeps them, the engine drops them"
_CASE = "the engine knows true and false in lower case only"

KNOWN: dict[str, str] = {
    "sparql10/open-world/open-eq-01": _BY_VALUE,
    "sparql10/open-world/date-2": _BY_VALUE,
    "sparql10/open-world/date-3": _BY_VALUE,
    "sparql10/distinct/distinct-1": _BY_VALUE,
    "sparql10/distinct/distinct-9": _BY_VALUE,
    "sparql10/reduced/reduced-1": _REDUCED,
    "sparql10/reduced/reduced-2": _REDUCED,
    "sparql10/expr-builtin/dawg-str-1": _BY_VALUE,
    "sparql10/expr-builtin/dawg-str-2": _BY_VALUE,
    "sparql10/expr-builtin/sameTerm-simple": _BY_VALUE,
    "sparql10/expr-builtin/sameTerm-eq": _BY_VALUE,
    "sparql10/expr-builtin/sameTerm-not-eq": _BY_VALUE,
    "sparql10/expr-builtin/case-insensitive-booleans": _CASE,
    "sparql10/expr-equals/eq-graph-1": _BY_VALUE,
    "sparql10/expr-equals/eq-graph-2": _BY_VALUE,
    "sparql10/graph/graph-variable-scope": _GRAPH_SCOPE,
    "sparql10/graph/graph-optional": _GRAPH_SCOPE,
    "sparql10/syntax-sparql3/syn-bad-26": _TOKENS,
    "sparql11/aggregates/agg-groupconcat-04": _LANGUAGE,
    "sparql11/aggregates/agg-groupconcat-06": _LANGUAGE,
    "sparql11/aggregates/agg-empty-group-count-graph": _GRAPH_SCOPE,
    "sparql11/bindings/graph": _GRAPH_SCOPE,
    "sparql11/csv-tsv-res/csv03": _BY_VALUE,
    "sparql11/csv-tsv-res/tsv03": _BY_VALUE,
    "sparql11/functions/bnode01": _BNODE,
    "sparql11/negation/graph-minus": _GRAPH_SCOPE,
    "sparql11/property-path/zero_or_more_set_start": _EMPTY_PATH,
    "sparql11/property-path/zero_or_more_set_end": _EMPTY_PATH,
    "sparql11/property-path/zero_or_one_set_start": _EMPTY_PATH,
    "sparql11/property-path/zero_or_one_set_end": _EMPTY_PATH,
}

_FEDERATION = "SERVICE is refused: the endpoint does not reach out"
_LOAD = "LOAD is refused: the endpoint does not reach out"
_ENTAILMENT = "entailment regimes are an optional part that is not offered: queries are answered by simple entailment"

SKIPPED: dict[str, str] = {
    "sparql11/service": _FEDERATION,
    "sparql11/syntax-fed": _FEDERATION,
    "sparql11/entailment": _ENTAILMENT,
    "sparql11/update-silent/load-silent": _LOAD,
    "sparql11/update-silent/load-into-silent": _LOAD,
    "sparql11/syntax-update-1/test_1": _LOAD,
    "sparql11/syntax-update-1/test_2": _LOAD,
    "sparql11/syntax-update-1/test_3": _LOAD,
    "sparql11/syntax-update-1/test_4": _LOAD,
    "sparql11/syntax-update-1/test_37": _LOAD,
}
