"""Answer requests of OAI-PMH 2.0 in XML, from one state of the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

from lxml import etree

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.exchange.harvested_records import METADATA_FORMATS, metadata_of
from commonplace.library.harvest import CASES, CONCEPTS, Harvested, HarvestList
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.xml_characters import without_forbidden
from commonplace.web.context import Context
from commonplace.web.oai.protocol import OaiError, OaiRequest

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = cast(dict[str, str], {None: NAMESPACE, "xsi": _XSI})  # None is no prefix

PAGE = 100
"""Maximum number of records, headers or sets of an answer."""


def error_of(fault: OaiError, base: str, given: Sequence[tuple[str, str]]) -> bytes:
    """Return an error of the protocol as an answer; of a request that is not understood no argument is repeated."""
    understood = fault.code not in ("badVerb", "badArgument")
    root = _envelope(base, dict(given) if understood else {})
    _add(root, "error", fault.detail, code=fault.code)
    return _whole(root)


def answer_of(
    asked: OaiRequest, base: str, given: Sequence[tuple[str, str]], context: Context
) -> tuple[bytes, Version]:
    """Return the answer to a request, and the version that it is of. Raises `OaiError`."""
    if asked.prefix and asked.prefix not in METADATA_FORMATS:
        raise OaiError("cannotDisseminateFormat", f"there is no format {asked.prefix!r}: {', '.join(METADATA_FORMATS)}")
    try:
        graph = context.library.graph_at(asked.version or None)
    except NotFound as fault:
        raise OaiError("badResumptionToken", "this is no token of a list: begin the list anew") from fault
    states = context.states.ready(graph)

    def answer(snapshot: Snapshot) -> tuple[bytes, Version]:
        listed = context.harvest.at(snapshot, states)
        root = _envelope(base, dict(given))
        body = _add(root, asked.verb)
        _VERBS[asked.verb](_Answering(asked, base, context, snapshot, listed), body)
        return _whole(root), snapshot.version

    return graph.read(answer)


@dataclass(frozen=True, slots=True)
class _Answering:
    """What an answer is made from."""

    asked: OaiRequest
    base: str
    context: Context
    snapshot: Snapshot
    listed: HarvestList

    @property
    def minter(self) -> Minter:
        return self.context.minter

    def page(self, things: Sequence[object]) -> slice:
        """Return which of some things are on this page. Raises `OaiError` for a place after the last."""
        first, size = self.asked.cursor, len(things)
        if first and first >= size:
            raise OaiError("badResumptionToken", "this is no token of a list: begin the list anew")
        return slice(first, first + PAGE)

    def resume(self, body: etree._Element, size: int) -> None:
        """Add the token of the next page; an empty one where the list ends, and none where it is on one page."""
        following = self.asked.cursor + PAGE
        token = self.asked.token(self.listed.version, following) if following < size else ""
        if token or self.asked.cursor:
            _add(body, "resumptionToken", token, completeListSize=str(size), cursor=str(self.asked.cursor))


def _identify(on: _Answering, body: etree._Element) -> None:
    host = urlsplit(on.base).hostname or "localhost"
    for name, text in (
        ("repositoryName", on.context.title_at(on.snapshot)),
        ("baseURL", on.base),
        ("protocolVersion", "2.0"),
        ("adminEmail", on.context.contact or f"postmaster@{host}{'' if '.' in host else '.invalid'}"),
        ("earliestDatestamp", _stamp(on.context.harvest.moment(Version(1 if on.listed.version else 0)))),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(body, name, text)


def _list_formats(on: _Answering, body: etree._Element) -> None:
    if on.asked.identifier:
        _work(on)
    for prefix, format in METADATA_FORMATS.items():
        made = _add(body, "metadataFormat")
        _add(made, "metadataPrefix", prefix)
        _add(made, "schema", format.schema)
        _add(made, "metadataNamespace", format.namespace)


def _list_sets(on: _Answering, body: etree._Element) -> None:
    sets = {CONCEPTS: "Works that discuss a concept", CASES: "Works that describe a case"}
    sets |= {spec: on.listed.names.get(spec, spec) for spec in sorted({*on.listed.sets, *on.listed.names})}
    for spec in list(sets)[on.page(list(sets))]:
        made = _add(body, "set")
        _add(made, "setSpec", spec)
        _add(made, "setName", sets[spec])
    on.resume(body, len(sets))


def _get_record(on: _Answering, body: etree._Element) -> None:
    _record(on, body, _work(on))


def _list_records(on: _Answering, body: etree._Element) -> None:
    _list(on, body, _record)


def _list_identifiers(on: _Answering, body: etree._Element) -> None:
    _list(on, body, _header)


def _list(on: _Answering, body: etree._Element, add: Callable[[_Answering, etree._Element, Harvested], None]) -> None:
    found = on.listed.select(on.asked.since, on.asked.until, on.asked.within)
    if not found:
        raise OaiError("noRecordsMatch", "no work changed in that time, in that set")
    for work in found[on.page(found)]:
        add(on, body, work)
    on.resume(body, len(found))


_VERBS: Mapping[str, Callable[[_Answering, etree._Element], None]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListRecords": _list_records,
    "ListIdentifiers": _list_identifiers,
}


def _work(on: _Answering) -> Harvested:
    """Return the work that a request names by its IRI. Raises `OaiError`."""
    found = on.listed.find(on.asked.identifier)
    if found is None:
        raise OaiError("idDoesNotExist", f"there is no work {on.asked.identifier!r}, and there never was")
    return found


def _header(on: _Answering, parent: etree._Element, work: Harvested) -> None:
    made = _add(parent, "header", status="deleted" if work.deleted else "")
    _add(made, "identifier", work.iri)
    _add(made, "datestamp", _stamp(work.changed))
    for spec in on.listed.sets_of(work.iri):
        _add(made, "setSpec", spec)


def _record(on: _Answering, parent: etree._Element, work: Harvested) -> None:
    made = _add(parent, "record")
    _header(on, made, work)
    if work.deleted:
        return
    concepts = [
        on.listed.names.get(spec, "") for spec in on.listed.sets_of(work.iri) if spec.startswith(f"{CONCEPTS}:")
    ]
    names = [name for name in concepts if name]
    _add(made, "metadata").append(metadata_of(on.snapshot, work.iri, on.minter, on.asked.prefix, names))


def _envelope(base: str, arguments: Mapping[str, str]) -> etree._Element:
    root = etree.Element(f"{{{NAMESPACE}}}OAI-PMH", nsmap=_PREFIXES)
    root.set(f"{{{_XSI}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    _add(root, "responseDate", _stamp(datetime.now(UTC)))
    _add(root, "request", base, **arguments)
    return root


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for attribute, value in attributes.items():
        if value:
            made.set(attribute, without_forbidden(value))
    made.text = without_forbidden(text) or None
    return made


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
