"""The client against a host that misbehaves: time-outs are unknown, repeats act once, the circuit opens and heals."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.host.circuit import CircuitBreaker, CircuitState
from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.port import (
    HostProtocolError,
    HostRefused,
    HostUnavailable,
    HostUnknown,
    IdCardProof,
    Person,
    RefusalCode,
)
from kiosk.host.sandbox.certificates import TlsFiles, make_certificates

MEDICAL = "/v1/session/medical-account"
DOCUMENTS = "/v1/session/documents"
Connect = Callable[..., HttpHost]


@pytest.fixture
async def zhao(host: HttpHost, id_card_of: Callable[[str], IdCardProof]) -> Person:
    return await host.identify_by_id_card(id_card_of("zhao_min"))


async def test_a_certificate_of_another_authority_is_turned_away(
    connect: Connect, sandbox_host: Any, tmp_path: Path
) -> None:
    stranger = make_certificates(tmp_path / "other").kiosk
    with pytest.raises(HostUnavailable):
        await connect(kiosk=stranger).blacklist()
    assert sandbox_host.calls("/v1/blacklist") == []
    assert sandbox_host.calls("/v1/ping") == []


def test_no_certificate_is_turned_away(sandbox_host: Any) -> None:
    context = ssl.create_default_context(cafile=str(sandbox_host.certificates.kiosk.ca))
    with httpx.Client(verify=context, trust_env=False) as client, pytest.raises(httpx.TransportError):
        client.get(f"{sandbox_host.business}/v1/ping")


async def test_a_host_of_another_authority_is_not_believed(connect: Connect, sandbox_host: Any, tmp_path: Path) -> None:
    other = make_certificates(tmp_path / "other").kiosk
    with pytest.raises(HostUnavailable, match="ConnectError"):
        await connect(ca_file=other.ca).ping()
    assert sandbox_host.calls("/v1/ping") == []


async def test_nobody_listening_is_unavailable(connect: Connect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(HostUnavailable):
            await connect(base_url=f"https://127.0.0.1:{taken.getsockname()[1]}").ping()


def test_missing_files_are_told_at_once(sandbox_host: Any) -> None:
    nowhere = Path("nowhere.pem")
    files = TlsFiles(nowhere, nowhere, nowhere)
    with pytest.raises(OSError, match=r"nowhere|No such file"):
        HttpHost(
            sandbox_host.business,
            ca_file=files.ca,
            certificate_file=files.certificate,
            key_file=files.key,
            kiosk_id="K",
        )


async def test_one_connection_is_kept_alive(host: HttpHost, zhao: Person) -> None:
    await host.medical_account(zhao)
    pool = host.connection._client._transport._pool  # type: ignore[attr-defined]
    [connection] = pool.connections
    for _ in range(5):
        await host.medical_account(zhao)
    assert pool.connections == [connection]


async def test_a_reply_that_is_late_is_unknown(connect: Connect, sandbox_host: Any, zhao: Person) -> None:
    sandbox_host.order("delay", MEDICAL, seconds=60)
    with pytest.raises(HostUnknown):
        await connect().medical_account(zhao)


async def test_a_reply_that_is_slow_is_an_answer(host: HttpHost, sandbox_host: Any, zhao: Person) -> None:
    sandbox_host.order("delay", MEDICAL, seconds=0.05)
    assert (await host.medical_account(zhao)).balance == 402_960
    assert sandbox_host.calls(MEDICAL)[-1]["fault"] == "delay"


@pytest.mark.parametrize("fault", ["lost_reply", "broken_reply", "error_after", "nonsense"])
async def test_after_a_lost_reply_the_same_key_brings_the_same_answer(
    connect: Connect, sandbox_host: Any, zhao: Person, fault: str
) -> None:
    sandbox_host.order(fault, DOCUMENTS)
    host = connect()
    with pytest.raises(HostUnknown):
        await host.register_document(zhao, "contributions", "KIOSK-TEST-01-D1")
    first = await host.register_document(zhao, "contributions", "KIOSK-TEST-01-D1")
    assert first.number.endswith("000001"), "the lost one was carried out, and only once"
    assert await host.register_document(zhao, "contributions", "KIOSK-TEST-01-D1") == first
    other = await host.register_document(zhao, "contributions", "KIOSK-TEST-01-D2")
    assert other.number.endswith("000002")


@pytest.mark.parametrize("fault", ["lost_reply", "broken_reply", "error", "error_after"])
async def test_the_client_itself_repeats_a_write_with_its_key(
    connect: Connect, sandbox_host: Any, zhao: Person, fault: str
) -> None:
    sandbox_host.order(fault, DOCUMENTS)
    document = await connect(retries=Retries(attempts=2)).register_document(zhao, "x", "KIOSK-TEST-01-D1")
    assert document.number.endswith("000001")
    assert [call["key"] for call in sandbox_host.calls(DOCUMENTS)] == ["KIOSK-TEST-01-D1"] * 2


async def test_a_request_that_was_lost_is_carried_out_by_the_repeat(
    connect: Connect, sandbox_host: Any, zhao: Person
) -> None:
    sandbox_host.order("lost_request", DOCUMENTS)
    host = connect()
    with pytest.raises(HostUnknown):
        await host.register_document(zhao, "x", "KIOSK-TEST-01-D1")
    await host.register_document(zhao, "x", "KIOSK-TEST-01-D1")
    assert [call["status"] for call in sandbox_host.calls(DOCUMENTS)] == [0, 200]


async def test_a_session_opened_by_a_lost_reply_is_the_one_the_repeat_gets(
    connect: Connect, sandbox_host: Any, id_card_of: Callable[[str], IdCardProof]
) -> None:
    sandbox_host.order("lost_reply", "/v1/sessions/*")
    person = await connect(retries=Retries(attempts=2)).identify_by_id_card(id_card_of("zhao_min"))
    calls = sandbox_host.calls("/v1/sessions/by-id-card")
    assert len(calls) == 2
    assert calls[0]["key"] == calls[1]["key"]
    await connect().pension(person)


async def test_a_key_of_another_request_is_refused(host: HttpHost, zhao: Person) -> None:
    await host.report_wrong_data(zhao, ("phone",), "KIOSK-TEST-01-C1")
    with pytest.raises(HostRefused) as refused:
        await host.report_wrong_data(zhao, ("address",), "KIOSK-TEST-01-C1")
    assert refused.value.code == RefusalCode.NOT_ALLOWED
    assert "another request" in str(refused.value)


async def test_the_same_key_from_two_sides_at_once_acts_once(
    connect: Connect, zhao: Person, id_card_of: Callable[[str], IdCardProof]
) -> None:
    patient = TimeLimits(answer=20.0)
    one, other = connect(limits=patient), connect(limits=patient)
    again = await other.identify_by_id_card(id_card_of("zhao_min"))
    numbers = await asyncio.gather(
        *(one.report_wrong_data(zhao, ("phone", "address"), "KIOSK-TEST-01-C1") for _ in range(4)),
        *(other.report_wrong_data(again, ("address", "phone"), "KIOSK-TEST-01-C1") for _ in range(4)),
    )
    assert set(numbers) == {numbers[0]}


async def test_500_is_repeated_and_then_answered(connect: Connect, sandbox_host: Any, zhao: Person) -> None:
    sandbox_host.order("error", MEDICAL, times=2)
    account = await connect(retries=Retries(attempts=3), limits=TimeLimits(answer=20)).medical_account(zhao)
    assert account.balance == 402_960
    assert [call["status"] for call in sandbox_host.calls(MEDICAL)] == [500, 500, 200]


async def test_nonsense_is_a_protocol_error_and_not_repeated(connect: Connect, sandbox_host: Any, zhao: Person) -> None:
    sandbox_host.order("nonsense", MEDICAL)
    with pytest.raises(HostProtocolError):
        await connect(retries=Retries(attempts=3)).medical_account(zhao)
    assert len(sandbox_host.calls(MEDICAL)) == 1


async def test_a_refusal_on_order(host: HttpHost, sandbox_host: Any, zhao: Person) -> None:
    sandbox_host.order("refuse", MEDICAL, code="in_progress_elsewhere")
    with pytest.raises(HostRefused) as refused:
        await host.medical_account(zhao)
    assert refused.value.code == RefusalCode.IN_PROGRESS_ELSEWHERE


async def test_the_circuit_opens_and_heals(connect: Connect, sandbox_host: Any, zhao: Person) -> None:
    now = 0.0
    breaker = CircuitBreaker(clock=lambda: now, failures_to_open=3, open_seconds=15.0)
    host = connect(circuit=breaker, limits=TimeLimits(answer=20.0))
    await host.ping()
    sandbox_host.order("error", "/v1/*", times=4, status=503)
    for _ in range(3):
        with pytest.raises(HostUnavailable, match="503"):
            await host.pension(zhao)
    assert breaker.state is CircuitState.OPEN
    seen = len(sandbox_host.calls("/v1/session/pension"))
    with pytest.raises(HostUnavailable, match="circuit open"):
        await host.pension(zhao)
    assert len(sandbox_host.calls("/v1/session/pension")) == seen
    now = 15.0
    with pytest.raises(HostUnavailable, match="503"):
        await host.pension(zhao)
    assert breaker.state is CircuitState.OPEN
    now = 30.0
    assert (await host.pension(zhao)).own_total > 0
    assert breaker.state is CircuitState.CLOSED


async def test_a_call_that_is_called_off_leaves_client_and_host_usable(
    connect: Connect, sandbox_host: Any, zhao: Person
) -> None:
    host = connect(limits=TimeLimits(answer=20.0))
    await host.ping()
    sandbox_host.order("delay", MEDICAL, seconds=60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(host.medical_account(zhao), 0.3)
    assert len(sandbox_host.calls(MEDICAL)) == 1
    assert host.circuit.state is CircuitState.CLOSED
    assert (await host.medical_account(zhao)).balance == 402_960


async def test_faults_are_had_in_order_as_often_as_ordered_and_taken_back(sandbox_host: Any, connect: Connect) -> None:
    sandbox_host.order("error", "/v1/ping", times=1, status=502)
    sandbox_host.order("error", "/v1/*", times=None, status=503, method="GET")
    left = sandbox_host.control.get("/sandbox/faults").json()
    assert [(rule["path"], rule["times"]) for rule in left] == [("/v1/ping", 1), ("/v1/*", None)]
    host = connect()
    for status in ("502", "503", "503"):
        with pytest.raises((HostUnknown, HostUnavailable), match=status):
            await host.ping()
    sandbox_host.control.delete("/sandbox/faults")
    await host.ping()
    assert sandbox_host.control.get("/sandbox/faults").json() == []


@pytest.mark.parametrize(
    "order", [{"kind": "explode"}, {"kind": "delay", "seconds": -1}, {"kind": "error", "status": 200}, {"other": 1}]
)
def test_an_order_that_makes_no_sense_is_refused(sandbox_host: Any, order: dict[str, Any]) -> None:
    assert sandbox_host.control.post("/sandbox/faults", json=order).status_code == 422
