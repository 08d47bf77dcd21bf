"""Send pages, and the files that they load, packed with gzip to a client that takes it (RFC 9110, 12.5.3).

A page of a long list, or a program, is a fifth of its length when it is packed, and most of what a reader on a slow
line waits for.
"""

from __future__ import annotations

import gzip
from dataclasses import replace

from fastapi import Request, Response
from starlette.datastructures import Headers

from commonplace.web.http.negotiation import Representation

LEAST_BYTES = 1_000
"""Minimum length of what is packed: below it, packing gains nothing."""

PAGE_LEVEL = 4
"""How hard a page is packed, at each request: 1 ms for 50 kB; harder takes longer and gains little."""


def takes_gzip(headers: Headers) -> bool:
    """Return whether a client takes gzip, by `Accept-Encoding`."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def packed_form(request: Request, form: Representation) -> Representation:
    """Return a form whose entity tag says that the answer is packed, where the client takes that."""
    return replace(form, name=f"{form.name}-gz") if takes_gzip(request.headers) else form


def pack(request: Request, response: Response) -> Response:
    """Return a response whose body is packed where the client takes that."""
    if len(response.body) >= LEAST_BYTES and takes_gzip(request.headers):
        response.body = gzip.compress(response.body, PAGE_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response
