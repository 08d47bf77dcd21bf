"""N-Quads text handed to the engine while it is made: read by the engine itself, without a copy of the whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from commonplace.model.quad_text import QuadText, has_blank_nodes

PIPE_BYTES = 1024 * 1024
"""What a pipe to the engine may hold, where the system lets one say: few waits for each other."""


class _HasBlankNodes(Exception):
    """The text has blank nodes, to which the engine would give new labels."""


def loaded(load: Callable[[str], None], text: QuadText, confirm: Callable[[], object]) -> bool:
    """Have `load` read a text at the path it is called with. False when it has blank nodes: `load` has failed then.

    `confirm` is called when all has been read but the end. What that raises, or the making of the text, has `load`
    fail, too, with a SyntaxError, and is raised.
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
    """A path at which the engine itself reads that text, as it is made.

    What fails in the making makes what is read no N-Quads, so that a transaction is not committed; it is raised
    in the end.
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
        except BrokenPipeError:  # the reader has stopped, and says itself why, unless who makes the text knows better
            for _ in chunks:
                pass
        except BaseException:
            pipe.write(b"\n! the text ends too soon\n")
            raise
