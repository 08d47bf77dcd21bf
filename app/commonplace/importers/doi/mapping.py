"""Describe what was fetched, by the agency it came from."""

from __future__ import annotations

from dataclasses import replace

from commonplace.importers.doi.crossref import read_crossref
from commonplace.importers.doi.datacite import read_datacite
from commonplace.importers.doi.description import DoiDescription, Fetched
from commonplace.importers.doi.negotiated import read_negotiated
from commonplace.importers.legible import legible_json
from commonplace.model.record import Loss

CROSSREF, DATACITE = "Crossref", "DataCite"
_READERS = {CROSSREF: read_crossref, DATACITE: read_datacite}


def describe(fetched: Fetched) -> DoiDescription:
    """Return what a fetched body says. Raises `ValueError`, with a message for people, when it is no work."""
    if fetched.body is None or fetched.doi is None:
        raise ValueError(fetched.error or "nothing was fetched")
    reader = _READERS.get(fetched.agency or "", read_negotiated)
    losses: list[Loss] = []
    described = reader(legible_json(fetched.body, losses), fetched.doi)
    return replace(described, losses=(*described.losses, *losses)) if losses else described
