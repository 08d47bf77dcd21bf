"""The counts of the desk: at once in a small library, those of before in a large one while others are counted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Event

from commonplace.library.queues.queue import Queue
from commonplace.model.change import Version
from commonplace.web.desk.queue_counts import QueueCounts

QUEUE = Queue("one", "One", "what stands in it", lambda *_: (), lambda *_: [], lambda *_: 0)


def test_a_large_library_shows_the_counts_of_before_while_it_counts() -> None:
    counts, may_count, counted = QueueCounts(), Event(), Event()

    def slowly() -> Iterator[tuple[Queue, int]]:
        assert may_count.wait(30)
        yield QUEUE, 7

    def pairs() -> int:
        counted.set()
        return 3

    assert counts.of(Version(1), slowly, pairs, in_background=True) is None
    assert counts.of(Version(1), slowly, pairs, in_background=True) is None, "it is being counted once"
    may_count.set()
    assert counted.wait(30)
    now = counts.of(Version(1), lambda: iter([(QUEUE, 7)]), pairs, in_background=False)
    assert now is not None
    assert (now.version, now.queues, now.duplicates) == (1, ((QUEUE, 7),), 3)
    may_count.clear()
    before = counts.of(Version(2), slowly, pairs, in_background=True)
    assert before is not None
    assert before.version == 1
    may_count.set()
    counts.close()


def counting(number: int) -> Iterator[tuple[Queue, int]]:
    yield QUEUE, number


def test_a_small_library_is_counted_at_each_version() -> None:
    counts = QueueCounts()
    for version, number in ((1, 5), (2, 4)):
        found = counts.of(Version(version), partial(counting, number), lambda: 0, in_background=False)
        assert found is not None
        assert found.queues == ((QUEUE, number),)
    counts.close()


def test_counting_that_fails_leaves_the_desk_as_it_was() -> None:
    counts, failed = QueueCounts(), Event()

    def fail() -> Iterator[tuple[Queue, int]]:
        failed.set()
        raise RuntimeError("unexpected")

    assert counts.of(Version(1), fail, lambda: 0, in_background=True) is None
    assert failed.wait(30)
    found = counts.of(Version(1), partial(counting, 2), lambda: 0, in_background=False)
    assert found is not None
    counts.close()
