"""List the steps that are done to each entry, in their order. Each sees what the ones before it left.

Names are split before anything is decoded. Strings are looked up and fields inherited before (`open_bibtex`),
because entries depend on one another there.
"""

from __future__ import annotations

from collections.abc import Callable

from commonplace.importers.bibtex.contributors import read_contributors
from commonplace.importers.bibtex.dates import read_dates
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.identifier_fields import read_identifiers
from commonplace.importers.bibtex.records import make_record
from commonplace.importers.bibtex.text_fields import read_other_fields, read_text_fields, set_type

Step = Callable[[Draft, BibtexFile], None]

EACH_ENTRY: tuple[Step, ...] = (
    set_type,
    read_contributors,
    read_dates,
    read_identifiers,
    read_text_fields,
    read_other_fields,
    make_record,
)
