"""The two proofs: everything is derived from the log; and a torn log opens at its last whole version."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat
from typer.testing import CliRunner

from commonplace.cli.commands import cli
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.change import Version
from commonplace.patchlog.rdf_patch import BEGIN
from tests.conftest import serving, settings_for
from tests.patchlog.entries import segments

BIB = rb"""
@article{newcomer2020, author = {Newcomer, Ada and van der Berg, Jan}, title = {Neighbours who run things},
  journal = {Public Management Review}, year = 2020, volume = 22, pages = {1--20}, keywords = {co-production}}
@article{ostrom1996, author = {Ostrom, Elinor}, year = 1996,
  title = {Crossing the Great Divide: Coproduction, Synergy, and Development}}
@article{someone, author = {Ostrom, Elinor}, year = 1996, keywords = {synergy}, doi = {10.1016/0305-750X(96)00023-X},
  title = {Crossing the Great Divide: Coproduction, Synergy, and Development}}
"""
SECOND = rb"@book{second2021, author = {Second, Sam}, title = {Another book}, publisher = {Routledge}, year = 2021}"

SPARQL = (
    "SELECT * { ?s ?p ?o }",
    "SELECT ?w ?t { ?w <http://purl.org/dc/terms/title> ?t } ORDER BY ?w ?t",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "ASK { <id/work/newcomer2020> ?p ?o }",
    "CONSTRUCT { ?s <urn:cited> ?o } WHERE { ?s <http://purl.org/spar/cito/cites> ?o }",
    "DESCRIBE <id/work/ostrom1996>",
)
PATHS = (
    "/works?limit=200",
    "/works?sort=-year&limit=7",
    "/works?sort=author&limit=9",
    "/works?discusses=professional-role&limit=100",
    "/works?discusses=professional-role&state=silent",
    "/works?q=neighbours",
    "/works?q=co-production&limit=30",
    "/works/ostrom1996",
    "/works/ostrom1996.bib",
    "/works/ostrom1996.ris",
    "/works/ostrom1996.csl.json",
    "/works/ostrom1996.ttl",
    "/works/ostrom1996.jsonld",
    "/works/ostrom1996?at=1",
    "/works/ostrom1996/history",
    "/works/ostrom1996/citations",
    "/works/newcomer2020",
    "/works/second2021",
    "/works/mcmullin2020citizenled/references",
    "/people?limit=500",
    "/people/elinor-ostrom",
    "/people/ada-newcomer",
    "/concepts?limit=200",
    "/concepts/professional-role",
    "/claims",
    "/cases",
    "/cases/england-parents-group",
    "/venues?limit=100",
    "/search?q=ostrom",
    "/search?q=facilitator",
    "/queries/works-discussing?concept=professional-role",
    "/queries/most-cited",
    "/queries/gap-map",
    "/export?format=bibtex",
    "/export?format=nquads",
    "/export?format=turtle&at=2",
    "/changes",
    "/changes/1",
    "/changes/2",
    "/changes/3",
    "/imports/2",
    "/imports/4",
)


def make_history(home: Home) -> None:
    """Version 2 imports a new, a matched and an updated work; 3 another, which 4 takes back and 5 imports again."""
    first = import_file(home.library, home.committer, BIB, "some.bib", agent="tester")
    assert all(first.fates[fate] for fate in ("new", "matched", "updated")), first.fates
    second = import_file(home.library, home.committer, SECOND, "second.bib", agent="tester")
    assert second.version == 3
    assert home.committer.undo(Version(3), "tester").entry is not None
    assert import_file(home.library, home.committer, SECOND, "second.bib", agent="tester").version == 5


def answers(client: httpx.Client) -> dict[str, tuple[int, bytes, str | None]]:
    """Every address to status, bytes and ETag; the port the server happens to have taken out."""
    found = {path: client.get(path) for path in PATHS}
    found |= {query: client.get("/sparql", params={"query": query}) for query in SPARQL}
    patch = client.get("/changes/2", headers={"Accept": "application/rdf-patch"})
    here = str(client.base_url).encode()
    return {
        path: (answer.status_code, answer.content.replace(here, b"HERE"), answer.headers.get("etag"))
        for path, answer in {**found, "patch": patch}.items()
    }


def recorded(directory: Path) -> dict[str, tuple[int, bytes, str | None]]:
    with serving(open_home(settings_for(directory))) as client:
        return answers(client)


def assert_same(
    found: dict[str, tuple[int, bytes, str | None]], expected: dict[str, tuple[int, bytes, str | None]]
) -> None:
    assert [path for path in expected if found[path] != expected[path]] == []


def test_everything_but_the_log_can_be_deleted(home: Path) -> None:
    live = open_home(settings_for(home))
    make_history(live)
    with serving(live) as client:
        expected = answers(client)
    assert {path: status for path, (status, _, _) in expected.items() if status != 200} == {"/imports/4": 404}
    assert all(etag for path, (_, _, etag) in expected.items() if path != "/imports/4")

    for path in home.iterdir():
        if path.name != "log":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert_same(recorded(home), expected)

    rebuilt = CliRunner().invoke(cli, ["rebuild", "--home", str(home)])
    assert rebuilt.exit_code == 0, rebuilt.output
    assert list((home / "derived" / "checkpoints").glob("00000005-*.nq"))
    assert_same(recorded(home), expected)


def test_a_graph_on_disk_gives_the_same_data(home: Path) -> None:
    live = open_home(settings_for(home))
    make_history(live)
    paths = [path for path in PATHS if not path.startswith("/export?format=turtle")]
    with serving(live) as client:
        expected = {path: client.get(path) for path in paths if "queries" not in path and "format=nquads" not in path}

    with serving(open_home(settings_for(home, graph="disk"))) as client:
        for path, answer in expected.items():
            found = client.get(path)
            assert (found.status_code, found.headers.get("etag")) == (answer.status_code, answer.headers.get("etag"))
            if answer.headers["content-type"] == "application/json":
                here, there = (str(r.url.copy_with(raw_path=b"/")) for r in (found, answer))
                assert found.text.replace(here, "") == answer.text.replace(there, ""), path


def statements(home: Home, version: Version | None = None) -> list[bytes]:
    """The whole state as sorted N-Quads."""
    return sorted(home.library.read(lambda snapshot: snapshot.dump(RdfFormat.N_QUADS), version).splitlines())


@pytest.mark.parametrize("graph", ["memory", "disk"])
def test_a_log_torn_at_any_byte_answers_as_its_last_whole_version(home: Path, graph: str) -> None:
    live = open_home(settings_for(home, graph="memory"))
    import_file(live.library, live.committer, BIB, "some.bib")
    import_file(live.library, live.committer, SECOND, "second.bib")
    last = live.library.log.text(Version(3))
    expected = statements(live, Version(2))
    live.library.checkpoints.write(live.library.graph)
    with serving(open_home(settings_for(home, graph=graph))):
        pass
    (segment,) = segments(home / "log")
    whole = segment.read_bytes()
    start = len(whole) - len(last)
    header = last.index(BEGIN)
    cuts = [1, 2, header // 2, header, header + 3, header + len(BEGIN), len(last) // 2, len(last) - 5, len(last) - 1]

    for length in cuts:
        segment.write_bytes(whole[: start + length])
        torn = open_home(settings_for(home, graph=graph))
        assert torn.library.log.head() == torn.library.graph.version == 2
        assert statements(torn) == expected
        assert torn.library.log.text(Version(2)) == live.library.log.text(Version(2))

    again = import_file(torn.library, torn.committer, SECOND, "second.bib")
    assert again.version == 3
    assert again.fates["new"] == 1
