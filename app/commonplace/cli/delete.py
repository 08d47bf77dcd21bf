"""`commonplace delete`: tell on a terminal what a deletion did, or would do."""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.library.curation_schemas import Deleted
from commonplace.library.schemas import Link


def deletion_lines(kind: str, report: Deleted) -> Iterator[str]:
    """Return what a deletion did, or would do, as lines for people."""
    if report.version:
        yield (
            f"{kind} {report.key}: deleted by version {report.version}; "
            f"take it back with: commonplace undo {report.version}"
        )
    elif report.possible:
        yield f"{kind} {report.key}: would be deleted; nothing was changed"
    else:
        yield f"{kind} {report.key}: cannot be deleted so; nothing was changed"
    yield from (f"  with it: {_named(one)}" for one in report.deletes[1:])
    yield from (f"  without its link {one.property} {one.on}: {_named(one)}" for one in report.unlinks)
    for one in report.hangs:
        along = " (goes with --with-dependents)" if one.goes_along else " (loses the link with --with-dependents)"
        yield f"  hangs on it: {_named(one)} {one.property} {one.on}{along}"
    yield from (f"  would break: {line}" for line in report.breaks or ())
    if not report.checked:
        yield "  so much goes that it was not looked at which rules this would break: the deletion looks"
    yield from (f"  stays, and nothing names it: {_named(one)}" for one in report.unused)


def _named(link: Link) -> str:
    return f"{link.iri} ({link.label})" if link.label else link.iri
