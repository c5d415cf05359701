"""What moves in a simulated Evolis printer, and how long it takes: feeding, transport, cleaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.replies import StatusWords
from devices.simulation import Timer

if TYPE_CHECKING:
    from devices.card_printer.simulator.evolis import EvolisSimulator

STEP_SECONDS = 1.0
CLEANING_SECONDS = 30.0
MISFEED_TRIES = 5

Work = Iterator[float]
"""Yields how many seconds of the real thing the next step takes."""


class Stopped(Exception):
    """A motion ends here: the answer to the host, and the bits that stay until they are cleared."""

    def __init__(self, answer: str, *bits: tuple[str, str]) -> None:
        super().__init__(answer)
        self.answer = answer
        self.bits = bits


JAM = ("error", "MECHANICAL")


class Motor:
    """One thing at a time. ``pace``: seconds of ours for one of the real thing."""

    def __init__(self, printer: EvolisSimulator, pace: float) -> None:
        self.cleaning = False
        self.feed_tries = 0
        """How often the feeder has tried a card that would not come."""
        self._printer = printer
        self._pace = pace
        self._latched: set[tuple[str, str]] = set()
        self._work: Work | None = None
        self._done: Callable[[str], None] | None = None
        self._timer: Timer | None = None
        self._bezel_timer: Timer | None = None

    MOTIONS = frozenset({"Si", "Sie", "Sib", "Sis", "Sic", "Siscan", "Sce", "Ser", "Seb", "Scp"})

    # -- one thing after the other -------------------------------------------------------------------------------------

    @property
    def jammed(self) -> bool:
        """Nothing can be moved."""
        return JAM in self._latched

    @property
    def busy(self) -> bool:
        """Something moves."""
        return self._work is not None

    def make(self, command: str) -> None:
        """Begin a motion; the printer is told when it is over."""
        if self.busy:
            self._printer.clock.after(0, lambda: self._printer.moved("ERROR TIME OUT"))
            return
        self.begin(self._motion(command), self._printer.moved)

    def begin(self, work: Work, done: Callable[[str], None]) -> None:
        """Begin work; ``done`` gets OK, or why it stopped."""
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
        self.cleaning = False

    def clear(self, *, still: bool) -> None:
        """``Scs``: forget errors; ``still``: what jams is still there."""
        self._latched = {JAM} & self._latched if still else set()

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
        if self.jammed or self._printer.cover_open:
            raise Stopped("ERROR MECA")
        match command:
            case "Si":
                yield from self._insert()
            case "Sie":
                yield from self._insert()
                yield from self.eject()
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
                yield from self.eject()
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
            yield from self.feed(settings.feeder - 1)
        elif mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")
        elif mechanism.place is Place.FEEDER:
            yield STEP_SECONDS
            mechanism.move(Place.PRINT)

    def feed(self, hopper: int) -> Work:
        """A card out of a hopper to under the head."""
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

    def eject(self) -> Work:
        """The card to the bezel."""
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
        scanner = self._printer.scanner
        if scanner is None or mechanism.card is None:
            raise Stopped("OPTION NOT AVAILABLE")
        scanner.scan(mechanism.card.faces, self._printer.faults)

    def _clean(self) -> Work:
        if self._printer.mechanism.card is not None:
            raise Stopped("ERROR CARD")
        self.cleaning = True
        try:
            yield CLEANING_SECONDS
            self._printer.press.cleaned()
        finally:
            self.cleaning = False

    def _need_card(self) -> None:
        mechanism = self._printer.mechanism
        if mechanism.card is None or mechanism.place is Place.BEZEL:
            raise Stopped("ERROR CARD")

    def _jam(self, fault: str, *seen: tuple[str, str]) -> None:
        if self._printer.faults[fault]:
            raise Stopped("ERROR MECA", JAM, *seen)

    # -- what one sees -------------------------------------------------------------------------------------------------

    def show(self, words: StatusWords) -> None:
        """The bits of what is under way and what has failed."""
        if self.busy:
            words.set("information", "BUSY")
        if self.cleaning:
            words.set("information", "CLEANING_RUNNING")
        for word, name in self._latched:
            words.set(word, name)
