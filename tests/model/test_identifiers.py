"""Every spelling of an identifier has one normal form, and what is no identifier is said to be none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commonplace.model.identifiers import doi_key, normal_doi, normal_isbn, normal_issn, normal_orcid

OSTROM = "10.1016/0305-750X(96)00023-X"
SICI = "10.1002/(SICI)1097-4636(199823)43:4<412::AID-JBM8>3.0.CO;2-P"
HASH = "10.1002/(SICI)1521-3773(19990301)38:5<1::AID-ANIE1>3.0.CO;2-#"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        (OSTROM, OSTROM),
        (f"https://doi.org/{OSTROM}", OSTROM),
        (f"http://dx.doi.org/{OSTROM}", OSTROM),
        (f"doi:{OSTROM}", OSTROM),
        (f"DOI: {OSTROM}.", OSTROM),
        (f"info:doi/{OSTROM}", OSTROM),
        (f"doi.org/{OSTROM}", OSTROM),
        (f"({OSTROM})", OSTROM),
        ("https://doi.org/10.1002%2Fabc", "10.1002/abc"),
        ("https://doi-org.proxy.example.edu/10.1002/abc", "10.1002/abc"),
        ("https://onlinelibrary.example.com/doi/abs/10.1111/abc", "10.1111/abc"),
        (SICI, SICI),
        (SICI.replace("<", "%3C").replace(">", "%3E"), SICI),
        (HASH.replace("<", "&lt;").replace(">", "&gt;"), HASH),
        ("10.1000/abc,", "10.1000/abc"),
        ("10.1000/a[1]", "10.1000/a[1]"),
        ("10.1000/a]", "10.1000/a"),
    ],
)
def test_doi_in_every_spelling(text: str, doi: str) -> None:
    assert normal_doi(text) == doi


def test_dois_are_equal_whatever_their_case() -> None:
    assert normal_doi("10.1000/ABC") == "10.1000/ABC"
    assert doi_key("10.1000/ABCÉ") == "10.1000/abcÉ"


@pytest.mark.parametrize(
    ("normal", "text", "why"),
    [
        (normal_doi, "", "empty"),
        (normal_doi, "hdl.handle.net/2027/x", "must begin with '10.'"),
        (normal_doi, "10.1000/a b", "space"),
        (normal_doi, "10.1000", "a suffix"),
        (normal_isbn, "9780674042583", "check digit"),
        (normal_isbn, "123", "length"),
        (normal_issn, "1234-5678", "check digit"),
        (normal_orcid, "0000-0002-1825-0098", "check digit"),
        (normal_orcid, "0000-0002", "four groups"),
    ],
)
def test_says_what_is_wrong(normal: Callable[[str], str], text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        normal(text)


def test_isbn_keeps_its_length() -> None:
    assert normal_isbn("ISBN: 080442957X") == "0-8044-2957-X"
    assert normal_isbn("978 0 674 04258 2") == "978-0-674-04258-2"


def test_issn_and_orcid() -> None:
    assert normal_issn("0305750x") == "0305-750X"
    assert normal_orcid("https://orcid.org/0000-0002-1825-0097") == "0000-0002-1825-0097"
