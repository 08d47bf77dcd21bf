"""Teach the fuzzer of OpenAPI to send SPARQL as a body; it finds this file by `SCHEMATHESIS_HOOKS`."""

from __future__ import annotations

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/sparql-query", "application/sparql-update")
def sparql_text(context: SerializationContext, value: object) -> bytes:
    """Return the text of a query or an update, as it is."""
    return str(value).encode(errors="replace")
