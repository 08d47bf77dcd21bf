"""Opening a home as the settings say: its library, its door for writes, and its first version."""

from __future__ import annotations

from dataclasses import dataclass

from app.commit import Committer
from app.errors import Conflict
from app.library import Library
from app.reference_set import load_reference_set
from app.settings import SHIPPED_ONTOLOGY, Settings


@dataclass(frozen=True, slots=True)
class Home:
    """An open home."""

    library: Library
    committer: Committer


def open_home(settings: Settings) -> Home:
    """Open the home, creating it with the reference set when it is new.

    Raises `HomeUnusable`, `LogDamaged`, or `BadRequest` when the reference set has faults.
    """
    library = Library.open(settings.home, settings.base_iri, settings.graph)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    if not library.follow() and settings.reference_set is not None:
        try:
            load_reference_set(library, committer, settings.reference_set, SHIPPED_ONTOLOGY)
        except Conflict:
            library.follow()  # another process created it meanwhile
    return Home(library, committer)
