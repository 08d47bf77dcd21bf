"""Write names, years and counts as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup

from commonplace.curation.duplicates.same_work import GROUNDS
from commonplace.library.named_queries import NamedQuery
from commonplace.library.schemas import Agent, Work
from commonplace.model.minter import Kind
from commonplace.model.names import short_name
from commonplace.web.discovery.addresses import KIND_OF, PLACES
from commonplace.web.discovery.coins import coins_title
from commonplace.web.http.punctuation import opening
from commonplace.web.pages.words.change_lines import (
    FATES_AHEAD,
    NAMELESS,
    change_line,
    fate_count,
    grouped,
    thing_change,
)
from commonplace.web.pages.words.codes import code_words, field_name, value_words
from commonplace.web.pages.words.gap_words import gap_words
from commonplace.web.pages.words.languages import translations
from commonplace.web.pages.words.sentences import reasons_words, translated


def address(key: str) -> str:
    """Return a key as it stands in an address."""
    return quote(key, safe="")


def family(agent: Agent | Mapping[str, Any]) -> str:
    """Return the name of a person in running text: particle and family name, or the whole of an undivided name."""
    if isinstance(agent, Mapping):
        agent = Agent.model_validate(agent)
    if agent.literal or not agent.family:
        return agent.literal or agent.given or agent.key
    return short_name(agent.family, agent.particle)


LONGEST_WHOLE = 16
"""Maximum number of letters of a word that a heading keeps on one line: it fits the narrowest phone."""

_THING = re.compile(r"/id/(\w+)/([^/]+)$")


def leads_out(address: str) -> bool:
    """Return whether an address that somebody wrote is one of the web; a page leads to no other, as `javascript:`."""
    return address.lower().startswith(("http://", "https://"))


def address_of(iri: str) -> str:
    """Return where a thing of the library has its page, from its IRI; any other of the web as it is, else nothing."""
    found = _THING.search(iri)
    if not found:
        return iri if leads_out(iri) else ""
    return f"/{PLACES.get(cast(Kind, found[1]), 'id/' + found[1])}/{found[2]}"


def history_of(iri: str) -> str:
    """Return where the history of a thing of the library is read, from its IRI; empty where things of its kind have
    none."""
    found = _THING.search(iri)
    place = next((place for place, kind in KIND_OF.items() if found and kind == found[1]), "")
    return f"/{place}/{found[2]}/history" if found and place not in ("", "pins", "citations") else ""


@pass_context
def names(context: TemplateContext, work: Work | Mapping[str, Any]) -> str:
    """Return who wrote a work, or edited it: one name, two with *and*, or the first *and others*."""
    work = work if isinstance(work, Work) else Work.model_validate(work)
    return names_of(work, translations(context["language"]).gettext)


def names_of(work: Work, translate: Callable[[str], str]) -> str:
    """Return who wrote a work, or edited it, in the language that `translate` writes; empty where nobody is named."""
    people = [family(one) for one in work.authors or work.editors or ()]
    if len(people) < 2:
        return "".join(people)
    words = "%(first)s and %(second)s" if len(people) == 2 else "%(first)s and others"
    return translate(words) % {"first": people[0], "second": people[1]}


def title(work: Work | Mapping[str, Any]) -> Markup | str:
    """Return the title of a work, with its markup where it has some."""
    if isinstance(work, Mapping):
        work = Work.model_validate(work)
    if work.rich_title:
        return Markup(work.rich_title.replace('style="font-variant:small-caps;"', 'class="small-caps"'))
    return work.title or work.key


_IN_HEADING = re.compile(r"(?<=>)[^<]*-[^<]*")
_COMPOUND = re.compile(r"(?<![\w&;-])\w+(?:-\w+)+(?![\w-])")
_HEADING = re.compile(r"<h[12]\b[^>]*>[^\n]*?</h[12]>")


def unbroken(page: str) -> str:
    """Return the HTML of a page whose headings end no line within a short word with a hyphen, as co-/production."""

    def keep(word: re.Match[str]) -> str:
        return f'<span class="whole">{word[0]}</span>' if len(word[0]) <= LONGEST_WHOLE else word[0]

    def heading(found: re.Match[str]) -> str:
        return _IN_HEADING.sub(lambda text: _COMPOUND.sub(keep, text[0]), found[0])

    return _HEADING.sub(heading, page)


def coins(work: Work | Mapping[str, Any]) -> str:
    """Return a work, or one in the JSON of an answer, as the title of its COinS."""
    return coins_title(work if isinstance(work, Work) else Work.model_validate(work))


@pass_context
def fates_ahead(context: TemplateContext, counts: Mapping[str, int]) -> str:
    """Return how many entries of an import would have which fate, in the language of the page."""
    language = context["language"]
    return ", ".join(fate_count(fate, number, language, FATES_AHEAD) for fate, number in counts.items() if number)


@pass_context
def in_a_hundred(context: TemplateContext, score: float) -> str:
    """Return a chance of 0 to 100, rounded; one that is not sure does not round to what is."""
    translate = translations(context["language"]).gettext
    if score >= 99.5:
        return translate("more than 99")
    return f"{score:.0f}" if score >= 1 else translate("less than 1")


@pass_context
def fates(context: TemplateContext, counts: Mapping[str, int]) -> str:
    """Return how many entries of an import had which fate, in the language of the page; fates of none are left out."""
    return ", ".join(fate_count(fate, number, context["language"]) for fate, number in counts.items() if number)


@pass_context
def said(context: TemplateContext, text: str | None) -> str:
    """Return words that the program has as data (a label, a hint, an error) in the language of the page."""
    return translated(text, context["language"]) if text else ""


@pass_context
def because(context: TemplateContext, reasons: str | Sequence[str]) -> str:
    """Return reasons of a comparison of two works, or why an item stands in a queue, in the language of the page."""
    if isinstance(reasons, str) and (whole := said(context, reasons)) != reasons:
        return whole
    return reasons_words(reasons, context["language"])


@pass_context
def member(context: TemplateContext, name: str) -> str:
    """Return the name of a member of a thing's JSON in words, in the language of the page."""
    return said(context, field_name(name))


