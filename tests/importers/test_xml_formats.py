"""EndNote XML and MODS as other programs write them; broken; and made to do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonplace.importers.endnote_xml import read_endnote_xml
from commonplace.importers.formats import IMPORT_FORMATS, guess_format
from commonplace.importers.mods import read_mods
from commonplace.importers.reading import Reading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.names import Name
from commonplace.model.record import Record

ENDNOTE = """<?xml version="1.0" encoding="UTF-8" ?>
<xml><records>
<record><database name="My.enl">My.enl</database><source-app name="EndNote">EndNote</source-app>
<rec-number>7</rec-number><foreign-keys><key app="EN">7</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors>
<author><style face="normal" font="default" size="100%">van Eijk, Carola</style></author>
<author>World Bank,</author></authors>
<secondary-authors><author>Able, Ann</author></secondary-authors></contributors>
<titles><title><style face="normal">Why </style><style face="italic">citizens</style><style face="normal"> go</style>
</title><secondary-title>Public Management Review</secondary-title></titles>
<periodical><full-title>Public Management Review</full-title><abbr-1>PMR</abbr-1></periodical>
<pages>323-348</pages><volume>16</volume><number>3</number>
<keywords><keyword>co-production</keyword><keyword>engagement</keyword></keywords>
<dates><year>2014</year><pub-dates><date>April 3</date></pub-dates></dates>
<isbn>1471-9037 (Print)&#13;1471-9045 (Electronic)</isbn>
<electronic-resource-num>10.1080/14719037.2012.722683</electronic-resource-num>
<label>eijk2014</label>
<urls><related-urls><url>https://example.org/a</url><url>https://example.org/b</url></related-urls></urls>
<custom3>a mark</custom3>
</record>
<record><ref-type name="Edited Book">28</ref-type><titles><title>A whole</title>
<secondary-title>A series</secondary-title></titles><dates><year>n.d.</year></dates><isbn>not one</isbn></record>
<record><ref-type name="Recipe">99</ref-type><titles><title>A soup</title></titles></record>
</records></xml>
"""
MODS = """<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3">
<mods ID="ostrom1996">
  <titleInfo><nonSort>The</nonSort><title>Great Divide</title><subTitle>coproduction</subTitle></titleInfo>
  <titleInfo type="abbreviated"><title>Gt Divide</title></titleInfo>
  <name type="personal"><namePart type="given">Elinor</namePart><namePart type="family">Ostrom</namePart>
    <role><roleTerm authority="marcrelator" type="code">aut</roleTerm></role></name>
  <name type="corporate"><namePart>World Bank</namePart></name>
  <name type="personal"><namePart>Funder, Fred</namePart><role><roleTerm>funder</roleTerm></role></name>
  <originInfo><dateIssued encoding="w3cdtf" qualifier="approximate">1996-06</dateIssued></originInfo>
  <language><languageTerm type="code" authority="iso639-2b">eng</languageTerm></language>
  <subject><topic>Synergy</topic><topic>Development</topic></subject>
  <relatedItem type="host"><titleInfo><title>World Development</title></titleInfo>
    <originInfo><issuance>continuing</issuance></originInfo>
    <identifier type="issn">0305-750X</identifier>
    <part><detail type="volume"><number>24</number></detail><detail type="issue"><number>6</number></detail>
      <extent unit="page"><start>1073</start><end>1087</end></extent></part></relatedItem>
  <identifier type="doi">10.1016/0305-750X(96)00023-X</identifier>
  <identifier type="lccn">99-1</identifier>
  <physicalDescription><extent>15 pages</extent></physicalDescription>
</mods>
<mods><titleInfo><title>A thesis</title></titleInfo><genre>thesis</genre>
  <originInfo><place><placeTerm type="text">Oslo</placeTerm></place><publisher>A University</publisher>
    <dateIssued point="start">2001</dateIssued><dateIssued point="end">2003</dateIssued></originInfo>
  <location><url>https://example.org/t</url></location></mods>
</modsCollection>
"""


def test_endnote_styles_within_one_another_and_escaped_tags() -> None:
    text = """<xml><records><record><ref-type name="Book">6</ref-type>
