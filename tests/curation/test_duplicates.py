"""Works of a library that may be one: candidates, with reasons; and the list of them over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import Literal, Quad

from commonplace.curation.duplicates.blocking import LONGEST
from commonplace.curation.duplicates.candidates import Similar, similar_works
from commonplace.curation.duplicates.particulars import Particulars, particulars_of
from commonplace.curation.duplicates.people import People
from commonplace.curation.duplicates.reading import read_particulars
from commonplace.derived.graph.records import record_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from commonplace.model.namespaces import DCTERMS
from tests.conftest import serving, settings_for
from tests.curation.works import SmallLibrary

TEXT = """@article{jones2001, author={Jones, Ann}, title={Neighbourhood services and their users}, year=2001}
@article{jones2002, author={Jones, Ann}, title={Neighborhood services and their users}, journal={B}, year=2001}
@book{jones2001b, author={Jones, Ann}, title={Something of another kind}, year=2001}
@article{reply, author={Brown, Bo}, title={Neighbourhood services and their users: a comment}, journal={B}, year=2003}
@misc{bare, note={no title}}
"""


def opened(directory: Path, *texts: str) -> Home:
    made = open_home(settings_for(directory, reference_set=None))
    for text in texts:
        import_file(made.library, made.committer, text.encode(), "a.bib")
    return made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return opened(tmp_path / "home", TEXT)


def found_in(home: Home) -> Similar:
    return home.library.read(lambda snapshot: similar_works(snapshot, home.library.minter))


def keys(page: httpx.Response) -> list[list[str]]:
    return [[work["key"] for work in item["works"]] for item in page.json()["items"]]


def test_the_list_says_why_and_how_much_was_compared(home: Home) -> None:
    with serving(home) as client:
        page = client.get("/duplicates").json()
        (found,) = page["items"]
        assert [work["key"] for work in found["works"]] == ["jones2001", "jones2002"]
        assert found["works"][0]["label"] == "Neighbourhood services and their users"
        assert (found["proposes"], found.get("relation")) == ("same", None)
        assert 90 < found["score"] <= 100
        assert "people of the same name: Ann Jones" in found["reasons"]
        assert (page["total"], page["complete"], page["next"]) == (1, "complete", None)
        counts = page["coverage"]
        assert (counts["works"], counts["without_title"], counts["pairs_left_out"]) == (5, 1, 0)
        assert (counts["same"], counts["relations"]) == (1, 2)
        assert client.get("/works").json()["total"] == 5


def test_relations_are_listed_apart(home: Home) -> None:
    with serving(home) as client:
        page = client.get("/duplicates?proposes=relation")
        assert {tuple(pair) for pair in keys(page)} == {("jones2001", "reply"), ("jones2002", "reply")}
        assert {item["relation"] for item in page.json()["items"]} == {"reply"}
        assert client.get("/duplicates?proposes=relation&work=jones2001").json()["total"] == 1
        assert client.get("/duplicates?proposes=anything").status_code == 400


def test_pages_add_up_and_a_new_version_is_looked_at_anew(home: Home) -> None:
    more = "@article{third, author={Jones, A.}, title={Neighborhood servces and their users}, year=2002}"
    with serving(home) as client:
        before = client.get("/duplicates").json()["total"]
        import_file(home.library, home.committer, more.encode(), "b.bib")
        whole = client.get("/duplicates").json()
        assert whole["total"] > before
        seen, address = [], "/duplicates?limit=1"
        while address:
            page = client.get(address).json()
            seen += page["items"]
            address = page["next"]
        assert seen == whole["items"]
        assert client.get("/duplicates?at=1").json()["total"] == before


def test_the_list_moves_along_with_edits_as_if_it_were_made_anew(home: Home) -> None:
    edits = [
        ("PATCH", "/works/jones2002", {"title": "Something else entirely, of another kind"}),
        ("PATCH", "/works/jones2002", {"title": "Neighbourhood services, and their users"}),
        ("PATCH", "/people/ann-jones", {"family": "Joness"}),
        ("DELETE", "/works/jones2001", None),
        ("POST", "/changes/5/undo", None),
    ]
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        listed = [keys(client.get("/duplicates"))]
        for method, address, body in edits:
            answer = client.request(method, address, json=body)
            assert answer.is_success, answer.text
            listed.append(keys(client.get("/duplicates")))
            anew = found_in(home)
            assert listed[-1] == [list(one.keys) for one in anew.candidates if one.proposes == "same"]
        pair = [["jones2001", "jones2002"]]
        assert listed == [pair, [], pair, pair, [], pair]


def test_works_whose_relation_is_stated_are_none(tmp_path: Path) -> None:
    text = "@book{whole, author={Jones, A.}, title={One title of some length}, year=2001}"
    part = "@inbook{part, author={Jones, A.}, title={One title of some length}, crossref={whole}, pages={1--2}}"
    assert found_in(opened(tmp_path / "other", f"{part}\n{text}")).candidates == []


def test_particulars_read_from_the_graph_are_those_of_the_record(tmp_path: Path) -> None:
    text = """@inproceedings{a, author={van der Berg, Anna and Müßig, {\\"O}. and {The Group}}, doi={10.1234/A.B},
      title={Tides, and {H$_2$O}}, booktitle={Proc. of Tides}, year=2001, pages={11--9}, langid={german}}
    @book{b, editor={Roe, R.}, title={Harbours}, edition={3}, isbn={978-0-306-40615-7}, year=1999, volume=2}
    @article{c, title={No people}, journal={World Development}, number=4, eprint={2101.00001}, eprinttype={arxiv}}
    @incollection{d, author={Lee, A}, title={In it}, crossref={b}, pages={e12}}"""
    home = opened(tmp_path / "home", text)
    minter = home.library.minter

    def compared(snapshot: Snapshot) -> tuple[dict[str, Particulars], dict[str, Particulars]]:
        read = {work.key: work for work in read_particulars(snapshot, minter)}
        kept = {key: particulars_of(record_of(snapshot, minter.thing("work", key), minter)) for key in read}
        return read, kept

    read, kept = home.library.read(compared)

    def without_forms(works: dict[str, Particulars]) -> dict[str, tuple[Particulars, People]]:
        """Return works without the forms of their names, in which the graph and a record differ, and their people."""
        return {key: (work._replace(digest="", names=()), work.people) for key, work in works.items()}

    assert without_forms(read) == without_forms(kept)
    assert len({work.digest for work in read.values()}) == 4
    assert set(read) == {"a", "b", "c", "d"}
    assert read["d"].part_of == "b"


def test_of_works_with_one_title_each_finds_its_better_partner(tmp_path: Path) -> None:
    """A paper and the article that it grew from have one title; two lists have both, and name no page."""
    venues = ("VLDB", "Very Large Data Bases", "Harbours Today", "Harbours today (London)")
    entry = "@article{{k{0}, author={{Lee, {1}}}, title={{Indexing the tides}}, journal={{{2}}}, year=1998}}\n"
    texts = [entry.format(n, "Ann" if n % 2 else "A.", venue) for n, venue in enumerate(venues)]
    pairs = [one.keys for one in found_in(opened(tmp_path / "home", *texts)).candidates if one.proposes == "same"]
    assert sorted(pairs) == [("k0", "k1"), ("k2", "k3")]
    pairs = [one.keys for one in found_in(opened(tmp_path / "less", *texts[1:3])).candidates if one.proposes == "same"]
    assert pairs == [("k1", "k2")], "without a better partner a person decides"


def test_what_lost_its_place_is_not_one_with_each_column_of_its_title(tmp_path: Path) -> None:
    column = "@article{{k{0}, title={{The bag of tricks}}, author={{Lee, Ann}}, journal={{Tides}}, year={1}{2}}}\n"
    placed = [column.format(n, 1990 + n, f", volume={n}, number=1, pages={{{n}0}}") for n in range(1, 5)]
    pairs = found_in(opened(tmp_path / "many", *placed, column.format("x", 1992, ""))).candidates
    assert [one.keys for one in pairs if one.proposes == "same"] == [("k2", "kx")], "the year tells"
    pairs = found_in(opened(tmp_path / "none", *placed, column.format("x", 1999, ""))).candidates
    assert [one.keys for one in pairs if one.proposes == "same"] == []
    pairs = found_in(opened(tmp_path / "few", *placed[:2], column.format("x", 1992, ""))).candidates
    assert len([one for one in pairs if one.proposes == "same"]) == 2, "a person decides which"


@pytest.mark.parametrize("title", [
    "Adaptive indexing of the tides in estuaries", "Indexing of the tides in shallow estuaries",
    "Adaptive indexing of tides in shallow estuaries: a survey", "Adaptive indexing of all tides in shallow lagoons",
])  # fmt: skip
def test_the_paper_that_an_article_grew_from_is_found_by_some_of_its_words(title: str, tmp_path: Path) -> None:
    texts = (
        "@article{article, title={Adaptive Indexing of the Tides in Shallow Estuaries}, author={Lee, Ann and Roe, Bo}, "
        "journal={Journal of Tides}, year=2003, volume=4, pages={1--20}}",
        f"@inproceedings{{paper, title={{{title}}}, author={{Lee, A. and Roe, B.}}, booktitle={{TIDES}}, year=2001}}",
    )
    (found,) = found_in(opened(tmp_path / "home", *texts)).candidates
    assert (found.keys, found.proposes, found.relation) == (("article", "paper"), "relation", "version")


def test_many_works_of_one_title_are_compared_with_neighbours_only_and_it_is_said(tmp_path: Path) -> None:
    count = 4 * LONGEST
    home = opened(
        tmp_path / "other",
        "".join(
            f"@misc{{k{n:03}, author={{Jones, A.}}, title={{A report of this office}}, howpublished={{p. {n}}}, "
            f"year={1700 + n}}}\n"
            for n in range(count)
        ),
    )
    found = found_in(home)
    assert found.coverage["works"] == count
    assert found.coverage["long_blocks"] >= 1
    assert count - 1 <= found.coverage["pairs_compared"] < 20 * count
    pairs = count * (count - 1) // 2
    assert found.coverage["pairs_left_out"] >= pairs - found.coverage["pairs_compared"]


def test_a_title_in_a_named_graph_is_of_no_work(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path / "home")
    aside = small.minter.thing("work", "aside")
    small.commit(Quad(aside, DCTERMS["title"], Literal("Tides"), small.minter.thing("work", "graph")))
    found = small.library.read(lambda snapshot: similar_works(snapshot, small.minter))
    assert found.coverage["works"] == 0


@pytest.fixture
def curator(home: Home) -> Iterator[httpx.Client]:
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        yield client


def decide(client: httpx.Client, judgement: str, reason: str = "", *works: str, **headers: str) -> httpx.Response:
    body = {"works": works or ("jones2001", "jones2002"), "judgement": judgement, "reason": reason}
    return client.post("/duplicates/decisions", json=body, headers=headers)


def test_different_is_remembered_with_its_reason_until_a_record_changes(curator: httpx.Client) -> None:
    made = decide(curator, "different", "One is the report, the other the article.")
    assert (made.status_code, made.headers["Location"]) == (201, "/changes/2")
    assert made.json()["agent"] == "Ada"
    assert [work["key"] for work in made.json()["works"]] == ["jones2001", "jones2002"]
    assert curator.get("/duplicates").json()["total"] == 0
    (kept,) = curator.get("/duplicates?decision=different").json()["items"]
    assert kept["decision"]["reason"] == "One is the report, the other the article."
    assert (kept["decision"]["current"], kept["proposes"]) == (True, "same")
    assert curator.get("/duplicates?at=1").json()["total"] == 1

    curator.patch("/works/reply", json={"year": 2004}).raise_for_status()
    assert curator.get("/duplicates").json()["total"] == 0, "another work changed"
    curator.patch("/works/jones2001", json={"title": "Neighbourhood services and the users of them"}).raise_for_status()
    curator.patch("/works/jones2001", json={"title": "Neighborhood services & their users"}).raise_for_status()
    (again,) = curator.get("/duplicates").json()["items"]
    assert (again["decision"]["judgement"], again["decision"]["current"]) == ("different", False)
    for version in (5, 4):
        curator.post(f"/changes/{version}/undo").raise_for_status()
    assert curator.get("/duplicates").json()["total"] == 0, "the record is as it was decided on"
    curator.post("/changes/2/undo").raise_for_status()
    (back,) = curator.get("/duplicates").json()["items"]
    assert "decision" not in back


def test_unsure_stays_in_the_list_and_same_leaves_it(curator: httpx.Client) -> None:
    import_more = "@article{third, author={Jones, A.}, title={Neighborhood servces and their users}, year=2002}"
    curator.post("/imports", content=import_more, headers={"Content-Type": "application/x-bibtex"}).raise_for_status()
    before = keys(curator.get("/duplicates"))
    assert before[0] == ["jones2001", "jones2002"]
    assert decide(curator, "unsure").status_code == 201
    assert keys(curator.get("/duplicates")) == [*before[1:], before[0]], "last, marked"
    assert decide(curator, "same", "", "http://127.0.0.1:8000/id/work/jones2002", "jones2001").status_code == 201
    assert keys(curator.get("/duplicates")) == before[1:]
    assert keys(curator.get("/duplicates?decision=same")) == [before[0]]
    assert keys(curator.get("/duplicates?decision=unsure")) == [], "one decision for any two works"
    assert sorted(keys(curator.get("/duplicates?decision=any"))) == sorted(before)


def test_works_that_nothing_proposes_may_be_decided_on_too(curator: httpx.Client) -> None:
    assert decide(curator, "different", "Another kind of thing.", "jones2001b", "bare").status_code == 201
    (item,) = curator.get("/duplicates?decision=different").json()["items"]
    assert (item["proposes"], item["reasons"]) == ("nothing", [])
    curator.patch("/works/jones2001b", json={"year": 2002}).raise_for_status()
    assert curator.get("/duplicates").json()["total"] == 1, "a change alone does not propose them"
    curator.delete("/works/bare").raise_for_status()
    assert curator.get("/duplicates?decision=different").json()["total"] == 0, "the decision went with the work"


REFUSED = [
    ({"judgement": "different"}, "reason"),
    ({"judgement": "perhaps"}, "judgement"),
    ({"judgement": "same", "works": ["jones2001", "jones2001"]}, "works"),
    ({"judgement": "same", "works": ["jones2001", "nobody"]}, "works"),
    ({"judgement": "same", "works": ["jones2001"]}, "works"),
    ({"judgement": "same", "more": 1}, "more"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_a_decision_that_says_too_little_is_refused(curator: httpx.Client, body: dict[str, Any], field: str) -> None:
    answer = curator.post("/duplicates/decisions", json={"works": ["jones2001", "jones2002"], **body})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in answer.text
    assert curator.get("/changes").json()["total"] == 1


def test_only_a_curator_decides_and_only_on_what_was_seen(home: Home, curator: httpx.Client) -> None:
    token = home.tokens.add("Reader", Role.CONTRIBUTOR)
    proposed = decide(curator, "same", Authorization=f"Bearer {token}")
    assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed")
    assert curator.get("/duplicates").json()["total"] == 1, "it waits for a curator"
    assert decide(curator, "same", Authorization="").status_code == 401
    seen = curator.get("/duplicates").headers["ETag"]
    curator.patch("/works/reply", json={"year": 2004}).raise_for_status()
    assert decide(curator, "same", **{"If-Match": seen}).status_code == 412
