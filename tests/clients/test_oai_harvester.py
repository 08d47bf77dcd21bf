"""Harvest a library by OAI-PMH with `oaipmh-scythe`: all of it, and what changed, while works come, merge and go."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from lxml import etree
from oaipmh_scythe import HTTPConfig, Scythe
from oaipmh_scythe.exceptions import (
    BadArgument,
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoRecordsMatch,
)

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.importers.mods import read_mods
from tests.conftest import BASE, serving, settings_for

GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "oai_pmh.rng"))
OAI = {"o": "http://www.openarchives.org/OAI/2.0/"}
BIBTEX = {"Content-Type": "application/x-bibtex"}
OSTROM = f"{BASE}id/work/ostrom1996"

MANY = 180
"""Number of works to import: with the reference set, three pages."""


@pytest.fixture(scope="module")
def curator(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A curator's client of a library with three pages of works."""
    directory = tmp_path_factory.mktemp("harvested") / "home"
    shutil.copytree(reference_home, directory)
    home = open_home(settings_for(directory))
    with serving(home, contact="keeper@example.org") as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        add(client, *(f"many{number:03}" for number in range(MANY)))
        yield client


def add(client: httpx.Client, *keys: str) -> None:
    entries = (f"@book{{{key}, title={{Book {key} & others}}, author={{Author, Ann}}, year={{2001}}}}" for key in keys)
    sent = client.post("/imports", content="\n".join(entries), headers=BIBTEX)
    assert sent.json()["fates"]["new"] == len(keys), sent.text


