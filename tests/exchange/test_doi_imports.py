"""Importing by DOI into a library: fates, citations, retractions, undo; and the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import NamedNode

from commonplace.errors import BadRequest, Conflict
from commonplace.exchange.by_doi import dois_of_works, import_dois
from commonplace.exchange.doi_lists import read_doi_list
from commonplace.exchange.receipts import Receipt
from commonplace.home.opening import Home
from commonplace.importers.doi.client import AgencyClient, Patience
from commonplace.importers.doi.description import Fetched
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.importers.doi.rate_limit import RateLimiter
from commonplace.library.works import work_of
from commonplace.model.change import Version
from commonplace.model.namespaces import CITO, DCTERMS
from commonplace.model.relations import doi_iri, read_reference_json
from tests.conftest import BASE, serving
from tests.importers.doi.agency_server import Agencies

OSTROM = "10.1016/0305-750X(96)00023-X"
"""In the reference set, as ostrom1996."""

JETTE = "10.1007/s11266-010-9134-8"
OSTROM_NAME = {"family": "Ostrom", "given": "E."}
JETTE_NAMES = [{"family": "Jetté"}, {"family": "Vaillancourt"}]
"""In the reference set, as jette2011, with evidence."""


COINED = "Toward a definition of the coproduction concept"
"""The title of brudney1983, which has no DOI there."""


def crossref(doi: str, **more: Any) -> dict[str, Any]:
    base = {"DOI": doi.lower(), "type": "journal-article", "title": [f"On {doi}"], "issued": {"date-parts": [[2020]]}}
    return {**base, "author": [{"family": "Doe", "given": "A."}], **more}


@pytest.fixture
def fetcher(agencies: Agencies) -> Iterator[DoiFetcher]:
    limiter = RateLimiter(agencies.time.clock())
    with AgencyClient(None, None, limiter, Patience(attempts=2)) as client:
        yield DoiFetcher(client, agencies.addresses)


class Importing:
    """A home and a fetcher, with what the tests ask of them."""

    def __init__(self, home: Home, fetcher: DoiFetcher, agencies: Agencies) -> None:
        self.home, self.fetcher, self.agencies = home, fetcher, agencies

    def add(self, doi: str, **more: Any) -> None:
        self.agencies.crossref[doi.lower()] = crossref(doi, **more)

    def take(self, *dois: str, **more: Any) -> Receipt:
        receipt = import_dois(self.home.library, self.home.committer, dois, self.fetcher, **more)
        assert sum(receipt.fates.values()) == receipt.entries == len(receipt.items) == len(dois)
        return receipt

    def objects(self, key: str, predicate: NamedNode, kind: str = "work") -> list[str]:
        node = NamedNode(f"{BASE}id/{kind}/{key}")
        found = self.home.library.read(lambda snapshot: list(snapshot.triples(node, predicate)))
        return sorted(getattr(triple.object, "value", "").removeprefix(f"{BASE}id/") for triple in found)

    def own(self, key: str, term: str, kind: str = "work") -> list[str]:
        return self.objects(key, NamedNode(f"{BASE}ontology#{term}"), kind)

    def everything(self) -> bytes:
        return b"\n".join(sorted(map(str.encode, self.home.library.read(lambda s: [str(q) for q in s.quads()]))))


@pytest.fixture
def importing(opened: Home, fetcher: DoiFetcher, agencies: Agencies) -> Importing:
    return Importing(opened, fetcher, agencies)


def test_each_doi_has_its_place_and_its_fate(importing: Importing) -> None:
    importing.add("10.1000/a")
    receipt = importing.take("doi:10.1000/A", "nonsense", "10.1000/none", "10.1000/a")
    assert [(item.position, item.line, item.fate) for item in receipt.items] == [
        (1, 1, "new"),
        (2, 2, "failed"),
        (3, 3, "failed"),
        (4, 4, "matched"),
    ]
    assert receipt.items[0].work == f"{BASE}id/work/doe2020"
    assert receipt.items[0].key == "10.1000/A"
    assert "not a DOI" in (receipt.items[1].error or "")
    assert "not registered" in (receipt.items[2].error or "")
    assert (receipt.format, receipt.file, receipt.version) == ("doi", "dois", 2)


def test_the_second_import_is_all_matched_and_changes_nothing(importing: Importing) -> None:
    importing.add("10.1000/a", reference=[{"key": "1", "DOI": OSTROM}, {"key": "2", "unstructured": "Somebody (1900)"}])
    importing.take("10.1000/a")
    before = importing.everything()
    assert importing.take("10.1000/A").fates == {"new": 0, "matched": 1, "updated": 0, "failed": 0}
    assert importing.everything() == before


def test_two_works_of_one_author_and_year_have_two_keys(importing: Importing) -> None:
    importing.add("10.1000/a")
    importing.add("10.1000/b")
    receipt = importing.take("10.1000/a", "10.1000/b")
    assert [item.work for item in receipt.items] == [f"{BASE}id/work/doe2020", f"{BASE}id/work/doe2020a"]
    assert receipt.items[1].losses == (), "the key is ours: nothing of the source is lost"


def test_a_dry_run_says_the_same_and_writes_nothing(importing: Importing) -> None:
    importing.add("10.1000/a", reference=[{"key": "1", "DOI": OSTROM}])
    before = importing.everything()
    dry = importing.take("10.1000/a", dry_run=True)
    assert importing.everything() == before
    assert (dry.id, dry.version, dry.undo) == (None, None, None)
    wet = importing.take("10.1000/a")
    assert (wet.fates, wet.items) == (dry.fates, dry.items)


def test_references_become_citations_where_the_work_is_held_or_comes_along(importing: Importing) -> None:
    importing.add(
        "10.1000/a",
        reference=[
            {"key": "1", "DOI": OSTROM.lower()},
            {"key": "2", "DOI": "10.1000/B"},
            {"key": "3", "DOI": "10.1000/elsewhere", "unstructured": "Elsewhere (1999)"},
            {"key": "4", "author": "Brudney", "year": "1983", "article-title": COINED},
            {"key": "5", "author": "Nobody", "year": "1983", "article-title": COINED},
            {"key": "6", "DOI": OSTROM},
        ],
    )  # fmt: skip
    importing.add("10.1000/b", author=[{"family": "Roe"}])
    importing.take("10.1000/a", "10.1000/b")
    assert importing.objects("doe2020", CITO["cites"]) == ["work/brudney1983", "work/ostrom1996", "work/roe2020"]
    assert importing.own("doe2020--ostrom1996", "confirmation", "citation") == [f"{BASE}ontology#confirmed"]
    assert importing.own("doe2020--ostrom1996", "referenceNumber", "citation") == ["1"]
    assert importing.own("doe2020--brudney1983", "confirmation", "citation") == [f"{BASE}ontology#probable"]
    (text,) = importing.own("doe2020", "referenceText")
    assert [(ref.number, ref.text) for ref in read_reference_json(text)] == [
        (3, "Elsewhere (1999)"),
        (5, "Nobody. (1983). Toward a definition of the coproduction concept"),
    ]


def test_a_work_with_two_dois_has_the_references_of_both(importing: Importing, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agency answers a DOI that was given up with the work's present one."""
    references = {
        "10.1000/new": [{"key": "1", "DOI": OSTROM}, {"key": "2", "unstructured": "Somebody (1900)"}],
        "10.1000/old": [{"key": "3", "unstructured": "Someone (1901)"}],
    }
    answers = [
        Fetched(asked=doi, doi=doi, agency="Crossref", body=crossref("10.1000/new", reference=listed))
        for doi, listed in references.items()
    ]
    monkeypatch.setattr(importing.fetcher, "fetch", lambda asked, progress: answers)
    receipt = importing.take(*references)
    assert {item.work for item in receipt.items} == {f"{BASE}id/work/doe2020"}
    assert importing.objects("doe2020", CITO["cites"]) == ["work/ostrom1996"]
    (text,) = importing.own("doe2020", "referenceText")
    assert {ref.text for ref in read_reference_json(text)} == {"Somebody (1900)", "Someone (1901)"}


