"""Describe what was fetched, by the agency it came from."""

from __future__ import annotations

from dataclasses import replace

from commonplace.importers.doi.crossref import read_crossref
from commonplace.importers.doi.datacite import read_datacite
from commonplace.importers.doi.description import DoiDescription, Fetched
from commonplace.importers.doi.negotiated import read_negotiated
from commonplace.importers.json_text import without_control
from commonplace.model.record import Loss

CROSSREF, DATACITE = "Crossref", "DataCite"
_READERS = {CROSSREF: read_crossref, DATACITE: read_datacite}


def describe(fetched: Fetched) -> DoiDescription:
    """Return what a fetched body says. Raises `ValueError`, with a message for people, when it is no work."""
    if fetched.body is None or fetched.doi is None:
        raise ValueError(fetched.error or "nothing was fetched")
    reader = _READERS.get(fetched.agency or "", read_negotiated)
    body, control = without_control(fetched.body)
    described = reader(body, fetched.doi)
    if not control:
        return described
    told = Loss(field="body", raw=fetched.doi, why=f"{control} control characters in its texts were taken out")
    return replace(described, losses=(*described.losses, told))