<titles><title><style face="normal">H</style><style
face="subscript">2</style><style face="bold italic">O</style> <style face="underline">x</style></title></titles>
<abstract>of &lt;i&gt;Danio&lt;/i&gt; &amp;amp; p &lt; 0.05</abstract></record></records></xml>"""
    (entry,) = list(read_endnote_xml(text.encode()))
    assert entry.record is not None
    assert (entry.record.title, entry.record.abstract) == ("H₂O x", "of Danio & p < 0.05")
    assert entry.record.rich == {
        "title": "H<sub>2</sub><b><i>O</i></b> x",
        "abstract": "of <i>Danio</i> &amp; p &lt; 0.05",
    }
    assert [loss.why for loss in entry.losses] == ["underline: the words were kept, how they look was not"]


def test_mods_texts_may_have_tags() -> None:
    text = MODS.replace("<title>Great Divide</title>", "<title>Great &lt;i&gt;Divide&lt;/i&gt;</title>")
    first = next(iter(read_mods(text.encode())))
    assert first.record is not None
    assert first.record.title == "The Great Divide: coproduction"
    assert first.record.rich == {"title": "The Great <i>Divide</i>: coproduction"}


def records(reading: Reading) -> list[Record]:
    made = [entry.record for entry in reading]
    assert all(made)
    return [record for record in made if record is not None]


def test_endnote_xml_as_endnote_writes_it() -> None:
    first, whole, recipe = list(read_endnote_xml(ENDNOTE.encode()))
    record = first.record
    assert record is not None
    assert (first.key, first.line, record.type) == ("eijk2014", 3, "article-journal")
    assert record.names("author") == (
        Name(family="Eijk", given="Carola", particle="van"),
        Name(literal="World Bank"),
    )
    assert record.names("editor") == (Name(family="Able", given="Ann"),)
    assert (record.title, record.container_title) == ("Why citizens go", "Public Management Review")
    assert (record.page, record.volume, record.issue, record.issued) == ("323-348", "16", "3", "2014-04-03")
    assert (record.issn, record.doi) == (("1471-9037", "1471-9045"), "10.1080/14719037.2012.722683")
    assert record.keywords == ("co-production", "engagement")
    assert record.url == "https://example.org/a"
    assert dict(record.extra) == {
        "url": "https://example.org/b",
        "container-title-short": "PMR",
        "custom3": "a mark",
    }
    assert record.rich == {"title": "Why <i>citizens</i> go"}
    assert first.losses == ()
    assert whole.record is not None
    assert (whole.record.type, whole.record.collection_title, whole.key) == ("book", "A series", None)
    assert dict(whole.record.extra) == {"issued-date": "n.d.", "issn": "not one"}
    assert [loss.field for loss in whole.losses] == ["isbn", "year"]
    assert recipe.record is not None
    assert recipe.record.type == "document"
    assert [loss.field for loss in recipe.losses] == ["ref-type"]


def test_mods_as_libraries_write_it() -> None:
    first, thesis = list(read_mods(MODS.encode()))
    record = first.record
    assert record is not None
    assert (first.key, first.line, record.type) == ("ostrom1996", 3, "article-journal")
    assert record.title == "The Great Divide: coproduction"
    assert record.names("author") == (Name(family="Ostrom", given="Elinor"), Name(literal="World Bank"))
    assert record.names("contributor") == (Name(family="Funder", given="Fred"),)
    assert (record.issued, record.language, record.keywords) == ("1996-06~", "en", ("Synergy", "Development"))
    assert (record.container_title, record.issn) == ("World Development", ("0305-750X",))
    assert (record.volume, record.issue, record.page) == ("24", "6", "1073-1087")
    assert record.doi == "10.1016/0305-750X(96)00023-X"
    assert dict(record.extra) == {
        "lccn": "99-1",
        "title-short": "Gt Divide",
        "number-of-pages": "15",
        "funder": "Funder, Fred",
    }
    assert [loss.field for loss in first.losses] == ["name"]  # a funder is no role here
    assert thesis.record is not None
    assert (thesis.record.type, thesis.record.issued) == ("thesis", "2001/2003")
    assert (thesis.record.publisher, thesis.record.publisher_place) == ("A University", "Oslo")
    assert thesis.record.url == "https://example.org/t"
    assert thesis.losses == ()


def test_mods_with_a_prefix_and_alone() -> None:
    text = (
        '<m:mods xmlns:m="http://www.loc.gov/mods/v3"><m:titleInfo><m:title>One</m:title></m:titleInfo>'
        "<m:originInfo><m:issuance>monographic</m:issuance></m:originInfo></m:mods>"
    )
    (record,) = records(read_mods(text.encode("utf-16")))
    assert (record.title, record.type) == ("One", "book")


@pytest.mark.parametrize(("name", "text"), [("endnote-xml", ENDNOTE), ("mods", MODS)])
def test_xml_is_known_by_its_content(name: str, text: str) -> None:
    for data in (text.encode(), text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        found = guess_format("download", data)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize("name", ["endnote-xml", "mods"])
@pytest.mark.parametrize("data", [b"", b"hello", b"<a/>", b"<html><p>no</p></html>", b"\x00" * 50, b"%PDF-1.4"])
def test_what_holds_no_entry_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        IMPORT_FORMATS[name].read(data, "")


def test_half_a_file_is_read_up_to_where_it_ends() -> None:
    reading = read_endnote_xml(ENDNOTE[: ENDNOTE.index("A series")].encode())
    first, cut = list(reading)
    assert reading.faults
    assert reading.faults[0].line > first.line
    assert first.record is not None
    assert first.record.doi
    assert cut.record is not None
    assert cut.record.title == "A whole"
    assert "XML" in [loss.field for loss in cut.losses]


def laughing(text: str) -> bytes:
    """An entity that doubles itself thirty times, in a file of that kind."""
    doubled = "".join(f'<!ENTITY a{n + 1} "&a{n};&a{n};">' for n in range(30))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{doubled}]>{text}'.encode()


ONE_TITLE = "<xml><records><record><ref-type>6</ref-type><titles><title>Größe</title></titles></record></records></xml>"


@pytest.mark.parametrize(
    ("declared", "encoding", "told"),
    [
        ("", "cp1252", "Windows-1252"),
        ("<?xml version='1.0' encoding='utf-8'?>\n", "cp1252", "Windows-1252"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', "latin-1", ""),
        ("", "utf-16-le", "UTF-16-LE"),
        ("", "utf-32-be", "UTF-32-BE"),
        ("", "utf-8", ""),
    ],
)
def test_xml_in_an_encoding_that_it_does_not_declare(declared: str, encoding: str, told: str) -> None:
    reading = read_endnote_xml(f"{declared}{ONE_TITLE}".encode(encoding))
    (entry,) = reading
    assert entry.record is not None
    assert entry.record.title == "Größe"
    assert [told in fault.why for fault in reading.faults] == ([True] if told else [])
    assert not [loss for loss in entry.losses if loss.field == "XML"]


@pytest.mark.parametrize(
    "title",
    ["<title>&a30;</title>", '<title lang="&a30;">x</title>'],
    ids=["text", "attribute"],
)
def test_entities_are_refused_and_never_expanded(title: str) -> None:
    with pytest.raises(UnreadableFile, match="entit"):
        read_mods(laughing(f"<mods><titleInfo>{title}</titleInfo></mods>"))


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("outside")
    for declared in (f'<!ENTITY s SYSTEM "{secret.as_uri()}">', f'<!ENTITY % s SYSTEM "{secret.as_uri()}"> %s;'):
        with pytest.raises(UnreadableFile, match="entit"):
            read_mods(f"<!DOCTYPE x [{declared}]><mods><titleInfo><title>&s;</title></titleInfo></mods>".encode())
    included = f'<mods xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}"/></mods>'
    external = f'<!DOCTYPE mods SYSTEM "{secret.as_uri()}"><mods><note>x</note></mods>'
    for text in (included, external):
        (record,) = records(read_mods(text.encode()))
        assert "outside" not in repr(record)


def test_nesting_without_end_is_told() -> None:
    reading = read_mods(b"<mods><note>kept</note>" + b"<a>" * 100_000)
    (record,) = records(reading)
    assert reading.faults
    assert record.note == "kept"


def test_lines_beyond_65535_are_counted() -> None:
    text = "<records>" + "\n" * 70_000 + '<record><ref-type name="Book">6</ref-type></record></records>'
    (entry,) = list(read_endnote_xml(text.encode()))
    assert entry.line == 70_001
