"""Measure SPARQL over HTTP: ours beside other servers that people run, as a table in Markdown.

    python -m benchmarks.sparql [--works 100000] [--peers NAME,…] [--mixes NAME,…] [--seconds 10] [--rounds 3]

Every server has the same N-Triples and gets the same requests, by 8 keep-alive connections. All run at
once, and each mix goes round them in turns, so that what else the machine does meets them alike; the best
round of each counts. Nothing is timed before all have done what they do after a start. Peers that are not
installed are skipped by name.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import httpx

from benchmarks.answers import differences
from benchmarks.editing import editing
from benchmarks.load import CLIENTS, Measured, Request, cores, run, sparql_requests
from benchmarks.mixes import KINDS, MIXES, WEIGHTS, Chosen, Query, queries, query
from benchmarks.peers import PEERS, Programs, Server, environment_settings, start_all
from benchmarks.processes import end_when_told, memory_bytes, until_quiet
from benchmarks.stored import DEFAULT_FOLDER, Stored, stored

REQUESTS = 6000
"""Number of requests in the list of a mix: a run that gets through it begins again, a comment making queries unlike."""
COMPARED = 5
"""Number of queries of each kind whose answers are compared before anything is timed."""
TAGGED = 300
"""Number of answers whose entity tags are sent back for 304."""
WARM_SECONDS = 2.0
SETTLED_SECONDS = 10.0
"""How long a server is to have done nothing before it is timed: after a start some prepare for what they will be asked,
with pauses."""

Results = dict[str, dict[str, Measured]]
"""Mix to name of the server to its best round."""


def requests_of(mix: str, works: int, server: Server) -> list[Request]:
    """Return the mix as sent to that server; empty when the server has no entity tags to be asked with."""
    if mix != "conditional":
        return sparql_requests(queries(mix, works, REQUESTS), server.endpoint)
    return _tagged(sparql_requests(queries("repeated", works, TAGGED), server.endpoint), server)


def _tagged(requests: Iterable[Request], server: Server) -> list[Request]:
    found = []
    with httpx.Client(base_url=server.address, timeout=120) as client:
        for each in dict.fromkeys(requests):
            given = {"Accept": each.accept, "Accept-Encoding": "identity"}  # a packed answer has a tag of its own
            tag = client.get(each.path, headers=given).headers.get("etag")
            if tag:
                found.append(Request(each.kind, each.path, each.accept, tag))
    return found


def measure(
    results: Results,
    servers: list[Server],
    mixes: list[str],
    works: int,
    seconds: float,
    rounds: int,
    clients: int,
    edit_seconds: float = 0,
) -> None:
    """Put the best of some rounds of each mix on each server into the results, as they come.

    With `edit_seconds` a title is corrected on each server every so often while it is asked.
    """
    for mix in mixes:
        lists = {server.name: requests_of(mix, works, server) for server in servers}
        results[mix] = {}
        for number in range(rounds):
            for server in servers:
                if not lists[server.name]:
                    continue
                given = {"clients": clients, "unique": mix in WEIGHTS, "server": server.process}
                with editing(server, works, edit_seconds) as edits:
                    if not number:
                        warm = max(WARM_SECONDS, 30 * edit_seconds)
                        run(server.address, lists[server.name], seconds=warm, **given)  # type: ignore[arg-type]
                    got = run(server.address, lists[server.name], seconds=seconds, **given)  # type: ignore[arg-type]
                if edit_seconds:
                    sys.stderr.write(f"{server.name}: {edits['made']} edits, {edits['refused']} refused\n")
                best = results[mix].get(server.name)
                if best is None or got.rate > best.rate:
                    results[mix][server.name] = got
                sys.stderr.write(
                    f"{mix}, round {number + 1}, {server.name}: {got.rate:.0f} a second, {got.refused} refused, "
                    f"{got.broken} broken, processor {got.server_seconds:.1f} s, client {got.client_seconds:.1f} s\n"
                )


def two_digits(value: float) -> str:
    """Return a number as tables have it: two digits at least, a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def rates(results: Results, servers: list[Server]) -> str:
    """Return requests a second, and in brackets how many times those of the first server that has any there."""
    rows = []
    for server in servers:
        row = [server.name]
        for measured in results.values():
            own, ours = measured.get(server.name), measured.get(servers[0].name)
            if own is None:
                row.append("–")
                continue
            against = f" ({own.rate / ours.rate:.2f})" if ours and server is not servers[0] and ours.rate else ""
            failed = own.refused + own.broken
            row.append(f"{two_digits(own.rate)}{against}" + (f", {failed} failed" if failed else ""))
        rows.append(row)
    return table(["server", *results], rows)


def ours_to_theirs(results: Results, servers: list[Server]) -> str:
    """Return what ours does for each request that the other does: by the clock, and by seconds of processor."""
    rows = []
    for server in servers[1:]:
        row = [server.name]
        for measured in results.values():
            ours, theirs = measured.get(servers[0].name), measured.get(server.name)
            if ours is None or theirs is None or not theirs.rate or not theirs.rate_by_processor:
                row.append("–")
                continue
            by_processor = ours.rate_by_processor / theirs.rate_by_processor
            row.append(f"**{ours.rate / theirs.rate:.2f}** ({by_processor:.2f})")
        rows.append(row)
    return table([f"{servers[0].name} to", *results], rows)


