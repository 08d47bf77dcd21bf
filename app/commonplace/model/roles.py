"""List the roles of contributors: CSL name, PRO term, and the plain property beside the ordered role.

Sources: CSL 1.0.2 name variables; PRO, the Publishing Roles Ontology; BIBO for the shortcuts.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.model.minter import Minter
from commonplace.model.namespaces import BIBO, DCTERMS, PRO


@dataclass(frozen=True, slots=True)
class Role:
    """Hold one role. `pro` is the local name in PRO, None when the term is ours; `shortcut` the plain property."""

    csl: str
    pro: str | None
    shortcut: NamedNode | None = None

    def term(self, minter: Minter) -> NamedNode:
        """Return the role as the graph writes it."""
        return PRO[self.pro] if self.pro else minter.term(self.csl)


ROLES: tuple[Role, ...] = (
    Role("author", "author", DCTERMS["creator"]),
    Role("editor", "editor", BIBO["editor"]),
    Role("translator", "translator", BIBO["translator"]),
    Role("collection-editor", "series-editor"),
    Role("illustrator", "illustrator"),
    Role("compiler", "compiler"),
    Role("section-editor", None),
    Role("container-author", None),
    Role("director", None),
    Role("interviewer", None),
    Role("reviewed-author", None),
    Role("original-author", None),
    Role("recipient", None),
    Role("curator", None),
    Role("editorial-director", None),
    Role("composer", None),
    Role("performer", None),
    Role("narrator", None),
    Role("script-writer", None),
    Role("producer", "producer"),
    Role("executive-producer", None),
    Role("series-creator", None),
    Role("host", None),
    Role("guest", None),
    Role("chair", None),
    Role("organizer", None),
    Role("advisor", None),
    Role("contributor", "contributor"),
)
"""Every role of CSL, `section-editor` and `advisor`, in the order in which contributors are read from the graph."""

BY_CSL = {role.csl: role for role in ROLES}
