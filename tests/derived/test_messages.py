"""Errors of a worker reach the server as they were."""

from __future__ import annotations

import inspect
import json
import socket

import pytest
from pyoxigraph import Literal, NamedNode

import commonplace.main  # noqa: F401  # so that every part is imported, and with it every kind of error
from commonplace.derived.workers.messages import (
    Answer,
    AnswerKind,
    Inbox,
    Question,
    WorkerMessage,
    answer_message,
    answer_of,
    question_message,
    question_of,
    refusal_message,
    refusal_of,
    send,
)
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


def passed_on(*messages: WorkerMessage) -> list[WorkerMessage]:
    """Return messages as they come out on the other side of a socket."""
    ours, its = socket.socketpair()
    with ours, its:
        for message in messages:
            send(its, message)
        inbox = Inbox(ours)
        found = [inbox.wait() for _ in messages]
    assert None not in found
    return [message for message in found if message is not None]


FORMS: dict[AnswerKind, str | None] = {"table": "srj", "truth": None, "graph": "nt"}
QUESTIONS = [
    Question(text="ASK {}", forms=FORMS, version=1),
    Question(text='SELECT * { ?größe ?p "\ud800" }', forms=FORMS, version=1),
    Question(text="ASK {}", forms={**FORMS, "truth": "srx"}, version=1),
    Question(
        text="ASK {}", forms=FORMS, version=2, exact=True, packed=True, described=True, description=b"<a> <b> <c> ."
    ),
    Question(text="", forms=FORMS, version=1, graphs=(("urn:a",), ())),
    Question(text="", forms=FORMS, version=1, graphs=((), tuple(f"urn:{number}" for number in range(1000)))),
    Question(text="", forms=FORMS, version=1, values={"x": NamedNode("urn:x"), "y": Literal("é", language="fr")}),
]


def test_questions_and_answers_that_are_nearly_alike_are_not_taken_for_each_other() -> None:
    answers = [
        Answer(form="srj", version=1, body=b"{}"),
        Answer(form="srj", version=2, body=b""),
        Answer(form="srj", version=1, body=b"{}", cut="rows"),
        Answer(form="srj", version=1, body=b"packed", packed=True),
    ]
    twice = [question_message(question) for question in QUESTIONS + QUESTIONS]

    assert [question_of(message) for message in passed_on(*twice)] == QUESTIONS + QUESTIONS
    assert [answer_of(message) for message in passed_on(*map(answer_message, answers + answers))] == answers + answers