def test_references_that_are_text_are_counted_and_shown(importing: Importing) -> None:
    kept = [{"key": "2", "unstructured": "Somebody (1900)"}, {"key": "3", "DOI": "10.1000/not-held"}]
    importing.add("10.1000/a", reference=[{"key": "1", "DOI": OSTROM}, *kept])
    importing.take("10.1000/a")
    with serving(importing.home) as client:
        page = client.get("/works/doe2020/references").json()
        none = client.get("/works/ostrom1996/references").json()
    assert [item["work"]["key"] for item in page["items"]] == ["ostrom1996"]
    assert (page["total"], page["total_as_text"], page["complete"]) == (1, 2, "complete")
    assert page["as_text"][0] == {"number": 2, "text": "Somebody (1900)"}
    assert (page["as_text"][1]["number"], page["as_text"][1]["doi"]) == (3, "10.1000/not-held")
    assert (none["as_text"], none["total_as_text"]) == ([], 0)


def test_what_was_text_is_a_citation_when_its_work_comes(importing: Importing) -> None:
    late = {"key": "1", "DOI": "10.1000/late", "unstructured": "Late (2020)"}
    importing.add("10.1000/a", reference=[late, {"key": "2", "unstructured": "Other"}])
    importing.add("10.1000/late", author=[{"family": "Late"}])
    importing.take("10.1000/a")
    assert importing.objects("doe2020", CITO["cites"]) == []
    importing.take("10.1000/late")
    assert importing.objects("doe2020", CITO["cites"]) == ["work/late2020"]
    (text,) = importing.own("doe2020", "referenceText")
    assert [ref.number for ref in read_reference_json(text)] == [2]


