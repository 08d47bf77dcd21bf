"""Entries for tests of logs: made by hand, and by hypothesis."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from commonplace.model.change import ChangeSet, Entry, Note, Version

EX = "http://example.org/"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def quad(subject: str, value: str = "value", graph: str | None = None) -> Quad:
    """One statement about `http://example.org/{subject}`."""
    where = NamedNode(EX + graph) if graph else DefaultGraph()
    return Quad(NamedNode(EX + subject), NamedNode(EX + "p"), Literal(value), where)


def entry(
    number: int,
    *added: Quad,
    removed: tuple[Quad, ...] = (),
    message: str = "",
    attachments: Mapping[str, str] | None = None,
    id: str | None = None,
    previous: str | None = None,
) -> Entry:
    """The entry of that version. Its id is made from the number unless given, so that entries follow each other."""
    return Entry(
        version=Version(number),
        id=id or id_of(number),
        previous=previous or (id_of(number - 1) if number > 1 else None),
        at=AT + timedelta(seconds=number),
        note=Note(agent="tester", kind="edit", message=message, attachments=attachments or {}),
        change=ChangeSet(added=added, removed=removed),
    )


def id_of(number: int) -> str:
    """The id `entry` gives by itself."""
    return f"urn:uuid:{uuid.UUID(int=number)}"


def segments(directory: Path) -> list[Path]:
    """The segment files of a log, oldest first."""
    return sorted((directory / "segments").glob("*.rdfp"))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
"""Every character that is not half a surrogate pair: RDF 1.1 literals may hold them all."""

_WORDS = st.text("abcdefgh0123456789-._é漢😀", min_size=1, max_size=8)
_IRIS = _WORDS.map(lambda word: NamedNode(f"{EX}{word}"))
_BLANK = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9]{0,40}", fullmatch=True).map(BlankNode)
_DATATYPES = st.sampled_from("string integer gYear dateTime boolean double".split()).map(
    lambda name: NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")
)
_TAGS = st.sampled_from("en fr en-GB zh-Hant-TW de-CH-1901".split())
_LITERALS = st.one_of(
    TEXTS.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), TEXTS, _TAGS),
    st.builds(lambda text, datatype: Literal(text, datatype=datatype), TEXTS, st.one_of(_DATATYPES, _IRIS)),
)
QUADS = st.builds(
    Quad,
    st.one_of(_IRIS, _BLANK),
    _IRIS,
    st.one_of(_IRIS, _BLANK, _LITERALS),
    st.one_of(st.just(DefaultGraph()), _IRIS, _BLANK),
)
"""Statements of every kind of term, in the default graph and in named ones."""

_CHANGES = st.builds(
    lambda added, removed: ChangeSet(added=tuple(added), removed=tuple(removed)),
    st.lists(QUADS, max_size=6),
    st.lists(QUADS, max_size=6),
)
_NOTES = st.builds(
    Note,
    agent=TEXTS,
    kind=TEXTS,
    message=TEXTS,
    undoes=st.one_of(st.none(), st.integers(1, 10**9).map(Version)),
    attachments=st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True), st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
    ),
)
ENTRIES = st.builds(
    Entry,
    version=st.integers(1, 10**12).map(Version),
    id=st.uuids().map(lambda value: f"urn:uuid:{value}"),
    previous=st.one_of(st.none(), st.uuids().map(lambda value: f"urn:uuid:{value}")),
    at=st.datetimes(timezones=st.just(UTC)),
    note=_NOTES,
    change=_CHANGES,
)
"""Any entry that the log may be given."""
