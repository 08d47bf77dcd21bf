"""The page of the desk for a fault of the server says so once."""

from __future__ import annotations

from typing import NoReturn

import httpx
import pytest

from commonplace.web.desk import history


def test_the_page_says_once_that_the_fault_is_ours(curator: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: object) -> NoReturn:
        raise RuntimeError("a fault")

    monkeypatch.setattr(history, "touches_of", fails)
    page = curator.get("/desk/works/ostrom1996/history")

    assert page.status_code == 500
    assert page.text.count("ours") == 1
    assert page.text.count("log has it") == 1
