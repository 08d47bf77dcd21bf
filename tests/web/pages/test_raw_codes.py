"""No page shows a code of the data where people should read a word."""

from __future__ import annotations

import httpx
import pytest

from tests.web.pages.raw_codes import raw_codes
from tests.web.pages.test_pages import BROWSER

PAGES = (
    *("/", "/works", "/works/mcmullin2020citizenled", "/works/parks1981", "/works?discusses=professional-role"),
    *("/works/ostrom1996/history", "/works/ostrom1996/provenance", "/works/ostrom1996/citations"),
    *("/works/ostrom1996/diff?from=1&to=1", "/people", "/people/elinor-ostrom", "/organizations", "/venues"),
    *("/venues/world-development", "/concepts", "/concepts/professional-role", "/concepts/professional-role/history"),
    *("/claims", "/claims/low-professionalisation-enables", "/cases", "/cases/quebec-drop-in"),
    *("/cases/quebec-drop-in/history", "/comparison", "/comparison?group=country&fold=setting&transpose=true", "/gaps"),
    *("/gaps?concept=professional-role&context=quebec", "/timeline", "/timeline?concept=professional-role", "/map"),
    *("/search?q=public", "/search?q=xylophone", "/find?quote=public+services", "/suggestions?concept=co-creation"),
    *("/queries", "/queries/case-table", "/queries/bridging-works", "/queries/facts-in-doubt", "/queries/most-cited"),
    *("/queries/works-of-person?person=caitlin-mcmullin", "/queries/works-discussing?concept=professional-role"),
    *("/queries/cites-and-cited-by?work=vanleene2018", "/queries/venues-of-set", "/queries/works-without-identifier"),
    *("/changes", "/changes/1", "/pins", "/prisma", "/screenings", "/queues", "/queues/facts-in-doubt", "/duplicates"),
    *("/imports/jobs", "/id/characteristic/quebec-drop-in--country", "/id/evidence/professional-role--ostrom1996"),
    *("/docs/style", "/works/nobody", "/queries/works-discussing?concept=xylophone"),
)
WORDS_OF_THE_STYLE = frozenset(("at", "by"))
"""Names of parameters that the page of the look says of itself."""


def test_no_page_shows_a_code_where_a_word_should_stand(client: httpx.Client) -> None:
    found = {}
    for address in PAGES:
        page = client.get(address, headers=BROWSER, follow_redirects=True)
        assert page.status_code in (200, 400, 404), address
        if raw := raw_codes(page.text, WORDS_OF_THE_STYLE):
            found[address] = raw
    assert not found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_import_is_shown_without_codes(imported_works: httpx.Client, language: str) -> None:
    pages = ["/works", "/changes", "/imports/2", "/changes/diff?from=1&to=2"]
    for key in ("lefevre1999", "roy2015", "smith2009", "lee2018"):
        pages += [f"/works/{key}", f"/works/{key}/history", f"/works/{key}/provenance"]
    for address in pages:
        page = imported_works.get(address, headers={**BROWSER, "Accept-Language": language})
        assert page.status_code == 200, address
        assert not raw_codes(page.text), address


@pytest.mark.parametrize(
    ("shown", "raw"),
    [
        ("<p>article-journal</p>", {"article-journal"}),
        ("<p>in <b>en</b> and GB-ENG</p>", {"en"}),
        ("<dd>GB-ENG</dd>", {"GB-ENG"}),
        ("<th>container_title</th><td>quoteCheck: exact</td>", {"container_title", "quoteCheck"}),
        ("<p>a co-production of <code>article-journal</code>, England</p>", set()),
        ('<input placeholder="publisher_place">', {"publisher_place"}),
    ],
)
def test_a_code_is_told_from_a_word(shown: str, raw: set[str]) -> None:
    assert raw_codes(f"<html><body>{shown}</body></html>") == raw
