"""What states do: plain async functions of the runtime's stage, one module a matter.

This package, as a namespace, is what the charts are built with (``kiosk_chart(activities)``): each name below is one
that a Protocol in ``statemachines`` asks for, and each function's ``Literal`` return type lists its outcomes.
"""

from kiosk.activities.farewell import end, guard_card, hand_back
from kiosk.activities.identification import (
    await_any,
    await_card,
    await_id_card,
    identify,
    read_card,
    read_id_card,
)
from kiosk.activities.machine import await_citizen, check, heal, serve_engineer, shut_down, start_up
from kiosk.activities.pin import (
    change_on_chip,
    enter_again,
    enter_and_verify,
    enter_new,
    enter_old,
    sense_pin,
)
from kiosk.activities.printing import print_answer, print_slip
from kiosk.activities.query import fetch, report_wrong

__all__ = [
    "await_any",
    "await_card",
    "await_citizen",
    "await_id_card",
    "change_on_chip",
    "check",
    "end",
    "enter_again",
    "enter_and_verify",
    "enter_new",
    "enter_old",
    "fetch",
    "guard_card",
    "hand_back",
    "heal",
    "identify",
    "print_answer",
    "print_slip",
    "read_card",
    "read_id_card",
    "report_wrong",
    "sense_pin",
    "serve_engineer",
    "shut_down",
    "start_up",
]
