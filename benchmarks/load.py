"""Run the load program: `wrk` with a Lua script, some keep-alive connections that each wait for their answer.

wrk takes 5–10 microseconds of processor a request, which a client in Python could not: client and
server share the machine. Each measurement has the processor time of the client.
"""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.mixes import Query
from benchmarks.processes import processor_seconds

SCRIPT = Path(__file__).with_name("load.lua")
CLIENTS = 8
LATE = 300
"""Seconds after which wrk counts an answer as late; a run itself never lasts much longer than it was told to."""
BUCKETS = 100
"""Buckets of the script's histograms in a factor of e."""


class NoLoadProgram(RuntimeError):
    """wrk is not installed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: its kind, the path with its query string, what is accepted, and the tag already held."""

    kind: str
    path: str
    accept: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Latencies are milliseconds by kind, to one per cent, with how many there were of each."""

    requests: int
    seconds: float
    refused: int
    """Answers with a status of 400 or more."""
    broken: int
    """Connections that failed, and answers that came too late."""
    unchanged: int
    """Answers 304, counted when entity tags were sent."""
    latencies: Mapping[str, Mapping[float, int]]
    client_seconds: float
    """Seconds of processor that wrk took while it asked."""
    server_seconds: float
    """Seconds of processor that the server and its workers took."""

    @property
    def rate(self) -> float:
        """Requests a second; those refused or broken are not counted."""
        return max(0, self.requests - self.refused - self.broken) / self.seconds

    @property
    def rate_by_processor(self) -> float:
        """Requests for each second of processor the server took: what other work on the machine changes least."""
        return self.requests / self.server_seconds if self.server_seconds else 0.0

    def percentile(self, kind: str | None, share: float) -> float:
        """Return the most milliseconds that this share of the answers of a kind (or of all) took; nan for none."""
        chosen = self.latencies.values() if kind is None else [self.latencies.get(kind, {})]
        times = sorted((time, count) for each in chosen for time, count in each.items())
        left = share * sum(count for _, count in times)
        for time, count in times:
            left -= count
            if left <= 0:
                return time
        return math.nan


def sparql_requests(queries: Iterable[Query], endpoint: str = "/sparql") -> list[Request]:
    """Return the queries as SPARQL 1.1 Protocol GETs."""
    return [Request(each.kind, f"{endpoint}?query={quote(each.text, safe='')}", each.accept) for each in queries]


def run(
    address: str,
    requests: list[Request],
    *,
    seconds: float,
    clients: int = CLIENTS,
    unique: bool = False,
    server: int | None = None,
) -> Measured:
    """Send the requests to `http://HOST:PORT` over and over for so long; `server` is its process, to be timed.

    With `unique` each query gets a comment of its own, so that no answer can be a kept one.
    Raises `NoLoadProgram`, and `RuntimeError` when wrk fails.
    """
    program = shutil.which("wrk")
    if program is None:
        raise NoLoadProgram("the load program is wrk, which is not installed: apt install wrk, or brew install wrk")
    kinds = list(dict.fromkeys(each.kind for each in requests))
    numbers = {kind: number for number, kind in enumerate(kinds)}
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(f"{numbers[each.kind]}\t{each.path}\t{each.accept}\t{each.tag}\n" for each in requests)
        file.flush()
        command = [
            program, f"-t{clients}", f"-c{clients}", f"-d{max(1, round(seconds))}s", f"--timeout={LATE}s",
            "-s", str(SCRIPT), address, "--", file.name, str(clients), f"r{secrets.token_hex(4)}" if unique else "",
            "conditional" if any(each.tag for each in requests) else "",
        ]  # fmt: skip
        before = processor_seconds(server)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + LATE)
        served = processor_seconds(server) - before
    found = re.search(r"^\{.*\}$", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        raise RuntimeError(f"wrk failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return _measured(json.loads(found[0]), kinds, served)


def _measured(said: Mapping[str, int], kinds: list[str], served: float) -> Measured:
    latencies: dict[str, dict[float, int]] = {kind: {} for kind in kinds}
    histogram: list[tuple[int, int, int]] = said["histogram"]  # type: ignore[assignment]
    for kind, bucket, count in histogram:
        time = math.exp((bucket + 0.5) / BUCKETS) / 1000
        latencies[kinds[kind]][time] = latencies[kinds[kind]].get(time, 0) + count
    return Measured(
        requests=said["requests"],
        seconds=said["microseconds"] / 1e6,
        refused=said["refused"],
        broken=said["broken"] + said["late"],
        unchanged=said["unchanged"],
        latencies=latencies,
        client_seconds=said["client"] / 1e6,
        server_seconds=served,
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
