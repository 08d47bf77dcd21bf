"""Say in words, with names and links, what a kept answer has in it and in what another one differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonplace.model.canonical_answer import WHOLE
from commonplace.web.pages.words.codes import field_name, language_words, value_words
from commonplace.web.pages.words.languages import translations
from commonplace.web.pages.words.wording import address_of

_NAMES = ("title", "label", "name", "literal")
"""Members that say what a thing is called, the first that it has."""

_TOLD_APART_BY = ("iri", "id", "key", "name", "year")
"""Members by which the values of a list are told apart, the first that one has."""

_BY_LANGUAGE = frozenset(("labels", "definitions", "alternative_labels"))
"""Members whose own members are languages."""

NO_WORDS = frozenset(("iri", "key", "id", "kind", "version", "columns", "complete"))
"""Members that tell programs which thing it is, and where it stands: its name says that to people."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value in words; `address` leads to its page, empty where it has none."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class SaidField:
    """A field of an entry: its name in words, and what was said in it before and after."""

    label: str
    before: Sequence[Said]
    after: Sequence[Said]


@dataclass(frozen=True, slots=True)
class SaidEntry:
    """An entry of an answer: what it is called, and its fields; of a row of a table, `cells` in place of a name."""

    name: Said | None
    cells: Sequence[tuple[str, Said]] = ()
    fields: Sequence[SaidField] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What is needed to say answers in words: names of the library's things by IRI, its base, a language."""

    called: Mapping[str, str | None]
    base: str
    language: str
    hidden: frozenset[str] = field(default=NO_WORDS)

    def difference(self, one: Mapping[str, Any]) -> SaidEntry:
        """Return one entry of a difference in words (a `PinDifference` as JSON)."""
        then, now, name = one.get("then"), one.get("now"), str(one["name"])
        if one["change"] != "changed":
            entry = self.entry(name, now if one["change"] == "added" else then)
            return SaidEntry(entry.name, entry.cells, change=one["change"])
        return SaidEntry(self._name(name, now), fields=list(self._fields(name, then, now)), change="changed")

    def entry(self, name: str, value: Any) -> SaidEntry:
        """Return an entry of an answer: a thing by its name, a row by its cells, a line as it is."""
        if isinstance(value, Mapping) and not self._is_thing(value):
            if any(isinstance(_unwrapped(one), (list, Mapping)) for one in value.values()):
                return SaidEntry(self._name(name, value))
            return SaidEntry(None, cells=list(self._cells(value)))
        if isinstance(value, str) and value == name:
            return SaidEntry(Said(name))
        if not isinstance(value, Mapping):
            said = self._values(value, name)
            return SaidEntry(None, cells=[(self._label(name), one) for one in said])
        return SaidEntry(self._name(name, value))

    def _name(self, name: str, value: Any) -> Said:
        """Return what an entry is called: by the library, by what it says of itself, or by the field that it is."""
        if name.startswith(self.base):
            return self._thing(name, value if isinstance(value, Mapping) else {})
        if isinstance(value, Mapping) and name != WHOLE:
            links = [one for one in value.values() if isinstance(one, str) and self.called.get(one)]
            if links:
                return self._thing(links[0], value)
            things = (self._values(one, member) for member, one in value.items() if isinstance(one, list | Mapping))
            named = next((said for said in things if said and said[0].address), [])
            own = self._own_name(value)
            if len(named) == 1 and (not own or own in self._names_within(value)):
                return named[0]
            return Said(own or ", ".join(one.text for one in named) or self._whole(name))
        return Said(self._whole(name))

    def _whole(self, name: str) -> str:
        """Return the field of an answer that an entry is, or words for the whole answer."""
        return translations(self.language).gettext("the answer") if name == WHOLE else self._label(name)

    def _thing(self, iri: str, value: Mapping[str, Any]) -> Said:
        known = self.called.get(iri)
        text = known or self._own_name(value) or iri.rpartition("/")[2]
        return Said(text, address_of(iri) if known else "")

    def _own_name(self, value: Mapping[str, Any]) -> str:
        """Return what a thing says that it is called."""
        parts = (value.get(part) for part in ("given", "particle", "family", "suffix"))
        said = (value[name] for name in _NAMES if isinstance(value.get(name), str))
        return next(said, "") or " ".join(str(part) for part in parts if part)

    def _names_within(self, value: Mapping[str, Any]) -> set[str]:
        """Return what the things in the members of an entry say that they are called."""
        members = (one if isinstance(one, list) else [one] for one in value.values())
        return {self._own_name(one) for several in members for one in several if isinstance(one, Mapping)}

    def _fields(self, name: str, then: Any, now: Any, within: tuple[str, ...] = ()) -> Iterator[SaidField]:
        """Yield the fields in which two values differ; a member of a member says what it is within."""
        if isinstance(then, Mapping) and isinstance(now, Mapping):
            for member in dict.fromkeys((*then, *now)):
                if then.get(member) != now.get(member) and not self._is_hidden(member, {**then, **now}):
                    yield from self._fields(
                        member, then.get(member), now.get(member), (*within, self._member(name, member))
                    )
        elif isinstance(then, list) and isinstance(now, list):
            yield from self._of_lists(name, then, now, within)
        else:
            label = " · ".join(within) or self._label(name)
            yield SaidField(label, self._values(then, name), self._values(now, name))

    def _of_lists(self, name: str, then: list[Any], now: list[Any], within: tuple[str, ...]) -> Iterator[SaidField]:
        """Yield in what two lists differ: what left and what came, and the fields of what is in both."""
        gone, come = [one for one in then if one not in now], [one for one in now if one not in then]
        before, after = ({key: one for one in side if (key := _told_apart(one))} for side in (gone, come))
        both = before.keys() & after.keys()
        for key in (key for key in before if key in both):
            said = self._thing(key, after[key]).text if key.startswith(self.base) else key
            yield from self._fields(name, before[key], after[key], (*within, said))
        gone, come = ([one for one in side if _told_apart(one) not in both] for side in (gone, come))
        if not (gone or come or both):
            gone, come = then, now  # the same values in another order
        if gone or come:
            yield SaidField(" · ".join(within) or self._label(name), self._values(gone, name), self._values(come, name))

    def _cells(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Said]]:
        """Yield the columns of a row with what they say; one that only names another's thing is left out."""
        things = {value for value in row.values() if isinstance(value, str) and self.called.get(value)}
        repeated = {text for iri in things for text in (iri.rpartition("/")[2], self.called[iri])}
        own = next((name for name in _NAMES if things and isinstance(row.get(name), str)), None)
        first = next((name for name, value in row.items() if value in things), None) if own else None
        for name, value in row.items():
            text = _unwrapped(value)
            said = self._values(text, name)
            if not said or name == own or text in repeated or self._is_hidden(name, row):
                continue
            words = str(row[own]) if own and name == first else "; ".join(one.text for one in said)
            yield self._label(name), Said(words, said[0].address)

    def _values(self, value: Any, name: str) -> list[Said]:
        """Return a value of a field in words: each one of a list, a thing by its name, members in one line."""
        value, translate = _unwrapped(value), translations(self.language).gettext
        if value is None or value == "":
            return []
        if isinstance(value, bool):
            return [Said(translate("yes") if value else translate("no"))]
        if isinstance(value, list):
            return [said for one in value for said in self._values(one, name)]
        if isinstance(value, Mapping):
            if isinstance(iri := value.get("iri"), str) and self.called.get(iri):
                return [self._thing(iri, value)]
            if own := self._own_name(value):
                return [Said(own)]
            parts = ((member, self._values(one, member)) for member, one in value.items())
            told = [
                f"{self._label(member)}: {'; '.join(one.text for one in said)}"
                for member, said in parts
                if said and not self._is_hidden(member, value)
            ]
            return [Said(", ".join(told))] if told else []
        if isinstance(value, str) and (self.called.get(value) or value.startswith(f"{self.base}id/")):
            return [self._thing(value, {})]
        return [Said(value_words(value, name, self.language), address_of(value) if _is_web(value) else "")]

    def _is_hidden(self, name: str, value: Mapping[str, Any]) -> bool:
        """Return whether a member says what another says to people: a key beside the IRI of the same thing."""
        return name in self.hidden or f"{name}_iri" in value

    def _is_thing(self, value: Mapping[str, Any]) -> bool:
        return isinstance(value.get("iri"), str) and value["iri"].startswith(self.base)

    def _member(self, within: str, name: str) -> str:
        """Return the name of a member of a member: a language, or the name of a field."""
        return language_words(name, self.language) if within in _BY_LANGUAGE else self._label(name)

    def _label(self, name: str) -> str:
        return translations(self.language).gettext(field_name(name.removesuffix("_iri")))


def iris_in(value: Any, base: str) -> Iterator[str]:
    """Yield the IRIs of the library's things that stand in an answer, as often as they do."""
    if isinstance(value, str):
        if value.startswith(f"{base}id/"):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from iris_in(one, base)
    elif isinstance(value, list):
        for one in value:
            yield from iris_in(one, base)


def _told_apart(value: Any) -> str:
    """Return what a value of a list is known by in another list; nothing for one that is known by all it says."""
    known = (value[name] for name in _TOLD_APART_BY if name in value) if isinstance(value, Mapping) else iter(())
    return str(next(known, ""))


def _unwrapped(value: Any) -> Any:
    """Return the text of a term of a SPARQL result; any other value as it is."""
    if isinstance(value, Mapping) and "value" in value and value.get("type") in ("uri", "literal", "bnode"):
        return value["value"]
    return value


def _is_web(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