def kinds(results: Results, servers: list[Server], mix: str) -> str:
    """Return p50 and p99 by kind in one mix, milliseconds."""
    measured = {server.name: results[mix][server.name] for server in servers if server.name in results[mix]}
    found = [kind for kind in KINDS if any(kind in each.latencies for each in measured.values())]
    rows = [[kind, *(_percentiles(each, kind) for each in measured.values())] for kind in found]
    rows.append(["all", *(_percentiles(each, None) for each in measured.values())])
    return table([f"{mix}: p50 / p99 ms", *measured], rows)


def _percentiles(measured: Measured, kind: str | None) -> str:
    return f"{two_digits(measured.percentile(kind, 0.5))} / {two_digits(measured.percentile(kind, 0.99))}"


def loads(servers: list[Server], library: Stored) -> str:
    """Return the seconds to load and to start, and the memory held now."""
    rows = [
        [
            server.name,
            two_digits(server.load_seconds),
            two_digits(server.start_seconds),
            two_digits(memory_bytes(server.process) / 1e6),
        ]
        for server in servers
    ]
    return table(["server", "load s", "start to first answer s", "memory MB"], rows)


def report(results: Results, servers: list[Server], library: Stored, given: argparse.Namespace) -> str:
    """Return all the tables, and the command that made them."""
    client = [each for measured in results.values() for each in measured.values()]
    overhead = 1e6 * sum(each.client_seconds for each in client) / max(1, sum(each.requests for each in client))
    parts = [
        f"`python -m benchmarks.sparql {' '.join(given.said)}`: {library.works:,} works, {library.statements:,} "
        f"statements, {cores()} cores, load {os.getloadavg()[0]:.1f} at the end. {given.clients} connections, best of "
        f"{given.rounds} rounds of {given.seconds:g} s. The client took {overhead:.0f} µs of processor a request.\n",
        "Requests a second:\n",
        rates(results, servers),
    ]
    if len(servers) > 1:
        parts += ["Ratios (in brackets by seconds of processor):\n", ours_to_theirs(results, servers)]
    if given.kinds:
        parts += [kinds(results, servers, mix) for mix in results if mix in WEIGHTS]
    if "conditional" in results:
        for name, each in results["conditional"].items():
            parts.append(f"{name}: {each.unchanged:,} of {each.requests:,} conditional requests were answered 304.\n")
    parts.append(loads(servers, library))
    return "\n".join(parts)


def compared(works: int) -> list[Query]:
    """Return the sample whose answers must be equal."""
    some = Chosen(works, seed=99)
    return [query(kind, some) for kind in KINDS for _ in range(COMPARED)]


def arguments(text: list[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--peers", default=",".join(PEERS), help="default all; the first is what others are held to")
    parser.add_argument("--mixes", default=",".join(MIXES))
    parser.add_argument("--seconds", type=float, default=10, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--edit-seconds", type=float, default=0, help="correct a title every so often meanwhile")
    parser.add_argument("--kinds", action="store_true", help="p50 and p99 by kind as well")
    parser.add_argument("--any-answer", action="store_true", help="time servers even where their answers differ")
    add_places(parser)
    given = parser.parse_args(text)
    given.said = sys.argv[1:] if text is None else text
    given.peers, given.mixes = given.peers.split(","), given.mixes.split(",")
    for wrong in sorted({*given.peers} - {*PEERS}) + sorted({*given.mixes} - {*MIXES}):
        parser.error(f"there is no peer or mix {wrong}: peers are {', '.join(PEERS)}; mixes {', '.join(MIXES)}")
    return given


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add the options that all the programs with servers take."""
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="where made libraries are kept")
    parser.add_argument("--fresh", action="store_true", help="make the library anew (after the log's form changed)")
    parser.add_argument("--oxigraph", default="oxigraph", help="its program, when not on the PATH")
    parser.add_argument("--fuseki", default="", help="path of fuseki-server.jar")
    parser.add_argument("--set", action="append", default=[], metavar="COMMONPLACE_NAME=VALUE", help="for our server")


def programs_of(given: argparse.Namespace) -> Programs:
    """Return where programs are, as the options say."""
    return Programs(given.oxigraph, given.fuseki, environment_settings(given.set))


def check(servers: list[Server], sample: list[Query]) -> Mapping[str, int]:
    """Say which answers differ; the number of them."""
    found = differences(servers, sample)
    for line in found:
        sys.stderr.write(f"answers differ: {line}\n")
    return {"asked": len(sample) * len(servers), "different": len(found)}


def main() -> None:
    """Start, compare, measure, print."""
    given = arguments()
    end_when_told()
    library = stored(given.works, given.data, fresh=given.fresh)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        if given.edit_seconds:  # the library that is kept stays as it is
            library = replace(library, folder=Path(shutil.copytree(library.folder, folder / "library")))
        servers = start_all(given.peers, library, folder, programs_of(given), stack)
        if given.edit_seconds:
            servers = [server for server in servers if server.update]
        if not servers:
            sys.exit("no server to measure")
        if check(servers, compared(given.works))["different"] and not given.any_answer:
            sys.exit("answers differ: nothing is timed (--any-answer times all the same)")
        for server in servers:
            until_quiet(server.process, seconds=SETTLED_SECONDS)
        results: Results = {}
        try:
            measure(
                results,
                servers,
                given.mixes,
                given.works,
                given.seconds,
                given.rounds,
                given.clients,
                given.edit_seconds,
            )
        finally:  # what was measured before an interruption is not lost
            print(report(results, servers, library, given))


if __name__ == "__main__":
    main()
