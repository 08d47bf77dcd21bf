"""Look up people, organizations and works at ORCID, ROR and OpenAlex, and take in the records that are accepted.

Nothing is written by a look-up: it answers candidates, each with the change that accepting it makes. A change adds to
what is there, an identifier with its source and date, and forms of the name; it never replaces anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from commonplace.curation.people_matching import compatible
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.exchange.edits import Edited, Editor, Edits, members
from commonplace.importers.authorities.facts import Facts
from commonplace.importers.authorities.openalex import openalex_work
from commonplace.importers.authorities.orcid import orcid_record, orcid_search
from commonplace.importers.authorities.ror import ror_record, ror_search
from commonplace.importers.doi.agency_answers import AgencyAnswers
from commonplace.importers.doi.client import AgencyClient
from commonplace.importers.doi.faults import AgencyFault
from commonplace.library import Library
from commonplace.model.change import Version
from commonplace.model.identifiers import normal_orcid, normal_ror
from commonplace.model.minter import slug
from commonplace.settings import Settings

LookedFor = Literal["person", "organization", "work"]

WORKS_ASKED = 5
"""Maximum number of a person's works that OpenAlex is asked for: each is a request."""


@dataclass(frozen=True, slots=True)
class Services:
    """The base addresses of the services that may be asked; None where one may not."""

    orcid: str | None
    ror: str | None
    openalex: str | None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A service that gave no answer, and the reason."""

    source: str
    why: str


@dataclass(slots=True)
class RecordCandidate:
    """A record that may be of a thing: why it may be, what accepting it changes, and what stands against that."""

    kind: LookedFor
    key: str
    facts: Facts
    because: list[str]
    change: dict[str, Any] = field(default_factory=dict)
    against: str | None = None


@dataclass(slots=True)
class LookedUp:
    """What a look-up found, at a version of the library, and what gave no answer."""

    version: Version
    candidates: list[RecordCandidate] = field(default_factory=list)
    unavailable: list[Unavailable] = field(default_factory=list)


def authorities_client(settings: Settings) -> AgencyClient:
    """Return a client for authorities, with its cache in the home. One limiter serves the whole process."""
    return AgencyClient(settings.contact, AgencyAnswers(settings.home / "cache" / "authorities.sqlite"))


def services_of(settings: Settings) -> Services:
    """Return the services that the settings let be asked."""
    return Services(settings.orcid_url, settings.ror_url, settings.openalex_url)


class Authorities:
    """Look-ups for the things of one library. Safe to use from several threads."""

    def __init__(self, library: Library, edits: Edits, services: Services, client: Callable[[], AgencyClient]) -> None:
        self._library = library
        self._edits = edits
        self._services = services
        self._client = client

    def look_up(self, kind: LookedFor, key: str, identifier: str | None = None) -> LookedUp:
        """Return the records that may be of a thing, the likeliest first; with `identifier`, that one.

        Raises `NotFound`, and `BadRequest` for a text that is no identifier of its kind.
        """
        version, shape = self._shape(kind, key)
        found = LookedUp(version)
        with self._client() as client:
            asking = _Asking(client, self._services, found.unavailable)
            facts = list(asking.of(kind, shape, identifier, self._dois(kind, key, shape)))
        found.candidates = [self._candidate(kind, key, shape, one, because) for one, because in facts]
        return found

    def accept(
        self, kind: LookedFor, key: str, identifier: str, editor: Editor, expected: Version | None = None
    ) -> tuple[RecordCandidate, Edited]:
        """Add what the record of an identifier says to a thing, as one version; return the record and the thing.

        Raises `BadRequest` where the library holds otherwise, where no service knows it or gives an answer, and what
        an edit raises.
        """
        found = self.look_up(kind, key, identifier)
        if not found.candidates:
            why = "; ".join(one.why for one in found.unavailable) or Message(
                "OpenAlex does not have it of this %(kind)s", kind=Message(kind)
            )
            raise BadRequest(
                Message("there is no record of %(identifier)s: %(why)s", identifier=identifier, why=why),
                [("identifier", why)],
            )
        candidate = found.candidates[0]
        if candidate.against:
            raise BadRequest(
                Message("%(identifier)s is not taken: %(against)s", identifier=identifier, against=candidate.against),
                [("identifier", candidate.against)],
            )
        facts = candidate.facts
        message = editor.message or f"{kind} {key}: {facts.scheme} {facts.value}, from {facts.source}"
        named = Editor(editor.agent, editor.decides, message)
        return candidate, self._edits.patch(kind, key, candidate.change, named, expected or found.version)

    def _shape(self, kind: LookedFor, key: str) -> tuple[Version, dict[str, Any]]:
        node = self._library.minter.thing(kind, key)
        return self._library.read(
            lambda snapshot: (snapshot.version, members(snapshot, kind, node, self._library.minter))
        )

    def _dois(self, kind: LookedFor, key: str, shape: Mapping[str, Any]) -> list[str]:
        """Return the DOIs that OpenAlex is asked for: that of a work, or those of a person's works."""
        if kind == "work":
            return [shape["doi"]] if shape.get("doi") else []
        node = self._library.minter.thing(kind, key)
        query = f"""{PROLOGUE}SELECT DISTINCT ?doi WHERE {{ ?work dcterms:creator {node} ; prism:doi ?doi }}
        ORDER BY ?doi LIMIT {WORKS_ASKED}"""
        rows = self._library.read(lambda snapshot: list(snapshot.select(query)))
        return [value for row in rows if isinstance(value := getattr(row["doi"], "value", None), str)]

    def _candidate(
        self, kind: LookedFor, key: str, shape: Mapping[str, Any], facts: Facts, because: list[str]
    ) -> RecordCandidate:
        candidate = RecordCandidate(kind, key, facts, because)
        held = [one["value"] for one in shape.get("identifiers", ()) if one["scheme"] == facts.scheme]
        others = [value for value in held if value != facts.value]
        if others:
            candidate.against = Message(
                "the library holds another %(scheme)s of it, %(others)s",
                scheme=facts.scheme.upper(),
                others=", ".join(others),
            )
        elif taken := self._library.read(lambda snapshot: self._holder(snapshot, kind, key, facts)):
            candidate.against = Message(
                "%(taken)s has this %(scheme)s: are they one?", taken=taken, scheme=facts.scheme.upper()
            )
        else:
            candidate.change = _change(kind, shape, facts, is_held=bool(held))
        return candidate

    def _holder(self, snapshot: Snapshot, kind: LookedFor, key: str, facts: Facts) -> str | None:
        """Return the key of another thing that has the identifier of a record."""
        rows = snapshot.select(
            f"""{PROLOGUE}SELECT ?thing WHERE {{ ?thing datacite:hasIdentifier ?one .
            ?one datacite:usesIdentifierScheme datacite:{facts.scheme} ;
              litre:hasLiteralValue {RdfLiteral(facts.value)} }} ORDER BY ?thing"""
        )
        own = self._library.minter.thing(kind, key)
        others = (node for row in rows if isinstance(node := row["thing"], NamedNode) and node != own)
        return next((self._library.minter.key(node.value) for node in others), None)