def test_a_curators_citation_stays_as_it_is(importing: Importing) -> None:
    reference = {"key": "1", "DOI": OSTROM}
    doi = "10.1007/978-3-030-03008-7_15-1"  # mcmullin2020citizenled cites ostrom1996 as number 16
    importing.add(doi, reference=[reference], title=["Citizen-led"])
    before = importing.own("mcmullin2020citizenled--ostrom1996", "referenceNumber", "citation")
    importing.take(doi)
    assert importing.own("mcmullin2020citizenled--ostrom1996", "referenceNumber", "citation") == before != ["1"]


def test_enriching_adds_what_is_missing_and_overwrites_nothing(importing: Importing) -> None:
    asked = dois_of_works(importing.home.library)
    assert OSTROM in asked
    importing.add(
        OSTROM, author=[OSTROM_NAME], title=["ANOTHER TITLE"], abstract="<jats:p>What it says.</jats:p>", volume="99"
    )
    title = importing.objects("ostrom1996", DCTERMS["title"])
    receipt = importing.take(OSTROM)
    (item,) = receipt.items
    assert item.fate == "updated"
    assert importing.objects("ostrom1996", DCTERMS["abstract"]) == ["What it says."]
    assert importing.objects("ostrom1996", DCTERMS["title"]) == title
    fields = {loss.field for loss in item.losses}
    assert {"title", "volume"} <= fields, "each conflict is shown"
    assert not {"doi", "key"} & fields, "another spelling of the DOI is no conflict"


def test_what_an_agency_says_of_another_work_is_not_added_to_ours(importing: Importing) -> None:
    """A DOI that was copied from elsewhere: title and people of its record are of something else."""
    importing.add(OSTROM, title=["Kites in winter"], author=[{"family": "Roe"}], abstract="Of kites.")
    (item,) = importing.take(OSTROM).items
    assert (item.fate, item.work) == ("new", f"{BASE}id/work/roe2020")
    assert importing.objects("ostrom1996", DCTERMS["abstract"]) == []
    assert [loss.why for loss in item.losses if loss.field == "doi"] == [
        "'ostrom1996' has this DOI, too, and is another work; both keep it"
    ]


def test_enriching_makes_no_new_works(importing: Importing) -> None:
    importing.add(OSTROM, title=["Kites in winter"], author=[{"family": "Roe"}], abstract="Of kites.")
    (item,) = importing.take(OSTROM, enrich=True).items
    assert (item.fate, item.work) == ("failed", None)
    assert item.error == (
        "the agency's record is of 'Kites in winter', which is another work than 'ostrom1996': is its DOI right?"
    )
    assert importing.objects("roe2020", DCTERMS["title"]) == []


def test_a_retraction_is_seen_on_the_work_and_wherever_it_is_evidence(importing: Importing) -> None:
    notice = {"DOI": "10.1000/Notice", "type": "retraction", "source": "retraction-watch"}
    importing.add(JETTE, author=JETTE_NAMES, **{"updated-by": [notice]})
    (item,) = importing.take(JETTE).items
    assert (item.fate, item.status) == ("updated", "retracted")
    assert importing.objects("jette2011", CITO["isRetractedBy"]) == ["https://doi.org/10.1000/notice"]
    library = importing.home.library
    work = library.read(lambda snapshot: work_of(snapshot, NamedNode(f"{BASE}id/work/jette2011"), library.minter))
    assert work.status == "retracted"
    assert work.evidence
    assert {evidence.work_status for evidence in work.evidence} == {"retracted"}


