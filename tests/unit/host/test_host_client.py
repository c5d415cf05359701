"""The client without a network: what is repeated, what becomes of failures, and that nothing personal leaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import structlog

from kiosk.host.circuit import CircuitBreaker, CircuitState
from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.port import (
    CardProof,
    Difference,
    HostError,
    HostProtocolError,
    HostRefused,
    HostUnavailable,
    HostUnknown,
    IdCardProof,
    Person,
    RefusalCode,
    Scheme,
)

Answer = httpx.Response | Exception
PERSON = Person("secret-token", "王秀兰", "990101195603120022", date(1956, 3, 12), True)
PROOF = CardProof("990100D1560000050A00000148FB4966", "X00000019", PERSON.number, PERSON.name, "2.00", True)
MEDICAL = {
    "balance": 1, "income_this_year": 2, "spent_this_year": 3, "pooled_paid_this_year": 4,
    "past_years": [[2025, 10, 20, 30]], "as_of": "2026-11-22T09:30:00Z",
}  # fmt: skip
TIME = {"time": "2026-11-22T09:30:00Z"}


class Wire:
    """Plays the host: one prepared answer after another, the last one for ever. Pings are answered apart."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []
        self.pings: list[Answer] = []
        self.pinged = 0
        self.pauses: list[float] = []
        self.seconds = 0.0
        self.each_takes = 0.0

    def clock(self) -> float:
        return self.seconds

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seconds += self.each_takes
        if request.url.path == "/v1/ping":
            self.pinged += 1
            answer: Answer = self.pings.pop(0) if self.pings else httpx.Response(200, json=TIME)
        else:
            self.seen.append(request)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def host(self, **settings: Any) -> HttpHost:
        nowhere = Path("nowhere")
        self.circuit = CircuitBreaker(clock=self.clock, failures_to_open=settings.pop("failures_to_open", 5))
        return HttpHost(
            "https://host.invalid",
            ca_file=nowhere,
            certificate_file=nowhere,
            key_file=nowhere,
            kiosk_id="KIOSK-TEST-01",
            clock=self.clock,
            pause=self.pause,
            jitter=Random(7),
            circuit=self.circuit,
            transport=httpx.MockTransport(self),
            **settings,
        )


async def test_a_read_sends_the_token_in_a_header_and_nothing_personal_in_the_url() -> None:
    wire = Wire(httpx.Response(200, json=MEDICAL))
    account = await wire.host().medical_account(PERSON)
    assert (account.balance, account.past_years) == (1, ((2025, 10, 20, 30),))
    [request] = wire.seen
    assert str(request.url) == "https://host.invalid/v1/session/medical-account"
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["x-kiosk"] == "KIOSK-TEST-01"


async def test_a_write_is_repeated_with_its_own_key_and_body() -> None:
    number = {"number": "C20261122000001"}
    wire = Wire(httpx.ReadTimeout("x"), httpx.Response(500), httpx.Response(200, json=number))
    assert await wire.host().report_wrong_data(PERSON, ("phone",), "KIOSK-TEST-01-B1") == "C20261122000001"
    assert [request.headers["idempotency-key"] for request in wire.seen] == ["KIOSK-TEST-01-B1"] * 3
    assert [json.loads(request.content) for request in wire.seen] == [{"fields": ["phone"]}] * 3


async def test_identification_makes_up_a_key_per_call_and_keeps_it_in_repeats() -> None:
    person = {
        "token": "t", "name": "王秀兰", "number": PERSON.number, "birth_date": "1956-03-12", "insured_here": True,
    }  # fmt: skip
    wire = Wire(httpx.ReadTimeout("x"), httpx.Response(200, json=person))
    host = wire.host()
    await host.identify_by_card(PROOF)
    await host.identify_by_card(PROOF)
    keys = [request.headers["idempotency-key"] for request in wire.seen]
    assert keys[0] == keys[1]
    assert keys[1] != keys[2]
    assert json.loads(wire.seen[0].content)["social_security_number"] == PERSON.number


SENT: list[Answer] = [
    httpx.ReadTimeout("x"), httpx.WriteTimeout("x"), httpx.ReadError("x"), httpx.WriteError("x"),
    httpx.RemoteProtocolError("x"), httpx.DecodingError("x"), httpx.Response(500), httpx.Response(502),
    httpx.Response(504),
]  # fmt: skip
NOT_SENT: list[Answer] = [
    httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), httpx.Response(503),
]  # fmt: skip


@pytest.mark.parametrize("failure", SENT, ids=repr)
async def test_what_may_have_arrived_is_unknown(failure: Answer) -> None:
    wire = Wire(failure)
    with pytest.raises(HostUnknown):
        await wire.host().activate_document("D1", "KIOSK-TEST-01-B1")
    assert len(wire.seen) == 3


@pytest.mark.parametrize("failure", NOT_SENT, ids=repr)
async def test_what_surely_did_not_arrive_is_unavailable(failure: Answer) -> None:
    wire = Wire(failure)
    with pytest.raises(HostUnavailable):
        await wire.host().activate_document("D1", "KIOSK-TEST-01-B1")
    assert len(wire.seen) == 3


async def test_one_attempt_that_may_have_arrived_makes_the_whole_call_unknown() -> None:
    wire = Wire(httpx.ReadTimeout("x"), httpx.ConnectError("x"))
    with pytest.raises(HostUnknown):
        await wire.host().activate_document("D1", "KIOSK-TEST-01-B1")


