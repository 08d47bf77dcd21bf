"""Write the small page about a thing that OpenRefine and others show in a frame."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape

WIDTH, HEIGHT = 430, 260
"""Size of the frame, in pixels."""

_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:8px;color-scheme:light dark}"
    "h1{font-size:16px;margin:0}p,dl{margin:4px 0}dt{float:left;clear:left;margin-right:6px;font-weight:600}"
    "dd{margin:0 0 2px}"
)


def preview_headers() -> dict[str, str]:
    """Return the headers of a preview: any site may frame it, and it loads nothing."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    }


def preview_html(name: str, kind: str, about: Iterable[tuple[str, str]], address: str | None = None) -> str:
    """Return what is shown of a thing: its name, which leads to its page where it has one, and pairs about it."""
    title = escape(name)
    if address:
        title = f'<a href="{escape(address)}" target="_blank" rel="noopener">{title}</a>'
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in about)
    return f"<h1>{title}</h1><p>{escape(kind)}</p><dl>{rows}</dl>"


def preview_page(html: str) -> str:
    """Return that as a whole page."""
    head = f'<meta charset="utf-8"><title>Preview</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{html}</body></html>'
