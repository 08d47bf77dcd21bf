"""Define the queues that are patterns on the graph: what was solved does not fit the pattern any more."""

from __future__ import annotations

import json

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import Solution
from commonplace.library.queues.queue import Calls, Queue, Row, calling, of_pattern, patch
from commonplace.library.works import doubts_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, RDFS
from commonplace.model.work_reading import Neighbourhood

_BECAME = """VALUES (?became ?word) {
    (cp:retracted "retract") (cp:withdrawn "withdr") (cp:expression-of-concern "concern") }
?about cp:status ?became . BIND(STRAFTER(STR(?became), '#') AS ?detail)
FILTER NOT EXISTS { ?thing rdfs:comment ?said FILTER(CONTAINS(LCASE(?said), ?word)) }"""
"""What became of a work, where the note of what rests on it does not say so."""

_WORK = "?thing a fabio:Expression . OPTIONAL { ?thing dcterms:title ?detail } "


def _settle_doubt(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the call that corrects or confirms a field in doubt, and leaves the other doubts of its work."""
    assert row.about is not None
    doubts = [one for one in doubts_of(snapshot, row.about, minter) if one[0] != row.thing]
    left = [one.model_dump(exclude_none=True) for _, one in doubts] or None
    corrected = {row.detail or "FIELD": "…", "doubts": left}
    return [patch(f"/works/{minter.key(row.about.value)}", {"doubts": left}, corrected)]


def _choose_candidate(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the update that says which of several works a citation means."""
    chosen = minter.thing("work", row.detail or "")
    confirmed, node = minter.term("confirmed"), row.thing
    candidate, sure = minter.term("candidate"), minter.term("confirmation")
    update = (
        f"DELETE {{ {node} {candidate} ?c ; {sure} ?s }} "
        f"INSERT {{ {node} {CITO['hasCitedEntity']} {chosen} ; {sure} {confirmed} }} "
        f"WHERE {{ {node} {candidate} ?c OPTIONAL {{ {node} {sure} ?s }} }}"
    )
    return [
        Solution(method="POST", address="/sparql", media_type="application/sparql-update", bodies=[update]),
    ]


def _say_so(address: str) -> Calls:
    """Return the call that says in a note what became of the work beneath, after what the note says already."""

    def calls(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
        about = Neighbourhood(snapshot.triples(row.thing))
        work = minter.key(row.about.value) if row.about else ""
        said = f"The work {work} has this status now: {row.detail}."
        note = " ".join(filter(None, (about.text(row.thing, RDFS["comment"]), said)))
        noted = patch(f"{address}/{minter.key(row.thing.value)}", {"note": note})
        if address != "/evidence":
            return [noted]
        rejected = patch(f"{address}/{minter.key(row.thing.value)}", {"status": "rejected", "note": note})
        return [rejected, noted]

    return calls


_JUDGED_QUOTE = calling("PATCH", "/evidence/{key}", '{"quote": "…"}', '{"locator": "…"}')

PROPOSED = of_pattern(
    "proposed-evidence",
    "Proposed evidence",
    "Evidence that a contributor or a program proposed: accept it, or reject it with the reason in its note.",
    "?thing cp:standing cp:proposed ; cp:about ?about . OPTIONAL { ?thing cp:quote ?detail }",
    calling("PATCH", "/evidence/{key}", '{"status": "accepted"}', '{"status": "rejected", "note": "…"}'),
)


def _decide(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the call that decides as was proposed, or that leaves it open with the reason."""
    about = Neighbourhood(snapshot.triples(row.thing))
    works = sorted(minter.key(work.value) for work in about.nodes(row.thing, minter.term("onWork")))
    reason = about.text(row.thing, RDFS["comment"]) or ""
    accepted = {"works": works, "judgement": row.detail, "reason": reason}
    left = {"works": works, "judgement": "unsure", "reason": "…"}
    bodies = [json.dumps(body, ensure_ascii=False) for body in (accepted, left)]
    return [Solution(method="POST", address="/duplicates/decisions", bodies=bodies)]


PROPOSED_DECISIONS = of_pattern(
    "proposed-decisions",
    "Proposed decisions on two works",
    "What a contributor judges of two works that may be one: decide so, or otherwise with your reason.",
    "?thing a cp:Decision ; cp:standing cp:proposed ; cp:onWork ?about, ?other ; cp:judgement ?judged . "
    "FILTER(STR(?about) < STR(?other)) BIND(STRAFTER(STR(?judged), '#') AS ?detail)",
    _decide,
)

OF_EVIDENCE: tuple[Queue, ...] = (
    of_pattern(
        "quote-not-found",
        "Quotes that were not found",
        "Accepted evidence whose quote does not stand in the text that is held of the work: correct the words, or what "
        "was read (`locator`).",
        "?thing cp:standing cp:accepted ; cp:quoteCheck cp:not-found ; cp:work ?about ; cp:quote ?detail .",
        _JUDGED_QUOTE,
    ),
    of_pattern(
        "one-quote-for-many-claims",
        "One quote for several claims",
        "Evidence on a claim by words that are the evidence on another claim too: one passage seldom says two things.",
        """?thing cp:quote ?detail ; cp:about ?about ; cp:work ?work ; cp:standing cp:accepted . ?about a cp:Claim .
        FILTER EXISTS { ?other cp:quote ?detail ; cp:work ?work ; cp:about ?claim ; cp:standing cp:accepted .
                        ?claim a cp:Claim . FILTER(?claim != ?about) }""",
        calling("PATCH", "/evidence/{key}", '{"quote": "…"}'),
    ),
)

OF_RETRACTED: tuple[Queue, ...] = (
    of_pattern(
        "retracted-underneath",
        "Evidence from retracted works",
        "Accepted evidence that rests on a work which was retracted or withdrawn, or of which there is concern: judge "
        "whether it stands, and say in its note what became of the work.",
        f"?thing cp:standing cp:accepted ; cp:work ?about . {_BECAME}",
        _say_so("/evidence"),
    ),
    of_pattern(
        "cases-from-retracted-works",
        "Cases from retracted works",
        "Cases that a work describes which was retracted or withdrawn, or of which there is concern: say so in their "
        "note.",
        f"?thing cp:describedBy ?about . {_BECAME}",
        _say_so("/cases"),
    ),
    of_pattern(
        "cites-retracted",
        "Works that cite retracted works",
        "Works that cite one which was retracted or withdrawn, or of which there is concern: say so in their note, and "
        "look at what they are evidence of.",
        f"?thing cito:cites ?about . {_BECAME}",
        _say_so("/works"),
    ),
)

OF_RECORDS: tuple[Queue, ...] = (
    of_pattern(
        "facts-in-doubt",
        "Facts in doubt",
        "Fields of works that are recalled, inferred or in conflict: set the field to what the work itself says, or "
        "find it confirmed, and take the doubt away in the same step.",
        "?thing a cp:Doubt ; cp:onWork ?about ; cp:field ?detail .",
        _settle_doubt,
    ),
    of_pattern(
        "ambiguous-citations",
        "Ambiguous citations",
        "Citations of which it is not known which of several works is cited: each work that may be is an item.",
        "?thing a cito:Citation ; cito:hasCitingEntity ?about ; cp:candidate ?cited . ?cited cp:citationKey ?detail .",
        _choose_candidate,
    ),
    of_pattern(
        "no-identifier",
        "Works without an identifier",
        "Works with no DOI, ISBN or other identifier that leads to them: add one.",
        _WORK
        + """FILTER NOT EXISTS { ?thing prism:doi|prism:isbn ?confirmed }
        FILTER NOT EXISTS { ?thing datacite:hasIdentifier/datacite:usesIdentifierScheme ?scheme
                            FILTER(?scheme NOT IN (datacite:issn, datacite:url)) }""",
        calling("PATCH", "/works/{key}", '{"doi": "10.…"}', '{"isbn": ["…"]}'),
    ),
    of_pattern(
        "no-abstract",
        "Works without an abstract",
        "Works of which no abstract is held: quotes from them cannot be checked; suggestions know their titles only.",
        _WORK + "FILTER NOT EXISTS { ?thing dcterms:abstract ?held }",
        calling("PATCH", "/works/{key}", '{"abstract": "…"}'),
    ),
)

NEVER_READ = of_pattern(
    "never-read",
    "Works that nobody has read",
    "Works without any judgement: accept or reject what they discuss, or say that they are silent.",
    _WORK + "FILTER NOT EXISTS { ?evidence cp:work ?thing }",
    calling("POST", "/evidence", '{"work": "{key}", "about": "…", "state": "silent", "certainty": "high"}'),
)
