"""List the roles of contributors: CSL name, PRO term, and the plain property beside the ordered role.

Sources: CSL 1.0.2 name variables; PRO, the Publishing Roles Ontology; BIBO for the shortcuts.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.model.minter import Minter
from commonplace.model.namespaces import BIBO, DCTERMS, PRO


@dataclass(frozen=True, slots=True)
class ContributorRole:
    """Hold one role. `pro` is the local name in PRO, None when the term is ours; `shortcut` the plain property."""

    csl: str
    pro: str | None
    shortcut: NamedNode | None = None

    def term(self, minter: Minter) -> NamedNode:
        """Return the role as the graph writes it."""
        return PRO[self.pro] if self.pro else minter.term(self.csl)


ROLES: tuple[ContributorRole, ...] = (
    ContributorRole("author", "author", DCTERMS["creator"]),
    ContributorRole("editor", "editor", BIBO["editor"]),
    ContributorRole("translator", "translator", BIBO["translator"]),
    ContributorRole("collection-editor", "series-editor"),
    ContributorRole("illustrator", "illustrator"),
    ContributorRole("compiler", "compiler"),
    ContributorRole("section-editor", None),
    ContributorRole("container-author", None),
    ContributorRole("director", None),
    ContributorRole("interviewer", None),
    ContributorRole("reviewed-author", None),
    ContributorRole("original-author", None),
    ContributorRole("recipient", None),
    ContributorRole("curator", None),
    ContributorRole("editorial-director", None),
    ContributorRole("composer", None),
    ContributorRole("performer", None),
    ContributorRole("narrator", None),
    ContributorRole("script-writer", None),
    ContributorRole("producer", "producer"),
    ContributorRole("executive-producer", None),
    ContributorRole("series-creator", None),
    ContributorRole("host", None),
    ContributorRole("guest", None),
    ContributorRole("chair", None),
    ContributorRole("organizer", None),
    ContributorRole("advisor", None),
    ContributorRole("contributor", "contributor"),
)
"""Every role of CSL, `section-editor` and `advisor`, in the order in which contributors are read from the graph."""

BY_CSL = {role.csl: role for role in ROLES}
