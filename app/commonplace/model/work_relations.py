"""Name the relations of one work to another that are stated in the graph, from both sides.

A relation has a word of its own for each side: what `is-translation-of` another work `has-translation` from that side.
Citations are no such relations, nor is the container of a work.
"""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import NamedNode

from commonplace.model.namespaces import CITO, DCTERMS, FRBR


class WorkRelation(NamedTuple):
    """A relation of two works: its word from the side it is stated on, its property, and both of the other side.

    `beside` is a wider property that is stated with it, for those who do not know the narrower one.
    """

    word: str
    property: NamedNode
    inverse_word: str
    inverse: NamedNode
    beside: NamedNode | None = None


WORK_RELATIONS: tuple[WorkRelation, ...] = (
    WorkRelation(
        "is-translation-of", FRBR["translationOf"], "has-translation", FRBR["translation"], DCTERMS["isVersionOf"]
    ),
    WorkRelation("succeeds", FRBR["successorOf"], "precedes", FRBR["successor"], DCTERMS["relation"]),
    WorkRelation("is-supplement-of", FRBR["supplementOf"], "has-supplement", FRBR["supplement"], DCTERMS["relation"]),
    WorkRelation("is-version-of", DCTERMS["isVersionOf"], "has-version", DCTERMS["hasVersion"]),
    WorkRelation("replaces", DCTERMS["replaces"], "is-replaced-by", DCTERMS["isReplacedBy"]),
    WorkRelation("corrects", CITO["corrects"], "is-corrected-by", CITO["isCorrectedBy"]),
    WorkRelation("retracts", CITO["retracts"], "is-retracted-by", CITO["isRetractedBy"]),
    WorkRelation("replies-to", CITO["repliesTo"], "has-reply", CITO["hasReplyFrom"]),
    WorkRelation("discusses", CITO["discusses"], "is-discussed-by", CITO["isDiscussedBy"]),
    WorkRelation("reviews", CITO["reviews"], "is-reviewed-by", CITO["isReviewedBy"]),
    WorkRelation("is-related-to", DCTERMS["relation"], "is-related-to", DCTERMS["relation"]),
)
"""Every relation that is shown and can be edited; those with a property `beside` come before what states that alone."""

BY_WORD: dict[str, tuple[WorkRelation, bool]] = {
    word: (relation, forward)
    for relation in reversed(WORK_RELATIONS)
    for word, forward in ((relation.inverse_word, False), (relation.word, True))
}
"""Each word of a relation, the relation, and whether it is the word of the side on which that is stated."""

PROPOSED_AS: dict[str, str] = {
    "translation": "is-translation-of",
    "version": "is-version-of",
    "edition": "replaces",
    "part": "succeeds",
    "correction": "corrects",
    "reply": "replies-to",
    "review": "reviews",
    "supplement": "is-supplement-of",
}
"""Relations that two works may be proposed in, and the word of what is stated when one is accepted; a chapter, which is
proposed as well, has the other work as its container."""
