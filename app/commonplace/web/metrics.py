"""Show in numbers how the server does: the library, those who wait, the processes and threads, imports, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from commonplace.model.change import EMPTY
from commonplace.processes.memory import descendants, memory_of
from commonplace.web.context import Context
from commonplace.web.http.connection import BoundedConnection
from commonplace.web.http.request_counts import RequestCounts

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The text format of Prometheus, which every monitoring system reads that reads any of its formats."""


disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each counter, with the time when it began


class Metrics:
    """The numbers of one application. `requests` counts what it answers; the others are read when they are asked for.

    Labels are words of the program: routes, states, the names of queues. A client can add none.
    """

    def __init__(self, context: Context) -> None:
        self._registry = CollectorRegistry()
        self.requests = RequestCounts()
        self._registry.register(self.requests)
        self._registry.register(_ServerNumbers(context))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all numbers as `MEDIA_TYPE`."""
        return generate_latest(self._registry)


class _ServerNumbers(Collector):
    def __init__(self, context: Context) -> None:
        self._context = context

    def collect(self) -> Iterator[Metric]:
        yield from self._library()
        yield from self._queues()
        yield from self._workers()
        yield from self._threads()
        yield from self._imports()
        yield _count("wrong_tokens", "Tokens that were wrong", self._context.wrong_tokens.count)
        yield from _connections()
        yield _gauges("memory_bytes", "Memory (PSS) of the server, and of its processes", _memory(), "process")

    def _library(self) -> Iterator[Metric]:
        library = self._context.library
        counted = self._context.size.of(library.graph)
        yield _gauge("version", "The newest version that can be read", counted.version)
        yield _gauge("quads", "Statements of that version", counted.value)
        yield _gauge("log_bytes", "Size of the log's entries", library.log.size(EMPTY, library.log.head()))
        yield _gauge("degraded", "Problems that /healthz tells of", len(library.health.problems()))

    def _queues(self) -> Iterator[Metric]:
        queues = self._context.workers.queues
        waiting = {name: queue.waiting for name, queue in queues.items()}
        taken = {name: queue.taken for name, queue in queues.items()}
        refused = {name: queue.refused for name, queue in queues.items()}
        yield _gauges("queue_waiting", "Requests that wait for a worker", waiting, "queue")
        yield _gauges("queue_taken", "Requests that a worker answers", taken, "queue")
        yield _counters("queue_refused", "Requests refused because too many waited, or too long", refused, "queue")

    def _workers(self) -> Iterator[Metric]:
        workers = self._context.workers
        yield _gauges("workers", "Worker processes by what they do", workers.states, "state")
        yield _counters("workers_ended", "Workers ended before they had an answer", dict(workers.ended_by), "why")

    def _threads(self) -> Iterator[Metric]:
        context = self._context
        limiters = {"writes": context.writers, "searches": context.searchers, "asks": context.askers}
        lines = {name: limiter.statistics() for name, limiter in limiters.items()}
        busy = {name: line.borrowed_tokens for name, line in lines.items()}
        waiting = {name: line.tasks_waiting for name, line in lines.items()}
        yield _gauges("threads_busy", "Threads that work", busy, "task")
        yield _gauges("threads_waiting", "Requests that wait for a thread", waiting, "task")

    def _imports(self) -> Iterator[Metric]:
        jobs = self._context.jobs
        yield _gauges("imports", "Imports that wait or run", jobs.under_way, "state")
        yield _counters("imports_ended", "Imports that have ended, by how", jobs.ended, "state")
        yield _counters("entries", "Entries of imports that were made, by their fate", jobs.fates, "fate")


def _connections() -> Iterator[Metric]:
    yield _gauge("connections", "Connections that are open", BoundedConnection.open_now)
    refused = {str(status.value): count for status, count in BoundedConnection.refused.items()}
    yield _counters("connections_refused", "Connections that were closed with a problem", refused, "status")


def _memory() -> Mapping[str, float]:
    return {
        "server": memory_of(os.getpid()),
        "others": sum(memory_of(process) for process in descendants(os.getpid())),
    }


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"commonplace_{name}", about, value=value)


def _count(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"commonplace_{name}", about, value=value)


def _gauges(name: str, about: str, values: Mapping[str, float], label: str) -> Metric:
    family = GaugeMetricFamily(f"commonplace_{name}", about, labels=(label,))
    for labelled, value in values.items():
        family.add_metric((labelled,), value)
    return family


def _counters(name: str, about: str, values: Mapping[str, float], label: str) -> Metric:
    family = CounterMetricFamily(f"commonplace_{name}", about, labels=(label,))
    for labelled, value in values.items():
        family.add_metric((labelled,), value)
    return family
