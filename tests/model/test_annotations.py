"""Evidence written as an annotation, of the W3C or as a row of Hypothesis, and read back is the same evidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonplace.model.annotation_reading import AnnotationFault
from commonplace.model.annotations import annotation, read_annotation
from commonplace.model.hypothesis import read_row, row

BASE = "https://library.example/"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
PAGES = st.builds("{} {}".format, st.sampled_from(["p.", "pp.", "page"]), st.integers(1, 3000))


def optional(**members: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional=dict(members))


@st.composite
def evidence(draw: st.DrawFn) -> dict[str, Any]:
    """Evidence as its JSON has it, with everything that can be set."""
    about_type = draw(st.sampled_from(["concept", "claim"]))
    key, work = draw(st.sampled_from(["facilitator", "a-b"])), draw(st.sampled_from(["ostrom1996", "x"]))
    given = draw(
        optional(
            directness=st.sampled_from(["direct", "indirect"]),
            quote=TEXT,
            locator=TEXT | PAGES,
            note=TEXT,
            agent=TEXT,
            at=st.just("2026-01-02T03:04:05Z"),
        )
    )
    if draw(st.booleans()):
        given |= {"quoted_from": "other", "quoted_from_iri": f"{BASE}id/work/other"}
    return {
        **{"id": f"{key}--{work}", "iri": f"{BASE}id/evidence/{key}--{work}"},
        **{"work": work, "work_iri": f"{BASE}id/work/{work}", "about_type": about_type},
        **{"about": key, "about_iri": f"{BASE}id/{about_type}/{key}"},
        "state": draw(st.sampled_from(["discusses", "silent", "supports", "contradicts"])),
        "certainty": draw(st.sampled_from(["high", "moderate", "low"])),
        "method": draw(st.sampled_from(["human", "machine", "machine-reviewed"])),
        "status": draw(st.sampled_from(["proposed", "accepted", "rejected"])),
        **given,
    }


SAID = ("state", "directness", "certainty", "quote", "locator", "note", "method", "status")


def said(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in SAID if name in one}


@given(evidence(), st.booleans(), TEXT)
def test_a_web_annotation_read_back_is_the_evidence(one: dict[str, Any], is_found: bool, words: str) -> None:
    found = ("before ", words, " after") if is_found and "quote" in one else None
    written = annotation(one, BASE, found)
    read = read_annotation(written)
    things = {"work": one["work_iri"], "about": one["about_iri"]}
    if "quoted_from" in one:
        things["quoted_from"] = one["quoted_from_iri"]
    assert read == {**things, **said(one)}
    if found:
        selector = written["target"]["selector"][0]
        assert (selector["prefix"], selector["exact"], selector["suffix"]) == found


@given(evidence())
def test_a_row_of_hypothesis_read_back_is_the_evidence(one: dict[str, Any]) -> None:
    uri = "https://doi.org/10.1000/1"
    read = read_row(row(one, uri, "A title"))
    things = {"work": uri, "about": f"{one['about_type']}:{one['about']}"}
    if "quoted_from" in one:
        things |= {"work": one["work"], "quoted_from": uri}
    assert read == {**things, **said(one)}


def test_an_annotation_says_where_the_words_stand() -> None:
    one = {
        **{"id": "role--a2001", "iri": f"{BASE}id/evidence/role--a2001", "work": "a2001", "about_type": "concept"},
        **{"work_iri": f"{BASE}id/work/a2001", "about": "role", "about_iri": f"{BASE}id/concept/role"},
        **{"state": "discusses", "certainty": "low", "method": "human", "status": "accepted"},
        **{"quote": "the role", "locator": "pp. 12-14", "note": "At large."},
    }
    made = annotation(one, BASE, ("of ", "the Role", " of"))
    assert made["target"] == {
        "source": f"{BASE}id/work/a2001",
        "selector": [
            {"type": "TextQuoteSelector", "exact": "the Role", "prefix": "of ", "suffix": " of"},
            {"type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc3778", "value": "page=12"},
        ],
    }
    assert (made["cp:quote"], made["cp:locator"], made["cp:state"]) == ("the role", "pp. 12-14", "cp:discusses")
    assert made["body"][0]["source"] == f"{BASE}id/concept/role"


def test_annotations_of_other_programs_are_read() -> None:
    plain = {"type": "Annotation", "bodyValue": "Of interest.", "target": "https://doi.org/10.1000/1"}
    assert read_annotation(plain) == {"work": "https://doi.org/10.1000/1", "note": "Of interest."}
    tagged = {
        "type": ["Annotation"],
        "body": [
            {"type": "TextualBody", "value": "facilitator", "purpose": "tagging"},
            {"type": "TextualBody", "value": "odd", "purpose": "tagging"},
            {"type": "TextualBody", "value": "certainty:high", "purpose": "tagging"},
            {"type": "TextualBody", "value": "They help."},
        ],
        "target": [
            {
                "source": {"id": "https://library.example/works/a2001"},
                "selector": {
                    "type": "FragmentSelector",
                    "value": "page=7",
                    "refinedBy": {"type": "TextQuoteSelector", "exact": "help"},
                },
            }
        ],
    }
    assert read_annotation(tagged) == {
        "work": "https://library.example/works/a2001",
        "about": "facilitator",
        "certainty": "high",
        "quote": "help",
        "locator": "p. 7",
        "note": "They help. (tags: odd)",
    }


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"type": "Note", "target": "x"}, "type"),
        ({"type": "Annotation"}, "target"),
        ({"type": "Annotation", "target": ["a", "b"]}, "target"),
        ({"type": "Annotation", "target": {"selector": []}}, "target.source"),
        (
            {
                "type": "Annotation",
                "target": "x",
                "body": [
                    {"value": "silent", "purpose": "tagging"},
                    {"value": "discusses", "purpose": "tagging"},
                ],
            },
            "tags",
        ),
    ],
)
def test_what_cannot_be_evidence_is_told_with_its_place(document: dict[str, Any], where: str) -> None:
    with pytest.raises(AnnotationFault) as fault:
        read_annotation(document)
    assert fault.value.where == where


def test_a_reply_is_no_evidence() -> None:
    with pytest.raises(AnnotationFault, match="reply"):
        read_row({"uri": "https://doi.org/10.1000/1", "references": ["x"], "tags": []})
