"""What nobody has touched goes out as it came in, byte for byte; what was changed is written anew, and that is said."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from commonplace.commit import Proposal
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest
from commonplace.exchange.exports import WithOriginals, export_originals
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.change import ChangeSet, Note, Version
from commonplace.model.namespaces import DCTERMS
from tests.command import commonplace
from tests.conftest import BASE, serving, settings_for

TEXT = """% a comment at the head
@STRING{ jt = "Journal of Things" }
@preamble{"\\newcommand{\\x}{y}"}

@Article  {first,
   author="M{\\"u}ller, J\u00fcrgen"
  ,title   =   {On   Things} , JOURNAL = jt,
    year=2001}
between the entries
@book(second, title = {Another},
\tyear={1999},)   % at the end
"""
CHANGED = b"@book{third,title={Third},year=2010}"
RIS = "TY  - BOOK\nID  - r1\nTI  - A  title\nPY  - 2001\nZZ  - odd\nER  - \n\nTY  - BOOK\nID  - r2\nTI  - B\nER  -\n"
FILES = {
    "UTF-8": TEXT.encode(),
    "a byte order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "Latin-1": TEXT.encode("latin-1"),
    "Latin-1 with CRLF": TEXT.replace("\n", "\r\n").encode("latin-1"),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(settings_for(tmp_path / "home", reference_set=None))


def taken(home: Home, data: bytes, name: str = "mine.bib") -> None:
    receipt = import_file(home.library, home.committer, data, name)
    assert receipt.fates["new"] == receipt.entries


def original(home: Home, format: str = "bibtex", at: Version | None = None) -> WithOriginals:
    library = home.library
    return library.read(lambda snapshot: export_originals(snapshot, library.things, library.minter, format), at)


def retitled(home: Home, key: str, old: str, new: str) -> None:
    work = NamedNode(f"{BASE}id/work/{key}")

    def propose(snapshot: Snapshot) -> Proposal:
        change = ChangeSet(
            added=(Quad(work, DCTERMS["title"], Literal(new)),), removed=(Quad(work, DCTERMS["title"], Literal(old)),)
        )
        return Proposal(change, Note(agent="Ada", kind="update"))

    home.committer.commit(propose)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_nobody_has_touched_comes_back_whole(home: Home, kind: str) -> None:
    taken(home, FILES[kind])
    made = original(home)
    assert made.data == FILES[kind]
    assert made.counts == "2 of 2"


@pytest.mark.parametrize("kind", FILES)
def test_an_entry_comes_back_as_it_was_beside_one_that_is_changed(home: Home, kind: str) -> None:
    data = FILES[kind]
    taken(home, data)
    taken(home, CHANGED, "other.bib")
    retitled(home, "second", "Another", "Quite another")
    made = original(home)
    entry = data[data.index(b"@Article") : data.index(b"between")].rstrip()
    assert entry in made.data
    assert b'jt = "Journal of Things"' in made.data
    assert CHANGED in made.data
    assert b"@book(second" not in made.data
    assert b"title = {Quite another}" in made.data
    assert made.data.index(b"written anew") < made.data.index(b"Quite another")
    assert made.counts == "2 of 3"
    assert (b"in cp1252" in made.data) == kind.startswith("Latin-1")


def test_what_is_exported_imports_to_the_same_works(home: Home, tmp_path: Path) -> None:
    taken(home, FILES["CRLF"])
    taken(home, CHANGED, "other.bib")
    retitled(home, "second", "Another", "Quite another")
    there = open_home(settings_for(tmp_path / "there", reference_set=None))
    receipt = import_file(there.library, there.committer, original(home).data, "all.bib")
    assert receipt.fates["new"] == 3
    with serving(home) as here, serving(there) as other:
        for key in ("first", "second", "third"):
            ours, theirs = here.get(f"/works/{key}").json(), other.get(f"/works/{key}").json()
            assert {**ours, "version": 0} == {**theirs, "version": 0}


def test_an_entry_that_another_added_to_is_written_anew(home: Home, tmp_path: Path) -> None:
    import_file(home.library, home.committer, FILES["UTF-8"], "mine.bib")
    more = b"@book{second, title={Another}, year=1999, publisher={Press}}"
    assert import_file(home.library, home.committer, more, "more.bib").fates["updated"] == 1
    assert original(home).counts == "1 of 2"
    assert original(home, at=Version(1)).data == FILES["UTF-8"]
    twice = open_home(settings_for(tmp_path / "twice", reference_set=None))
    import_file(twice.library, twice.committer, b"@book{second, title={Another}, year=1999}\n" + more, "both.bib")
    assert original(twice).counts == "0 of 1"


def test_ris_and_what_came_in_another_format(home: Home) -> None:
    taken(home, RIS.encode(), "a.ris")
    assert original(home, "ris").data == RIS.encode()
    taken(home, CHANGED)
    made = original(home, "ris")
    assert made.counts == "2 of 3"
    assert RIS.encode() in made.data
    assert b"ID  - third" in made.data
    with pytest.raises(BadRequest, match="csl-json"):
        original(home, "csl-json")


def test_utf_16_is_written_anew(home: Home) -> None:
    taken(home, TEXT.encode("utf-16"))
    assert original(home).counts == "0 of 2"


def test_over_http_and_by_command(home: Home, tmp_path: Path) -> None:
    data = FILES["Latin-1"]
    taken(home, data)
    with serving(home) as client:
        answer = client.get("/export", params={"original": "true"})
        assert (answer.content, answer.headers["commonplace-original"]) == (data, "2 of 2")
        assert answer.headers["etag"] != client.get("/export").headers["etag"]
        one = client.get("/works/second.bib?original=true")
        assert b"@book(second, title = {Another},\n\tyear={1999},)" in one.content
        assert one.headers["commonplace-original"] == "1 of 1"
        for wrong in ("/export?original=true&format=csl-json", "/export?original=true&style=apa"):
            assert client.get(wrong).status_code == 400
        assert client.get("/works/second.ttl?original=true").status_code == 400
        assert client.get("/works/nobody?original=true").status_code == 404
    done = commonplace("export", "--original", cwd=tmp_path, home=str(tmp_path / "home"), reference_set="none")
    assert (done.exit, done.out) == (0, data)
    assert "2 of 2" in done.err
