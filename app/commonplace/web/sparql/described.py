"""Describe `/sparql` for OpenAPI: the parameters, the bodies and the answers of the SPARQL 1.1 Protocol."""

from __future__ import annotations

from typing import Any

from commonplace.web.http.negotiation import DATASETS, RDF
from commonplace.web.sparql.forms import TABLES
from commonplace.web.sparql.protocol import FORM, QUERY, UPDATE

_TEXT = {"type": "string"}
_VERSION = {"type": "integer", "minimum": 1}
_IRIS = {"type": "array", "items": {"type": "string", "format": "iri"}}


def _parameter(name: str, description: str, schema: dict[str, Any], **more: object) -> dict[str, object]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


_DATASET = [
    _parameter("default-graph-uri", "a graph to ask as part of the default graph (2.1.4)", _IRIS),
    _parameter("named-graph-uri", "a graph to ask by its name (2.1.4)", _IRIS),
    _parameter("at", "the version to ask; default the newest; only with a query", _VERSION),
]
_OF_UPDATES = [
    _parameter("using-graph-uri", "a graph that the patterns of an update see as the default graph (2.2.3)", _IRIS),
    _parameter("using-named-graph-uri", "a graph that the patterns of an update see by its name (2.2.3)", _IRIS),
    _parameter("message", "why an update is made; recorded in the history", _TEXT),
]

IN_ADDRESS: dict[str, Any] = {
    "parameters": [
        _parameter("query", "the query; without one, the service describes itself", _TEXT, example="ASK { ?s ?p ?o }"),
        *_DATASET,
    ]
}
"""What a GET takes."""

IN_BODY: dict[str, Any] = {
    "parameters": [*_DATASET, *_OF_UPDATES],
    "requestBody": {
        "required": True,
        "description": "A form with a query or an update, or the text itself. gzip is undone (`Content-Encoding`).",
        "content": {
            QUERY: {"schema": _TEXT, "example": "ASK { ?s ?p ?o }"},
            UPDATE: {"schema": _TEXT, "example": "INSERT DATA { <id/note/1> <https://schema.org/text> 'see again' }"},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "query": _TEXT,
                        "update": _TEXT,
                        "at": _VERSION,
                        "message": _TEXT,
                        "default-graph-uri": _IRIS,
                        "named-graph-uri": _IRIS,
                        "using-graph-uri": _IRIS,
                        "using-named-graph-uri": _IRIS,
                    },
                    "oneOf": [{"required": ["query"]}, {"required": ["update"]}],
                }
            },
        },
    },
}
"""What a POST takes."""

_RESULTS = {form.media_type: {"schema": _TEXT} for form in (*TABLES, *DATASETS)}
_RESULTS |= {"application/sparql-results+json": {"schema": {"type": "object"}}}

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Rows and truth values in the forms of results, graphs in the forms of RDF",
        "content": _RESULTS | {form.media_type: {"schema": _TEXT} for form in RDF},
    },
    404: {"description": "There is no such version"},
}
"""What is answered to a query."""

ANSWERS_TO_POST: dict[int | str, dict[str, Any]] = {
    **ANSWERS,
    200: {
        "description": "The answer to a query; of an update, the version it made, at `Location`",
        "content": ANSWERS[200]["content"] | {"application/json": {"schema": {"type": "object"}}},
    },
    204: {"description": "The update changed nothing"},
}
"""What is answered to a query or an update."""
