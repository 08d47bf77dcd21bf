"""Render pages for people, and serve the files that they load.

The front end is installed from `frontend/package-lock.json` by `make setup` into `static/vendor/`, which is not under
version control. Where it is missing, each page says so and does without.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

STATIC = Path(__file__).parent / "static"
BUILT = STATIC / "vendor" / "LICENSES.txt"
"""File that the build writes last: where it is, the front end is whole."""

_BOUNDS = ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")

POLICY = "; ".join(("default-src 'none'", "style-src 'self'", "img-src 'self'", *_BOUNDS))
"""Content-Security-Policy of a page without scripts: it loads its style sheet from this server, and nothing else."""

POLICY_OF_PROGRAMS = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor, the table and the drawing set styles of elements
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        *_BOUNDS,
    )
)
"""Content-Security-Policy of a page that is a program of the front end: all that it loads comes from this server."""

PROGRAMS = frozenset(("docs.html", "sparql.html"))
"""Templates of pages that run the front end, where it is built."""

router = APIRouter(tags=["about"])
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def page(template: str, /, **context: object) -> Response:
    """Return a page made from a template, to which `built` says whether the front end is there."""
    built = BUILT.exists()
    text = templates.get_template(template).render(built=built, **context)
    policy = POLICY_OF_PROGRAMS if built and template in PROGRAMS else POLICY
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def install(app: FastAPI) -> None:
    """Serve `/docs`, and the files that pages load below `/static/`."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


@router.get("/docs", include_in_schema=False)
def docs() -> Response:
    """Show the API as Swagger UI draws its OpenAPI description."""
    return page("docs.html")
