"""Errors of a worker reach the server as they were."""

from __future__ import annotations

import inspect
import json
import socket

import pytest

import commonplace.main  # noqa: F401  # so that every part is imported, and with it every kind of error
from commonplace.derived.workers.messages import Inbox, refusal_message, refusal_of, send
from commonplace.errors import CommonplaceError

SAMPLES = {
    "detail": "what is wrong",
    "errors": [("line 1, column 2", "why"), ("x", "y")],
    "own": True,
    "retry_after": 7,
    "status": 418,
    "headers": {"Allow": "GET"},
}
"""Values for what the classes of errors take."""


def kinds() -> list[type[CommonplaceError]]:
    """Return every kind of error that the program defines."""
    return [kind for kind in CommonplaceError.kinds() if kind.__module__.startswith("commonplace.")]


def sample(kind: type[CommonplaceError]) -> CommonplaceError:
    """Return an error of that kind, with something in each of its attributes."""
    given: dict[str, object] = {}
    for name in inspect.signature(kind).parameters:
        assert name in SAMPLES, f"give SAMPLES a value for {kind.__name__}({name}=)"
        given[name] = SAMPLES[name]
    return kind(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_an_error_survives_the_way_from_a_worker_to_the_server(kind: type[CommonplaceError]) -> None:
    fault = sample(kind)
    ours, its = socket.socketpair()
    with ours, its:
        send(its, refusal_message(fault))
        message = Inbox(ours).wait()
    assert message is not None

    found = refusal_of(message.head)

    assert type(found) is kind
    assert vars(found) == vars(fault)
    assert str(found) == str(fault)


def test_an_error_that_the_server_does_not_know_is_still_told() -> None:
    head = {"refused": "elsewhere.Fault", "fault": {"detail": "what is wrong", "errors": [["here", "why"]]}}

    found = refusal_of(json.loads(json.dumps(head)))

    assert type(found) is CommonplaceError
    assert (found.detail, found.errors, str(found)) == ("what is wrong", (("here", "why"),), "what is wrong")
