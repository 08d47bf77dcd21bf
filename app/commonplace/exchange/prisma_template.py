"""Write the numbers of PRISMA as the table that the R package PRISMA2020 and its Shiny app draw the flow diagram from.

The columns, and the names in `data`, `node` and `box`, are those of the package's template (`PRISMA.csv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from commonplace.exchange.prisma import Prisma
from commonplace.model.table_text import table_row

TEMPLATE_COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")

_NONE = "NA"
"""What R reads as a missing value."""

_BOXES = (
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", _NONE, "box1", "Reports of studies included in previous version of review"),
    (_NONE, "node6", "newstud", "Identification of new studies via databases and registers"),
    ("database_results", "node7", "box2", "Databases"),
    ("database_specific_results", _NONE, "box2", "Specific Databases"),
    ("register_results", _NONE, "box2", "Registers"),
    ("register_specific_results", _NONE, "box2", "Specific Registers"),
    (_NONE, "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", _NONE, "box11", "Organisations"),
    ("citations_results", _NONE, "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", _NONE, "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", _NONE, "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", _NONE, "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", _NONE, "box16", "Reports of total included studies"),
    (_NONE, "node1", "identification", "Identification"),
    (_NONE, "node2", "screening", "Screening"),
    (_NONE, "node3", "included", "Included"),
)
"""Rows of the template: the name of a number, its node and box in the drawing, and the words in the box."""

_SEPARATES = re.compile(r"\s*[,;]\s*")


def prisma_template(numbers: Prisma) -> str:
    """Return the numbers as the CSV that the package reads: each is there, and 0 where the review has none of it."""
    known = _numbers(numbers)
    return "".join(map(table_row, (TEMPLATE_COLUMNS, *_rows(known))))


def _rows(known: dict[str, int | str]) -> Iterator[tuple[object, ...]]:
    yield (_NONE, "node4", "prevstud", "Previous studies", "Previous studies", _NONE, "", 0)
    for data, node, box, text in _BOXES:
        yield (data, node, box, text, text, _NONE, "", known.get(data, 0))


def _numbers(n: Prisma) -> dict[str, int | str]:
    """Return the numbers by the template's names. Records that could not be read were removed for another reason."""
    return {
        "database_results": n.found,
        "database_specific_results": _counted((one.source, one.found) for one in n.sources),
        "register_specific_results": _counted(()),
        "duplicates": n.duplicates,
        "excluded_other": n.removed + n.not_read,
        "records_screened": n.screened,
        "records_excluded": n.excluded,
        "dbr_sought_reports": n.screened - n.excluded,
        "dbr_assessed": n.assessed,
        "dbr_excluded": _counted(n.excluded_after_assessment_by_reason.items()),
        "other_excluded": _counted(()),
        "new_studies": n.included,
        "new_reports": n.included,
        "total_studies": n.included,
        "total_reports": n.included,
    }


def _counted(by_name: Iterable[tuple[str, int]]) -> str:
    """Return `name, 3; other, 4`, with no comma or semicolon in a name; the template has no empty list."""
    return "; ".join(f"{_SEPARATES.sub(' ', name)}, {count}" for name, count in by_name) or "None, 0"
