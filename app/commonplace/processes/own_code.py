"""Tell the code of this program from that of another release, which makes anew what this one has kept on disk."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from importlib import metadata
from itertools import chain
from pathlib import Path

import commonplace

PACKAGES = ("pyoxigraph", "jinja2")
"""Packages whose releases are part of the mark: what is kept may be another matter in the next of them, too."""


@lru_cache(maxsize=1)
def mark_of_code() -> str:
    """Return twelve hexadecimal digits that differ where a module of this program does.

    They differ as well where Python does, one of `PACKAGES`, or the order of bytes in a number.
    """
    sources = sorted(Path(commonplace.__file__).parent.rglob("*.py"))
    beside = (sys.byteorder, sys.version, *map(metadata.version, PACKAGES))
    code = chain((path.read_bytes() for path in sources), map(str.encode, beside))
    return hashlib.sha256(b"\0".join(code)).hexdigest()[:12]
