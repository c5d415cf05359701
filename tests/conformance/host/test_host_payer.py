"""The payer over the line: money is taken on capture only, once, whatever is lost or repeated (A18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from issuing_counter import refusal

from kiosk.clock import KIOSK_ZONE
from kiosk.health.capabilities import PROBE
from kiosk.host.http import HttpHost
from kiosk.host.payer.http import HttpPayer
from kiosk.host.payer.port import Means, PayerLine, PayerRefusal, PaymentState
from kiosk.host.port import HostUnavailable, HostUnknown
from kiosk.host.transport import Retries, TimeLimits

Connect = Callable[..., HttpHost]
_orders = count(1)


@pytest.fixture
def order() -> str:
    return f"20261122-K0001-{next(_orders):04d}-X"


@pytest.fixture
def payer(connect: Connect, sandbox_host: Any) -> HttpPayer:
    return HttpPayer(connect(base_url=f"{sandbox_host.business}/payer", limits=TimeLimits(answer=20.0)).connection)


def hurried(connect: Connect, sandbox_host: Any, **settings: Any) -> HttpPayer:
    return HttpPayer(connect(base_url=f"{sandbox_host.business}/payer", **settings).connection)


def tell(sandbox_host: Any, path: str, **body: Any) -> None:
    sandbox_host.control.post(f"/sandbox/payer/{path}", json=body).raise_for_status()


def seen(sandbox_host: Any, order: str) -> dict[str, Any] | None:
    found = sandbox_host.control.get("/sandbox/payer/orders").raise_for_status().json()
    return next((each for each in found if each["order"] == order), None)


async def test_asking_for_a_sign_of_life_is_understood(payer: HttpPayer) -> None:
    """What health asks every half minute: an answer it cannot read would cost the payer's circuit, and then a fee."""
    assert await payer.state(PROBE) is None


async def test_a_code_is_paid_held_and_captured(payer: HttpPayer, sandbox_host: Any, order: str) -> None:
    waiting = await payer.hold(order, 2000, Means.QR, f"{order}/hold")
    assert (waiting.state, waiting.holds, waiting.fen) == (PaymentState.WAITING, True, 2000)
    assert waiting.code.endswith(waiting.reference)
    assert (await refusal(payer.capture(order, f"{order}/early"))).code == PayerRefusal.NOT_HELD
    tell(sandbox_host, "pay", order=order)
    held = await payer.state(order)
    assert held is not None
    assert held.state is PaymentState.HELD
    for key in ("capture", "capture", "capture-again"):
        assert (await payer.capture(order, f"{order}/{key}")).state is PaymentState.CAPTURED
    told = seen(sandbox_host, order)
    assert told is not None
    assert (told["captures"], told["refunds"]) == (1, 0)
    assert (await refusal(payer.release(order, f"{order}/release"))).code == PayerRefusal.ALREADY_CAPTURED


