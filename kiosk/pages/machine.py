"""Pages of the machine when it serves nobody."""

from __future__ import annotations

from devices.contract import DeviceState
from devices.fault_catalogue import Capability
from kiosk.pages.works import out, works
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import Attract, Choice, Maintenance, OutOfService, Row, Say, Starting, Working


def starting(session: Session, tools: Tools) -> Starting:
    return Starting(doing=Say("starting.devices"))


def attract(session: Session, tools: Tools) -> Attract:
    return Attract(works=works(tools), out=out(tools))


def checking(session: Session, tools: Tools) -> Working:
    return Working(doing=Say("frame.just_a_moment"), at_most=5)


def out_of_service(session: Session, tools: Tools) -> OutOfService:
    if tools.card_stranded:
        return OutOfService(what=Say("out_of_service.card_held"), where=tools.policy.other_machines)
    if Capability.QUERY not in tools.health.works:
        what = Say("refusal.host_unavailable")
    else:
        what = Say("out_of_service.nothing_works")
    return OutOfService(what=what, works=(Say("works.phone_loss"),), where=tools.policy.other_machines)


def stopping(session: Session, tools: Tools) -> OutOfService:
    what = "out_of_service.card_held" if tools.card_in_slot else "out_of_service.stopping"
    return OutOfService(what=Say(what), where=tools.policy.other_machines)


def maintenance(session: Session, tools: Tools) -> Maintenance:
    rows = []
    for name in tools.devices:
        status = tools.health.statuses.get(name)
        state = DeviceState.NO_DEVICE if status is None else status.device
        good = state is DeviceState.ONLINE and status is not None and status.fault is None
        told = (
            Say(f"fault.{status.fault}.staff") if status is not None and status.fault else Say(f"device.state.{state}")
        )
        rows.append(Row(label=Say(f"device.{name}"), value=told, look="good" if good else "wrong"))
    answers = tools.health.host_answers
    host_state = DeviceState.ONLINE if answers else DeviceState.OFFLINE
    rows.append(
        Row(label=Say("device.host"), value=Say(f"device.state.{host_state}"), look="good" if answers else "wrong")
    )
    no_stock = None if tools.card_printer is not None else Say("stock.no_card_printer")
    return Maintenance(
        rows=tuple(rows),
        choices=(
            Choice(id="back_in_service", title=Say("maintenance.back_in_service"), icon="forward"),
            Choice(id="stock", title=Say("maintenance.stock"), icon="stack", why_not=no_stock),
        ),
    )
