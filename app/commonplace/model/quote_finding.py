"""Look for a quote in all that is held of a work: its title, abstract and keywords, and the pages of its text."""

from __future__ import annotations

from dataclasses import dataclass

from commonplace.model.quote_check import HeldTexts, QuoteCheck
from commonplace.model.quote_places import check_quote
from commonplace.model.searchable_pages import SearchablePages


@dataclass(frozen=True, slots=True)
class Finding:
    """What comes of looking for a quote, and the page that it stands on, from 1, where it stands in the pages."""

    check: QuoteCheck
    page: int | None = None


def compare(
    quote: str | None, locator: str | None, held: HeldTexts, pages: SearchablePages | None, named: int | None
) -> Finding:
    """Return what comes of looking for a quote in what is held of a work.

    `named` is the page that the locator names: of several pages with the words it is the one that counts. Words that
    stand nowhere are `not-found` where each page has text, and `no-text` where they may stand on one that has none.
    """
    check = check_quote(quote, locator, held)
    if not quote or pages is None:
        return Finding(check)
    places = pages.places(quote)
    if places:
        numbers = [place.page for place in places]
        best: QuoteCheck = "exact" if "exact" in (check, places[0].check) else "normalised"
        return Finding(best, named if named in numbers else numbers[0])
    if check == "no-text" and not pages.without_text:
        return Finding("not-found")
    return Finding(check)
