"""Read a file in a process of its own.

Reading is kept apart from serving: it does not hold the server's interpreter lock, a file made to take for ever or to
fill the memory takes down its reader only, and stopping is immediate.

The process runs `main`, with the file on standard input. Its arguments are the format, the name and size of the file,
the work to do to each batch, the descriptors of the files that the work takes, and the number of the pipe for the
results. It reads a big file on every core (`commonplace.importers.parallel`). A process that is there already may read
a small one (`messages_of`), and hand over its results by another way (`received`).
"""

from __future__ import annotations

import copyreg
import io
import json
import os
import pickle
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import IO, Any, TypeVar

from commonplace.importers.bounds import ATTEMPTS, OUT_OF_MEMORY, ReaderKilled, bounded, broken_down, refuse_ending
from commonplace.importers.formats import IMPORT_FORMATS, ImportFormat
from commonplace.importers.parallel import BatchFunction, BatchReading
from commonplace.importers.reading import Fault
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.shared_file import NotWritten, SharedFile
from commonplace.processes.spawn import spawn
from commonplace.processes.state import is_stopped

SMALL_BYTES = 65_536
"""Minimum size of a file, in bytes, for which starting a process pays: one that is there already reads smaller ones."""

_NICE = 5
_POLL_SECONDS = 0.1
_STOPPED_LOOKS = 10
"""Number of looks in a row that find the reader stopped after which it is killed: it would not end by itself, as its
processor time is bounded and not the time on the clock."""

_PROGRAM = f"from {__name__} import main; main()"
_STARTED, _READ, _FAULTS = "started", "read", "faults"
_UNREADABLE, _FAILED, _KILLED = "unreadable", "failed", "killed"

_ENDS: dict[str, type[Exception]] = {_UNREADABLE: UnreadableFile, _FAILED: NotWritten, _KILLED: ReaderKilled}
"""Last messages of a reading that failed, and the error that each one's content is raised with."""

T = TypeVar("T")
ReaderMessage = tuple[str, Any]
"""A message of a reader: its kind, and its content."""

ReaderMessages = Generator[ReaderMessage, None, None]


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
    return received(_started_again(lambda: _messages(format, data, filename, work, alive)))


def received(messages: ReaderMessages) -> BatchReading[Any]:
    """Return the reading that the messages of a reader tell of, which are asked for as it goes on.

    Raises what they say, as `read_apart` does.
    """
    what, content = next(messages)
    if what in _ENDS:
        messages.close()
        raise _ENDS[what](*content)
    faults: list[Fault] = []
    return BatchReading.received(content["total"], faults, content["preserved"], _answers(messages, faults))


def _answers(messages: ReaderMessages, faults: list[Fault]) -> Generator[Any, None, None]:
    with closing(messages):
        for what, content in messages:
            if what in _ENDS:
                raise _ENDS[what](*content)
            if what == _FAULTS:  # the last: what the process does then, to end with grace, is not waited for
                faults += content
                return
            yield content


def _started_again(attempt: Callable[[], ReaderMessages]) -> ReaderMessages:
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
) -> ReaderMessages:
    """Start a reader and yield its messages. Raises what its exit status says when it ends before the last."""
    source = SharedFile()
    source.write([data])
    receiver, sender = Pipe(duplex=False)
    with receiver:
        with sender:
            process = _started(format, filename, len(data), work, source.descriptor, sender.fileno())
        try:
            while True:
                looks = 0
                while not receiver.poll(_POLL_SECONDS):
                    alive()
                    looks = looks + 1 if is_stopped(process.pid) else 0
                    if looks >= _STOPPED_LOOKS:
                        process.kill()  # which is told as what it is: it was ended from outside
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
    packed, files = packed_work(work)
    descriptors = [file.descriptor for file in files]
    arguments = [format.name, filename, str(size), b64encode(packed).decode(), json.dumps(descriptors), str(sender)]
    return spawn(
        _PROGRAM,
        arguments,
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(sender, *descriptors),
    )


class _WorkPickler(pickle.Pickler):
    """A pickler that leaves shared files out, which are handed over by their descriptors."""

    def __init__(self, target: IO[bytes]) -> None:
        super().__init__(target)
        self.files: list[SharedFile] = []

    def persistent_id(self, obj: Any) -> tuple[int, str] | None:
        if not isinstance(obj, SharedFile):
            return None
        self.files.append(obj)
        return len(self.files) - 1, obj.folder


class _WorkUnpickler(pickle.Unpickler):
    """An unpickler that is given the descriptors of the files that were left out."""

    def __init__(self, packed: bytes, descriptors: Sequence[int]) -> None:
        super().__init__(io.BytesIO(packed))
        self._descriptors = descriptors

    def persistent_load(self, pid: Any) -> SharedFile:
        number, folder = pid
        return SharedFile.inherited(self._descriptors[number], folder)


def packed_work(work: BatchFunction[Any]) -> tuple[bytes, list[SharedFile]]:
    """Return the work as another process takes it, and the files that must be open there."""
    target = io.BytesIO()
    pickler = _WorkPickler(target)
    pickler.dump(work)
    return target.getvalue(), pickler.files


def unpacked_work(packed: bytes, descriptors: Sequence[int]) -> BatchFunction[Any]:
    """Return the work in what `packed_work` returned, given descriptors of its files, which it closes in the end."""
    work: BatchFunction[Any] = _WorkUnpickler(packed, descriptors).load()
    return work


def messages_of(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[Any]) -> list[ReaderMessage]:
    """Read a small file in this process, within its bounds if this is its main thread; return all messages at once."""
    messages: list[ReaderMessage] = []
    try:
        _read(format, data, filename, work, messages.append)
    except MemoryError:
        raise
    except Exception as fault:  # the process has other things to do, and was not ended from outside
        messages[:] = [(_UNREADABLE, (broken_down(f"{type(fault).__name__}: {fault}"),))]
    return messages


def _read(
    format: ImportFormat, data: bytes, filename: str, work: BatchFunction[Any], send: Callable[[ReaderMessage], object]
) -> None:
    try:
        reading = BatchReading(format, data, filename, work, alone=True)
        with closing(reading):
            send((_STARTED, {"total": reading.total, "preserved": dict(reading.preserved)}))
            for answer in reading:
                send((_READ, answer))
            send((_FAULTS, list(reading.faults)))
    except UnreadableFile as fault:
        send((_UNREADABLE, (str(fault),)))
    except NotWritten as fault:
        send((_FAILED, (fault.errno, fault.strerror, fault.filename)))
    except ReaderKilled as fault:
        send((_KILLED, (fault.signal_name,)))


def _reduced(mapping: MappingProxyType[str, str]) -> tuple[Callable[..., Any], tuple[dict[str, str]]]:
    """Return what a read-only mapping, which cannot be pickled, is made of again after the pipe."""
    return _read_only, (dict(mapping),)


def _read_only(mapping: dict[str, str]) -> MappingProxyType[str, str]:
    return MappingProxyType(mapping)


def main() -> None:
    """Run the process of the reader."""
    name, filename, size, work, descriptors, sender = sys.argv[1:]
    os.nice(_NICE)
    sys.setswitchinterval(0.0005)  # what waits for work is to get it while the file is still being cut into entries
    copyreg.pickle(MappingProxyType, _reduced)
    bounded(int(size))
    with Connection(int(sender), readable=False) as connection:
        try:
            done = unpacked_work(b64decode(work), json.loads(descriptors))
            _read(IMPORT_FORMATS[name], sys.stdin.buffer.read(), filename, done, connection.send)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
