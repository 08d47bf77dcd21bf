"""Know the review tools whose files hold decisions, and which of them a file is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from commonplace.errors import Message
from commonplace.importers.decisions.decision import ToolDecision
from commonplace.importers.decisions.eppi_reviewer import read_eppi_reviewer
from commonplace.importers.decisions.references import read_references
from commonplace.importers.decisions.tables import (
    asreview_votes,
    covidence_votes,
    header_of,
    rayyan_votes,
    read_table,
)
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.formats import FORMATS

ToolName = Literal["asreview", "rayyan", "eppi-reviewer", "covidence"]

_TABLES = {"asreview": asreview_votes, "rayyan": rayyan_votes, "covidence": covidence_votes}
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Tool:
    """A review tool: what people call it, and whether its files say what was decided of each work."""

    name: ToolName
    label: str
    says_verdict: bool = True


TOOLS: Mapping[ToolName, Tool] = {
    tool.name: tool
    for tool in (
        Tool("asreview", "ASReview"),
        Tool("rayyan", "Rayyan"),
        Tool("eppi-reviewer", "EPPI-Reviewer"),
        Tool("covidence", "Covidence", says_verdict=False),
    )
}


def tool_of(data: bytes) -> Tool:
    """Return the tool that a file is from. Raises `UnreadableFile` where nothing in it says so."""
    if data.lstrip()[:1] == b"{" and b'"References"' in data:
        return TOOLS["eppi-reviewer"]
    columns = header_of(data)
    marks: dict[ToolName, bool] = {
        "covidence": "covidence #" in columns,
        "rayyan": b"RAYYAN-" in data,
        "asreview": b"ASReview_" in data or any(name.startswith("asreview_") for name in columns),
    }
    for name, is_marked in marks.items():
        if is_marked:
            return TOOLS[name]
    if "included" in columns:
        return TOOLS["asreview"]
    names = ", ".join(TOOLS)
    raise UnreadableFile(Message("nothing in it says which tool it is from: name one of %(names)s", names=names))


def read_decisions(data: bytes, tool: Tool) -> Iterator[ToolDecision]:
    """Yield what a file of that tool says of each work. Raises `UnreadableFile`."""
    if data.startswith(_ZIP):
        raise UnreadableFile("a workbook or archive: export it as CSV, RIS or JSON, and send that file")
    read: Callable[[bytes], Iterator[ToolDecision]] = read_references
    mark = FORMATS["ris"].mark
    if tool.name == "eppi-reviewer" and data.lstrip()[:1] in (b"{", b"["):
        read = read_eppi_reviewer
    elif not (mark and mark.search(data[:100_000])):
        votes = _TABLES.get(cast(str, tool.name))
        if votes is None:
            raise UnreadableFile(Message("no file of %(label)s: send its JSON", label=tool.label))
        return read_table(data, votes)
    return read(data)
