"""One library, exported in every format, imports to the same works, by itself and one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from tests.conftest import ROOT, serving, settings_for

ODD = r"""@comment{kept beside the entries}
@preamble{"\newcommand{\noop}[1]{#1}"}
@string{tb = "TUGboat"}
@proceedings{tug2001, title={Proceedings of the Meeting}, editor={Beeton, Barbara}, year=2001, month=aug,
  publisher={{TeX Users Group} and Friends}, address={Portland, OR}, isbn={0-201-13448-9, 978-0-201-13448-3}}
@inproceedings{inherits, crossref={tug2001}, author={de la Vall{\'e}e Poussin, Ch. and others}, title={On {\TeX}
  in {$O(n\log n)$} time}, pages={S1-2--S1-9}}
@article{first, author={Knuth, Jr., Donald E. and {Users \& Friends} and Aristotle and van der Berg, J{\"u}rgen},
  title={Macros, Part {I}}, journal=tb, volume=9, number="1/2", pages={12--20, 30}, month="17-20 " # jun, year=1988,
  issn={0896-3207}, keywords={macros, {fonts, old}, spacing}, note={See also \emph{second}.}, bibdate={Mon May 5},
  abstract={One paragraph.

  Another: 50\% & a TY  - JOUR in the midst}, coden={TUGBD5}, URL={http://example.org/~a_b?c=%20d}}
@article{second, author={Knuth, Donald E.}, title={Macros, Part {I}}, journal=tb, volume=9, number=3, year=1988}
@misc{untitled, author={Nobody}, howpublished={on a wall}, date={1984~/..}}
@misc{bare, note={nothing else}}
@book{кирилл, author={Толстой, Лев Николаевич}, title={Война и мир}, date={1869/1872}, language={russian}}
@phdthesis{thesis, author={Ng, A.}, title={A thesis}, school={Universit\'e Laval}, year={2001?}, type={Doktorarbeit}}
@article{sici, title={Old identifiers}, doi={10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2}}
@online{hdl, title={A handle where a DOI should be}, doi={hdl:2027/abc}, eprint={2001.01234}, eprinttype={arxiv}}
"""
JSON_ITEMS = """[
 {"id": "items, 7", "type": "post-weblog", "title": "A key that only JSON takes",
  "author": [{"literal": "The Editors"}], "issued": {"date-parts": [[2019, 2, 28]]}, "event-title": "A meeting"},
 {"id": "season", "type": "speech", "title": "A season", "issued": {"date-parts": [[2004]], "season": 2},
  "interviewer": [{"family": "Müller", "given": "Zoë", "suffix": "III"}], "keyword": "a; b"}
]"""
FORMATS = {"bibtex": "library.bib", "ris": "library.ris", "csl-json": "library.json"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A library with the works of the reference set and odder ones."""
    home = empty(tmp_path_factory.mktemp("library"))
    for name, data in (
        ("works.bib", (ROOT / "data" / "works.bib").read_bytes()),
        ("odd.bib", ODD.encode()),
        ("items.json", JSON_ITEMS.encode()),
    ):
        receipt = import_file(home.library, home.committer, data, name)
        assert receipt.fates["failed"] == 0
        assert receipt.fates["new"] == receipt.entries, [item for item in receipt.items if item.fate != "new"]
    return home


def empty(folder: Path) -> Home:
    return open_home(settings_for(folder, reference_set=None))


@pytest.fixture(scope="module")
def exported(library: Home) -> dict[str, bytes]:
    """That library in every format, as a reader gets it."""
    with serving(library) as client:
        return {format: client.get("/export", params={"format": format}).content for format in FORMATS}


def works(home: Home) -> dict[str, dict[str, Any]]:
    """The shape of every work by its key, without what counts writes."""
    with serving(home) as client:
        found = client.get("/works", params={"limit": 500}).json()
    assert found["complete"] == "complete"
    assert found["next"] is None
    return {work["key"]: {name: work[name] for name in work if name != "version"} for work in found["items"]}


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_imports_to_the_same_works(
    library: Home, exported: dict[str, bytes], format: str, tmp_path: Path
) -> None:
    there = empty(tmp_path / "home")
    receipt = import_file(there.library, there.committer, exported[format], FORMATS[format])
    assert receipt.fates["new"] == receipt.entries == len(works(library))
    assert receipt.faults == []
    before, after = works(library), works(there)
    renamed = before.keys() - after.keys()
    assert renamed == ({"items, 7"} if format == "bibtex" else set())  # BibTeX cannot have a comma in a key
    for key in before.keys() - renamed:
        assert after[key] == before[key]


def test_every_export_after_the_first_is_matched(library: Home, exported: dict[str, bytes], tmp_path: Path) -> None:
    there = empty(tmp_path / "home")
    fates = {}
    for format, data in exported.items():
        receipt = import_file(there.library, there.committer, data, FORMATS[format])
        fates[format] = {fate: count for fate, count in receipt.fates.items() if count}
        assert not [item for item in receipt.items if item.fate == "updated"], format
    count = len(works(library))
    assert fates == {"bibtex": {"new": count}, "ris": {"matched": count}, "csl-json": {"matched": count}}
