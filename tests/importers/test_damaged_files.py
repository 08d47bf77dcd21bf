"""Files with bytes changed, lost and doubled at random: every entry has a fate, and none takes the others along.

The first tests hold what such changes brought to light.
"""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commonplace.errors import BadRequest
from commonplace.exchange.conversion import convert
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.written_dates import written_date, written_year
from commonplace.model.edtf_date import is_edtf

WHOLE = {
    "a.bib": """@string{j = "Journal"}
@article{one, title = {A {Title} with $x_{i}^2$ and \\'etude \\emph{x}}, author = {Doe, Jane and Roe, R.}, journal = j,
  year = 1999, month = may, pages = {1--9}, date = {1999-05/1999-06}}
@book{two, title = "Second", editor = {van Eijk, C.}, year = {ca. 1850}, ids = {deux}, keywords = {a; b}}
@inbook{three, crossref = {two}, title = {Part}, file = {C:\\x\\y.pdf}, origtitle = {Teil}, origlanguage = {german}}
""",
    "a.ris": """TY  - JOUR
ID  - one
AU  - Doe, Jane
TI  - A title
JF  - Journal
PY  - 1999/05/03/
SP  - 1
EP  - 9
UR  - https://a.example/x
ER  -

TY  - BOOK
TI  - Two
A3  - Roe, R
TT  - Deux
C7  - role host: Poe, E
ER  -
""",
    "a.nbib": """PMID- 1
TI  - One.
FAU - Doe, Jane
AU  - Doe J
CN  - Group
DP  - 2001 Mar-Apr
JT  - J
LA  - fre
TT  - Un.

PMID- 2
TI  - Two
      goes on.
LID - 10.1000/x [doi]
PT  - Retracted Publication
""",
    "a.json": """[{"id": "a", "type": "book", "title": "A <i>t</i>", "author": [{"family": "Doe", "given": "Jane"}],
  "issued": {"date-parts": [[1999, 5]]}},
 {"id": "b", "type": "chapter", "custom": {"x": "y"}, "keyword": "a; b"}]""",
    "a.xml": """<?xml version='1.0' encoding='UTF-8'?>
<xml><records><record><ref-type name='Book'>6</ref-type><titles><title><style face='italic'>One</style></title></titles>
<dates><year>1999</year></dates></record>
<record><contributors><authors><author>Doe, J</author></authors></contributors><titles><title>Two</title></titles>
</record></records></xml>""",
    "a.mods": """<modsCollection xmlns='http://www.loc.gov/mods/v3'><mods><titleInfo><title>One</title></titleInfo>
<name><namePart>Doe, J</namePart></name></mods>
<mods ID='b'><titleInfo type='translated' lang='fre'><title>Deux</title></titleInfo>
<originInfo><dateIssued>1999</dateIssued></originInfo></mods></modsCollection>""",
}
PIECES = [bytes([one]) for one in (*b'{}"\\%@\n,=#<>&;[]$^_-:', 0, 9, 0xFF, 0xE2)]
PIECES += [
    b"TY  - ",
    b"ER  - ",
    b"PMID- ",
    b"FAU - ,",
    b"&#1;",
    b"\\u0000",
    b"\\ud800",
    b"@comment{",
    b"null",
    b"\xef\xbb\xbf",
]
"""What stands in a place of a file where it should not."""

changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 12), st.sampled_from(PIECES) | st.binary(max_size=3)),
    min_size=1,
    max_size=6,
)


def damaged(data: bytes, changed: list[tuple[float, int, bytes]]) -> bytes:
    """Return a file with pieces put in at some share of its length, each in the place of some bytes."""
    for share, lost, piece in changed:
        place = int(share * len(data))
        data = data[:place] + piece + data[place + lost :]
    return data


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=60)
@given(changed=changes)
@example(changed=[(0.5, 0, b"\\u0000")])
def test_every_entry_of_a_damaged_file_has_a_fate(name: str, changed: list[tuple[float, int, bytes]]) -> None:
    data = damaged(WHOLE[name].encode(), changed)
    for to in ("csl-json", "turtle"):
        out = io.BytesIO()
        try:
            receipt = convert(data, name, None, to, lambda out=out: out)  # type: ignore[misc]
        except BadRequest:
            return
        assert sum(receipt.fates.values()) == receipt.entries
        if to == "csl-json":
            assert len(json.loads(out.getvalue())) == receipt.fates["converted"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("9998/99", "9998/9999"), ("9998/97", None), ("0000/00", None), ("0 BC", None), ("1 BC", "0000"),
        ("0098/99", "0098/0099"), ("0098/97", "0098/0197"), ("1999/00", "1999/2000"),
    ],
)  # fmt: skip
def test_what_is_read_as_a_date_is_one(text: str, date: str | None) -> None:
    assert written_date(text) == date
    assert date is None or is_edtf(date)


@given(st.from_regex(r"-?[0-9]{1,4}( ?BCE?|[-/][0-9]{1,4})?", fullmatch=True))
def test_years_of_any_form_are_edtf_or_none(text: str) -> None:
    for read in (written_year(text), written_date(text)):
        assert read is None or is_edtf(read), read


@pytest.mark.parametrize("latex", [r"On \stackrel{a} it", r"\frac{1", r"$\stackrel{b}", r"\overset{x}{}\underset{y}"])
def test_a_macro_without_its_arguments_ends_nothing(latex: str) -> None:
    assert isinstance(decode(latex).text, str)
    file = f"@book{{a, title = {{{latex}}}}}}}}}\n@book{{b, title = {{Whole}}}}"
    assert [entry.key for entry in IMPORT_FORMATS["bibtex"].read(file.encode(), "a.bib")] == ["a", "b"]


@pytest.mark.parametrize("tag", ["re:s:x", "x:", "no:te"])
def test_a_name_of_an_element_that_is_none_is_kept_as_text(tag: str) -> None:
    file = WHOLE["a.xml"].replace("<dates>", f"<{tag}>kept</{tag}><dates>")
    first, second = IMPORT_FORMATS["endnote-xml"].read(file.encode(), "a.xml")
    assert first.record is not None
    assert second.record is not None
    assert "kept" in first.record.extra.values()
    assert second.record.title == "Two"


@pytest.mark.parametrize("format_name", ["csl-json", "bibtex", "ris", "turtle"])
def test_half_a_character_in_the_name_of_a_field_is_taken_out_and_told(format_name: str) -> None:
    items = '[{"id": "a", "type": "book", "no\\ud800te": "x", "custom": {"\\u0001": "y"}}, {"id": "b", "type": "book"}]'
    out = io.BytesIO()
    receipt = convert(items.encode(), "a.json", None, format_name, lambda: out)
    out.getvalue().decode()
    assert receipt.fates == {"converted": 2, "failed": 0}
    assert [loss.field for item in receipt.items for loss in item.losses] == ["no\\ud800te", "\\u0001"]
