"""The host in trouble at any call: told truthfully, the card comes back, and what it has yet to hear is told later."""

from __future__ import annotations

from typing import Any

import pytest
from kiosk_rig import Kiosk

from statemachines.views import (
    Amount,
    Attract,
    Done,
    Farewell,
    Menu,
    OutOfService,
    PinEntry,
    Refusal,
    Say,
    TakeCard,
    Working,
)

pytestmark = [pytest.mark.pcsc]

WANG = "wang_xiulan"

HOST_TROUBLES: dict[str, dict[str, Any]] = {
    "slow": {"kind": "delay", "seconds": 60},
    "request lost": {"kind": "lost_request"},
    "reply lost": {"kind": "lost_reply"},
    "reply broken off": {"kind": "broken_reply"},
    "error": {"kind": "error"},
    "too busy": {"kind": "error", "status": 503},
    "error after": {"kind": "error_after"},
    "nonsense": {"kind": "nonsense"},
}


@pytest.fixture
async def hasty(standing: Kiosk) -> Kiosk:
    """A kiosk in service that waits for its host no longer than a test can."""
    standing.host_seconds = (0.4, 0.8)
    await standing.start()
    return standing


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        *(("/v1/session/pension", kind) for kind in HOST_TROUBLES),
        *((where, kind) for where in ("/v1/blacklist", "/v1/cards/*", "/v1/sessions/*") for kind in ("slow", "error")),
    ],
)
async def test_a_host_in_trouble_at_any_call_keeps_no_card(hasty: Kiosk, where: str, kind: str) -> None:
    kiosk, trouble = hasty, HOST_TROUBLES[kind]
    await kiosk.begins()
    await kiosk.order(path=where, **trouble)
    await kiosk.bench.insert_card(WANG)
    if "session" in where:
        await kiosk.screens.page(PinEntry)
        await kiosk.types(WANG, own_pin=True)
    if where.endswith("pension"):
        await kiosk.screens.page(Menu)
        await kiosk.chooses("pension")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("refusal.host_unavailable" if kind == "too busy" else "refusal.host_unknown")
    assert refusal.works
    assert refusal.again == where.endswith("pension")
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_a_cut_line_to_the_host_is_unavailable_not_unknown_and_heals(standing: Kiosk) -> None:
    kiosk = standing
    cable = await kiosk.lay_cable()
    await kiosk.start()
    await kiosk.reaches_menu(WANG)
    await cable.cut()
    await kiosk.chooses("pension")
    assert (await kiosk.screens.page(Refusal)).what == Say("refusal.host_unavailable")
    await cable.plug()
    kiosk.screens.touch("again")
    await kiosk.screens.page(Amount)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_a_host_that_is_away_at_the_start_puts_the_machine_out_of_service_until_it_answers(
    standing: Kiosk,
) -> None:
    kiosk = standing
    cable = await kiosk.lay_cable()
    await cable.cut()
    await kiosk.start()
    assert (await kiosk.screens.page(OutOfService)).what == Say("refusal.host_unavailable")
    await cable.plug()
    await kiosk.comes_to_pass(lambda: isinstance(kiosk.screens.last.page, Attract))
    await kiosk.reaches_menu(WANG)


async def test_a_session_that_the_host_has_ended_is_told_and_the_card_comes_back(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    (await kiosk.host.post("/sandbox/sessions/end")).raise_for_status()
    await kiosk.chooses("pension")
    assert (await kiosk.screens.page(Refusal)).what == Say("refusal.session_over")
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_a_host_that_is_slow_to_say_goodbye_does_not_keep_the_next_citizen_waiting(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.order("delay", "/v1/session", seconds=60)
    kiosk.screens.touch("leave")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Working)
    await kiosk.passes(5)
    await kiosk.screens.page(Farewell)


# -- what it has yet to be told ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["error", "lost_reply", "lost_request"])
async def test_a_host_lost_between_print_and_activation_hears_of_it_later(hasty: Kiosk, kind: str) -> None:
    kiosk = hasty
    await kiosk.reaches_menu(WANG)
    await kiosk.order(kind, "/v1/documents/activation")
    code = await kiosk.prints_contributions(WANG)
    await kiosk.host_is_told("/v1/documents/activation", agreed=False)
    (await kiosk.host.delete("/sandbox/faults")).raise_for_status()
    assert await kiosk.verifies(code) is (kind == "lost_reply")
    await kiosk.host_is_told("/v1/documents/activation")
    assert await kiosk.verifies(code)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_the_host_hears_of_a_changed_pin_after_it_was_away_and_never_hears_the_pin(standing: Kiosk) -> None:
    kiosk = standing
    cable = await kiosk.lay_cable()
    await kiosk.start()
    await kiosk.reaches_menu("zhao_min")
    await kiosk.chooses("change_pin")
    await cable.cut()
    await kiosk.types_at("old", "zhao_min", own_pin=True)
    await kiosk.types_at("new", "zhao_min", "739184")
    await kiosk.types_at("again", "zhao_min", "739184")
    await kiosk.screens.page(Done)
    await cable.plug()
    await kiosk.host_is_told("/v1/cards/pin-changes")
    kiosk.screens.touch("leave")
    await kiosk.takes_card("zhao_min")