@dataclass(slots=True)
class _Asking:
    """One look-up at the services."""

    client: AgencyClient
    services: Services
    unavailable: list[Unavailable]

    def of(
        self, kind: LookedFor, shape: Mapping[str, Any], identifier: str | None, dois: Sequence[str]
    ) -> Iterator[tuple[Facts, list[str]]]:
        """Yield each record that may be of a thing, with the reasons."""
        if kind == "work":
            yield from self._work(dois, identifier)
        elif kind == "organization":
            yield from self._organization(shape, identifier)
        else:
            yield from self._person(shape, identifier, dois)

    def _asked(self, source: str, base: str | None, ask: Callable[[str], list[Facts]]) -> list[Facts]:
        """Return what a service answers; note where it gives no answer, or may not be asked."""
        if base is None:
            self._note(source, "this library is set not to ask it")
            return []
        try:
            return ask(base)
        except AgencyFault as fault:
            self._note(source, str(fault))
            return []

    def _note(self, source: str, why: str) -> None:
        """Note once that a service gave no answer, however often it was asked."""
        if (silent := Unavailable(source, why)) not in self.unavailable:
            self.unavailable.append(silent)

    def _person(
        self, shape: Mapping[str, Any], identifier: str | None, dois: Sequence[str]
    ) -> Iterator[tuple[Facts, list[str]]]:
        if identifier is not None:
            orcid = _checked(identifier, normal_orcid)
            found = self._asked("ORCID", self.services.orcid, lambda base: [orcid_record(self.client, base, orcid)])
            yield from ((one, ["the ORCID that was given"]) for one in found)
            return
        by_orcid: dict[str, tuple[Facts, list[str]]] = {}
        for doi in dois:
            for one in self._asked("OpenAlex", self.services.openalex, partial(self._authors, doi)):
                if _may_be(shape, one):
                    by_orcid.setdefault(one.value, (one, []))[1].append(
                        Message("OpenAlex: an author of %(doi)s", doi=doi)
                    )
        family, given = shape.get("family") or shape["name"], shape.get("given")
        searched = self._asked(
            "ORCID", self.services.orcid, lambda base: orcid_search(self.client, base, family, given)
        )
        for one in searched:
            known = by_orcid.get(one.value)
            by_orcid[one.value] = (one, [*(known[1] if known else []), "ORCID: the name"])
        yield from sorted(by_orcid.values(), key=lambda found: -len(found[1]))

    def _authors(self, doi: str, base: str) -> list[Facts]:
        return list(openalex_work(self.client, base, doi).authors)

    def _organization(self, shape: Mapping[str, Any], identifier: str | None) -> Iterator[tuple[Facts, list[str]]]:
        if identifier is not None:
            ror = _checked(identifier, normal_ror)
            found = self._asked("ROR", self.services.ror, lambda base: [ror_record(self.client, base, ror)])
            yield from ((one, ["the ROR that was given"]) for one in found)
            return
        name = shape["name"]
        for one in self._asked("ROR", self.services.ror, lambda base: ror_search(self.client, base, name)):
            same = slug(name) in {slug(form) for form in one.names}
            yield one, ["ROR: the name is the same" if same else "ROR: a search for the name"]

    def _work(self, dois: Sequence[str], identifier: str | None) -> Iterator[tuple[Facts, list[str]]]:
        if not dois:
            self._note("OpenAlex", "the work has no DOI to ask for")
        for doi in dois:
            for one in self._asked("OpenAlex", self.services.openalex, partial(self._of_work, doi)):
                if identifier is None or identifier == one.value:
                    yield one, [Message("OpenAlex: the work of %(doi)s", doi=doi)]

    def _of_work(self, doi: str, base: str) -> list[Facts]:
        work = openalex_work(self.client, base, doi)
        return [
            Facts(
                source="OpenAlex",
                scheme=scheme,
                value=value,
                names=tuple(filter(None, (work.title,))),
                address=work.address,
            )
            for scheme, value in work.identifiers.items()
        ]


