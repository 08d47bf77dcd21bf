"""Write to a library: import, edit, judge and take back, with a token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from commonplace.client.answering import Answer
from commonplace.client.answers import DecidedDuplicate, Evidence, JobStatus, MergeReport, Pin, Receipt, UndoResult
from commonplace.client.asking import Asking, Given, in_path
from commonplace.client.errors import problem

Collection = Literal[
    "works", "people", "organizations", "venues", "concepts", "claims", "cases", "evidence", "screenings"
]
"""The addresses of things that can be edited."""


class Writing(Asking):
    """What can be written to a library with a token; each write is one version, which `undo` takes back.

    `if_match` is the `etag` of an answer, or a version: if the library has moved on since, the write raises
    `Conflict`, and nothing is written. `message` says why, and stays in the history.
    """

    def create(
        self,
        collection: Collection,
        members: Mapping[str, Any],
        *,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Make a thing of its members, and return it."""
        return self._send("POST", f"/{collection}", members, if_match, message=message)

    def edit(
        self,
        collection: Collection,
        key: str,
        members: Mapping[str, Any],
        *,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Change those members of a thing, None clears one; return the thing."""
        return self._send("PATCH", f"/{collection}/{in_path(key)}", members, if_match, message=message)

    def delete(
        self,
        collection: Collection,
        key: str,
        *,
        dry_run: bool = False,
        with_dependents: bool = False,
        message: str | None = None,
        if_match: str | int | None = None,
    ) -> Answer[dict[str, Any]]:
        """Delete a thing, or say what that would take along; return what went."""
        more: dict[str, Given] = {"dry_run": dry_run, "with_dependents": with_dependents, "message": message}
        return self._send("DELETE", f"/{collection}/{in_path(key)}", None, if_match, **more)

    def add_evidence(
        self,
        work: str,
        about: str,
        state: str,
        *,
        message: str | None = None,
        if_match: str | int | None = None,
        **members: str | None,
    ) -> Answer[Evidence]:
        """Say what a work says of a concept or claim; from a contributor it is a proposal.

        `members` are the others of evidence: `quote`, `locator`, `directness`, `certainty`, `note` … `about` is the
        key of a concept or claim, or its IRI.
        """
        given = {name: value for name, value in members.items() if value is not None}
        return self._send(
            "POST", "/evidence", {"work": work, "about": about, "state": state, **given}, if_match, message=message
        )

    def import_file(
        self,
        file: Path | str | bytes,
        *,
        filename: str | None = None,
        media_type: str = "application/octet-stream",
        dry_run: bool = False,
        if_match: str | int | None = None,
    ) -> Answer[Receipt]:
        """Import a file, or its bytes, and wait for the receipt. The format is guessed where no media type is given."""
        content, name = _content(file)
        return self._imported(content, media_type, if_match, dry_run=dry_run, filename=filename or name)

    def import_dois(
        self, dois: Sequence[str], *, dry_run: bool = False, enrich: bool = False, if_match: str | int | None = None
    ) -> Answer[Receipt]:
        """Fetch works by DOI and import them, or add to those there are (`enrich`); wait for the receipt."""
        return self._imported({"dois": list(dois)}, "application/json", if_match, dry_run=dry_run, enrich=enrich)

    def _imported(
        self, content: bytes | dict[str, Any], media_type: str, if_match: str | int | None, **parameters: Given
    ) -> Answer[Receipt]:
        """Send what is to be imported, and follow the job where it takes long."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        answer: Answer[Any] = self._send_bytes("/imports", body, media_type, if_match, parameters)
        return self._of_job(answer.value) if "fates" not in answer.value else answer

    def _of_job(self, job: JobStatus) -> Answer[Receipt]:
        """Wait for the end of an import, and return its receipt. Raises the problem that it ended in."""
        address = f"/imports/jobs/{job['id']}"
        while job["state"] in ("queued", "running"):
            self.request("GET", f"{address}/events", headers={"Accept": "text/event-stream"}, timeout=None)
            job = self._one(address).value
        if job["state"] != "done":
            told: Mapping[str, Any] = job.get("problem") or {"title": f"The import was {job['state']}", "status": 409}
            raise problem(int(told["status"]), told, "POST", None)
        return self._one(f"{address}/receipt")

    def undo(
        self, version: int, *, message: str | None = None, if_match: str | int | None = None
    ) -> Answer[UndoResult]:
        """Take a version back as a new version; `kept` says what later versions keep it from undoing."""
        return self._send("POST", f"/changes/{version}/undo", None, if_match, message=message)

    def decide(self, works: tuple[str, str], judgement: str, *, reason: str | None = None) -> Answer[DecidedDuplicate]:
        """Judge whether two works are one: `same`, `different`, `unsure` or `related`."""
        body = {"works": list(works), "judgement": judgement} | ({"reason": reason} if reason else {})
        return self._send("POST", "/duplicates/decisions", body)

    def merge(
        self,
        keep: str,
        drop: str,
        *,
        kind: str = "work",
        fields: Mapping[str, str] | None = None,
        dry_run: bool = False,
        if_match: str | int | None = None,
    ) -> Answer[MergeReport]:
        """Merge one thing into another; `fields` says of which side a value is kept."""
        body = {"keep": keep, "from": drop, "kind": kind, "fields": dict(fields or {})}
        return self._send("POST", "/merges", body, if_match, dry_run=dry_run)

    def bulk(
        self, select: Mapping[str, Any], change: object, *, dry_run: bool = False, if_match: str | int | None = None
    ) -> Answer[dict[str, Any]]:
        """Change many works in one way, as one version, or say what that would change."""
        return self._send("POST", "/bulk", {"select": select, "change": change}, if_match, dry_run=dry_run)

    def update(self, update: str, *, message: str | None = None, if_match: str | int | None = None) -> Answer[Any]:
        """Send a SPARQL Update: one version. The value is None when it changed nothing."""
        sent = {"message": message}
        return self._send_bytes("/sparql", update.encode(), "application/sparql-update", if_match, sent)

    def keep_answer(
        self,
        address: str | None = None,
        *,
        query: str | None = None,
        title: str | None = None,
        note: str | None = None,
    ) -> Answer[Pin]:
        """Pin the answer of an address of the library, or of a SPARQL query, so that it can be cited."""
        given = {"address": address, "query": query, "title": title, "note": note}
        return self._send("POST", "/pins", {name: value for name, value in given.items() if value is not None})


def _content(file: Path | str | bytes) -> tuple[bytes, str | None]:
    """Return the bytes of a file, and its name where it has one."""
    return (file, None) if isinstance(file, bytes) else (Path(file).read_bytes(), Path(file).name)
