"""Write works in the formats that harvesters take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree
from pyoxigraph import NamedNode

from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exporters import dublin_core, mods_element
from commonplace.model.minter import Minter
from commonplace.model.record import Record


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A format of records: its schema, its namespace, and what writes a record with its IRI and its concepts."""

    schema: str
    namespace: str
    element: Callable[[Record, str, Iterable[str]], etree._Element]


METADATA_FORMATS: Mapping[str, MetadataFormat] = {
    "oai_dc": MetadataFormat(dublin_core.SCHEMA, dublin_core.CONTAINER, dublin_core.dublin_core_element),
    "mods": MetadataFormat(mods_element.SCHEMA, mods_element.NAMESPACE, mods_element.mods_element),
}
"""Formats by the prefixes that OAI-PMH calls them by."""


def metadata_of(
    snapshot: Snapshot, work: str, minter: Minter, prefix: str, concepts: Iterable[str] = ()
) -> etree._Element:
    """Return the work of that IRI in a format, with the labels of the concepts it discusses. Raises `NotFound`."""
    record = record_of(snapshot, NamedNode(work), minter)
    return METADATA_FORMATS[prefix].element(record, work, concepts)
