"""A day of a kiosk in a fleet: everything of note is told, in order, and nobody is in it; A25 as the kiosk sees it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from issuing_steps import (
    BANK,
    OWN_PIN,
    applies,
    card_is_made,
    comes_by_id_card,
    goes,
    journal_of,
    sees,
    takes_it,
    tools_of,
    touches,
)
from kiosk_rig import Kiosk
from test_issuing_secrets import of_the_holder

from devices.bench import people
from kiosk.cli_places import PEOPLE
from kiosk.fleet.messages import KINDS, encode
from kiosk.fleet.wear import rates
from kiosk.health.visits import BEFORE_ANY
from statemachines.views import Amount, Attract, Menu, Notice, Say, TakePaper

pytestmark = [pytest.mark.pcsc]

Told = list[dict[str, Any]]


def told(kiosk: Kiosk) -> Told:
    """Every body kept, in order and without a gap."""
    kept = journal_of(kiosk).telemetry.oldest(10_000)
    assert [each.sequence for each in kept] == list(range(1, len(kept) + 1))
    return [dict(each.body) for each in kept]


def events(bodies: Told) -> list[tuple[str, dict[str, Any]]]:
    return [(body["event"], body.get("facts", {})) for body in bodies if body["type"] == "event"]


def of_everybody() -> set[str]:
    """What nobody may find in telemetry: names, numbers, addresses, accounts and PINs of all who have a wallet."""
    found = set()
    for person in people.load(PEOPLE).values():
        found |= {person.name, person.number, person.address}
        if (card := person.card) is not None:
            found |= {card.identifier, card.card_number, card.pin, card.bank_pan}
    return {each for each in found if each}


async def what_else_it_says(kiosk: Kiosk) -> str:
    """A heartbeat, and its page for Prometheus."""
    agent: Any = tools_of(kiosk).record.telemetry.on_news.__self__  # type: ignore[attr-defined]
    side: Any = agent._heartbeat.__self__
    metrics = side._metrics(0)
    metrics._loop = asyncio.get_running_loop()
    page = await asyncio.to_thread(lambda: repr(list(metrics.collect())))
    beat = await asyncio.to_thread(side._heartbeat, 1)
    return encode(beat).decode() + page


async def test_everything_of_note_is_told_and_nobody_is_in_it(standing_issuer: Kiosk) -> None:
    kiosk = standing_issuer
    kiosk.in_fleet = True
    await kiosk.start()

    # one gets her first card, with a PIN of her own
    await applies(kiosk)
    await card_is_made(kiosk)
    secrets = of_everybody() | {value for value in of_the_holder(kiosk).values() if value} | {OWN_PIN}
    assert await takes_it(kiosk, pin=OWN_PIN)
    await goes(kiosk)

    # one asks after his account and takes a paper
    await comes_by_id_card(kiosk, "li_jianguo")
    await touches(kiosk, "choose", "medical_account", to=Amount)
    said = await what_else_it_says(kiosk)
    assert '"state":"in_service.session.' in said
    assert "kiosk_capability" in said
    await touches(kiosk, "print", to=TakePaper)
    await kiosk.bench.tear_off("li_jianguo")
    await sees(kiosk, Menu)
    await goes(kiosk, "li_jianguo")

    # one walks away after the notice
    await kiosk.screens.page(Attract)
    await touches(kiosk, "start", to=Notice)
    kiosk.screens.touch("leave")
    await sees(kiosk, Attract)

    # someone opens the vault, with nobody of the staff signed in
    await kiosk.bench.act("cabinet", "open_vault")
    before = kiosk.clock.monotonic()
    await kiosk.comes_to_pass(lambda: tools_of(kiosk).health.why_no_issue == "blocked")
    assert kiosk.clock.monotonic() - before <= 60
    await kiosk.bench.act("cabinet", "shut_vault")
    await kiosk.comes_to_pass(lambda: "door_closed" in [name for name, _ in events(told(kiosk))])
    assert tools_of(kiosk).health.why_no_issue == "blocked"
    page = await comes_by_id_card(kiosk, "li_jianguo")
    (choice,) = (each for each in page.choices if each.id == "issue_card")
    assert choice.why_not == Say("why_not.no_issue")
    await goes(kiosk, "li_jianguo")

    journal = journal_of(kiosk)
    await kiosk.passes(3600)
    await kiosk.comes_to_pass(lambda: any("visits.id_card" in body.get("values", {}) for body in told(kiosk)), 60)
    bodies = told(kiosk)

    assert {body["type"] for body in bodies} == set(KINDS)
    assert len(secrets) > 20
    text = json.dumps(bodies, ensure_ascii=False) + said
    assert [secret for secret in secrets if re.search(rf"(?<!\d){re.escape(secret)}(?!\d)", text)] == []
    assert re.findall(r"\d{17}[\dX]", text) == []

    happened = events(bodies)
    assert happened[0][0] == "started"
    assert ("door_opened", {"door": "vault", "exchange": False}) in happened
    assert ("door_closed", {"door": "vault"}) in happened
    assert [name for name, _ in happened].count("in_service") >= 1

    outcomes = {(body["service"], body["result"]) for body in bodies if body["type"] == "business_outcome"}
    assert {("issue_card", "done"), ("medical_account", "done"), (BEFORE_ANY, "abandoned")} <= outcomes
    issued = next(body for body in bodies if body.get("service") == "issue_card")
    steps = {step["step"]: step["milliseconds"] for step in issued["steps"]}
    assert any("making" in step for step in steps), steps
    assert sum(steps.values()) > 0

    able = [body for body in bodies if body["type"] == "capabilities"]
    assert any(BANK in body.get("banks", ()) for body in able)
    assert "issue" not in able[-1]["works"]
    assert able[-1]["lost"]["issue"] in ("issuing.blocked", "cabinet.vault_open")
    devices = {body["device"] for body in bodies if body["type"] == "device_state"}
    assert {"card_reader", "id_reader", "pin_pad", "receipt_printer", "card_printer", "camera", "cabinet"} <= devices
    supplies = {each["supply"] for body in bodies if body["type"] == "supplies" for each in body["supplies"]}
    assert {"ribbon", "paper", f"cards.{BANK}"} <= supplies
    counts = [body["values"] for body in bodies if body["type"] == "counters"][-1]
    assert counts["cards.issued"] == 1
    assert counts["receipts"] >= 2
    assert counts["visits.id_card"] >= 2
    assert {each.what: each.times for each in rates(counts)}["card_jams"] == 0
    assert [*journal.ledger.blocks()] == ["door_opened"]


async def test_a_view_nobody_can_leave_is_noticed_and_healed(standing_issuer: Kiosk) -> None:
    """The timer of a page is lost: nothing but the watchdog would ever end it."""
    kiosk = standing_issuer
    kiosk.in_fleet = True
    await kiosk.start()
    await kiosk.screens.page(Attract)
    await touches(kiosk, "start", to=Notice)
    assert kiosk.controller is not None
    runtime = kiosk.controller.runtime
    assert runtime is not None
    assert runtime._timer is not None
    runtime._timer.cancel()
    await kiosk.comes_to_pass(lambda: "healed" in [name for name, _ in events(told(kiosk))], seconds=2)
    await sees(kiosk, Attract)
    found = [(name, facts) for name, facts in events(told(kiosk)) if name in ("stuck", "healed", "not_healed")]
    assert [name for name, _ in found] == ["stuck", "healed"]
    assert (found[0][1]["what"], found[1][1]["remedies"]) == ("view", 1)
    assert found[0][1]["milliseconds"] > 60_000


async def test_a_device_that_stays_busy_is_told_and_opened_anew_once_nobody_is_served(standing: Kiosk) -> None:
    """A print head that says it is hot, for ever; not while a citizen stands there, though it was seen so before."""
    kiosk = standing
    kiosk.in_fleet = True
    await kiosk.start()
    await kiosk.screens.page(Attract)
    printer = tools_of(kiosk).devices["receipt_printer"]
    assert printer is not None
    opened: list[str] = []
    open_ = printer._device.open
    printer._device.open = lambda: opened.append(kiosk.clock.now().isoformat()) or open_()

    def stuck() -> Told:
        return [facts for name, facts in events(told(kiosk)) if name in ("stuck", "healed", "not_healed")]

    await kiosk.bench.set_fault("receipt-printer", "head_hot")
    seen = tools_of(kiosk).health.statuses
    await kiosk.comes_to_pass(lambda: seen["receipt_printer"].fault == "receipt_printer.head_hot", 5)
    await comes_by_id_card(kiosk, "li_jianguo")
    assert kiosk.controller is not None
    assert kiosk.controller.runtime is not None
    for _ in range(10):  # he takes his time
        await kiosk.passes(30)
        kiosk.controller.runtime.sign_of_life()
    assert (stuck(), opened) == ([], [])
    await goes(kiosk, "li_jianguo")
    await kiosk.comes_to_pass(lambda: bool(opened), 10)
    await kiosk.comes_to_pass(lambda: len(stuck()) == 1, 1)
    assert (stuck()[0]["what"], stuck()[0]["where"]) == ("device", "receipt_printer")
    assert stuck()[0]["milliseconds"] > 180_000
    await kiosk.bench.set_fault("receipt-printer", "head_hot", value=False)
    await kiosk.comes_to_pass(lambda: "healed" in [name for name, _ in events(told(kiosk))])
    assert stuck()[-1]["where"] == "receipt_printer"
    assert len(opened) == 1
