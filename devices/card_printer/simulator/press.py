"""What a simulated Evolis printer does with print jobs: claim, panels, the picture on the card, counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.card_printer.simulator import printing
from devices.card_printer.simulator.faults import REFUSES_TO_PRINT
from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.motor import JAM, Stopped, Work
from devices.card_printer.simulator.print_job import PrintJob, quiet
from devices.card_printer.simulator.replies import StatusWords
from devices.simulation import Json

if TYPE_CHECKING:
    from devices.card_printer.simulator.evolis import EvolisSimulator

FLIP_SECONDS = 2.0
PANEL_SECONDS = {"y": 4.5, "m": 4.5, "c": 4.5, "k": 3.0, "o": 4.0}


class Press:
    """``cleaning_every``: cards after which a cleaning is due; at twice as many it prints no more."""

    def __init__(self, printer: EvolisSimulator, cleaning_every: int) -> None:
        self.cleaning_every = cleaning_every
        self.claim = False
        self.printing = False
        self.cards_printed = 0
        self.cards_at_cleaning = 0
        self.cleanings = 0
        self._printer = printer
        self._release_wanted = False
        self._job: PrintJob | None = None

    def job_command(self, words: list[str]) -> bool:
        """Take a command of a print job; False: it is none."""
        match words:
            case ["Pcla", "1"]:
                self.claim = not self._printer.faults["claim_never"]
                self._release_wanted = False
            case ["Pcla", "0"]:
                self._release_wanted = True
                self._release()
            case ["Ss"]:
                self._job = PrintJob()
            case [("Sr" | "Sv") as side] if self._job is not None:
                self._job.turn(side)
            case ["Se"] if self._job is not None:
                job, self._job = self._job, None
                self._start(job)
            case [command, *_]:
                return quiet(command)
        return True

    def panel(self, letter: str, raster: bytes) -> None:
        """A raster of the job; one outside any job is dropped."""
        if self._job is not None:
            self._job.add(letter, raster)

    def forget_unfinished_job(self) -> None:
        """The connection ended before the job did."""
        self._job = None

    def _start(self, job: PrintJob) -> None:
        faults = self._printer.faults
        motor = self._printer.motor
        refused = self._printer.cover_open or motor.jammed or any(faults[name] for name in REFUSES_TO_PRINT)
        if faults["too_quick"] or refused or motor.busy or self.must_be_cleaned:
            return
        self.printing = True
        motor.begin(self._print(job, eject=self._printer.settings.eject), self._printed)

    def _printed(self, _: str) -> None:
        self.printing = False
        self._release()

    def _release(self) -> None:
        if self._release_wanted and not self.printing:
            self.claim = self._release_wanted = False

    def _print(self, job: PrintJob, *, eject: bool) -> Work:
        mechanism = self._printer.mechanism
        if mechanism.card is None:
            yield from self._printer.motor.feed(self._printer.settings.feeder - 1)
        if mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")
        mechanism.move(Place.PRINT)
        for number, (side, panels) in enumerate(job.sides.items()):
            if number:
                yield FLIP_SECONDS
            same_set = bool(number) and self._printer.ribbon.second_side(panels)
            yield from self._print_side(side, panels, same_set=same_set)
        self.cards_printed += 1
        if eject:
            yield from self._printer.motor.eject()

    def _print_side(self, side: str, panels: dict[str, bytes], *, same_set: bool) -> Work:
        ribbon, faults, card = self._printer.ribbon, self._printer.faults, self._printer.mechanism.card
        if not same_set:
            if ribbon.left == 0:
                raise Stopped("", ("error", "RIBBON_ENDED"))
            ribbon.wind()
        laid: dict[str, bytes] = {}
        order = [letter for letter in dict.fromkeys(ribbon.panels) if letter in panels]
        try:
            for letter in order:
                seconds, raster = PANEL_SECONDS.get(letter, 3.0), panels[letter]
                yield seconds / 2
                if faults["jam_print"] or faults["ribbon_break"]:
                    laid[letter] = raster[: len(raster) // 2].ljust(len(raster), b"\0")
                    raise Stopped("", JAM if faults["jam_print"] else ("error", "RIBBON_ERROR"))
                yield seconds / 2
                laid[letter] = raster
        finally:
            if laid and card is not None:
                card.faces[side] = printing.picture(
                    laid, faults, card.faces.get(side), seed=f"{self._printer.seed} {self.cards_printed} {side}"
                )

    @property
    def cards_since_cleaning(self) -> int:
        """Printed cards."""
        return self.cards_printed - self.cards_at_cleaning

    @property
    def must_be_cleaned(self) -> bool:
        """It prints no more."""
        return self.cards_since_cleaning >= 2 * self.cleaning_every

    def cleaned(self) -> None:
        """A cleaning cycle has run to its end."""
        self.cleanings += 1
        self.cards_at_cleaning = self.cards_printed
        self._printer.faults.update(cleaning_due=False, cleaning_required=False)

    def power_off(self) -> None:
        """No job, no claim."""
        self._job = None
        self.claim = self.printing = self._release_wanted = False

    # -- what one sees -------------------------------------------------------------------------------------------------

    def told_of_cards(self) -> str:
        """The answer to ``Rco;card``."""
        left = max(0, self.cleaning_every - self.cards_since_cleaning)
        return f"inserted_head: {self.cards_printed}\nrem_advised: {left}\nmandatory: {2 * self.cleaning_every}"

    def told_of_cleaning(self) -> str:
        """The answer to ``Rco;clean``."""
        return f"last_periodic: {self.cards_at_cleaning}\nperiodic_global: {self.cleanings}\nadvanced_global: 0"

    def show(self, words: StatusWords) -> None:
        """The bits of the job and of the counters."""
        if self.claim:
            words.set("information", "CLAIM")
        if self.printing:
            words.set("information", "PRINTING_RUNNING")
        if self.must_be_cleaned:
            words.set("information", "CLEANING_MANDATORY")
        elif self.cards_since_cleaning >= self.cleaning_every:
            words.set("information", "CLEANING")

    def save(self) -> Json:
        """Counters; what is being printed does not survive."""
        return {
            "cards_printed": self.cards_printed,
            "cards_at_cleaning": self.cards_at_cleaning,
            "cleanings": self.cleanings,
        }

    def restore(self, saved: Json) -> None:
        """As saved."""
        self.cards_printed = int(saved["cards_printed"])
        self.cards_at_cleaning = int(saved["cards_at_cleaning"])
        self.cleanings = int(saved["cleanings"])
