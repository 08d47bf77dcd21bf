"""Write names, years and counts as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup

from commonplace.library.schemas import Agent, Work
from commonplace.model.minter import Kind
from commonplace.model.names import short_name
from commonplace.web.discovery.addresses import PLACES
from commonplace.web.discovery.coins import coins_title
from commonplace.web.pages.languages import translations


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


@pass_context
def names(context: TemplateContext, work: Work | Mapping[str, Any]) -> str:
    """Return who wrote a work, or edited it: one name, two with *and*, or the first *and others*."""
    if isinstance(work, Mapping):
        work = Work.model_validate(work)
    translate = partial(context.call, context["gettext"])
    people = work.authors or work.editors or []
    if not people:
        return ""
    if len(people) == 1:
        return family(people[0])
    if len(people) == 2:
        return str(translate("%(first)s and %(second)s", first=family(people[0]), second=family(people[1])))
    return str(translate("%(first)s and others", first=family(people[0])))


def title(work: Work | Mapping[str, Any]) -> Markup | str:
    """Return the title of a work, with its markup where it has some."""
    if isinstance(work, Mapping):
        work = Work.model_validate(work)
    if work.rich_title:
        return Markup(work.rich_title.replace('style="font-variant:small-caps;"', 'class="small-caps"'))
    return work.title or work.key


def coins(work: Work | Mapping[str, Any]) -> str:
    """Return a work, or one in the JSON of an answer, as the title of its COinS."""
    return coins_title(work if isinstance(work, Work) else Work.model_validate(work))


def grouped(number: int) -> str:
    """Return a number with a narrow space between groups of three digits."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


@pass_context
def said(context: TemplateContext, text: str | None) -> str:
    """Return words that the program has as data (a label, a hint, a state) in the language of the page."""
    return translations(context["language"]).gettext(text) if text else ""


@pass_context
def member(context: TemplateContext, name: str) -> str:
    """Return the name of a member of a thing's JSON in words, in the language of the page."""
    return said(context, label_of_member(name))


def label_of_member(name: str) -> str:
    """Return the name of a member of a thing's JSON in words."""
    return MEMBERS.get(name) or name.replace("_", " ").replace("-", " ").capitalize()


MEMBERS = {
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "url": "URL",
    "issued": "Date",
    "available": "Online first",
    "container": "In",
    "container_title": "In",
    "collection_title": "Series",
    "publisher_place": "Place",
    "rich_title": "Title with markup",
    "rich_abstract": "Abstract with markup",
    "rich_note": "Note with markup",
    "locator": "Where it stands",
    "about": "Concept or claim",
}
"""Names of members that their JSON names do not tell."""


def instant(at: str) -> str:
    """Return a time without the parts of its second, of which HTML takes no more than three digits."""
    return _PARTS.sub("", at)


_PARTS = re.compile(r"\.\d+")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "address": address,
    "address_of": address_of,
    "coins": coins,
    "family": family,
    "instant": instant,
    "names": names,
    "title_of": title,
    "grouped": grouped,
    "leads_out": leads_out,
    "member": member,
    "said": said,
}
"""Filters of the templates by name."""
