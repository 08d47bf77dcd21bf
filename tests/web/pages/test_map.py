"""The map: the answer of the API, and the page whose list says what the drawing says."""

from __future__ import annotations

import gzip
import html
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import httpx
import pytest

from tests.conftest import BASE

BROWSER = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def whole(client: httpx.Client) -> dict[str, Any]:
    """The map of the reference set."""
    made: dict[str, Any] = client.get("/map").json()
    return made


def rows_of(text: str) -> dict[str, tuple[int, set[str]]]:
    """Return of each row of the list its number of links and the things that it links to."""
    found = {}
    for thing, row in re.findall(r'<li id="((?:work|concept)/[^"]+)">(.*?)</li>', text, re.DOTALL):
        count = re.search(r"· (\d+) links?<", row)
        assert count, row
        found[html.unescape(thing)] = int(count[1]), {unquote(end) for end in re.findall(r'href="[^"#]*#([^"]+)"', row)}
    return found


def test_the_map_has_each_link_of_the_library_once(client: httpx.Client, whole: dict[str, Any]) -> None:
    query = """PREFIX cito: <http://purl.org/spar/cito/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT (COUNT(*) AS ?n) WHERE { ?a %s ?b }"""
    for relation, property_ in (("cites", "cito:cites"), ("narrower", "skos:narrower")):
        asked = client.get("/sparql", params={"query": query % property_}, headers={"Accept": "text/csv"})
        edges = [edge for edge in whole["edges"] if edge["relation"] == relation]
        certain = [edge for edge in edges if edge.get("confirmation") != "ambiguous"]
        assert len(certain) == int(asked.text.split()[1])
    ends = [(edge["source"], edge["target"], edge["relation"]) for edge in whole["edges"]]
    assert len(set(ends)) == len(ends)
    ids = {node["id"] for node in whole["nodes"]}
    assert {end for pair in ends for end in pair[:2]} == ids
    for node in whole["nodes"]:
        assert node["links"] == sum((source == node["id"]) + (target == node["id"]) for source, target, _ in ends)
    assert (whole["total"], whole["complete"]) == (len(ids), "complete")


def test_a_doubtful_citation_is_marked(client: httpx.Client, whole: dict[str, Any]) -> None:
    for edge in whole["edges"]:
        if edge["relation"] == "cites" and edge["confirmation"] != "confirmed":
            key, cited = edge["source"].partition("/")[2], edge["target"].partition("/")[2]
            references = client.get(f"/works/{key}/references").json()["items"]
            [said] = [one for one in references if one["work"]["key"] == cited]
            assert said["confirmation"] == edge["confirmation"]
    assert {"ambiguous", "confirmed"} <= {edge.get("confirmation") for edge in whole["edges"]}


def test_places_are_equal_for_everybody_and_apart(client: httpx.Client, whole: dict[str, Any]) -> None:
    again = client.get("/map.json?relations=narrower&relations=discusses&relations=cites").json()
    assert again["nodes"] == whole["nodes"]
    places = [(node["x"], node["y"]) for node in whole["nodes"]]
    assert len(set(places)) == len(places)
    assert all(-1 <= x <= 1 and -1 <= y <= 1 for x, y in places)


def test_a_layout_by_year_has_each_work_at_its_year(client: httpx.Client) -> None:
    nodes = client.get("/map", params={"layout": "year"}).json()["nodes"]
    assert all(node["x"] == node["year"] for node in nodes if node.get("year"))
    assert len({(node["x"], node["y"]) for node in nodes if node.get("year")}) == sum("year" in node for node in nodes)


def test_filters_leave_what_they_say(client: httpx.Client, whole: dict[str, Any]) -> None:
    some = client.get("/map", params={"years": "2010..2018", "relations": "cites"}).json()
    assert some["nodes"]
    assert {edge["relation"] for edge in some["edges"]} == {"cites"}
    assert all(node["kind"] == "work" and 2010 <= node["year"] <= 2018 for node in some["nodes"])
    near = client.get("/map", params={"focus": "concept/professional-role"}).json()
    linked = {
        end
        for edge in whole["edges"]
        for end in (edge["source"], edge["target"])
        if "concept/professional-role" in (edge["source"], edge["target"])
    }
    assert {node["id"] for node in near["nodes"]} == linked
    assert near["nodes"][0]["id"] == "concept/professional-role"


