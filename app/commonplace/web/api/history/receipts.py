"""`/imports/{id}`: the receipts of imports, as JSON and as a table."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request, Response

from commonplace.exchange.imports import receipt_of
from commonplace.exchange.receipt_table import COLUMNS, receipt_table
from commonplace.exchange.receipts import Receipt
from commonplace.model.change import Version
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import CSV, JSON, choose
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router

router = Router(tags=["history"], dependencies=[Depends(only_known_parameters)])

RECEIPT_FORMS = (JSON, CSV)

SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV.media_type: {"schema": {"type": "string"}, "example": ",".join(COLUMNS) + "\r\n"}}}
}


@router.get("/imports/{id}.csv", response_model=Receipt, include_in_schema=False)
def table(request: Request, context: ContextDep, id: int) -> Response:
    """Answer the receipt as a table."""
    return _receipt(request, context, id, CSV.suffix)


@router.get("/imports/{id}.json", response_model=Receipt, include_in_schema=False)
def document(request: Request, context: ContextDep, id: int) -> Response:
    """Answer the receipt as JSON."""
    return _receipt(request, context, id, JSON.suffix)


@router.get("/imports/{id}", response_model=Receipt, responses=SHOWN, summary="The receipt of an import, for ever")
def receipt(request: Request, context: ContextDep, id: int) -> Response:
    """Answer what became of every entry of the file, as JSON or, by `Accept` or the suffix `.csv`, as a table.

    The id is the version that the import made.
    """
    return _receipt(request, context, id, None)


def _receipt(request: Request, context: ContextDep, id: int, suffix: str | None) -> Response:
    form = choose(request, RECEIPT_FORMS, suffix)
    version = Version(id)
    kept = receipt_of(context.library, version)
    if form is JSON:
        return answers.answered(request, kept, form, version, past=True)
    response = answers.answered(request, table_bytes(Receipt.model_validate_json(kept)), form, version, past=True)
    response.headers["Content-Disposition"] = f'attachment; filename="import-{id}.csv"'
    return response


def table_bytes(receipt: Receipt) -> bytes:
    """Return a receipt as CSV in UTF-8."""
    return receipt_table([receipt]).encode(errors="replace")
