"""`commonplace doi`, as its users have it, against the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command import Finished, commonplace, complains_in_one_line
from tests.importers.doi.agency_server import Agencies, PassingTime, serving_agencies

OSTROM = "10.1016/0305-750X(96)00023-X"


@pytest.fixture
def agencies() -> Iterator[Agencies]:
    body = {"type": "journal-article", "title": ["On it"], "author": [{"family": "Doe"}]}
    retracted = {"updated-by": [{"DOI": "10.1000/notice", "type": "retraction"}]}
    bodies = {
        "10.1000/a": {"DOI": "10.1000/a", **body},
        "10.1000/w": {"DOI": "10.1000/w", **body, **retracted},
        OSTROM.lower(): {
            "DOI": OSTROM.lower(),
            **body,
            "author": [{"family": "Ostrom"}],
            "abstract": "<p>New here.</p>",
        },
    }
    with serving_agencies(Agencies(PassingTime(), crossref=bodies, limit=1_000)) as made:
        yield made


Run = Callable[..., Finished]


@pytest.fixture
def run(agencies: Agencies, home: Path, tmp_path: Path) -> Run:
    def made(*arguments: str | Path, **settings: str) -> Finished:
        given = {
            "home": str(home),
            "crossref_url": agencies.addresses.crossref,
            "datacite_url": agencies.addresses.datacite,
            "doi_url": agencies.addresses.doi,
            "contact": "a@example.org",
            **settings,
        }
        return commonplace("doi", *arguments, cwd=tmp_path, **given)

    return made


def test_dois_on_the_command_line(run: Run, home: Path) -> None:
    done = run("10.1000/a", "https://doi.org/10.1000/W", "--json")
    assert (done.exit, done.err) == (0, "")
    receipt = done.json()
    assert receipt["fates"] == {"new": 2, "matched": 0, "updated": 0, "failed": 0}
    assert [item.get("status") for item in receipt["items"]] == [None, "retracted"]
    assert (home / "cache" / "doi.sqlite").exists()


def test_a_list_in_a_file_with_some_that_fail(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# mine\n10.1000/a\n10.1000/none\nnonsense\n10.1000/w\n")
    done = run("--file", tmp_path / "list.txt")
    assert done.exit == 1
    lines = done.text.splitlines()
    assert lines[0] == "list.txt: 4 entries: 2 new, 0 matched, 0 updated, 2 failed"
    assert any("line 3: 10.1000/none: failed: not registered" in line for line in lines)
    assert any("line 4: nonsense: failed: not a DOI" in line for line in lines)
    assert any("line 5: 10.1000/w: the work is retracted" in line for line in lines)
    assert lines[-1].startswith("version 2; take it back")


def test_enriching_in_a_dry_run(run: Run) -> None:
    done = run("--enrich", "--dry-run", "--json")
    receipt = done.json()
    assert "version" not in receipt
    (updated,) = [item for item in receipt["items"] if item["fate"] == "updated"]
    assert updated["key"] == OSTROM
    assert done.exit == 1, "the stand-in knows no other work of the library"


@pytest.mark.parametrize(
    "arguments", [(), ("10.1000/a", "--enrich"), ("--file", "missing.txt"), ("--file", "empty.txt")]
)
def test_nothing_to_ask_for_is_said_in_one_line(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    done = run(*arguments)
    assert done.exit == 2
    assert complains_in_one_line(done)


def test_a_contact_that_is_no_mail_address_is_named(run: Run) -> None:
    done = run("10.1000/a", contact="nobody")
    assert done.exit == 2
    assert "COMMONPLACE_CONTACT" in done.err
