"""Name the ways in which asking an agency goes wrong.

AgencyFault            what all of these are; its text is for people and names the host
├── NoSuchDoi          the agency does not know it (404, 410)
├── Refused            asking again would not help (another 4xx, a page where data was asked for)
└── NoAnswer           it might help later: overloaded, unreachable, cut off, not JSON; tried several times
"""

from __future__ import annotations


class AgencyFault(Exception):
    """The root."""


class NoSuchDoi(AgencyFault):
    """The agency does not know the DOI."""


class RefusedByAgency(AgencyFault):
    """The agency answers, and will not give what was asked for."""


class NoAnswer(AgencyFault):
    """No usable answer. `retry_after` is how many seconds the host asks to be left alone, if it says so."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after
