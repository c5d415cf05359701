"""The kiosk with a motorised reader: the same charts, the same pages, and the card comes back in every case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from kiosk_rig import Kiosk
from rig_processes import process

from devices.bench.client import BenchRefused
from statemachines.views import Amount, Attract, Farewell, InsertCard, Maintenance, OutOfService, Say, TakeCard

LAYOUT = """
[[device]]
class = "card-reader"
model = "crt310"
baud = 38400
[device.options]
motion_seconds = 0.1
[[device]]
class = "id-reader"
[[device]]
class = "pin-pad"
[[device]]
class = "receipt-printer"
"""


@pytest.fixture(scope="module")
def motorised_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("motorised-bench")
    layout = folder / "devices.toml"
    layout.write_text(LAYOUT)
    words = ("bench", "--state", str(folder / "state"), "--config", str(layout))
    with process(*words, log=folder / "stderr") as ready:
        yield ready


@pytest.fixture
async def standing(
    tmp_path: Path, motorised_bench: dict[str, Any], host_process: dict[str, Any]
) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(tmp_path, motorised_bench, host_process)
    await kiosk.bench.reset()
    (await kiosk.host.post("/sandbox/reset")).raise_for_status()
    yield kiosk
    await kiosk.bench.reset()
    await kiosk.stop()
    await kiosk.close()


@pytest.fixture
async def kiosk(standing: Kiosk) -> Kiosk:
    await standing.start()
    return standing


async def slot(kiosk: Kiosk, **wanted: object) -> dict[str, Any]:
    """Wait until the reader looks like this."""

    def so(scene: dict[str, Any]) -> bool:
        return all(scene[name] == value for name, value in wanted.items())

    scene: dict[str, Any] = await kiosk.bench.wait_scene("card-reader", so)
    return scene


async def dies(kiosk: Kiosk) -> None:
    """The controller ends without a farewell."""
    assert kiosk._running is not None
    kiosk._running.cancel()
    await asyncio.wait([kiosk._running])
    await kiosk.screens.close()


async def place(kiosk: Kiosk, card: str) -> str:
    cards = await kiosk.bench.cards()
    return next(str(each["place"]) for each in cards if each["card"] == card)


async def test_balance_by_card_and_card_back(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    assert (await slot(kiosk, powered=True))["place"] == "on the contacts"
    with pytest.raises(BenchRefused, match="out of reach"):
        await kiosk.bench.take_card("wang_xiulan")
    await kiosk.chooses("medical_account")
    assert (await kiosk.screens.page(Amount)).source == Say("amount.source.host")
    kiosk.screens.touch("leave")
    take = await kiosk.screens.page(TakeCard)
    assert (take.card, take.urgent) == ("social", False)
    await slot(kiosk, place="gate, held", powered=False, light="blinking", gate="shut")
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)
    await slot(kiosk, light="off", gate="open")
    assert await place(kiosk, "wang_xiulan/social") == "with:wang_xiulan"


async def test_silence_brings_the_card_to_the_gate_and_it_waits_there(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.passes(45)
    await kiosk.passes(20)
    await kiosk.screens.page(TakeCard)
    await slot(kiosk, place="gate, held")
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)


async def test_an_unreadable_card_is_handed_out_to_be_turned_over(kiosk: Kiosk) -> None:
    await kiosk.bench.set_fault("card-reader", "no_reset_answer")
    await kiosk.begins()
    await kiosk.bench.insert_card("wang_xiulan")
    page = await kiosk.screens.page(InsertCard)
    assert page.problem == Say("problem.card_turn_over")
    await slot(kiosk, place="gate, held")
    await kiosk.bench.set_fault("card-reader", "no_reset_answer", value=False)
    await kiosk.bench.take_card("wang_xiulan")
    await slot(kiosk, gate="open")
    await kiosk.bench.insert_card("wang_xiulan")
    await kiosk.types("wang_xiulan", own_pin=True)


async def test_stopped_in_mid_session_the_card_is_back_first(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    assert kiosk.controller is not None
    kiosk.controller.stop()
    await slot(kiosk, place="gate, held")
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.stopped()
    assert (await slot(kiosk, card=None))["gate"] == "shut"


async def test_power_lost_with_a_card_inside_and_back(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.bench.set_fault("card-reader", "absent")
    await asyncio.sleep(0)
    kiosk.screens.touch("leave")
    await kiosk.bench.set_fault("card-reader", "absent", value=False)

    async def at_the_gate() -> bool:
        return bool((await kiosk.bench.device("card-reader"))["scene"]["place"] == "gate, held")

    await kiosk.comes_to_pass(at_the_gate)
    await kiosk.bench.take_card("wang_xiulan")
    await slot(kiosk, card=None)


async def test_a_card_found_inside_at_the_start_is_offered_and_opens_no_session(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await dies(kiosk)
    await kiosk.start()
    await slot(kiosk, place="gate, held")
    await kiosk.screens.page(OutOfService)
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Attract)


async def test_out_of_service_no_card_is_drawn_in(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    assert kiosk.controller is not None
    kiosk.controller.maintain()
    await kiosk.screens.page(Maintenance)
    await slot(kiosk, gate="shut")
    with pytest.raises(BenchRefused, match="shut"):
        await kiosk.bench.insert_card("wang_xiulan")
    kiosk.controller.maintain()
    await kiosk.screens.page(Attract)
    await slot(kiosk, gate="open")


async def test_a_card_nobody_takes_is_kept_in_the_bin_with_a_slip_and_the_next_citizen_is_served(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("zhao_min")
    await kiosk.passes(45)
    await kiosk.passes(20)
    await kiosk.screens.page(TakeCard)
    await slot(kiosk, place="gate, held")
    before = kiosk.screens.last.frame.number
    await kiosk.passes(31)
    assert (await kiosk.screens.page(TakeCard, after=before)).urgent
    await kiosk.passes(31)
    await kiosk.screens.page(Farewell)
    assert await place(kiosk, "zhao_min/social") == "in:card-reader/bin"
    await kiosk.bench.tear_off()
    (slip,) = await kiosk.bench.receipts()
    text = "\n".join(slip["lines"])
    assert "您的卡没有取走" in text
    assert "赵" not in text
    assert "990101" not in text
    await kiosk.passes(6)
    await kiosk.reaches_menu("wang_xiulan")
