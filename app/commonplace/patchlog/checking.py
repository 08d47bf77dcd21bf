"""Check a whole patch log: checksums, chain, numbering, ids, attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from commonplace.errors import LogDamaged, NotFound
from commonplace.model.change import Version
from commonplace.model.quad_text import QuadText
from commonplace.patchlog.log import NO_CHAIN, PatchLog, versions


def findings_in(log: PatchLog, place_of: Callable[[Version], str], files: str) -> Iterator[str]:
    """Return what is wrong with a log, a line each; nothing when all is well.

    `place_of` says where the entry of a version is kept and `files` where the attachments are, for the findings.
    An entry that cannot be read ends the check: nothing after it can be trusted.
    """
    chain, previous, withheld = NO_CHAIN, None, log.withheld()
    for version in versions(log):
        try:
            entry, header = log.entry(version), log.header(version)
            if isinstance(entry.change.added, QuadText):
                for _ in entry.change.added.chunks():
                    pass  # only at its end it is found not to be what was written
        except LogDamaged as fault:
            yield fault.detail
            return
        if header.version != version:
            yield f"{place_of(version)}: version {header.version} stands where version {version} should"
        if header.chain != chain or header.previous != previous:
            yield f"{place_of(version)}: version {version} does not follow from the entry before it"
        for role, digest in header.note.attachments.items():
            if digest in withheld:
                continue
            yield from _attachment_findings(log, version, role, digest, files)
        chain, previous = _checksum(log, version), header.id


def _attachment_findings(log: PatchLog, version: Version, role: str, digest: str, files: str) -> Iterator[str]:
    try:
        found = hashlib.sha256(log.attachment(digest)).hexdigest()
    except NotFound:
        yield f"version {version}: its {role} ({digest}) is missing from {files}"
        return
    if found != digest:
        yield f"version {version}: its {role} in {files} has changed (SHA-256 {found}, not {digest})"


def _checksum(log: PatchLog, version: Version) -> str:
    checksum = hashlib.sha256()
    for piece in log.pieces(version):
        checksum.update(piece)
    return checksum.hexdigest()
