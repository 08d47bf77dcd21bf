"""Ask ROR's API (version 2) for research organizations: by name, and one record by its identifier."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from commonplace.errors import Message
from commonplace.importers.authorities.facts import Facts, list_at, several, text_at
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import RefusedByAgency
from commonplace.model.identifiers import normal_ror

MOST = 10
"""Maximum number of organizations of a search that are told of."""


def ror_search(client: AgencyClient, base: str, name: str) -> list[Facts]:
    """Return the organizations of that name, the likeliest first. Raises `AgencyFault`."""
    asked = urlencode({"query": name})
    answer = client.get_json(f"{base}/organizations?{asked}", lambda one: isinstance(one, dict) and "items" in one)
    found = (_facts(one) for one in list_at(answer, "items"))
    return [one for one in found if one is not None][:MOST]


def ror_record(client: AgencyClient, base: str, ror: str) -> Facts:
    """Return the record of a ROR, given without address. Raises `AgencyFault`, also for the record of another."""
    answer = client.get_json(f"{base}/organizations/{ror}", lambda one: isinstance(one, dict) and "names" in one)
    found = _facts(answer)
    if found is None or found.value != ror:
        raise RefusedByAgency(
            Message(
                "ROR answered with the record of %(named)s, and not of %(ror)s",
                named=found.value if found else "no organization",
                ror=ror,
            )
        )
    return found


def _facts(record: Any) -> Facts | None:
    try:
        ror = normal_ror(text_at(record, "id") or "")
    except ValueError:
        return None
    names = [(text_at(one, "value"), list_at(one, "types")) for one in list_at(record, "names")]
    shown = [name for name, types in names if "ror_display" in types]
    places = [one.get("geonames_details") for one in list_at(record, "locations") if isinstance(one, dict)]
    return Facts(
        source="ROR",
        scheme="ror",
        value=ror,
        names=several(*shown, *(name for name, _ in names)),
        where=several(*(", ".join(filter(None, (text_at(p, "name"), text_at(p, "country_name")))) for p in places)),
        countries=several(*(text_at(place, "country_code") for place in places)),
        address=f"https://ror.org/{ror}",
    )
