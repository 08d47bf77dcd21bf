"""List every format that the program reads or writes, a row each, from which all else follows.

The choices of the command line, negotiation, `/export`, `convert`, the guess of what an import is, and the table in
`docs/api.md` are made from it. A format that is read has `read_NAME` in `commonplace.importers.NAME`; a format of
records that is written has `write` in `commonplace.exporters.NAME`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pyoxigraph import RdfFormat

from commonplace.model.table_text import table_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of bibliographic records or of RDF."""

    name: str
    """What `--format`, `--from`, `--to` and `/export?format=` call it."""
    label: str
    """What people call it."""
    extensions: tuple[str, ...]
    """Ends of file names, with the dot, in lower case; `convert --out` writes the first."""
    media_types: tuple[str, ...]
    """An answer has the first; a client may send, or accept, any."""
    read: bool = False
    """Whether an import reads it."""
    written: bool = False
    """Whether it is exported, converted to and answered with."""
    mark: re.Pattern[bytes] | None = None
    """Found in the first kilobytes of a file that is read, and of no file of a format further down the table."""
    frame: tuple[str, str, str] = ("", "", "")
    """What stands before, between and after the records of a file."""
    address_suffix: str | None = None
    """End of an address that asks for it, where that is not the first extension."""
    rdf: RdfFormat | None = None
    """The syntax, of a format of RDF."""
    named_graphs: bool = False
    """Whether it is there for named graphs, which neither a thing nor a list has."""
    for_tool: bool = False
    """Whether it is there for one program, and holds what that reads: it is exported by name, and no answer has it."""
    says_included: bool = False
    """Whether a record in it says what the review decided on its work."""

    @property
    def module(self) -> str:
        """Return the name of its modules in `commonplace.importers` and `commonplace.exporters`."""
        return self.name.replace("-", "_")

    @property
    def media_type(self) -> str:
        """Return the media type that an answer has."""
        return self.media_types[0]

    @property
    def suffix(self) -> str:
        """Return the end of an address that asks for it: `/works/KEY.bib`."""
        return self.address_suffix or self.extensions[0]


ASREVIEW_COLUMNS = (
    *("key", "title", "authors", "year", "journal", "abstract", "keywords", "doi", "url"),
    "included",
)
"""Columns that ASReview knows by these names, and `key` and `journal`, which it keeps and gives back."""

RAYYAN_COLUMNS = (
    *("key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url"),
    *("language", "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id", "pmc_id"),
)
"""The columns of the tables that Rayyan takes and gives, in its order."""

