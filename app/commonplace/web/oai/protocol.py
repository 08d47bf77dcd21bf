"""Read the arguments of a request of OAI-PMH 2.0, and its resumption tokens.

Source: The Open Archives Initiative Protocol for Metadata Harvesting 2.0, sections 2.5 to 4. A resumption token
holds all that it resumes, with the version of the library that the list is of. So it never expires, and whatever is
written meanwhile, its answer has the same works.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from commonplace.model.change import EMPTY, Version

Code = Literal[
    "badArgument",
    "badResumptionToken",
    "badVerb",
    "cannotDisseminateFormat",
    "idDoesNotExist",
    "noRecordsMatch",
]

ARGUMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
    "ListRecords": (("metadataPrefix",), ("from", "until", "set", "resumptionToken")),
}
"""The verbs, with the arguments that each requires, and those it may have."""

LONGEST_TOKEN = 4_000
"""Maximum number of characters of a resumption token; those that are given have some hundred."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)Z)?", re.ASCII)
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*")


class OaiError(Exception):
    """An error condition of the protocol, which is answered with 200."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code: Code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class OaiRequest:
    """A request that is understood: a verb with its arguments.

    `start` and `end` are seconds since 1970. A request that resumes a list begins at its place `cursor`, of the list at
    `version`.
    """

    verb: str
    prefix: str = ""
    identifier: str = ""
    start: int | None = None
    end: int | None = None
    within: str | None = None
    version: Version = EMPTY
    cursor: int = 0

    def token(self, version: Version, cursor: int) -> str:
        """Return the token by which the list at that version goes on at that place."""
        text = json.dumps(asdict(replace(self, version=version, cursor=cursor)), separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @property
    def since(self) -> datetime | None:
        """Return the first moment asked for."""
        return None if self.start is None else datetime.fromtimestamp(self.start, UTC)

    @property
    def until(self) -> datetime | None:
        """Return the last moment asked for."""
        return None if self.end is None else datetime.fromtimestamp(self.end, UTC)


def read_arguments(given: Sequence[tuple[str, str]]) -> OaiRequest:
    """Return what a request asks for. Raises `OaiError`."""
    verbs = [value for name, value in given if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        said = f"there is no verb {verbs[0]!r}" if len(verbs) == 1 else "exactly one verb, please"
        raise OaiError("badVerb", f"{said}: {', '.join(ARGUMENTS)}")
    required, optional = ARGUMENTS[verbs[0]]
    arguments = {name: value for name, value in given if name != "verb"}
    for name in arguments:
        if name not in (*required, *optional):
            raise OaiError("badArgument", f"{verbs[0]} has no argument {name!r}")
        if sum(one == name for one, _ in given) > 1:
            raise OaiError("badArgument", f"{name} is given more than once")
    if "resumptionToken" in arguments:
        if len(arguments) > 1:
            raise OaiError("badArgument", "a resumptionToken stands alone beside the verb")
        return read_token(arguments["resumptionToken"], verbs[0])
    for name in required:
        if not arguments.get(name):
            raise OaiError("badArgument", f"{verbs[0]} needs {name}")
    return _asked(verbs[0], arguments)


def _asked(verb: str, arguments: Mapping[str, str]) -> OaiRequest:
    since, until = arguments.get("from"), arguments.get("until")
    if since is not None and until is not None and ("T" in since) != ("T" in until):
        raise OaiError("badArgument", "from and until must be of one granularity")
    start = _moment("from", since, "00:00:00") if since is not None else None
    end = _moment("until", until, "23:59:59") if until is not None else None
    if start is not None and end is not None and start > end:
        raise OaiError("badArgument", "from is later than until")
    within = arguments.get("set")
    if within is not None and not _SET.fullmatch(within):
        raise OaiError("badArgument", f"{within!r} cannot be the name of a set")
    return OaiRequest(verb, arguments.get("metadataPrefix", ""), arguments.get("identifier", ""), start, end, within)


def _moment(name: str, text: str, time: str) -> int:
    """Return a date, or a moment, as seconds since 1970; a date stands for its first second, or its last."""
    found = _MOMENT.fullmatch(text)
    try:
        if found:
            return int(datetime.fromisoformat(f"{found[1]}T{found[2] or time}+00:00").timestamp())
    except ValueError:
        pass  # the 30th of February
    raise OaiError(
        "badArgument", f"{name} must be a date (2026-11-21) or a moment (2026-11-21T08:00:00Z), not {text!r}"
    )


def read_token(token: str, verb: str | None = None) -> OaiRequest:
    """Return what a resumption token resumes; any verb is right where None is given. Raises `OaiError`."""
    broken = OaiError("badResumptionToken", "this is no token of a list: begin the list anew")
    if len(token) > LONGEST_TOKEN:
        raise broken
    try:
        made = OaiRequest(**json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    except (ValueError, TypeError, RecursionError) as fault:
        raise broken from fault
    numbers = (made.version, made.cursor)
    texts = (made.verb, made.prefix, made.identifier, made.within or "")
    moments = (made.start or 0, made.end or 0)
    whole = all(type(one) is int and 0 <= one < 2**53 for one in numbers)
    whole = whole and all(isinstance(one, str) for one in texts)
    whole = whole and all(type(one) is int and abs(one) < 2**37 for one in moments)
    if not whole or not made.version or not made.cursor or (verb or made.verb) != made.verb:
        raise broken
    return made
