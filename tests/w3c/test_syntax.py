"""W3C SPARQL 1.0 and 1.1: what must parse, and what must not, over HTTP."""

from __future__ import annotations

import pytest

from tests.w3c.conftest import Endpoint
from tests.w3c.known import KNOWN, SKIPPED
from tests.w3c.manifests import Case, cases, name_of, parameters, path_of

pytestmark = pytest.mark.slow

QUERIES = "PositiveSyntaxTest", "PositiveSyntaxTest11", "NegativeSyntaxTest", "NegativeSyntaxTest11"
UPDATES = "PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"


def text_of(case: Case) -> str:
    iri = name_of(case.action)
    return f"BASE <{iri}>\n{path_of(iri).read_text()}"


@pytest.mark.parametrize("case", parameters(cases(*QUERIES), KNOWN, SKIPPED))
def test_query(case: Case, endpoint: Endpoint) -> None:
    response = endpoint.query(text_of(case), "*/*")
    if case.kind.startswith("Positive"):
        # what parses may still ask for a function that is nobody's
        assert response.status_code == 200 or "custom function" in response.json()["detail"], response.text
    else:
        assert response.status_code == 400, response.text
        assert response.json()["detail"].startswith("This is not SPARQL 1.1")


@pytest.mark.parametrize("case", parameters(cases(*UPDATES), KNOWN, SKIPPED))
def test_update(case: Case, endpoint: Endpoint) -> None:
    response = endpoint.update(text_of(case))
    refused = response.status_code == 400 and response.json()["type"].endswith("/query-refused")
    if case.kind.startswith("Positive"):
        # an operation that parses may still fail: there is no graph to move, or there is one already
        assert not refused, response.text
        assert response.status_code in (200, 204, 400), response.text
    else:
        assert refused, response.text