_TABLE = (
    Format(
        name="bibtex",
        label="BibTeX",
        extensions=(".bib", ".bibtex"),
        media_types=("application/x-bibtex", "text/x-bibtex", "text/bibtex", "application/bibtex"),
        read=True,
        written=True,
        mark=re.compile(rb"@\s*[A-Za-z]+\s*[{(]"),
    ),
    Format(
        name="ris",
        label="RIS",
        extensions=(".ris",),
        media_types=("application/x-research-info-systems", "application/x-inst-for-scientific-info", "text/x-ris"),
        read=True,
        written=True,
        mark=re.compile(rb"^[ \t]*TY  ?- ", re.MULTILINE),
    ),
    Format(
        name="csl-json",
        label="CSL-JSON",
        extensions=(".json", ".csl.json", ".csljson"),
        media_types=("application/vnd.citationstyles.csl+json",),
        read=True,
        written=True,
        mark=re.compile(rb"\A\s*(?:\{\s*[\"}]|\[\s*[{\]])"),
        frame=("[\n", ",\n", "\n]\n"),
        address_suffix=".csl.json",  # `.json` is the library's own JSON
    ),
    Format(
        name="zotero",
        label="Zotero JSON",
        extensions=(".zotero.json",),
        media_types=("application/vnd.zotero+json",),
        read=True,
        mark=re.compile(
            rb'\A\s*\[?\s*\{\s*"(?:key|itemType)"\s*:\s*"[^"]*"[\s\S]*?"itemType"\s*:|'
            rb'\A\s*\[?\s*\{\s*"itemType"\s*:'
        ),
    ),
    Format(
        name="nbib",
        label="NBIB (PubMed)",
        extensions=(".nbib", ".medline"),
        media_types=("application/nbib", "application/x-nbib"),
        read=True,
        mark=re.compile(rb"^PMID- *\d", re.MULTILINE),
    ),
    Format(
        name="endnote-xml",
        label="EndNote XML",
        extensions=(".xml",),
        media_types=("application/x-endnote-xml",),
        read=True,
        mark=re.compile(rb"\A\s*<(?:[\s\S]*<)?(?:records?[\s>]|source-app\b|ref-type\b)"),
    ),
    Format(
        name="mods",
        label="MODS 3",
        extensions=(".mods", ".mods.xml"),
        media_types=("application/mods+xml",),
        read=True,
        mark=re.compile(rb"\A\s*<(?:[\s\S]*<)?(?:\w+:)?mods(?:Collection)?[\s>]"),
    ),
    Format(
        name="asreview",
        label="ASReview (CSV)",
        extensions=(".csv",),
        media_types=("text/csv",),
        written=True,
        frame=(table_row(ASREVIEW_COLUMNS), "", ""),
        address_suffix=".asreview.csv",
        for_tool=True,
        says_included=True,
    ),
    Format(
        name="rayyan",
        label="Rayyan (CSV)",
        extensions=(".csv",),
        media_types=("text/csv",),
        written=True,
        frame=(table_row(RAYYAN_COLUMNS), "", ""),
        address_suffix=".rayyan.csv",
        for_tool=True,
    ),
    Format(
        name="turtle",
        label="Turtle",
        extensions=(".ttl",),
        media_types=("text/turtle", "application/x-turtle"),
        written=True,
        rdf=RdfFormat.TURTLE,
    ),
    Format(
        name="jsonld",
        label="JSON-LD",
        extensions=(".jsonld",),
        media_types=("application/ld+json",),
        written=True,
        rdf=RdfFormat.JSON_LD,
    ),
    Format(
        name="ntriples",
        label="N-Triples",
        extensions=(".nt",),
        media_types=("application/n-triples", "text/plain"),
        written=True,
        rdf=RdfFormat.N_TRIPLES,
    ),
    Format(
        name="rdfxml",
        label="RDF/XML",
        extensions=(".rdf",),
        media_types=("application/rdf+xml",),
        written=True,
        rdf=RdfFormat.RDF_XML,
    ),
    Format(
        name="trig",
        label="TriG",
        extensions=(".trig",),
        media_types=("application/trig",),
        written=True,
        rdf=RdfFormat.TRIG,
        named_graphs=True,
    ),
    Format(
        name="nquads",
        label="N-Quads",
        extensions=(".nq",),
        media_types=("application/n-quads",),
        written=True,
        rdf=RdfFormat.N_QUADS,
        named_graphs=True,
    ),
)

FORMATS: Mapping[str, Format] = {format.name: format for format in _TABLE}
"""Every format, by name. Of the marks that fit a file the one furthest down counts: a loose mark stands above."""

READ = tuple(format.name for format in _TABLE if format.read)
"""Names of the formats that an import reads."""

EXPORTED = tuple(format.name for format in _TABLE if format.written)
"""Names of the formats that a library is exported in."""

CONVERTED = tuple(format.name for format in _TABLE if format.written and not (format.named_graphs or format.for_tool))
"""Names of the formats that records are converted to, and things answered in: those that hold all of a record."""

if TYPE_CHECKING:  # a type checker cannot look into the table
    ReadFormat: TypeAlias = str
    ExportedFormat: TypeAlias = str
    ConvertedFormat: TypeAlias = str
else:
    ReadFormat, ExportedFormat, ConvertedFormat = Literal[READ], Literal[EXPORTED], Literal[CONVERTED]
    """Types of options and parameters: each of those names, and no other text."""