async def test_a_line_that_never_worked_is_unavailable_whatever_broke() -> None:
    wire = Wire(httpx.Response(204))
    wire.pings = [httpx.RemoteProtocolError("x")] * 3
    with pytest.raises(HostUnavailable):
        await wire.host().activate_document("D1", "KIOSK-TEST-01-B1")
    assert wire.seen == []


async def test_only_the_first_call_is_preceded_by_a_ping() -> None:
    wire = Wire(httpx.Response(204))
    host = wire.host()
    await host.activate_document("D1", "KIOSK-TEST-01-B1")
    await host.activate_document("D2", "KIOSK-TEST-01-B2")
    assert (wire.pinged, len(wire.seen)) == (1, 2)


async def test_a_refusal_is_told_and_never_repeated() -> None:
    body = {
        "code": "data_differ",
        "differences": [{"field": "name", "card_value": "王淑华", "host_value": "汪淑华"}],
    }
    wire = Wire(httpx.Response(403, json=body))
    with pytest.raises(HostRefused) as refused:
        await wire.host().identify_by_id_card(IdCardProof("citizen", PERSON.number, "王淑华", date(1956, 3, 12), None))
    assert refused.value.code == RefusalCode.DATA_DIFFER
    assert refused.value.differences == (Difference("name", "王淑华", "汪淑华"),)
    assert "淑华" not in f"{refused.value!r} {refused.value} {refused.value.differences!r}"
    assert len(wire.seen) == 1
    assert wire.circuit.state is CircuitState.CLOSED


NONSENSE = [
    httpx.Response(200, content=b"<html>login</html>"),
    httpx.Response(200, json={"balance": "王秀兰"}),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(404, content=b"Not Found"),
    httpx.Response(400, json={"error": "malformed request"}),
    httpx.Response(302, headers={"location": "https://elsewhere.invalid"}),
]


@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: str(answer.status_code))
async def test_an_answer_that_cannot_be_understood_is_a_kind_of_unknown_and_not_repeated(
    answer: httpx.Response,
) -> None:
    wire = Wire(answer)
    with pytest.raises(HostProtocolError) as error:
        await wire.host().medical_account(PERSON)
    assert isinstance(error.value, HostUnknown)
    assert "王" not in str(error.value)
    assert error.value.__cause__ is None
    assert len(wire.seen) == 1


async def test_pauses_grow_and_are_drawn_from_the_whole_range() -> None:
    wire = Wire(httpx.ReadTimeout("x"))
    host = wire.host(retries=Retries(attempts=6, first_pause=0.5, longest_pause=2.0), failures_to_open=1000)
    for _ in range(40):
        with pytest.raises(HostUnknown):
            await host.medical_account(PERSON)
    by_attempt = [wire.pauses[at::5] for at in range(5)]
    for pauses, longest in zip(by_attempt, (0.5, 1.0, 2.0, 2.0, 2.0), strict=True):
        assert longest * 0.8 < max(pauses) <= longest
        assert min(pauses) < longest * 0.2


async def test_no_attempt_begins_after_the_time_for_the_whole_call() -> None:
    wire = Wire(httpx.ReadTimeout("x"))
    host = wire.host(limits=TimeLimits(altogether=20.0), retries=Retries(attempts=10))
    await host.ping()
    wire.each_takes = 10.0
    with pytest.raises(HostUnknown):
        await host.medical_account(PERSON)
    assert len(wire.seen) == 2


async def test_an_open_circuit_sends_nothing_until_the_probe_heals_it() -> None:
    wire = Wire(httpx.ConnectError("x"))
    host = wire.host(failures_to_open=3)
    with pytest.raises(HostUnavailable):
        await host.medical_account(PERSON)
    assert wire.circuit.state is CircuitState.OPEN
    tried = len(wire.seen)
    with pytest.raises(HostUnavailable, match="circuit open"):
        await host.medical_account(PERSON)
    assert len(wire.seen) == tried
    wire.answers = [httpx.Response(200, json=MEDICAL)]
    wire.seconds += 15.0
    await host.medical_account(PERSON)
    assert wire.circuit.state is CircuitState.CLOSED


async def test_a_circuit_that_opens_within_a_call_does_not_turn_unknown_into_unavailable() -> None:
    wire = Wire(httpx.ReadTimeout("x"))
    with pytest.raises(HostUnknown):
        await wire.host(failures_to_open=2).activate_document("D1", "KIOSK-TEST-01-B1")
    assert len(wire.seen) == 2


async def test_ending_a_session_that_is_over_is_no_error() -> None:
    wire = Wire(httpx.Response(401, json={"code": "session_over"}))
    await wire.host().end_session(PERSON)
    wire = Wire(httpx.Response(403, json={"code": "not_allowed"}))
    with pytest.raises(HostRefused):
        await wire.host().end_session(PERSON)


CALLS: list[Callable[[HttpHost], Awaitable[object]]] = [
    lambda host: host.identify_by_card(PROOF),
    lambda host: host.contributions(PERSON, Scheme.PENSION),
    lambda host: host.report_wrong_data(PERSON, ("phone",), "KIOSK-TEST-01-B1"),
    lambda host: host.end_session(PERSON),
]


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("王秀兰"), httpx.Response(500), NONSENSE[1]], ids=repr)
async def test_neither_log_nor_exception_tells_of_the_person(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    with structlog.testing.capture_logs() as logs:
        for call in CALLS:
            wire = Wire(answer)
            try:
                await call(wire.host(failures_to_open=100))
            except HostError as error:
                told.append(f"{error!r} {error} {error.__cause__!r}")
    everything = f"{told} {logs} {caplog.text}"
    assert told
    for secret in (PERSON.token, PERSON.name, PERSON.number, PROOF.identifier):
        assert secret not in everything
