"""A kiosk that makes cards, before the first one is made: everything it needs is there and agrees."""

from __future__ import annotations

from kiosk_rig import Kiosk

from devices.contract import DeviceState
from kiosk.controller import Controller
from kiosk.staff import Role
from kiosk.tools import Tools
from statemachines.views import Attract


def tools_of(kiosk: Kiosk) -> Tools:
    assert isinstance(kiosk.controller, Controller)
    assert kiosk.controller.tools is not None
    return kiosk.controller.tools


async def test_everything_that_issuing_takes_is_fitted_open_and_well(issuer: Kiosk) -> None:
    await issuer.screens.page(Attract)
    tools = tools_of(issuer)
    assert None not in (tools.card_printer, tools.camera, tools.issuing, tools.payer, tools.encoder)
    assert tools.encoder is not None
    assert tools.encoder.reader is not None
    states = {name: status and (status.device, status.fault) for name, status in tools.health.statuses.items()}
    assert {name: states[name] for name in ("card_printer", "encoder", "camera")} == dict.fromkeys(
        ("card_printer", "encoder", "camera"), (DeviceState.ONLINE, None)
    )


async def test_the_ledger_has_what_lies_in_the_hoppers(issuer: Kiosk) -> None:
    await issuer.screens.page(Attract)
    tools = tools_of(issuer)
    assert tools.settings.issuing is not None
    assert tools.settings.issuing.hoppers == {
        "hopper-1": "example_bank",
        "hopper-2": "sample_bank",
        "hopper-3": "rural_bank",
    }
    assert await tools.record.stock.banks_in_stock() == dict.fromkeys(("example_bank", "rural_bank", "sample_bank"), 20)
    assert tools.card_printer is not None
    status = await tools.card_printer.call(lambda printer: printer.status())
    assert await tools.record.stock.differences(status) == ()
    on_the_bench = {each["serial"]: each["place"] for each in await issuer.bench.new_cards()}
    host = (await issuer.host.get("/sandbox/issuing/stock")).json()
    assert on_the_bench["0C000001"] == "in:card-printer/hopper-1"
    assert host


async def test_staff_is_known(issuer: Kiosk) -> None:
    tools = tools_of(issuer)
    assert tools.staff is not None
    assert await tools.staff.known(frozenset({Role.ATTENDANT}))
    assert await tools.staff.known(frozenset({Role.STOCK_KEEPER}))


async def test_a_card_is_powered_at_the_contact_and_goes_into_a_hand(issuer: Kiosk) -> None:
    await issuer.screens.page(Attract)
    tools = tools_of(issuer)
    assert tools.card_printer is not None
    assert tools.encoder is not None
    await tools.card_printer.call(lambda printer: printer.feed("hopper-2"))
    await tools.card_printer.call(lambda printer: printer.to_contact())
    await tools.encoder.connect()
    identifier = (await tools.encoder.call(lambda card: card.read_issuer())).identifier
    assert identifier[16:24] == "0C000015"
    await tools.encoder.let_go()
    await tools.card_printer.call(lambda printer: printer.present())
    assert await issuer.takes_new_card("li_jianguo") == "0C000015"
    assert (await issuer.new_card("0C000015"))["place"] == "with:li_jianguo"
