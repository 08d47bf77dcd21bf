"""Tell the code of this process from that of another release, for what is kept on disk and made anew by another."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from importlib import metadata
from itertools import chain
from pathlib import Path

import commonplace

LIBRARIES = ("pyoxigraph", "jinja2")
"""Names of the packages whose release decides, too, on what is kept."""


@lru_cache(maxsize=1)
def mark_of_code() -> str:
    """Return twelve hexadecimal digits that follow from every module of this program, and from `LIBRARIES`.

    They follow from the order of bytes in a number as well.
    """
    sources = sorted(Path(commonplace.__file__).parent.rglob("*.py"))
    beside = (sys.byteorder, sys.version, *map(metadata.version, LIBRARIES))
    code = chain((path.read_bytes() for path in sources), map(str.encode, beside))
    return hashlib.sha256(b"\0".join(code)).hexdigest()[:12]
