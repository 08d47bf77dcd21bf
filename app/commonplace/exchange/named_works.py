"""Find the works that another program names: by key, by DOI, at last by title and year."""

from __future__ import annotations

from collections.abc import Sequence

from commonplace.curation.known_works import KnownWorks
from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message
from commonplace.model.identifiers import doi_key, normal_doi
from commonplace.model.match_key import match_key, title_key
from commonplace.model.minter import Minter
from commonplace.model.record import Record


class NamedWorks:
    """The works of one state, by the signs that other programs keep of them."""

    def __init__(self, snapshot: Snapshot, minter: Minter, known: KnownWorks | None) -> None:
        """Find among the works that are `known` of the state; None reads them from it."""
        self._matcher = Matcher(snapshot, minter, known)

    def key_of(self, keys: Sequence[str], doi: str | None, title: str | None, year: int | None) -> str:
        """Return the key of the one work that those signs name.

        A title counts only with the year beside it. Raises `LookupError` with the reason where there is no such work,
        where there are several, and where the key is of one and the DOI of another.
        """
        wanted = _doi_key(doi)
        of_doi = self._matcher.keys_of_doi(wanted) if wanted else []
        of_keys = [found for key in keys if (found := self._matcher.key_of_work(key))]
        if of_doi:
            return _agreed(of_keys, of_doi, doi)
        if of_keys and not self._has_other_doi(of_keys[0], wanted):
            return of_keys[0]
        return self._titled(title, year, wanted)

    def _has_other_doi(self, key: str, wanted: str | None) -> bool:
        """Return whether the work of that key has a DOI, and another one than the record of the other program."""
        held = self._matcher.record(key).doi
        return bool(wanted and held and doi_key(held) != wanted)

    def _titled(self, title: str | None, year: int | None, wanted: str | None) -> str:
        if not title:
            raise LookupError("no work here has its key or DOI, and it has no title")
        if year is None:
            raise LookupError("no work here has its key or DOI, and a title without a year is not enough")
        of = match_key(Record(key="", type="document", title=title, issued=f"{year:04}"))
        found = [
            key
            for key in dict.fromkeys(self._matcher.candidates(of))
            if self._matcher.record(key).year == year
            and title_key(self._matcher.record(key).title or "") == of.title
            and not self._has_other_doi(key, wanted)
        ]
        if len(found) > 1:
            raise LookupError(
                Message("several works have its title and year: %(works)s", works=", ".join(sorted(found)))
            )
        if not found:
            raise LookupError("no work here has its key, its DOI, or its title and year")
        return found[0]


def _agreed(of_keys: Sequence[str], of_doi: Sequence[str], doi: str | None) -> str:
    """Return the work that has the DOI, and the key where works with a key are named. Raises `LookupError`."""
    both = [key for key in of_keys if key in of_doi]
    if both:
        return both[0]
    if of_keys:
        raise LookupError(
            Message(
                "its key is of the work %(work)s, and its DOI %(doi)s of %(works)s",
                work=of_keys[0],
                doi=doi,
                works=", ".join(of_doi),
            )
        )
    if len(of_doi) > 1:
        raise LookupError(Message("several works have its DOI %(doi)s: %(works)s", doi=doi, works=", ".join(of_doi)))
    return of_doi[0]


def _doi_key(text: str | None) -> str | None:
    try:
        return doi_key(normal_doi(text)) if text else None
    except ValueError:
        return None
