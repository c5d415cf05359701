"""What states do: plain async functions of the runtime's stage, one module a matter.

This package, as a namespace, is what the charts are built with (``kiosk_chart(activities)``): each name below is one
that a Protocol in ``statemachines`` asks for, and each function's ``Literal`` return type lists its outcomes.
"""

from kiosk.activities.applicant import await_applicant, check_eligibility, read_applicant
from kiosk.activities.applying import (
    close_application,
    defer_application,
    draw_card,
    find_banks,
    open_application,
    quote_fee,
    settle_old_card,
)
from kiosk.activities.card_settling import settle_card
from kiosk.activities.committing import commit_card, spoil_card, undo_issue
from kiosk.activities.farewell import end, guard_card, hand_back
from kiosk.activities.handing_over import await_taken, find_held_card, hold_card, present_card, ready_chip, recall_card
from kiosk.activities.identification import (
    await_any,
    await_card,
    await_id_card,
    identify,
    read_card,
    read_id_card,
)
from kiosk.activities.issue_slips import print_issue_receipt, print_issue_slip, print_pickup_slip
from kiosk.activities.machine import await_citizen, check, heal, serve_engineer, shut_down, start_up
from kiosk.activities.making import feed_card, prepare_card, read_serial, reserve_card
from kiosk.activities.paying import ask_fee, await_payment
from kiosk.activities.personalising import compare_all, inspect_faces, print_faces, write_chip
from kiosk.activities.photographing import mirror, send_photo, send_photo_receipt, take_photo
from kiosk.activities.pin import (
    change_on_chip,
    enter_again,
    enter_and_verify,
    enter_new,
    enter_old,
    sense_pin,
)
from kiosk.activities.printing import print_answer, print_slip
from kiosk.activities.putting_by import park_card
from kiosk.activities.query import fetch, report_wrong
from kiosk.activities.recovering import ask_attendant, size_up
from kiosk.activities.stock_keeping import (
    compare_stock,
    empty_bin,
    find_deliveries,
    load_cards,
    print_items,
    renew_paper,
    seal_held,
    store_count,
)
from kiosk.activities.stock_visit import sign_in
from kiosk.activities.vouching import enter_staff_code, prove

__all__ = [
    "ask_attendant",
    "ask_fee",
    "await_any",
    "await_applicant",
    "await_card",
    "await_citizen",
    "await_id_card",
    "await_payment",
    "await_taken",
    "change_on_chip",
    "check",
    "check_eligibility",
    "close_application",
    "commit_card",
    "compare_all",
    "compare_stock",
    "defer_application",
    "draw_card",
    "empty_bin",
    "end",
    "enter_again",
    "enter_and_verify",
    "enter_new",
    "enter_old",
    "enter_staff_code",
    "feed_card",
    "fetch",
    "find_banks",
    "find_deliveries",
    "find_held_card",
    "guard_card",
    "hand_back",
    "heal",
    "hold_card",
    "identify",
    "inspect_faces",
    "load_cards",
    "mirror",
    "open_application",
    "park_card",
    "prepare_card",
    "present_card",
    "print_answer",
    "print_faces",
    "print_issue_receipt",
    "print_issue_slip",
    "print_items",
    "print_pickup_slip",
    "print_slip",
    "prove",
    "quote_fee",
    "read_applicant",
    "read_card",
    "read_id_card",
    "read_serial",
    "ready_chip",
    "recall_card",
    "renew_paper",
    "report_wrong",
    "reserve_card",
    "seal_held",
    "send_photo",
    "send_photo_receipt",
    "sense_pin",
    "serve_engineer",
    "settle_card",
    "settle_old_card",
    "shut_down",
    "sign_in",
    "size_up",
    "spoil_card",
    "start_up",
    "store_count",
    "take_photo",
    "undo_issue",
    "write_chip",
]
