"""The filters of `/works`, each and together; order; pages that add up; words searched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import open_home
from commonplace.library import work_lists
from commonplace.library.sorted_list import SortedList
from commonplace.library.work_lists import ORDERS
from tests.conftest import BASE, serving, settings_for


def keys(client: httpx.Client, **filters: object) -> list[str]:
    """The keys that `/works` answers to those filters, in its order; the whole list."""
    page = client.get("/works", params={"limit": 1000, **{k: str(v) for k, v in filters.items()}})
    assert page.status_code == 200, page.text
    found = page.json()
    assert found["total"] == len(found["items"])
    return [item["key"] for item in found["items"]]


@pytest.fixture(scope="module")
def works(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Every work, by key."""
    return {work["key"]: work for work in client.get("/works", params={"limit": 1000}).json()["items"]}


def test_type(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    for type_ in {work["type"] for work in works.values()}:
        assert set(keys(client, type=type_)) == {key for key, work in works.items() if work["type"] == type_}
    assert keys(client, type="patent") == []


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        ("2012", 2012, 2012),
        ("2010..2015", 2010, 2015),
        ("..2008", 0, 2008),
        ("2018..", 2018, 9999),
    ],
)
def test_year_ranges_include_both_ends(
    client: httpx.Client, works: dict[str, dict[str, Any]], year: str, first: int, last: int
) -> None:
    wanted = {key for key, work in works.items() if first <= work.get("year", -1) <= last}
    assert set(keys(client, year=year)) == wanted
    assert wanted or first > last


@pytest.mark.parametrize("written", ["2010-2020", "2010–2020", "2010 - 2020"])
def test_a_range_of_years_may_be_written_with_a_dash(client: httpx.Client, written: str) -> None:
    assert set(keys(client, year=written)) == set(keys(client, year="2010..2020"))
    there = client.get("/map", params={"years": written})
    assert there.status_code == 200
    assert there.json()["total"] == client.get("/map", params={"years": "2010..2020"}).json()["total"]


