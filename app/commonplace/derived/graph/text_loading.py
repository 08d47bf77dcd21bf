"""Hand N-Quads text to the engine while it is made: the engine reads it by itself, and nobody holds a whole copy."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from commonplace.model.quad_text import QuadText, has_blank_nodes

PIPE_BYTES = 1024 * 1024
"""Size of a pipe to the engine, where the system lets one choose: large, so that neither side often waits."""


class _HasBlankNodes(Exception):
    """The text has blank nodes, to which the engine would give new labels."""


def loaded(load: Callable[[str], None], text: QuadText, confirm: Callable[[], object]) -> bool:
    """Let `load` read a text at a path that it is called with; return False, and load nothing, when it has blank nodes.

    `confirm` is called when all has been read but the end. An error that it or the making of the text raises makes
    `load` fail with a SyntaxError; that error is raised.
    """
    try:
        with piped(_plain(text.chunks(), confirm)) as path:
            load(path)
    except _HasBlankNodes:
        return False
    return True


def _plain(chunks: Iterable[bytes], confirm: Callable[[], object]) -> Iterator[bytes]:
    for chunk in chunks:
        if has_blank_nodes(chunk):
            raise _HasBlankNodes
        yield chunk
    confirm()


@contextmanager
def piped(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield a path at which the engine itself reads a text while it is made.

    When the making fails, the text ends with a line that is no N-Quads, so that the engine's transaction is not
    committed; the fault is raised at the end of the block.
    """
    reading, writing = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    with ThreadPoolExecutor(1, thread_name_prefix="text") as threads:
        fed = threads.submit(_feed, writing, chunks)
        try:
            yield f"/dev/fd/{reading}"
        except SyntaxError:
            os.close(reading)
            fed.result()
            raise
        except BaseException:
            os.close(reading)
            raise
        os.close(reading)
        fed.result()


def _feed(writing: int, chunks: Iterable[bytes]) -> None:
    with open(writing, "wb", buffering=0) as pipe:
        try:
            for chunk in chunks:
                left = memoryview(chunk)
                while left:
                    left = left[pipe.write(left) :]
        except BrokenPipeError:  # the engine has stopped, and says why, unless making the rest fails
            for _ in chunks:
                pass
        except BaseException:
            with suppress(BrokenPipeError):  # the engine has stopped by itself
                pipe.write(b"\n! the text ends too soon\n")
            raise
