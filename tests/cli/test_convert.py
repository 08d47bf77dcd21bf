"""`commonplace convert`: every target, what is reported, how it ends; and reading on several cores."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import rdflib

from commonplace.errors import BadRequest
from commonplace.exchange.conversion import convert
from commonplace.importers import parallel
from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.parallel import BatchReading
from commonplace.model.record import ReadEntry
from tests.command import Finished, commonplace, complains_in_one_line, fed

BIB = r"""@string{lgs = "Local Government Studies"}
@article{doe2020, author = {Doe, Jos{\'e} and {World Bank}}, title = {A study}, journal = lgs, year = 2020}
@inbook{part, crossref = {whole}, title = {A part}}
@book{whole, title = {The whole}, year = 1999}
@misc{lossy, title = {An \emph{odd} one}, doi = {nonsense}, isbn = {12}}
"""
FAILING = BIB + "@article{,}\n"


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "mine.bib"
    path.write_text(BIB)
    return path


def run(*arguments: str | Path, cwd: Path) -> Finished:
    return commonplace("convert", *arguments, cwd=cwd)


def test_to_csl_json_on_standard_output_with_losses_beside(bib: Path) -> None:
    done = run("--to", "csl-json", bib, cwd=bib.parent)
    assert done.exit == 0
    items = done.json()
    assert [item["id"] for item in items] == ["doe2020", "part", "whole", "lossy"]
    assert all(item["citation-key"] == item["id"] for item in items)
    assert items[0]["author"] == [{"family": "Doe", "given": "José"}, {"literal": "World Bank"}]
    assert items[0]["container-title"] == "Local Government Studies"
    assert items[1]["container-title"] == "The whole"
    assert [line.partition(": ")[0] for line in done.err.splitlines()] == ["mine.bib:5", "mine.bib:5"]
    assert sorted(path.name for path in bib.parent.iterdir()) == ["mine.bib"]  # no home was made


EXTENSION = {"csl-json": "json", "bibtex": "bib", "ris": "ris", "jsonld": "jsonld", "turtle": "ttl"}


@pytest.mark.parametrize(("to", "extension"), EXTENSION.items())
def test_out_writes_a_file_of_the_name_for_each(bib: Path, to: str, extension: str) -> None:
    packed = bib.parent / "other.bib.gz"
    packed.write_bytes(gzip.compress(BIB.encode()))
    done = run("--to", to, "--out", "made", "--json", bib, packed, cwd=bib.parent)
    assert (done.exit, done.err) == (0, "")
    made = bib.parent / "made"
    assert sorted(path.name for path in made.iterdir()) == [f"mine.{extension}", f"other.{extension}"]
    text = (made / f"mine.{extension}").read_text()
    assert text == (made / f"other.{extension}").read_text()
    assert "doe2020" in text
    for receipt in done.receipts():
        assert receipt["entries"] == sum(receipt["fates"].values()) == len(receipt["items"]) == 4
        assert receipt["to"] == to
        assert [item["key"] for item in receipt["items"] if item["losses"]] == ["lossy"]


def test_rdf_holds_every_work_and_its_parts(bib: Path) -> None:
    graph = rdflib.Graph().parse(data=run("--to", "turtle", bib, cwd=bib.parent).text, format="turtle")
    titles = {str(title) for title in graph.objects(None, rdflib.DCTERMS.title)}
    assert {"A study", "A part", "The whole", "An odd one"} <= titles


def test_a_way_round_every_record_format_ends_where_it_began(bib: Path) -> None:
    first = run("--to", "csl-json", bib, cwd=bib.parent).json()
    run("--to", "ris", "--out", "a", bib, cwd=bib.parent)
    run("--to", "bibtex", "--out", "b", bib.parent / "a" / "mine.ris", cwd=bib.parent)
    again = run("--to", "csl-json", "--from", "bibtex", bib.parent / "b" / "mine.bib", cwd=bib.parent).json()
    shared = ("id", "type", "title", "author", "issued", "container-title")
    assert [[item.get(name) for name in shared] for item in again] == [[i.get(name) for name in shared] for i in first]


def test_exits_as_import_does(bib: Path) -> None:
    (bib.parent / "part.bib").write_text(FAILING.replace("@article{,}", "@article{x"))
    (bib.parent / "no.pdf").write_bytes(b"%PDF-1.7 x")
    some = run("--to", "ris", "part.bib", cwd=bib.parent)
    assert some.exit == 1
    assert some.out.count(b"TY  - ") == 4
    assert "failed: " in some.err
    none = run("--to", "ris", "no.pdf", "missing.bib", cwd=bib.parent)
    assert (none.exit, none.out) == (2, b"")
    assert "no.pdf: this is a PDF" in none.err
    mixed = run("--to", "ris", "--out", "o", "no.pdf", bib, cwd=bib.parent)
    assert mixed.exit == 1
    assert [path.name for path in (bib.parent / "o").iterdir()] == ["mine.ris"]


def test_a_file_is_not_written_over_another_or_itself(bib: Path) -> None:
    done = run("--to", "bibtex", "--out", ".", bib, cwd=bib.parent)
    assert done.exit == 2
    assert "itself" in done.err
    assert bib.read_text() == BIB


def test_a_key_bibtex_cannot_have_is_made_one_and_reported() -> None:
    out = io.BytesIO()
    source = b"TY  - BOOK\nID  - Doe, J. 2020\nTI  - T\nER  - \n"
    receipt = convert(source, "x.ris", None, "bibtex", lambda: out)
    text = out.getvalue().decode()
    assert text.startswith("% the key of the next entry was: Doe, J. 2020\n@book{Doe_J._2020-")
    assert [loss.field for loss in receipt.items[0].losses] == ["key"]
    (entry,) = read_bibtex(out.getvalue())
    assert entry.key is not None
    assert entry.key in receipt.items[0].losses[0].why


KEYS = ["k", "k", "k-2", "K"]
SAME = {
    "bibtex": "".join(f"@book{{{key}, title = {{{key}}}}}\n" for key in KEYS),
    "csl-json": json.dumps([{"id": key, "type": "book", "title": key} for key in KEYS]),
    "ris": "".join(f"TY  - BOOK\nID  - {key}\nTI  - {key}\nER  - \n" for key in KEYS),
}


@pytest.mark.parametrize("source", SAME)
@pytest.mark.parametrize("to", ["bibtex", "csl-json", "ris", "turtle"])
def test_no_two_entries_go_out_under_one_key(source: str, to: str) -> None:
    out = io.BytesIO()
    receipt = convert(SAME[source].encode(), "x", source, to, lambda: out)
    if to == "turtle":
        graph = rdflib.Graph().parse(data=out.getvalue(), format="turtle")
        keys = {str(key) for key in graph.objects(None, rdflib.URIRef("http://127.0.0.1:8000/ontology#citationKey"))}
        assert keys == {"k", "k-3", "k-2", "K"}
    else:
        assert [entry.key for entry in IMPORT_FORMATS[to].read(out.getvalue(), "")] == ["k", "k-3", "k-2", "K"]
    told = [(item.position, loss.why) for item in receipt.items for loss in item.losses if "written as" in loss.why]
    assert told == [(2, "another entry of the file has this key; written as 'k-3'")]


def test_keys_are_told_apart_the_same_on_several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(f"@book{{k{number % 900}, title = {{Title {number}}}}}\n" for number in range(1000)).encode()
    alone, together = io.BytesIO(), io.BytesIO()
    convert(data, "x.bib", "bibtex", "csl-json", lambda: alone)
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(parallel, "cores_at_hand", lambda: 2)
    convert(data, "x.bib", "bibtex", "csl-json", lambda: together)
    assert together.getvalue() == alone.getvalue()
    ids = [item["id"] for item in json.loads(alone.getvalue())]
    assert len(set(ids)) == 1000
    assert ids[900:902] == ["k0-2", "k1-2"]


def test_nothing_is_opened_for_a_file_that_cannot_be_read() -> None:
    def never() -> io.BytesIO:
        raise AssertionError("opened")

    with pytest.raises(BadRequest):
        convert(b"", "x.bib", "bibtex", "ris", never)


def big(number: int) -> bytes:
    """A file whose entries need one another: strings first, parents last."""
    before = '@string{pub = "M{\\"u}ller"}\n@xdata{shared, publisher = pub}\n'
    part = "@inbook{part%d,\n  crossref = {whole}, xdata = {shared}, title = {Part %d {\\'e}}}\n"
    after = "@book{part3, title = {twice}}\n@book{whole, title = {The whole}, year = 1999}\n"
    return "".join([before, *(part % (i, i) for i in range(number)), after]).encode()


@pytest.mark.filterwarnings("ignore")
def test_several_cores_read_the_same_records_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(parallel, "cores_at_hand", lambda: 2)
    data = big(1700)
    alone = read_bibtex(data)
    together = BatchReading(IMPORT_FORMATS["bibtex"], data, "", list)
    assert together.total == alone.total == 1702
    assert together.preserved == alone.preserved
    assert [entry for batch in together for entry in batch] == list(alone)


def keys(entries: Sequence[ReadEntry]) -> list[str | None]:
    return [entry.key for entry in entries]


@pytest.mark.filterwarnings("ignore")
def test_reading_can_stop_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)
    batches = BatchReading(IMPORT_FORMATS["bibtex"], big(3000), "", keys, cores=2)
    assert next(iter(batches))[:2] == ["part0", "part1"]
    batches.close()
    assert list(batches) == []


def test_the_receipt_is_json_without_absent_values() -> None:
    receipt = convert(BIB.encode(), "x.bib", None, "ris", io.BytesIO, every_item=True)
    told = json.loads(receipt.json_text())
    assert told["fates"] == {"converted": 4, "failed": 0}
    assert "error" not in told["items"][0]
    assert len(list(receipt.lines())) == 2


def test_standard_input_is_converted_to_standard_output_and_into_a_folder(tmp_path: Path) -> None:
    data = b"@book{a, title={Tides}, month={never}}\n"
    done = fed(data, "convert", "-", "--to", "ris", cwd=tmp_path)
    assert (done.exit, "TI  - Tides" in done.text) == (0, True)
    assert all(line.startswith("standard input:") for line in done.err.splitlines())
    into = fed(data, "convert", "-", "--to", "ris", "--out", "made", "--json", cwd=tmp_path)
    assert (tmp_path / "made" / "standard-input.ris").read_bytes() == done.out
    receipt = into.json()
    assert receipt["file"] == "standard input"
    assert sum(one["count"] for one in receipt["loss_counts"]) == len(receipt["items"][0]["losses"]) > 0


def test_standard_input_is_read_in_the_format_that_is_given(tmp_path: Path) -> None:
    data = b'[{"id": "a", "type": "book", "title": "Tides"}]'
    assert "@book{a," in fed(data, "convert", "-", "--to", "bibtex", cwd=tmp_path).text
    wrong = fed(data, "convert", "-", "--from", "ris", "--to", "bibtex", cwd=tmp_path)
    assert (wrong.exit, complains_in_one_line(wrong), "standard input: not RIS" in wrong.err) == (2, True, True)
    twice = fed(data, "convert", "-", "-", "--to", "ris", cwd=tmp_path)
    assert (twice.exit, complains_in_one_line(twice)) == (2, True)
