"""One print: hand-shake by the claim bit, and the verdict on what became of the card (protocol pages A5, A8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from devices.card_printer.contract import CardPrinterStatus, Damaged, NotPrinted, Printed, PrintOutcome, Unknown
from devices.card_printer.evolis.flags import Flags, Information
from devices.card_printer.evolis.job import second_part
from devices.card_printer.evolis.meaning import WORKING
from devices.card_printer.evolis.session import Conversation
from devices.card_printer.evolis.transport import LinkError
from devices.card_printer.evolis.wire import WireError
from devices.contract import DeviceError

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. ``claim``: until the printer takes the job; ``job``: until it is done; ``fastest``: a print that ends
    sooner has really failed; ``recovery``: how long a lost printer is waited for."""

    claim: float = 15.0
    job: float = 180.0
    fastest: float = 4.0
    recovery: float = 15.0


@dataclass(slots=True)
class Evidence:
    """What was seen of the print. ``sets_used``: by the ribbon's own count; None: it is not known."""

    sets: int
    begun: bool = False
    claimed: bool = False
    running_seen: bool = False
    finished: bool = False
    seconds: float = 0.0
    sets_used: int | None = None


class PrintRun:
    """Nothing is ever sent twice. ``status`` asks anew, ``left`` how many sets the ribbon still has."""

    def __init__(
        self,
        conversation: Conversation,
        limits: Limits,
        status: Callable[[], CardPrinterStatus],
        left: Callable[[], int | None],
    ) -> None:
        self._conversation = conversation
        self._limits = limits
        self._status = status
        self._left = left

    def run(self, data: bytes, sets: int, left_before: int | None) -> PrintOutcome:
        """Send a job within a session that is held. Never raises for anything the printer may do."""
        evidence = Evidence(sets)
        started = self._conversation.clock()
        try:
            self._conversation.send_once(data, self._limits.claim)
            evidence.begun = True
            evidence.claimed = self._hand_shake(evidence)
        except LinkError as error:
            evidence.begun = evidence.begun or error.sent > 0
        except (WireError, DeviceError):
            evidence.begun = True
        if evidence.begun:
            self._wait_for_rest(evidence)
        evidence.seconds = self._conversation.clock() - started
        status = self._status()
        left = self._left() if status.answered else None
        if left is not None and left_before is not None:
            evidence.sets_used = left_before - left
        return verdict(evidence, status, self._limits.fastest)

    def _hand_shake(self, evidence: Evidence) -> bool:
        def claimed(flags: Flags) -> bool:
            self._watch(evidence, flags)
            return flags.stands(Information.CLAIM)

        _, reached = self._conversation.wait_until(claimed, self._limits.claim, POLL_SECONDS)
        if not reached:
            return False
        self._conversation.send_once(second_part(), self._limits.claim)

        def released(flags: Flags) -> bool:
            self._watch(evidence, flags)
            return not flags.stands(Information.CLAIM) and not flags.stands(WORKING)

        _, evidence.finished = self._conversation.wait_until(released, self._limits.job, POLL_SECONDS)
        return True

    def _wait_for_rest(self, evidence: Evidence) -> None:
        """The printer may still be at work, or away for a moment: wait, asking only."""
        if evidence.finished:
            return
        clock = self._conversation.clock
        end = clock() + self._limits.recovery
        job_end = clock() + self._limits.job
        while clock() < min(end, job_end):
            try:
                flags = self._conversation.poll()
            except DeviceError:
                self._conversation.pause(POLL_SECONDS)
                continue
            self._watch(evidence, flags)
            if not flags.stands(WORKING):
                self._let_go(flags)
                return
            end = clock() + self._limits.recovery
            self._conversation.pause(POLL_SECONDS)

    def _let_go(self, flags: Flags) -> None:
        """The claim of a hand-shake that broke off; it moves nothing."""
        if not flags.stands(Information.CLAIM):
            return
        try:
            self._conversation.send_once(second_part(), self._limits.claim)
        except (LinkError, WireError):
            return  # the next job lets go of it

    def _watch(self, evidence: Evidence, flags: Flags) -> None:
        if flags.stands(Information.PRINTING_RUNNING):
            evidence.running_seen = True


def verdict(evidence: Evidence, status: CardPrinterStatus, fastest: float) -> PrintOutcome:
    """What became of the card. Pure; the ribbon's count is the strongest witness, silence proves nothing."""
    if not evidence.begun:
        return NotPrinted(status)
    if not status.answered:
        return Unknown(status)
    used = evidence.sets_used
    untouched = used == 0 and not evidence.running_seen
    if status.blocking and any(code in _STOPPED for code in status.blocking):
        return NotPrinted(status) if untouched else Damaged(status)
    if used is not None and 0 < used < evidence.sets:
        return Damaged(status)
    too_quick = evidence.finished and evidence.seconds < fastest
    if too_quick:
        told = replace(status, fault="card_printer.too_quick", faults=("card_printer.too_quick", *status.faults))
        return NotPrinted(told) if untouched else Unknown(told)
    if used is not None and used == evidence.sets:
        return Printed(status)
    if used == 0:
        return NotPrinted(status) if untouched else Unknown(status)
    if evidence.finished and evidence.claimed and used is None:
        return Printed(status)
    return Unknown(status)


_STOPPED = frozenset(
    {
        "card_printer.hardware",
        "card_printer.power_supply",
        "card_printer.jam_feed",
        "card_printer.jam_contact",
        "card_printer.jam_print",
        "card_printer.jam_exit",
        "card_printer.jammed",
        "card_printer.cover_open",
        "card_printer.feeder_open",
        "card_printer.ribbon_missing",
        "card_printer.ribbon_broken",
        "card_printer.ribbon_wrong",
        "card_printer.ribbon_unknown",
        "card_printer.head_hot",
        "card_printer.cleaning_required",
        "card_printer.locked",
        "card_printer.unsupported",
    }
)
"""With these a print cannot have ended well. A ribbon that is spent now may have been enough for this card."""
