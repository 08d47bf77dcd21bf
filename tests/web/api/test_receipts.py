"""Receipts over HTTP: on what a match rests, losses counted by kind, and the table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from commonplace.exchange.loss_counts import loss_counts
from commonplace.exchange.receipt_table import COLUMNS, receipt_table
from commonplace.exchange.receipts import FileFault, LossShape, Receipt, ReceiptItem
from commonplace.model.table_text import safe_cell
from tests.receipts import OSTROM, SMITH, check

HELD = SMITH.replace("note", "url={https://example.org/s}, pmid={17}, note")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1", "\n-x"]
BIBTEX = {"Content-Type": "application/x-bibtex"}


def imported(client: httpx.Client, text: str, **parameters: str) -> dict[str, Any]:
    response = client.post("/imports", content=text, headers={**BIBTEX, "Prefer": "wait=30"}, params=parameters)
    receipt: dict[str, Any] = response.raise_for_status().json()
    check(receipt)
    return receipt


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        (OSTROM, ["doi", "key", "people", "year", "venue"]),
        (OSTROM.replace("ostrom1996", "x").replace("Divide", "Divide: Coproduction, Synergy, and Development"),
         ["doi", "title", "people", "year", "venue"]),
        (SMITH, ["key", "entry"]),
        (SMITH.replace("smith2001", "y"), ["title", "people", "year", "venue", "pages"]),
        (HELD.replace("smith2001", "y").replace(" pmid={17},", ""),
         ["url", "title", "people", "year", "venue", "pages"]),
        (HELD.replace("smith2001", "y").replace("Ours", "Theirs"),
         ["pmid", "title", "people", "year", "venue", "pages"]),
        ("@article{z, title={The commons and the care of them}, url={https://example.org/s}}",
         ["url", "title"]),
        ("@article{smith2001, title={The commons and the care of them}, number={4}}", ["key", "title"]),
        ("@article{q, title={The commons and the care of them}, pmid={17}}", ["pmid", "title"]),
    ],
)  # fmt: skip
def test_a_match_says_on_what_it_rests(curator: httpx.Client, text: str, grounds: list[str]) -> None:
    imported(curator, HELD)
    (item,) = imported(curator, text)["items"]
    assert item["fate"] in ("matched", "updated")
    assert item["matched_on"] == grounds


def test_a_new_work_rests_on_nothing(curator: httpx.Client) -> None:
    (item,) = imported(curator, SMITH)["items"]
    assert "matched_on" not in item


def test_losses_are_counted_by_kind_before_the_items(curator: httpx.Client) -> None:
    imported(curator, SMITH)
    notes = "".join(SMITH.replace("Ours", f"Note {number}") for number in range(3))
    receipt = imported(curator, notes)
    kinds = {(one["field"], one["why"]): one["count"] for one in receipt["loss_counts"]}
    assert kinds == {
        ("note", "the library holds …, which stays"): 3,
        ("key", "the same key was used on line …; both entries were read"): 2,
    }
    assert [one["count"] for one in receipt["loss_counts"]] == [3, 2], "the most frequent first"
    assert list(receipt).index("loss_counts") < list(receipt).index("items")
    assert sum(one["count"] for one in receipt["loss_counts"]) == sum(len(item["losses"]) for item in receipt["items"])


def test_what_a_reason_quotes_does_not_make_another_kind() -> None:
    def kinds(*reasons: str) -> list[str]:
        return [one.why for one in loss_counts(LossShape(field="f", raw="", why=why) for why in reasons)]

    assert kinds("it holds 'O\\'Neil', which stays", 'it holds "O\'Neil", which stays') == ["it holds …, which stays"]
    assert kinds("unknown macro \\foo, \\bar; kept", "unknown macro \\baz; kept") == ["unknown macro …; kept"]
    assert kinds("beside 1996-05, kept", "beside 1999~/2001?, kept") == ["beside …, kept"]
    assert len(kinds("the agency's own", "the agency isn't")) == 2


@pytest.mark.parametrize("by", ["suffix", "accept"])
def test_a_receipt_is_a_table_too(curator: httpx.Client, by: str) -> None:
    imported(curator, SMITH)
    receipt = imported(curator, SMITH.replace("Ours", "Theirs") + "@book{broken\n", filename="some.bib")
    address = f"/imports/{receipt['id']}"
    answer = (
        curator.get(f"{address}.csv") if by == "suffix" else curator.get(address, headers={"Accept": "text/csv"})
    ).raise_for_status()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="import-{receipt["id"]}.csv"'
    assert answer.text.splitlines()[0] == ",".join(COLUMNS)
    matched, failed = rows(answer.text)
    assert {name: matched[name] for name in ("file", "version", "line", "key", "fate", "loss_count")} == {
        "file": "some.bib", "version": receipt["id"], "line": "1", "key": "smith2001", "fate": "matched",
        "loss_count": "1",
    }  # fmt: skip
    assert matched["matched_on"] == "key; title; people; year; venue; pages"
    assert matched["losses"] == "note: the library holds 'Ours', which stays: Theirs"
    assert (failed["fate"], failed["work"], failed["error"]) == ("failed", "", receipt["items"][1]["error"])
    tag = answer.headers["etag"]
    assert tag != curator.get(address).headers["etag"]
    assert curator.get(f"{address}.csv", headers={"If-None-Match": tag}).status_code == 304
    assert curator.get(f"{address}.json").json() == receipt


def test_the_receipt_of_a_dry_run_is_a_table_at_its_job(curator: httpx.Client) -> None:
    headers = {**BIBTEX, "Prefer": "respond-async, wait=30"}
    response = curator.post("/imports", content=SMITH, headers=headers, params={"dry_run": "true"})
    job = response.headers.get("location", "")
    if job:
        table = curator.get(f"{job}/receipt", headers={"Accept": "text/csv"}).raise_for_status()
        assert [row["version"] for row in rows(table.text)] == [""]


def test_what_is_no_import_has_no_table(curator: httpx.Client) -> None:
    assert curator.get("/imports/1.csv").status_code == 404
    assert curator.get("/imports/99.csv").status_code == 404


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1", "\n-x"]
)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "1996", "a=b", "Ostrom - Crossing", "'=1", "–1"])
def test_other_cells_are_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_every_cell_of_a_table_is_safe_and_every_fault_of_the_file_has_a_row() -> None:
    item = ReceiptItem(
        position=1,
        line=2,
        key="=k",
        fate="updated",
        work="http://a/id/work/%3Dk",
        matched_on=["doi"],
        added=["=x"],
        losses=(LossShape(field="@f", raw='=raw "x", y\nz', why="+why"), LossShape(field="g", raw="", why="no")),
    )
    receipt = Receipt(
        file="-a.bib", sha256="", format="bibtex", entries=1, fates={}, items=[item],
        faults=[FileFault(line=9, why="=fault")],
    )  # fmt: skip
    first, fault = rows(receipt_table([receipt]))
    assert not [cell for cell in (*first.values(), *fault.values()) if cell.startswith(tuple("=+-@"))]
    assert first["losses"] == '\'@f: +why: =raw "x", y\nz\ng: no'
    assert (fault["fate"], fault["position"], fault["line"], fault["error"]) == ("fault", "", "9", "'=fault")
