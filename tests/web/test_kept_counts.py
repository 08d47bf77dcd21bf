"""Counts of queues that are found by comparing all works: kept by the server, handed to workers, told by them."""

from __future__ import annotations

from commonplace.model.change import Version
from commonplace.web.kept_counts import HEADER, KeptCounts


def test_what_a_worker_counted_is_kept_and_its_header_goes_no_further() -> None:
    server, worker = KeptCounts(), KeptCounts()
    assert server.of("duplicates") is None
    told = worker.keep("duplicates", 7, Version(3))
    left = server.told([("content-type", "application/json"), (HEADER, told)])
    assert left == [("content-type", "application/json")]
    assert server.of("duplicates") == (7, 3)
    server.keep("duplicates", 9, Version(2))
    assert server.of("duplicates") == (7, 3), "an earlier version is no news"
    worker.take(server.handed())
    assert worker.of("duplicates") == (7, 3)