def _checked(text: str, normal: Callable[[str], str]) -> str:
    try:
        return normal(text)
    except ValueError as fault:
        raise BadRequest(str(fault), [("identifier", str(fault))]) from fault


def _may_be(shape: Mapping[str, Any], facts: Facts) -> bool:
    """Return whether a form of a record's name may be that of a person: the family name, and the initials."""
    family, given = slug(shape.get("family") or shape["name"]), slug(shape.get("given") or "")
    for name in facts.names:
        words = slug(name)
        if f"-{family}-" in f"-{words}-" and (not given or _initials_fit(words, family, given)):
            return True
    return False


def _initials_fit(words: str, family: str, given: str) -> bool:
    rest = f"-{words}-".replace(f"-{family}-", "-", 1).strip("-")
    return not rest or compatible(rest, given)


def _change(kind: LookedFor, shape: Mapping[str, Any], facts: Facts, *, is_held: bool) -> dict[str, Any]:
    """Return the merge patch that adds what a record says: its identifier, and forms of the name that are not there."""
    change: dict[str, Any] = {}
    if not is_held:
        told = "; ".join((*facts.where, *(one for one in facts.countries if one not in " ".join(facts.where))))
        note = f"{facts.source}, read {datetime.now(UTC):%Y-%m-%d}" + (f": {told}" if told else "")
        added = {"scheme": facts.scheme, "value": facts.value, "confirmation": "confirmed", "note": note}
        change["identifiers"] = [*shape.get("identifiers", ()), added]
    if kind != "work":
        known = list(shape.get("alternative_names", ()))
        new = _new_names([shape["name"], *known], facts.names)
        if new:
            change["alternative_names"] = [*known, *new]
    return change


def _new_names(known: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the names that are not known in any spelling."""
    seen = {slug(name) for name in known}
    return [name for name in names if slug(name) not in seen and not seen.add(slug(name))]  # type: ignore[func-returns-value]
