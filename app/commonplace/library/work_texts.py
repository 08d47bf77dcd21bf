"""Read what the library says of the text that it keeps of a work."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.evidence import label_of
from commonplace.library.schemas import TextOfWork
from commonplace.model.licences import is_open, licence_name
from commonplace.model.minter import Minter
from commonplace.model.namespaces import BIBO, DCTERMS, FRBR, PROV
from commonplace.model.work_reading import Neighbourhood
from commonplace.patchlog.log import PatchLog, versions

FILE, PAGES = "text", "text-pages"
"""Names of the files of a text among those that an entry of the log names."""


@dataclass(frozen=True, slots=True)
class StatedText:
    """The statements on the text of one work: its node, the SHA-256 of file and pages, and what else they say."""

    node: NamedNode
    file: str
    pages: str
    media_type: str
    page_count: int
    without_text: tuple[int, ...]
    licence: str | None
    agent: str | None
    at: str | None
    kept_by: int | None

    @property
    def open(self) -> bool:
        """Return whether anybody may read it."""
        return is_open(self.licence)

    def shape(self, work: NamedNode, minter: Minter) -> TextOfWork:
        """Return what everybody may know of it."""
        return TextOfWork(
            media_type=self.media_type,
            page_count=self.page_count,
            pages_without_text=list(self.without_text),
            licence=licence_name(self.licence) if self.licence else None,
            open=self.open,
            sha256=self.file,
            agent=self.agent,
            at=self.at,
            kept_by=self.kept_by,
            text=f"/works/{quote(minter.key(work.value), safe='')}/text",
        )


def stated_text(snapshot: Snapshot, work: NamedNode, minter: Minter) -> StatedText | None:
    """Return what is said of the text of a work; None where none is kept."""
    node = Neighbourhood(snapshot.triples(work, FRBR["embodiment"])).node(work, FRBR["embodiment"])
    if node is None:
        return None
    about = Neighbourhood(snapshot.triples(node))
    file, pages = about.text(node, minter.term("fileHash")), about.text(node, minter.term("pagesHash"))
    if file is None or pages is None:
        return None
    licence, agent = about.node(node, DCTERMS["license"]), about.node(node, PROV["wasAttributedTo"])
    change = about.node(node, PROV["wasGeneratedBy"])
    version = change.value.rpartition("/")[2] if change else ""
    return StatedText(
        node=node,
        file=file,
        pages=pages,
        media_type=about.text(node, DCTERMS["format"]) or "",
        page_count=int(about.text(node, BIBO["numPages"]) or 0),
        without_text=tuple(sorted(int(one) for one in about.texts(node, minter.term("pageWithoutText")))),
        licence=licence.value if licence else None,
        agent=label_of(snapshot, agent) if agent else None,
        at=about.text(node, PROV["generatedAtTime"]),
        kept_by=int(version) if version.isdecimal() else None,
    )


def closed_files(snapshot: Snapshot, log: PatchLog, minter: Minter) -> frozenset[str]:
    """Return the SHA-256 of the files of texts, of any version, that the newest does not let anybody read."""
    works = (t.subject for t in snapshot.triples(None, FRBR["embodiment"], None))
    stated = [stated_text(snapshot, work, minter) for work in works if isinstance(work, NamedNode)]
    open_files = {digest for text in stated if text and text.open for digest in (text.file, text.pages)}
    named = (log.header(version).note for version in versions(log) if version <= snapshot.version)
    files = {note.attachments[role] for note in named for role in (FILE, PAGES) if role in note.attachments}
    return frozenset(files - open_files)


@dataclass(frozen=True, slots=True)
class TextToSearch:
    """A text of a work: the SHA-256 of its pages, and whether anybody may read it."""

    work: NamedNode
    pages: str
    open: bool


def texts_to_search(snapshot: Snapshot) -> list[TextToSearch]:
    """Return every text that is kept, by work."""
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT ?work ?pages ?licence WHERE {{ ?work frbr:embodiment ?text . ?text cp:pagesHash ?pages .
        OPTIONAL {{ ?text dcterms:license ?licence }} }} ORDER BY STR(?work)"""
    )
    found = []
    for row in rows:
        work, pages, licence = row["work"], row["pages"], row["licence"]
        if isinstance(work, NamedNode) and isinstance(pages, Literal):
            found.append(TextToSearch(work, pages.value, is_open(getattr(licence, "value", None))))
    return found


def open_texts(snapshot: Snapshot) -> frozenset[str]:
    """Return the SHA-256 of the pages of the texts that anybody may read."""
    return frozenset(text.pages for text in texts_to_search(snapshot) if text.open)


def text_of_work(snapshot: Snapshot, work: NamedNode, minter: Minter) -> TextOfWork | None:
    """Return what everybody may know of the text of a work; None where none is kept."""
    found = stated_text(snapshot, work, minter)
    return found.shape(work, minter) if found else None


def required_text(snapshot: Snapshot, work: NamedNode, minter: Minter) -> StatedText:
    """Return what is said of the text of a work. Raises `NotFound` where none is kept."""
    found = stated_text(snapshot, work, minter)
    if found is None:
        raise NotFound(Message("no text of the work %(key)r is kept", key=minter.key(work.value)))
    return found
