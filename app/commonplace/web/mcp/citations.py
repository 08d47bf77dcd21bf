"""Write a short citation of a work, from its JSON: enough to name it, and to find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_NAMES = 3
"""Maximum number of authors that are named; of more the first is."""

MOST_TITLE = 200
"""Maximum characters of a title in a citation."""


def citation(work: Mapping[str, Any]) -> str:
    """Return `Family, Family and Family (year). Title. Where, volume(issue), pages. doi`, of what is known."""
    who = _names(work.get("authors") or work.get("editors") or [])
    head = " ".join(part for part in (who, f"({work['year']})" if "year" in work else "") if part)
    title = str(work.get("title", work["key"]))
    title = title if len(title) <= MOST_TITLE else f"{title[:MOST_TITLE].rstrip()}…"
    doi = f"https://doi.org/{work['doi']}" if "doi" in work else ""
    told = ". ".join(part.rstrip(".") for part in (head, title, _place(work)) if part)
    retracted = f" [{work['status']}]" if "status" in work else ""
    return f"{told}.{f' {doi}' if doi else ''}{retracted}"


def _names(people: list[Mapping[str, Any]]) -> str:
    names = [str(one.get("family") or one.get("literal") or one["key"]) for one in people]
    if len(names) > MOST_NAMES:
        return f"{names[0]} et al."
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def _place(work: Mapping[str, Any]) -> str:
    issue = f"({work['issue']})" if "issue" in work else ""
    numbered = f"{work.get('volume', '')}{issue}"
    parts = (work.get("container_title"), numbered, work.get("page"))
    return ", ".join(str(part) for part in parts if part) or str(work.get("publisher", ""))
