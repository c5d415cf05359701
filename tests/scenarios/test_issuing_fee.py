"""What a card costs (A19), and what becomes of the money when none is made (A18)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from issuing_steps import (
    agrees,
    applications,
    asks_for_a_card,
    comes_by_id_card,
    confirms_and_signs,
    entries,
    gives_reason,
    heals,
    journal_of,
    orders,
    pays,
    price,
    sees,
    takes_it,
    text_of,
    touches,
)
from kiosk_rig import Kiosk

from kiosk.clock import KIOSK_ZONE
from statemachines.views import Consent, Fen, MakingCard, Menu, Pay, Refusal, Say, TakePaper

pytestmark = [pytest.mark.pcsc]

PERSON = "li_jianguo"


async def asks_what_it_costs(kiosk: Kiosk, reason: str = "lost") -> Consent:
    """By ID card, up to the price."""
    await comes_by_id_card(kiosk, PERSON)
    await asks_for_a_card(kiosk)
    await touches(kiosk, "choose", "replace", to=Menu)
    await gives_reason(kiosk, reason)
    return await sees(kiosk, Consent)


async def is_to_pay(kiosk: Kiosk) -> Pay:
    """Twenty yuan for a lost card, up to the code."""
    await price(kiosk, "lost", 2000)
    await asks_what_it_costs(kiosk)
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    return await sees(kiosk, Pay)


async def fails_twice(kiosk: Kiosk) -> str:
    """Both cards are printed badly: the slip."""
    await kiosk.bench.set_fault("card-printer", "missing_panel", "k")
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(PERSON)
    assert len(entries(kiosk, "issue.spoiled")) == 2
    return text_of((await kiosk.bench.receipts())[-1])


async def pays_with(kiosk: Kiosk, **settings: Any) -> None:
    (await kiosk.host.post("/sandbox/payer/settings", json=settings)).raise_for_status()


# -- A18 ---------------------------------------------------------------------------------------------------------------


async def test_a18_a_fee_is_held_and_taken_with_the_card(issuer: Kiosk) -> None:
    kiosk = issuer
    asked = await is_to_pay(kiosk)
    assert (asked.amount, asked.notes) == (Fen(2000), (Say("issue.pay.held"),))
    order = await pays(kiosk)
    await sees(kiosk, MakingCard)
    assert (await orders(kiosk))[0]["state"] == "held"
    await takes_it(kiosk, PERSON)
    await kiosk.host_is_told("/payer/v1/orders/capture")
    (seen,) = await orders(kiosk)
    assert (seen["order"], seen["state"], seen["captures"], seen["refunds"]) == (order, "captured", 1, 0)
    assert "20.00" in text_of((await kiosk.bench.receipts())[-1])


async def test_a18_a_fee_that_was_held_is_released_when_no_card_comes_of_it(issuer: Kiosk) -> None:
    kiosk = issuer
    await is_to_pay(kiosk)
    order = await pays(kiosk)
    slip = await fails_twice(kiosk)
    assert order in slip
    assert "20.00" in slip
    assert "交易参考号" in slip
    await kiosk.host_is_told("/payer/v1/orders/release")
    (seen,) = await orders(kiosk)
    assert (seen["state"], seen["captures"], seen["refunds"]) == ("released", 0, 0)
    ended = await touches(kiosk, "done", to=Refusal)
    assert Say("issue.ended.fee_back") in ended.advice


async def test_a18_a_fee_that_could_not_be_held_is_sent_back(issuer: Kiosk) -> None:
    kiosk = issuer
    await pays_with(kiosk, qr_holds=False)
    assert (await is_to_pay(kiosk)).notes == (Say("issue.pay.sent_back"),)
    order = await pays(kiosk)
    slip = await fails_twice(kiosk)
    assert order in slip
    assert "交易参考号" in slip
    await kiosk.host_is_told("/payer/v1/orders/refund")
    (seen,) = await orders(kiosk)
    assert (seen["state"], seen["captures"], seen["refunds"]) == ("refunded", 1, 1)
    (told,) = (await kiosk.host.get("/sandbox/issuing/text-messages")).json()
    assert (told["about"], told["reference"][0]) == ("fee_sent_back", "R")


async def test_a18_a_refund_that_never_gets_through_is_tried_six_times_and_then_put_on_the_list(issuer: Kiosk) -> None:
    kiosk = issuer
    await pays_with(kiosk, qr_holds=False)
    await is_to_pay(kiosk)
    order = await pays(kiosk)
    await kiosk.order("error", "/payer/v1/orders/refund")
    await fails_twice(kiosk)
    outbox = journal_of(kiosk).outbox
    await kiosk.comes_to_pass(lambda: bool(outbox.manual()), seconds=5)
    (message,) = outbox.manual()
    assert (message.kind, message.payload["order"], message.attempts) == ("fee_release", order, 6)
    assert [each for each in outbox.pending() if each.payload.get("order") == order] == []
    assert (await orders(kiosk))[0]["refunds"] == 0


async def test_a18_an_order_that_lapsed_is_not_offered_again(issuer: Kiosk) -> None:
    """It cannot be paid any more under its number; a payer that did not answer can be asked again."""
    kiosk = issuer
    await is_to_pay(kiosk)
    (await kiosk.host.post("/sandbox/clock", json={"seconds": 600})).raise_for_status()
    refusal = await sees(kiosk, Refusal)
    assert (refusal.what, refusal.again) == (Say("refusal.order_closed"), False)
    assert await open_ends(kiosk) == "withdrawn"


async def open_ends(kiosk: Kiosk) -> str:
    """The state of the application once the page is left."""
    kiosk.screens.touch("done")
    await sees(kiosk, Menu)

    async def told() -> bool:
        return bool((await applications(kiosk))[-1]["state"] == "withdrawn")

    await kiosk.comes_to_pass(told)
    return str((await applications(kiosk))[-1]["state"])


async def test_a18_a_payer_that_does_not_answer_can_be_asked_again(standing_issuer: Kiosk) -> None:
    kiosk = standing_issuer
    kiosk.host_seconds = (0.3, 0.5)
    await kiosk.start()
    await kiosk.order("lost_request", "/payer/v1/orders/*")
    await price(kiosk, "lost", 2000)
    await asks_what_it_costs(kiosk)
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    refusal = await sees(kiosk, Refusal)
    assert (refusal.what, refusal.again) == (Say("refusal.payer_unknown"), True)
    await heals(kiosk)
    await kiosk.passes(30)  # as long as a far end is left alone that failed again and again
    await touches(kiosk, "again", to=Pay)
    assert len(await orders(kiosk)) == 1


# -- A19 ---------------------------------------------------------------------------------------------------------------

TABLE = {
    "lost": (0, "waived"),
    "damaged": (0, "waived"),
    "demagnetised": (0, "waived"),
    "renamed": (0, "waived"),
    "upgrade": (0, "exempt"),
}
"""The region's policy since October 2024."""


