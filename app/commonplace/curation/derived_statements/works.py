"""What follows within a work: its year from its date, marked-up texts, its key, plain properties beside roles."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.derived_statements.consequences import (
    Consequences,
    held_texts,
    is_of_class,
    text_of,
    texts,
)
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.snapshot import Term
from commonplace.errors import Message
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, PRO, SKOS, XSD
from commonplace.model.record import Record
from commonplace.model.rich_text import read
from commonplace.model.roles import ROLES
from commonplace.model.work_graph import LITERAL_FIELDS, RICH_FIELDS

_PLAIN = dict(LITERAL_FIELDS)
_RICH = tuple((term, _PLAIN[name]) for name, term in RICH_FIELDS)
"""Terms of our own for texts with markup, and the property of the plain text of each."""


def years_follow(made: Consequences, minter: Minter) -> None:
    """Give each work whose date changes the year of it; the year goes with its date."""
    issued, year = DCTERMS["issued"], FABIO["hasPublicationYear"]
    for node in made.altered(issued, year):
        if not made.may_set(node, year) or not is_of_class(made.after, node, FABIO["Expression"]):
            continue
        dates, stated = texts(made.after, node, issued), texts(made.after, node, year)
        if len(dates) == 1:
            made.set(node, year, _year_of(dates[0]))
        elif not dates and stated == [_year_text(text) for text in texts(made.before, node, issued)]:
            made.set(node, year, ())


def _year_text(issued: str) -> str | None:
    """Return the four digits of the year that a date in EDTF begins with, None where it has none or is before 1."""
    year = Record(key="", type="", issued=issued).year
    return f"{year:04d}" if year is not None else None


def _year_of(issued: str) -> list[Literal]:
    year = _year_text(issued)
    return [Literal(year, datatype=XSD["gYear"])] if year else []


def year_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the year of a work is not that of its date."""
    issued, stated = (held_texts(data, node, one) for one in (DCTERMS["issued"], FABIO["hasPublicationYear"]))
    if len(issued) == len(stated) == 1 and _year_text(issued[0]) not in (None, stated[0]):
        why = Message(
            "The year of publication is that of dcterms:issued, which is %(issued)s. Correct one of the two.",
            issued=issued[0],
        )
        yield Violation(node.value, FABIO["hasPublicationYear"].value, why, stated[0])


def key_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the key of a work or concept is not the last part of its IRI."""
    named = minter.kind_and_key(node.value)
    for kind, predicate in (("work", minter.term("citationKey")), ("concept", SKOS["notation"])):
        if named and named[0] == kind and "#" not in node.value:
            for stated in held_texts(data, node, predicate):
                if stated != named[1]:
                    why = Message(
                        "The key of a %(kind)s is the last part of its IRI, which is %(named)r. Write it so.",
                        kind=Message(kind),
                        named=named[1],
                    )
                    yield Violation(node.value, predicate.value, why, stated)


def rich_texts_follow(made: Consequences, minter: Minter) -> None:
    """Take from each work whose plain text changes the form with markup, unless that is of the new text."""
    for term, plain in _RICH:
        rich = minter.term(term)
        for node in made.altered(plain):
            if made.may_set(node, rich):
                stated = texts(made.after, node, plain)
                held = [triple.object for triple in made.after.triples(node, rich)]
                made.set(node, rich, [markup for markup in held if read(text_of(markup)).plain in stated])


def rich_text_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where a form with markup is of another text than the plain one."""
    for term, plain in _RICH:
        for markup in held_texts(data, node, minter.term(term)):
            if read(markup).plain not in held_texts(data, node, plain):
                why = Message(
                    "cp:%(term)s has another text than %(compact)s, beside which it shows italics and the "
                    "like. Give both the one text, or leave cp:%(term)s out.",
                    term=term,
                    compact=minter.compact(plain.value),
                )
                yield Violation(node.value, minter.term(term).value, why, markup)


def shortcuts_follow(made: Consequences, minter: Minter) -> None:
    """Give each work whose roles change the plain properties of those who hold them (`dcterms:creator` …)."""
    context = PRO["isDocumentContextFor"]
    works = dict.fromkeys(made.altered(context, *(role.shortcut for role in ROLES if role.shortcut)))
    for node in made.altered(PRO["withRole"], PRO["isHeldBy"]):
        for state in (made.before, made.after):
            pointing = (triple.subject for triple in state.triples(None, context, node))
            works |= {work: None for work in pointing if isinstance(work, NamedNode)}
    before = Data(made.before)
    for work in works:
        if not is_of_class(made.after, work, FABIO["Expression"]):
            continue
        were, are = _holders(before, work, minter), _holders(made.data, work, minter)
        for predicate, holders in are.items():
            if made.may_set(work, predicate) and (holders or were[predicate]):
                stated = made.data.about(work).get(predicate, ())
                kept = holders or [one for one in stated if one not in were[predicate]]
                made.set(work, predicate, kept)


def _holders(data: Data, work: NamedNode, minter: Minter) -> dict[NamedNode, list[Term]]:
    """Return those who hold the roles of a work that have a plain property, by that property."""
    by_role = {role.term(minter): role.shortcut for role in ROLES if role.shortcut}
    found: dict[NamedNode, dict[Term, None]] = {shortcut: {} for shortcut in by_role.values()}
    for node in data.about(work).get(PRO["isDocumentContextFor"], ()):
        said = data.about(node)
        for role in said.get(PRO["withRole"], ()):
            shortcut = by_role.get(role) if isinstance(role, NamedNode) else None
            if shortcut is not None:
                found[shortcut] |= dict.fromkeys(said.get(PRO["isHeldBy"], ()))
    return {predicate: list(holders) for predicate, holders in found.items()}


def shortcuts_disagree(data: Data, work: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where a plain property names others than those who hold the role.

    A work without ordered roles may have the plain property alone.
    """
    for predicate, holders in _holders(data, work, minter).items():
        stated = data.about(work).get(predicate, ())
        if holders and set(stated) != set(holders):
            odd = next(one for one in (*stated, *holders) if (one in stated) != (one in holders))
            why = Message(
                "%(compact)s names those who hold the role in the work, and nobody else. Correct it, "
                "or the nodes that pro:isDocumentContextFor points to.",
                compact=minter.compact(predicate.value),
            )
            yield Violation(work.value, predicate.value, why, text_of(odd))
