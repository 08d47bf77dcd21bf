"""Say at which address a client asked, below the path of the base IRI where that has one.

`PublicAddress` writes into the scope of a request what is read here.
"""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.requests import Request

ROOT = "app_root_path"
"""Member of a scope that has the path of the base IRI, without a slash at its end. Starlette makes `base_url` with it.

The member `root_path` is not set: routes would take it off the path once more, so that of a library at
`https://example.org/works/` no work could be reached.
"""


def root_of(request: Request) -> str:
    """Return the path of the base IRI, without a slash at its end: empty where the library has a host to itself."""
    root: str = request.scope.get(ROOT, "")
    return root


def asked_url(request: Request) -> URL:
    """Return the address of a request as its client knows it: with the path of the base IRI, where that has one."""
    root, url = root_of(request), request.url
    return url.replace(path=f"{root}{url.path}") if root else url