async def test_a_hold_is_released_and_no_money_was_taken(payer: HttpPayer, sandbox_host: Any, order: str) -> None:
    assert (await payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")).state is PaymentState.HELD
    assert (await refusal(payer.refund(order, f"{order}/refund"))).code == PayerRefusal.NOT_CAPTURED
    for key in ("release", "release-again"):
        released = await payer.release(order, f"{order}/{key}")
        assert released is not None
        assert released.state is PaymentState.RELEASED
    assert (await refusal(payer.capture(order, f"{order}/capture"))).code == PayerRefusal.NOT_HELD
    again = payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold-again")
    assert (await refusal(again)).code == PayerRefusal.ORDER_CLOSED
    told = seen(sandbox_host, order)
    assert told is not None
    assert told["captures"] == 0


async def test_means_that_cannot_be_held_are_refunded_with_a_reference(
    payer: HttpPayer, sandbox_host: Any, order: str
) -> None:
    tell(sandbox_host, "settings", bank_card_holds=False, slow_refunds=True)
    paid = await payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")
    assert (paid.state, paid.holds) == (PaymentState.CAPTURED, False)
    for key in ("refund", "refund-again"):
        refund = await payer.refund(order, f"{order}/{key}")
        assert (refund.state, refund.reference[0]) == (PaymentState.REFUNDING, "R")
    tell(sandbox_host, "settle-refunds")
    done = await payer.state(order)
    assert done is not None
    assert done.state is PaymentState.REFUNDED
    told = seen(sandbox_host, order)
    assert told is not None
    assert (told["captures"], told["refunds"]) == (1, 1)


async def test_a_release_that_overtakes_its_hold(payer: HttpPayer, sandbox_host: Any, order: str) -> None:
    assert await payer.state(order) is None
    assert await payer.release(order, f"{order}/release") is None
    late = payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")
    assert (await refusal(late)).code == PayerRefusal.ORDER_CLOSED
    assert seen(sandbox_host, order) is None


async def test_what_is_not_paid_in_time_lapses(payer: HttpPayer, sandbox_host: Any, order: str) -> None:
    await payer.hold(order, 2000, Means.QR, f"{order}/hold")
    sandbox_host.control.post("/sandbox/clock", json={"seconds": 301}).raise_for_status()
    lapsed = await payer.state(order)
    assert lapsed is not None
    assert lapsed.state is PaymentState.LAPSED
    assert sandbox_host.control.post("/sandbox/payer/pay", json={"order": order}).status_code == 409


async def test_every_other_refusal(payer: HttpPayer, connect: Connect, sandbox_host: Any, order: str) -> None:
    for call in (payer.capture(order, f"{order}/1"), payer.refund(order, f"{order}/2")):
        assert (await refusal(call)).code == PayerRefusal.ORDER_UNKNOWN
    tell(sandbox_host, "settings", bank_card="decline")
    declined = payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")
    assert (await refusal(declined)).code == PayerRefusal.DECLINED
    tell(sandbox_host, "settings")
    await payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold-2")
    other = payer.hold(order, 3500, Means.BANK_CARD, f"{order}/hold-3")
    assert (await refusal(other)).code == PayerRefusal.ORDER_DIFFERS
    elsewhere = hurried(connect, sandbox_host, kiosk_id="KIOSK-TEST-02", limits=TimeLimits(answer=20.0))
    for call in (elsewhere.capture(order, f"{order}/e1"), elsewhere.release(order, f"{order}/e2")):
        assert (await refusal(call)).code == PayerRefusal.ORDER_UNKNOWN


@pytest.mark.parametrize("fault", ["lost_request", "lost_reply", "broken_reply", "error_after", "nonsense"])
async def test_a_capture_whose_reply_is_lost_is_captured_once(
    payer: HttpPayer, connect: Connect, sandbox_host: Any, order: str, fault: str
) -> None:
    await payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")
    sandbox_host.order(fault, "/payer/v1/orders/capture")
    with pytest.raises(HostUnknown):
        await hurried(connect, sandbox_host).capture(order, f"{order}/capture")
    assert (await payer.capture(order, f"{order}/capture")).state is PaymentState.CAPTURED
    told = seen(sandbox_host, order)
    assert told is not None
    assert told["captures"] == 1


async def test_the_client_repeats_by_itself(connect: Connect, sandbox_host: Any, order: str) -> None:
    sandbox_host.order("lost_reply", "/payer/v1/orders/hold", times=2)
    patient = hurried(connect, sandbox_host, retries=Retries(attempts=3))
    assert (await patient.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")).state is PaymentState.HELD
    assert len(sandbox_host.calls("/payer/v1/orders/hold")) == 3


async def test_a_payer_that_is_not_there_is_unavailable(connect: Connect, order: str) -> None:
    nowhere = HttpPayer(connect(base_url="https://127.0.0.1:1/payer").connection)
    with pytest.raises(HostUnavailable):
        await nowhere.hold(order, 2000, Means.QR, f"{order}/hold")


async def test_the_days_lines_are_this_kiosks(
    payer: HttpPayer, connect: Connect, sandbox_host: Any, order: str
) -> None:
    await payer.hold(order, 2000, Means.BANK_CARD, f"{order}/hold")
    today = datetime.now(UTC).astimezone(KIOSK_ZONE).date()
    assert await payer.lines(today) == (PayerLine(order, 2000, PaymentState.HELD),)
    elsewhere = hurried(connect, sandbox_host, kiosk_id="KIOSK-TEST-02", limits=TimeLimits(answer=20.0))
    assert await elsewhere.lines(today) == ()