def test_a_notice_that_is_imported_retracts_the_work_and_is_linked(importing: Importing) -> None:
    importing.add(JETTE, author=JETTE_NAMES, **{"updated-by": [{"DOI": "10.1000/notice", "type": "correction"}]})
    importing.add("10.1000/notice", title=["Notice"], **{"update-to": [{"DOI": JETTE, "type": "retraction"}]})
    assert importing.take(JETTE).items[0].status == "corrected"
    importing.take("10.1000/notice")
    assert importing.own("jette2011", "status") == [f"{BASE}ontology#retracted"], "the graver one, alone"
    assert importing.objects("jette2011", CITO["isCorrectedBy"]) == ["work/doe2020"]
    assert importing.objects("doe2020", CITO["retracts"]) == ["work/jette2011"]


def test_a_work_that_comes_after_its_notice_is_retracted_at_once(importing: Importing) -> None:
    importing.add("10.1000/notice", title=["Notice"], **{"update-to": [{"DOI": "10.1000/w", "type": "retraction"}]})
    importing.add("10.1000/w", author=[{"family": "Wrong"}])
    importing.take("10.1000/notice")
    assert importing.objects("doe2020", CITO["retracts"]) == [doi_iri("10.1000/w").value]
    assert importing.take("10.1000/w").items[0].status == "retracted"
    assert importing.objects("doe2020", CITO["retracts"]) == ["work/wrong2020"]


def test_a_preprint_and_its_article_are_linked_and_stay_two_works(importing: Importing) -> None:
    other = {"id-type": "doi", "id": "10.1000/article", "asserted-by": "subject"}
    importing.add("10.1000/preprint", type="posted-content", subtype="preprint", relation={"is-preprint-of": [other]})
    importing.add("10.1000/article", author=[{"family": "Roe"}])
    receipt = importing.take("10.1000/preprint", "10.1000/article")
    assert receipt.fates["new"] == 2
    assert importing.objects("doe2020", DCTERMS["hasVersion"]) == ["work/roe2020"]


def test_undo_takes_all_of_it_back(importing: Importing) -> None:
    before = importing.everything()
    importing.add(
        JETTE, reference=[{"key": "1", "DOI": OSTROM}], **{"updated-by": [{"DOI": "10.1000/n", "type": "retraction"}]}
    )
    importing.add("10.1000/a", reference=[{"key": "1", "DOI": JETTE}])
    receipt = importing.take(JETTE, "10.1000/a")
    assert receipt.version is not None
    undone = importing.home.committer.undo(Version(receipt.version), "curator")
    assert undone.kept == []
    assert importing.everything() == before


def test_what_the_agencies_answered_is_kept_with_the_log(importing: Importing) -> None:
    importing.add("10.1000/a")
    receipt = importing.take("10.1000/a", "nonsense")
    assert receipt.version is not None
    log = importing.home.library.log
    attachments = log.header(Version(receipt.version)).note.attachments
    assert log.attachment(attachments["source"]) == b"10.1000/a\nnonsense\n"
    assert json.loads(log.attachment(attachments["receipt"]))["fates"] == receipt.fates
    assert len(log.attachment(attachments["answers"])) > 20


def test_progress_that_raises_stops_the_import_unwritten(importing: Importing) -> None:
    importing.add("10.1000/a")
    before = importing.everything()

    def stop(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.take("10.1000/a", progress=stop)
    assert importing.everything() == before


def test_an_empty_list_and_a_moved_head_are_refused(importing: Importing) -> None:
    with pytest.raises(BadRequest):
        importing.take()
    with pytest.raises(Conflict):
        importing.take("10.1000/a", expected=Version(7))
    assert importing.agencies.requests == [], "before anything is asked"


def test_a_list_has_comments_several_on_a_line_and_a_byte_order_mark() -> None:
    text = "\ufeff# mine\n\n10.1000/a, 10.1000/b\n https://doi.org/10.1000/c \nno doi here\n"
    assert [(one.line, one.text) for one in read_doi_list(text)] == [
        (3, "10.1000/a,"),
        (3, "10.1000/b"),
        (4, "https://doi.org/10.1000/c"),
        (5, "no doi here"),
    ]