def test_author_by_key_and_by_iri(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    wanted = {k for k, w in works.items() if any(a["key"] == "elinor-ostrom" for a in w.get("authors", ()))}
    assert set(keys(client, author="elinor-ostrom")) == wanted >= {"ostrom1996"}
    assert set(keys(client, author=f"{BASE}id/person/elinor-ostrom")) == wanted


def test_every_person_leads_to_their_works(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    for person in client.get("/people", params={"limit": 1000}).json()["items"]:
        found = client.get(f"{person['works']}&limit=1000").raise_for_status().json()
        assert found["total"] == person["roles"].get("author", 0), person["key"]
        for work in found["items"]:
            assert person["key"] in {agent["key"] for agent in works[work["key"]]["authors"]}


def test_case(client: httpx.Client) -> None:
    for case in client.get("/cases").json()["items"]:
        assert set(keys(client, case=case["key"])) == {link["key"] for link in case["described_by"]}


def test_venue(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    for venue in client.get("/venues", params={"limit": 1000}).json()["items"]:
        found = keys(client, venue=venue["iri"])
        assert len(found) == venue["works"] > 0
        assert set(found) == {k for k, w in works.items() if w.get("container", {}).get("iri") == venue["iri"]}


def test_cites_and_cited_by_are_each_others_inverse(client: httpx.Client) -> None:
    cited = keys(client, cited_by="mcmullin2020citizenled")
    assert len(cited) >= 26
    for key in cited[:6]:
        assert "mcmullin2020citizenled" in keys(client, cites=key)


def test_ambiguous_citations_count_alike_everywhere(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    """For each of their candidates: in the two lists of citations, in the two filters, and in the named query."""
    ambiguous = 0
    for key in works:
        rows = client.get("/queries/cites-and-cited-by", params={"work": key}).json()["items"]
        for address, name, direction in (("references", "cited_by", "cites"), ("citations", "cites", "cited-by")):
            found = client.get(f"/works/{key}/{address}").json()
            listed = sorted(item["work"]["key"] for item in found["items"])
            assert sorted(keys(client, **{name: key})) == listed, f"{name}={key}"
            assert found["total"] == client.get("/works", params={name: key}).json()["total"] == len(listed)
            assert sorted(row["key"] for row in rows if row["direction"] == direction) == listed
            ambiguous += sum(item["confirmation"] == "ambiguous" for item in found["items"])
    assert ambiguous == 4  # one citation with two candidates, seen from both of its ends


@pytest.mark.parametrize("point", [{"discusses": "professional-role"}, {"claim": "low-professionalisation-enables"}])
def test_states_part_the_works(client: httpx.Client, works: dict[str, dict[str, Any]], point: dict[str, str]) -> None:
    coverage = client.get("/works", params=point).json()["coverage"]
    found = [key for state in coverage for key in keys(client, **point, state=state)]
    assert sorted(found) == sorted(works)
    for state, count in coverage.items():
        assert len(keys(client, **point, state=state)) == count


def test_silent_works_have_the_evidence_of_their_silence_and_unread_ones_none(client: httpx.Client) -> None:
    for state, said in (("silent", ["silent"]), ("unread", [])):
        page = client.get("/works", params={"discusses": "professional-role", "state": state}).json()
        assert page["items"]
        for work in page["items"]:
            assert [e["state"] for e in work["evidence"] if e["about"] == "professional-role"] == said


def test_narrower_concepts_count(client: httpx.Client) -> None:
    whole = client.get("/concepts/professional-role").json()
    for narrower in whole["narrower"]:
        assert set(keys(client, discusses=narrower["key"])) <= set(keys(client, discusses="professional-role"))
    assert whole["narrower"]


def test_concept_by_iri(client: httpx.Client) -> None:
    by_iri = keys(client, discusses=f"{BASE}id/concept/professional-role")
    assert by_iri == keys(client, discusses="professional-role")


def test_a_claim_selects_the_works_that_speak_of_it(client: httpx.Client) -> None:
    for claim in client.get("/claims").json()["items"]:
        whole = client.get(f"/claims/{claim['key']}").json()
        loud = {e["work"] for e in whole["evidence"] if e["state"] != "silent" and e["status"] == "accepted"}
        assert set(keys(client, claim=claim["key"])) == loud
        assert sum(whole["coverage"].values()) == 35
        read = 35 - whole["coverage"]["unread"]
        extent = whole["extent"]
        assert extent["read"] == read
        assert sum(extent.values()) == 35


def test_filters_together_are_their_intersection(client: httpx.Client) -> None:
    single = [
        {"discusses": "professional-role"},
        {"year": "2010..2020"},
        {"type": "article-journal"},
        {"cited_by": "mcmullin2020citizenled"},
    ]
    wanted = set.intersection(*(set(keys(client, **one)) for one in single))
    together = {name: value for one in single for name, value in one.items()}
    assert set(keys(client, **together)) == wanted != set()


def test_filters_and_words_together(client: httpx.Client) -> None:
    both = keys(client, q="professionals", discusses="professional-role", year="2010..")
    assert both
    assert set(both) == (
        set(keys(client, q="professionals")) & set(keys(client, discusses="professional-role", year="2010.."))
    )


def test_discusses_and_claim_at_once_is_refused(client: httpx.Client) -> None:
    both = {"discusses": "professional-role", "claim": "low-professionalisation-enables"}
    assert client.get("/works", params=both).status_code == 400


@pytest.mark.parametrize("state", ["supports", "nonsense", ""])
def test_a_state_that_is_not_one_of_a_concept(client: httpx.Client, state: str) -> None:
    response = client.get("/works", params={"discusses": "professional-role", "state": state})
    assert response.status_code == 400
    assert response.json()["errors"][0]["where"] == "state"


NAMES = ["Alvarez", "Ångström", "anders", "Čapek", "Cobb", "Łoś", "Lund", "Özkan", "Œuvre", "Zola"]


@pytest.fixture(scope="module")
def accented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A library with a book by each of those names, and a title that begins with it."""
    home = open_home(settings_for(tmp_path_factory.mktemp("accented") / "home", reference_set=None))
    text = "".join(f"@book{{k{n}, author={{{name}, A.}}, title={{{name}}}}}\n" for n, name in enumerate(NAMES))
    import_file(home.library, home.committer, text.encode(), "a.bib")
    with serving(home) as client:
        yield client


@pytest.mark.parametrize(("path", "sort"), [("/works", "title"), ("/works", "author"), ("/people", None)])
def test_accents_and_case_do_not_decide_the_order_on_any_page(
    accented: httpx.Client, path: str, sort: str | None
) -> None:
    found: list[str] = []
    address: str | None = path
    parameters: dict[str, str] | None = {"limit": "3", **({"sort": sort} if sort else {})}
    while address:
        page = accented.get(address, params=parameters).json()
        found += [item.get("title") or item["family"] for item in page["items"]]
        address, parameters = page["next"], None
    in_order = ["Alvarez", "anders", "Ångström", "Čapek", "Cobb", "Łoś", "Lund", "Œuvre", "Özkan", "Zola"]
    assert found == in_order
    if sort == "title":
        assert [w["title"] for w in accented.get("/works?sort=-title").json()["items"]] == in_order[::-1]


def test_sorting(client: httpx.Client, works: dict[str, dict[str, Any]]) -> None:
    assert keys(client) == keys(client, sort="key") == sorted(works)
    years = [works[key].get("year", 0) for key in keys(client, sort="year")]
    assert years == sorted(years)
    years = [works[key].get("year", 0) for key in keys(client, sort="-year")]
    assert years == sorted(years, reverse=True)
    titles = [works[key]["title"].lower() for key in keys(client, sort="title")]
    assert titles == sorted(titles)
    titles = [works[key]["title"].lower() for key in keys(client, sort="-title")]
    assert titles == sorted(titles, reverse=True)
    first = [works[key]["authors"][0] for key in keys(client, sort="author") if works[key].get("authors")]
    assert len(first) > 30
    families = [agent.get("family", agent.get("literal")).lower() for agent in first]
    assert families == sorted(families)


def test_relevance_needs_words(client: httpx.Client) -> None:
    assert client.get("/works", params={"sort": "relevance"}).status_code == 400
    assert keys(client, q="co-production", sort="relevance") == keys(client, q="co-production")


def pages(client: httpx.Client, address: str, limit: int) -> list[httpx.Response]:
    """Every page, by `next`; the Link header must say the same."""
    found = [client.get(f"{address}{'&' if '?' in address else '?'}limit={limit}").raise_for_status()]
    while following := found[-1].json()["next"]:
        assert found[-1].headers["link"] == f'<{following}>; rel="next"'
        found.append(client.get(following).raise_for_status())
    assert "link" not in found[-1].headers
    return found


@pytest.mark.parametrize(
    "address",
    [
        "/works",
        "/works?sort=-year",
        "/works?sort=year",
        "/works?sort=-title",
        "/works?sort=author",
        "/works?q=co-production",
        "/works?discusses=professional-role",
        "/works?discusses=professional-role&state=unread",
        "/people",
        "/people?q=van",
        "/organizations",
        "/venues",
        "/concepts",
        "/claims",
        "/cases",
    ],
)
@pytest.mark.parametrize("limit", [3, 7])
def test_pages_add_up_to_one_big_page(client: httpx.Client, address: str, limit: int) -> None:
    joined = "&" if "?" in address else "?"
    whole = client.get(f"{address}{joined}limit=1000").json()
    found = pages(client, address, limit)
    items = [item["iri"] for page in found for item in page.json()["items"]]
    assert items == [item["iri"] for item in whole["items"]]
    assert {page.json()["total"] for page in found} == {whole["total"]} == {len(items)}
    assert all(len(page.json()["items"]) == limit for page in found[:-1])


def test_search_pages_add_up(client: httpx.Client) -> None:
    found = pages(client, "/search?q=co-production", 10)
    items = [item["iri"] for page in found for item in page.json()["items"]]
    assert len(items) == len(set(items)) == found[0].json()["total"] > 20


def test_limits(client: httpx.Client) -> None:
    assert len(client.get("/works", params={"limit": 1}).json()["items"]) == 1
    assert client.get("/works", params={"limit": 1000}).status_code == 200
    assert client.get("/works", params={"limit": 1001}).status_code == 400


def test_pages_of_a_past_version_stay_in_it(client: httpx.Client) -> None:
    first = client.get("/works", params={"limit": 30, "at": 1}).json()
    assert "at=1" in first["next"]
    assert len(client.get(first["next"]).json()["items"]) == 5


def test_pages_stay_right_under_writes(home: Path) -> None:
    opened = open_home(settings_for(home))
    with serving(opened) as client:
        before = keys(client)
        first = client.get("/works", params={"limit": 30}).json()
        added = b"@book{aaa, title={Before the cursor}, year=2001}\n@book{zzz, title={After it}, year=2002}"
        import_file(opened.library, opened.committer, added, "two.bib")
        following = client.get(first["next"]).raise_for_status().json()
    assert following["version"] == 2
    assert [item["key"] for item in first["items"] + following["items"]] == [*before, "zzz"]


def test_people_are_listed_by_family_name(client: httpx.Client) -> None:
    people = client.get("/people", params={"limit": 1000}).json()["items"]
    names = [person.get("family", person["name"]).lower() for person in people]
    assert names == sorted(names)


def pages_of(client: httpx.Client, **filters: str) -> list[tuple[list[str], int, dict[str, int]]]:
    """The keys on each page of three works, with the numbers that stand beside them."""
    found: list[tuple[list[str], int, dict[str, int]]] = []
    address: str | None = str(httpx.URL("/works", params={"limit": 3, **filters}))
    while address:
        page = client.get(address).raise_for_status().json()
        found.append(([item["key"] for item in page["items"]], page["total"], page["coverage"]))
        address = page.get("next")
    return found


@pytest.mark.parametrize("point", ["discusses=professional-role", "discusses=co-production", "claim=", "state=silent"])
@pytest.mark.parametrize("sort", list(ORDERS))
def test_few_of_many_works_are_put_in_order_as_a_list_of_all_has_them(
    client: httpx.Client, sort: str, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, value = point.partition("=")
    if name == "state":
        filters = {"discusses": "professional-role", "state": value}
    else:
        filters = {name: value or client.get("/claims").json()["items"][0]["key"]}
    ordered = SortedList.of
    alone: list[int] = []

    def noted(values: Mapping[str, str]) -> SortedList:
        alone.append(len(values))
        return ordered(values)

    of_all = pages_of(client, sort=sort, **filters)
    monkeypatch.setattr(work_lists, "FEW_OF_ALL", 1)
    monkeypatch.setattr(SortedList, "of", noted)
    assert pages_of(client, sort=sort, **filters) == of_all
    assert alone == [of_all[0][1]] * len(of_all), "each page puts them in order, and nothing else"
    assert of_all[0][1] > 1


def test_the_works_that_a_search_found_are_ordered_by_author(client: httpx.Client) -> None:
    every, found = keys(client, sort="author"), keys(client, q="professional", sort="author")
    assert len(found) > 3
    assert found == [key for key in every if key in found]
