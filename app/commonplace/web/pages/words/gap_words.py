"""Say in words what a cell of the gap map counts, for who cannot see it: a page has more than a thousand cells."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context as TemplateContext

from commonplace.library.gap_schemas import GapCell
from commonplace.web.pages.words.change_lines import grouped
from commonplace.web.pages.words.codes import code_words
from commonplace.web.pages.words.languages import translations

_CERTAINTIES = {"high": "high certainty", "moderate": "moderate certainty", "low": "low certainty"}

_COUNTED = (
    ("cases", "%(n)s case shows it", "%(n)s cases show it"),
    ("silent", "%(number)s silent", "%(number)s silent"),
    ("unread", "%(number)s unread", "%(number)s unread"),
)
"""What is counted of a cell beside the works that discuss it, with the words for one and for several."""


def cell_words(cell: GapCell, language: str) -> str:
    """Return what a cell counts, in a language: how many works discuss it and how surely, or why none does; then the
    cases that show it, and the works that are silent or were not read, where there are any.

    It is made here and not in a template: a macro takes ten times as long, and a page has a thousand.
    """
    said = translations(language)
    if cell.works:
        words = said.ngettext("%(number)s work discusses it", "%(number)s works discuss it", cell.works)
        sure = cell.certainty or ""
        certainty = said.gettext(_CERTAINTIES[sure]) if sure in _CERTAINTIES else code_words(sure, language)
        parts = [f"{words % {'number': grouped(cell.works)}}, {certainty}"]
    else:
        parts = [said.gettext(_why_none(cell))]
    for name, one, several in _COUNTED:
        if number := getattr(cell, name):
            parts.append(said.ngettext(one, several, number) % {"number": grouped(number), "n": number})
    return "; ".join(parts)


def _why_none(cell: GapCell) -> str:
    if cell.silent:
        return "no work discusses it"
    return "no work was read on it" if cell.unread else "no work is about this context"


@pass_context
def gap_words(context: TemplateContext, cell: GapCell) -> str:
    """Return what a cell counts, in the language of the page."""
    language: Any = context["language"]
    return cell_words(cell, language)
