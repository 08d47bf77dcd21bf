"""The pages of the desk, and their forms as a browser sends them."""

from __future__ import annotations

import html
import re

import httpx

from commonplace.web.desk.things import PLURALS

PAGES = (
    "/desk",
    "/desk/suggestions",
    "/desk/suggestions?q=role",
    "/desk/suggestions/professional-role",
    "/desk/duplicates",
    "/desk/duplicates?proposes=relation",
    "/desk/import",
    "/desk/bulk",
    "/desk/undo?version=1",
    "/desk/new",
    "/desk/pin?of=%2Fworks%3Fyear%3D1996",
    "/desk/works/ostrom1996",
    "/desk/works/ostrom1996/history",
    "/desk/works/ostrom1996/delete",
    "/desk/people/elinor-ostrom",
    "/desk/organizations/elsevier",
    "/desk/venues/world-development",
    "/desk/concepts/professional-role",
    "/desk/claims/low-professionalisation-enables",
    "/desk/cases/quebec-drop-in",
    "/desk/evidence/professional-role--ostrom1996",
    "/desk/review/professional-role--ostrom1996",
    *(f"/desk/new/{kind}" for kind in PLURALS),
)


def fields(page: httpx.Response) -> dict[str, list[str]]:
    """Return what a browser would send of the last form of a page: text fields, hidden ones, what is chosen."""
    form = page.text.rpartition("<form")[2]
    if 'class="edit"' in page.text:
        form = page.text.partition('class="edit"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.finditer(
        r"<input\b([^>]*)>|<textarea\b([^>]*)>(.*?)</textarea>|<select\b([^>]*)>(.*?)</select>", form, re.DOTALL
    ):
        attributes = tag[1] or tag[2] or tag[4] or ""
        name = re.search(r'\bname="([^"]*)"', attributes)
        kind = re.search(r'\btype="([^"]*)"', attributes)
        if name is None or (kind and kind[1] in ("radio", "checkbox") and "checked" not in attributes):
            continue
        if tag[4] is not None:
            option = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", tag[5]) or re.search(
                r"<option(?: value=\"([^\"]*)\")?>([^<]*)", tag[5]
            )
            value = (option[1] if option[1] is not None else option[2]) if option else ""
        else:
            value = tag[3] if tag[2] is not None else (re.search(r'\bvalue="([^"]*)"', attributes) or ["", ""])[1]
        found.setdefault(name[1], []).append(html.unescape(value))
    return found


def once_done(browser: httpx.Client, address: str) -> httpx.Response:
    """Return the page of an import once its preview, or the import, is done."""
    page = browser.get(address)
    while job := re.search(r'data-job="([^"]+)"', page.text):
        assert browser.get(f"{job[1]}/events").is_success  # which ends with the job
        page = browser.get(address)
    return page
