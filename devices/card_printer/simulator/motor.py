"""What moves in a simulated Evolis printer, and how long it takes: feeding, transport, printing, cleaning."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from devices.card_printer.simulator import printing
from devices.card_printer.simulator.faults import REFUSES_TO_PRINT
from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.print_job import SIDES, PrintJob, quiet
from devices.card_printer.simulator.replies import StatusWords
from devices.card_printer.simulator.requests import DOTS_ACROSS, DOTS_ALONG
from devices.simulation import Json, Timer

if TYPE_CHECKING:
    from devices.card_printer.simulator.evolis import EvolisSimulator

STEP_SECONDS = 1.0
FLIP_SECONDS = 2.0
CLEANING_SECONDS = 30.0
PANEL_SECONDS = {"y": 4.5, "m": 4.5, "c": 4.5, "k": 3.0, "o": 4.0}
MISFEED_TRIES = 5

Work = Iterator[float]
"""Yields how many seconds of the real thing the next step takes."""


class Stopped(Exception):
    """A motion ends here: the answer to the host, and the bits that stay until they are cleared."""

    def __init__(self, answer: str, *bits: tuple[str, str]) -> None:
        super().__init__(answer)
        self.answer = answer
        self.bits = bits


_JAM = ("error", "MECHANICAL")


class Motor:
    """One thing at a time. ``pace``: seconds of ours for one of the real thing."""

    def __init__(self, printer: EvolisSimulator, pace: float, scans: Path | None, cleaning_every: int) -> None:
        self.scans = scans
        self.cleaning_every = cleaning_every
        self.claim = False
        self.printing = False
        self.cleaning = False
        self.cards_printed = 0
        self.cards_since_cleaning = 0
        self.feed_tries = 0
        """How often the feeder has tried a card that would not come."""
        self._printer = printer
        self._pace = pace
        self._release_wanted = False
        self._latched: set[tuple[str, str]] = set()
        self._job: PrintJob | None = None
        self._work: Work | None = None
        self._done: Callable[[str], None] | None = None
        self._timer: Timer | None = None
        self._bezel_timer: Timer | None = None

    MOTIONS = frozenset({"Si", "Sie", "Sib", "Sis", "Sic", "Siscan", "Sce", "Ser", "Seb", "Scp"})

    # -- one thing after the other -------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Something moves."""
        return self._work is not None

    def make(self, command: str) -> None:
        """Begin a motion; the printer is told when it is over."""
        if self.busy:
            self._printer.clock.after(0, lambda: self._printer.moved("ERROR TIME OUT"))
            return
        self._begin(self._motion(command), self._printer.moved)

    def _begin(self, work: Work, done: Callable[[str], None]) -> None:
        self._work, self._done = work, done
        self._timer = self._printer.clock.after(0, self._step)

    def _step(self) -> None:
        if self._work is None:
            return
        try:
            seconds = next(self._work)
        except StopIteration:
            self._end("OK")
        except Stopped as stopped:
            self._latched.update(stopped.bits)
            self._end(stopped.answer)
        else:
            self._timer = self._printer.clock.after(seconds * self._pace, self._step)

    def _end(self, answer: str) -> None:
        done, self._work, self._done, self._timer = self._done, None, None, None
        if done is not None:
            done(answer)

    def _break_off(self) -> Callable[[str], None] | None:
        """Everything stands still at once; what was laid on the card so far stays there."""
        if self._timer is not None:
            self._timer.cancel()
        work, done = self._work, self._done
        self._work = self._done = self._timer = None
        if isinstance(work, Iterator) and hasattr(work, "close"):
            work.close()
        return done

    def stop_for_cover(self) -> None:
        """The cover is open: what was under way fails."""
        done = self._break_off()
        if done is not None:
            self._latched.add(("error", "COVER_OPEN"))
            done("ERROR MECA")

    def power_off(self) -> None:
        """Nothing but where the cards are is left."""
        self._break_off()
        self.bezel_emptied()
        self._latched.clear()
        self._job = None
        self.claim = self.printing = self.cleaning = self._release_wanted = False

    def clear(self, *, still: bool) -> None:
        """``Scs``: forget errors; ``still``: what jams is still there."""
        self._latched = {_JAM} & self._latched if still else set()

    def ribbon_changed(self) -> None:
        """A new ribbon is no broken one."""
        self._latched -= {("error", "RIBBON_ERROR"), ("error", "RIBBON_ENDED")}

    def bezel_emptied(self) -> None:
        """No timer for a card that has gone."""
        if self._bezel_timer is not None:
            self._bezel_timer.cancel()
            self._bezel_timer = None

    # -- motions -------------------------------------------------------------------------------------------------------

    def _motion(self, command: str) -> Work:
        if _JAM in self._latched or self._printer.cover_open:
            raise Stopped("ERROR MECA")
        match command:
            case "Si":
                yield from self._insert()
            case "Sie":
                yield from self._insert()
                yield from self._eject()
            case "Sib":
                yield from self._recall()
            case "Sis":
                yield from self._insert()
                yield from self._to_contact()
            case "Sic":
                yield from self._insert()
                yield STEP_SECONDS
                self._printer.mechanism.move(Place.CONTACTLESS)
            case "Siscan":
                yield from self._scan()
            case "Sce":
                yield from self._eject()
            case "Ser":
                yield from self._reject()
            case "Seb":
                yield from self._park()
            case _:
                yield from self._clean()

    def _insert(self) -> Work:
        mechanism, settings = self._printer.mechanism, self._printer.settings
        if settings.input == "I":
            yield from self._draw_in()
        elif mechanism.card is None:
            yield from self._feed(settings.feeder - 1)
        elif mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")
        elif mechanism.place is Place.FEEDER:
            yield STEP_SECONDS
            mechanism.move(Place.PRINT)

    def _feed(self, hopper: int) -> Work:
        mechanism, faults = self._printer.mechanism, self._printer.faults
        yield STEP_SECONDS
        if not mechanism.hoppers[hopper]:
            raise Stopped("ERROR FEEDER", ("warning", "FEEDER_EMPTY"))
        if faults["misfeed"]:
            for _ in range(MISFEED_TRIES):
                self.feed_tries += 1
                yield STEP_SECONDS
            raise Stopped("ERROR FEEDER", ("error", "FEEDER_ERROR"))
        self._latched.discard(("warning", "FEEDER_EMPTY"))
        mechanism.draw(hopper)
        self._jam("jam_feed")
        yield STEP_SECONDS
        mechanism.move(Place.PRINT)

    def _draw_in(self) -> Work:
        mechanism = self._printer.mechanism
        yield STEP_SECONDS
        if mechanism.place is not Place.BEZEL or self._printer.faults["held_at_bezel"]:
            raise Stopped("ERROR CARD")
        self.bezel_emptied()
        mechanism.move(Place.EXIT)
        self._jam("jam_exit")
        yield STEP_SECONDS
        mechanism.move(Place.PRINT)

    def _to_contact(self) -> Work:
        yield STEP_SECONDS
        self._jam("jam_contact", ("information", "CARD_SMART"))
        self._printer.mechanism.move(Place.CONTACT)

    def _eject(self) -> Work:
        mechanism, settings = self._printer.mechanism, self._printer.settings
        self._need_card()
        yield STEP_SECONDS
        mechanism.move(Place.EXIT)
        self._jam("jam_exit")
        yield STEP_SECONDS
        mechanism.move(Place.BEZEL)
        if settings.output == "I" and settings.bezel != "D":
            self._bezel_timer = self._printer.clock.after(float(settings.bezel_delay), self._not_taken)

    def _not_taken(self) -> None:
        """The bezel's own way with a card that nobody takes."""
        self._bezel_timer = None
        if self._printer.mechanism.place is not Place.BEZEL or self.busy:
            return
        if self._printer.settings.bezel == "R" and not self._box_full():
            self._printer.mechanism.reject()
        else:
            self._printer.mechanism.move(Place.PRINT)

    def _box_full(self) -> bool:
        mechanism = self._printer.mechanism
        return bool(self._printer.faults["reject_box_full"]) or len(mechanism.rejected) >= mechanism.reject_capacity

    def _reject(self) -> Work:
        self._need_card()
        if self._box_full():
            raise Stopped("ERROR CARD", ("error", "REJECT_BOX_FULL"))
        yield 2 * STEP_SECONDS
        self._printer.mechanism.reject()

    def _park(self) -> Work:
        mechanism = self._printer.mechanism
        self._need_card()
        if len(mechanism.held) >= mechanism.slot_capacity:
            raise Stopped("ERROR CARD")
        yield 2 * STEP_SECONDS
        mechanism.park()

    def _recall(self) -> Work:
        mechanism = self._printer.mechanism
        yield STEP_SECONDS
        if mechanism.card is not None or not mechanism.held:
            raise Stopped("ERROR CARD")
        mechanism.recall()
        yield STEP_SECONDS
        mechanism.move(Place.PRINT)

    def _scan(self) -> Work:
        mechanism = self._printer.mechanism
        self._need_card()
        mechanism.move(Place.SCAN)
        yield 2 * STEP_SECONDS
        if self.scans is None or mechanism.card is None:
            raise Stopped("OPTION NOT AVAILABLE")
        self.scans.mkdir(parents=True, exist_ok=True)
        for side in SIDES.values():
            png = mechanism.card.faces.get(side) or _blank()
            partial = self.scans / f".{side}.png"
            partial.write_bytes(png)
            partial.replace(self.scans / f"{side}.png")

    def _clean(self) -> Work:
        if self._printer.mechanism.card is not None:
            raise Stopped("ERROR CARD")
        self.cleaning = True
        try:
            yield CLEANING_SECONDS
            self.cards_since_cleaning = 0
            self._printer.faults.update(cleaning_due=False, cleaning_required=False)
        finally:
            self.cleaning = False

    def _need_card(self) -> None:
        mechanism = self._printer.mechanism
        if mechanism.card is None or mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")

    def _jam(self, fault: str, *seen: tuple[str, str]) -> None:
        if self._printer.faults[fault]:
            raise Stopped("ERROR MECA", _JAM, *seen)

    # -- print jobs ----------------------------------------------------------------------------------------------------

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
        refused = self._printer.cover_open or _JAM in self._latched or any(faults[name] for name in REFUSES_TO_PRINT)
        if faults["too_quick"] or refused or self.busy:
            return
        self.printing = True
        self._begin(self._print(job, eject=self._printer.settings.eject), self._printed)

    def _printed(self, _: str) -> None:
        self.printing = False
        self._release()

    def _release(self) -> None:
        if self._release_wanted and not self.printing:
            self.claim = self._release_wanted = False

    def _print(self, job: PrintJob, *, eject: bool) -> Work:
        mechanism = self._printer.mechanism
        if mechanism.card is None:
            yield from self._feed(self._printer.settings.feeder - 1)
        if mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")
        mechanism.move(Place.PRINT)
        for number, (side, panels) in enumerate(job.sides.items()):
            if number:
                yield FLIP_SECONDS
            yield from self._print_side(side, panels)
        self.cards_printed += 1
        self.cards_since_cleaning += 1
        if eject:
            yield from self._eject()

    def _print_side(self, side: str, panels: dict[str, bytes]) -> Work:
        ribbon, faults, card = self._printer.ribbon, self._printer.faults, self._printer.mechanism.card
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
                    raise Stopped("", _JAM if faults["jam_print"] else ("error", "RIBBON_ERROR"))
                yield seconds / 2
                laid[letter] = raster
        finally:
            if laid and card is not None:
                card.faces[side] = printing.picture(laid, faults, card.faces.get(side))

    # -- what one sees -------------------------------------------------------------------------------------------------

    def show(self, words: StatusWords) -> None:
        """The bits of what is under way and what has failed."""
        if self.claim:
            words.set("information", "CLAIM")
        if self.busy:
            words.set("information", "BUSY")
        if self.printing:
            words.set("information", "PRINTING_RUNNING")
        if self.cleaning:
            words.set("information", "CLEANING_RUNNING")
        if self.cards_since_cleaning >= 2 * self.cleaning_every:
            words.set("information", "CLEANING_MANDATORY")
        elif self.cards_since_cleaning >= self.cleaning_every:
            words.set("information", "CLEANING")
        for word, name in self._latched:
            words.set(word, name)

    def scene(self) -> Json:
        """For the simulator's."""
        return {
            "moving": self.busy,
            "printing": self.printing,
            "cards_printed": self.cards_printed,
            "feed_tries": self.feed_tries,
        }

    def save(self) -> Json:
        """Counters; what moves does not survive."""
        return {"cards_printed": self.cards_printed, "cards_since_cleaning": self.cards_since_cleaning}

    def restore(self, saved: Json) -> None:
        """As saved."""
        self.cards_printed = int(saved["cards_printed"])
        self.cards_since_cleaning = int(saved["cards_since_cleaning"])


def _blank() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (DOTS_ALONG, DOTS_ACROSS), (255, 255, 255)).save(file, "PNG")
    return file.getvalue()
