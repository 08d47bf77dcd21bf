"""Start a Python process that runs a function of this program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_SOURCE_ROOT = Path(__file__).resolve().parents[2]
"""Folder that holds the package, so that a process started in any folder imports this very program."""

_NOTHING: Mapping[str, str] = {}


def program(main: Callable[[], None]) -> str:
    """Return Python source that calls `main`, a function at the top of a module, by its name."""
    return f"from {main.__module__} import {main.__name__}; {main.__name__}()"


def spawn(
    source: str, arguments: Sequence[str], environment: Mapping[str, str] = _NOTHING, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a process that runs Python source (see `program`), with `arguments` as its `sys.argv[1:]`.

    `environment` is added to what it inherits; `options` go to `subprocess.Popen`.
    """
    paths = os.pathsep.join(filter(None, [str(_SOURCE_ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-c", source, *arguments], env={**os.environ, "PYTHONPATH": paths, **environment}, **options
    )
