"""Fetch a list of DOIs from the agencies: every one ends in exactly one fate.

Crossref, where most are, is asked for all in batches; doi.org says who registered the rest; DataCite is
asked in batches too, the other agencies by content negotiation. What an answer to a batch left out is
asked for singly before it counts as missing. Answers go to the cache at once, so that an interrupted
list goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonplace.errors import Message
from commonplace.importers.doi.addresses import Addresses
from commonplace.importers.doi.batches import batches
from commonplace.importers.doi.client import CSL_JSON, AgencyClient
from commonplace.importers.doi.description import Fetched, available, mappings
from commonplace.importers.doi.faults import AgencyFault, NoAnswer, NoSuchDoi, RefusedByAgency
from commonplace.importers.doi.mapping import CROSSREF, DATACITE
from commonplace.importers.doi.registration_agency import NONE, agencies_of
from commonplace.model.identifiers import doi_key, normal_doi

Progress = Callable[[int, int], None]
"""Called with DOIs that have their fate, and DOIs in all."""

_TOGETHER = 50


class DoiFetcher:
    """Fetch metadata of DOIs. Safe to share between threads."""

    def __init__(self, client: AgencyClient, addresses: Addresses) -> None:
        self._client = client
        self._addresses = addresses

    def fetch(self, asked: Sequence[str], progress: Progress | None = None) -> list[Fetched]:
        """Return one `Fetched` for each text asked for, in their order. What is no DOI is never sent anywhere."""
        parsed = [_parse(text) for text in asked]
        errand = _Errand(self._client, self._addresses, progress)
        errand.run(list({doi_key(one.doi): one.doi for one in parsed if one.doi}.values()))
        return [errand.fate(one) for one in parsed]


@dataclass(frozen=True, slots=True)
class _AskedRecord:
    text: str
    doi: str | None = None
    error: str | None = None


def _parse(text: str) -> _AskedRecord:
    try:
        return _AskedRecord(text, normal_doi(text))
    except ValueError as fault:
        return _AskedRecord(text, error=str(fault))


@dataclass(slots=True)
class _Errand:
    """Fetch one list: fates by `doi_key`."""

    client: AgencyClient
    addresses: Addresses
    progress: Progress | None
    found: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    total: int = 0

    def run(self, dois: list[str]) -> None:
        """Give every DOI its fate."""
        self.total = len(dois)
        self._told()
        self._together([doi for doi in dois if "," not in doi], self._crossref_works, CROSSREF)
        missing = self._without_fate(dois)
        agencies = agencies_of(missing, self.client, self.addresses) if missing else {}
        of_datacite = [doi for doi in missing if agencies.get(doi_key(doi)) == DATACITE]
        self._together(of_datacite, self._datacite_dois, DATACITE)
        for doi in self._without_fate(missing):
            self._singly(doi, agencies.get(doi_key(doi)))
            self._told()

    def fate(self, asked: _AskedRecord) -> Fetched:
        """Return what became of one text."""
        if asked.doi is None:
            return Fetched(asked=asked.text, error=asked.error or "not a DOI")
        key = doi_key(asked.doi)
        if key in self.found:
            agency, body = self.found[key]
            return Fetched(asked=asked.text, doi=asked.doi, agency=agency, body=body)
        return Fetched(asked=asked.text, doi=asked.doi, error=self.failed.get(key, "it was not answered"))

    def _without_fate(self, dois: Iterable[str]) -> list[str]:
        return [doi for doi in dois if doi_key(doi) not in self.found and doi_key(doi) not in self.failed]

    def _told(self) -> None:
        if self.progress:
            self.progress(len(self.found) + len(self.failed), self.total)

    def _together(self, dois: Sequence[str], ask: Callable[[list[str]], dict[str, Any]], agency: str) -> None:
        """Ask in batches. One that is not answered is halved, for one bad work may spoil a whole answer."""
        waiting = list(batches(dois, _TOGETHER))
        while waiting:
            batch = waiting.pop(0)
            try:
                answered = ask(batch)
            except NoAnswer:
                if len(batch) > 1:
                    middle = len(batch) // 2
                    waiting[:0] = [batch[:middle], batch[middle:]]
                continue
            except AgencyFault:
                return  # no batches here, or the host is to be left alone: singly then, or not at all
            wanted = {doi_key(doi) for doi in batch}
            self.found |= {key: (agency, body) for key, body in answered.items() if key in wanted}
            self._told()

    def _crossref_works(self, dois: list[str]) -> dict[str, Any]:
        answer = self.client.get_json(self.addresses.crossref_works(dois), _is_work_list)
        return {doi_key(str(item.get("DOI"))): item for item in mappings(answer["message"]["items"])}

    def _datacite_dois(self, dois: list[str]) -> dict[str, Any]:
        answer = self.client.get_json(self.addresses.datacite_dois(dois), _is_doi_list)
        return {doi_key(_datacite_name(item)): item for item in mappings(answer["data"])}

    def _singly(self, doi: str, agency: str | None) -> None:
        """Ask the agency that has it; all that there are where nobody knows."""
        if agency == NONE:
            self.failed[doi_key(doi)] = "not registered: doi.org says that it does not exist"
            return
        known = {CROSSREF: self._crossref_work, DATACITE: self._datacite_doi}
        roads = {agency: known.get(agency, self._negotiated)} if agency else {**known, "doi.org": self._negotiated}
        faults: list[AgencyFault] = []
        for name, road in roads.items():
            try:
                self.found[doi_key(doi)] = (name, road(doi))
                return
            except AgencyFault as fault:
                faults.append(fault)
        self.failed[doi_key(doi)] = _told_why(agency, faults)

    def _crossref_work(self, doi: str) -> Mapping[str, Any]:
        return _work(self.client.get_json(self.addresses.crossref_work(doi), _is_work), "message")

    def _datacite_doi(self, doi: str) -> Mapping[str, Any]:
        return _work(self.client.get_json(self.addresses.datacite_doi(doi), _is_work), "data")

    def _negotiated(self, doi: str) -> Mapping[str, Any]:
        return _work(self.client.get_json(self.addresses.resolver(doi), _is_work, CSL_JSON, follow=True))


def _is_work(answer: Any) -> bool:
    return isinstance(answer, dict) and bool(answer)


def _is_work_list(answer: Any) -> bool:
    message = answer.get("message") if isinstance(answer, dict) else None
    return isinstance(message, dict) and isinstance(message.get("items"), list)


def _is_doi_list(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("data"), list)


def _work(answer: Mapping[str, Any], member: str | None = None) -> Mapping[str, Any]:
    """Return a work, out of the member that it is wrapped in. Raises `RefusedByAgency` for anything else."""
    body = answer.get(member, answer) if member else answer
    if not isinstance(body, dict):
        raise RefusedByAgency("the answer is JSON that is no work")
    return body


def _datacite_name(item: Mapping[str, Any]) -> str:
    attributes = item.get("attributes")
    inner = attributes.get("doi") if isinstance(attributes, dict) else None
    return available(inner) or available(item.get("id")) or ""


def _told_why(agency: str | None, faults: Sequence[AgencyFault]) -> str:
    """Return why a DOI failed. Where all agencies were asked, what is not a plain *no such DOI* says more."""
    telling = [fault for fault in faults if not isinstance(fault, NoSuchDoi)]
    if agency:
        why = (telling or faults)[0]
        if telling:
            return Message("%(agency)s: %(why)s", agency=agency, why=why)
        return Message("registered with %(agency)s, which has no metadata of it: %(why)s", agency=agency, why=why)
    if telling:
        return "; ".join(str(fault) for fault in telling)
    return "not registered: neither Crossref, DataCite nor doi.org knows it"