@pass_context
def in_words(context: TemplateContext, code: str | None) -> str:
    """Return what a code of the data says (`article-journal`: journal article), in the language of the page."""
    return code_words(code or "", context["language"])


@pass_context
def label_in(context: TemplateContext, name: str, query: NamedQuery) -> str:
    """Return the short name of a parameter or column of a question, in the language of the page."""
    return query.labels.get(name) or member(context, name)


def coded(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    parts = text.split("`")
    marked = (Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts))
    return Markup("").join(marked)


@pass_context
def value_of(context: TemplateContext, value: object, field: str) -> str:
    """Return the value of a field as people say it, in the language of the page."""
    return value_words(value, field, context["language"])


@pass_context
def grounds(context: TemplateContext, names: Sequence[str] | None) -> str:
    """Return by what two records were known as one work, in the language of the page."""
    return ", ".join(said(context, GROUNDS.get(name, name)) for name in names or ["key"])


def format_name(name: str) -> str:
    """Return the name of a format of bibliographies as its makers write it, from the name that requests have."""
    return _FORMATS.get(name, name)


_FORMATS = {
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
    "zotero": "Zotero",
    "nbib": "NBIB",
    "endnote-xml": "EndNote XML",
    "mods": "MODS",
}


@pass_context
def source_name(context: TemplateContext, name: str) -> str:
    """Return what a page calls a file that came in: its name, or in words that it came without one."""
    return said(context, NAMELESS.get(name, name))


@pass_context
def line(context: TemplateContext, change: object) -> str:
    """Return what a version did, in one line in the language of the page."""
    return change_line(change, context["language"])


@pass_context
def sentence(context: TemplateContext, changed: object) -> str:
    """Return what happened to a thing, in one sentence in the language of the page."""
    return thing_change(changed, context["language"])


def instant(at: str) -> str:
    """Return a time without the parts of its second, of which HTML takes no more than three digits."""
    return _PARTS.sub("", at)


_PARTS = re.compile(r"\.\d+")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "address": address,
    "address_of": address_of,
    "because": because,
    "coded": coded,
    "coins": coins,
    "family": family,
    "fates": fates,
    "format_name": format_name,
    "fates_ahead": fates_ahead,
    "gap_words": gap_words,
    "instant": instant,
    "names": names,
    "title_of": title,
    "grounds": grounds,
    "history_of": history_of,
    "grouped": grouped,
    "label_in": label_in,
    "leads_out": leads_out,
    "member": member,
    "opening": opening,
    "said": said,
    "source_name": source_name,
    "change_line": line,
    "thing_change": sentence,
    "in_a_hundred": in_a_hundred,
    "in_words": in_words,
    "value_of": value_of,
}
"""Filters of the templates by name."""
