"""Write names, years and counts as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Context as TemplateContext
from markupsafe import Markup

from commonplace.library.schemas import Agent, Work
from commonplace.web.discovery.coins import coins_title


def address(key: str) -> str:
    """Return a key as it stands in an address."""
    return quote(key, safe="")


def family(agent: Agent) -> str:
    """Return the name of a person in running text: particle and family name, or the whole of an undivided name."""
    if agent.literal or not agent.family:
        return agent.literal or agent.given or agent.key
    return f"{agent.particle} {agent.family}" if agent.particle else agent.family


_PLURALS = {
    "work": "works",
    "person": "people",
    "organization": "organizations",
    "venue": "venues",
    "concept": "concepts",
    "claim": "claims",
    "case": "cases",
    "evidence": "evidence",
}
_THING = re.compile(r"/id/(\w+)/([^/]+)$")


def address_of(iri: str) -> str:
    """Return where a thing of the library has its page, from its IRI; the IRI itself where it has none."""
    found = _THING.search(iri)
    plural = _PLURALS.get(found[1]) if found else None
    return f"/{plural}/{found[2]}" if found and plural else iri


@pass_context
def names(context: TemplateContext, work: Work) -> str:
    """Return who wrote a work, or edited it: one name, two with *and*, or the first *and others*."""
    translate = partial(context.call, context["gettext"])
    people = work.authors or work.editors or []
    if not people:
        return ""
    if len(people) == 1:
        return family(people[0])
    if len(people) == 2:
        return str(translate("%(first)s and %(second)s", first=family(people[0]), second=family(people[1])))
    return str(translate("%(first)s and others", first=family(people[0])))


def title(work: Work) -> Markup | str:
    """Return the title of a work, with its markup where it has some."""
    if work.rich_title:
        return Markup(work.rich_title.replace('style="font-variant:small-caps;"', 'class="small-caps"'))
    return work.title or work.key


def grouped(number: int) -> str:
    """Return a number with a narrow space between groups of three digits."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "address": address,
    "address_of": address_of,
    "coins": coins_title,
    "family": family,
    "names": names,
    "title_of": title,
    "grouped": grouped,
}
"""Filters of the templates by name."""
