"""Ask which agency registered a DOI, by doi.org's *Which RA?* service (DOI Handbook, resolution services)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from commonplace.importers.doi.addresses import Addresses
from commonplace.importers.doi.batches import batches
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.description import available, mappings
from commonplace.importers.doi.faults import AgencyFault, NoSuchDoi
from commonplace.model.identifiers import doi_key

NONE = "none"
"""What stands for the agency of a DOI that is not registered."""

_STATED_ABSENT = frozenset({"doi does not exist", "invalid doi"})
_LOOKED_UP_TOGETHER = 20


def agencies_of(dois: Sequence[str], client: AgencyClient, addresses: Addresses) -> dict[str, str]:
    """Return the agency of each DOI by `doi_key`; `NONE` where it is not registered, absent where nobody says."""
    found: dict[str, str] = {}
    for batch in batches(dois, _LOOKED_UP_TOGETHER):
        found |= _look_up(batch, client, addresses)
    for doi in dois:
        if doi_key(doi) not in found:
            found |= _look_up([doi], client, addresses)
    return found


def _look_up(dois: Sequence[str], client: AgencyClient, addresses: Addresses) -> dict[str, str]:
    try:
        return dict(_read(client.get_json(addresses.agencies(dois), lambda answer: isinstance(answer, list)), dois))
    except NoSuchDoi:
        return {}  # of the service, not of the DOI: it says in JSON when a DOI does not exist
    except AgencyFault:
        return {}


def _read(answer: object, dois: Iterable[str]) -> Iterator[tuple[str, str]]:
    wanted = {doi_key(doi) for doi in dois}
    for row in mappings(answer):
        key = doi_key(available(row.get("DOI")) or "")
        agency, status = available(row.get("RA")), (available(row.get("status")) or "").lower()
        if key in wanted and agency:
            yield key, agency
        elif key in wanted and status in _STATED_ABSENT:
            yield key, NONE