def test_a_cut_map_keeps_what_has_most_links_and_says_so(client: httpx.Client, whole: dict[str, Any]) -> None:
    answer = client.get("/map", params={"limit": 5})
    cut = answer.json()
    assert (cut["complete"], answer.headers["commonplace-complete"]) == ("truncated", "truncated")
    assert [node["id"] for node in cut["nodes"]] == [node["id"] for node in whole["nodes"][:5]]
    assert cut["total"] == whole["total"]
    again = client.get("/map", params={"limit": 5}, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("years=2020..2010", 400, "2010..2020"),
        ("years=soon", 400, "2010..2020"),
        ("focus=work/nobody", 404, "work/KEY"),
        ("relations=likes", 400, "relations"),
        ("limit=0", 400, "limit"),
    ],
)
def test_what_cannot_be_mapped_is_refused(client: httpx.Client, asked: str, status: int, says: str) -> None:
    answer = client.get(f"/map?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.text


def test_the_list_says_what_the_drawing_says(client: httpx.Client) -> None:
    asked = {"relations": "cites"}
    nodes = client.get("/map", params=asked).json()
    rows = rows_of(client.get("/map", params=asked, headers=BROWSER).text)
    assert list(rows) == [node["id"] for node in nodes["nodes"][:50]]
    for node in nodes["nodes"]:
        links, named = rows[node["id"]]
        ends = {e["target"] for e in nodes["edges"] if e["source"] == node["id"]}
        ends |= {e["source"] for e in nodes["edges"] if e["target"] == node["id"]}
        assert links == node["links"]
        assert named <= ends
        assert len(ends) > 12 or named == ends


def test_the_pages_of_the_list_are_the_whole_map(client: httpx.Client, whole: dict[str, Any]) -> None:
    listed: list[str] = []
    for page in range(1, -(-len(whole["nodes"]) // 50) + 1):
        text = client.get("/map", params={"page": page}, headers=BROWSER).text
        listed += rows_of(text)
        for address, end in re.findall(r'href="(/map\?[^"#]*page=\d+)#([^"]+)"', text)[:2]:
            there = client.get(html.unescape(address), headers=BROWSER).text
            assert unquote(end) == "list" or unquote(end) in rows_of(there)
    assert listed == [node["id"] for node in whole["nodes"]]


def test_an_empty_map_says_what_to_do(empty: httpx.Client) -> None:
    assert empty.get("/map").json()["nodes"] == []
    assert "/desk/import" in empty.get("/map", headers=BROWSER).text
    assert ElementTree.fromstring(empty.get("/map.svg").content).tag == f"{SVG}svg"


def dots_of(picture: ElementTree.Element) -> int:
    """Return the number of dots of a picture."""
    groups = [one for one in picture.iter(f"{SVG}g") if one.get("class") == "dots"]
    return sum((path.get("d") or "").count("h0") for group in groups for path in group)


def test_the_picture_has_each_thing_and_link_and_leads_to_them(client: httpx.Client, whole: dict[str, Any]) -> None:
    answer = client.get("/map.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    picture = ElementTree.fromstring(answer.content)
    assert dots_of(picture) == len(whole["nodes"])
    lines = [path.get("d") or "" for path in picture.iter(f"{SVG}path") if "lines" in path.get("class", "")]
    assert sum(line.count("M") for line in lines) == len(whole["edges"])
    leads = {one.get("href") for one in picture.iter(f"{SVG}a")}
    assert leads == {f"{BASE}id/{node['id']}" for node in whole["nodes"]}
    labels = {one.text for one in picture.iter(f"{SVG}text")}
    assert "McMullin 2020" in labels
    assert "var(" not in answer.text
    asked = client.get("/map", headers={"Accept": "image/svg+xml"})
    assert (asked.content, asked.headers["etag"]) == (answer.content, answer.headers["etag"])
    browser = client.get("/map.svg", headers={"Accept": "text/html,image/avif,*/*;q=0.8"})
    assert browser.content == answer.content


def test_a_picture_follows_filters_and_search(client: httpx.Client) -> None:
    asked = {"years": "2010..2018", "relations": "cites", "layout": "year"}
    picture = ElementTree.fromstring(client.get("/map.svg", params=asked).content)
    assert dots_of(picture) == len(client.get("/map", params=asked).json()["nodes"])
    years = {int(one.text or 0) for one in picture.iter(f"{SVG}text") if one.get("class") == "year"}
    assert years
    assert all(2010 <= year <= 2018 for year in years)

    found = client.get("/map", params={"q": "crossing the GREAT divide"}).json()["found"]
    assert found == ["work/ostrom1996"]
    marked = ElementTree.fromstring(client.get("/map.svg", params={"q": "crossing the great divide"}).content)
    assert [one.get("href") for one in marked.iter(f"{SVG}a")] == [f"{BASE}id/work/ostrom1996"]
    assert [one.text for one in marked.iter(f"{SVG}text")] == ["Ostrom 1996"]
    page = client.get("/map", params={"q": "crossing the great divide"}, headers=BROWSER).text
    assert "1 found" in page
    assert "Nothing on the map" in client.get("/map", params={"q": "xylophone"}, headers=BROWSER).text


def test_a_map_is_packed_and_says_so(client: httpx.Client) -> None:
    plain = client.get("/map.json", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/map.json", headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]
    held = {"If-None-Match": packed.headers["etag"], "Accept-Encoding": "gzip"}
    assert client.get("/map.json", headers=held).status_code == 304
