"""Read a small file of an import in a worker: in a process that is there already, and can be ended.

Starting a process for a reading takes as long as reading thousands of entries. A file that would take for ever, or
fill the memory, or break its reader, takes down the worker, which is replaced.
"""

from __future__ import annotations

import os
import pickle
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from commonplace.derived.workers.messages import Call, Reply, spooled, whole
from commonplace.errors import Broken, OutOfMemory, OutOfTime, QueryEnded, TooManyQueries
from commonplace.importers.bounds import CPU_SECONDS, TOO_LONG, TOO_MUCH, ReaderKilled, broken_down
from commonplace.importers.formats import IMPORT_FORMATS, ImportFormat
from commonplace.importers.parallel import BatchFunction, BatchReading
from commonplace.importers.reader_process import (
    ReaderMessages,
    messages_of,
    packed_work,
    read_apart,
    received,
    unpacked_work,
)
from commonplace.importers.text_encoding import UnreadableFile

TASK = "read file"
"""Name of what a worker does: see `read_in_worker`."""

SECONDS = 2.0 * CPU_SECONDS
"""Maximum time on the clock for one file: the reader stops itself after `CPU_SECONDS` of processor time."""

Ask = Callable[[Call, str], Reply | None]
"""Let a worker do what a call says, in the turn of a client of that name; the calling thread waits for it. None where
there are no workers yet, and starting them would take longer than starting a process for one reading."""


def read_small(
    ask: Ask,
    client: str,
    format: ImportFormat,
    data: bytes,
    filename: str,
    work: BatchFunction[Any],
    alive: Callable[[], None],
) -> BatchReading[Any]:
    """Read a small file, and do `work` to its batches, in a worker; where none is there, or too many wait for one, by
    `read_apart`.

    `client` waits for it in turn with others. Raises what `read_apart` raises.
    """
    packed, files = packed_work(work)
    if len(files) > 1:
        raise TypeError("a worker takes one file, and this work writes to several")
    call = Call(
        task=TASK,
        given={"format": format.name, "filename": filename, "work": b64encode(packed).decode()},
        version=0,
        seconds=SECONDS,
        body=data,
        file=files[0].descriptor if files else None,
    )
    try:
        reply = ask(call, client)
    except TooManyQueries:
        reply = None
    except OutOfTime as fault:
        raise UnreadableFile(TOO_LONG) from fault
    except OutOfMemory as fault:
        raise UnreadableFile(TOO_MUCH) from fault
    except Broken as fault:
        raise UnreadableFile(broken_down(fault.signal_name)) from fault
    except QueryEnded as fault:
        raise ReaderKilled("SIGKILL") from fault
    return received(_said(reply)) if reply else read_apart(format, data, filename, work, alive)


def _said(reply: Reply) -> ReaderMessages:
    yield from pickle.loads(whole(reply.body))  # noqa: S301  from a worker of this server


def read_in_worker(call: Call) -> Reply:
    """Read the file that is the body of a call, as `read_small` has it."""
    given = call.given
    work = unpacked_work(b64decode(given["work"]), [] if call.file is None else [os.dup(call.file)])
    messages = messages_of(IMPORT_FORMATS[given["format"]], call.body, given["filename"], work)
    return Reply(given={}, body=spooled(pickle.dumps(messages)))
