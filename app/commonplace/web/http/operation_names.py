"""Name operations for generated clients, by method and path."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

_SINGULAR = {"people": "person", "queries": "query"}
_VERBS = {"get": "get", "post": "create", "put": "replace", "patch": "edit", "delete": "delete"}
_NAMED = {
    ("get", "/sparql"): "ask_sparql",
    ("post", "/sparql"): "post_sparql",
    ("get", "/graph-store"): "get_graph",
    ("put", "/graph-store"): "replace_graph",
    ("post", "/graph-store"): "add_to_graph",
    ("delete", "/graph-store"): "delete_graph",
    ("get", "/graph-store/{path}"): "get_graph_of_path",
    ("put", "/graph-store/{path}"): "replace_graph_of_path",
    ("post", "/graph-store/{path}"): "add_to_graph_of_path",
    ("delete", "/graph-store/{path}"): "delete_graph_of_path",
    ("post", "/changes/{version}/undo"): "undo_change",
    ("post", "/imports"): "import_works",
    ("get", "/imports/jobs"): "list_import_jobs",
    ("delete", "/imports/jobs/{id}"): "cancel_import_job",
    ("post", "/mcp"): "call_mcp",
    ("get", "/search"): "search",
    ("get", "/search/suggest"): "search_while_typing",
    ("get", "/export"): "export_works",
    ("get", "/.well-known/void"): "get_void",
    ("get", "/context.jsonld"): "get_context",
}
"""Operations whose names do not follow from method and path."""

_LISTS = frozenset(
    [
        *("duplicates", "suggestions", "queues", "changes", "queries", "pins", "difference", "screenings"),
        *("annotations", "webhooks", "deliveries", "done"),
        *("references", "citations", "history", "provenance"),
    ]
)

_COLLECTIONS = tuple(
    f"/{name}" for name in ("works", "people", "organizations", "venues", "concepts", "claims", "cases")
)
"""Addresses of lists of things."""


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation for generated clients: `list_works`, `get_work`, `query_gap_map`."""
    method = min(route.methods or {"GET"}).lower()
    path = re.sub(r":\w+\}", "}", route.path)
    if (method, path) in _NAMED:
        return _NAMED[method, path]
    parts = [re.sub(r"\W+", "_", part) for part in path.strip("/").split("/")]
    if parts[0] == "queries" and len(parts) > 1:
        return f"query_{parts[1]}"
    words = [part for part in parts if not part.startswith("_")]
    single = parts[-1].startswith("_") or method in ("post", "patch", "delete", "put")
    verb = "list" if method == "get" and not single and _is_list(parts[-1]) else _VERBS[method]
    last = len(words) - 1
    named = [_singular(word) if place < last or single else word for place, word in enumerate(words)]
    return "_".join([verb, *named])


def _is_list(word: str) -> bool:
    return word in _LISTS or f"/{word}" in _COLLECTIONS


def _singular(word: str) -> str:
    return _SINGULAR.get(word) or (word.removesuffix("s") if f"/{word}" in _COLLECTIONS or word in _LISTS else word)
