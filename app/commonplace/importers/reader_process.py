"""Read a file in a process of its own.

Reading is kept apart from serving: it does not hold the server's interpreter lock, a file made to take for ever or to
fill the memory takes down its reader only, and stopping is immediate.

The process runs `main`, with the file on standard input. Its arguments are the format, the name and size of the file,
the work to do to each batch, and the number of the pipe for the results. It reads a big file on every core
(`commonplace.importers.parallel`).
"""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import IO, Any, TypeVar

from commonplace.importers.bounds import ATTEMPTS, OUT_OF_MEMORY, ReaderKilled, bounded, refuse_ending
from commonplace.importers.formats import IMPORT_FORMATS, ImportFormat
from commonplace.importers.parallel import BatchFunction, BatchReading
from commonplace.importers.reading import Fault
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.shared_file import NotWritten, SharedFile
from commonplace.processes.spawn import spawn

SMALL_BYTES = 8_192
"""Minimum size of a file, in bytes, for which starting a process pays."""

_NICE = 5
_POLL_SECONDS = 0.1
_PROGRAM = f"from {__name__} import main; main()"
_STARTED, _READ, _FAULTS = "started", "read", "faults"
_UNREADABLE, _FAILED, _KILLED = "unreadable", "failed", "killed"

_ENDS: dict[str, type[Exception]] = {_UNREADABLE: UnreadableFile, _FAILED: NotWritten, _KILLED: ReaderKilled}
"""Last messages of a reading that failed, and the error that each one's content is raised with."""

T = TypeVar("T")
_Message = tuple[str, Any]
_Messages = Generator[_Message, None, None]


def read_apart(
    format: ImportFormat, data: bytes, filename: str, work: BatchFunction[T], alive: Callable[[], None]
) -> BatchReading[T]:
    """Read a file, and do `work` to its batches, in another process.

    `alive` is called at least every fraction of a second while there is nothing to do but wait; what it
    raises ends the reading. Raises, from iterating too: `UnreadableFile`, also when the reader went beyond its
    bounds of time or memory; `NotWritten` when there was no room for the file or for what was made of it;
    `ReaderKilled` when the process was killed from outside as often as it was started (`ATTEMPTS`).
    Close the reading when it is not read to its end.
    """
    messages = _started_again(lambda: _messages(format, data, filename, work, alive))
    what, content = next(messages)
    if what in _ENDS:
        messages.close()
        raise _ENDS[what](*content)
    faults: list[Fault] = []
    return BatchReading.received(content["total"], faults, content["preserved"], _answers(messages, faults))


def _answers(messages: _Messages, faults: list[Fault]) -> Generator[Any, None, None]:
    with closing(messages):
        for what, content in messages:
            if what in _ENDS:
                raise _ENDS[what](*content)
            if what == _FAULTS:  # the last: what the process does then, to end with grace, is not waited for
                faults += content
                return
            yield content


def _started_again(attempt: Callable[[], _Messages]) -> _Messages:
    """Yield the messages of a reader, and of another one where the first was killed from outside.

    The second reader sends all messages of the first again, in the same order: those are not yielded twice.
    """
    passed_on = 0
    for left in reversed(range(ATTEMPTS)):
        try:
            with closing(attempt()) as messages:
                for message in islice(messages, passed_on, None):
                    passed_on += 1
                    yield message
            return
        except ReaderKilled:
            if not left:
                raise


def _messages(
    format: ImportFormat, data: bytes, filename: str, work: BatchFunction[T], alive: Callable[[], None]
) -> _Messages:
    """Start a reader and yield its messages. Raises what its exit status says when it ends before the last."""
    source = SharedFile()
    source.write([data])
    receiver, sender = Pipe(duplex=False)
    with receiver:
        with sender:
            process = _started(format, filename, len(data), work, source.descriptor, sender.fileno())
        try:
            while True:
                while not receiver.poll(_POLL_SECONDS):
                    alive()
                try:
                    message = receiver.recv()
                except (EOFError, OSError):  # it has ended, perhaps in the midst of a message
                    break
                yield message
            refuse_ending([process.wait()])
        finally:
            process.kill()
            process.wait()


def _started(
    format: ImportFormat, filename: str, size: int, work: BatchFunction[T], source: int, sender: int
) -> subprocess.Popen[bytes]:
    packed, descriptors = _packed(work)
    arguments = [format.name, filename, str(size), b64encode(packed).decode(), str(sender)]
    return spawn(
        _PROGRAM,
        arguments,
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(sender, *descriptors),
    )


class _WorkPickler(pickle.Pickler):
    """A pickler that hands files over by their descriptors, which the new process inherits."""

    def __init__(self, target: IO[bytes]) -> None:
        super().__init__(target)
        self.descriptors: list[int] = []

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, SharedFile):
            return NotImplemented
        self.descriptors.append(obj.descriptor)
        return SharedFile.inherited, (obj.descriptor, obj.folder)


def _packed(work: BatchFunction[Any]) -> tuple[bytes, list[int]]:
    """Return the work as an argument of the new process, and the descriptors that must be open there."""
    target = io.BytesIO()
    pickler = _WorkPickler(target)
    pickler.dump(work)
    return target.getvalue(), pickler.descriptors


def _read(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[Any], sender: Connection) -> None:
    try:
        reading = BatchReading(format, data, filename, work, alone=True)
        with closing(reading):
            sender.send((_STARTED, {"total": reading.total, "preserved": dict(reading.preserved)}))
            for answer in reading:
                sender.send((_READ, answer))
            sender.send((_FAULTS, list(reading.faults)))
    except UnreadableFile as fault:
        sender.send((_UNREADABLE, (str(fault),)))
    except NotWritten as fault:
        sender.send((_FAILED, (fault.errno, fault.strerror, fault.filename)))
    except ReaderKilled as fault:
        sender.send((_KILLED, (fault.signal_name,)))


def _reduced(mapping: MappingProxyType[str, str]) -> tuple[Callable[..., Any], tuple[dict[str, str]]]:
    """Return what a read-only mapping, which cannot be pickled, is made of again after the pipe."""
    return _read_only, (dict(mapping),)


def _read_only(mapping: dict[str, str]) -> MappingProxyType[str, str]:
    return MappingProxyType(mapping)


def main() -> None:
    """Run the process of the reader."""
    name, filename, size, work, sender = sys.argv[1:]
    os.nice(_NICE)
    sys.setswitchinterval(0.0005)  # what waits for work is to get it while the file is still being cut into entries
    copyreg.pickle(MappingProxyType, _reduced)
    bounded(int(size))
    with Connection(int(sender), readable=False) as connection:
        try:
            done = pickle.loads(b64decode(work))  # noqa: S301  from the process that started this one
            _read(IMPORT_FORMATS[name], sys.stdin.buffer.read(), filename, done, connection)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
