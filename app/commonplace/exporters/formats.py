"""The formats records can be written in. A format is one row here and one module beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from commonplace.exporters import bibtex, csl_json, ris
from commonplace.model.record import Record


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: `write` gives its text piece by piece, so that any number of records can be streamed."""

    name: str
    media_type: str
    extension: str
    write: Callable[[Iterable[Record]], Iterator[str]]


EXPORT_FORMATS: dict[str, ExportFormat] = {
    made.name: made
    for made in (
        ExportFormat("bibtex", "application/x-bibtex", ".bib", bibtex.write),
        ExportFormat("ris", "application/x-research-info-systems", ".ris", ris.write),
        ExportFormat("csl-json", "application/vnd.citationstyles.csl+json", ".json", csl_json.write),
    )
}
"""By the name the command line and `/export?format=` use."""
