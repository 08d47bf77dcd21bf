"""Call concepts, claims and cases by their names in another language than English, wherever an answer names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel
from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of, language_range
from commonplace.model.namespaces import SKOS

Answer = TypeVar("Answer")

_NAMED_IN_LANGUAGES = ("/id/concept/", "/id/claim/", "/id/case/")
"""Parts of the IRIs of things that have a label in each of several languages."""


def in_language(snapshot: Snapshot, answer: Answer, language: str) -> Answer:
    """Return an answer in which every label of a concept, claim or case is that of a language, where it has one.

    An answer is a model, a mapping, a sequence or a dataclass, as deep as may be. It is in English as it comes.
    """
    return answer if language == "en" else _InLanguage(snapshot, language).put(answer)


def definition_in(snapshot: Snapshot, node: NamedNode, piece: str, language: str) -> str | None:
    """Return the definition of a thing in a language, where a piece is of its definition in another; else None."""
    held = [triple.object for triple in snapshot.triples(node, SKOS["definition"])]
    definitions = {one.language: one.value for one in held if isinstance(one, Literal)}
    own = next((tag for tag in language_range(language) if tag in definitions), None)
    if own is None:
        return None
    others = (text for tag, text in definitions.items() if tag != own)
    return definitions[own] if any(piece.strip("…") in text for text in others) else None


class _InLanguage:
    """The labels of things in a language; each is looked up once."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self._snapshot, self._language = snapshot, language
        self._known: dict[str, str | None] = {}

    def put(self, value: Any) -> Any:
        """Return a value with the labels in it."""
        if isinstance(value, BaseModel):
            changed = self._changed(dict(value))
            return value.model_copy(update=changed) if changed else value
        if isinstance(value, Mapping):
            changed = self._changed(value)
            return {**value, **changed} if changed else value
        if isinstance(value, list):
            return [self.put(one) for one in value]
        if type(value) is tuple:
            return tuple(self.put(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            changed = self._changed({field.name: getattr(value, field.name) for field in fields(value) if field.init})
            return replace(value, **changed) if changed else value
        return value

    def _changed(self, members: Mapping[Any, Any]) -> dict[Any, Any]:
        changed = {name: new for name, old in members.items() if (new := self.put(old)) is not old and new != old}
        iri = members.get("iri")
        if isinstance(iri, str) and any(part in iri for part in _NAMED_IN_LANGUAGES):
            name = next((name for name in ("label", "title") if isinstance(members.get(name), str)), None)
            if name and (label := self._of(iri)):
                changed[name] = label
        return changed

    def _of(self, iri: str) -> str | None:
        if iri not in self._known:
            self._known[iri] = label_of(self._snapshot, NamedNode(iri), self._language)
        return self._known[iri]
