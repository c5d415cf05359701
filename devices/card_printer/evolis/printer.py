"""The driver: Evolis card printers (KC200, KC Prime, KC Max, Primacy 2 and kin) over TCP or the USB printer file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devices.card_printer.contract import (
    Ability,
    CardPosition,
    CardPrinterStatus,
    NotPrinted,
    PrintOutcome,
    RetractTo,
)
from devices.card_printer.evolis import meaning
from devices.card_printer.evolis.flags import Extension2, Flags, Information
from devices.card_printer.evolis.job import first_part, second_part
from devices.card_printer.evolis.meaning import HOPPER, MOST_HOPPERS, WORKING, Fitting
from devices.card_printer.evolis.motion import Motion, Refused
from devices.card_printer.evolis.print_run import Limits, PrintRun
from devices.card_printer.evolis.scans import ScanFolder
from devices.card_printer.evolis.session import BUSY_SECONDS, HOLD_SECONDS, JOB_HOLD_SECONDS, Conversation
from devices.card_printer.evolis.supplies import Supplies
from devices.card_printer.evolis.transport import Connect, LinkError, transport_at
from devices.card_printer.evolis.wire import WireError
from devices.card_printer.faces import Faces, ScannedFaces
from devices.contract import DeviceError, DeviceState, StorageKind

CONTACT_SECONDS = 10.0
"""From the answer to ``Sis`` until the sensor sees the card at the contact."""
SCAN_SECONDS = 20.0

_INSIDE = frozenset({CardPosition.IN_PATH, CardPosition.AT_CONTACT})
_ENDS = frozenset({CardPosition.TAKEN, CardPosition.REJECTED, CardPosition.PARKED, CardPosition.UNKNOWN})


class EvolisPrinter:
    """See :class:`devices.card_printer.contract.CardPrinter`.

    ``at``: ``tcp://host:9100`` or ``/dev/usb/lp0``. ``chip_address``: the encoder, a PC/SC reader of its own (page A8).
    ``ribbon``: the label of the ribbon wanted, such as YMCKO; empty: any. ``reserve``: sets of panels that must be left
    to begin an issue. ``hoppers``: 1 to 4. ``bezel`` False: the card comes out at the plain exit, and cannot be drawn
    back in. ``holding_slot``: a slot at the rear, parked into by ``Seb`` and recalled from by ``Sib``. ``scans``: where
    the scan program puts its pictures; empty: no scanner. ``fastest_print_seconds``: a print that ends sooner has
    really failed (page A8); lower it only for an accelerated simulator. ``answer_seconds``: for one question.
    ``ready_seconds``: how long work in progress is waited for before a motion.
    """

    def __init__(
        self,
        at: str,
        *,
        chip_address: str = "",
        ribbon: str = "",
        reserve: int = 2,
        hoppers: int = 1,
        bezel: bool = True,
        reject_box: bool = True,
        holding_slot: bool = False,
        scans: str = "",
        fastest_print_seconds: float = 4.0,
        print_seconds: float = 180.0,
        motion_seconds: float = 30.0,
        answer_seconds: float = 2.0,
        ready_seconds: float = 30.0,
        recovery_seconds: float = 15.0,
        busy_seconds: float = BUSY_SECONDS,
        connect: Connect = transport_at,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        today: Callable[[], float] = time.time,
    ) -> None:
        if not 1 <= hoppers <= MOST_HOPPERS:
            raise ValueError(f"hoppers: 1 to {MOST_HOPPERS}")
        self.at = at
        self._chip_address = chip_address or None
        self._fitting = Fitting(hoppers, reject_box, holding_slot, ribbon, reserve)
        self._bezel = bezel
        self._ready_seconds = ready_seconds
        self._busy_seconds = busy_seconds
        self._limits = Limits(job=print_seconds, fastest=fastest_print_seconds, recovery=recovery_seconds)
        self._today = today
        transport = connect(at, answer_seconds)
        self._conversation = Conversation(transport, answer_seconds, clock=clock, pause=pause)
        self._motion = Motion(self._conversation, motion_seconds)
        self._scans = ScanFolder(Path(scans), SCAN_SECONDS, clock, pause) if scans else None
        self._last: CardPosition | None = None
        """Where our own last motion brought the card, as far as it was proven."""
        self._supplies = Supplies()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.at!r})"

    # -- the device ----------------------------------------------------------------------------------------------------

    @property
    def abilities(self) -> frozenset[Ability]:
        fitted = {
            Ability.CONTACT: self._chip_address is not None,
            Ability.INSPECT: self._scans is not None,
            Ability.RETRACT: self._bezel,
            Ability.RETAIN: self._fitting.reject_box,
            Ability.PARK: self._fitting.holding_slot,
        }
        always = {Ability.FEED, Ability.PRINT, Ability.PRESENT}
        return frozenset(always | {ability for ability, there in fitted.items() if there})

    @property
    def chip_address(self) -> str | None:
        return self._chip_address

    def counts(self) -> Mapping[str, int]:
        """``retries``: questions asked again; ``head_hot``: times the head became too hot to print."""
        return {"retries": self._conversation.retries, "head_hot": self._conversation.times_hot}

    def open(self) -> None:
        """Ask where the card is; nothing moves. Raises ``card_printer.absent`` or ``card_printer.no_answer``."""
        self.close()
        self._last = None
        self._conversation.poll()

    def close(self) -> None:
        """Let go of the line; what is being printed goes on."""
        self._conversation.close()

    def status(self) -> CardPrinterStatus:
        """Flags, ribbon and cleaning. Never raises. While another program holds the printer, ribbon and cleaning are
        those of the last time."""
        try:
            flags = self._conversation.poll()
            trouble = self._read_supplies()
        except DeviceError as error:
            gone = error.code == "card_printer.absent"
            device = DeviceState.NO_DEVICE if gone else DeviceState.OFFLINE
            return meaning.silent_status(error.code, device, self._fitting)
        status = self._status_of(flags)
        return status if trouble is None else meaning.with_fault(status, trouble, DeviceState.DEVICE_BUSY)

    def _read_supplies(self) -> str | None:
        """Ask anew; ``session_busy`` when another program holds the printer, and then they stay as they were."""
        try:
            with self._session(busy_seconds=0):
                self._supplies.read(self._conversation)
        except DeviceError as error:
            if error.code != "card_printer.session_busy":
                raise
            return error.code
        return None

    def _status_of(self, flags: Flags) -> CardPrinterStatus:
        return meaning.status(flags, self._supplies.ribbon, self._supplies.cards_left, self._fitting)

    def where(self) -> CardPosition:
        """See the contract: the sensors now, and where our own last motion brought the card."""
        try:
            flags = self._conversation.poll()
        except DeviceError:
            return CardPosition.UNKNOWN
        return self._placed(flags)

    def _placed(self, flags: Flags) -> CardPosition:
        seen = meaning.position(flags)
        if seen is not CardPosition.NONE:
            if seen is CardPosition.AT_BEZEL:
                self._last = seen
            elif seen in _INSIDE and self._last is not CardPosition.UNKNOWN:
                self._last = None
            return seen
        if flags.stands(WORKING):
            return CardPosition.UNKNOWN
        if self._last is CardPosition.AT_BEZEL:
            self._last = CardPosition.TAKEN
        return self._last if self._last in _ENDS else CardPosition.NONE

    # -- supplies ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _session(self, hold_seconds: int = HOLD_SECONDS, busy_seconds: float | None = None) -> Iterator[None]:
        with self._conversation.session(hold_seconds, self._busy_seconds if busy_seconds is None else busy_seconds):
            yield

    def identification(self) -> dict[str, str]:
        """Model, firmware, serial number and print-head kit, as the printer says them. Raises DeviceError."""
        questions = {"model": "Rtp", "model_number": "Rtp;d", "firmware": "Rfv", "serial": "Rsn", "head": "Rkn"}
        with self._session():
            return {name: self._conversation.ask(question).text for name, question in questions.items()}

    # -- motions -------------------------------------------------------------------------------------------------------

    def _settled(self) -> Flags:
        """The flags when no work is in progress any more. Raises ``card_printer.busy``."""
        flags, settled = self._conversation.wait_until(lambda f: not f.stands(WORKING), self._ready_seconds)
        if not settled:
            raise DeviceError("card_printer.busy")
        return flags

    def _need(self, wanted: frozenset[CardPosition], otherwise: str) -> CardPosition:
        flags = self._settled()
        place = self._placed(flags)
        if place is CardPosition.JAMMED:
            raise DeviceError(meaning.blocking(flags)[0])
        for code in meaning.blocking(flags):
            if code in meaning.NO_MOTION:
                raise DeviceError(code)
        sensed = meaning.position(flags)
        if sensed is CardPosition.UNKNOWN:
            raise DeviceError("card_printer.position_unknown")
        if sensed not in wanted:
            raise DeviceError(otherwise)
        return sensed

    def _need_inside(self) -> CardPosition:
        return self._need(_INSIDE, "card_printer.no_card")

    def _move(self, text: str) -> Flags:
        try:
            return self._motion.make(text)
        except DeviceError as error:
            if error.code in ("card_printer.motion_unknown", "card_printer.status_disabled"):
                self._last = CardPosition.UNKNOWN
            raise

    def feed(self, hopper: str) -> None:
        """See the contract (``Si``). With any blocking fault no card leaves the hopper."""
        number = next((n for n in range(1, self._fitting.hoppers + 1) if HOPPER.format(n) == hopper), None)
        if number is None:
            names = ", ".join(HOPPER.format(n) for n in range(1, self._fitting.hoppers + 1))
            raise ValueError(f"there is no {hopper!r}; there is {names}")
        self._need(frozenset({CardPosition.NONE}), "card_printer.card_inside")
        with self._session():
            self._supplies.read(self._conversation)
            status = self._status_of(self._conversation.poll())
            if status.blocking:
                raise DeviceError(status.blocking[0])
            self._motion.tray("Rcim", "F")
            if self._fitting.hoppers > 1:
                self._conversation.set(f"Pkc;M;{number}")
            self._last = None
            self._move("Si")

    def to_contact(self) -> None:
        """See the contract (``Sis``, then the sensor)."""
        if self._need_inside() is CardPosition.AT_CONTACT:
            return
        with self._session():
            self._move("Sis")
            _, there = self._conversation.wait_until(
                lambda f: meaning.position(f) is CardPosition.AT_CONTACT, CONTACT_SECONDS
            )
        if not there:
            raise DeviceError("card_printer.jam_contact", "the sensor does not see the card at the contact")

    def present(self) -> None:
        """See the contract (``Sce``). The bezel is told to do nothing by itself when nobody takes the card."""
        self._need_inside()
        with self._session():
            self._motion.tray("Rcem", "I" if self._bezel else "D")
            if self._bezel:
                self._conversation.set("Pbc;A;D")
            self._last = CardPosition.UNKNOWN
            flags = self._move("Sce")
        self._placed(flags)

    def reject(self) -> None:
        """See the contract (``Ser``)."""
        self._need_inside()
        self._into_box()

    def _into_box(self) -> None:
        if "card_printer.reject_box_full" in meaning.blocking(self._conversation.poll()):
            raise DeviceError("card_printer.reject_box_full")
        with self._session():
            self._last = CardPosition.UNKNOWN
            flags = self._move("Ser")
        self._last = CardPosition.REJECTED if meaning.position(flags) is CardPosition.NONE else CardPosition.UNKNOWN

    def retract(self, to: RetractTo) -> bool:
        """See the contract: back in by the bezel (``Pcim;I``, ``Si``), then ``Seb`` or ``Ser``."""
        if (to is StorageKind.PARK and not self._fitting.holding_slot) or to not in (
            StorageKind.PARK,
            StorageKind.RETAIN,
        ):
            raise ValueError(f"this printer cannot {to}")
        if not self.draw_in():
            return False
        if to is StorageKind.RETAIN:
            self._into_box()
        else:
            self._into_slot()
        return True

    def draw_in(self) -> bool:
        """See the contract (``Pcim;I``, ``Si``)."""
        here = self._need(_INSIDE | {CardPosition.AT_BEZEL, CardPosition.NONE}, "card_printer.no_card")
        return here in _INSIDE or (here is CardPosition.AT_BEZEL and self._drawn_in())

    def _drawn_in(self) -> bool:
        if not self._bezel:
            raise DeviceError("card_printer.unsupported", "no bezel")
        with self._session():
            self._motion.tray("Rcim", "I")
            try:
                self._move("Si")
            except Refused:
                # Held fast or taken at the last moment: the sensor knows which.
                if self._placed(self._conversation.poll()) is CardPosition.AT_BEZEL:
                    raise DeviceError("card_printer.held_at_bezel") from None
                return False
            finally:
                self._conversation.set("Pcim;F")
        return True

    def _into_slot(self) -> None:
        if self._conversation.poll().stands(Extension2.CARD_REAR):
            raise DeviceError("card_printer.holding_slot_full")
        with self._session():
            self._last = CardPosition.UNKNOWN
            flags = self._move("Seb")
        if flags.stands(Extension2.CARD_REAR) and meaning.position(flags) is CardPosition.NONE:
            self._last = CardPosition.PARKED

    def recall(self) -> None:
        """See the contract (``Sib``)."""
        if not self._fitting.holding_slot:
            raise DeviceError("card_printer.unsupported", "no holding slot")
        self._need(frozenset({CardPosition.NONE}), "card_printer.card_inside")
        if not self._conversation.poll().stands(Extension2.CARD_REAR):
            raise DeviceError("card_printer.no_card")
        with self._session():
            self._last = None
            self._move("Sib")

    def inspect(self) -> ScannedFaces | None:
        """See the contract (``Siscan``)."""
        if self._scans is None:
            return None
        self._need_inside()
        self._scans.clear()
        with self._session():
            self._move("Siscan")
        return self._scans.take()

    def clear(self) -> None:
        """See the contract (``Pem;2``, ``Scs``)."""
        with self._session():
            self._conversation.set("Pem;2")
            self._conversation.set("Scs")
            self._conversation.set("Pem;0")

    def clean(self) -> None:
        """Run the cleaning cycle (``Scp``): staff have put in a cleaning card. Raises as motions do."""
        self._need(frozenset({CardPosition.NONE}), "card_printer.card_inside")
        with self._session():
            self._move("Scp")

    # -- print ---------------------------------------------------------------------------------------------------------

    def print(self, faces: Faces) -> PrintOutcome:
        """See the contract. The card is never fed for it: it must be in the path."""
        data = first_part(faces, int(self._today()))
        try:
            self._need_inside()
            with self._session(JOB_HOLD_SECONDS):
                if self._conversation.poll().stands(Information.CLAIM):  # of a host that died
                    self._conversation.send_once(second_part(), self._limits.claim)
                self._supplies.read(self._conversation)
                status = self._status_of(self._conversation.poll())
                stops = self._print_stops(status, faces)
                if stops:
                    return NotPrinted(meaning.with_fault(status, stops))
                run = PrintRun(
                    self._conversation, self._limits, self._status_in_session, lambda: self._supplies.ribbon.left
                )
                return run.run(data, self._sets_for(faces), self._supplies.ribbon.left)
        except DeviceError as error:
            return NotPrinted(meaning.with_fault(self.status(), error.code))
        except (LinkError, WireError):
            return NotPrinted(self.status())

    def _sets_for(self, faces: Faces) -> int:
        return meaning.sets_for(faces, self._supplies.ribbon.label)

    def _print_stops(self, status: CardPrinterStatus, faces: Faces) -> str:
        """The code of what keeps this job from being sent, or empty. An empty hopper does not."""
        left = status.ribbon.left if status.ribbon is not None else None
        if left is not None and left < self._sets_for(faces):
            return "card_printer.ribbon_out" if left == 0 else "card_printer.ribbon_nearly_spent"
        return next((code for code in status.blocking if code not in meaning.HARMLESS_TO_PRINT), "")

    def _status_in_session(self) -> CardPrinterStatus:
        try:
            flags = self._conversation.poll()
            self._supplies.read(self._conversation)
        except DeviceError as error:
            return meaning.silent_status(error.code, DeviceState.OFFLINE, self._fitting)
        return self._status_of(flags)
