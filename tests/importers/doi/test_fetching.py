"""Fetching from agencies that misbehave: every DOI has one fate, limits are kept, the cache spares requests."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commonplace.importers.doi.addresses import Addresses
from commonplace.importers.doi.agency_answers import DAY, AgencyAnswers
from commonplace.importers.doi.batches import batches
from commonplace.importers.doi.client import AgencyClient, Patience, user_agent
from commonplace.importers.doi.description import Fetched
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.importers.doi.mapping import describe
from commonplace.importers.doi.rate_limit import RateLimiter
from tests.conftest import shared
from tests.importers.doi.agency_server import (
    CUT,
    HALF,
    PAGE,
    SLOW,
    TOO_MANY,
    UNAVAILABLE,
    Agencies,
    PassingTime,
    Trouble,
    serving_agencies,
)

CROSSREF = [f"10.1000/c{number}" for number in range(120)]
DATACITE = [f"10.5281/d{number}" for number in range(30)]


@pytest.fixture
def agencies() -> Iterator[Agencies]:
    made = Agencies(
        PassingTime(),
        crossref={doi: {"DOI": doi, "type": "journal-article", "title": [doi]} for doi in CROSSREF},
        datacite={doi: {"id": doi, "attributes": {"doi": doi, "titles": [{"title": doi}]}} for doi in DATACITE},
        other={"10.1400/m": {"DOI": "10.1400/m", "type": "article-journal", "title": "Of mEDRA"}},
    )
    with serving_agencies(made) as served:
        yield served


Fetch = Callable[..., list[Fetched]]


@pytest.fixture
def fetch(agencies: Agencies, tmp_path: Path) -> Iterator[Fetch]:
    """Fetches with a client and a limiter of its own, as a new process would; the cache is on disk."""
    clients: list[AgencyClient] = []

    def run(dois: list[str], **more: Any) -> list[Fetched]:
        limiter = RateLimiter(agencies.time.clock())
        patience = Patience(**more.pop("patience", {}))
        client = AgencyClient("a@example.org", AgencyAnswers(tmp_path / "cache.sqlite"), limiter, patience)
        clients.append(client)
        return DoiFetcher(client, agencies.addresses).fetch(dois, **more)

    yield run
    for client in clients:
        client.close()


def fates(fetched: list[Fetched]) -> Counter[str]:
    return Counter(one.agency or "failed" for one in fetched)


def test_all_agencies_in_few_requests_and_in_order(agencies: Agencies, fetch: Fetch) -> None:
    asked = [*DATACITE, "https://doi.org/10.1400/M", *CROSSREF]
    fetched = fetch(asked)
    assert [one.asked for one in fetched] == asked
    assert fates(fetched) == {"Crossref": 120, "DataCite": 30, "mEDRA": 1}
    assert len(agencies.requests) <= 4 + 8 + 1 + 1, "batches, not single works"


def test_it_says_who_asks(agencies: Agencies, fetch: Fetch) -> None:
    fetch(CROSSREF[:1])
    (request,) = agencies.requests
    assert request[2]["user-agent"] == user_agent("a@example.org")
    assert "(mailto:a@example.org)" in request[2]["user-agent"]


def test_what_is_no_doi_never_leaves_the_machine(agencies: Agencies, fetch: Fetch) -> None:
    wrong = ["hdl:2027/x", "", "10.1000", "not a doi", "http://127.0.0.1/admin"]
    fetched = fetch(wrong)
    assert all(one.error and one.doi is None for one in fetched)
    assert agencies.requests == []


def test_a_doi_that_is_not_registered_says_so(agencies: Agencies, fetch: Fetch) -> None:
    (one,) = fetch(["10.1000/nowhere"])
    assert one.error == "not registered: doi.org says that it does not exist"


def test_without_the_look_up_all_agencies_are_asked(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/ra/"] = Trouble(404, b"no such service")
    fetched = fetch([DATACITE[0], "10.1400/m", "10.1000/nowhere"])
    assert fates(fetched) == {"DataCite": 1, "doi.org": 1, "failed": 1}
    assert fetched[2].error == "not registered: neither Crossref, DataCite nor doi.org knows it"


def test_without_batches_works_are_asked_for_singly(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["works?"] = agencies.always["dois?"] = Trouble(400, b"no")
    assert fates(fetch([*CROSSREF[:3], *DATACITE[:3]])) == {"Crossref": 3, "DataCite": 3}


def test_lists_of_another_kind_are_no_answer_but_single_works_are(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["works?"] = Trouble(200, b'{"message": "ok"}', {"Content-Type": "application/json"})
    assert fates(fetch(CROSSREF[:3])) == {"Crossref": 3}


def test_lists_that_are_never_answered_leave_single_works(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["works?"] = UNAVAILABLE
    assert fates(fetch(CROSSREF[:60], patience={"failures": 2})) == {"Crossref": 60}


def test_a_doi_with_a_comma_and_other_odd_characters_is_found(agencies: Agencies, fetch: Fetch) -> None:
    odd = ["10.1000/a,b", "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o", "10.1000/x#y?z&a=%b"]
    agencies.crossref |= {doi: {"DOI": doi, "type": "other"} for doi in odd}
    assert fates(fetch(odd)) == {"Crossref": 3}


@pytest.mark.parametrize("trouble", [TOO_MANY, UNAVAILABLE, PAGE, HALF, CUT, SLOW], ids=lambda t: str(t.status))
def test_one_bad_answer_is_asked_for_again(agencies: Agencies, fetch: Fetch, trouble: Trouble) -> None:
    agencies.troubles["/crossref/works"] = [trouble]
    assert fates(fetch(CROSSREF[:3])) == {"Crossref": 3}
    assert len(agencies.requests) == 2
    assert agencies.time.slept, "not at once"


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("Thu, 01 Jan 2026 00:17:10 GMT", 30.0), ("soon", None), ("0", 0.0)]
)
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(
    agencies: Agencies, fetch: Fetch, value: str, seconds: float | None
) -> None:
    agencies.troubles["/crossref/works"] = [Trouble(429, b"", {"Retry-After": value})]
    fetch(CROSSREF[:1])
    first, second = (at for at, _, _ in agencies.requests)
    if seconds is None:
        assert second - first >= 0.25, "what cannot be read is as if it were not there"
    else:
        assert second - first == pytest.approx(max(seconds, 0.2))


def test_too_many_requests_for_ever_is_given_up_and_said(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/crossref/"] = TOO_MANY
    (one,) = fetch([CROSSREF[0]], patience={"attempts": 3})
    assert one.error is not None
    assert "429 Too Many Requests; gave up after 3 attempts" in one.error


def test_a_host_that_asks_for_hours_is_not_waited_for(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/crossref/"] = Trouble(429, b"", {"Retry-After": "36000"})
    (one,) = fetch([CROSSREF[0]])
    assert one.error is not None
    assert "left alone" in one.error
    assert sum(agencies.time.slept) < 60
    assert len([path for path in agencies.paths if path.startswith("/crossref/")]) == 1


def test_a_host_that_is_down_is_left_alone(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/"] = UNAVAILABLE
    fetched = fetch([*CROSSREF, *DATACITE], patience={"attempts": 2, "failures": 3})
    assert fates(fetched) == {"failed": 150}
    assert len(agencies.requests) <= 40, "not two for each of 150, and more for each that is asked for singly"


def test_an_address_where_nobody_answers_is_a_fate_too(tmp_path: Path) -> None:
    time = PassingTime()
    nowhere = "http://127.0.0.1:9"
    with AgencyClient(None, None, RateLimiter(time.clock()), Patience(attempts=2)) as client:
        (one,) = DoiFetcher(client, Addresses(nowhere, nowhere, nowhere)).fetch(["10.1000/a"])
    assert one.error is not None
    assert "127.0.0.1:9" in one.error


def test_one_work_that_spoils_its_batch_takes_no_other_with_it(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["10.1000/c7,"] = agencies.always["works/10.1000/c7"] = UNAVAILABLE
    agencies.always["c7&"] = UNAVAILABLE
    fetched = fetch(CROSSREF[:10], patience={"attempts": 2, "failures": 10})
    assert [one.asked for one in fetched if one.error] == [CROSSREF[7]]
    assert "503 Service Unavailable; gave up after 2 attempts" in (fetched[7].error or "")


def test_a_landing_page_instead_of_csl_json_is_said_at_once(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/doi/10.1400"] = PAGE
    (one,) = fetch(["10.1400/m"])
    assert one.error is not None
    assert one.error.startswith("mEDRA: ")
    assert "text/html instead of JSON" in one.error


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"{}", b'{"message": []}'])
def test_json_that_is_no_work_is_a_fate(agencies: Agencies, fetch: Fetch, body: bytes) -> None:
    agencies.always["/crossref/"] = Trouble(200, body, {"Content-Type": "application/json"})
    (one,) = fetch([CROSSREF[0]])
    with pytest.raises(ValueError, match=r"JSON of another kind|no work"):
        describe(one)


@pytest.mark.parametrize(("limit", "window"), [(5, 1.0), (1, 3.0), (50, 60.0)])
def test_no_window_holds_more_requests_than_the_headers_allow(
    agencies: Agencies, fetch: Fetch, limit: int, window: float
) -> None:
    agencies.limit, agencies.window = limit, window
    agencies.always["works?"] = agencies.always["dois?"] = Trouble(400, b"no")
    assert fates(fetch(CROSSREF[:40]))["Crossref"] == 40
    crossref = [at for at, path, _ in agencies.requests if path.startswith("/crossref/")]
    assert len(crossref) == 41
    known = crossref[1:]  # the first answer names the limit
    assert all(sum(start <= at < start + window for at in known) <= limit for start in known)
    assert agencies.statuses.count(429) <= 1


def test_the_second_run_is_served_from_the_cache_and_revalidates(agencies: Agencies, fetch: Fetch) -> None:
    asked = [*CROSSREF, *DATACITE]
    first = fetch(asked)
    assert agencies.statuses.count(304) == 0
    sent, agencies.statuses[:] = len(agencies.requests), []
    second = fetch(asked)
    assert [one.body for one in second] == [one.body for one in first]
    assert set(agencies.statuses) == {304}
    assert len(agencies.requests) == 2 * sent


def test_a_changed_work_comes_new(agencies: Agencies, fetch: Fetch) -> None:
    fetch(CROSSREF[:2])
    agencies.crossref[CROSSREF[0]] = {"DOI": CROSSREF[0], "type": "journal-article", "title": ["Retracted"]}
    assert (fetch(CROSSREF[:2])[0].body or {})["title"] == ["Retracted"]


def test_an_answer_without_validators_is_good_for_a_day(agencies: Agencies, fetch: Fetch) -> None:
    agencies.validators = False
    fetch(CROSSREF[:2])
    fetch(CROSSREF[:2])
    assert len(agencies.requests) == 1
    agencies.time.seconds += DAY
    fetch(CROSSREF[:2])
    assert len(agencies.requests) == 2


def test_an_interrupted_list_goes_on_where_it_stopped(agencies: Agencies, fetch: Fetch) -> None:
    agencies.validators = False

    def stop(done: int, total: int) -> None:
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(CROSSREF, progress=stop)
    before = len(agencies.requests)
    assert fates(fetch(CROSSREF)) == {"Crossref": 120}
    assert len(agencies.requests) == before + 1, "of three batches two were there"


def test_what_went_wrong_is_not_cached(agencies: Agencies, fetch: Fetch) -> None:
    agencies.always["/crossref/"] = PAGE
    fetch([CROSSREF[0]], patience={"attempts": 1})
    agencies.always.clear()
    assert fates(fetch([CROSSREF[0]])) == {"Crossref": 1}


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is no database" * 100)
    cache = AgencyAnswers(path)
    cache.put("a", b"{}", {}, 0.0)
    held = cache.get("a")
    assert held is not None
    assert held.body == b"{}"


def test_progress_counts_up_to_all(agencies: Agencies, fetch: Fetch) -> None:
    told: list[tuple[int, int]] = []
    fetch([*CROSSREF, *DATACITE, "10.1000/nowhere", "no doi"], progress=lambda *pair: told.append(pair))
    assert told == sorted(told)
    assert told[-1] == (151, 151)


def test_batches_are_the_same_for_the_same_list_and_fit_into_an_address() -> None:
    dois = [f"10.1000/{'x' * (number % 90)}{number}" for number in range(300)]
    made = list(batches(dois, 50))
    assert [doi for batch in made for doi in batch] == dois
    assert all(len(batch) <= 50 for batch in made)
    assert all(len(Addresses().crossref_works(batch)) < 8_000 for batch in made)


def test_every_doi_of_the_corpora_has_its_fate_whatever_happens_on_the_way(agencies: Agencies, fetch: Fetch) -> None:
    """763 real bodies behind a server that fails in every way it knows, with a limit, and 40 DOIs it does not have."""
    for name, bodies, key in (
        ("crossref-works", agencies.crossref, "DOI"),
        ("datacite-dois", agencies.datacite, "id"),
    ):
        with gzip.open(shared("corpora", f"{name}.jsonl.gz"), "rt") as lines:
            bodies.clear()
            bodies.update({body[key].lower(): body for body in map(json.loads, lines)})
    agencies.limit = 10
    agencies.troubles["/crossref/works"] = [TOO_MANY, UNAVAILABLE, PAGE, HALF, CUT, SLOW, TOO_MANY, UNAVAILABLE]
    agencies.troubles["/datacite/dois"] = [CUT, PAGE, TOO_MANY]
    agencies.troubles["/doi/ra/"] = [UNAVAILABLE, HALF]
    unknown = [f"10.1000/unknown{number}" for number in range(40)]
    asked = [*agencies.crossref, *unknown, *agencies.datacite]
    fetched = fetch(asked)
    assert [one.asked for one in fetched] == asked
    assert fates(fetched) == {
        "Crossref": len(agencies.crossref),
        "DataCite": len(agencies.datacite),
        "failed": len(unknown),
    }
    assert all(describe(one).record.doi == one.doi for one in fetched if one.body)
    assert all((one.error or "").startswith("not registered") for one in fetched if not one.body)
