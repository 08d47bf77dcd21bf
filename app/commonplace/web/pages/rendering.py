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

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor, the table and the drawing set styles of elements
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy of every page: all that it loads comes from this server."""

router = APIRouter(tags=["about"])
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def page(template: str, /, **context: object) -> Response:
    """Return a page made from a template, to which `built` says whether the front end is there."""
    text = templates.get_template(template).render(built=BUILT.exists(), **context)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


def install(app: FastAPI) -> None:
    """Serve `/docs`, and the files that pages load below `/static/`."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


@router.get("/docs", include_in_schema=False)
def docs() -> Response:
    """Show the API as Swagger UI draws its OpenAPI description."""
    return page("docs.html")
