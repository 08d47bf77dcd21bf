"""Say what the kinds of links of the map are: between what, and how sure they may be."""

from __future__ import annotations

from collections.abc import Mapping

from commonplace.library.map_schemas import Relation

_WORK, _CONCEPT = "fabio:Expression", "skos:Concept"

KINDS: Mapping[Relation, tuple[str, str]] = {
    "cites": (_WORK, _WORK),
    "discusses": (_WORK, _CONCEPT),
    "narrower": (_CONCEPT, _CONCEPT),
}
"""The classes of the source and the target of each relation."""

CERTAINTIES = ("low", "moderate", "high")
"""How sure it is that a work discusses a concept, the surest last: of two pieces of evidence the surer one holds."""

Ends = Mapping[tuple[str, str], str]
"""How sure the links of a relation are, each by the IRIs of source and target; an empty text where nothing says it."""
