"""Say what a thing is called on a page: by its label, or by the works and concepts that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import NotFound
from commonplace.library.evidence import label_of
from commonplace.library.works import work_of
from commonplace.model.minter import Minter
from commonplace.web.pages.words.languages import translations
from commonplace.web.pages.words.wording import names_of


def called_in(snapshot: Snapshot, node: NamedNode, minter: Minter, language: str) -> str | None:
    """Return what a thing is called; None for one that is not there, or of which nothing says it.

    Evidence and decisions of a review have no label. They are called by the work that they are of and by what they are
    about: `Boyle and Harris 2009: role of professionals`.
    """
    label = label_of(snapshot, node, language)
    of = _object(snapshot, node, minter.term("work")) if label is None else None
    if of is None:
        return label
    about = _object(snapshot, node, minter.term("about"))
    return ": ".join(
        filter(None, (cited_as(snapshot, of, minter, language), about and label_of(snapshot, about, language)))
    )


def called_each(snapshot: Snapshot, iris: Sequence[str], minter: Minter, language: str) -> dict[str, str | None]:
    """Return what things are called, by their IRIs."""
    return {iri: called_in(snapshot, NamedNode(iri), minter, language) for iri in iris}


def candidates_called(snapshot: Snapshot, keys: Iterable[str], minter: Minter, language: str) -> dict[str, str]:
    """Return the works that a citation may mean, by their keys: who wrote them, when, and their titles."""
    found = {}
    for key in keys:
        node = minter.thing("work", key)
        title = label_of(snapshot, node, language)
        found[key] = ": ".join(dict.fromkeys(filter(None, (cited_as(snapshot, node, minter, language), title))))
    return found


def _object(snapshot: Snapshot, node: NamedNode, predicate: NamedNode) -> NamedNode | None:
    found = (triple.object for triple in snapshot.triples(node, predicate))
    return next((one for one in found if isinstance(one, NamedNode)), None)


def cited_as(snapshot: Snapshot, node: NamedNode, minter: Minter, language: str) -> str:
    """Return a work by its authors and year, else by its title or key."""
    try:
        work = work_of(snapshot, node, minter, evidence=False)
    except NotFound:  # it was deleted, or merged into another
        return minter.key(node.value)
    names = names_of(work, translations(language).gettext)
    return " ".join(filter(None, (names, str(work.year or "")))) if names else work.title or work.key