async def test_a19_each_reason_is_quoted_as_the_policy_says_in_plain_words(issuer: Kiosk) -> None:
    kiosk = issuer
    await comes_by_id_card(kiosk, "wang_xiulan")
    await asks_for_a_card(kiosk)
    reasons = await touches(kiosk, "choose", "replace", to=Menu)
    offered = [choice.id for choice in reasons.choices]
    assert set(offered) == set(TABLE)
    vouched = False
    for reason, (fen, basis) in TABLE.items():
        await kiosk.chooses(reason)
        if not vouched:
            await kiosk.attendant_vouches()
            vouched = True
        if reason != "lost":
            await sees(kiosk, Menu, so=lambda page: page.question == Say("issue.old_card.question"))
            await kiosk.chooses("reported_lost")
        told = await sees(kiosk, Consent)
        assert (told.fee, told.basis) == (Fen(fen), Say(f"fee.basis.{basis}"))
        assert Say("issue.consent.reason", {"reason": Say(f"reason.{reason}")}) in told.points
        await touches(kiosk, "back", to=Menu)


async def passes_midnight_at_the_host(kiosk: Kiosk, *, seconds_before: float = 0) -> None:
    """Let the host's clock come near the next midnight, or over it."""
    now = datetime.fromisoformat((await kiosk.host.post("/sandbox/clock", json={"seconds": 0})).json())
    local = now.astimezone(KIOSK_ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    seconds = (midnight - local).total_seconds() - seconds_before
    (await kiosk.host.post("/sandbox/clock", json={"seconds": max(0.0, seconds)})).raise_for_status()


async def tomorrow(kiosk: Kiosk) -> str:
    now = datetime.fromisoformat((await kiosk.host.post("/sandbox/clock", json={"seconds": 0})).json())
    return (now.astimezone(KIOSK_ZONE).date() + timedelta(days=1)).isoformat()


async def test_a19_a_price_that_changes_at_midnight_leaves_a_quote_alone_that_was_accepted(issuer: Kiosk) -> None:
    kiosk = issuer
    await price(kiosk, "lost", 3500, await tomorrow(kiosk))
    await passes_midnight_at_the_host(kiosk, seconds_before=60)
    assert (await asks_what_it_costs(kiosk)).fee == Fen(0)
    await agrees(kiosk, to=Menu)
    await passes_midnight_at_the_host(kiosk, seconds_before=-30)
    await confirms_and_signs(kiosk)
    serial = await takes_it(kiosk, PERSON)
    (application,) = await applications(kiosk)
    assert (application["fen"], application["reservations"]) == (0, {serial: "bound"})
    assert await orders(kiosk) == []


async def test_a19_a_quote_not_accepted_before_midnight_is_made_anew(issuer: Kiosk) -> None:
    kiosk = issuer
    await price(kiosk, "lost", 3500, await tomorrow(kiosk))
    await passes_midnight_at_the_host(kiosk, seconds_before=60)
    assert (await asks_what_it_costs(kiosk)).fee == Fen(0)
    await passes_midnight_at_the_host(kiosk, seconds_before=-30)
    anew = await touches(kiosk, "agree", to=Consent)
    assert (anew.fee, anew.basis) == (Fen(3500), Say("fee.basis.price_list"))
    assert await applications(kiosk) == []
