"""Show the works on a page of whose texts the words of a search stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.page_index import PageIndex
from commonplace.derived.page_texts import PageTexts
from commonplace.derived.search.query import SearchQuestion
from commonplace.library.evidence import label_of
from commonplace.library.found_schemas import FoundInText, FoundInTexts
from commonplace.library.passages_in_texts import works_by_pages
from commonplace.library.schemas import Link
from commonplace.library.work_texts import TextToSearch
from commonplace.model.minter import Minter
from commonplace.model.searchable_pages import whole_lines

MOST_SHOWN = 10
"""Maximum number of works that are shown: they stand beside what a search finds, and the total says how many there
are."""

PIECE = 200
"""Maximum number of characters of a piece of a page that is shown, an ellipsis at either end not counted."""

SOFT_HYPHEN = "\u00ad"
"""The hyphen that PDFs have where a word goes on in the next line."""

INDEXED_AT_ONCE = 100
"""Maximum number of texts that are indexed at once: a question that comes meanwhile waits for no more of them than it
asks about."""

MOST_LOOKED_AT = 50_000
"""Maximum number of characters of a page that are looked through for the piece to show: a text without form feeds is
one page, however long it is."""


def index_texts(texts: Sequence[TextToSearch], index: PageIndex, go_on: Callable[[], bool]) -> None:
    """Add texts to the index before they are asked about, as long as it is to `go_on`."""
    names = sorted({text.pages for text in texts})
    for first in range(0, len(names), INDEXED_AT_ONCE):
        if not go_on():
            return
        index.take_in(names[first : first + INDEXED_AT_ONCE])


def found_in_texts(
    snapshot: Snapshot,
    asked: SearchQuestion,
    texts: Sequence[TextToSearch],
    pages: PageTexts,
    index: PageIndex,
    minter: Minter,
) -> FoundInTexts | None:
    """Return the works with a page that holds all that is asked, each with the first of these; None where none has."""
    works = works_by_pages(texts)
    found = index.pages_holding(asked, works)
    shown: list[FoundInText] = []
    for text in found:
        if len(shown) >= MOST_SHOWN:
            break
        kept = pages(text.sha256)
        snippet = best_piece(kept.pages[text.first - 1], asked) if kept else ""
        shown += [_row(snapshot, work, text.first, snippet, minter) for work in works[text.sha256]]
    total = sum(len(works[text.sha256]) for text in found)
    return FoundInTexts(items=shown[:MOST_SHOWN], total=total) if total else None


def _row(snapshot: Snapshot, work: NamedNode, page: int, snippet: str, minter: Minter) -> FoundInText:
    link = Link(iri=work.value, key=minter.key(work.value), label=label_of(snapshot, work))
    return FoundInText(work=link, page=page, snippet=snippet)


def best_piece(page: str, asked: SearchQuestion) -> str:
    """Return the piece of a page that holds most of a question, of equals the first."""
    text = " ".join(whole_lines(page[:MOST_LOOKED_AT]).replace(SOFT_HYPHEN, "").split())
    best, most = (0, min(PIECE, len(text))), 0
    for start, end in _pieces(text):
        held = len(asked.held_by([text[start:end]]))
        if held > most:
            best, most = (start, end), held
        if most == len(asked.wanted):
            break
    start, end = best
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces of a text begin and end, at spaces where there are any; each begins within the one before."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end >= len(text):
            yield start, len(text)
            return
        space = text.rfind(" ", start + 1, end + 1)
        end = space if space > 0 else end
        yield start, end
        half = text.find(" ", start + PIECE // 2, end)
        start = half + 1 if half > 0 else end
