"""What can go wrong in the soak, as data: at which device or far end, how it is switched, and how it is healed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

Value = bool | int | float | str

# How a fault is healed, in words for the report.
PAPER = "new roll"
RIBBON = "new ribbon"
COVER = "cover opened, card taken out"
SWITCH = "put right by staff"
ITSELF = "passed by itself"
CABLE = "plugged in again"
LATER = "far end back"


@dataclass(frozen=True)
class Fault:
    """``at``: a bench device, ``host`` or ``payer``. ``what``: the bench's switch, or the kind of a sandbox order."""

    at: str
    what: str
    value: Value = True
    heal: str = SWITCH
    path: str = ""
    weight: int = 1

    @property
    def name(self) -> str:
        """For the report."""
        where = f" {self.path}" if self.path else ""
        return f"{self.at}: {self.what}{where}"


def _switches(at: str, heal: str, weight: int = 1, **values: Value) -> tuple[Fault, ...]:
    return tuple(Fault(at, name, value, heal, weight=weight) for name, value in values.items())


def _line(at: str) -> tuple[Fault, ...]:
    return (
        Fault(at, "absent", True, CABLE),
        Fault(at, "silent", True, CABLE),
        Fault(at, "noise", 0.01, ITSELF),
        Fault(at, "unplug_at_byte", 20, CABLE),
    )


CARD_READER = (
    *_switches("card-reader", SWITCH, mute=True, no_reset_answer=True, garbled=True, worn_out=True),
    Fault("card-reader", "pull_after", 12, ITSELF),
    Fault("card-reader", "absent", True, CABLE),
)
ID_READER = (
    *_line("id-reader"),
    *_switches("id-reader", SWITCH, wrong_checksum=True, board_timeout=True, read_answer="41", find_answer="80"),
    Fault("id-reader", "half_frame", True, ITSELF),
)
PIN_PAD = (
    *_line("pin-pad"),
    *_switches("pin-pad", SWITCH, low_battery=True, tampered=True, stray_byte=True, rtn="E0"),
    *_switches("pin-pad", ITSELF, wrong_lrc=2, lost_answers=2, cut_answers=2, late_answers=3),
)
RECEIPT_PRINTER = (
    *_line("receipt-printer"),
    *_switches("receipt-printer", PAPER, paper_out=True, paper_near_end=True, paper_out_after_lines=9),
    *_switches("receipt-printer", SWITCH, cutter_stuck=True, head_hot=True, recoverable_error=True),
    *_switches("receipt-printer", SWITCH, unrecoverable_error=True, off_line=True, answers_nothing=True),
)
CARD_PRINTER = (
    Fault("card-printer", "absent", True, CABLE, weight=2),
    Fault("card-printer", "silent", True, CABLE),
    Fault("card-printer", "power_cut", True, CABLE, weight=3),
    *_switches("card-printer", COVER, 3, jam_feed=True, jam_contact=True, jam_print=True, jam_exit=True),
    *_switches("card-printer", COVER, 2, misfeed=True, held_at_bezel=True),
    *_switches("card-printer", RIBBON, 2, ribbon_break=True, ribbon_wrong=True, ribbon_unknown=True),
    *_switches("card-printer", RIBBON, ribbon_missing=True),
    *_switches("card-printer", SWITCH, reject_box_full=True, head_hot=True, cleaning_required=True),
    *_switches("card-printer", SWITCH, hardware=True, locked=True, claim_never=True, too_quick=True),
    *_switches("card-printer", SWITCH, session_held=77, status_disabled=True, wrong_answer="NOK"),
    *_switches("card-printer", SWITCH, missing_panel="c", faded=60, shift=40, scan_dark=True, scan_lost="back"),
    *_switches("card-printer", ITSELF, 3, lost_reply=1),
)
CONTACT = (
    *_switches("card-printer-contact", SWITCH, mute=True, no_reset_answer=True, garbled=True, worn_out=True),
    Fault("card-printer-contact", "absent", True, CABLE),
)
CAMERA = _line("camera")[:2]

FAR_PATHS = (
    "/v1/*", "/v1/session*", "/v1/issuing/*", "/v1/issuing/reservations", "/v1/issuing/personalisation/*",
    "/v1/issuing/commits", "/v1/issuing/commits", "/v1/issuing/state*", "/v1/issuing/spoils",
)  # fmt: skip
HOST = tuple(
    Fault("host", kind, heal=LATER, path=path)
    for kind in ("lost_reply", "lost_request", "broken_reply", "error", "error_after", "nonsense")
    for path in FAR_PATHS
)
PAYER = tuple(
    Fault("payer", kind, heal=LATER, path=path)
    for kind in ("lost_reply", "lost_request", "error", "error_after", "nonsense")
    for path in ("/payer/v1/*", "/payer/v1/orders/hold", "/payer/v1/orders/capture", "/payer/v1/orders/release")
)
GROUPS: tuple[tuple[tuple[Fault, ...], int], ...] = (
    (CARD_READER, 4), (ID_READER, 4), (PIN_PAD, 4), (RECEIPT_PRINTER, 4), (CARD_PRINTER, 12), (CONTACT, 3), (CAMERA, 1),
    (HOST, 8), (PAYER, 3),
)  # fmt: skip


def draw(chance: random.Random) -> Fault:
    """One of all."""
    group = chance.choices([faults for faults, _ in GROUPS], [weight for _, weight in GROUPS])[0]
    return chance.choices(group, [fault.weight for fault in group])[0]


def order(fault: Fault, times: int) -> dict[str, Any]:
    """The order for the sandbox."""
    return {"kind": fault.what, "path": fault.path, "times": times}