@pytest.fixture(params=["GET", "POST"])
def scythe(curator: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The harvester, with the address alone, by each method."""
    with Scythe(str(curator.base_url.join("/oai")), http_config=HTTPConfig(http_method=request.param)) as harvester:
        yield harvester


def ask(client: httpx.Client, query: str) -> etree._Element:
    """Return the answer to a request, which must be as the protocol has it."""
    answer = client.get(f"/oai?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    root = etree.fromstring(answer.content)
    assert GRAMMAR.validate(root), f"{query}: {GRAMMAR.error_log}"
    return root


def found(root: etree._Element, path: str) -> list[str]:
    texts = root.xpath(path, namespaces=OAI)
    assert isinstance(texts, list)
    return [str(text) for text in texts]


def listed(client: httpx.Client, query: str) -> list[str]:
    """Return the identifiers of a whole list, page by page; each page is asked for twice."""
    names: list[str] = []
    while True:
        root = ask(client, query)
        page = found(root, "//o:header/o:identifier/text()")
        assert page == found(ask(client, query), "//o:header/o:identifier/text()")
        names += page
        token = found(root, "//o:resumptionToken/text()")
        if not token:
            return names
        query = f"verb={dict(parse_qsl(query))['verb']}&resumptionToken={token[0]}"


def test_everything_is_harvested(scythe: Any, curator: httpx.Client) -> None:
    works = curator.get("/works", params={"limit": 1}).json()["total"]
    records = {record.header.identifier: record for record in scythe.list_records(metadata_prefix="oai_dc")}
    assert sum(not record.deleted for record in records.values()) == works
    ostrom = records[OSTROM].metadata
    assert ostrom["creator"] == ["Ostrom, Elinor"]
    assert "https://doi.org/10.1016/0305-750X(96)00023-X" in ostrom["identifier"]
    assert "role of professionals" in ostrom["subject"]
    assert {header.identifier for header in scythe.list_identifiers(metadata_prefix="mods")} == set(records)
    assert scythe.identify().adminEmail == "keeper@example.org"
    assert [one.metadataPrefix for one in scythe.list_metadata_formats(OSTROM)] == ["oai_dc", "mods"]


def test_sets_are_those_of_concepts_and_cases(scythe: Any, curator: httpx.Client) -> None:
    sets = {one.setSpec: one.setName for one in scythe.list_sets()}
    assert sets["concept:professional-role"] == "role of professionals"
    for spec, filters in (
        ("concept:professional-role", {"discusses": "professional-role", "state": "discusses"}),
        ("case:quebec-drop-in", {"case": "quebec-drop-in"}),
    ):
        of_set = {one.identifier for one in scythe.list_identifiers(metadata_prefix="oai_dc", set_=spec)}
        works = curator.get("/works", params=filters | {"limit": 100}).json()["items"]
        assert {one for one in of_set if "/gone" not in one} == {work["iri"] for work in works}, spec
    assert OSTROM in {one.identifier for one in scythe.list_identifiers(metadata_prefix="oai_dc", set_="concept")}


def test_a_mirror_follows_while_works_come_merge_and_go(scythe: Any, curator: httpx.Client) -> None:
    method = scythe.http_config.http_method.lower()
    add(curator, f"gone{method}", f"kept{method}", f"dropped{method}")
    evidence = {"work": f"gone{method}", "about": "facilitator", "state": "discusses", "directness": "direct"}
    made = curator.post("/evidence", json=evidence | {"certainty": "low"})
    assert made.status_code == 201, made.text
    mirror = {one.header.identifier: str(one.raw) for one in scythe.list_records(metadata_prefix="oai_dc")}
    since = scythe_date(curator)
    add(curator, f"new{method}")
    merged = curator.post("/merges", json={"keep": f"kept{method}", "from": f"dropped{method}"})
    assert merged.status_code == 201, merged.text
    gone = curator.delete(f"/works/gone{method}", params={"with_dependents": "true"})
    assert gone.is_success, gone.text
    person = curator.get("/people/elinor-ostrom").json()
    renamed = curator.patch("/people/elinor-ostrom", json={"given": f"Elinor {method.upper()}"})
    assert renamed.is_success, f"{renamed.text} {person}"
    changed = {one.header.identifier: one for one in scythe.list_records(metadata_prefix="oai_dc", from_=since)}
    mirror |= {iri: str(one.raw) for iri, one in changed.items()}
    anew = {one.header.identifier: str(one.raw) for one in scythe.list_records(metadata_prefix="oai_dc")}
    assert mirror == anew
    for key, deleted in (("gone", True), ("dropped", True), ("kept", False), ("new", False)):
        assert changed[f"{BASE}id/work/{key}{method}"].deleted == deleted, key
    assert f"Ostrom, Elinor {method.upper()}" in changed[OSTROM].metadata["creator"], "her works changed with her name"
    of_set = scythe.list_identifiers(metadata_prefix="oai_dc", set_="concept:facilitator", from_=since)
    within = {one.identifier: one.deleted for one in of_set}
    assert within[f"{BASE}id/work/gone{method}"], "who harvests the set learns that it has left"


def scythe_date(client: httpx.Client) -> str:
    """Return what a harvester notes for the next time: the moment of an answer."""
    return found(ask(client, "verb=Identify"), "//o:responseDate/text()")[0]


def test_a_list_stays_what_it_was_while_it_is_paged(curator: httpx.Client) -> None:
    whole = listed(curator, "verb=ListIdentifiers&metadataPrefix=oai_dc")
    assert len(whole) == len(set(whole)) > 200
    first = ask(curator, "verb=ListIdentifiers&metadataPrefix=oai_dc")
    token = found(first, "//o:resumptionToken/text()")[0]
    add(curator, "between1")
    last = whole[-1].rpartition("/")[2]
    assert curator.delete(f"/works/{last}", params={"with_dependents": "true"}).is_success
    rest = listed(curator, f"verb=ListIdentifiers&resumptionToken={token}")
    assert found(first, "//o:header/o:identifier/text()") + rest == whole
    records = listed(curator, f"verb=ListRecords&resumptionToken={as_records(curator)}")
    assert len(records) > 100, "records of a version are read as they were"
    assert f"{BASE}id/work/between1" in listed(curator, "verb=ListIdentifiers&metadataPrefix=oai_dc")


def as_records(client: httpx.Client) -> str:
    token = found(ask(client, "verb=ListRecords&metadataPrefix=mods"), "//o:resumptionToken/text()")[0]
    add(client, "between2")
    return token


def test_dates_bound_a_list(scythe: Any) -> None:
    def count(**bounds: str) -> int:
        return sum(1 for _ in scythe.list_identifiers(metadata_prefix="oai_dc", **bounds))

    stamps = sorted(one.datestamp for one in scythe.list_identifiers(metadata_prefix="oai_dc"))
    assert count(from_=stamps[0][:10]) == count(until=stamps[-1][:10]) == count(until="2999-01-01") == len(stamps)
    assert count(from_=stamps[-1]) == stamps.count(stamps[-1])
    assert count(until=stamps[0]) == stamps.count(stamps[0])
    for bounds in ({"until": "1999-01-01"}, {"from_": "2999-01-01"}):
        with pytest.raises(NoRecordsMatch):
            count(**bounds)
    for bounds in (
        {"from_": "2026-02-30"},
        {"from_": "2026-01-01", "until": "2026-01-01T00:00:00Z"},
        {"from_": "2026-01-02", "until": "2026-01-01"},
        {"until": "yesterday"},
        {"from_": "2026-01-01T00:00:00"},
    ):
        with pytest.raises(BadArgument):
            count(**bounds)


def test_mods_is_read_again_by_our_own_reader(curator: httpx.Client) -> None:
    root = ask(curator, f"verb=GetRecord&metadataPrefix=mods&identifier={OSTROM}")
    (mods,) = root.iterfind(".//{http://www.loc.gov/mods/v3}mods")
    (entry,) = read_mods(etree.tostring(mods)).entries
    record = entry.record
    assert record is not None
    work = curator.get("/works/ostrom1996").json()
    for field in ("type", "title", "issued", "container_title", "volume", "issue", "page", "doi", "publisher"):
        assert getattr(record, field) == work[field], field
    assert record.key == "ostrom1996"
    assert [name.family for name in record.names("author")] == ["Ostrom"]


def test_errors_are_those_of_the_protocol(scythe: Any, curator: httpx.Client) -> None:
    with pytest.raises(IdDoesNotExist):
        scythe.get_record(f"{BASE}id/work/nobody1900")
    with pytest.raises(CannotDisseminateFormat):
        scythe.get_record(OSTROM, metadata_prefix="marc21")
    with pytest.raises(NoRecordsMatch):
        next(scythe.list_records(metadata_prefix="oai_dc", set_="concept:unicorns"))
    for token in ("x", "", "e30", "bnVsbA", "W10", "a" * 5_000, json.dumps({"verb": 1})):
        with pytest.raises(BadResumptionToken):
            next(scythe.list_records(resumption_token=token))
    for query, code in (
        ("", "badVerb"),
        ("verb=Nonsense", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&at=1", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=mods", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&resumptionToken=eyJ2ZXJzaW9uIjo5OTk5OX0", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%3Cb%3E%01", "idDoesNotExist"),
    ):
        assert found(ask(curator, query), "//o:error/@code") == [code], query
    for query in ("verb=ListSets", "verb=ListMetadataFormats", "verb=ListRecords&metadataPrefix=mods"):
        ask(curator, query)


def test_a_token_is_of_its_verb_and_of_a_version_there_is(curator: httpx.Client) -> None:
    token = found(ask(curator, "verb=ListIdentifiers&metadataPrefix=oai_dc"), "//o:resumptionToken/text()")[0]
    wrong = ask(curator, f"verb=ListRecords&resumptionToken={token}")
    assert found(wrong, "//o:error/@code") == ["badResumptionToken"]
    held: dict[str, Any] = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for change in ({"version": 99_999}, {"cursor": 10**6}, {"cursor": -1}, {"version": "1"}, {"within": 3}):
        made = urlsafe_b64encode(json.dumps(held | change).encode()).decode().rstrip("=")
        answer = ask(curator, f"verb=ListIdentifiers&resumptionToken={made}")
        assert found(answer, "//o:error/@code") == ["badResumptionToken"], change
