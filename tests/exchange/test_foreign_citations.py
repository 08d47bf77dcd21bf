"""Citations from the OpenCitations Index: with their source, once, taken back as one; and an index that misbehaves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from commonplace.errors import BadRequest
from commonplace.exchange.edits import Editor
from commonplace.exchange.foreign_citations import ForeignCitations, TakenIn
from commonplace.exchange.merges import Merger, Merges
from commonplace.home.opening import Home, open_home
from commonplace.library.citations import citation_ends, references_as_text
from tests.conftest import settings_for
from tests.importers.doi.agency_server import CUT, PAGE, TOO_MANY, Agencies, Trouble
from tests.importers.doi.stand_ins import answers, client_of

OSTROM, JETTE = "10.1016/0305-750X(96)00023-X", "10.1007/s11266-010-9134-8"
NOWHERE, CITING = "10.1000/nowhere", "10.1000/citing"
CURATOR = Editor("a curator")


def row(citing: str, cited: str, oci: str = "06101-06102") -> dict[str, str]:
    return {"oci": oci, "citing": f"omid:br/1 {citing}", "cited": f"omid:br/2 {cited} pmid:7", "creation": "2020"}


class Taking:
    """A library, and the index that it asks."""

    def __init__(self, home: Home, agencies: Agencies) -> None:
        self.home, self.agencies = home, agencies
        self.citations = ForeignCitations(home.library, home.committer, f"{agencies.url}/index", client_of(agencies))
        self.says("references", [row(f"doi:{JETTE}", f"doi:{OSTROM.lower()}"), row(f"doi:{JETTE}", f"doi:{NOWHERE}")])
        self.says("citations", [row(f"doi:{CITING}", f"doi:{JETTE}"), row("pmid:3", f"doi:{JETTE}")])

    def says(self, direction: str, rows: Any) -> None:
        self.agencies.always[f"/index/{direction}/doi:"] = rows if isinstance(rows, Trouble) else answers(rows)

    def take(self, *works: str, **more: Any) -> TakenIn:
        return self.citations.take_in(works or ("jette2011",), CURATOR, **more)

    def cites(self, key: str) -> dict[str, str | None]:
        minter = self.home.library.minter
        node = minter.thing("work", key)
        ends = self.home.library.read(lambda snapshot: citation_ends(snapshot, node, minter, outgoing=True))
        return {one.key: one.note for one in ends}

    def kept(self, key: str) -> list[str | None]:
        minter = self.home.library.minter
        node = minter.thing("work", key)
        kept = self.home.library.read(lambda snapshot: references_as_text(snapshot, node, minter))
        return [one.doi for one in kept]

    def take_back(self, taken: TakenIn) -> None:
        assert taken.entry is not None
        self.home.committer.undo(taken.entry.version, "a curator")


@pytest.fixture(scope="module")
def home(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("cited") / "home"
    shutil.copytree(reference_home, folder)
    return open_home(settings_for(folder))


@pytest.fixture
def taking(home: Home, agencies: Agencies) -> Taking:
    return Taking(home, agencies)


def test_citations_come_in_with_their_source_once_and_are_taken_back(taking: Taking) -> None:
    before, head = taking.cites("jette2011"), taking.home.library.newest()
    assert "ostrom1996" not in before
    preview = taking.take(dry_run=True)
    assert preview.entry is None
    assert taking.home.library.newest() == head
    taken = taking.take()
    (item,) = taken.items
    assert preview.items == taken.items
    assert (item.fate, item.references, item.citations, item.without_doi) == ("new", 2, 1, 1)
    assert (item.cites, item.references_kept, item.citing_kept) == (["ostrom1996"], [NOWHERE], [CITING])
    assert taking.cites("jette2011")["ostrom1996"] == "OpenCitations Index, oci:06101-06102"
    assert taking.kept("jette2011") == [NOWHERE]
    node = taking.home.library.minter.thing("citation", "jette2011--ostrom1996")
    attributed = NamedNode("http://www.w3.org/ns/prov#wasAttributedTo")
    (said,) = taking.home.library.read(lambda snapshot: list(snapshot.triples(node, attributed)))
    assert said.object == taking.home.library.minter.thing("agent", "opencitations")
    again = taking.take()
    assert again.entry is None
    assert again.items[0].fate == "matched"
    taking.take_back(taken)
    assert taking.cites("jette2011") == before
    assert taking.kept("jette2011") == []


def test_what_the_library_alone_knows_stays_and_is_told(taking: Taking) -> None:
    held = taking.cites("needham2008")
    taking.says("references", [])
    taking.says("citations", [])
    (item,) = taking.take("needham2008").items
    assert item.fate == "matched"
    assert "ostrom1996" in item.only_here
    assert taking.cites("needham2008") == held


def test_a_work_without_a_doi_fails_alone(taking: Taking) -> None:
    taken = taking.take("brudney1983", "jette2011", "no-such-work")
    assert [one.fate for one in taken.items] == ["failed", "new", "failed"]
    taking.take_back(taken)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (TOO_MANY, "429"),
        (Trouble(500, b"oops"), "500"),
        (CUT, "could not be read|broken or cut off"),
        (PAGE, "instead of JSON"),
        (Trouble(301, b"", {"Location": "/elsewhere"}), "301"),
        (answers({"error": "x"}), "another kind"),
        (answers([{"citing": "doi:10.1/x"}]), "another kind"),
        (answers([row("doi:10.1000/other", f"doi:{OSTROM}")]), "citations of 10.1000/other"),
    ],
)
def test_an_index_that_misbehaves_is_told_of_and_nothing_is_written(taking: Taking, trouble: Trouble, why: str) -> None:
    taking.says("references", trouble)
    taken = taking.take()
    assert taken.entry is None
    (item,) = taken.items
    assert item.fate == "failed"
    assert any(one in (item.why or "") for one in why.split("|")), item.why


def test_an_index_is_asked_again_when_it_says(taking: Taking) -> None:
    taking.agencies.troubles["/index/references"] = [TOO_MANY]
    assert taking.take(dry_run=True).items[0].fate == "new"
    assert 7.0 in taking.agencies.time.slept


def test_a_work_that_is_named_twice_is_asked_for_once(taking: Taking) -> None:
    taken = taking.take("jette2011", "jette2011", dry_run=True)
    assert [one.work for one in taken.items] == ["jette2011"]
    assert len(taking.agencies.requests) == 2, "references and citations"


def test_a_merged_work_is_known_by_its_old_key_and_by_its_other_doi(taking: Taking) -> None:
    merges, curator = Merges(taking.home.library, taking.home.committer), Merger("a curator")
    taking.says("references", [row("doi:10.1017/S1474746407004174", "doi:10.1111/puar.12765")])
    taking.says("citations", [])
    before = taking.take("needham2008", dry_run=True).items[0]
    assert "ostrom1996" in before.only_here
    merges.merge("work", "ostrom1996", "nabatchi2017", {}, curator)
    try:
        assert "ostrom1996" not in taking.take("needham2008", dry_run=True).items[0].only_here
        taking.says("references", [])
        (item,) = taking.take("nabatchi2017", "ostrom1996", dry_run=True).items
        assert (item.work, item.fate) == ("ostrom1996", "matched")
        ours, theirs = f"doi:{OSTROM.lower()}", "doi:10.1111/puar.12765"
        known = {
            f"/index/references/{ours}": [row(ours, f"doi:{NOWHERE}"), row(ours, theirs)],
            f"/index/references/{theirs}": [row(theirs, f"doi:{JETTE}"), row(theirs, f"doi:{NOWHERE}")],
        }
        taking.agencies.always = {start: answers(rows) for start, rows in known.items()} | taking.agencies.always
        (item,) = taking.take("ostrom1996", dry_run=True).items
        assert (item.references, item.cites, item.references_kept) == (2, ["jette2011"], [NOWHERE])
    finally:
        merges.unmerge("work", "nabatchi2017", {}, curator)


@pytest.mark.parametrize("key", ["", "a b", "<>", "\x00", "../..", "é"])
def test_what_is_no_key_fails_alone(taking: Taking, key: str) -> None:
    assert taking.take(key, dry_run=True).items[0].fate == "failed"


def test_an_index_that_may_not_be_asked_and_no_works_are_refused(taking: Taking) -> None:
    silent = ForeignCitations(taking.home.library, taking.home.committer, None, client_of(taking.agencies))
    with pytest.raises(BadRequest, match="none"):
        silent.take_in(["jette2011"], CURATOR)
    with pytest.raises(BadRequest, match="name the works"):
        taking.citations.take_in([], CURATOR)
